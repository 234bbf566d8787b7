//! `comity serve`: binds what was configured, wires each file to what it replaces, serves, and tells the exit code.

use std::{
    fmt::Display,
    io::{self, Write as _},
    process::ExitCode,
    sync::{Arc, mpsc::Sender},
};

use tokio::{
    net::TcpListener,
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    config::{Serve, Source},
    moderator::{Loaded, Moderator},
    reload::{Cause, Reloader},
    server::{self, Address, Listener, Ports, Served, Web},
    telemetry::{
        self, Log, Metrics,
        metrics::{ModelInfo, PolicyInfo},
    },
};

/// Serves until the process is asked to stop.
///
/// # Errors
/// When the runtime, a signal or the server fails.
pub fn run(serve: Serve, log: Log) -> anyhow::Result<ExitCode> {
    let runtime = Runtime::new()?;
    // Exporters of traces need the runtime around them.
    let telemetry = {
        let _inside = runtime.enter();
        telemetry::install(log)?
    };
    let metrics = Arc::new(Metrics::default());
    metrics.show_dropped_lines(telemetry.dropped_lines());
    let code = runtime.block_on(life(serve, metrics));
    // The last spans are sent while the runtime is there to send them.
    drop(telemetry);
    // Whatever a forced end left running is not waited for.
    runtime.shutdown_background();
    code
}

/// The life of the service: bind, load, serve, drain.
async fn life(serve: Serve, metrics: Arc<Metrics>) -> anyhow::Result<ExitCode> {
    let stop = server::stop_signal()?;
    let grpc = match bind("--listen", &serve.listen, serve.socket_mode).await {
        Ok(listeners) => listeners,
        Err(code) => return Ok(code),
    };
    let http = match bind("--http-listen", &serve.http, serve.socket_mode).await {
        Ok(listeners) => listeners,
        Err(code) => return Ok(code),
    };
    let admin = match serve.admin {
        Some(address) => match TcpListener::bind(address).await {
            Ok(listener) => Some(listener),
            Err(error) => return Ok(cannot_bind("--admin-listen", &address, &error)),
        },
        None => None,
    };
    for (what, listeners) in [("listening", &grpc), ("answering over HTTP", &http)] {
        for listener in listeners {
            let tls = serve.tls.is_some() && matches!(listener, Listener::Tcp(_));
            tracing::info!(address = %listener.address()?, tls, "{what}");
        }
    }
    if let Some(admin) = &admin {
        tracing::info!(address = %admin.local_addr()?, "answering the operator");
    }
    let (watch, limits) = (serve.watch, serve.limits);
    let (served, reloader) = reloading(serve, metrics);
    let ask = reloader.start(watch)?;
    on_hang_up(ask)?;
    server::run(Ports { grpc, http, operator: admin }, served, limits, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// Binds the addresses of a flag, or says which cannot be bound.
async fn bind(flag: &str, addresses: &[Address], socket_mode: u32) -> Result<Vec<Listener>, ExitCode> {
    let mut listeners = Vec::new();
    for address in addresses {
        match Listener::bind(address, socket_mode).await {
            Ok(listener) => listeners.push(listener),
            Err(error) => return Err(cannot_bind(flag, address, &error)),
        }
    }
    Ok(listeners)
}

/// Says which address cannot be bound, and gives the exit code: 69 (EX_UNAVAILABLE) when it is taken, else 64.
fn cannot_bind(flag: &str, address: &dyn Display, error: &io::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "comity: {flag} {address}: {error}");
    ExitCode::from(if error.kind() == io::ErrorKind::AddrInUse { 69 } else { 64 })
}

/// What is served, and what replaces its parts.
fn reloading(serve: Serve, metrics: Arc<Metrics>) -> (Served, Reloader) {
    let Serve { moderator, tls, tokens, coral, articles, origins, feedback, .. } = serve;
    let mut reloader = Reloader::new(metrics.clone());
    show(&moderator.first, &metrics);
    let (sender, loaded) = watch::channel(Loaded::first(moderator.first));
    let shown = metrics.clone();
    reloader.add(moderator.what, moderator.paths, moderator.seen, move || {
        let read = (moderator.load)().map_err(|error| error.to_string());
        if let Ok(moderator) = &read {
            show(moderator, &shown);
        }
        let outcome = read.as_ref().map(drop).map_err(Clone::clone);
        sender.send_modify(|loaded| loaded.replace(read));
        outcome
    });
    let tls = tls.map(|tls| follow(tls, &mut reloader, |config| config));
    let tokens = match tokens {
        Some(tokens) => follow(tokens, &mut reloader, |tokens| Some(Arc::new(tokens))),
        None => watch::channel(None).1,
    };
    let coral = coral.map(|coral| follow(coral, &mut reloader, Arc::new));
    (Served { loaded, tokens, tls, articles, web: Web { origins, coral, feedback }, metrics }, reloader)
}

/// What a source held last, read again when it changes.
fn follow<T: 'static, U: Send + Sync + 'static>(
    source: Source<T>,
    reloader: &mut Reloader,
    shown: fn(T) -> U,
) -> watch::Receiver<U> {
    let (sender, current) = watch::channel(shown(source.first));
    reloader.add(source.what, source.paths, source.seen, move || {
        (source.load)().map(|read| drop(sender.send_replace(shown(read)))).map_err(|error| error.to_string())
    });
    current
}

/// Shows in the metrics what judges.
fn show(moderator: &Moderator, metrics: &Metrics) {
    let models = moderator.classifier().models().iter().map(|model| ModelInfo {
        language: model.language().to_owned(),
        version: model.version().to_owned(),
        sha256: model.sha256().to_owned(),
    });
    let policies = moderator
        .policies()
        .iter()
        .map(|policy| PolicyInfo { name: policy.name().to_owned(), sha256: policy.sha256().to_owned() });
    metrics.loaded(models, policies);
}

/// Has the files read again on SIGHUP.
fn on_hang_up(ask: Sender<Cause>) -> io::Result<()> {
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move { while hang_up.recv().await.is_some() && ask.send(Cause::Asked).is_ok() {} });
    Ok(())
}
