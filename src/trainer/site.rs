//! What a site does with comments that it labelled itself: look up thresholds, and calibrate a head anew.

use std::path::Path;

use super::{
    corpus::{CorpusError, Row, rows_and_hash},
    decisions::thresholds,
    metrics::calibration_error,
};
use crate::{
    calibration::{CalibrationError, platt},
    classifier::{ArtifactError, Model, TrainingSet, artifact::Artifact, standard::sigmoid},
    scores::Attribute,
    text::Text,
};

/// Fewest labelled comments to calibrate on: with fewer, the two numbers are mostly noise.
const MIN_ROWS: usize = 100;

/// Why a site's own comments cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The file cannot be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The model has no head for the attribute.
    #[error("the model has no head for {0}")]
    NoHead(&'static str),
    /// Too few comments carry the label.
    #[error("{rows} comments have the label {label:?}, at least {MIN_ROWS} are needed")]
    TooFew {
        /// How many there are.
        rows: usize,
        /// The label.
        label: String,
    },
    /// The labels do not allow a calibration.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// The labels contradict the head.
    #[error(
        "the higher the score, the less often {label:?} is 1 (slope {slope:.3}): is 1 what the attribute means?"
    )]
    Inverted {
        /// The label.
        label: String,
        /// Platt's slope.
        slope: f64,
    },
    /// The calibrated model cannot be written.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

/// Which labelled comments of a site, and which head.
#[derive(Debug)]
pub struct Site<'a> {
    /// JSON Lines with `text` and the label.
    pub file: &'a Path,
    /// Where the label is: `civil`, `labels.NAME` or `soft.NAME`; positive from 0.5 on.
    pub label: &'a str,
    /// The head.
    pub attribute: Attribute,
}

/// Logits and labels of all comments that have the label, and the SHA-256 of the file.
fn logits(model: &Model, site: &Site<'_>) -> Result<(Vec<f64>, Vec<bool>, String), SiteError> {
    let (rows, sha256) = rows_and_hash(site.file)?;
    let heads = model.civility().heads();
    let head = heads.iter().position(|head| head.attribute == site.attribute);
    let head = head.ok_or_else(|| SiteError::NoHead(site.attribute.name()))?;
    let score = |row: &Row| {
        let label = row.number(site.label)? >= 0.5;
        let text = Text::read(&row.text);
        let found = model.civility().vocabulary().row(&text);
        let logit = model.civility().logits(&found).get(head).copied().filter(|_| !found.is_empty())?;
        Some((f64::from(logit), label))
    };
    let (logits, labels): (Vec<f64>, Vec<bool>) = rows.iter().filter_map(score).unzip();
    if logits.len() < MIN_ROWS {
        return Err(SiteError::TooFew { rows: logits.len(), label: site.label.to_owned() });
    }
    Ok((logits, labels, sha256))
}

fn probability(logit: f64) -> f64 {
    f64::from(sigmoid(logit as f32))
}

/// What holding 0.5 to 40 % of a site's comments would catch.
///
/// # Errors
/// When the file cannot be read or has too few labels, or the model no such head.
pub fn threshold_table(model: &Model, site: &Site<'_>) -> Result<String, SiteError> {
    let (logits, labels, _) = logits(model, site)?;
    let scored: Vec<(f64, bool)> = logits.into_iter().map(probability).zip(labels).collect();
    Ok(thresholds(site.attribute, &scored))
}

/// How far probabilities were off, as expected calibration error, before and after: after is measured on each half of the
/// comments with the two numbers fitted on the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recalibrated {
    /// How many comments.
    pub rows: usize,
    /// By what logits are multiplied.
    pub slope: f64,
    /// What is added to them.
    pub intercept: f64,
    /// The error before.
    pub before: f64,
    /// The error after.
    pub after: f64,
}

/// Calibrates one head of a model on a site's comments, in place; provenance tells of it.
///
/// # Errors
/// As [`threshold_table`], or when one of the labels is missing.
pub fn recalibrate(artifact: &mut Artifact, site: &Site<'_>) -> Result<Recalibrated, SiteError> {
    let model = Model::check(artifact.clone(), String::new())?;
    let (logits, labels, sha256) = logits(&model, site)?;
    let error =
        |scored: &[(f64, bool)]| calibration_error(&scored.iter().collect::<Vec<_>>()).unwrap_or_default();
    let before: Vec<(f64, bool)> =
        logits.iter().copied().map(probability).zip(labels.iter().copied()).collect();
    let (slope, intercept) = platt(&logits, &labels)?;
    if slope <= 0.0 {
        return Err(SiteError::Inverted { label: site.label.to_owned(), slope });
    }
    let mut after = Vec::new();
    // Every other row of each label, so that both halves have both however the file is ordered.
    let mut seen = [0, 0];
    let halves: Vec<usize> = labels
        .iter()
        .map(|label| {
            let [negative, positive] = &mut seen;
            let count = if *label { positive } else { negative };
            *count += 1;
            *count % 2
        })
        .collect();
    for half in 0..2 {
        let part = |other: bool| -> (Vec<f64>, Vec<bool>) {
            let rows = logits.iter().zip(&labels).zip(&halves).filter(|(_, h)| (**h == half) != other);
            rows.map(|((logit, label), _)| (*logit, *label)).unzip()
        };
        let ((fit_logits, fit_labels), (logits, labels)) = (part(true), part(false));
        let (slope, intercept) = platt(&fit_logits, &fit_labels)?;
        after.extend(logits.into_iter().map(|z| probability(slope * z + intercept)).zip(labels));
    }
    for head in artifact.civility.heads.iter_mut().filter(|head| head.attribute == site.attribute) {
        head.scale = (f64::from(head.scale) * slope) as f32;
        head.bias = (f64::from(head.bias) * slope + intercept) as f32;
    }
    // Ranks are as they were; probabilities, and what a policy does with them, are not.
    artifact.provenance.figures.retain(|figure| figure.name.contains("AUC"));
    artifact.version.push_str("+calibrated");
    artifact.provenance.sets.push(TrainingSet {
        name: format!("calibration of {}", site.attribute.name()),
        license: "the site's own".to_owned(),
        rows: u32::try_from(logits.len()).unwrap_or(u32::MAX),
        sha256,
    });
    Ok(Recalibrated { rows: logits.len(), slope, intercept, before: error(&before), after: error(&after) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &[u8] = include_bytes!("../../models/english.comity");

    /// 200 comments of which a third of the rude ones are labelled, so that the shipped probabilities are too high.
    fn file() -> tempfile::NamedTempFile {
        let line = |i| {
            let text = if i % 3 == 0 { "You are a pathetic idiot" } else { "The bridge opens in May" };
            format!("{{\"text\": \"{text} {i}\", \"civil\": {}}}", u8::from(i % 9 == 0))
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), (0..200).map(line).collect::<Vec<_>>().join("\n")).unwrap();
        file
    }

    #[test]
    fn a_site_that_tolerates_more_gets_lower_probabilities() {
        let file = file();
        let site = Site { file: file.path(), label: "civil", attribute: Attribute::Toxicity };
        let mut artifact = Artifact::from_bytes(ENGLISH).unwrap();
        let sets = artifact.provenance.sets.len();
        let done = recalibrate(&mut artifact, &site).unwrap();
        assert_eq!((done.rows, artifact.provenance.sets.len()), (200, sets + 1));
        assert!(done.after < done.before && done.after < 0.1, "{done:?}");
        let model = Model::check(artifact, String::new()).unwrap();
        let text = Text::read("You are a pathetic idiot 7");
        let score = model.civility().scores(&text, &[Attribute::Toxicity], true);
        let probability = score[0].probability.unwrap();
        assert!((probability - 1.0 / 3.0).abs() < 0.1, "{probability}");
        let parts = score[0].explanation.as_ref().unwrap();
        let sum: f64 = parts.bias + parts.rest + parts.contributions.iter().map(|c| c.log_odds).sum::<f64>();
        assert!((f64::from(sigmoid(sum as f32)) - f64::from(probability)).abs() < 1e-4);
        let table = threshold_table(&model, &site).unwrap();
        assert!(table.lines().count() > 5 && table.contains("toxicity"), "{table}");
    }

    #[test]
    fn a_file_whose_rows_take_turns_is_as_good_as_any() {
        let line = |i| match i % 2 {
            0 => format!("{{\"text\": \"You are a pathetic idiot {i}\", \"civil\": 1}}"),
            _ => format!("{{\"text\": \"The bridge opens in May {i}\", \"civil\": 0}}"),
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), (0..120).map(line).collect::<Vec<_>>().join("\n")).unwrap();
        let site = Site { file: file.path(), label: "civil", attribute: Attribute::Toxicity };
        let done = recalibrate(&mut Artifact::from_bytes(ENGLISH).unwrap(), &site).unwrap();
        assert!(done.rows == 120 && done.after < 0.1, "{done:?}");
    }

    #[test]
    fn labels_the_wrong_way_round_are_refused() {
        let file = file();
        let turned = std::fs::read_to_string(file.path()).unwrap();
        let turned = turned.replace("\"civil\": 1", "\"civil\": 2").replace("\"civil\": 0", "\"civil\": 1");
        std::fs::write(file.path(), turned.replace("\"civil\": 2", "\"civil\": 0")).unwrap();
        let mut artifact = Artifact::from_bytes(ENGLISH).unwrap();
        let site = Site { file: file.path(), label: "civil", attribute: Attribute::Toxicity };
        assert!(matches!(recalibrate(&mut artifact, &site), Err(SiteError::Inverted { .. })));
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_name() {
        let file = file();
        let mut artifact = Artifact::from_bytes(ENGLISH).unwrap();
        let absent = Site { file: file.path(), label: "labels.mood", attribute: Attribute::Toxicity };
        let message = recalibrate(&mut artifact, &absent).unwrap_err().to_string();
        assert_eq!(message, "0 comments have the label \"labels.mood\", at least 100 are needed");
    }
}
