//! Civility: one logistic head for each attribute over one shared vocabulary.
//!
//! The weights of all heads of a column lie side by side, so a column that occurs costs one cache line however many
//! heads there are. Weights are eight-bit integers with a scale for each head; calibration (Platt 1999) is folded into
//! scale and bias, so that a head's logit is the log-odds of its probability and contributions are log-odds too.

use serde::{Deserialize, Serialize};

use super::{
    artifact::ArtifactError,
    grams::token_text,
    standard::sigmoid,
    vocabulary::{Row, Vocabulary, VocabularyParams},
};
use crate::{
    scores::{Attribute, AttributeScore, Contribution, Explanation},
    text::{Text, Token},
};

/// How many words an explanation lists; the others are in its rest.
pub const MAX_CONTRIBUTIONS: usize = 20;

/// No fitted number is anywhere near this; a larger one could make a score infinite.
const MAX_NUMBER: f32 = 1e6;

/// Room for every attribute, rounded up to a power of two so that a column's weights fill whole vector registers.
const LANES: usize = 16;
const _: () = assert!(Attribute::ALL.len() <= LANES);

/// One attribute's head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// What it scores.
    pub attribute: Attribute,
    /// The log-odds that one unit of stored weight stands for.
    pub scale: f32,
    /// The log-odds of an empty row.
    pub bias: f32,
}

/// The civility heads, as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CivilityParams {
    /// The columns.
    pub vocabulary: VocabularyParams,
    /// The heads, in the order of [`Attribute`].
    pub heads: Vec<Head>,
    /// Stored weights, `(n_columns, n_heads)` row by row.
    pub weights: Vec<i8>,
}

/// The civility heads, ready to score.
#[derive(Debug)]
pub struct Civility {
    vocabulary: Vocabulary,
    heads: Vec<Head>,
    /// One line of all heads for each column; unused heads are 0.
    lines: Vec<[i8; LANES]>,
}

type Logits = [f32; LANES];

impl Civility {
    /// Checks stored heads and makes them ready.
    ///
    /// # Errors
    /// When lengths do not fit, heads repeat or are out of order, or a number is not finite.
    pub fn check(params: CivilityParams) -> Result<Self, ArtifactError> {
        let CivilityParams { vocabulary, heads, weights } = params;
        if heads.is_empty() || !heads.is_sorted_by(|a, b| a.attribute < b.attribute) {
            return Err(ArtifactError::Malformed("heads are missing, repeated or out of order"));
        }
        if !heads.iter().all(|h| h.scale.abs() < MAX_NUMBER && h.bias.abs() < MAX_NUMBER) {
            return Err(ArtifactError::Malformed("a head's scale or bias is not of ordinary size"));
        }
        if vocabulary.keys.len().checked_mul(heads.len()) != Some(weights.len()) {
            return Err(ArtifactError::Malformed("weights do not fit columns and heads"));
        }
        let (vocabulary, stored) = Vocabulary::frequent_first(vocabulary)?;
        let lines = stored
            .into_iter()
            .map(|column| {
                let weights = weights.chunks_exact(heads.len()).nth(column).unwrap_or_default();
                let mut line = [0; LANES];
                for (slot, weight) in line.iter_mut().zip(weights) {
                    *slot = *weight;
                }
                line
            })
            .collect();
        Ok(Self { vocabulary, heads, lines })
    }

    /// The heads, in the order of [`Attribute`].
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The columns.
    pub const fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The weight of a column in a head, in log-odds.
    pub fn weight(&self, column: u32, head: usize) -> f32 {
        let line = self.lines.get(column as usize);
        let stored = line.and_then(|l| l.get(head)).copied().unwrap_or_default();
        self.heads.get(head).map_or(0.0, |h| f32::from(stored) * h.scale)
    }

    /// The log-odds of every head for a row, in the order of [`Self::heads`].
    pub fn logits(&self, row: &Row) -> Logits {
        let mut sums = Logits::default();
        for (column, value) in row {
            if let Some(line) = self.lines.get(*column as usize) {
                for (sum, weight) in sums.iter_mut().zip(line) {
                    *sum += f32::from(*weight) * value;
                }
            }
        }
        for (sum, head) in sums.iter_mut().zip(&self.heads) {
            // Rounded twice on purpose: a fused multiply-add would give other bits on other machines.
            *sum = *sum * head.scale + head.bias;
        }
        sums
    }

    /// Reads a text once for all heads.
    pub fn read(&self, text: &Text<'_>) -> Sight {
        let mut met: Vec<Met> = Vec::with_capacity(text.folded().len() * 4);
        let row = self.vocabulary.row_of_all(text, |index, first, last| {
            met.push(Met { index: index as u32, first: first as u32, last: last as u32 });
        });
        let logits = self.logits(&row);
        Sight { row, met, logits }
    }

    /// Scores a text for the attributes asked for. A text without any known n-gram has no score.
    pub fn scores(&self, text: &Text<'_>, attributes: &[Attribute], explain: bool) -> Vec<AttributeScore> {
        self.scores_of(text, &self.read(text), attributes, explain)
    }

    /// [`Self::scores`] of a text that was read.
    pub fn scores_of(
        &self,
        text: &Text<'_>,
        sight: &Sight,
        attributes: &[Attribute],
        explain: bool,
    ) -> Vec<AttributeScore> {
        let shares = explain.then(|| self.shares(sight));
        let score = |attribute: Attribute| {
            let head = self.heads.iter().position(|h| h.attribute == attribute);
            let head = head.filter(|_| !sight.row.is_empty());
            let logit = head.and_then(|h| sight.logits.get(h)).copied();
            AttributeScore {
                attribute,
                probability: logit.map(sigmoid),
                explanation: head
                    .zip(logit)
                    .zip(shares.as_ref())
                    .map(|((h, logit), shares)| self.explanation(text, sight, shares, h, logit)),
            }
        };
        attributes.iter().copied().map(score).collect()
    }

    /// What every head needs to take its logit apart: the weight of an n-gram is shared out evenly to its occurrences,
    /// and of each occurrence to its first and last word.
    fn shares(&self, sight: &Sight) -> Vec<Share<'_>> {
        let mut times = vec![0_u32; sight.row.len()];
        for Met { index, .. } in &sight.met {
            if let Some(times) = times.get_mut(*index as usize) {
                *times += 1;
            }
        }
        let share = |((column, value), times): (&(u32, f32), &u32)| {
            let weights = self.lines.get(*column as usize).unwrap_or(&[0; LANES]);
            Share { weights, value: f64::from(*value) / f64::from(*times) / 2.0 }
        };
        sight.row.iter().zip(&times).map(share).collect()
    }

    /// The words that moved a head most.
    fn explanation(
        &self,
        text: &Text<'_>,
        sight: &Sight,
        shares: &[Share<'_>],
        head: usize,
        logit: f32,
    ) -> Explanation {
        let (scale, bias) =
            self.heads.get(head).map_or((0.0, 0.0), |h| (f64::from(h.scale), f64::from(h.bias)));
        let part = |share: &Share<'_>| {
            f64::from(share.weights.get(head).copied().unwrap_or_default()) * scale * share.value
        };
        let parts: Vec<f64> = shares.iter().map(part).collect();
        let mut sums = vec![0.0; text.tokens().len()];
        // Most n-grams lie within the word of the one before: their sum stays at hand until the word ends.
        let (mut word, mut sum) = (0, 0.0);
        for Met { index, first, last } in &sight.met {
            let part = parts.get(*index as usize).copied().unwrap_or_default();
            for token in [first, last] {
                if *token != word {
                    add(&mut sums, word, sum);
                    (word, sum) = (*token, 0.0);
                }
                sum += part;
            }
        }
        add(&mut sums, word, sum);
        let mut moved: Vec<(f64, &Token)> =
            sums.into_iter().zip(text.tokens()).filter(|(log_odds, _)| *log_odds != 0.0).collect();
        let by_size = |(a, first): &(f64, &Token), (b, second): &(f64, &Token)| {
            b.abs().total_cmp(&a.abs()).then(first.begin.cmp(&second.begin))
        };
        if moved.len() > MAX_CONTRIBUTIONS {
            moved.select_nth_unstable_by(MAX_CONTRIBUTIONS, by_size);
            moved.truncate(MAX_CONTRIBUTIONS);
        }
        moved.sort_unstable_by(by_size);
        let contribution = |(log_odds, token): (f64, &Token)| Contribution {
            span: text.origin(token.begin as usize..token.end as usize),
            term: token_text(text, token).to_owned(),
            log_odds,
        };
        let contributions: Vec<Contribution> = moved.into_iter().map(contribution).collect();
        let listed: f64 = contributions.iter().map(|c| c.log_odds).sum();
        Explanation { contributions, rest: f64::from(logit) - bias - listed, bias }
    }
}

/// Adds to the sum of a word.
fn add(sums: &mut [f64], word: u32, sum: f64) {
    if let Some(all) = sums.get_mut(word as usize) {
        *all += sum;
    }
}

/// A text as the heads see it, kept so that a score can be taken apart without reading the text again.
#[derive(Debug)]
pub struct Sight {
    row: Row,
    met: Vec<Met>,
    logits: Logits,
}

/// One n-gram of a text that is a column: its index in the row, its first and its last token.
#[derive(Debug, Clone, Copy)]
struct Met {
    index: u32,
    first: u32,
    last: u32,
}

/// What one column of a text moves: the weights of its heads, and the value that goes to each end of each n-gram.
struct Share<'a> {
    weights: &'a [i8; LANES],
    value: f64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::classifier::grams::{Block, grams};

    /// Two heads over every n-gram of a few words, with weights drawn from the keys themselves.
    fn civility() -> Civility {
        let spec = vec![Block::Words { min: 1, max: 2 }, Block::Chars { min: 2, max: 4 }];
        let text = Text::read("you are a complete fool and your plan is nonsense 한국 정부 바보");
        let mut keys = Vec::new();
        for block in &spec {
            grams(&text, *block, |key, _, _| keys.push(key));
        }
        keys.sort_unstable();
        keys.dedup();
        let weights =
            keys.iter().flat_map(|k| [k % 255, k / 255 % 255]).map(|w| (i64::from(w) - 127) as i8).collect();
        let idf = keys.iter().map(|k| 1.0 + (k % 7) as f32).collect();
        let heads = vec![
            Head { attribute: Attribute::Toxicity, scale: 0.03, bias: -1.5 },
            Head { attribute: Attribute::Insult, scale: 0.01, bias: 0.5 },
        ];
        Civility::check(CivilityParams { vocabulary: VocabularyParams { spec, keys, idf }, heads, weights })
            .unwrap()
    }

    #[test]
    fn an_attribute_without_a_head_is_unknown() {
        let scores =
            civility().scores(&Text::read("you fool"), &[Attribute::Insult, Attribute::Threat], true);
        assert!(scores[0].probability.is_some() && scores[0].explanation.is_some());
        assert!(scores[1].probability.is_none() && scores[1].explanation.is_none());
    }

    #[test]
    fn a_text_without_known_words_is_unknown() {
        assert_eq!(
            civility().scores(&Text::read("zzz qqq"), &[Attribute::Toxicity], false)[0].probability,
            None
        );
    }

    #[test]
    fn heads_out_of_order_and_weights_that_do_not_fit_are_refused() {
        let vocabulary =
            VocabularyParams { spec: vec![Block::Words { min: 1, max: 1 }], keys: vec![1], idf: vec![1.0] };
        let head = |attribute| Head { attribute, scale: 1.0, bias: 0.0 };
        let heads = vec![head(Attribute::Insult), head(Attribute::Toxicity)];
        let params = CivilityParams { vocabulary: vocabulary.clone(), heads, weights: vec![0; 2] };
        assert!(matches!(Civility::check(params), Err(ArtifactError::Malformed(_))));
        let params =
            CivilityParams { vocabulary, heads: vec![head(Attribute::Toxicity)], weights: vec![0; 2] };
        assert!(matches!(Civility::check(params), Err(ArtifactError::Malformed(_))));
    }

    proptest! {
        #[test]
        fn contributions_rest_and_bias_add_up_to_the_log_odds(
            text in "(you|are|a|fool|complete|f.o.o.l|FOOL|nonsense|plan|바보|정부|한국|😀|foo\u{200b}l| |, |!){0,40}"
        ) {
            let civility = civility();
            let read = Text::read(&text);
            for score in civility.scores(&read, &[Attribute::Toxicity, Attribute::Insult], true) {
                let Some(explanation) = score.explanation else { continue };
                let listed: f64 = explanation.contributions.iter().map(|c| c.log_odds).sum();
                let sum = listed + explanation.rest + explanation.bias;
                prop_assert!((f64::from(sigmoid(sum as f32)) - f64::from(score.probability.unwrap())).abs() < 1e-6);
                if explanation.contributions.len() < MAX_CONTRIBUTIONS {
                    prop_assert!(explanation.rest.abs() < 1e-4, "rest {}", explanation.rest);
                }
                for c in &explanation.contributions {
                    prop_assert!(text.get(c.span.begin..c.span.end).is_some());
                }
            }
        }

        #[test]
        fn probabilities_are_finite_and_between_zero_and_one(text in any::<String>()) {
            for score in civility().scores(&Text::read(&text), &Attribute::ALL, false) {
                prop_assert!(score.probability.is_none_or(|p| (0.0..=1.0).contains(&p)));
            }
        }
    }
}
