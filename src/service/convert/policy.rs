//! From a policy to the wire. Phrases are counted, never sent.

use super::{attribute, decision};
use crate::{
    moderation::{AttributeRule, CountUnit, DisguiseRule, LengthRule, Policy, RepetitionRule, ShoutingRule},
    pb,
};

/// Name and hash.
pub(crate) fn summary(policy: &Policy) -> pb::PolicySummary {
    pb::PolicySummary { name: policy.name().to_owned(), sha256: policy.sha256().to_owned() }
}

/// The effective policy. A rule that is off asks for APPROVE, or is absent.
pub(crate) fn policy(policy: &Policy) -> pb::Policy {
    let rules = policy.rules();
    let off = pb::Decision::Approve;
    pb::Policy {
        name: policy.name().to_owned(),
        sha256: policy.sha256().to_owned(),
        length: Some(length(&rules.length)),
        login_required: rules.login_required,
        max_links: rules.links.map(|links| links.max),
        links_action: rules.links.map_or(off, |links| decision(links.action)).into(),
        banned_phrases: count(&rules.banned_phrases),
        suspect_phrases: count(&rules.suspect_phrases),
        shouting: rules.shouting.map(shouting),
        repetition: rules.repetition.map(repetition),
        disguise: rules.disguise.map(disguise),
        attributes: rules.attributes.iter().map(threshold).collect(),
        off_topic_hold_below: rules.off_topic_hold_below,
        languages: rules.languages.clone(),
        unsupported_language_action: decision(rules.unsupported_language).into(),
        undecided_action: decision(rules.undecided).into(),
        hold_new_authors_below: rules.hold_new_authors_below,
    }
}

fn count(phrases: &[String]) -> u32 {
    u32::try_from(phrases.len()).unwrap_or(u32::MAX)
}

const fn length(rule: &LengthRule) -> pb::LengthRule {
    let unit = match rule.unit {
        CountUnit::Graphemes => pb::CountUnit::Graphemes,
        CountUnit::CodePoints => pb::CountUnit::CodePoints,
        CountUnit::Utf16 => pb::CountUnit::Utf16,
    };
    pb::LengthRule {
        min: rule.min,
        max: rule.max,
        unit: unit as i32,
        discount_padding: rule.discount_padding,
    }
}

fn shouting(rule: ShoutingRule) -> pb::ShoutingRule {
    pb::ShoutingRule {
        min_upper_share: rule.min_upper_share,
        min_letters: rule.min_letters,
        action: decision(rule.action).into(),
    }
}

fn repetition(rule: RepetitionRule) -> pb::RepetitionRule {
    pb::RepetitionRule {
        min_repeated_share: rule.min_repeated_share,
        min_words: rule.min_words,
        action: decision(rule.action).into(),
    }
}

fn disguise(rule: DisguiseRule) -> pb::DisguiseRule {
    pb::DisguiseRule { min_count: rule.min_count, action: decision(rule.action).into() }
}

fn threshold(rule: &AttributeRule) -> pb::AttributeRule {
    pb::AttributeRule {
        attribute: attribute(rule.attribute).into(),
        hold_at: rule.hold_at,
        reject_at: rule.reject_at,
    }
}
