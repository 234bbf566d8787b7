//! The life of the server: from bound listeners to the last answer.
//!
//! Listeners and shutdown come from outside, so that tests and the program run the same code. Health follows the
//! moderator: NOT_SERVING until one is loaded, and again from the moment that shutdown begins. Draining has a hard
//! limit, whatever clients do with their connections. `listen` opens connections, `connection` is one, `tls` secures
//! them, `admin` answers the operator.

mod admin;
mod connection;
mod listen;
pub mod tls;
mod web;

use std::{convert::Infallible, io, sync::Arc, thread, time::Duration};

use ::http::{HeaderValue, Request, Response};
use futures_util::{
    Stream, StreamExt as _,
    stream::{self, select_all},
};
use tokio::{
    net::TcpListener,
    runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{body::Body, service::Routes, transport::Server};
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::{Service, ServiceBuilder};
use tracing::{error, info, warn};

pub use self::listen::{Address, Listener};
use self::{
    connection::{Connection, Opening},
    listen::{Door, accept},
};
use crate::{
    articles::Articles,
    feedback::Feedback,
    gate::{Exposure, Gate, Rules, Shares, Tokens},
    http::{self, coral::Secrets},
    moderator::Loaded,
    pb,
    service::{Moderation, Waits},
    telemetry::Metrics,
};

/// The services whose health is reported: the server as a whole, and moderation.
const REPORTED: [&str; 2] = ["", "comity.moderation.v1.ModerationService"];

/// The most connections of operators: a probe, a scraper or two, and somebody who looks.
const MAX_ADMIN_CONNECTIONS: usize = 64;

/// How long a connection of an operator may live.
const MAX_ADMIN_CONNECTION_AGE: Duration = Duration::from_secs(300);

/// The longest that the head of a call over HTTP/1.1 may take, and that a connection may be idle. Operators have few
/// connections, which must come free before a probe has failed too often.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
const ADMIN_HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// How many streams that were reset may wait to be noticed before the connection is closed. Above hyper's default of
/// 20, because a client that cancels many calls at once is not yet an attacker (CVE-2023-44487).
const MAX_PENDING_RESETS: usize = 256;

/// How much of one call may wait unread, in bytes: HTTP/2's own default. Items of a stream are judged one after another, so
/// unread ones are ordinary.
const STREAM_WINDOW: u32 = 65_535;

/// How much of all calls of a connection may wait unread, in bytes. h2 closes a connection whose small unread frames cost
/// more than half of this (CVE-2019-9517 and its kin), which some ten streams of short comments do within hyper's 1 MiB.
const CONNECTION_WINDOW: u32 = 8 << 20;

/// What the server allows its clients.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// What each call must keep to.
    pub rules: Rules,
    /// The most connections. One peer may hold as many as are left free.
    pub max_connections: usize,
    /// How long a connection may take to its first bytes, TLS included.
    pub handshake_timeout: Duration,
    /// The largest set of headers, in bytes as HTTP/2 counts them (RFC 9113, section 6.5.2).
    pub max_header_bytes: u32,
    /// How long a connection may live; zero for as long as it likes.
    pub max_connection_age: Duration,
    /// How long the calls of such a connection have to finish.
    pub max_connection_age_grace: Duration,
    /// The most requests at once on one connection.
    pub max_concurrent_streams: u32,
    /// How long a connection may be silent before it is probed.
    pub keepalive_interval: Duration,
    /// How long a probed connection has to answer.
    pub keepalive_timeout: Duration,
    /// How long the server goes on taking calls after it has said NOT_SERVING.
    pub drain_delay: Duration,
    /// How long calls in flight have to finish once the server has stopped taking new ones.
    pub drain_timeout: Duration,
}

/// Where calls are answered.
#[derive(Debug)]
pub struct Ports {
    /// gRPC.
    pub grpc: Vec<Listener>,
    /// The HTTP edge; none where it is off.
    pub http: Vec<Listener>,
    /// The operator's port, if there is one.
    pub operator: Option<TcpListener>,
}

/// What is served. What comes from files can be replaced while it is.
#[derive(Debug, Clone)]
pub struct Served {
    /// What judges.
    pub loaded: watch::Receiver<Loaded>,
    /// Who may call; none for everyone.
    pub tokens: watch::Receiver<Option<Arc<Tokens>>>,
    /// How TCP connections are secured; none for plain text.
    pub tls: Option<watch::Receiver<Arc<ServerConfig>>>,
    /// Articles that callers put before.
    pub articles: Articles,
    /// What the HTTP edge needs beside that.
    pub web: Web,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// What only the HTTP edge needs.
#[derive(Debug, Clone, Default)]
pub struct Web {
    /// The origins of pages that may call from a browser.
    pub origins: Vec<HeaderValue>,
    /// The secrets that Coral signs with; none where Coral is not answered.
    pub coral: Option<watch::Receiver<Arc<Secrets>>>,
    /// Where clients' own scores are kept, if anywhere.
    pub feedback: Option<Feedback>,
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
    /// The operator's port cannot be answered.
    #[error("operator's port: {0}")]
    Operator(#[from] io::Error),
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
    ports: Ports,
    served: Served,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> Result<Drained, ServerError> {
    let Served { loaded, tokens, tls, articles, web, metrics } = served;
    let (reporter, health) = tonic_health::server::health_reporter();
    let (serving, ready) = watch::channel(false);
    let status = Status { reporter, serving, metrics: metrics.clone() };
    status.set(false).await;
    let draining = CancellationToken::new();
    let closing = CancellationToken::new();

    // Probes are answered to the very end.
    let pages = Routes::from(admin::pages(metrics.clone(), ready)).add_service(health.clone());
    let _operator = ports.operator.map(|listener| answer_operator(listener, pages, &limits)).transpose()?;

    let edges = if ports.http.is_empty() { 1 } else { 2 };
    metrics.connections_limit.set(i64::try_from(limits.max_connections * edges).unwrap_or(i64::MAX));
    let door = Door {
        handshake_timeout: limits.handshake_timeout,
        opening: Opening::Preface,
        lifetime: lifetime(limits.max_connection_age, limits.max_connection_age_grace),
        unread: limits.rules.stream_idle_timeout,
        stall: None,
        tls,
        room: Shares::new(limits.max_connections),
        metrics: Some(metrics.clone()),
    };
    let waits = Waits { queue: limits.rules.max_queue_wait, stream: limits.rules.stream_idle_timeout };
    let moderation = Moderation::new(loaded.clone(), draining.clone(), waits, articles, metrics.clone());
    let shown = limits.rules.reflection != Exposure::Off;
    let gate = Gate::new(limits.rules, tokens, metrics);
    let grpc = transport(&limits)
        .layer(gate.clone())
        .add_optional_service((limits.rules.health != Exposure::Off).then_some(health))
        .add_optional_service(shown.then(|| reflection().build_v1()).transpose()?)
        .add_optional_service(shown.then(|| reflection().build_v1alpha()).transpose()?)
        .add_service(moderation.clone().into_server())
        .serve_with_incoming_shutdown(incoming(ports.grpc, &door), closing.clone().cancelled_owned());
    // The same number of connections once more, so that neither edge can take those of the other.
    let door = Door {
        opening: Opening::Any,
        room: Shares::new(limits.max_connections),
        stall: Some(limits.keepalive_timeout),
        ..door
    };
    let edge = http_edge(&gate, moderation, web, door.tls.is_some());
    let http = web::serve(incoming(ports.http, &door), edge, limits, HEAD_TIMEOUT, closing.clone());
    let mut running = tokio::spawn(async { tokio::join!(grpc, http).0 });

    tokio::select! {
        ended = &mut running => return Err(early(ended)),
        () = status.follow(loaded) => return Err(ServerError::Stopped),
        () = shutdown => {}
    }

    info!("draining");
    status.set(false).await;
    if !limits.drain_delay.is_zero() {
        tokio::time::sleep(limits.drain_delay).await;
    }
    draining.cancel();
    closing.cancel();
    // Whoever watches health has been told; letting go of the statuses ends those streams, which else never end.
    status.forget().await;
    Ok(drain(running, limits.drain_timeout).await)
}

/// HTTP/2 as callers may use it.
fn transport(limits: &Limits) -> Server {
    let transport = Server::builder()
        .http2_keepalive_interval(Some(limits.keepalive_interval))
        .http2_keepalive_timeout(Some(limits.keepalive_timeout))
        .http2_max_header_list_size(limits.max_header_bytes)
        .http2_max_pending_accept_reset_streams(Some(MAX_PENDING_RESETS))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(limits.max_concurrent_streams);
    if limits.max_connection_age.is_zero() {
        return transport;
    }
    transport.max_connection_age(limits.max_connection_age)
}

/// What answers over HTTP, with all its layers.
fn http_edge(
    gate: &Gate,
    moderation: Moderation,
    web: Web,
    tls: bool,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + use<>
{
    let Web { origins, coral, feedback } = web;
    let (cors, grpc_web) = http::browsers(&origins);
    let edge = http::Edge { moderation: moderation.clone(), coral, feedback, tls };
    let routes = Routes::from(http::routes(edge)).add_service(moderation.into_server()).prepare();
    ServiceBuilder::new()
        .layer(http::ReadToEnd)
        .layer(cors)
        .layer(grpc_web)
        .layer(gate.entrance::<http::Shape>())
        .service(routes)
}

/// The connections of some listeners. Of none, there are none, and none ever come.
fn incoming(listeners: Vec<Listener>, door: &Door) -> impl Stream<Item = io::Result<Connection>> + use<> {
    let none = stream::pending().boxed();
    let accepted = listeners.into_iter().map(|listener| accept(listener, door.clone()).boxed());
    select_all(accepted.chain([none]))
}

/// When a connection is cut: its age, after which tonic asks the client to leave, and the grace. (Given both, tonic 0.14
/// asks nobody and cuts.)
fn lifetime(age: Duration, grace: Duration) -> Option<Duration> {
    (!age.is_zero()).then(|| age.saturating_add(grace))
}

/// Answers the operator until the guard is dropped, on a thread of its own: probes must not wait behind comments.
fn answer_operator(listener: TcpListener, pages: Routes, limits: &Limits) -> io::Result<DropGuard> {
    let door = Door {
        handshake_timeout: limits.handshake_timeout,
        opening: Opening::Any,
        lifetime: lifetime(MAX_ADMIN_CONNECTION_AGE, limits.drain_timeout),
        unread: limits.rules.stream_idle_timeout,
        stall: Some(limits.keepalive_timeout),
        tls: None,
        room: Shares::new(MAX_ADMIN_CONNECTIONS),
        metrics: None,
    };
    let limits = Limits { max_connection_age: MAX_ADMIN_CONNECTION_AGE, ..*limits };
    let pages = pages.prepare();
    let listener = listener.into_std()?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    thread::Builder::new().name("operator".to_owned()).spawn(move || {
        let served = runtime.block_on(async {
            let incoming = accept(Listener::Tcp(TcpListener::from_std(listener)?), door);
            tokio::select! {
                () = web::serve(incoming, pages, limits, ADMIN_HEAD_TIMEOUT, stopped.clone()) => {}
                () = stopped.cancelled() => {}
            }
            io::Result::Ok(())
        });
        if let Err(error) = served {
            error!(%error, "the operator's port is gone");
        }
    })?;
    Ok(stop.drop_guard())
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

/// Whether calls are taken, for gRPC health and for the readiness page.
struct Status {
    reporter: HealthReporter,
    serving: watch::Sender<bool>,
    metrics: Arc<Metrics>,
}

impl Status {
    async fn set(&self, serving: bool) {
        self.serving.send_replace(serving);
        self.metrics.serving.set(i64::from(serving));
        let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in REPORTED {
            self.reporter.set_service_status(name, status).await;
        }
    }

    /// Keeps in step with the moderator. Ends only by being dropped.
    async fn follow(&self, mut loaded: watch::Receiver<Loaded>) {
        loop {
            let serving = loaded.borrow_and_update().moderator.is_some();
            self.set(serving).await;
            if loaded.changed().await.is_err() {
                // Nobody can swap it any more: the last one stays.
                return std::future::pending().await;
            }
        }
    }

    async fn forget(mut self) {
        for name in REPORTED {
            self.reporter.clear_service_status(name).await;
        }
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

/// Completes when the process is asked to stop, by SIGTERM or SIGINT.
///
/// # Errors
/// When the signals cannot be listened to.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
