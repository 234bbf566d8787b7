//! A logistic regression of three classes over hashed n-grams and a few standardised numbers: sentiment and stance.
//!
//! N-grams come in blocks; in a block each distinct one counts once, and they share a Euclidean length of 1, as in Wang
//! and Manning (2012). Hashing follows Weinberger et al. (2009), without signs. Weights are eight-bit integers.

use serde::{Deserialize, Serialize};

use super::{
    artifact::ArtifactError,
    grams::token_text,
    standard::{Linear, Standard, is_ordinary, softmax},
    words::{Morphology, Reading, each_gram, fold_bits, sort_hashes},
};
use crate::text::{Text, TokenKind};

/// The largest number of buckets that a head may have.
const MAX_BUCKETS: usize = 1 << 20;
/// The lengths of a Korean word's character grams.
const SYLLABLES: std::ops::RangeInclusive<usize> = 1..=4;

/// The fitted head.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Hashed {
    /// Weights by bucket for the three classes, in steps of `scale`; empty when the numbers suffice.
    pub weights: Vec<[i8; 3]>,
    /// The size of a step.
    pub scale: f32,
    /// Means and deviations of the numbers.
    pub standard: Standard,
    /// Weights of the standardised numbers, and the intercept, for each class.
    pub classes: [Linear; 3],
}

/// Buckets with their values: what a text shows of the n-grams of a head.
#[derive(Debug, Clone, Default)]
pub struct Columns(Vec<(u32, f32)>);

impl Columns {
    /// Adds a block of n-grams, by their hashes.
    pub fn add(&mut self, mut keys: Vec<u32>) {
        sort_hashes(&mut keys);
        keys.dedup();
        let value = 1.0 / (keys.len().max(1) as f32).sqrt();
        self.0.extend(keys.into_iter().map(|key| (key, value)));
    }

    /// A block of n-grams, by their hashes.
    pub fn of(keys: Vec<u32>) -> Self {
        let mut columns = Self::default();
        columns.add(keys);
        columns
    }

    /// Adds the blocks of others.
    pub fn extend(&mut self, others: &Self) {
        self.0.extend_from_slice(&others.0);
    }

    /// Whether there is no n-gram at all.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sparse columns among so many buckets, a power of two: ascending, each once.
    pub fn among(&self, buckets: usize) -> Vec<(u32, f32)> {
        let bucket = |key: u32| (fold_bits(key) & (buckets - 1)) as u32;
        let mut columns: Vec<(u32, f32)> = self.0.iter().map(|(key, value)| (bucket(*key), *value)).collect();
        columns.sort_by_key(|(bucket, _)| *bucket);
        columns.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        columns
    }
}

/// Joins two hashes, in this order, under a tag that keeps kinds of n-grams apart.
pub const fn join(tag: u32, first: u32, second: u32) -> u32 {
    let hash = (tag ^ first).wrapping_mul(0x0100_0193);
    (hash.rotate_left(13) ^ second).wrapping_mul(0x9e37_79b1)
}

/// The n-grams that stand for a whole text: words with negation marks, in pairs too where `pairs` says so; in Korean also
/// character grams, since words there have endings.
pub fn text_keys(text: &Text<'_>, reading: &Reading<'_>, morphology: Morphology, pairs: bool) -> Vec<u32> {
    let mut keys: Vec<u32> = reading.units.iter().map(|unit| unit.marked).collect();
    if pairs || morphology == Morphology::Particles {
        let both = reading.units.iter().zip(reading.units.iter().skip(1));
        keys.extend(both.map(|(a, b)| join(1, a.marked, b.marked)));
    }
    if morphology == Morphology::Particles {
        let words = text.tokens().iter().filter(|t| t.kind == TokenKind::Word).take(reading.units.len());
        for token in words {
            each_gram(token_text(text, token), SYLLABLES, |gram| keys.push(join(2, gram, 0)));
        }
    }
    keys
}

impl Hashed {
    /// Checks shapes and sizes for so many numbers.
    ///
    /// # Errors
    /// When something does not fit.
    pub fn check(&self, numbers: usize) -> Result<(), ArtifactError> {
        let buckets = self.weights.len();
        if buckets > 0 && (!buckets.is_power_of_two() || buckets > MAX_BUCKETS) {
            return Err(ArtifactError::Malformed("the buckets of a head are not a power of two"));
        }
        let lengths = self.classes.iter().map(|class| class.weights.len());
        if !lengths.chain([self.standard.means.len(), self.standard.scales.len()]).all(|n| n == numbers) {
            return Err(ArtifactError::Malformed("a head has not as many weights as features"));
        }
        let linear = self.classes.iter().flat_map(Linear::numbers);
        if !linear.chain([self.scale]).all(is_ordinary) || !self.standard.is_sound() {
            return Err(ArtifactError::Malformed("a number of a head is not finite or not of ordinary size"));
        }
        Ok(())
    }

    /// The log-odds of the three classes.
    pub fn log_odds(&self, columns: &Columns, numbers: &[f32]) -> [f32; 3] {
        let mut sums = [0.0_f32; 3];
        if !self.weights.is_empty() {
            let mask = self.weights.len() - 1;
            for (key, value) in &columns.0 {
                if let Some(weights) = self.weights.get(fold_bits(*key) & mask) {
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        *sum += f32::from(*weight) * value;
                    }
                }
            }
        }
        let dense = self.classes.each_ref().map(|class| class.sum(self.standard.apply(numbers)));
        let mut out = [0.0; 3];
        for ((slot, sum), dense) in out.iter_mut().zip(sums).zip(dense) {
            *slot = sum * self.scale + dense;
        }
        out
    }

    /// The probabilities of the three classes; they add up to 1.
    pub fn probabilities(&self, columns: &Columns, numbers: &[f32]) -> [f32; 3] {
        softmax(self.log_odds(columns, numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Hashed {
        let mut weights = vec![[0; 3]; 8];
        weights[fold_bits(5) & 7] = [10, 0, -10];
        let linear = |weight| Linear { weights: vec![weight], intercept: 0.0 };
        Hashed {
            weights,
            scale: 0.1,
            standard: Standard { means: vec![1.0], scales: vec![2.0] },
            classes: [linear(1.0), linear(0.0), linear(-1.0)],
        }
    }

    #[test]
    fn blocks_have_length_one_and_numbers_are_standardised() {
        let mut columns = Columns::default();
        columns.add(vec![5, 5]);
        let [a, b, c] = head().log_odds(&columns, &[3.0]);
        assert!((a - 2.0).abs() < 1e-6 && b.abs() < 1e-6 && (c + 2.0).abs() < 1e-6, "{a} {b} {c}");
    }

    #[test]
    fn columns_that_fall_together_are_added() {
        let mut columns = Columns::default();
        columns.add(vec![1, 2, 3, 4]);
        assert_eq!(columns.among(1), [(0, 2.0)]);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        assert!(head().check(1).is_ok() && head().check(2).is_err());
        assert!(Hashed { weights: vec![[0; 3]; 3], ..head() }.check(1).is_err());
    }

    #[test]
    fn order_and_kind_make_other_pairs() {
        assert_ne!(join(1, 2, 3), join(1, 3, 2));
        assert_ne!(join(1, 2, 3), join(2, 2, 3));
    }
}
