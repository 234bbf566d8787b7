//! Where work is done: small work at once, large work on a thread of its own so that it holds up nobody's I/O.

use super::{Moderation, guard};
use crate::{gate::Call, moderator::Moderator, refusal::Refusal};

/// Larger work goes to a thread of its own: a long body takes milliseconds, an ordinary comment far less than the hop to
/// another thread is worth. In bytes of the message.
pub(crate) const MAX_INLINE_BYTES: usize = 32 * 1024;

impl Moderation {
    /// Does some work with the moderator of the moment, for a message of so many bytes.
    ///
    /// # Errors
    /// No model, no turn, a panic in the work, or what the work refuses.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        bytes: usize,
        call: &Call,
        work: impl FnOnce(&Moderator) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let moderator = self.moderator()?;
        if bytes <= MAX_INLINE_BYTES {
            return self.counted(guard(|| work(&moderator)));
        }
        let turn = self.turn(call).await?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            guard(|| work(&moderator))
        });
        self.counted(done.await.or(Err(Refusal::Internal))?)
    }
}
