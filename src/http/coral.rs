//! Coral's external moderation phase: a comment in, signed by Coral, and what to do with it out.
//!
//! Source: Coral's guides for external moderation phases and webhooks. Coral waits a fifth of a second by default and goes on
//! without an answer after that, or after any answer that is not 2xx.

mod opinion;
mod signature;

use std::{borrow::Cow, time::Duration};

use axum::{
    Json, Router,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::Deserialize;
use tonic::Code;
use tracing::warn;

use self::opinion::Opinion;
pub use self::signature::{Secrets, SecretsError};
use super::{Edge, body, call, error::Failure, markup::text_of, shape::HTTP};
use crate::{
    moderation::{MAX_ID_BYTES, MAX_TEXT_BYTES, MAX_URL_BYTES},
    pb::{self, moderation_service_server::ModerationService as _},
    refusal::Refusal,
    telemetry::metrics,
};

/// Where Coral calls.
pub(super) const PATH: &str = "/coral/moderate";

/// The names of its calls in metrics and traces.
pub(super) const NAMES: metrics::Method =
    metrics::Method { grpc_type: HTTP, grpc_service: "coral", grpc_method: "ExternalModerationPhase" };

/// The largest request, in bytes: the largest comment that Coral takes (500 kB), were each byte escaped by six.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// The longest that a request may take to come. Who sends it is known by what it holds, and it has a place till then.
const MAX_WAIT: Duration = Duration::from_secs(2);

pub(super) fn routes() -> Router<Edge> {
    Router::new().route(PATH, post(moderate))
}

/// What Coral sends, as far as it is used.
#[derive(Debug, Deserialize)]
struct Asked {
    comment: Comment,
    author: Id,
    story: Story,
}

#[derive(Debug, Deserialize)]
struct Comment {
    body: String,
}

#[derive(Debug, Deserialize)]
struct Id {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Story {
    id: String,
    #[serde(default)]
    url: Option<String>,
}

/// What the address of the phase says.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The name of the policy.
    policy: String,
    /// The format that is set for the phase in Coral.
    format: Format,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Format {
    #[default]
    PlainText,
    Html,
}

async fn moderate(
    State(edge): State<Edge>,
    settings: Result<Query<Settings>, QueryRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let Some(secrets) = edge.coral.as_ref().map(|secrets| secrets.borrow().clone()) else {
        let message = "Coral is not answered here: --coral-secrets is not set";
        return Err(Failure::new(StatusCode::NOT_FOUND, Code::NotFound, "CORAL_IS_OFF", message));
    };
    let call = call(&request);
    let signatures = signature::sent(request.headers());
    if signatures.is_empty() {
        return Err(unsigned());
    }
    let read = tokio::time::timeout(MAX_WAIT, body::read(request.into_body(), MAX_BODY_BYTES)).await;
    let bytes = read.or(Err(Refusal::TooLate { limit: MAX_WAIT }))??;
    if !secrets.signed(&bytes, &signatures) {
        // An operator who has mixed up secrets sees nothing else of it: Coral goes on without an answer.
        warn!(
            call_id = &*call.id,
            signatures = signatures.len(),
            "a call as from Coral is not signed by a known secret"
        );
        return Err(unsigned());
    }
    let malformed = |field: &str, why: &str| Refusal::violation(field, "MALFORMED", body::told(why));
    let Query(settings) = settings.map_err(|wrong| malformed("query", &wrong.body_text()))?;
    let asked: Asked = body::parse(&bytes).map_err(|why| malformed("body", &why))?;
    if asked.comment.body.len() > MAX_TEXT_BYTES {
        // An error would let it pass: Coral goes on without an answer.
        return Ok(Json(Opinion::withheld()).into_response());
    }
    let asked = asked.message(&settings);
    if asked.comment.as_ref().is_some_and(|comment| comment.text.trim().is_empty()) {
        // Coral itself refuses what is empty: this is a picture or a rating, which nothing here can see.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut message = tonic::Request::new(asked);
    message.extensions_mut().insert(call);
    let answer = edge.moderation.moderate_comment(message).await?.into_inner();
    Ok(match answer.verdict.as_ref().and_then(opinion::of) {
        Some(opinion) => Json(opinion).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

fn unsigned() -> Failure {
    let message = "X-Coral-Signature is missing, or none of its signatures is by a secret of --coral-secrets";
    Failure::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, "WRONG_SIGNATURE", message)
}

impl Asked {
    fn message(self, settings: &Settings) -> pb::ModerateCommentRequest {
        let text = match settings.format {
            Format::PlainText => Cow::Borrowed(&*self.comment.body),
            Format::Html => Cow::Owned(text_of(&self.comment.body)),
        };
        // An error would let the comment pass, and what is too long here only helps to judge it.
        let at_most =
            |limit: usize, text: String| Some(text).filter(|text| text.len() <= limit).unwrap_or_default();
        let id = at_most(MAX_ID_BYTES, self.story.id);
        let url = at_most(MAX_URL_BYTES, self.story.url.unwrap_or_default());
        // Only those who are logged in can comment there.
        let author = pb::Author {
            id: at_most(MAX_ID_BYTES, self.author.id),
            authenticated: true,
            ..Default::default()
        };
        pb::ModerateCommentRequest {
            comment: Some(pb::Comment {
                text: text.into_owned(),
                author: Some(author),
                ..Default::default()
            }),
            article: Some(pb::Article { id, url, ..Default::default() }),
            policy: settings.policy.clone(),
            omit_scores: true,
            ..Default::default()
        }
    }
}
