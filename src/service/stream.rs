//! A stream of comments, judged one after another as the client reads.
//!
//! Nothing is queued: the next item is taken from the transport only once the answer before it was accepted, so
//! that HTTP/2 flow control is the back-pressure and a client that does not read slows only itself. When the server
//! drains, the stream ends with UNAVAILABLE after the item at hand; when nothing comes for too long, with
//! DEADLINE_EXCEEDED, because an open stream holds a place among the calls in flight.

use std::pin::Pin;

use futures_util::{Stream, stream};
use tokio::time::timeout;
use tonic::{Status, Streaming};

use super::Moderation;
use crate::{
    gate::Call,
    pb::{self, stream_moderate_comments_response::Result as Outcome},
    refusal::{Refusal, status::item_status},
};

/// The answers of one stream.
pub(super) type Answers =
    Pin<Box<dyn Stream<Item = Result<pb::StreamModerateCommentsResponse, Status>> + Send>>;

impl Moderation {
    /// Answers a stream until it ends or breaks, or the server drains.
    pub(super) fn stream(self, inbound: Streaming<pb::StreamModerateCommentsRequest>, call: Call) -> Answers {
        Box::pin(stream::unfold(Some((self, inbound, call)), |state| async {
            let (service, mut inbound, call) = state?;
            let limit = service.waits.stream;
            let received = tokio::select! {
                biased;
                () = service.draining.cancelled() => Err(Refusal::Draining.into()),
                received = timeout(limit, inbound.message()) => {
                    received.unwrap_or_else(|_elapsed| Err(Refusal::Idle { limit }.into()))
                }
            };
            match received {
                Ok(Some(item)) => {
                    let answer = service.stream_item(item, call.clone()).await;
                    // A client that sends without pause must not keep this thread from the others.
                    tokio::task::yield_now().await;
                    Some((Ok(answer), Some((service, inbound, call))))
                }
                Ok(None) => None,
                // Too large a message is told to the client; a broken transport has nobody left to tell.
                Err(status) => Some((Err(status), None)),
            }
        }))
    }

    async fn stream_item(
        &self,
        item: pb::StreamModerateCommentsRequest,
        call: Call,
    ) -> pb::StreamModerateCommentsResponse {
        let request_id = item.request.as_ref().map(|request| request.request_id.clone()).unwrap_or_default();
        let missing = || Refusal::violation("request", "REQUIRED", "missing, exactly one is needed");
        let answer = match item.request {
            Some(request) => self.moderate_anywhere(request, call).await,
            None => Err(missing()),
        };
        let result = match answer {
            // A response without a verdict is never made.
            Ok(response) => response.verdict.map(Outcome::Verdict),
            Err(refusal) => Some(Outcome::Error(item_status(refusal))),
        };
        pb::StreamModerateCommentsResponse { request_id, result }
    }
}
