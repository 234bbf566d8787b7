//! The form rules: exact, without a model, one file each. They alone decide while a reader is still typing.
//!
//! Each rule is a pure function from a comment and its policy to what it found. None knows of another: which
//! one wins is for `judge` to say.

mod disguise;
mod length;
mod links;
mod login;
mod phrases;
mod repetition;
mod shouting;

pub(super) use length::Measured;
pub(super) use phrases::Phrases;

use super::{Comment, Decision, Policy, ReasonCode, finding::Finding};
use crate::text::Text;

/// What the form rules found, in no particular order.
pub(super) fn findings(
    comment: &Comment,
    text: &Text<'_>,
    measured: &Measured,
    policy: &Policy,
) -> Vec<Finding> {
    let rules = policy.rules();
    [
        length::finding(measured, &rules.length),
        login::finding(&comment.author, rules.login_required),
        rules.links.and_then(|rule| links::finding(text, rule)),
        policy.banned.finding(text, ReasonCode::BannedPhrase, Decision::Reject),
        policy.suspect.finding(text, ReasonCode::SuspectPhrase, Decision::Hold),
        rules.shouting.and_then(|rule| shouting::finding(text, rule)),
        rules.repetition.and_then(|rule| repetition::finding(text, rule)),
        rules.disguise.and_then(|rule| disguise::finding(text, rule)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
