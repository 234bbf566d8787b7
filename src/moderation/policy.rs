//! What a site asks of a comment, as data: the checked rules of one policy, with everything inherited filled in.
//!
//! A rule that is off is `None`, so that two policies are equal exactly when they judge alike. Reading and
//! inheritance are in `document`, ranges in `draft`; the rules themselves are in `form` and `scored`.

mod document;
mod draft;
mod error;

use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

pub use document::Policies;
pub use draft::{MAX_COUNT, MAX_PHRASE_BYTES, MAX_PHRASES};
pub use error::{MAX_NAME_BYTES, PolicyError};

use super::{Decision, form::Phrases};
use crate::scores::Attribute;

/// A checked policy under its name.
#[derive(Debug, Clone)]
pub struct Policy {
    name: String,
    sha256: String,
    rules: Rules,
    pub(super) banned: Arc<Phrases>,
    pub(super) suspect: Arc<Phrases>,
}

impl Policy {
    fn new(name: String, rules: Rules, banned: Arc<Phrases>, suspect: Arc<Phrases>) -> Self {
        Self { name, sha256: rules.sha256(), rules, banned, suspect }
    }

    /// The name: "default", "SITE" or "SITE/SECTION".
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the rules in lower-case hexadecimal. It does not depend on the name, nor on what was inherited
    /// from where: policies with the same rules have the same hash.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The rules.
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The attributes with a threshold, in order: they must be scored whatever the caller asked for.
    pub fn needed_attributes(&self) -> Vec<Attribute> {
        self.rules.attributes.iter().map(|rule| rule.attribute).collect()
    }
}

/// The rules of a policy. A rule that is off is `None`; no action within a `Some` is [`Decision::Approve`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rules {
    /// How long a comment may be.
    pub length: LengthRule,
    /// Whether only readers who are logged in may comment.
    pub login_required: bool,
    /// How many links a comment may hold.
    pub links: Option<LinksRule>,
    /// The phrases that reject a comment, as written in the policy.
    pub banned_phrases: Vec<String>,
    /// The phrases that hold a comment, as written in the policy.
    pub suspect_phrases: Vec<String>,
    /// When a comment shouts.
    pub shouting: Option<ShoutingRule>,
    /// When a comment repeats itself.
    pub repetition: Option<RepetitionRule>,
    /// When disguised words count against a comment.
    pub disguise: Option<DisguiseRule>,
    /// The thresholds in the order of [`Attribute`]; each rule has at least one.
    pub attributes: Vec<AttributeRule>,
    /// A comment is held when its P(on topic), in `[0, 1]`, is below this.
    pub off_topic_hold_below: Option<f32>,
    /// The primary language subtags that the site takes, sorted; empty means any that a model scores.
    pub languages: Vec<String>,
    /// What to do with a comment in another language.
    pub unsupported_language: Decision,
    /// What to do when none of the scores that thresholds need is known.
    pub undecided: Decision,
    /// Comments of authors with fewer approved comments than this are held; 0 means none.
    pub hold_new_authors_below: u32,
}

impl Rules {
    fn sha256(&self) -> String {
        // Plain structs without maps always serialise; field order is declaration order, so the bytes are canonical.
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        format!("{:x}", Sha256::digest(canonical))
    }
}

/// How long a comment may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LengthRule {
    /// The minimum; 0 when there is none.
    pub min: u32,
    /// The maximum; 0 when there is none.
    pub max: u32,
    /// What is counted.
    pub unit: CountUnit,
    /// Whether a run of one character beyond three counts as three.
    pub discount_padding: bool,
}

/// What a length counts. The ends are trimmed, a run of white space is one space, and what nobody sees is left out,
/// whatever the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub enum CountUnit {
    /// What a reader sees as one character (UAX #29 extended grapheme clusters).
    #[serde(rename = "graphemes")]
    Graphemes,
    /// Unicode code points.
    #[serde(rename = "code_points")]
    CodePoints,
    /// UTF-16 code units, as JavaScript counts.
    #[serde(rename = "utf16")]
    Utf16,
}

/// How many links a comment may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LinksRule {
    /// The most links; 0 allows none.
    pub max: u32,
    /// What to do with a comment that has more.
    pub action: Decision,
}

/// When a comment shouts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShoutingRule {
    /// The share of upper case among letters of any script, in `[0, 1]`, from which a comment shouts.
    pub min_upper_share: f32,
    /// Fewer cased letters than this never shout.
    pub min_letters: u32,
    /// What to do with it.
    pub action: Decision,
}

/// When a comment repeats itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RepetitionRule {
    /// The share of words that are repeats, in `[0, 1]`, from which a comment repeats itself.
    pub min_repeated_share: f32,
    /// Fewer words than this never repeat.
    pub min_words: u32,
    /// What to do with it.
    pub action: Decision,
}

/// When disguised words count against a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DisguiseRule {
    /// Fewer disguises than this are let pass.
    pub min_count: u32,
    /// What to do with it.
    pub action: Decision,
}

/// The thresholds of one attribute; at least one is set, and `hold_at <= reject_at` when both are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AttributeRule {
    /// Which attribute; never [`Attribute::Constructive`], which is a merit.
    pub attribute: Attribute,
    /// Held from this probability on, in `[0, 1]`; `None` means never.
    pub hold_at: Option<f32>,
    /// Rejected from this probability on, in `[0, 1]`; `None` means never.
    pub reject_at: Option<f32>,
}
