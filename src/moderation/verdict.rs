//! The answer: a decision with its reasons.

use std::borrow::Cow;

use crate::{scores::Attribute, text::Span};

/// What to do with a comment, from the mildest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Publish it.
    Approve,
    /// A person should look at it first.
    Hold,
    /// Do not publish it.
    Reject,
}

/// The closed list of rules, in the order in which reasons of the same action are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonCode {
    /// Nothing visible was written.
    Empty,
    /// Shorter than the minimum.
    TooShort,
    /// Longer than the maximum.
    TooLong,
    /// Long enough only by repeating one character.
    Padded,
    /// The site takes comments only from readers who are logged in.
    LoginRequired,
    /// More links than the site allows.
    TooManyLinks,
    /// Holds a phrase that the site bans.
    BannedPhrase,
    /// Holds a phrase that the site wants a person to look at.
    SuspectPhrase,
    /// Mostly upper case.
    Shouting,
    /// The same words over and over.
    Repetition,
    /// Words are written so as to escape filters.
    DisguisedText,
    /// Rude or disrespectful.
    Uncivil,
    /// Insults a person.
    Insult,
    /// Swear words.
    Profanity,
    /// Threatens violence.
    Threat,
    /// Attacks people for who they are.
    IdentityAttack,
    /// Very hateful or aggressive.
    SevereToxicity,
    /// Not about the article.
    OffTopic,
    /// Written in a language that the site or the models do not take.
    UnsupportedLanguage,
    /// Could not be judged: no score that the policy needs is known, or the author is new to the site.
    Undecided,
}

/// One rule that the comment met.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Which rule.
    pub code: ReasonCode,
    /// What the rule asks for.
    pub action: Decision,
    /// What to tell the author; names no phrase and no score.
    pub author_message: Cow<'static, str>,
    /// The measured value and the limit, for a moderator. Holds no comment text.
    pub moderator_detail: String,
    /// The attribute on which the reason rests.
    pub attribute: Option<Attribute>,
    /// Its score.
    pub score: Option<f32>,
    /// The threshold that it reached.
    pub threshold: Option<f32>,
    /// Where, in bytes of the original text, in order and without overlap.
    pub spans: Vec<Span>,
    /// Whether the author can lift the reason by rewording or logging in.
    pub author_can_fix: bool,
}

/// The length of a comment as its policy counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// How long it is.
    pub count: u32,
    /// The minimum; 0 when there is none.
    pub min: u32,
    /// The maximum; 0 when there is none.
    pub max: u32,
}

/// The outcome of judging a comment: the strictest action of all reasons, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The strictest action of all reasons.
    pub decision: Decision,
    /// Strictest action first, then by [`ReasonCode`], then by attribute.
    pub reasons: Vec<Reason>,
    /// The measured length.
    pub length: Length,
}

/// The outcome of checking a draft against the form rules alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The measured length.
    pub length: Length,
    /// How many are missing below the minimum, else how many are left to the maximum (negative when too long),
    /// else 0.
    pub remaining: i32,
    /// Whether no form rule holds or rejects the draft.
    pub ready: bool,
    /// The counter to show, such as "12/50".
    pub counter: String,
    /// What stands in the way.
    pub reasons: Vec<Reason>,
}
