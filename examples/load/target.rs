//! What is called: a comity that runs somewhere, one in a process of its own, or one in this process.

use std::{path::PathBuf, process, sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use comity::{
    config::{Config, Serve, Task},
    moderator::Loaded,
    server::{self, Drained, Limits, Listener, Ports, Served, ServerError, Web},
    telemetry::Metrics,
};
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};

use crate::instance::{Instance, free_port};

/// How long a process may take to end after SIGTERM, beyond the drain timeout.
const END_LIMIT: Duration = Duration::from_secs(15);

/// Where the server is to be.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// Somewhere, running.
    Address(String),
    /// In a process of its own, started from this program.
    Process(PathBuf),
    /// Here.
    Inside,
}

/// A server that takes calls.
#[derive(Debug)]
pub(crate) struct Target {
    /// As the client takes it.
    pub(crate) address: String,
    /// The process, where it is known.
    pub(crate) pid: Option<u32>,
    running: Running,
}

#[derive(Debug)]
enum Running {
    Elsewhere,
    Process(Instance),
    Inside { stop: oneshot::Sender<()>, ended: JoinHandle<Result<Drained, ServerError>> },
}

impl Target {
    /// Starts what is to be started. `flags` are those of `comity serve`.
    pub(crate) async fn start(place: &Place, pid: Option<u32>, flags: &[String]) -> anyhow::Result<Self> {
        match place {
            Place::Address(address) => {
                Ok(Self { address: address.clone(), pid, running: Running::Elsewhere })
            }
            Place::Process(binary) => {
                let listen = free_port()?;
                let instance = Instance::start(binary, listen, free_port()?, flags)?;
                let address = format!("http://{listen}");
                Ok(Self { address, pid: Some(instance.pid()), running: Running::Process(instance) })
            }
            Place::Inside => inside(serve(flags)?).await,
        }
    }

    /// Whether the server is in this process, with the generator.
    pub(crate) const fn is_inside(&self) -> bool {
        matches!(self.running, Running::Inside { .. })
    }

    /// The processes of server and generator; none where that of the server is not known.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let Some(server) = self.pid else { return Vec::new() };
        if self.is_inside() { vec![server] } else { vec![server, process::id()] }
    }

    /// Where the server is, in words.
    pub(crate) fn described(&self) -> String {
        let address = &self.address;
        match &self.running {
            Running::Elsewhere => format!("comity at {address}"),
            Running::Process(_) => {
                format!("comity in a process of its own at {address}, its log thrown away")
            }
            Running::Inside { .. } => format!("comity in this process at {address}, without a log"),
        }
    }

    /// Ends what was started.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        match self.running {
            Running::Elsewhere => Ok(()),
            Running::Process(instance) => {
                let (status, _) =
                    tokio::task::spawn_blocking(move || instance.terminate(END_LIMIT)).await??;
                if status.success() { Ok(()) } else { bail!("the server ended with {status} after SIGTERM") }
            }
            Running::Inside { stop, ended } => {
                let _ = stop.send(());
                ended.await??;
                Ok(())
            }
        }
    }
}

/// The limits that the flags of `comity serve` give.
pub(crate) fn limits(flags: &[String]) -> anyhow::Result<Limits> {
    Ok(serve(flags)?.limits)
}

/// What the flags of `comity serve` mean; a free port unless they say otherwise.
fn serve(flags: &[String]) -> anyhow::Result<Serve> {
    let own = ["comity", "serve", "--listen", "127.0.0.1:0"];
    let all = own.into_iter().map(Into::into).chain(flags.iter().map(Into::into));
    let config = Config::read(all).map_err(|error| anyhow!("the flags after --: {error}"))?;
    match config.task {
        Task::Serve(serve) => Ok(*serve),
        Task::Moderate { .. } | Task::CheckPolicy { .. } | Task::ShowModel { .. } => {
            bail!("only flags of `comity serve` can stand after --")
        }
    }
}

async fn inside(serve: Serve) -> anyhow::Result<Target> {
    let mut listeners = Vec::new();
    for address in &serve.listen {
        listeners.push(Listener::bind(address, serve.socket_mode).await?);
    }
    let address = match listeners.first().context("nowhere to listen")?.address()? {
        server::Address::Tcp(address) => format!("http://{address}"),
        server::Address::Unix(path) => format!("unix:{}", path.display()),
    };
    let (loading, loaded) = watch::channel(Loaded::first(serve.moderator.first));
    let (_, tokens) = watch::channel(None);
    let served = Served {
        loaded,
        tokens,
        tls: None,
        articles: serve.articles,
        web: Web::default(),
        metrics: Arc::new(Metrics::default()),
    };
    let ports = Ports { grpc: listeners, http: Vec::new(), operator: None };
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(async move {
        let _loading = loading;
        let shutdown = async { drop(stopped.await) };
        server::run(ports, served, serve.limits, shutdown).await
    });
    Ok(Target { address, pid: Some(process::id()), running: Running::Inside { stop, ended } })
}
