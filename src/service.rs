//! The gRPC edge: takes calls apart, asks the moderator, puts answers together.
//!
//! Reads top down: [`Moderation`] holds one method for each rpc, `judge` is the path of one comment (shared with the
//! JSON Lines command, so that both answer alike), `refusal` and `status` say why there is no verdict, `convert`
//! stands between wire and domain, `journal` is what a call leaves in the log. No rule and no score is made here,
//! and no comment text leaves it but in the answer.

mod article;
mod batch;
mod convert;
mod journal;
mod judge;
mod page;
mod stream;
mod work;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::available_parallelism,
    time::Duration,
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming, async_trait};

pub(crate) use convert::models;
pub(crate) use judge::judge;
pub(crate) use work::MAX_INLINE_BYTES;

use crate::{
    articles::Articles,
    gate::{Call, Turn, Turns, busy},
    moderator::{Loaded, Moderator},
    pb::{
        self,
        moderation_service_server::{ModerationService, ModerationServiceServer},
    },
    refusal::Refusal,
    telemetry::Metrics,
};

/// The largest request message, in bytes. A single call at every limit of the contract is about 1.6 MiB (a body of
/// 1 MiB and 22 texts of 20 KiB); a batch of 256 comments at the limit of 20,480 bytes is 5 MiB. A larger message
/// is refused as a whole (OUT_OF_RANGE) before it is read: split the batch, or leave out the body after the first.
pub const MAX_MESSAGE_BYTES: usize = 6 * 1024 * 1024;

/// How long calls are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// The longest that a batch may wait for its turn.
    pub queue: Duration,
    /// The longest that a stream may be silent.
    pub stream: Duration,
}

/// The moderation service.
#[derive(Debug, Clone)]
pub struct Moderation {
    /// What judges; nothing until a model is loaded. Swapped as a whole, so that a call sees one and the same.
    loaded: watch::Receiver<Loaded>,
    /// Batches that are judged at once, one for each core; the others wait without holding a thread.
    turns: Turns,
    /// Cancelled when the server shuts down: open streams then end after the item at hand.
    draining: CancellationToken,
    waits: Waits,
    /// Articles that were put before.
    articles: Articles,
    metrics: Arc<Metrics>,
}

impl Moderation {
    /// A service over whatever moderator is loaded at the time of each call.
    pub fn new(
        loaded: watch::Receiver<Loaded>,
        draining: CancellationToken,
        waits: Waits,
        articles: Articles,
        metrics: Arc<Metrics>,
    ) -> Self {
        let cores = available_parallelism().map_or(1, std::num::NonZero::get);
        Self { loaded, turns: Turns::new(cores), draining, waits, articles, metrics }
    }

    /// The tonic service, with message limits set.
    pub fn into_server(self) -> ModerationServiceServer<Self> {
        ModerationServiceServer::new(self).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    fn moderator(&self) -> Result<Arc<Moderator>, Refusal> {
        self.loaded.borrow().moderator.clone().ok_or(Refusal::NotReady)
    }

    /// A turn on one of the threads that judge batches.
    async fn turn(&self, call: &Call) -> Result<Turn, Refusal> {
        let taken = self.turns.take(&call.caller, self.waits.queue).await;
        taken.map_err(|cause| busy(cause, self.waits.queue, &self.metrics))
    }

    /// Judges one comment, counts the verdict and notes it in the log.
    fn moderate(
        &self,
        request: pb::ModerateCommentRequest,
        call: &Call,
    ) -> Result<pb::ModerateCommentResponse, Refusal> {
        let entry = journal::Entry::open(&request, call);
        let answer = self.counted(self.moderator().and_then(|moderator| judge(&moderator, request)));
        if let Ok(pb::ModerateCommentResponse { verdict: Some(verdict), .. }) = &answer {
            self.metrics.judged(journal::decision(verdict), journal::reasons(verdict));
        }
        entry.close(&answer);
        answer
    }

    /// Counts a panic.
    fn counted<T>(&self, answer: Result<T, Refusal>) -> Result<T, Refusal> {
        if matches!(answer, Err(Refusal::Internal)) {
            self.metrics.panics.inc();
        }
        answer
    }
}

/// The call that a message came with.
fn call<T>(request: &Request<T>) -> Call {
    request.extensions().get::<Call>().cloned().unwrap_or_else(Call::unknown)
}

/// Runs pure code that must not panic. If it does all the same, the call is answered and the process lives on; the
/// place of the panic, not its message, is in the log.
fn guard<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Refusal::Internal))
}

#[async_trait]
impl ModerationService for Moderation {
    async fn moderate_comment(
        &self,
        request: Request<pb::ModerateCommentRequest>,
    ) -> Result<Response<pb::ModerateCommentResponse>, Status> {
        let call = call(&request);
        Ok(Response::new(self.moderate_anywhere(request.into_inner(), call).await?))
    }

    async fn batch_moderate_comments(
        &self,
        request: Request<pb::BatchModerateCommentsRequest>,
    ) -> Result<Response<pb::BatchModerateCommentsResponse>, Status> {
        let call = call(&request);
        Ok(Response::new(self.batch(request.into_inner(), call).await?))
    }

    type StreamModerateCommentsStream = stream::Answers;

    async fn stream_moderate_comments(
        &self,
        request: Request<Streaming<pb::StreamModerateCommentsRequest>>,
    ) -> Result<Response<Self::StreamModerateCommentsStream>, Status> {
        let call = call(&request);
        Ok(Response::new(self.clone().stream(request.into_inner(), call)))
    }

    async fn check_draft(
        &self,
        request: Request<pb::CheckDraftRequest>,
    ) -> Result<Response<pb::CheckDraftResponse>, Status> {
        let moderator = self.moderator()?;
        let draft = guard(|| judge::check_draft(&moderator, request.into_inner()));
        Ok(Response::new(self.counted(draft)?))
    }

    async fn get_model(
        &self,
        _request: Request<pb::GetModelRequest>,
    ) -> Result<Response<pb::GetModelResponse>, Status> {
        let moderator = self.moderator()?;
        Ok(Response::new(self.counted(guard(|| Ok(models(moderator.classifier()))))?))
    }

    async fn list_policies(
        &self,
        request: Request<pb::ListPoliciesRequest>,
    ) -> Result<Response<pb::ListPoliciesResponse>, Status> {
        let moderator = self.moderator()?;
        let page = guard(|| page::policies(moderator.policies(), &request.into_inner()));
        Ok(Response::new(self.counted(page)?))
    }

    async fn get_policy(
        &self,
        request: Request<pb::GetPolicyRequest>,
    ) -> Result<Response<pb::GetPolicyResponse>, Status> {
        let loaded = self.loaded.borrow().clone();
        let moderator = loaded.moderator.ok_or(Refusal::NotReady)?;
        let found =
            guard(|| judge::policy(&moderator, &request.into_inner().name, "name").map(convert::policy));
        let found = self.counted(found)?;
        Ok(Response::new(pb::GetPolicyResponse {
            policy: Some(found),
            reloads: loaded.reloads,
            failed_reload: loaded.failed_reload.map(|reason| reason.to_string()).unwrap_or_default(),
        }))
    }

    async fn put_article(
        &self,
        request: Request<pb::PutArticleRequest>,
    ) -> Result<Response<pb::PutArticleResponse>, Status> {
        Ok(Response::new(self.put(request.into_inner()).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let answer: Result<(), Refusal> = guard(|| panic!("on purpose"));
        assert_eq!(answer, Err(Refusal::Internal));
        assert_eq!(guard(|| Ok(1)), Ok(1));
    }
}
