//! From the wire to the domain: what was asked, unchecked but for what the domain cannot express.

use crate::{
    moderation::{ArticleDraft, AuthorDraft, CommentDraft, Explain, SubmissionDraft, Violation},
    pb,
    refusal::MAX_POLICY_NAME_BYTES,
    scores::Attribute,
};

/// The unit of span offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OffsetUnit {
    /// Unicode code points.
    CodePoints,
    /// UTF-16 code units.
    Utf16,
    /// Bytes of UTF-8.
    Utf8Bytes,
}

/// A call taken apart.
#[derive(Debug)]
pub(crate) struct Asked {
    /// What to judge.
    pub(crate) submission: SubmissionDraft,
    /// The name of the policy; empty for the defaults.
    pub(crate) policy: String,
    /// The unit of spans in the answer.
    pub(crate) unit: OffsetUnit,
    /// What the domain cannot express, in field order.
    pub(crate) violations: Vec<Violation>,
}

impl Asked {
    /// Takes a message apart.
    pub(crate) fn read(request: pb::ModerateCommentRequest) -> Self {
        let mut violations = Vec::new();
        check_policy(&request.policy, "policy", &mut violations);
        let explain = explain(request.explain, &mut violations);
        let unit = unit(request.offset_unit, &mut violations);
        let attributes = attributes(&request.attributes, &mut violations);
        let submission = SubmissionDraft {
            comment: request.comment.map(comment),
            article: request.article.map(article),
            thread: request.thread,
            attributes,
            explain,
            request_id: request.request_id,
            omit_scores: request.omit_scores,
        };
        Self { submission, policy: request.policy, unit, violations }
    }
}

/// Takes a draft apart: the comment, the unit of spans, and what the domain cannot express.
pub(crate) fn draft(request: pb::CheckDraftRequest) -> (Option<CommentDraft>, OffsetUnit, Vec<Violation>) {
    let mut violations = Vec::new();
    if request.comment.is_none() {
        note(&mut violations, "comment", "REQUIRED", "missing, exactly one is needed");
    }
    check_policy(&request.policy, "policy", &mut violations);
    let unit = unit(request.offset_unit, &mut violations);
    (request.comment.map(comment), unit, violations)
}

/// Refuses a policy name that is too long to look up and to repeat in an error.
fn check_policy(name: &str, field: &str, violations: &mut Vec<Violation>) {
    if name.len() > MAX_POLICY_NAME_BYTES {
        let description = format!("{} bytes, at most {MAX_POLICY_NAME_BYTES}", name.len());
        note(violations, field, "TOO_MANY_BYTES", description);
    }
}

fn explain(number: i32, violations: &mut Vec<Violation>) -> Explain {
    match pb::Explain::try_from(number) {
        Ok(pb::Explain::Unspecified | pb::Explain::Reasons) => Explain::Reasons,
        Ok(pb::Explain::Words) => Explain::Words,
        Err(_) => {
            unknown_number(violations, "explain", number);
            Explain::Reasons
        }
    }
}

fn unit(number: i32, violations: &mut Vec<Violation>) -> OffsetUnit {
    match pb::OffsetUnit::try_from(number) {
        Ok(pb::OffsetUnit::Unspecified | pb::OffsetUnit::CodePoints) => OffsetUnit::CodePoints,
        Ok(pb::OffsetUnit::Utf16) => OffsetUnit::Utf16,
        Ok(pb::OffsetUnit::Utf8Bytes) => OffsetUnit::Utf8Bytes,
        Err(_) => {
            unknown_number(violations, "offset_unit", number);
            OffsetUnit::CodePoints
        }
    }
}

/// The most attributes that a call may list: each of the thirteen, with room for repeats.
const MAX_ATTRIBUTES: usize = 64;

fn attributes(numbers: &[i32], violations: &mut Vec<Violation>) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    // One byte on the wire each: a list without end must not become as many violations.
    if numbers.len() > MAX_ATTRIBUTES {
        let description = format!("{} items, at most {MAX_ATTRIBUTES}", numbers.len());
        note(violations, format!("attributes[{MAX_ATTRIBUTES}]"), "TOO_MANY_ITEMS", description);
        return attributes;
    }
    for (i, &number) in numbers.iter().enumerate() {
        // The contract numbers them from 1 in the order of `Attribute::ALL`.
        let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
        match index.and_then(|n| Attribute::ALL.get(n)) {
            Some(&attribute) if attributes.contains(&attribute) => {}
            Some(&attribute) => attributes.push(attribute),
            None => unknown_number(violations, format!("attributes[{i}]"), number),
        }
    }
    attributes
}

fn unknown_number(violations: &mut Vec<Violation>, field: impl Into<String>, number: i32) {
    note(violations, field, "UNKNOWN_ENUM_NUMBER", format!("{number} is not a value of this enum"));
}

fn note(
    violations: &mut Vec<Violation>,
    field: impl Into<String>,
    reason: &'static str,
    description: impl Into<String>,
) {
    violations.push(Violation { field: field.into(), description: description.into(), reason });
}

fn comment(comment: pb::Comment) -> CommentDraft {
    let pb::Comment { id, text, language, author, parent_text, create_time: _ } = comment;
    let pb::Author { id: author_id, authenticated, approved_count, rejected_count } =
        author.unwrap_or_default();
    let author = AuthorDraft { id: author_id, authenticated, approved_count, rejected_count };
    CommentDraft { id, text, language, author, parent_text }
}

pub(crate) fn article(article: pb::Article) -> ArticleDraft {
    let pb::Article { id, url, headline, summary, body, targets, language } = article;
    ArticleDraft { id, url, headline, summary, body, targets, language }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unset_number_means_the_documented_default() {
        let asked = Asked::read(pb::ModerateCommentRequest::default());
        assert_eq!((asked.unit, asked.submission.explain), (OffsetUnit::CodePoints, Explain::Reasons));
        assert!(asked.submission.attributes.is_empty() && asked.violations.is_empty());
    }

    #[test]
    fn unknown_numbers_are_violations_and_named_each() {
        let asked = Asked::read(pb::ModerateCommentRequest {
            explain: 9,
            offset_unit: -1,
            attributes: vec![1, 0, 14, 1],
            policy: "p".repeat(257),
            ..Default::default()
        });
        let fields: Vec<&str> = asked.violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["policy", "explain", "offset_unit", "attributes[1]", "attributes[2]"]);
        assert_eq!(asked.submission.attributes, [Attribute::Toxicity]);
    }

    #[test]
    fn a_draft_without_a_comment_is_a_violation() {
        let (comment, _, violations) = draft(pb::CheckDraftRequest::default());
        assert!(comment.is_none());
        assert_eq!(violations.iter().map(|v| v.field.as_str()).collect::<Vec<_>>(), ["comment"]);
    }
}
