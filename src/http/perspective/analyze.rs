//! `comments:analyze`: scores of a comment, whole and by sentence.

use std::{collections::BTreeMap, ops::Range, time::Instant};

use axum::{Json, extract::Request};
use serde::Serialize;
use tracing::info;

use super::{
    MAX_BODY_BYTES,
    attributes::{Asked, is_of_the_api},
    error::Error,
    request::{self, Analyze, Read, Wanted},
    sentences::sentences,
};
use crate::{
    http::{Edge, body, call},
    moderation::{ArticleDraft, CommentDraft, Submission, SubmissionDraft, primary_subtag},
    moderator::Moderator,
    refusal::Refusal,
    scores::Scores,
    text::Text,
};

/// The longest first line of an article's text that is taken as its headline, in bytes.
const MAX_HEADLINE_BYTES: usize = 300;

/// The type of every score: no other is served.
const PROBABILITY: &str = "PROBABILITY";

/// The answer, as the API writes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attribute_scores: BTreeMap<String, AttributeScores>,
    languages: Vec<String>,
    detected_languages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttributeScores {
    span_scores: Vec<SpanScore>,
    summary_score: Score,
}

#[derive(Debug, Serialize)]
struct SpanScore {
    begin: usize,
    end: usize,
    score: Score,
}

#[derive(Debug, Serialize)]
struct Score {
    value: f32,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Score {
    const fn of(value: f32) -> Self {
        Self { value, kind: PROBABILITY }
    }
}

/// An attribute by the name that the client gave it.
struct Named {
    name: String,
    asked: Asked,
    /// Below it, the attribute is left out.
    threshold: Option<f32>,
}

pub(super) async fn answer(edge: &Edge, request: Request) -> Result<Json<Answer>, Error> {
    let (call, started) = (call(&request), Instant::now());
    let body = body::read(request.into_body(), MAX_BODY_BYTES).await?;
    let id = call.id.clone();
    let analyzed = edge.moderation.work(body.len(), &call, move |moderator| {
        let request: Result<Analyze, Error> = request::parse(&body);
        Ok(request.and_then(|request| {
            let quiet = request.do_not_store == Some(true);
            analyze(moderator, request).map(|answer| (answer, quiet))
        }))
    });
    let (answer, quiet) = analyzed.await??;
    if !quiet {
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        info!(attributes = answer.attribute_scores.len(), call_id = &*id, duration_us, "analyzed");
    }
    Ok(Json(answer))
}

fn analyze(moderator: &Moderator, request: Analyze) -> Result<Answer, Error> {
    let ids = [
        ("clientToken", request.client_token.as_ref()),
        ("sessionId", request.session_id.as_ref()),
        ("communityId", request.community_id.as_ref()),
    ];
    request::bounded(&request.languages, ids)?;
    let comment = request::comment(request.comment)?;
    let (article, parent_text) = request::context(request.context)?;
    let drops = request.drop_unsupported_attributes == Some(true);
    let mut wanted = wanted(request.requested_attributes.unwrap_or_default(), drops)?;
    let requested = request.languages;
    let detected = Text::read(comment.text()).language().code.to_owned();
    if requested.is_empty() && detected == "und" {
        return Err(Error::wrong("LANGUAGE_DETECTION_FAILED", "Unable to detect language"));
    }
    let detected = vec![detected];
    let languages = if requested.is_empty() { detected.clone() } else { requested.clone() };
    let unscored =
        |asked: Asked| languages.iter().map(String::as_str).filter(move |tag| !scored(moderator, asked, tag));
    if drops {
        wanted.retain(|named| unscored(named.asked).next().is_none());
    }
    for Named { name, asked, .. } in &wanted {
        let wrong: Vec<&str> = unscored(*asked).collect();
        if !wrong.is_empty() {
            return Err(Error::language(name, &requested, &detected, &wrong));
        }
    }
    let language = languages.first().cloned().unwrap_or_default();
    let ask = Submitted { wanted: &wanted, language: &language };
    let scores = ask.scores(moderator, comment.text(), headlined(article), parent_text)?;
    let of_text = wanted.iter().any(|named| named.asked.attribute().is_some());
    let by_sentence = of_text && request.span_annotations == Some(true);
    let parts = if by_sentence { sentences(comment.text()) } else { Vec::new() };
    let spans = comment.origins(&parts);
    let by_part = parts.iter().map(|part| {
        let text = comment.text().get(part.clone()).unwrap_or_default();
        ask.scores(moderator, text, ArticleDraft::default(), String::new())
    });
    let by_part: Vec<Scores> = by_part.collect::<Result<_, _>>()?;
    let parts: Vec<(Range<usize>, Scores)> = spans.into_iter().zip(by_part).collect();
    Ok(Answer {
        attribute_scores: wanted.iter().filter_map(|named| named.of(&scores, &parts, &comment)).collect(),
        languages,
        detected_languages: detected,
        client_token: request.client_token,
    })
}

/// Whether an attribute is scored in a language.
fn scored(moderator: &Moderator, asked: Asked, tag: &str) -> bool {
    let language = primary_subtag(tag).unwrap_or_default();
    moderator.classifier().model(&language).is_some_and(|model| asked.is_scored_by(model))
}

/// The attributes asked for, by name. `drops` leaves out those of the API that nothing here scores.
fn wanted(requested: BTreeMap<String, Option<Wanted>>, drops: bool) -> Result<Vec<Named>, Error> {
    if requested.is_empty() {
        return Err(Error::wrong("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"));
    }
    let one = |(name, wanted): (String, Option<Wanted>)| {
        let Some(asked) = Asked::named(&name) else { return Err(Error::attribute(&name)) };
        let Wanted { score_type, score_threshold } = wanted.unwrap_or_default();
        match score_type.as_deref() {
            None | Some(PROBABILITY | "SCORE_TYPE_UNSPECIFIED") => {}
            Some(other) => {
                let shown = body::told(other);
                let message = format!("Requested score type {shown} is not supported by attribute {name}");
                return Err(Error::invalid(message));
            }
        }
        Ok(Named { name, asked, threshold: score_threshold })
    };
    requested.into_iter().filter(|(name, _)| !(drops && is_of_the_api(name))).map(one).collect()
}

/// An article's text: its first line is the headline, if it is short enough to be one.
fn headlined(text: String) -> ArticleDraft {
    let (first, rest) = text.trim_start().split_once('\n').unwrap_or((text.trim_start(), ""));
    if first.len() <= MAX_HEADLINE_BYTES {
        ArticleDraft {
            headline: first.trim_end().to_owned(),
            body: rest.to_owned(),
            ..ArticleDraft::default()
        }
    } else {
        ArticleDraft { body: text, ..ArticleDraft::default() }
    }
}

/// What every text of a request has in common.
struct Submitted<'a> {
    wanted: &'a [Named],
    language: &'a str,
}

impl Submitted<'_> {
    fn scores(
        &self,
        moderator: &Moderator,
        text: &str,
        article: ArticleDraft,
        parent_text: String,
    ) -> Result<Scores, Error> {
        let comment = CommentDraft {
            text: text.to_owned(),
            language: self.language.to_owned(),
            parent_text,
            ..CommentDraft::default()
        };
        let submission = Submission::parse(SubmissionDraft {
            comment: Some(comment),
            article: Some(article),
            attributes: self.wanted.iter().filter_map(|named| named.asked.attribute()).collect(),
            ..SubmissionDraft::default()
        });
        Ok(moderator.score(&submission.map_err(Refusal::Invalid)?))
    }
}

impl Named {
    /// The attribute's scores; none where it cannot be told or is below its threshold.
    fn of(
        &self,
        scores: &Scores,
        parts: &[(Range<usize>, Scores)],
        comment: &Read,
    ) -> Option<(String, AttributeScores)> {
        let value = self.asked.of(scores)?;
        if self.threshold.is_some_and(|threshold| value < threshold) {
            return None;
        }
        let span = |span: &Range<usize>, value| SpanScore {
            begin: span.start,
            end: span.end,
            score: Score::of(value),
        };
        let mut spans: Vec<SpanScore> = match self.asked {
            Asked::Civility(_) => {
                parts.iter().filter_map(|(at, scores)| Some(span(at, self.asked.of(scores)?))).collect()
            }
            // What a comment says of its article, it says as a whole.
            Asked::OffTopic | Asked::StanceAgainst | Asked::StanceFavor => Vec::new(),
        };
        if spans.is_empty() {
            spans.push(span(&(0..comment.utf16_len()), value));
        }
        Some((self.name.clone(), AttributeScores { span_scores: spans, summary_score: Score::of(value) }))
    }
}
