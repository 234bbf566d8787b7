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
    text::{Span, Text, Token},
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
        let lines = weights
            .chunks_exact(heads.len())
            .map(|weights| {
                let mut line = [0; LANES];
                for (slot, weight) in line.iter_mut().zip(weights) {
                    *slot = *weight;
                }
                line
            })
            .collect();
        Ok(Self { vocabulary: Vocabulary::check(vocabulary)?, heads, lines })
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

    /// Scores a text for the attributes asked for. A text without any known n-gram has no score.
    pub fn scores(&self, text: &Text<'_>, attributes: &[Attribute], explain: bool) -> Vec<AttributeScore> {
        // The n-grams that are columns: index in the row, first token and last token.
        let mut met: Vec<(usize, [usize; 2])> = Vec::new();
        let row = if explain {
            self.vocabulary.row_of_all(text, |index, first, last| met.push((index, [first, last])))
        } else {
            self.vocabulary.row(text)
        };
        let logits = self.logits(&row);
        let explained = explain.then(|| self.explained(text, &row, &met));
        let score = |attribute: Attribute| {
            let head = self.heads.iter().position(|h| h.attribute == attribute).filter(|_| !row.is_empty());
            let logit = head.and_then(|h| logits.get(h)).copied();
            AttributeScore {
                attribute,
                probability: logit.map(sigmoid),
                explanation: head
                    .zip(logit)
                    .zip(explained.as_ref())
                    .map(|((h, logit), tokens)| self.explanation(text, tokens, h, logit)),
            }
        };
        attributes.iter().copied().map(score).collect()
    }

    /// What each token contributed to each head, in log-odds: the weight of an n-gram is shared out evenly to its
    /// occurrences, and of each occurrence to its first and last word.
    fn explained(&self, text: &Text<'_>, row: &Row, met: &[(usize, [usize; 2])]) -> Vec<Explained> {
        let mut times = vec![0_u32; row.len()];
        for (index, _) in met {
            if let Some(times) = times.get_mut(*index) {
                *times += 1;
            }
        }
        let span = |token: &Token| text.origin(token.begin as usize..token.end as usize);
        let token = |token| Explained { span: span(token), parts: [0.0; LANES] };
        let mut tokens: Vec<Explained> = text.tokens().iter().map(token).collect();
        let mut scales = [0.0; LANES];
        for (scale, head) in scales.iter_mut().zip(&self.heads) {
            *scale = f64::from(head.scale);
        }
        for (index, ends) in met {
            let (Some((column, value)), Some(times)) = (row.get(*index), times.get(*index)) else { continue };
            let Some(line) = self.lines.get(*column as usize) else { continue };
            let share = f64::from(*value) / f64::from(*times) / 2.0;
            let mut parts = [0.0; LANES];
            for ((part, weight), scale) in parts.iter_mut().zip(line).zip(scales) {
                *part = f64::from(*weight) * scale * share;
            }
            for token in ends {
                let Some(token) = tokens.get_mut(*token) else { continue };
                for (sum, part) in token.parts.iter_mut().zip(parts) {
                    *sum += part;
                }
            }
        }
        tokens
    }

    /// The words that moved a head most.
    fn explanation(&self, text: &Text<'_>, tokens: &[Explained], head: usize, logit: f32) -> Explanation {
        let mut moved: Vec<(f64, Span, &Token)> = (tokens.iter().zip(text.tokens()))
            .filter_map(|(token, read)| {
                let log_odds = token.parts.get(head).copied().filter(|l| *l != 0.0)?;
                Some((log_odds, token.span, read))
            })
            .collect();
        moved.sort_by(|(a, one, _), (b, other, _)| b.abs().total_cmp(&a.abs()).then(one.cmp(other)));
        moved.truncate(MAX_CONTRIBUTIONS);
        let contributions: Vec<Contribution> = moved
            .into_iter()
            .map(|(log_odds, span, token)| Contribution {
                span,
                term: token_text(text, token).to_owned(),
                log_odds,
            })
            .collect();
        let bias = self.heads.get(head).map_or(0.0, |h| f64::from(h.bias));
        let listed: f64 = contributions.iter().map(|c| c.log_odds).sum();
        Explanation { contributions, rest: f64::from(logit) - bias - listed, bias }
    }
}

/// A token with what it contributed to each head.
struct Explained {
    span: Span,
    parts: [f64; LANES],
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
