//! Logistic regression over sparse rows, for two classes and for more: an algorithm in the manner of linfa's own.
//!
//! linfa-logistic takes dense matrices; text has hundreds of thousands of features of which a comment shows a few
//! hundred. This module fits the same models, to the same optimum, over compressed sparse rows ([`Csr`]). It knows
//! nothing of comments, and nothing of the artifact a model is stored in.
//!
//! # What is minimised
//! For records `x` of shape `(n_samples, n_features)`, targets `y` of shape `(n_samples)` and sample weights `s` (1
//! unless given with [`linfa::DatasetBase::with_weights`]):
//!
//! ```text
//! sum_i s_i loss(y_i, w . x_i + b) + l2 / 2 |w|^2
//! ```
//!
//! The loss is the negative log-likelihood of a sigmoid (targets of `bool`: [`SparseLogisticRegression`]) or of a
//! softmax (targets of `usize`: [`SparseMultiLogisticRegression`]). Intercepts are not penalised.
//!
//! # Correspondence with linfa-logistic 0.8
//! - Its `alpha` is `l2` here: it too holds the penalty against the sum, not the mean, of the losses, without
//!   penalising intercepts, for both models. It has no sample weights.
//! - Its positive class is the more frequent one; here it is always `true`.
//! - Its `gradient_tolerance` bounds the norm of the gradient of the sum; here both tolerances are relative to the sum
//!   of sample weights, so that one setting serves sets of any size.
//! - It predicts classes; here [`linfa::traits::Predict`] gives probabilities.
//!
//! # Reproducibility
//! Sums are taken in an order fixed by the data alone, so a fit gives the same bits on any number of threads. Parameters
//! and sums are `f64`, stored values `f32`.
//!
//! ```
//! use comity::sparse_logistic::{Csr, SparseLogisticRegression};
//! use linfa::DatasetBase;
//! use linfa::traits::{Fit, Predict};
//! use ndarray::array;
//!
//! # fn main() -> comity::sparse_logistic::Result<()> {
//! let mut rows = Csr::new(1000)?;
//! rows.push_row(&[(3, 1.0), (999, 0.5)])?;
//! rows.push_row(&[(4, 1.0)])?;
//! let dataset = DatasetBase::new(rows, array![true, false]);
//! let model = SparseLogisticRegression::params().l2(0.1).fit(&dataset)?;
//! let probabilities = model.predict(&dataset.records);
//! assert!(probabilities[0] > 0.5 && probabilities[1] < 0.5);
//! # Ok(())
//! # }
//! ```

mod algorithm;
mod csr;
mod error;
mod hyperparams;
mod objective;

use linfa::traits::{Predict, PredictInplace};
use ndarray::{Array1, Array2};
use rayon::prelude::*;

pub use csr::{Csr, Row};
pub use error::{Error, Result};
pub use hyperparams::{SparseLogisticParams, SparseLogisticValidParams};

/// Fewest classes of the multinomial model.
pub const MIN_CLASSES: usize = 2;

/// Most classes of the multinomial model: its inner loop is compiled for each number.
pub const MAX_CLASSES: usize = 8;

/// A fitted model of two classes: `p(true | x) = sigmoid(weights . x + intercept)`.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseLogisticRegression {
    /// One weight for each feature, of shape `(n_features)`.
    pub weights: Vec<f64>,
    /// The score of an empty row.
    pub intercept: f64,
    /// Iterations the optimiser took; equal to the most allowed if it did not converge. Fewer, too, when
    /// its line search found no lower cost within the precision of the numbers.
    pub iterations: u64,
    /// The minimum reached: weighted loss of all rows plus penalty.
    pub cost: f64,
}

impl SparseLogisticRegression {
    /// Default hyperparameters.
    pub fn params() -> SparseLogisticParams {
        SparseLogisticParams::default()
    }

    /// The parameters as [`SparseLogisticParams::initial`] takes them, of shape `(n_features + 1, 1)`.
    pub fn parameters(&self) -> Array2<f64> {
        let params: Array1<f64> = self.weights.iter().copied().chain([self.intercept]).collect();
        params.insert_axis(ndarray::Axis(1))
    }

    /// Scores (logits) of shape `(n_samples)`; columns beyond the features of the model count nothing.
    pub fn decision(&self, rows: &Csr) -> Vec<f64> {
        let (weights, _) = self.weights.as_chunks::<1>();
        let score = |row| {
            let [score] = objective::scores(row, weights, [self.intercept]);
            score
        };
        (0..rows.rows()).into_par_iter().filter_map(|position| rows.row(position).map(score)).collect()
    }
}

impl PredictInplace<Csr, Array1<f64>> for SparseLogisticRegression {
    /// Probabilities of `true`, in [0, 1], of shape `(n_samples)`.
    fn predict_inplace(&self, rows: &Csr, probabilities: &mut Array1<f64>) {
        *probabilities = self.decision(rows).into_iter().map(|score| 1.0 / (1.0 + (-score).exp())).collect();
    }

    fn default_target(&self, rows: &Csr) -> Array1<f64> {
        Array1::zeros(rows.rows())
    }
}

impl Predict<&Csr, Array1<f64>> for SparseLogisticRegression {
    fn predict(&self, rows: &Csr) -> Array1<f64> {
        let mut probabilities = self.default_target(rows);
        self.predict_inplace(rows, &mut probabilities);
        probabilities
    }
}

/// A fitted model of several classes: `p(. | x) = softmax(weights^T x + intercepts)`.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseMultiLogisticRegression {
    /// Weights of shape `(n_features, n_classes)`.
    pub weights: Array2<f64>,
    /// Scores of an empty row, of shape `(n_classes)`.
    pub intercepts: Array1<f64>,
    /// Iterations the optimiser took; equal to the most allowed if it did not converge. Fewer, too, when
    /// its line search found no lower cost within the precision of the numbers.
    pub iterations: u64,
    /// The minimum reached: weighted loss of all rows plus penalty.
    pub cost: f64,
}

impl SparseMultiLogisticRegression {
    /// Default hyperparameters.
    pub fn params() -> SparseLogisticParams {
        SparseLogisticParams::default()
    }

    /// The parameters as [`SparseLogisticParams::initial`] takes them, of shape `(n_features + 1, n_classes)`.
    pub fn parameters(&self) -> Array2<f64> {
        let params: Vec<f64> = self.weights.iter().chain(&self.intercepts).copied().collect();
        let shape = (self.weights.nrows() + 1, self.intercepts.len());
        Array2::from_shape_vec(shape, params).unwrap_or_default()
    }

    /// Scores of shape `(n_samples, n_classes)`; columns beyond the features of the model count nothing.
    pub fn decision(&self, rows: &Csr) -> Array2<f64> {
        let mut scores = Array2::zeros((rows.rows(), self.intercepts.len()));
        for ((indices, values), mut scores) in rows.rows_in(0..rows.rows()).zip(scores.rows_mut()) {
            scores.assign(&self.intercepts);
            for (&column, &value) in indices.iter().zip(values) {
                if (column as usize) < self.weights.nrows() {
                    scores.scaled_add(f64::from(value), &self.weights.row(column as usize));
                }
            }
        }
        scores
    }
}

impl PredictInplace<Csr, Array2<f64>> for SparseMultiLogisticRegression {
    /// Probabilities of shape `(n_samples, n_classes)`; each row sums to 1.
    fn predict_inplace(&self, rows: &Csr, probabilities: &mut Array2<f64>) {
        *probabilities = self.decision(rows);
        for mut row in probabilities.rows_mut() {
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            row.mapv_inplace(|score| (score - largest).exp());
            let sum = row.sum();
            row.mapv_inplace(|value| value / sum);
        }
    }

    fn default_target(&self, rows: &Csr) -> Array2<f64> {
        Array2::zeros((rows.rows(), self.intercepts.len()))
    }
}

impl Predict<&Csr, Array2<f64>> for SparseMultiLogisticRegression {
    fn predict(&self, rows: &Csr) -> Array2<f64> {
        let mut probabilities = self.default_target(rows);
        self.predict_inplace(rows, &mut probabilities);
        probabilities
    }
}

#[cfg(test)]
mod tests;
