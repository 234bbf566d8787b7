//! How good or bad words sound: one learnt number for each word, and their mean over a stretch of text.
//!
//! Weights come from a ridge regression of human ratings on words (see the trainer), in the place of a hand-made
//! lexicon such as VADER (Hutto and Gilbert 2014). It feeds stance and sentiment; it is not a score of its own.

use serde::{Deserialize, Serialize};

use super::words::{Keys, Reading, Unit};

/// The valence of words, by the hash of their marked form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Valence {
    /// Hashes, ascending.
    pub keys: Keys,
    /// Weights, in steps of `scale`.
    pub weights: Vec<i8>,
    /// The size of a step, in points of the rating from -4 to 4.
    pub scale: f32,
}

impl Valence {
    /// The weight of one marked word; `None` when it was never learnt.
    pub fn weight(&self, marked: u32) -> Option<f32> {
        let found = self.keys.place(marked).and_then(|i| self.weights.get(i));
        found.map(|&w| f32::from(w) * self.scale)
    }

    /// The sum over distinct known words, divided by the root of their number; 0 when none is known.
    pub fn of(&self, units: impl IntoIterator<Item = Unit>) -> f32 {
        let known = |u: Unit| self.weight(u.marked).map(|weight| (u.marked, weight));
        let known: Vec<Option<(u32, f32)>> = units.into_iter().map(known).collect();
        mean(&known, &mut Vec::new())
    }
}

/// The sum over distinct words with their weights, in the order of their hashes, divided by the root of their number.
fn mean(known: &[Option<(u32, f32)>], scratch: &mut Vec<(u32, f32)>) -> f32 {
    scratch.clear();
    scratch.extend(known.iter().flatten());
    scratch.sort_unstable_by_key(|(marked, _)| *marked);
    scratch.dedup_by_key(|(marked, _)| *marked);
    let (sum, count) = scratch.iter().fold((0.0, 0_u16), |(s, n), (_, w)| (s + w, n.saturating_add(1)));
    if count == 0 { 0.0 } else { sum / f32::from(count).sqrt() }
}

/// The valence of a comment, measured once for all targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Tone {
    /// Of the whole comment.
    pub whole: f32,
    /// Of each sentence.
    pub sentences: Vec<f32>,
    /// The mean of negative word weights over all tokens, at most 0.
    pub negative: f32,
    /// The mean of positive word weights over all tokens, at least 0.
    pub positive: f32,
    /// The share of tokens in a negation window.
    pub negated: f32,
}

impl Tone {
    /// Measures a reading.
    pub fn new(reading: &Reading<'_>, valence: &Valence) -> Self {
        let units = &reading.units;
        let count = units.len().max(1) as f32;
        // Each word is looked up once, for its sentence and for the whole.
        let known: Vec<Option<(u32, f32)>> =
            units.iter().map(|u| valence.weight(u.marked).map(|weight| (u.marked, weight))).collect();
        let (mut negative, mut positive) = (0.0, 0.0);
        for (_, weight) in known.iter().flatten() {
            negative += weight.min(0.0);
            positive += weight.max(0.0);
        }
        let mut scratch = Vec::new();
        let sentences =
            reading.sentences.iter().map(|s| mean(known.get(s.clone()).unwrap_or_default(), &mut scratch));
        Self {
            sentences: sentences.collect(),
            whole: mean(&known, &mut scratch),
            negative: negative / count,
            positive: positive / count,
            negated: units.iter().filter(|u| u.is_negated()).count() as f32 / count,
        }
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

    fn lexicon() -> Lexicon {
        let mut pairs = [(hash("lovely"), 100), (negated(hash("lovely")), -40), (hash("awful"), -100)];
        pairs.sort_unstable();
        let (keys, weights): (Vec<u32>, _) = pairs.into_iter().unzip();
        let keys = keys.into();
        Lexicon {
            roles: Roles::new(&ENGLISH),
            valence: Valence { keys, weights, scale: 0.02 },
            ..Lexicon::default()
        }
    }

    fn whole(text: &str) -> f32 {
        let (lexicon, text) = (lexicon(), Text::read(text));
        Tone::new(&Reading::new(&text, &lexicon), &lexicon.valence).whole
    }

    #[test]
    fn a_negated_good_word_sounds_bad() {
        assert!(whole("a lovely day") > 1.9);
        assert!(whole("never a lovely day") < -0.7);
    }

    #[test]
    fn a_repeated_word_counts_once() {
        assert!((whole("awful awful") - whole("awful")).abs() < 1e-6);
    }

    #[test]
    fn unknown_words_have_no_valence() {
        assert!(whole("seven grey chairs").abs() < 1e-6);
        assert!(whole("").abs() < 1e-6);
    }
}
