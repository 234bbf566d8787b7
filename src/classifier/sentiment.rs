//! The tone of a whole comment: hashed words and the polarity that is listed.
//!
//! Tone is not civility and not stance: polite anger is negative and civil, praise of an opponent positive and against.

use serde::{Deserialize, Serialize};

use super::{
    hashed::{Columns, Hashed, text_keys},
    words::{Morphology, Reading},
};
use crate::{scores::Sentiment, text::Text};

/// The number of numbers beside the hashed words.
pub const FEATURES: usize = 3;

/// The fitted sentiment head of one language: positive, neutral, negative.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SentimentParams(pub Hashed);

/// The hashed words of a comment.
pub fn columns(text: &Text<'_>, comment: &Reading<'_>, morphology: Morphology) -> Columns {
    let mut columns = Columns::default();
    columns.add(text_keys(text, comment, morphology, false));
    columns
}

/// Listed polarity over the root of the listed words; the shares of good and of bad words. Learnt valence is left out: it
/// was learnt from the texts that this head is fitted on, so it promises more there than it keeps elsewhere.
pub fn features(comment: &Reading<'_>) -> [f32; FEATURES] {
    let (mut sum, mut good, mut bad) = (0.0_f32, 0.0_f32, 0.0_f32);
    for polarity in comment.units.iter().map(|unit| unit.polarity) {
        sum += f32::from(polarity);
        good += f32::from(u8::from(polarity > 0));
        bad += f32::from(u8::from(polarity < 0));
    }
    let (listed, words) = ((good + bad).max(1.0), comment.units.len().max(1) as f32);
    [sum / listed.sqrt(), good / words, bad / words]
}

impl SentimentParams {
    /// The sentiment of a comment; `None` when it has no word and no mark.
    pub fn sentiment(
        &self,
        text: &Text<'_>,
        comment: &Reading<'_>,
        morphology: Morphology,
    ) -> Option<Sentiment> {
        let columns = columns(text, comment, morphology);
        if columns.is_empty() {
            return None;
        }
        let [positive, neutral, negative] = self.0.probabilities(&columns, &features(comment));
        Some(Sentiment { positive, neutral, negative })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{
        lists::ENGLISH,
        polarity::Polarity,
        standard::{Linear, Standard},
        words::{Lexicon, Roles, fold_bits, hash, negated},
    };

    fn sentiment(comment: &str) -> Option<Sentiment> {
        let polarity = Polarity::new([("grand", 3), ("drab", -3)]);
        let lexicon = Lexicon { roles: Roles::new(&ENGLISH), polarity, ..Lexicon::default() };
        let mut weights = vec![[0; 3]; 1 << 16];
        let slot = |marked: u32| fold_bits(marked) & 0xffff;
        weights[slot(hash("splendid"))] = [100, 0, -100];
        weights[slot(negated(hash("splendid")))] = [-50, 0, 50];
        let linear = |weight| Linear { weights: vec![weight, 0.0, 0.0], intercept: 0.0 };
        let standard = Standard { means: vec![0.0; FEATURES], scales: vec![1.0; FEATURES] };
        let classes = [linear(1.0), linear(0.0), linear(-1.0)];
        let params = SentimentParams(Hashed { weights, scale: 0.05, standard, classes });
        let text = Text::read(comment);
        let reading = Reading::new(&text, &lexicon);
        params.sentiment(&text, &reading, lexicon.morphology)
    }

    #[test]
    fn a_negated_word_has_its_own_weight() {
        let (plain, turned) = (sentiment("splendid work").unwrap(), sentiment("not splendid").unwrap());
        assert!(plain.positive > 0.8);
        assert!(turned.negative > turned.positive);
    }

    #[test]
    fn a_listed_word_counts_though_no_text_had_it() {
        assert!(sentiment("a grand chair").unwrap().positive > 0.7);
        assert!(sentiment("a drab chair").unwrap().negative > 0.7);
        assert!(sentiment("not a grand chair").unwrap().negative > 0.7);
    }

    #[test]
    fn an_empty_comment_has_no_sentiment() {
        assert_eq!(sentiment(" "), None);
    }

    proptest::proptest! {
        #[test]
        fn probabilities_add_up_to_one(comment in "\\PC{1,80}") {
            if let Some(s) = sentiment(&comment) {
                proptest::prop_assert!((s.positive + s.neutral + s.negative - 1.0).abs() < 1e-5);
            }
        }
    }
}
