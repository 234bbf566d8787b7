//! `comments:suggestscore`: what a moderator made of a comment, as a client tells it.

use std::{collections::BTreeMap, time::SystemTime};

use axum::{Json, extract::Request};
use serde::Serialize;

use super::{
    MAX_BODY_BYTES,
    error::Error,
    request::{self, AttributeScores, Context, Entry, Suggest},
};
use crate::{
    http::{Edge, body},
    refusal::Refusal,
    text::detect_language,
};

/// The answer, as the API writes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
    detected_languages: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requested_languages: Vec<String>,
}

/// One line of the feedback file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    /// RFC 3339, in UTC.
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    community_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<&'a str>,
    languages: &'a [String],
    detected_languages: &'a [&'static str],
    attribute_scores: &'a BTreeMap<String, AttributeScores>,
    /// Only where the operator keeps texts and the client did not ask that this one be not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'a Context>,
}

pub(super) async fn answer(edge: &Edge, request: Request) -> Result<Json<Answer>, Error> {
    let body = body::read(request.into_body(), MAX_BODY_BYTES).await?;
    let suggest: Suggest = request::parse(&body)?;
    let entry = suggest.comment.clone();
    let comment = request::comment(suggest.comment)?;
    request::context(suggest.context.clone())?;
    let attribute_scores = suggest.attribute_scores.unwrap_or_default();
    if attribute_scores.is_empty() {
        return Err(Error::wrong("NO_REQUESTED_ATTRIBUTES", "Missing attribute_scores"));
    }
    let detected_languages = vec![detect_language(comment.text()).code];
    let languages = suggest.languages.unwrap_or_default();
    if let Some(feedback) = &edge.feedback {
        let keeps_text = feedback.keeps_text() && suggest.do_not_store != Some(true);
        let line = Line {
            time: prost_types::Timestamp::from(SystemTime::now()).to_string(),
            community_id: suggest.community_id.as_deref(),
            session_id: suggest.session_id.as_deref(),
            client_token: suggest.client_token.as_deref(),
            languages: &languages,
            detected_languages: &detected_languages,
            attribute_scores: &attribute_scores,
            comment: entry.as_ref().filter(|_| keeps_text),
            context: suggest.context.as_ref().filter(|_| keeps_text),
        };
        let kept = match serde_json::to_vec(&line) {
            Ok(line) => feedback.keep(line).await,
            Err(_unwritable) => false,
        };
        if !kept {
            return Err(Refusal::NotKept.into());
        }
    }
    Ok(Json(Answer {
        client_token: suggest.client_token,
        detected_languages,
        requested_languages: languages,
    }))
}
