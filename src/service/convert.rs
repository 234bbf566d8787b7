//! Between the wire and the domain, one file for each direction.
//!
//! Nothing here decides anything: `request` takes a message apart and notes what the domain cannot express (unknown
//! enum numbers); `verdict`, `policy` and `model` put answers together; `offsets` turns bytes into the unit that the
//! caller counts in.

mod model;
mod offsets;
mod policy;
mod request;
mod verdict;

pub(crate) use model::models;
pub(crate) use policy::{policy, summary};
pub(crate) use request::{Asked, OffsetUnit, article, draft};
pub(crate) use verdict::{draft_response, verdict};

use crate::{moderation::Decision, pb, scores::Attribute};

/// A decision on the wire.
const fn decision(decision: Decision) -> pb::Decision {
    match decision {
        Decision::Approve => pb::Decision::Approve,
        Decision::Hold => pb::Decision::Hold,
        Decision::Reject => pb::Decision::Reject,
    }
}

/// An attribute on the wire.
const fn attribute(attribute: Attribute) -> pb::Attribute {
    match attribute {
        Attribute::Toxicity => pb::Attribute::Toxicity,
        Attribute::SevereToxicity => pb::Attribute::SevereToxicity,
        Attribute::Insult => pb::Attribute::Insult,
        Attribute::Profanity => pb::Attribute::Profanity,
        Attribute::Threat => pb::Attribute::Threat,
        Attribute::IdentityAttack => pb::Attribute::IdentityAttack,
        Attribute::Hostile => pb::Attribute::Hostile,
        Attribute::Antagonising => pb::Attribute::Antagonising,
        Attribute::Condescending => pb::Attribute::Condescending,
        Attribute::Dismissive => pb::Attribute::Dismissive,
        Attribute::Sarcastic => pb::Attribute::Sarcastic,
        Attribute::Generalising => pb::Attribute::Generalising,
        Attribute::Constructive => pb::Attribute::Constructive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_keep_name_and_order_on_the_wire() {
        for (i, each) in Attribute::ALL.into_iter().enumerate() {
            let wire = attribute(each);
            assert_eq!(wire as usize, i + 1);
            assert_eq!(wire.as_str_name(), format!("ATTRIBUTE_{}", each.name().to_uppercase()));
        }
    }
}
