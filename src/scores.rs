//! The words in which a classifier speaks and a policy listens: attributes and scores.
//!
//! Owned by neither, so that neither needs to know the other. Everything here is plain data; an unknown score is
//! `None`, never a number.

use crate::text::Span;

/// What can be scored about a comment. Closed: the contract lists the same thirteen in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// Rude, disrespectful or unreasonable, so that people might leave the discussion.
    Toxicity,
    /// Very hateful or aggressive.
    SevereToxicity,
    /// Insulting towards a person or a group.
    Insult,
    /// Swear words and other obscene language.
    Profanity,
    /// Wishes or announces violence.
    Threat,
    /// Attacks people for who they are.
    IdentityAttack,
    /// Openly aggressive towards people.
    Hostile,
    /// Provokes or trolls to get a reaction.
    Antagonising,
    /// Patronising, talks down.
    Condescending,
    /// Waves people or views away without engaging.
    Dismissive,
    /// Says the opposite of what is meant, to mock.
    Sarcastic,
    /// Makes unfair sweeping claims about a group.
    Generalising,
    /// Adds evidence, reasons, experience or a proposal in good faith.
    Constructive,
}

impl Attribute {
    /// All attributes, in the order of the contract.
    pub const ALL: [Self; 13] = [
        Self::Toxicity,
        Self::SevereToxicity,
        Self::Insult,
        Self::Profanity,
        Self::Threat,
        Self::IdentityAttack,
        Self::Hostile,
        Self::Antagonising,
        Self::Condescending,
        Self::Dismissive,
        Self::Sarcastic,
        Self::Generalising,
        Self::Constructive,
    ];

    /// The name in configuration files: lower case with underscores.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Toxicity => "toxicity",
            Self::SevereToxicity => "severe_toxicity",
            Self::Insult => "insult",
            Self::Profanity => "profanity",
            Self::Threat => "threat",
            Self::IdentityAttack => "identity_attack",
            Self::Hostile => "hostile",
            Self::Antagonising => "antagonising",
            Self::Condescending => "condescending",
            Self::Dismissive => "dismissive",
            Self::Sarcastic => "sarcastic",
            Self::Generalising => "generalising",
            Self::Constructive => "constructive",
        }
    }
}

/// What the classifier found in one comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// The language of the comment.
    pub language: Language,
    /// One entry for each attribute asked for, in the order of [`Attribute`].
    pub attributes: Vec<AttributeScore>,
    /// One entry for each target, in the order given.
    pub stances: Vec<Stance>,
    /// P(on topic) in `[0, 1]`, where it could be told.
    pub on_topic: Option<f32>,
    /// The tone, where it could be scored.
    pub sentiment: Option<Sentiment>,
}

impl Scores {
    /// The probability of one attribute, when it was asked for and is known.
    pub fn probability(&self, attribute: Attribute) -> Option<f32> {
        self.attributes.iter().find(|s| s.attribute == attribute).and_then(|s| s.probability)
    }
}

/// The language of a comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// The BCP-47 primary subtag, "und" when undetermined.
    pub code: String,
    /// How sure detection is, in `[0, 1]`; 1 when the caller said it.
    pub confidence: f32,
    /// Whether a loaded model scores this language.
    pub supported: bool,
}

/// The score of one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeScore {
    /// Which attribute.
    pub attribute: Attribute,
    /// The calibrated probability in `[0, 1]`; `None` when the model cannot tell.
    pub probability: Option<f32>,
    /// What each word contributed, when asked for and known.
    pub explanation: Option<Explanation>,
}

/// The log-odds of a score, taken apart. `contributions`, `rest` and `bias` add up to the log-odds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explanation {
    /// What each word contributed, strongest first.
    pub contributions: Vec<Contribution>,
    /// The sum of the contributions that are not listed.
    pub rest: f64,
    /// The log-odds of a comment without any known feature.
    pub bias: f64,
}

/// What one word contributed to the log-odds of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Where the word stands in the original text.
    pub span: Span,
    /// The word as it was read, disguises undone.
    pub term: String,
    /// Positive towards the attribute.
    pub log_odds: f64,
}

/// The stance towards one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Stance {
    /// The target as given.
    pub target: String,
    /// The label; unknown whenever the probabilities are not sure enough.
    pub label: StanceLabel,
    /// The probabilities, where something could be scored.
    pub probabilities: Option<StanceProbabilities>,
}

/// A stance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StanceLabel {
    /// For the target.
    Favor,
    /// Against the target.
    Against,
    /// Speaks of something else, or takes no side.
    Neutral,
    /// Cannot be told.
    Unknown,
}

/// Stance probabilities; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StanceProbabilities {
    /// P(favor).
    pub favor: f32,
    /// P(against).
    pub against: f32,
    /// P(neutral).
    pub neutral: f32,
}

/// Sentiment probabilities; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sentiment {
    /// P(positive).
    pub positive: f32,
    /// P(neutral).
    pub neutral: f32,
    /// P(negative).
    pub negative: f32,
}
