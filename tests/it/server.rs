//! A real server on a free port, in this process.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use comity::{
    articles::{Articles, Bounds},
    classifier::Classifier,
    gate::{Exposure, Rules, Tokens},
    moderation::Policies,
    moderator::{Loaded, Moderator},
    pb::{self, moderation_service_client::ModerationServiceClient},
    server::{Address, Drained, Limits, Listener, Ports, Served, ServerError, Web, run},
    telemetry::Metrics,
};
use tokio::{
    net::TcpListener,
    sync::{oneshot, watch},
    task::JoinHandle,
};
use tonic::transport::{Channel, Endpoint};

/// The policies of the test server.
pub(crate) const POLICIES: &str = r#"
[defaults.length]
min = 3

[site.herald]
phrases = { banned = ["purple monkey", "보라색 원숭이"] }

[site.herald.length]
min = 50

[site.courier]
login_required = true

[site.courier.length]
min = 0
max = 250
"#;

/// Limits for tests: generous, but for the time that draining may take.
pub(crate) const LIMITS: Limits = Limits {
    rules: Rules {
        max_in_flight: 1024,
        max_queue_wait: Duration::from_secs(60),
        request_timeout: Duration::from_secs(60),
        stream_idle_timeout: Duration::from_secs(60),
        health: Exposure::Open,
        reflection: Exposure::Token,
    },
    max_connections: 1024,
    handshake_timeout: Duration::from_secs(60),
    max_header_bytes: 16 * 1024,
    max_connection_age: Duration::ZERO,
    max_connection_age_grace: Duration::from_secs(60),
    max_concurrent_streams: 64,
    keepalive_interval: Duration::from_secs(60),
    keepalive_timeout: Duration::from_secs(60),
    drain_delay: Duration::ZERO,
    drain_timeout: Duration::from_secs(60),
};

/// Room for articles in tests.
pub(crate) const ARTICLES: Bounds = Bounds { max_bytes: 16 << 20, ttl: Duration::from_secs(3600) };

/// A listener on a free port.
pub(crate) async fn listener() -> (Listener, SocketAddr) {
    let any_port = "127.0.0.1:0".parse().unwrap();
    let listener = Listener::bind(&Address::Tcp(any_port), 0).await.unwrap();
    let Address::Tcp(address) = listener.address().unwrap() else { panic!("not TCP") };
    (listener, address)
}

pub(crate) type Client = ModerationServiceClient<Channel>;

/// A running server. It lives until it is asked to stop, or its test ends.
pub(crate) struct TestServer {
    pub(crate) channel: Channel,
    /// Where it listens for gRPC.
    pub(crate) address: SocketAddr,
    /// Where it listens for HTTP.
    pub(crate) http: SocketAddr,
    /// What is loaded; replace it to load something else.
    pub(crate) loaded: watch::Sender<Loaded>,
    /// Who may call; replace it to let in others.
    pub(crate) tokens: watch::Sender<Option<Arc<Tokens>>>,
    pub(crate) metrics: Arc<Metrics>,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Result<Drained, ServerError>>,
}

pub(crate) fn moderator() -> Moderator {
    Moderator::new(Classifier::embedded().unwrap(), Policies::parse(POLICIES).unwrap())
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::with(Some(moderator()), LIMITS).await
    }

    pub(crate) async fn with(moderator: Option<Moderator>, limits: Limits) -> Self {
        Self::guarded(moderator, limits, None, None).await
    }

    /// A server that asks for tokens, or answers an operator.
    pub(crate) async fn guarded(
        moderator: Option<Moderator>,
        limits: Limits,
        tokens: Option<Tokens>,
        operator: Option<TcpListener>,
    ) -> Self {
        Self::web(moderator, limits, tokens, operator, Web::default()).await
    }

    /// A server with more than the ordinary on its HTTP edge.
    pub(crate) async fn web(
        moderator: Option<Moderator>,
        limits: Limits,
        tokens: Option<Tokens>,
        operator: Option<TcpListener>,
        web: Web,
    ) -> Self {
        let (grpc, address) = listener().await;
        let (http, http_address) = listener().await;
        let (loaded, receiver) =
            watch::channel(Loaded { moderator: moderator.map(Arc::new), ..Loaded::default() });
        let (tokens, current) = watch::channel(tokens.map(Arc::new));
        let metrics = Arc::new(Metrics::default());
        let served = Served {
            loaded: receiver,
            tokens: current,
            tls: None,
            articles: Articles::in_memory(ARTICLES),
            web,
            metrics: metrics.clone(),
        };
        let ports = Ports { grpc: vec![grpc], http: vec![http], operator };
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            if stopped.await.is_err() {
                // The handle was dropped; the clients may live on.
                std::future::pending::<()>().await;
            }
        };
        let ended = tokio::spawn(run(ports, served, limits, shutdown));
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self { channel, address, http: http_address, loaded, tokens, metrics, stop: Some(stop), ended }
    }

    pub(crate) fn client(&self) -> Client {
        ModerationServiceClient::new(self.channel.clone())
    }

    /// Asks the server to stop.
    pub(crate) fn begin_shutdown(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// How the server ended, once it has.
    pub(crate) async fn ended(self) -> Drained {
        self.ended.await.unwrap().unwrap()
    }
}

/// A request for one comment.
pub(crate) fn request(text: &str) -> pb::ModerateCommentRequest {
    let comment = pb::Comment { text: text.to_owned(), language: "en".to_owned(), ..Default::default() };
    pb::ModerateCommentRequest { comment: Some(comment), ..Default::default() }
}

/// The same, under a request_id.
pub(crate) fn named(request_id: &str, text: &str) -> pb::ModerateCommentRequest {
    pb::ModerateCommentRequest { request_id: request_id.to_owned(), ..request(text) }
}

/// The codes of a verdict's reasons.
pub(crate) fn codes(reasons: &[pb::Reason]) -> Vec<&'static str> {
    reasons.iter().map(|reason| reason.code().as_str_name().trim_start_matches("REASON_CODE_")).collect()
}
