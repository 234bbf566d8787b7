//! PURE. The one place where classifier and policies meet.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

use crate::{
    classifier::{Classifier, Model},
    moderation::{Comment, Draft, Policies, Policy, Submission, Verdict},
    scores::Scores,
};

/// A classifier and the policies that judge its scores. Immutable once made; swapped as a whole.
#[derive(Debug)]
pub struct Moderator {
    classifier: Classifier,
    policies: Policies,
}

/// A judged comment.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    /// Derived from submission, model and policy.
    pub decision_id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The scores, unless the caller asked for none.
    pub scores: Option<Scores>,
    /// The model that scored, if any knew the language.
    pub model: Option<&'a Model>,
}
