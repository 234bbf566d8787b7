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
use tokio_rustls::rustls::ServerConfig;

use crate::{
    config::{Serve, Source},
    gate::Tokens,
    moderator::{Loaded, Moderator},
    reload::{Cause, Reloader},
    server::{self, Listener, Served},
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
    let mut listeners = Vec::new();
    for address in &serve.listen {
        match Listener::bind(address, serve.socket_mode).await {
            Ok(listener) => listeners.push(listener),
            Err(error) => return Ok(cannot_bind("--listen", address, &error)),
        }
    }
    let admin = match serve.admin {
        Some(address) => match TcpListener::bind(address).await {
            Ok(listener) => Some(listener),
            Err(error) => return Ok(cannot_bind("--admin-listen", &address, &error)),
        },
        None => None,
    };
    for listener in &listeners {
        let tls = serve.tls.is_some() && matches!(listener, Listener::Tcp(_));
        tracing::info!(address = %listener.address()?, tls, "listening");
    }
    if let Some(admin) = &admin {
        tracing::info!(address = %admin.local_addr()?, "answering the operator");
    }
    let (served, reloader) = reloading(serve.moderator, serve.tls, serve.tokens, metrics);
    let ask = reloader.start(serve.watch)?;
    on_hang_up(ask)?;
    server::run(listeners, admin, served, serve.limits, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// Says which address cannot be bound, and gives the exit code: 69 (EX_UNAVAILABLE) when it is taken, else 64.
fn cannot_bind(flag: &str, address: &dyn Display, error: &io::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "comity: {flag} {address}: {error}");
    ExitCode::from(if error.kind() == io::ErrorKind::AddrInUse { 69 } else { 64 })
}

/// What is served, and what replaces its parts.
fn reloading(
    moderator: Source<Moderator>,
    tls: Option<Source<Arc<ServerConfig>>>,
    tokens: Option<Source<Tokens>>,
    metrics: Arc<Metrics>,
) -> (Served, Reloader) {
    let mut reloader = Reloader::new(metrics.clone());
    show(&moderator.first, &metrics);
    let (sender, loaded) = watch::channel(Loaded::first(moderator.first));
    let shown = metrics.clone();
    reloader.add(moderator.what, moderator.paths, move || {
        let read = (moderator.load)().map_err(|error| error.to_string());
        if let Ok(moderator) = &read {
            show(moderator, &shown);
        }
        let outcome = read.as_ref().map(drop).map_err(Clone::clone);
        sender.send_modify(|loaded| loaded.replace(read));
        outcome
    });
    let tls = tls.map(|tls| {
        let (sender, current) = watch::channel(tls.first);
        reloader.add(tls.what, tls.paths, move || {
            (tls.load)().map(|config| drop(sender.send_replace(config))).map_err(|error| error.to_string())
        });
        current
    });
    let (sender, current) = watch::channel(None);
    if let Some(tokens) = tokens {
        sender.send_replace(Some(Arc::new(tokens.first)));
        reloader.add(tokens.what, tokens.paths, move || {
            (tokens.load)()
                .map(|tokens| drop(sender.send_replace(Some(Arc::new(tokens)))))
                .map_err(|error| error.to_string())
        });
    }
    (Served { loaded, tokens: current, tls, metrics }, reloader)
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
