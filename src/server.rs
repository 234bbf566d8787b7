//! The life of the server: from a bound listener to the last answer.
//!
//! Listener and shutdown come from outside, so that tests and the program run the same code. Health follows the
//! moderator: NOT_SERVING until one is loaded, and again from the moment that shutdown begins. Draining has a hard
//! limit, whatever clients do with their connections.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Server, server::TcpIncoming};
use tonic_health::{ServingStatus, server::HealthReporter};
use tracing::{info, warn};

use crate::{moderator::Moderator, pb, service::Moderation};

/// The services whose health is reported: the server as a whole, and moderation.
const REPORTED: [&str; 2] = ["", "comity.moderation.v1.ModerationService"];

/// What the server allows its clients.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most requests at once on one connection.
    pub max_concurrent_streams: u32,
    /// The longest that a call may take until its answer begins.
    pub request_timeout: Duration,
    /// How long a connection may be silent before it is probed.
    pub keepalive_interval: Duration,
    /// How long a probed connection has to answer.
    pub keepalive_timeout: Duration,
    /// How long the server goes on taking calls after it has said NOT_SERVING.
    pub drain_delay: Duration,
    /// How long calls in flight have to finish once the server has stopped taking new ones.
    pub drain_timeout: Duration,
}

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every call was answered and every connection closed.
    Clean,
    /// The limit passed first; what was still open is cut.
    Forced,
}

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The descriptor set of the contract cannot be served.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The transport failed.
    #[error("transport: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// The server stopped on its own.
    #[error("the server stopped on its own")]
    Stopped,
}

/// Serves until `shutdown` completes, then drains.
///
/// # Errors
/// When the server cannot start, or stops without being asked to.
pub async fn run(
    listener: TcpListener,
    moderator: watch::Receiver<Option<Arc<Moderator>>>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> Result<Drained, ServerError> {
    let (mut reporter, health) = tonic_health::server::health_reporter();
    report(&reporter, ServingStatus::NotServing).await;
    let draining = CancellationToken::new();
    let closing = CancellationToken::new();
    let service = Moderation::new(moderator.clone(), draining.clone());
    let router = Server::builder()
        .http2_keepalive_interval(Some(limits.keepalive_interval))
        .http2_keepalive_timeout(Some(limits.keepalive_timeout))
        .max_concurrent_streams(limits.max_concurrent_streams)
        .timeout(limits.request_timeout)
        .add_service(health)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(service.into_server());
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let mut server =
        tokio::spawn(router.serve_with_incoming_shutdown(incoming, closing.clone().cancelled_owned()));

    tokio::select! {
        ended = &mut server => return Err(early(ended)),
        () = follow(moderator, &reporter) => return Err(ServerError::Stopped),
        () = shutdown => {}
    }

    info!("draining");
    report(&reporter, ServingStatus::NotServing).await;
    if !limits.drain_delay.is_zero() {
        tokio::time::sleep(limits.drain_delay).await;
    }
    draining.cancel();
    closing.cancel();
    // Whoever watches health has been told; letting go of the statuses ends those streams, which else never end.
    for name in REPORTED {
        reporter.clear_service_status(name).await;
    }
    Ok(drain(server, limits.drain_timeout).await)
}

/// Waits for calls in flight, no longer than `limit`.
async fn drain(mut server: JoinHandle<Result<(), tonic::transport::Error>>, limit: Duration) -> Drained {
    if let Ok(Ok(Ok(()))) = tokio::time::timeout(limit, &mut server).await {
        info!("drained");
        Drained::Clean
    } else {
        server.abort();
        warn!(limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX), "cut off what was still open");
        Drained::Forced
    }
}

/// Keeps health in step with the moderator. Ends only by being dropped.
async fn follow(mut moderator: watch::Receiver<Option<Arc<Moderator>>>, reporter: &HealthReporter) {
    loop {
        let loaded = moderator.borrow_and_update().is_some();
        report(reporter, if loaded { ServingStatus::Serving } else { ServingStatus::NotServing }).await;
        if moderator.changed().await.is_err() {
            // Nobody can swap it any more: the last one stays.
            return std::future::pending().await;
        }
    }
}

async fn report(reporter: &HealthReporter, status: ServingStatus) {
    for name in REPORTED {
        reporter.set_service_status(name, status).await;
    }
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(pb::DESCRIPTOR)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

/// Why the server ended before it was asked to.
fn early(ended: Result<Result<(), tonic::transport::Error>, tokio::task::JoinError>) -> ServerError {
    match ended {
        Ok(Err(error)) => error.into(),
        Ok(Ok(())) | Err(_) => ServerError::Stopped,
    }
}

/// Completes when the process is asked to stop: SIGTERM or SIGINT, on other systems Ctrl-C.
///
/// # Errors
/// When the signals cannot be listened to.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Without a signal to wait for, only the end of the process stops the server.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
