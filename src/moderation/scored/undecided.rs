//! # What it checks
//! UNDECIDED: whether none of the scores that thresholds need is known, and whether the author is new to the site.
//!
//! # Why
//! What cannot be judged by machine is for a person to judge; so are the first comments of a new author, where the
//! site wants that.
//!
//! # Limits
//! In a language without a model every score is unknown; that is for UNSUPPORTED_LANGUAGE to say, not for this rule.
//! A model may lack a head for some attribute: its other heads then decide, and GetModel tells which it has.
//! An author whose approved comments are not known is not taken for a new one.
//!
//! # Source
//! Pre-moderation of first comments, as most comment systems offer it.

use crate::{
    moderation::{AttributeRule, Author, Decision, ReasonCode, Rules, finding::Finding},
    scores::Scores,
};

pub(super) fn finding(author: &Author, scores: &Scores, rules: &Rules) -> Option<Finding> {
    let unknown = unknown_scores(scores, rules).map(|detail| (rules.undecided, detail));
    let new_author = new_author(author, rules).map(|detail| (Decision::Hold, detail));
    let met: Vec<(Decision, String)> = [unknown, new_author]
        .into_iter()
        .flatten()
        .filter(|(action, _)| *action > Decision::Approve)
        .collect();
    let action = met.iter().map(|(action, _)| *action).max()?;
    let details: Vec<String> = met.into_iter().map(|(_, detail)| detail).collect();
    Some(Finding::new(ReasonCode::Undecided, action, details.join("; ")))
}

fn unknown_scores(scores: &Scores, rules: &Rules) -> Option<String> {
    let needed = rules.attributes.len();
    let known = |rule: &AttributeRule| scores.probability(rule.attribute).is_some_and(f32::is_finite);
    (scores.language.supported && needed > 0 && !rules.attributes.iter().any(known))
        .then(|| format!("none of the {needed} scores that the policy needs is known"))
}

fn new_author(author: &Author, rules: &Rules) -> Option<String> {
    let below = rules.hold_new_authors_below;
    author
        .approved_count
        .filter(|&approved| approved < below)
        .map(|approved| format!("author with {approved} approved comments, held below {below}"))
}
