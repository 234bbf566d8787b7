//! From logits to probabilities that mean what they say: Platt scaling.
//!
//! John Platt, *Probabilistic outputs for support vector machines* (1999), with the targets and Newton method of
//! Hsuan-Tien Lin, Chih-Jen Lin and Ruby C. Weng, *A note on Platt's probabilistic outputs for support vector machines*
//! (2007), which is what linfa implements. linfa writes `p = 1 / (1 + exp(A f + B))`; here it is
//! `p = sigmoid(slope f + intercept)`, so slope is -A and intercept is -B. linfa knows no sample weights; with weights the
//! same likelihood is minimised as a logistic regression on one feature. Applying the result is the classifier's
//! business, choosing the rows to calibrate on the caller's.

use linfa::composing::platt_scaling::{Platt, PlattError, platt_newton_method};
use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array1, ArrayView1};
use thiserror::Error;

use crate::sparse_logistic::{self, Csr, SparseLogisticRegression};

/// Why no calibration could be fitted.
#[derive(Debug, Error)]
pub enum CalibrationError {
    /// Labels or weights differ in number from logits.
    #[error("{given} labels or weights for {logits} logits, must be equal")]
    Length {
        /// Number of labels or weights.
        given: usize,
        /// Number of logits.
        logits: usize,
    },
    /// A logit that is NaN or infinite.
    #[error("logit {position} is {value}, must be finite")]
    Logit {
        /// Position of the logit.
        position: usize,
        /// Its value.
        value: f64,
    },
    /// A weight that is negative, NaN or infinite.
    #[error("weight {position} is {value}, must be finite and in 0..")]
    Weight {
        /// Position of the weight.
        position: usize,
        /// Its value.
        value: f64,
    },
    /// Only one class is present.
    #[error("{positive} positive and {negative} negative (weighted) labels, must both be above 0")]
    OneClass {
        /// Sum of weights of positive labels.
        positive: f64,
        /// Sum of weights of negative labels.
        negative: f64,
    },
    /// Newton's method of linfa failed.
    #[error(transparent)]
    Platt(#[from] PlattError),
    /// The weighted fit failed.
    #[error(transparent)]
    Weighted(#[from] sparse_logistic::Error),
}

/// Slope and intercept such that `sigmoid(slope * logit + intercept)` is the probability of `true`.
///
/// `logits`, `labels` and `weights` have shape `(n_samples)`. The targets are (n+ + 1) / (n+ + 2) and 1 / (n- + 2) rather
/// than 1 and 0, n+ and n- being (weighted) counts.
///
/// # Errors
/// Lengths that differ, values that are not finite, negative weights, one class only, or no convergence.
pub fn platt(
    logits: &[f64],
    labels: &[bool],
    weights: Option<&[f64]>,
) -> Result<(f64, f64), CalibrationError> {
    for given in [Some(labels.len()), weights.map(<[f64]>::len)].into_iter().flatten() {
        if given != logits.len() {
            return Err(CalibrationError::Length { given, logits: logits.len() });
        }
    }
    if let Some((position, &value)) = logits.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        return Err(CalibrationError::Logit { position, value });
    }
    let ones = vec![1.0; if weights.is_none() { labels.len() } else { 0 }];
    let by_label = weights.unwrap_or(&ones);
    let wrong = |(_, value): &(usize, &f64)| !value.is_finite() || **value < 0.0;
    if let Some((position, &value)) = by_label.iter().enumerate().find(wrong) {
        return Err(CalibrationError::Weight { position, value });
    }
    let sum = |class| {
        let of_class = labels.iter().zip(by_label).filter(|(label, _)| **label == class);
        of_class.fold(0.0, |sum, (_, weight)| sum + weight)
    };
    let (positive, negative): (f64, f64) = (sum(true), sum(false));
    if positive <= 0.0 || negative <= 0.0 {
        return Err(CalibrationError::OneClass { positive, negative });
    }
    let Some(weights) = weights else {
        let params = Platt::<f64, ()>::params().check()?;
        let (a, b) = platt_newton_method(ArrayView1::from(logits), ArrayView1::from(labels), &params)?;
        return Ok((-a, -b));
    };
    weighted(logits, labels, weights, (positive + 1.0) / (positive + 2.0), 1.0 / (negative + 2.0))
}

/// Each sample becomes a row labelled `true` and one labelled `false`, sharing its weight as its target says.
fn weighted(
    logits: &[f64],
    labels: &[bool],
    weights: &[f64],
    high: f64,
    low: f64,
) -> Result<(f64, f64), CalibrationError> {
    // Scaled by the largest logit, so that slope and intercept are of like size for the optimiser.
    let scale =
        logits.iter().fold(0.0, |largest: f64, logit| largest.max(logit.abs())).max(f64::MIN_POSITIVE);
    let mut rows = Csr::new(1)?;
    let (mut targets, mut shares) = (Vec::new(), Vec::new());
    for ((&logit, &label), &weight) in logits.iter().zip(labels).zip(weights) {
        let target = if label { high } else { low };
        for (class, share) in [(true, weight * target), (false, weight * (1.0 - target))] {
            rows.push_row(&[(0, (logit / scale) as f32)])?;
            targets.push(class);
            shares.push(share as f32);
        }
    }
    let dataset = DatasetBase::new(rows, Array1::from(targets)).with_weights(Array1::from(shares));
    let params = SparseLogisticRegression::params().l2(0.0).gradient_tolerance(1e-8).cost_tolerance(0.0);
    let model = params.max_iterations(500).fit(&dataset)?;
    Ok((model.weights.iter().sum::<f64>() / scale, model.intercept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sigmoid(logit: f64) -> f64 {
        1.0 / (1.0 + (-logit).exp())
    }

    /// Logits in -3..=3 whose labels follow sigmoid(2 f - 1) as closely as counts allow.
    fn sample() -> (Vec<f64>, Vec<bool>) {
        (0..=60)
            .flat_map(|step| {
                let logit = f64::from(step) / 10.0 - 3.0;
                let positive = (sigmoid(2.0 * logit - 1.0) * 100.0).round() as usize;
                (0..100).map(move |turn| (logit, turn < positive))
            })
            .unzip()
    }

    #[test]
    fn slope_and_intercept_of_the_source_are_found() {
        let (logits, labels) = sample();
        let (slope, intercept) = platt(&logits, &labels, None).unwrap();
        assert!((slope - 2.0).abs() < 0.05 && (intercept + 1.0).abs() < 0.05, "{slope} {intercept}");
    }

    #[test]
    fn weights_of_one_agree_with_linfa() {
        let (logits, labels) = sample();
        let plain = platt(&logits, &labels, None).unwrap();
        let weighted = platt(&logits, &labels, Some(&vec![1.0; logits.len()])).unwrap();
        assert!(
            (plain.0 - weighted.0).abs() < 1e-3 && (plain.1 - weighted.1).abs() < 1e-3,
            "{plain:?} {weighted:?}"
        );
    }

    #[test]
    fn a_weight_of_two_equals_a_sample_given_twice() {
        let (logits, labels) = sample();
        let weights: Vec<f64> =
            (0..logits.len()).map(|position| if position % 3 == 0 { 2.0 } else { 1.0 }).collect();
        let weighted = platt(&logits, &labels, Some(&weights)).unwrap();
        let (twice, labels_twice): (Vec<f64>, Vec<bool>) = (0..logits.len())
            .flat_map(|position| {
                std::iter::repeat_n((logits[position], labels[position]), weights[position] as usize)
            })
            .unzip();
        let plain = platt(&twice, &labels_twice, None).unwrap();
        assert!(
            (plain.0 - weighted.0).abs() < 1e-3 && (plain.1 - weighted.1).abs() < 1e-3,
            "{plain:?} {weighted:?}"
        );
    }

    #[test]
    fn what_cannot_be_calibrated_is_refused_with_numbers() {
        let message = |result: Result<(f64, f64), CalibrationError>| result.unwrap_err().to_string();
        assert_eq!(
            message(platt(&[0.0], &[true, false], None)),
            "2 labels or weights for 1 logits, must be equal"
        );
        assert_eq!(message(platt(&[f64::NAN], &[true], None)), "logit 0 is NaN, must be finite");
        assert_eq!(
            message(platt(&[0.0, 1.0], &[true, false], Some(&[1.0, -1.0]))),
            "weight 1 is -1, must be finite and in 0.."
        );
        assert_eq!(
            message(platt(&[0.0, 1.0], &[true, true], None)),
            "2 positive and 0 negative (weighted) labels, must both be above 0"
        );
    }
}
