//! One head: from samples to weights, and from logits to calibrated probabilities.

use linfa::{DatasetBase, traits::Fit as _};
use ndarray::Array1;

use crate::{
    calibration,
    sparse_logistic::{Csr, SparseLogisticRegression},
};

/// Why a head could not be fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// The fit itself failed.
    #[error(transparent)]
    Fit(#[from] crate::sparse_logistic::Error),
    /// The calibration failed.
    #[error("calibration failed")]
    Calibration(#[from] calibration::CalibrationError),
    /// The columns were refused.
    #[error(transparent)]
    Columns(#[from] crate::classifier::artifact::ArtifactError),
    /// One head failed.
    #[error("cannot fit {head}")]
    Head {
        /// The head.
        head: &'static str,
        /// Why.
        source: Box<Self>,
    },
}

impl FitError {
    /// The same error with the head that it is about.
    #[must_use]
    pub fn of(self, head: &'static str) -> Self {
        Self::Head { head, source: Box::new(self) }
    }
}

/// One labelled row.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The row.
    pub row: usize,
    /// The probability of the positive label, in `[0, 1]`.
    pub label: f32,
    /// How much the row counts.
    pub weight: f32,
    /// Which of the head's sources it comes from.
    pub source: usize,
}

/// The value of a source's indicator: so large that the penalty on its weight is a hundredth of the others'.
const INDICATOR: f32 = 10.0;

/// A fitted head.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// One weight for each column.
    pub weights: Vec<f64>,
    /// The log-odds of an empty row.
    pub intercept: f64,
    /// How many steps the fit took.
    pub iterations: u64,
    /// The penalised loss at the end.
    pub loss: f64,
}

impl Fitted {
    /// The logits of samples.
    pub fn decisions(&self, rows: &Csr, samples: &[Sample]) -> Vec<f64> {
        let decide = |sample: &Sample| {
            let (columns, values) = rows.row(sample.row).unwrap_or_default();
            let weight = |c: &u32| self.weights.get(*c as usize).copied().unwrap_or_default();
            self.intercept + columns.iter().zip(values).map(|(c, v)| weight(c) * f64::from(*v)).sum::<f64>()
        };
        samples.iter().map(decide).collect()
    }
}

/// Fits L2 logistic regression. A sample whose label is a probability p counts as two: positive with weight p and
/// negative with weight 1 - p, which is the cross-entropy against p. Each of so many `sources` gets an intercept of its
/// own, which is dropped afterwards; 0 for none.
///
/// # Errors
/// When the samples lack one of the labels.
pub fn fit(
    rows: &Csr,
    samples: &[Sample],
    l2: f64,
    max_iterations: u64,
    sources: usize,
) -> Result<Fitted, FitError> {
    let mut with_source = Csr::new(rows.columns() + sources)?;
    let mut indices = Vec::with_capacity(samples.len());
    let mut labels = Vec::with_capacity(samples.len());
    let mut weights = Vec::with_capacity(samples.len());
    for sample in samples {
        for (label, share) in [(true, sample.label), (false, 1.0 - sample.label)] {
            if share > 0.0 {
                indices.push(sample.row);
                if sources > 0 {
                    let (columns, values) = rows.row(sample.row).unwrap_or_default();
                    let own = ((rows.columns() + sample.source) as u32, INDICATOR);
                    let row = columns.iter().copied().zip(values.iter().copied()).chain([own]);
                    with_source.push_row(&row.collect::<Vec<_>>())?;
                }
                labels.push(label);
                weights.push(share * sample.weight);
            }
        }
    }
    let records = if sources > 0 { with_source } else { rows.select_rows(&indices)? };
    let dataset = DatasetBase::new(records, Array1::from(labels)).with_weights(Array1::from(weights));
    let mut model = SparseLogisticRegression::params().l2(l2).max_iterations(max_iterations).fit(&dataset)?;
    model.weights.truncate(rows.columns());
    Ok(Fitted {
        weights: model.weights,
        intercept: model.intercept,
        iterations: model.iterations,
        loss: model.cost,
    })
}

/// Platt's slope and intercept for samples whose labels count as positive above `positive_above`.
///
/// # Errors
/// When Newton's method does not converge.
pub fn platt(logits: &[f64], samples: &[Sample], positive_above: f64) -> Result<(f64, f64), FitError> {
    let labels: Vec<bool> = samples.iter().map(|s| f64::from(s.label) > positive_above).collect();
    Ok(calibration::platt(logits, &labels)?)
}
