//! What can be asked for: the attributes of the Perspective API that have a head here, and comity's own about the article.

use crate::{
    classifier::Model,
    scores::{Attribute, Scores},
};

/// Something that is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// An attribute of the text.
    Civility(Attribute),
    /// 1 - P(on topic).
    OffTopic,
    /// P(against the article's subject).
    StanceAgainst,
    /// P(for the article's subject).
    StanceFavor,
}

/// The names of the API, each also with "_EXPERIMENTAL", and comity's own.
const NAMES: [(&str, Asked); 10] = [
    ("TOXICITY", Asked::Civility(Attribute::Toxicity)),
    ("TOXICITY_FAST", Asked::Civility(Attribute::Toxicity)),
    ("SEVERE_TOXICITY", Asked::Civility(Attribute::SevereToxicity)),
    ("IDENTITY_ATTACK", Asked::Civility(Attribute::IdentityAttack)),
    ("INSULT", Asked::Civility(Attribute::Insult)),
    ("PROFANITY", Asked::Civility(Attribute::Profanity)),
    ("THREAT", Asked::Civility(Attribute::Threat)),
    ("COMITY_OFF_TOPIC", Asked::OffTopic),
    ("COMITY_STANCE_AGAINST", Asked::StanceAgainst),
    ("COMITY_STANCE_FAVOR", Asked::StanceFavor),
];

/// Names of the API that nothing here scores, without "_EXPERIMENTAL". Source: its documentation and client libraries.
const NOT_SERVED: [&str; 24] = [
    "AFFINITY",
    "ALIENATION",
    "ATTACK_ON_AUTHOR",
    "ATTACK_ON_COMMENTER",
    "COMPASSION",
    "CONSTRUCTIVE",
    "CURIOSITY",
    "FEARMONGERING",
    "FLIRTATION",
    "GENERALIZATION",
    "INCOHERENT",
    "INFLAMMATORY",
    "LIKELY_TO_REJECT",
    "MORAL_OUTRAGE",
    "NUANCE",
    "OBSCENE",
    "PERSONAL_STORY",
    "POWER_APPEAL",
    "REASONING",
    "RESPECT",
    "SCAPEGOATING",
    "SEXUALLY_EXPLICIT",
    "SPAM",
    "UNSUBSTANTIAL",
];

/// Whether a name is one of the API's that nothing here scores.
pub(super) fn is_of_the_api(name: &str) -> bool {
    NOT_SERVED.contains(&name.strip_suffix("_EXPERIMENTAL").unwrap_or(name))
}

impl Asked {
    /// What a name asks for; none when nothing here scores that.
    pub(super) fn named(name: &str) -> Option<Self> {
        let plain = name.strip_suffix("_EXPERIMENTAL").filter(|plain| !plain.starts_with("COMITY_"));
        NAMES.iter().find(|(known, _)| *known == plain.unwrap_or(name)).map(|(_, asked)| *asked)
    }

    /// Whether a model can score it.
    pub(super) fn is_scored_by(self, model: &Model) -> bool {
        match self {
            Self::Civility(attribute) => model.attributes().contains(&attribute),
            Self::OffTopic => model.has_relevance(),
            Self::StanceAgainst | Self::StanceFavor => model.has_stance(),
        }
    }

    /// The attribute of the text, where it is one.
    pub(super) const fn attribute(self) -> Option<Attribute> {
        match self {
            Self::Civility(attribute) => Some(attribute),
            Self::OffTopic | Self::StanceAgainst | Self::StanceFavor => None,
        }
    }

    /// Its probability; none where it cannot be told.
    pub(super) fn of(self, scores: &Scores) -> Option<f32> {
        let stance = || scores.stances.first().and_then(|stance| stance.probabilities);
        match self {
            Self::Civility(attribute) => scores.probability(attribute),
            Self::OffTopic => scores.on_topic.map(|on_topic| 1.0 - on_topic),
            Self::StanceAgainst => stance().map(|stance| stance.against),
            Self::StanceFavor => stance().map(|stance| stance.favor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_api_have_an_experimental_form_and_nothing_is_invented() {
        assert_eq!(Asked::named("TOXICITY"), Some(Asked::Civility(Attribute::Toxicity)));
        assert_eq!(Asked::named("INSULT_EXPERIMENTAL"), Asked::named("INSULT"));
        assert_eq!(Asked::named("COMITY_OFF_TOPIC"), Some(Asked::OffTopic));
        for name in [
            "FLIRTATION",
            "SEXUALLY_EXPLICIT",
            "toxicity",
            "",
            "COMITY_OFF_TOPIC_EXPERIMENTAL",
            "_EXPERIMENTAL",
        ] {
            assert_eq!(Asked::named(name), None, "{name}");
        }
    }
}
