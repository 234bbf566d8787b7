//! A real server on a free port, in this process.

use std::{sync::Arc, time::Duration};

use comity::{
    classifier::Classifier,
    moderation::Policies,
    moderator::Moderator,
    pb::{self, moderation_service_client::ModerationServiceClient},
    server::{Drained, Limits, ServerError, run},
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
    max_concurrent_streams: 64,
    request_timeout: Duration::from_secs(60),
    keepalive_interval: Duration::from_secs(60),
    keepalive_timeout: Duration::from_secs(60),
    drain_delay: Duration::ZERO,
    drain_timeout: Duration::from_secs(60),
};

pub(crate) type Client = ModerationServiceClient<Channel>;

/// A running server. It lives until it is asked to stop, or its test ends.
pub(crate) struct TestServer {
    pub(crate) channel: Channel,
    /// What is loaded; replace it to load something else.
    pub(crate) loaded: watch::Sender<Option<Arc<Moderator>>>,
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
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (loaded, receiver) = watch::channel(moderator.map(Arc::new));
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            if stopped.await.is_err() {
                // The handle was dropped; the clients may live on.
                std::future::pending::<()>().await;
            }
        };
        let ended = tokio::spawn(run(listener, receiver, limits, shutdown));
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self { channel, loaded, stop: Some(stop), ended }
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
