//! A logistic regression over a few standardised numbers, as the relevance and stance heads use it.
//!
//! It only applies what was fitted; fitting is the trainer's (linfa-logistic).

use serde::{Deserialize, Serialize};

/// How far from the mean a feature may lie, in standard deviations, so that a strange text moves a score only so far.
const LIMIT: f32 = 4.0;

/// No fitted number is anywhere near this; a larger one could make a score infinite.
const MAX_NUMBER: f32 = 1e6;

/// Whether a number is finite and of a size that fitted numbers have.
pub fn is_ordinary(number: f32) -> bool {
    number.abs() < MAX_NUMBER
}

/// Means and standard deviations of features over the training rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Standard {
    /// Means.
    pub means: Vec<f32>,
    /// Standard deviations; 1 where a feature never varied.
    pub scales: Vec<f32>,
}

impl Standard {
    /// Whether every mean is of ordinary size and every deviation above 0.
    pub fn is_sound(&self) -> bool {
        self.means.iter().chain(&self.scales).all(|n| is_ordinary(*n)) && self.scales.iter().all(|s| *s > 0.0)
    }

    /// Features as deviations from the mean, clipped to ±4.
    pub fn apply<'a>(&'a self, features: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        let scaled = features.iter().zip(&self.means).zip(&self.scales).map(|((x, m), s)| (x - m) / s);
        scaled.map(|x| x.clamp(-LIMIT, LIMIT))
    }
}

/// A weighted sum.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Linear {
    /// One weight for each standardised feature.
    pub weights: Vec<f32>,
    /// The sum at the mean of every feature.
    pub intercept: f32,
}

impl Linear {
    /// Every number of the sum.
    pub fn numbers(&self) -> impl Iterator<Item = f32> {
        self.weights.iter().copied().chain([self.intercept])
    }

    /// The sum, for standardised features.
    pub fn sum(&self, standardised: impl Iterator<Item = f32>) -> f32 {
        self.intercept + self.weights.iter().zip(standardised).map(|(w, x)| w * x).sum::<f32>()
    }
}

/// The logistic function, by a library that gives the same bits on every machine.
pub fn sigmoid(log_odds: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-log_odds))
}

/// Log-odds of three classes as probabilities that add up to 1.
pub fn softmax(log_odds: [f32; 3]) -> [f32; 3] {
    let top = log_odds.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let odds = log_odds.map(|z| libm::expf(z - top));
    let sum: f32 = odds.iter().sum();
    odds.map(|o| o / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_clipped_at_four_deviations() {
        let standard = Standard { means: vec![1.0, 0.0], scales: vec![2.0, 1.0] };
        let out: Vec<f32> = standard.apply(&[5.0, -100.0]).collect();
        assert_eq!(out, [2.0, -4.0]);
    }

    proptest::proptest! {
        #[test]
        fn probabilities_add_up_to_one(a in -500.0_f32..500.0, b in -500.0_f32..500.0, c in -500.0_f32..500.0) {
            let sum: f32 = softmax([a, b, c]).iter().sum();
            proptest::prop_assert!((sum - 1.0).abs() < 1e-5);
        }
    }
}
