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
    feedback::Feedback,
    http::{Edge, body, call},
    refusal::Refusal,
    text::Text,
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

/// The most that is kept of one suggestion, in bytes: a comment that JSON escapes throughout, and room.
const MAX_LINE_BYTES: usize = 160 * 1024;

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
    let call = call(&request);
    let body = body::read(request.into_body(), MAX_BODY_BYTES).await?;
    let keeps_text = edge.feedback.as_ref().is_some_and(Feedback::keeps_text);
    let read = edge.moderation.work(body.len(), &call, move |_| Ok(suggested(&body, keeps_text)));
    let (answer, line) = read.await??;
    if let Some(feedback) = &edge.feedback
        && !feedback.keep(line).await
    {
        return Err(Refusal::NotKept.into());
    }
    Ok(Json(answer))
}

/// Checks a suggestion: the answer, and the line to keep.
fn suggested(body: &[u8], keeps_text: bool) -> Result<(Answer, Vec<u8>), Error> {
    let suggest: Suggest = request::parse(body)?;
    let ids = [
        ("clientToken", suggest.client_token.as_ref()),
        ("sessionId", suggest.session_id.as_ref()),
        ("communityId", suggest.community_id.as_ref()),
    ];
    request::bounded(&suggest.languages, ids)?;
    let entry = suggest.comment.clone();
    let comment = request::comment(suggest.comment)?;
    suggest.context.as_ref().map_or(Ok(()), request::checked)?;
    let told = suggest.attribute_scores.unwrap_or_default().into_iter();
    let attribute_scores: BTreeMap<String, AttributeScores> =
        told.filter_map(|(name, scores)| Some((name, scores?))).collect();
    if attribute_scores.is_empty() {
        return Err(Error::wrong("NO_REQUESTED_ATTRIBUTES", "Missing attribute_scores"));
    }
    for (name, scores) in &attribute_scores {
        let spans = scores.span_scores.iter().flatten().map(|span| &span.score);
        let mut all = scores.summary_score.iter().chain(spans).peekable();
        if all.peek().is_none() {
            let message = format!("attribute_scores: {} has no score", body::told(name));
            return Err(Error::invalid(message));
        }
        if all.any(|score| !(0.0..=1.0).contains(&score.value)) {
            return Err(Error::invalid("attribute_scores: every value must be from 0 to 1"));
        }
    }
    let detected_languages = vec![Text::read(comment.text()).language().code];
    let languages = suggest.languages;
    let keeps_text = keeps_text && suggest.do_not_store != Some(true);
    let mut line = Line {
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
    let mut written = serde_json::to_vec(&line).or(Err(Refusal::Internal))?;
    if written.len() > MAX_LINE_BYTES {
        // What somebody made of a comment is worth more than the article that it stood under.
        line.context = None;
        written = serde_json::to_vec(&line).or(Err(Refusal::Internal))?;
    }
    if written.len() > MAX_LINE_BYTES {
        let message =
            format!("the suggestion has {} bytes, at most {MAX_LINE_BYTES} are kept", written.len());
        return Err(Error::invalid(message));
    }
    Ok((
        Answer { client_token: suggest.client_token, detected_languages, requested_languages: languages },
        written,
    ))
}
