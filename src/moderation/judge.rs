//! Puts the findings of all rules together: the strictest action wins, and every reason is given.
//!
//! Pure and infallible: the same comment, scores and policy give the same verdict, whatever they are.

use std::cmp::Reverse;

use super::{
    Comment, Decision, Draft, Length, Policy, Reason, ReasonCode, Verdict,
    finding::Finding,
    form::{self, Measured},
    messages::author_message,
    scored,
};
use crate::{
    scores::Scores,
    text::{Text, detect_language},
};

/// Judges a comment. `text` must have been read from the comment's text, `scores` found in it.
///
/// A comment in which nothing can be seen is not judged by its scores.
pub fn judge(comment: &Comment, text: &Text<'_>, scores: &Scores, policy: &Policy) -> Verdict {
    let measured = Measured::of(text.original(), &policy.rules().length);
    let mut findings = form::findings(comment, text, &measured, policy);
    if !measured.empty {
        findings.extend(scored::findings(comment, scores, policy));
    }
    let language = comment.language.as_deref().unwrap_or(&scores.language.code);
    let reasons = reasons(findings, language, measured.length);
    Verdict { decision: decision(&reasons), reasons, length: measured.length }
}

/// Checks a draft against the form rules alone, for the counter that a reader sees while typing.
pub fn check_draft(comment: &Comment, text: &Text<'_>, policy: &Policy) -> Draft {
    let measured = Measured::of(text.original(), &policy.rules().length);
    let findings = form::findings(comment, text, &measured, policy);
    let language = comment.language.as_deref().unwrap_or_else(|| detect_language(text.original()).code);
    let reasons = reasons(findings, language, measured.length);
    let (remaining, counter) = counter(measured.length);
    Draft { length: measured.length, remaining, ready: reasons.is_empty(), counter, reasons }
}

/// The strictest action of all reasons.
fn decision(reasons: &[Reason]) -> Decision {
    reasons.iter().map(|reason| reason.action).max().unwrap_or(Decision::Approve)
}

/// Reasons from findings: strictest action first, then by code, then by attribute.
fn reasons(findings: Vec<Finding>, language: &str, length: Length) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = findings
        .into_iter()
        .map(|finding| Reason {
            code: finding.code,
            action: finding.action,
            author_message: author_message(finding.code, language, length),
            moderator_detail: finding.detail,
            attribute: finding.score.map(|reached| reached.attribute),
            score: finding.score.map(|reached| reached.score),
            threshold: finding.score.map(|reached| reached.threshold),
            spans: finding.spans,
            // Nothing that an author rewords makes a language known or an author an old hand.
            author_can_fix: !matches!(finding.code, ReasonCode::UnsupportedLanguage | ReasonCode::Undecided),
        })
        .collect();
    reasons.sort_by_key(|reason| (Reverse(reason.action), reason.code, reason.attribute));
    reasons
}

/// How many are missing or left, and the text that says how far along a draft is: against the minimum until that is
/// reached, then against the maximum if there is one.
fn counter(Length { count, min, max }: Length) -> (i32, String) {
    let distance = |limit: u32| i32::try_from(i64::from(limit) - i64::from(count)).unwrap_or(i32::MIN);
    if count < min {
        (distance(min), format!("{count}/{min}"))
    } else if max > 0 {
        (distance(max), format!("{count}/{max}"))
    } else if min > 0 {
        (0, format!("{count}/{min}"))
    } else {
        (0, count.to_string())
    }
}
