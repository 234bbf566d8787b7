//! The tone of a whole comment: a logistic regression of three classes over hashed words with negation marks.
//!
//! Each distinct word counts once, and a comment's words share a Euclidean length of 1, as in Wang and Manning (2012).
//! Tone is not civility and not stance: polite anger is negative and civil, praise of an opponent positive and against.

use serde::{Deserialize, Serialize};

use super::{
    standard::softmax,
    words::{Reading, fold_bits},
};
use crate::scores::Sentiment;

/// The number of hashed columns.
pub const BUCKETS: usize = 1 << 16;

/// The fitted sentiment head of one language.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SentimentParams {
    /// Weights by bucket, for positive, neutral and negative in this order, in steps of `scale`.
    pub weights: Vec<[i8; 3]>,
    /// The size of a step.
    pub scale: f32,
    /// The weight of the comment's valence, for each class.
    pub valence: [f32; 3],
    /// The log-odds of a comment without known words.
    pub intercepts: [f32; 3],
}

/// The buckets of a comment's distinct words, ascending.
pub fn buckets(comment: &Reading<'_>) -> Vec<u32> {
    let mut out: Vec<u32> =
        comment.units.iter().map(|u| (fold_bits(u.marked) & (BUCKETS - 1)) as u32).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The value that each of so many buckets has.
pub fn share(buckets: usize) -> f32 {
    1.0 / (buckets.max(1) as f32).sqrt()
}

impl SentimentParams {
    /// The sentiment of a comment of the given valence; `None` when it has no word and no mark.
    pub fn sentiment(&self, comment: &Reading<'_>, valence: f32) -> Option<Sentiment> {
        let buckets = buckets(comment);
        if buckets.is_empty() {
            return None;
        }
        let mut sums = [0_i32; 3];
        for weights in buckets.iter().filter_map(|&b| self.weights.get(b as usize)) {
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += i32::from(weight);
            }
        }
        let step = self.scale * share(buckets.len());
        let mut log_odds = self.intercepts;
        for ((z, sum), slope) in log_odds.iter_mut().zip(sums).zip(self.valence) {
            *z += sum as f32 * step + slope * valence;
        }
        let [positive, neutral, negative] = softmax(log_odds);
        Some(Sentiment { positive, neutral, negative })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        classifier::{
            lists::ENGLISH,
            words::{Lexicon, Roles, hash, negated},
        },
        text::Text,
    };

    fn sentiment(comment: &str, valence: f32) -> Option<Sentiment> {
        let lexicon = Lexicon { roles: Roles::new(&ENGLISH), ..Lexicon::default() };
        let mut params = SentimentParams {
            weights: vec![[0; 3]; BUCKETS],
            scale: 0.05,
            valence: [1.0, 0.0, -1.0],
            intercepts: [0.0; 3],
        };
        let slot = |marked: u32| fold_bits(marked) & (BUCKETS - 1);
        params.weights[slot(hash("splendid"))] = [100, 0, -100];
        params.weights[slot(negated(hash("splendid")))] = [-50, 0, 50];
        let text = Text::read(comment);
        params.sentiment(&Reading::new(&text, &lexicon), valence)
    }

    #[test]
    fn a_negated_word_has_its_own_weight() {
        let (plain, turned) =
            (sentiment("splendid work", 0.0).unwrap(), sentiment("not splendid", 0.0).unwrap());
        assert!(plain.positive > 0.8);
        assert!(turned.negative > turned.positive);
    }

    #[test]
    fn valence_moves_the_sentiment() {
        assert!(sentiment("a chair", 1.5).unwrap().positive > 0.7);
        assert!(sentiment("a chair", -1.5).unwrap().negative > 0.7);
    }

    #[test]
    fn an_empty_comment_has_no_sentiment() {
        assert_eq!(sentiment(" ", 0.0), None);
    }

    proptest::proptest! {
        #[test]
        fn probabilities_add_up_to_one(comment in "\\PC{1,80}", valence in -4.0_f32..4.0) {
            if let Some(s) = sentiment(&comment, valence) {
                proptest::prop_assert!((s.positive + s.neutral + s.negative - 1.0).abs() < 1e-5);
            }
        }
    }
}
