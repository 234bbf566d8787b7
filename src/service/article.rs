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
            Err(_panicked) => Err(Refusal::Internal),
        }
    }

    /// Fills in an article that is named by its id alone, if it is known.
    pub(super) fn look_up(&self, request: &mut pb::ModerateCommentRequest) {
        let Some(article) = &mut request.article else { return };
        let pb::Article { id, url, headline, summary, body, targets, language: _ } = &*article;
        let named_only = [headline, summary, body].iter().all(|part| part.is_empty()) && targets.is_empty();
        if id.is_empty() || !named_only {
            return;
        }
        let kept = self.articles.get(id).and_then(|encoded| pb::Article::decode(&*encoded).ok());
        if let Some(mut kept) = kept {
            if !url.is_empty() {
                kept.url.clone_from(url);
            }
            *article = kept;
        }
    }
}
