//! One call: connections, and what is sent over them.

use std::{net::IpAddr, sync::Arc};

use anyhow::{Context as _, bail};
use comity::pb::{
    self, batch_moderate_comments_result::Result as ItemResult,
    moderation_service_client::ModerationServiceClient,
};
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};

use crate::{comments, tally::Outcome};

/// How many comments a batch has.
const BATCH: usize = 64;

/// What a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    /// ModerateComment.
    Unary,
    /// BatchModerateComments of 64 comments.
    Batch,
    /// StreamModerateComments, one stream a connection. A call is one comment of a stream.
    Stream,
}

/// Opens so many connections. With several `callers` they come from as many addresses of this machine (127.0.0.1,
/// 127.0.0.2 and so on), so that the server takes them for different callers.
pub(crate) async fn connect(address: &str, connections: usize, callers: u8) -> anyhow::Result<Vec<Channel>> {
    if !(address.starts_with("http://") || address.starts_with("unix:")) {
        bail!("{address}: neither http://HOST:PORT nor unix:PATH");
    }
    let mut channels = Vec::new();
    for caller in (1..=callers).cycle().take(connections) {
        let mut endpoint = Endpoint::from_shared(address.to_owned()).with_context(|| address.to_owned())?;
        if callers > 1 {
            endpoint = endpoint.local_address(Some(IpAddr::from([127, 0, 0, caller])));
        }
        channels.push(endpoint.connect().await.with_context(|| format!("cannot connect to {address}"))?);
    }
    Ok(channels)
}

/// What is sent, made once.
#[derive(Debug)]
pub(crate) struct Requests(Vec<pb::ModerateCommentRequest>);

impl Requests {
    /// The comments of [`comments`].
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(comments::requests()))
    }

    /// The `n`-th request; after the last comes the first.
    pub(crate) fn get(&self, n: usize) -> pb::ModerateCommentRequest {
        self.0.get(n % self.0.len().max(1)).cloned().unwrap_or_default()
    }

    fn batch(&self, n: usize) -> pb::BatchModerateCommentsRequest {
        let requests = self.0.iter().cycle().skip(n % self.0.len().max(1)).take(BATCH).cloned().collect();
        pb::BatchModerateCommentsRequest { requests }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[pb::ModerateCommentRequest] {
        &self.0
    }
}

/// One caller over one connection. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    client: ModerationServiceClient<Channel>,
    requests: Arc<Requests>,
    mode: Mode,
}

impl Caller {
    /// A caller of single comments or, in the mode, of batches.
    pub(crate) fn new(channel: Channel, requests: Arc<Requests>, mode: Mode) -> Self {
        Self { client: ModerationServiceClient::new(channel), requests, mode }
    }

    /// Makes the `n`-th call.
    pub(crate) async fn call(&mut self, n: usize) -> Outcome {
        let answered = match self.mode {
            Mode::Unary | Mode::Stream => {
                self.client.moderate_comment(self.requests.get(n)).await.map(|_| (1, Code::Ok))
            }
            Mode::Batch => {
                let request = self.requests.batch(n);
                self.client.batch_moderate_comments(request).await.map(|answer| judged(&answer.into_inner()))
            }
        };
        match answered {
            Ok((comments, code)) => Outcome { comments, code },
            Err(status) => Outcome { comments: 0, code: status.code() },
        }
    }
}

/// How many items got a verdict, and the code of the first that did not.
fn judged(answer: &pb::BatchModerateCommentsResponse) -> (u64, Code) {
    let (mut comments, mut code) = (0, Code::Ok);
    for result in &answer.results {
        match &result.result {
            Some(ItemResult::Response(_)) => comments += 1,
            Some(ItemResult::Error(error)) if code == Code::Ok => code = Code::from_i32(error.code),
            Some(ItemResult::Error(_)) | None => {}
        }
    }
    (comments, code)
}
