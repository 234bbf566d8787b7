//! # What it checks
//! UNCIVIL, INSULT, PROFANITY, THREAT, IDENTITY_ATTACK and SEVERE_TOXICITY: calibrated probabilities against the
//! policy's `hold_at` and `reject_at`.
//!
//! # Why
//! Two thresholds let a site reject what is sure and show a person what is not.
//!
//! # Limits
//! UNCIVIL stands for toxicity and for the finer tones of it, each with its own reason. With an explanation at hand
//! a reason points at the few words that moved the score most; without one it points nowhere.
//!
//! # Source
//! The attributes follow Borkan et al., "Nuanced Metrics" (2019), and Price et al., "Six Attributes of Unhealthy
//! Conversations" (2020).

use crate::{
    moderation::{
        AttributeRule, Decision, ReasonCode,
        finding::{Finding, Reached},
    },
    scores::{Attribute, AttributeScore, Scores},
    text::Span,
};

/// The most words that a reason points at.
const MAX_SPANS: usize = 5;

/// A word that moved the score less than this share of what the strongest did is not pointed at.
const MIN_SHARE: f64 = 0.2;

pub(super) fn findings(scores: &Scores, rules: &[AttributeRule]) -> Vec<Finding> {
    rules.iter().filter_map(|rule| finding(scores, rule)).collect()
}

fn finding(scores: &Scores, rule: &AttributeRule) -> Option<Finding> {
    let code = reason_code(rule.attribute)?;
    let entry = scores.attributes.iter().find(|s| s.attribute == rule.attribute)?;
    let score = entry.probability.filter(|p| p.is_finite())?;
    let (action, threshold) = [(Decision::Reject, rule.reject_at), (Decision::Hold, rule.hold_at)]
        .into_iter()
        .find_map(|(action, at)| at.filter(|&at| score >= at).map(|at| (action, at)))?;
    let verb = if action == Decision::Reject { "rejected" } else { "held" };
    let detail = format!("{} {score:.3}, {verb} from {threshold:.3}", rule.attribute.name());
    let mut finding = Finding::new(code, action, detail).at(strongest(entry));
    finding.score = Some(Reached { attribute: rule.attribute, score, threshold });
    Some(finding)
}

/// The reason that an attribute gives; none for a merit.
const fn reason_code(attribute: Attribute) -> Option<ReasonCode> {
    Some(match attribute {
        Attribute::Toxicity
        | Attribute::Hostile
        | Attribute::Antagonising
        | Attribute::Condescending
        | Attribute::Dismissive
        | Attribute::Sarcastic
        | Attribute::Generalising => ReasonCode::Uncivil,
        Attribute::SevereToxicity => ReasonCode::SevereToxicity,
        Attribute::Insult => ReasonCode::Insult,
        Attribute::Profanity => ReasonCode::Profanity,
        Attribute::Threat => ReasonCode::Threat,
        Attribute::IdentityAttack => ReasonCode::IdentityAttack,
        Attribute::Constructive => return None,
    })
}

/// The words that moved a score most towards its attribute.
pub(in crate::moderation) fn strongest(entry: &AttributeScore) -> Vec<Span> {
    let contributions = entry.explanation.as_ref().map_or(&[][..], |e| &e.contributions);
    let mut towards: Vec<_> = contributions.iter().filter(|c| c.log_odds > 0.0).collect();
    towards.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds).then(a.span.cmp(&b.span)));
    let least = towards.first().map_or(0.0, |c| c.log_odds * MIN_SHARE);
    towards.into_iter().take(MAX_SPANS).filter(|c| c.log_odds >= least).map(|c| c.span).collect()
}
