//! Measures a model on the development sets: one row for each set and label.
//!
//! The serving path itself scores every comment; nothing here has a shortcut of its own.

use std::path::Path;

use rayon::prelude::*;

use super::corpus::{CorpusError, Row, rows};
use crate::{
    classifier::{Model, article::ArticleHeads, artifact::Figure},
    metrics::{CALIBRATION_BINS, auc, bootstrap_interval, expected_calibration_error},
    scores::Attribute,
    text::Text,
};

/// Resamples of a bootstrap interval.
const RESAMPLES: u32 = 200;
const SEED: u64 = 20_261_122;

/// One measured figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The development set.
    pub set: String,
    /// Label and metric.
    pub what: String,
    /// How many rows were measured.
    pub rows: usize,
    /// The value.
    pub value: f64,
    /// The bootstrap 95 % interval.
    pub interval: Option<(f64, f64)>,
}

impl Measured {
    /// As provenance holds it.
    pub fn figure(&self) -> Figure {
        Figure { name: format!("{} {}", self.set, self.what), value: (self.value * 1e4).round() / 1e4 }
    }
}

/// A label of a development set, and the head that should find it.
struct Task {
    set: &'static str,
    label: &'static str,
    at_least: f64,
    head: Attribute,
}

const fn task(set: &'static str, label: &'static str, at_least: f64, head: Attribute) -> Task {
    Task { set, label, at_least, head }
}

const ENGLISH: [Task; 20] = [
    task("ucc.val", "labels.hostile", 0.5, Attribute::Hostile),
    task("ucc.val", "labels.antagonize", 0.5, Attribute::Antagonising),
    task("ucc.val", "labels.condescending", 0.5, Attribute::Condescending),
    task("ucc.val", "labels.dismissive", 0.5, Attribute::Dismissive),
    task("ucc.val", "labels.sarcastic", 0.5, Attribute::Sarcastic),
    task("ucc.val", "labels.generalisation_unfair", 0.5, Attribute::Generalising),
    task("ucc.val", "civil", 0.5, Attribute::Toxicity),
    task("c3", "civil", 0.5, Attribute::Toxicity),
    task("c3", "labels.constructive_binary", 0.5, Attribute::Constructive),
    task("ctc", "civil", 0.5, Attribute::Toxicity),
    task("fox", "civil", 0.5, Attribute::Toxicity),
    task("jigsaw_wiki.test", "labels.toxic", 0.5, Attribute::Toxicity),
    task("jigsaw_wiki.test", "labels.severe_toxic", 0.5, Attribute::SevereToxicity),
    task("jigsaw_wiki.test", "labels.obscene", 0.5, Attribute::Profanity),
    task("jigsaw_wiki.test", "labels.insult", 0.5, Attribute::Insult),
    task("jigsaw_wiki.test", "labels.threat", 0.5, Attribute::Threat),
    task("jigsaw_wiki.test", "labels.identity_hate", 0.5, Attribute::IdentityAttack),
    task("wiki_tox.test", "civil", 0.5, Attribute::Toxicity),
    task("wiki_tox_fuzzed.test", "civil", 0.5, Attribute::Toxicity),
    task("madlibs", "civil", 0.5, Attribute::Toxicity),
];

const KOREAN: [Task; 2] = [
    task("beep.dev", "civil", 0.5, Attribute::Toxicity),
    task("kmhas.test", "civil", 0.5, Attribute::Toxicity),
];

/// Measures everything that a model has.
///
/// # Errors
/// When a set cannot be read.
pub fn all(model: &Model, data: &Path, seed: u64) -> Result<Vec<Measured>, CorpusError> {
    let mut measured = civility(model, data)?;
    if let Some(ArticleHeads { lexicon, relevance, stance, sentiment }) = model.article() {
        let figures = [
            super::relevance::evaluate(data, relevance, lexicon, seed)?,
            super::stance::evaluate(data, stance, lexicon)?,
            super::sentiment::evaluate(data, sentiment, lexicon)?,
        ];
        measured.extend(figures.into_iter().flatten().map(|(what, value)| Measured {
            set: "article heads".to_owned(),
            what,
            rows: 0,
            value,
            interval: None,
        }));
    }
    Ok(measured)
}

/// Measures the civility heads of a model on the sets of its language below `data/dev`.
///
/// # Errors
/// When a set cannot be read.
pub fn civility(model: &Model, data: &Path) -> Result<Vec<Measured>, CorpusError> {
    let tasks: &[Task] = if model.language() == "ko" { &KOREAN } else { &ENGLISH };
    let mut measured = Vec::new();
    let mut loaded: Option<(&str, Vec<Row>)> = None;
    for task in tasks {
        if loaded.as_ref().is_none_or(|(set, _)| *set != task.set) {
            loaded = Some((task.set, rows(&data.join("dev").join(format!("{}.jsonl", task.set)))?));
        }
        let Some((_, rows)) = &loaded else { continue };
        let (scores, labels): (Vec<f64>, Vec<bool>) = rows
            .par_iter()
            .filter_map(|row| {
                let label = row.number(task.label)? >= task.at_least;
                let text = Text::read(&row.text);
                let score = model.civility().scores(&text, &[task.head], false);
                Some((f64::from(score.first()?.probability.unwrap_or_default()), label))
            })
            .unzip();
        let label = task.label.trim_start_matches("labels.");
        let add = |what: &str, value, interval| Measured {
            set: task.set.to_owned(),
            what: format!("{label} {what}"),
            rows: labels.len(),
            value,
            interval,
        };
        let resampled = |positions: &[usize]| {
            let pick = |i: &usize| Some((*scores.get(*i)?, *labels.get(*i)?));
            let (scores, labels): (Vec<f64>, Vec<bool>) = positions.iter().filter_map(pick).unzip();
            auc(&scores, &labels)
        };
        let interval = bootstrap_interval(labels.len(), RESAMPLES, SEED, resampled);
        measured.extend(auc(&scores, &labels).map(|value| add("AUC", value, interval)));
        measured.extend(
            expected_calibration_error(&scores, &labels, CALIBRATION_BINS)
                .map(|value| add("ECE", value, None)),
        );
    }
    Ok(measured)
}
