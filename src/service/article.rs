//! Articles that are put once and named by their id after that.

use prost::Message as _;

use super::{Moderation, convert};
use crate::{moderation::Article, pb, refusal::Refusal};

impl Moderation {
    /// Keeps an article.
    ///
    /// # Errors
    /// All violations of a malformed article at once, or a disk that does not take it.
    pub(super) async fn put(
        &self,
        request: pb::PutArticleRequest,
    ) -> Result<pb::PutArticleResponse, Refusal> {
        let missing = || Refusal::violation("article", "REQUIRED", "missing, exactly one is needed");
        let article = request.article.ok_or_else(missing)?;
        if article.id.is_empty() {
            return Err(Refusal::violation(
                "article.id",
                "REQUIRED",
                "missing, an article is kept by its id",
            ));
        }
        Article::parse(convert::article(article.clone())).map_err(Refusal::Invalid)?;
        let articles = self.articles.clone();
        let kept = tokio::task::spawn_blocking(move || articles.put(&article.id, article.encode_to_vec()));
        match kept.await {
            Ok(Ok(ttl)) => Ok(pb::PutArticleResponse {
                ttl: Some(pbjson_types::Duration {
                    seconds: i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX),
                    nanos: ttl.subsec_nanos().cast_signed(),
                }),
            }),
            Ok(Err(error)) => {
                tracing::error!(%error, "an article is not kept");
                Err(Refusal::NotKept)
            }
            Err(_panicked) => self.counted(Err(Refusal::Internal)),
        }
    }

    /// Fills in an article that is named by its id alone, if it is known. Does not wait for the disk.
    pub(super) async fn look_up(&self, request: &mut pb::ModerateCommentRequest) {
        let Some(article) = named_only(request) else { return };
        let id = article.id.clone();
        let kept = match self.articles.in_reach(&id) {
            None if self.articles.has_file() => {
                let articles = self.articles.clone();
                tokio::task::spawn_blocking(move || articles.get(&id)).await.ok().flatten()
            }
            kept => kept,
        };
        fill(article, kept.as_deref());
    }

    /// The same on a thread that may wait.
    pub(super) fn look_up_here(&self, request: &mut pb::ModerateCommentRequest) {
        let Some(article) = named_only(request) else { return };
        let kept = self.articles.get(&article.id);
        fill(article, kept.as_deref());
    }
}

/// The article of a call, if all that it says of it is an id, and perhaps an address.
fn named_only(request: &mut pb::ModerateCommentRequest) -> Option<&mut pb::Article> {
    request.article.as_mut().filter(|article| {
        let pb::Article { id, url: _, headline, summary, body, targets, language: _ } = &**article;
        let empty = [headline, summary, body].iter().all(|part| part.is_empty()) && targets.is_empty();
        !id.is_empty() && empty
    })
}

fn fill(article: &mut pb::Article, kept: Option<&[u8]>) {
    if let Some(mut kept) = kept.and_then(|encoded| pb::Article::decode(encoded).ok()) {
        if !article.url.is_empty() {
            kept.url = std::mem::take(&mut article.url);
        }
        *article = kept;
    }
}
