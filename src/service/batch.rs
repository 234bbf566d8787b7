//! Several comments in one call, or one large one, judged on a thread of their own so that they hold up nobody's I/O.

use prost::Message as _;
use tokio_util::sync::CancellationToken;

use super::{Moderation, work::MAX_INLINE_BYTES};
use crate::{
    gate::Call,
    pb::{self, batch_moderate_comments_result::Result as Outcome},
    refusal::{Refusal, status::item_status},
};

/// The most items of a batch.
const MAX_ITEMS: usize = 256;

impl Moderation {
    /// Judges one comment, here or, when it is large, where batches are judged.
    ///
    /// # Errors
    /// As the call itself.
    pub(super) async fn moderate_anywhere(
        &self,
        mut request: pb::ModerateCommentRequest,
        call: Call,
    ) -> Result<pb::ModerateCommentResponse, Refusal> {
        self.look_up(&mut request).await;
        if request.encoded_len() <= MAX_INLINE_BYTES {
            return self.moderate(request, &call);
        }
        let turn = self.turn(&call).await?;
        let service = self.clone();
        let judged = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            service.moderate(request, &call)
        });
        judged.await.or(Err(Refusal::Internal))?
    }

    /// Judges a batch. An item's error answers that item.
    ///
    /// # Errors
    /// Too many items, or no model: then nothing was judged.
    pub(super) async fn batch(
        &self,
        request: pb::BatchModerateCommentsRequest,
        call: Call,
    ) -> Result<pb::BatchModerateCommentsResponse, Refusal> {
        let items = request.requests;
        if items.len() > MAX_ITEMS {
            let description = format!("{} items, at most {MAX_ITEMS}", items.len());
            return Err(Refusal::violation("requests", "TOO_MANY_ITEMS", description));
        }
        self.moderator()?;
        let turn = self.turn(&call).await?;
        // A caller who hangs up or runs into the time limit drops this future; the thread then stops at the next item.
        let abandoned = CancellationToken::new();
        let _hang_up = abandoned.clone().drop_guard();
        let service = self.clone();
        let judged = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let open = items.into_iter().take_while(|_| !abandoned.is_cancelled());
            open.map(|item| service.item(item, &call)).collect()
        });
        let results = judged.await.or(Err(Refusal::Internal))?;
        Ok(pb::BatchModerateCommentsResponse { results })
    }

    fn item(&self, mut request: pb::ModerateCommentRequest, call: &Call) -> pb::BatchModerateCommentsResult {
        self.look_up_here(&mut request);
        let result = match self.moderate(request, call) {
            Ok(response) => Outcome::Response(response),
            Err(refusal) => Outcome::Error(item_status(refusal)),
        };
        pb::BatchModerateCommentsResult { result: Some(result) }
    }
}
