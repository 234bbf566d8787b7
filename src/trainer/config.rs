//! What to train: `models/NAME.toml`, as read.

use serde::Deserialize;

use crate::{classifier::grams::Block, scores::Attribute};

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
    /// How many columns to keep.
    pub columns: usize,
    /// The most L-BFGS steps of a fit.
    pub max_iterations: u64,
    /// The share of the groups of calibrating rows that is held out of the fit.
    pub held_out: f64,
    /// The seed of whatever is drawn.
    pub seed: u64,
    /// Whether relevance, stance and sentiment are fitted too (English only so far).
    #[serde(default)]
    pub article_heads: bool,
    /// The blocks of n-grams.
    pub blocks: Vec<BlockConfig>,
    /// The data sets.
    pub sets: Vec<SetConfig>,
    /// The heads.
    pub heads: Vec<HeadConfig>,
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
    /// Where its rows come from.
    pub rows: Vec<RowsConfig>,
    /// A held-out row is positive, for calibration, where its label is above this.
    #[serde(default = "half")]
    pub positive_above: f64,
    /// The share of the toxicity head's standardised logit that is mixed in, in `[0, 1]`.
    #[serde(default)]
    pub toxicity_share: f64,
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

const fn half() -> f64 {
    0.5
}

const fn one() -> f64 {
    1.0
}
