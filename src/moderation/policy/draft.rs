//! A policy as read, with everything inherited filled in: the shape of a table, and the ranges of its values.
//!
//! Numbers are read wider than they may be, so that one out of range is refused by its key and its limit.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, de};

use super::{
    AttributeRule, CountUnit, DisguiseRule, LengthRule, LinksRule, PolicyError, RepetitionRule, Rules,
    ShoutingRule,
};
use crate::{
    moderation::{Decision, language_tag::primary_subtag},
    scores::Attribute,
};

/// The greatest count that a policy may set, whatever is counted: a text has at most 20,480 bytes.
pub const MAX_COUNT: u32 = 20_480;
/// The most phrases in one list.
pub const MAX_PHRASES: usize = 10_000;
/// The longest phrase, in bytes of UTF-8.
pub const MAX_PHRASE_BYTES: usize = 256;

/// A policy table as read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyDraft {
    length: LengthDraft,
    login_required: bool,
    links: LinksDraft,
    phrases: PhrasesDraft,
    shouting: ShoutingDraft,
    repetition: RepetitionDraft,
    disguise: DisguiseDraft,
    attributes: BTreeMap<Attribute, ThresholdsDraft>,
    off_topic: OffTopicDraft,
    languages: Vec<String>,
    unsupported_language: Decision,
    undecided: Decision,
    new_authors: NewAuthorsDraft,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LengthDraft {
    min: i64,
    max: i64,
    unit: CountUnit,
    discount_padding: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinksDraft {
    max: i64,
    action: Decision,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PhrasesDraft {
    banned: Vec<String>,
    suspect: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShoutingDraft {
    min_upper_share: f64,
    min_letters: i64,
    action: Decision,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RepetitionDraft {
    min_repeated_share: f64,
    min_words: i64,
    action: Decision,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisguiseDraft {
    min_count: i64,
    action: Decision,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OffTopicDraft {
    hold_below: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAuthorsDraft {
    hold_below: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdsDraft {
    #[serde(default)]
    hold_at: ThresholdDraft,
    #[serde(default)]
    reject_at: ThresholdDraft,
}

/// A probability, or the word "never".
#[derive(Debug, Clone, Copy, Default)]
struct ThresholdDraft(Option<f64>);

impl<'de> Deserialize<'de> for ThresholdDraft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = ThresholdDraft;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a probability in [0, 1] or \"never\"")
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<ThresholdDraft, E> {
                Ok(ThresholdDraft(Some(value)))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<ThresholdDraft, E> {
                Ok(ThresholdDraft(Some(value as f64)))
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<ThresholdDraft, E> {
                match value {
                    "never" => Ok(ThresholdDraft(None)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(value), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl PolicyDraft {
    /// Checks every range. `path` is the key of the policy's table, such as "site.herald".
    pub(super) fn check(self, path: &str) -> Result<Rules, PolicyError> {
        let on = |action: Decision| action > Decision::Approve;
        let length = self.length.check(path)?;
        let links =
            LinksRule { max: count(format!("{path}.links.max"), self.links.max)?, action: self.links.action };
        let shouting = ShoutingRule {
            min_upper_share: share(
                format!("{path}.shouting.min_upper_share"),
                self.shouting.min_upper_share,
            )?,
            min_letters: count(format!("{path}.shouting.min_letters"), self.shouting.min_letters)?,
            action: self.shouting.action,
        };
        let repetition = RepetitionRule {
            min_repeated_share: share(
                format!("{path}.repetition.min_repeated_share"),
                self.repetition.min_repeated_share,
            )?,
            min_words: count(format!("{path}.repetition.min_words"), self.repetition.min_words)?,
            action: self.repetition.action,
        };
        let disguise = DisguiseRule {
            min_count: count(format!("{path}.disguise.min_count"), self.disguise.min_count)?.max(1),
            action: self.disguise.action,
        };
        let off_topic = share(format!("{path}.off_topic.hold_below"), self.off_topic.hold_below)?;
        Ok(Rules {
            length,
            login_required: self.login_required,
            links: on(links.action).then_some(links),
            banned_phrases: phrases(format!("{path}.phrases.banned"), self.phrases.banned)?,
            suspect_phrases: phrases(format!("{path}.phrases.suspect"), self.phrases.suspect)?,
            shouting: on(shouting.action).then_some(shouting),
            repetition: on(repetition.action).then_some(repetition),
            disguise: on(disguise.action).then_some(disguise),
            attributes: attributes(path, &self.attributes)?,
            off_topic_hold_below: (off_topic > 0.0).then_some(off_topic),
            languages: languages(path, &self.languages)?,
            unsupported_language: self.unsupported_language,
            undecided: self.undecided,
            hold_new_authors_below: count(
                format!("{path}.new_authors.hold_below"),
                self.new_authors.hold_below,
            )?,
        })
    }
}

impl LengthDraft {
    fn check(&self, path: &str) -> Result<LengthRule, PolicyError> {
        let min = count(format!("{path}.length.min"), self.min)?;
        let max = count(format!("{path}.length.max"), self.max)?;
        if max > 0 && min > max {
            let limit = format!("must be at most {path}.length.max, which is {max}");
            return Err(PolicyError::value(format!("{path}.length.min"), &min, limit));
        }
        Ok(LengthRule { min, max, unit: self.unit, discount_padding: self.discount_padding })
    }
}

fn count(key: String, value: i64) -> Result<u32, PolicyError> {
    u32::try_from(value)
        .ok()
        .filter(|&count| count <= MAX_COUNT)
        .ok_or_else(|| PolicyError::value(key, &value, format!("must be between 0 and {MAX_COUNT}")))
}

fn share(key: String, value: f64) -> Result<f32, PolicyError> {
    if (0.0..=1.0).contains(&value) {
        // Adding 0.0 turns -0.0 into 0.0, which is the same rule and must have the same hash.
        Ok(value as f32 + 0.0)
    } else {
        Err(PolicyError::value(key, &value, "must be between 0 and 1"))
    }
}

fn phrases(key: String, phrases: Vec<String>) -> Result<Vec<String>, PolicyError> {
    if phrases.len() > MAX_PHRASES {
        return Err(PolicyError::value(
            key,
            &format!("a list of {}", phrases.len()),
            format!("must be at most {MAX_PHRASES}"),
        ));
    }
    for (i, phrase) in phrases.iter().enumerate() {
        if phrase.len() > MAX_PHRASE_BYTES {
            return Err(PolicyError::value(
                format!("{key}[{i}]"),
                &format!("{} bytes long", phrase.len()),
                format!("must be at most {MAX_PHRASE_BYTES}"),
            ));
        }
    }
    Ok(phrases)
}

fn attributes(
    path: &str,
    drafts: &BTreeMap<Attribute, ThresholdsDraft>,
) -> Result<Vec<AttributeRule>, PolicyError> {
    let mut rules = Vec::new();
    for (&attribute, draft) in drafts {
        let key = format!("{path}.attributes.{}", attribute.name());
        if attribute == Attribute::Constructive {
            return Err(PolicyError::value(
                key,
                &"set",
                "must be left out: it is a merit, nothing is held for it",
            ));
        }
        let threshold = |name: &str, draft: ThresholdDraft| {
            draft.0.map(|value| share(format!("{key}.{name}"), value)).transpose()
        };
        let hold_at = threshold("hold_at", draft.hold_at)?;
        let reject_at = threshold("reject_at", draft.reject_at)?;
        if let (Some(hold), Some(reject)) = (hold_at, reject_at)
            && hold > reject
        {
            let limit = format!("must be at most {key}.reject_at, which is {reject}");
            return Err(PolicyError::value(format!("{key}.hold_at"), &hold, limit));
        }
        if hold_at.is_some() || reject_at.is_some() {
            rules.push(AttributeRule { attribute, hold_at, reject_at });
        }
    }
    Ok(rules)
}

fn languages(path: &str, tags: &[String]) -> Result<Vec<String>, PolicyError> {
    let mut languages = Vec::new();
    for (i, tag) in tags.iter().enumerate() {
        let primary = primary_subtag(tag).filter(|primary| !primary.is_empty()).ok_or_else(|| {
            PolicyError::value(
                format!("{path}.languages[{i}]"),
                &format!("{tag:?}"),
                "must be a BCP-47 language tag",
            )
        })?;
        languages.push(primary);
    }
    languages.sort();
    languages.dedup();
    Ok(languages)
}
