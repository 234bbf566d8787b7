//! Measures a model on the development sets: one row for each set and label.
//!
//! The served heads score every comment. Stance is measured by route, whatever a target would be taken for when served.

use std::path::Path;

use rayon::prelude::*;

use super::{
    bias,
    civility::Calibrated,
    config::Config,
    corpus::{CorpusError, Row, rows},
    decisions,
    measured::Measured,
    metrics::{auc, calibration_error, f1},
    pointing, relevance, sentiment,
    sets::{SetError, Sets},
    stance,
};
use crate::{
    classifier::{Model, article::ArticleHeads},
    moderation::{Decision, Policies},
    scores::Attribute,
    text::Text,
};

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

const KOREAN: [Task; 3] = [
    task("beep.dev", "civil", 0.5, Attribute::Toxicity),
    task("kmhas.test", "civil", 0.5, Attribute::Toxicity),
    task("kmhas.test", "labels.classes=profanity", 0.5, Attribute::Profanity),
];

/// Measures everything that a model has.
///
/// # Errors
/// When a set cannot be read, or a head that is measured in folds cannot be fitted.
pub fn all(model: &Model, config: &Config, sets: &Sets, data: &Path) -> Result<Vec<Measured>, SetError> {
    let mut measured = civility(model, data)?;
    measured.extend(decided(model, data)?);
    if model.language() == "en" {
        measured.extend(fairness(model, data)?);
        if let Ok(sentences) = sets.rows("sentences") {
            measured.extend(pointing::evaluate(model, &sentences, config.held_out));
        }
    }
    if let (Some(heads), Some(config_heads)) = (model.article(), &config.article) {
        let ArticleHeads { lexicon, relevance, stance, sentiment } = heads;
        let seed = config.seed;
        if let Some(params) = relevance {
            measured.extend(relevance::evaluate(data, sets, config_heads, params, lexicon, seed)?);
        }
        if let Some(params) = stance {
            measured.extend(stance::evaluate(data, sets, config_heads, params, lexicon)?);
        }
        if let Some(params) = sentiment {
            measured.extend(sentiment::evaluate(data, sets, config_heads, params, lexicon)?);
        }
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
        let score = |row: &Row| {
            let label = row.number(task.label)? >= task.at_least;
            let score = model.civility().scores(&Text::read(&row.text), &[task.head], false);
            Some((f64::from(score.first()?.probability.unwrap_or_default()), label))
        };
        let scored: Vec<(f64, bool)> = rows.par_iter().filter_map(score).collect();
        let label = task.label.trim_start_matches("labels.");
        if let Some((slope, shift)) = calibration(model, task.head) {
            let before: Vec<(f64, bool)> = scored
                .iter()
                .map(|(p, label)| (logistic((libm::log(p / (1.0 - p)) - shift) / slope), *label))
                .collect();
            let what = format!("{label} ECE before calibration");
            measured.extend(Measured::of(task.set, &what, &before, calibration_error));
        }
        measured.extend(Measured::of(task.set, &format!("{label} AUC"), &scored, auc));
        measured.extend(Measured::of(task.set, &format!("{label} ECE"), &scored, calibration_error));
    }
    Ok(measured)
}

/// What the default policy decides about the development sets, and its F1 on them.
fn decided(model: &Model, data: &Path) -> Result<Vec<Measured>, SetError> {
    let sets: &[&str] =
        if model.language() == "ko" { &["beep.dev", "kmhas.test"] } else { &["ucc.val", "c3", "ctc", "fox"] };
    let policies = Policies::parse("").map_err(|error| SetError::Policy(error.to_string()))?;
    let mut measured = Vec::new();
    for set in sets {
        let rows = rows(&data.join("dev").join(format!("{set}.jsonl")))?;
        let decide = |row: &Row| {
            Some((decisions::by_default(model, &policies, &row.text)?, row.number("civil")? >= 0.5))
        };
        let decided: Vec<(Decision, bool)> = rows.par_iter().filter_map(decide).collect();
        measured.extend(decisions::shares(set, &decided));
        let pairs: Vec<(usize, usize)> = decided
            .iter()
            .map(|(decision, is_uncivil)| {
                (usize::from(*is_uncivil), usize::from(*decision != Decision::Approve))
            })
            .collect();
        measured.extend(Measured::of(set, "F1 of not approved by default", &pairs, |p| f1(p, 1)));
        if model.language() == "ko" {
            measured.extend(by_threshold(model, set, &rows));
        }
    }
    Ok(measured)
}

/// How much scores depend on who is spoken of.
fn fairness(model: &Model, data: &Path) -> Result<Vec<Measured>, SetError> {
    let rows = rows(&data.join("dev/madlibs.jsonl"))?;
    let score = |row: &Row| {
        let scores = model.civility().scores(&Text::read(&row.text), &[Attribute::Toxicity], false);
        let probability = f64::from(scores.first()?.probability.unwrap_or_default());
        Some((row.text.clone(), (probability, row.number("civil")? >= 0.5)))
    };
    let scored: Vec<_> = rows.par_iter().filter_map(score).collect();
    let policies = Policies::parse("").map_err(|error| SetError::Policy(error.to_string()))?;
    let is_held = |text: &str| decisions::by_default(model, &policies, text) != Some(Decision::Approve);
    Ok([bias::by_identity("madlibs", &scored), bias::statements(is_held)].concat())
}

/// How a head was calibrated, as provenance tells.
fn calibration(model: &Model, head: Attribute) -> Option<(f64, f64)> {
    let figures = &model.provenance().figures;
    let value = |name: &String| figures.iter().find(|f| f.name == *name).map(|f| f.value);
    let [slope, shift] = Calibrated::names(head);
    Some((value(&slope)?, value(&shift)?))
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}

/// F1 of holding from other thresholds of toxicity than the default one.
fn by_threshold(model: &Model, set: &str, rows: &[Row]) -> Vec<Measured> {
    let score = |row: &Row| {
        let scores = model.civility().scores(&Text::read(&row.text), &[Attribute::Toxicity], false);
        Some((usize::from(row.number("civil")? >= 0.5), scores.first()?.probability.unwrap_or_default()))
    };
    let scored: Vec<(usize, f32)> = rows.par_iter().filter_map(score).collect();
    let at = |threshold: f32| {
        let pairs: Vec<(usize, usize)> =
            scored.iter().map(|(gold, p)| (*gold, usize::from(*p >= threshold))).collect();
        Measured::of(set, &format!("F1 of toxicity >= {threshold}"), &pairs, |p| f1(p, 1))
    };
    [0.1, 0.2, 0.3, 0.4, 0.5].into_iter().filter_map(at).collect()
}
