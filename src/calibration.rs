//! From logits to probabilities that mean what they say: Platt scaling.
//!
//! John Platt, *Probabilistic outputs for support vector machines* (1999), with the targets and Newton method of
//! Hsuan-Tien Lin, Chih-Jen Lin and Ruby C. Weng, *A note on Platt's probabilistic outputs for support vector machines*
//! (2007), which is what linfa implements. linfa writes `p = 1 / (1 + exp(A f + B))`; here it is
//! `p = sigmoid(slope f + intercept)`, so slope is -A and intercept is -B. Applying the result is the classifier's
//! business, choosing the rows to calibrate on the caller's.

use linfa::ParamGuard;
use linfa::composing::platt_scaling::{Platt, PlattError, platt_newton_method};
use ndarray::ArrayView1;
use thiserror::Error;

/// Why no calibration could be fitted.
#[derive(Debug, Error)]
pub enum CalibrationError {
    /// Labels differ in number from logits.
    #[error("{labels} labels for {logits} logits, must be equal")]
    Length {
        /// Number of labels.
        labels: usize,
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
    /// Only one class is present.
    #[error("{positive} positive and {negative} negative labels, must both be above 0")]
    OneClass {
        /// Number of positive labels.
        positive: usize,
        /// Number of negative labels.
        negative: usize,
    },
    /// Newton's method of linfa failed.
    #[error(transparent)]
    Platt(#[from] PlattError),
}

/// Slope and intercept such that `sigmoid(slope * logit + intercept)` is the probability of `true`.
///
/// `logits` and `labels` have shape `(n_samples)`. The targets are (n+ + 1) / (n+ + 2) and 1 / (n- + 2) rather than 1 and
/// 0, n+ and n- being counts.
///
/// # Errors
/// Lengths that differ, values that are not finite, one class only, or no convergence.
pub fn platt(logits: &[f64], labels: &[bool]) -> Result<(f64, f64), CalibrationError> {
    if labels.len() != logits.len() {
        return Err(CalibrationError::Length { labels: labels.len(), logits: logits.len() });
    }
    if let Some((position, &value)) = logits.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        return Err(CalibrationError::Logit { position, value });
    }
    let positive = labels.iter().filter(|label| **label).count();
    let negative = labels.len() - positive;
    if positive == 0 || negative == 0 {
        return Err(CalibrationError::OneClass { positive, negative });
    }
    let params = Platt::<f64, ()>::params().check()?;
    let (a, b) = platt_newton_method(ArrayView1::from(logits), ArrayView1::from(labels), &params)?;
    Ok((-a, -b))
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
        let (slope, intercept) = platt(&logits, &labels).unwrap();
        assert!((slope - 2.0).abs() < 0.05 && (intercept + 1.0).abs() < 0.05, "{slope} {intercept}");
    }

    #[test]
    fn what_cannot_be_calibrated_is_refused_with_numbers() {
        let message = |result: Result<(f64, f64), CalibrationError>| result.unwrap_err().to_string();
        assert_eq!(message(platt(&[0.0], &[true, false])), "2 labels for 1 logits, must be equal");
        assert_eq!(message(platt(&[f64::NAN], &[true])), "logit 0 is NaN, must be finite");
        assert_eq!(
            message(platt(&[0.0, 1.0], &[true, true])),
            "2 positive and 0 negative labels, must both be above 0"
        );
    }
}
