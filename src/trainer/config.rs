//! What to train: `models/NAME.toml`, as read.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    classifier::{grams::Block, words::Morphology},
    scores::Attribute,
};

/// A training configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The model's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The primary language subtag.
    pub language: String,
    /// The licence of the model's file.
    pub license: String,
    /// How many columns to keep.
    pub columns: usize,
    /// The most L-BFGS steps of a fit.
    pub max_iterations: u64,
    /// The share of the groups of calibrating rows that is held out of the fit.
    pub held_out: f64,
    /// The seed of whatever is drawn.
    pub seed: u64,
    /// What relevance, stance and sentiment are fitted on, when they are.
    pub article: Option<ArticleConfig>,
    /// The blocks of n-grams.
    pub blocks: Vec<BlockConfig>,
    /// The data sets.
    pub sets: Vec<SetConfig>,
    /// The heads.
    pub heads: Vec<HeadConfig>,
}

/// Why a configuration makes no sense.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// Nothing or everything would be held out.
    #[error("held_out is {0}, must be above 0 and below 1")]
    HeldOut(f64),
    /// A head has nothing to be calibrated on.
    #[error("none of the rows of {0} calibrates it")]
    Uncalibrated(&'static str),
    /// A head is mixed with one that is not there.
    #[error("{head} mixes {absent}, which has no head")]
    Mix {
        /// The head.
        head: &'static str,
        /// What it mixes.
        absent: &'static str,
    },
}

impl Config {
    /// Finds before a long fit what would fail after it, or be passed over.
    ///
    /// # Errors
    /// When a share is out of range, or a head cannot be calibrated or mixed.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(self.held_out > 0.0 && self.held_out < 1.0) {
            return Err(ConfigError::HeldOut(self.held_out));
        }
        for head in &self.heads {
            let name = head.attribute.name();
            if !head.rows.iter().any(|rows| rows.calibrates) {
                return Err(ConfigError::Uncalibrated(name));
            }
            let has_head = |other: &&Attribute| self.heads.iter().any(|head| head.attribute == **other);
            if let Some(absent) = head.mix.keys().find(|other| !has_head(other)) {
                return Err(ConfigError::Mix { head: name, absent: absent.name() });
            }
        }
        Ok(())
    }
}

/// A block of n-grams and the fewest texts in which one must occur.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockConfig {
    /// The block.
    pub grams: Block,
    /// The fewest texts.
    pub min_texts: u32,
}

/// A data set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetConfig {
    /// The name by which heads refer to it.
    pub name: String,
    /// The file, relative to the data folder; with `ours`, to the folder of the configuration.
    pub file: String,
    /// Whether the file is the project's own.
    #[serde(default)]
    pub ours: bool,
    /// A file of the data folder whose texts are left out of the set, because figures are measured on them.
    pub without: Option<String>,
    /// The sets whose texts these are labels for, when the file is one of annotations without texts.
    #[serde(default)]
    pub labels_of: Vec<String>,
    /// The licence.
    pub license: String,
}

/// A head.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadConfig {
    /// What it scores.
    pub attribute: Attribute,
    /// The L2 penalty.
    pub l2: f64,
    /// Whether each set gets an intercept of its own while fitting, since sets differ in what they count as positive.
    #[serde(default)]
    pub source_intercepts: bool,
    /// Where its rows come from.
    pub rows: Vec<RowsConfig>,
    /// A held-out row is positive, for calibration, where its label is above this.
    #[serde(default = "half")]
    pub positive_above: f64,
    /// What is added of other heads as they were fitted, in their standard deviations for one of its own.
    #[serde(default)]
    pub mix: BTreeMap<Attribute, f64>,
}

/// The rows that a set lends to a head.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsConfig {
    /// The set.
    pub set: String,
    /// Where the label is: `civil`, `labels.NAME` or `soft.NAME`.
    pub label: String,
    /// The label's largest value: a label is divided by it and counts as a probability.
    #[serde(default = "one")]
    pub over: f64,
    /// The weight of a row.
    #[serde(default = "one")]
    pub weight: f64,
    /// Takes only rows with this label value (after division).
    pub only: Option<f64>,
    /// Whether a share of the rows is held out to calibrate the head.
    #[serde(default)]
    pub calibrates: bool,
}

/// The heads that look at the article, and the sets that they are fitted on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArticleConfig {
    /// How words are cut.
    pub morphology: Morphology,
    /// Sets whose texts tell how rare words are.
    pub rarity: Vec<String>,
    /// Sets whose ratings (`labels.mean_rating` from -4 to 4, `labels.rating` from 1 to 10) or sentiments tell how good or
    /// bad words sound.
    pub rated: Vec<String>,
    /// The list of words with their polarity.
    pub polarity: Option<String>,
    /// Sets of comments with their headline as `context`.
    #[serde(default)]
    pub relevance: Vec<String>,
    /// Stance.
    pub stance: Option<StanceConfig>,
    /// Sentiment.
    pub sentiment: Option<SentimentConfig>,
}

impl ArticleConfig {
    /// Every set that a head names.
    pub fn names(&self) -> Vec<String> {
        let stance = self.stance.iter().flat_map(|s| [&s.claims, &s.topics, &s.propositions, &s.persons]);
        let lists = [&self.rarity, &self.rated, &self.relevance].into_iter().chain(stance).flatten();
        let sentiment = self.sentiment.iter().flat_map(|s| s.sets.keys());
        lists.chain(&self.polarity).chain(sentiment).cloned().collect()
    }
}

/// What the stance heads are fitted on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StanceConfig {
    /// Sets of comments with two opposed claims, `labels.stance1` and `labels.stance2`.
    #[serde(default)]
    pub claims: Vec<String>,
    /// Sets of texts with a target and a stance, for topics; the headline is the target where there is none.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Sets of texts with a target and a stance, for propositions.
    #[serde(default)]
    pub propositions: Vec<String>,
    /// Whether the comments about opposed claims are for the proposition head too.
    #[serde(default)]
    pub claims_are_propositions: bool,
    /// Sets of sentences with a named target and the sentiment towards it.
    #[serde(default)]
    pub persons: Vec<String>,
    /// Buckets of the topic head; 0 for numbers alone.
    #[serde(default)]
    pub topic_buckets: usize,
    /// Buckets of the head for propositions; 0 for no such head.
    #[serde(default)]
    pub proposition_buckets: usize,
    /// Buckets of the head for persons; 0 for no such head.
    #[serde(default)]
    pub person_buckets: usize,
    /// The L2 penalty of the topic and proposition heads.
    pub l2: f64,
    /// Whether a comment must mention its target to have a stance.
    pub needs_mention: bool,
    /// From which probability a side is named: topic, proposition, person.
    pub sure: [f32; 3],
    /// From which probability neutral is named.
    pub sure_neutral: f32,
}

/// What the sentiment head is fitted on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentimentConfig {
    /// Sets of texts with a sentiment, and how much a row counts.
    pub sets: BTreeMap<String, f32>,
    /// Buckets of hashed words.
    pub buckets: usize,
    /// The L2 penalty.
    pub l2: f64,
}

const fn half() -> f64 {
    0.5
}

const fn one() -> f64 {
    1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A configuration of one head, with what is given put in.
    fn check(held_out: &str, rows: &str, mix: &str) -> Result<(), ConfigError> {
        let settings = format!(
            "name = 'n'\nversion = '1'\nlanguage = 'en'\nlicense = 'MIT'\ncolumns = 8\nmax_iterations = 9\n\
             held_out = {held_out}\nseed = 1\nblocks = []\nsets = []\n[[heads]]\nattribute = 'toxicity'\nl2 = 1.0\n\
             rows = [{{ set = 's', label = 'civil'{rows} }}]\nmix = {{ {mix} }}\n"
        );
        toml::from_str::<Config>(&settings).unwrap().check()
    }

    #[test]
    fn the_configurations_of_the_models_that_ship_are_sound() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        for name in ["english", "korean", "english-share-alike", "korean-share-alike"] {
            let settings = std::fs::read_to_string(folder.join(name).with_extension("toml")).unwrap();
            assert_eq!(toml::from_str::<Config>(&settings).unwrap().check(), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_would_fail_after_a_long_fit_is_found_before_it() {
        let calibrates = ", calibrates = true";
        assert_eq!(check("0.1", calibrates, ""), Ok(()));
        assert_eq!(check("0.1", calibrates, "toxicity = 0.5"), Ok(()));
        assert_eq!(check("0.0", calibrates, ""), Err(ConfigError::HeldOut(0.0)));
        assert_eq!(check("1.0", calibrates, ""), Err(ConfigError::HeldOut(1.0)));
        assert!(check("nan", calibrates, "").is_err());
        assert_eq!(check("0.1", "", ""), Err(ConfigError::Uncalibrated("toxicity")));
        let absent = ConfigError::Mix { head: "toxicity", absent: "insult" };
        assert_eq!(check("0.1", calibrates, "insult = 0.5"), Err(absent));
    }
}
