//! The rules that rest on what the classifier found: attributes, relevance, language, and what is unknown.
//!
//! Each is a pure function of scores and policy. A score that is not a finite number counts as unknown. None of
//! them gets milder when a probability rises.

mod attributes;
mod language;
mod off_topic;
mod undecided;

pub(super) use attributes::strongest;

use super::{Comment, Policy, finding::Finding};
use crate::scores::Scores;

/// What the scored rules found, in no particular order.
pub(super) fn findings(comment: &Comment, scores: &Scores, policy: &Policy) -> Vec<Finding> {
    let rules = policy.rules();
    let mut findings = attributes::findings(scores, &rules.attributes);
    findings.extend(off_topic::finding(scores, rules.off_topic_hold_below));
    findings.extend(language::finding(&scores.language, rules));
    findings.extend(undecided::finding(&comment.author, scores, rules));
    findings
}
