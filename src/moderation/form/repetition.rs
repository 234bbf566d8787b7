//! # What it checks
//! REPETITION: the share of words that only repeat what stands before them. A word is a repeat when it continues a
//! loop of one or two words ("no no no", "go home go home"), or lies in a sequence of three words that the comment
//! has already used.
//!
//! # Why
//! Pasting one sentence ten times passes any minimum length and says nothing more than once.
//!
//! # Limits
//! Looks at words with disguises undone, not at meaning. Three words and not one or two, since ordinary prose uses
//! single words and pairs ("of the") again and again, the more the longer it is. A refrain with one word changed
//! each time escapes.
//!
//! # Source
//! Duplicate n-gram share as a quality filter: Rae et al., "Scaling Language Models" (2021), appendix A.1.1.

use std::collections::BTreeSet;

use crate::{
    moderation::{ReasonCode, RepetitionRule, finding::Finding},
    text::{Span, Text, Token, TokenKind},
};

pub(super) fn finding(text: &Text<'_>, rule: RepetitionRule) -> Option<Finding> {
    let tokens: Vec<&Token> = text.tokens().iter().filter(|t| t.kind == TokenKind::Word).collect();
    if tokens.is_empty() || tokens.len() < rule.min_words as usize {
        return None;
    }
    let words: Vec<&str> = tokens
        .iter()
        .map(|t| text.folded().get(t.begin as usize..t.end as usize).unwrap_or_default())
        .collect();
    let repeats = repeats(&words);
    let repeated = repeats.iter().filter(|&&repeat| repeat).count();
    let share = repeated as f32 / words.len() as f32;
    (share >= rule.min_repeated_share).then(|| {
        let detail = format!(
            "{share:.2} of {} words are repeats, too many from {:.2} of {}",
            words.len(),
            rule.min_repeated_share,
            rule.min_words
        );
        Finding::new(ReasonCode::Repetition, rule.action, detail).at(places(text, &tokens, &repeats))
    })
}

/// For each word, whether it is a repeat.
fn repeats(words: &[&str]) -> Vec<bool> {
    let mut repeats = vec![false; words.len()];
    for period in [1, 2] {
        for (i, pair) in words.windows(period * 2).enumerate() {
            let (before, again) = pair.split_at(period);
            if before == again {
                repeats.iter_mut().skip(i + period).take(period).for_each(|repeat| *repeat = true);
            }
        }
    }
    let single: Vec<u64> = words.iter().map(|word| word.bytes().fold(0, |h, b| mixed(h, b.into()))).collect();
    let mut hashes: Vec<u64> = single.windows(3).map(|three| three.iter().copied().fold(0, mixed)).collect();
    hashes.sort_unstable();
    if hashes.is_sorted_by(|a, b| a < b) {
        // No sequence occurs twice, as in most comments.
        return repeats;
    }
    let mut seen = BTreeSet::new();
    for (i, triple) in words.windows(3).enumerate() {
        if !seen.insert(triple) {
            repeats.iter_mut().skip(i).take(3).for_each(|repeat| *repeat = true);
        }
    }
    repeats
}

/// One step of a hash; equal words have equal hashes.
const fn mixed(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_add(1).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// One span for each unbroken run of repeats.
fn places(text: &Text<'_>, tokens: &[&Token], repeats: &[bool]) -> Vec<Span> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let mut open = false;
    for (token, &repeat) in tokens.iter().zip(repeats) {
        match runs.last_mut() {
            Some(run) if repeat && open => run.1 = token.end,
            _ if repeat => runs.push((token.begin, token.end)),
            _ => {}
        }
        open = repeat;
    }
    runs.into_iter().map(|(begin, end)| text.origin(begin as usize..end as usize)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::Decision;

    fn share(text: &str) -> f32 {
        let words: Vec<&str> = text.split(' ').collect();
        repeats(&words).iter().filter(|&&r| r).count() as f32 / words.len() as f32
    }

    fn repeats_itself(text: &str) -> bool {
        let rule = RepetitionRule { min_repeated_share: 0.6, min_words: 10, action: Decision::Hold };
        finding(&Text::read(text), rule).is_some()
    }

    #[test]
    fn one_word_over_and_over_is_repetition() {
        assert!((share("no no no no no") - 0.8).abs() < 1e-6);
        assert!(repeats_itself("resign resign resign resign resign resign resign resign resign resign"));
    }

    #[test]
    fn a_pair_over_and_over_is_repetition() {
        assert!((share("go home go home go home") - 4.0 / 6.0).abs() < 1e-6);
    }

    #[test]
    fn a_pasted_sentence_is_repetition() {
        let sentence = "the minister should have published the full text of the agreement ";
        assert!(repeats_itself(&sentence.repeat(3)));
        assert!(repeats_itself(&"장관은 협정 전문을 공개해야 한다 ".repeat(4)));
    }

    #[test]
    fn ordinary_prose_is_not_repetition() {
        let prose = "The talks were long and the result is thin. The minister says that the text of the agreement \
                     will be published next week, and that the parliament will vote on it in the spring. I doubt \
                     that the parliament will have the time to read it before the vote.";
        assert!(!repeats_itself(prose));
    }

    #[test]
    fn fewer_words_than_the_minimum_never_repeat() {
        assert!(!repeats_itself("no no no no no no no no no"));
    }

    #[test]
    fn repeats_are_pointed_at() {
        let rule = RepetitionRule { min_repeated_share: 0.5, min_words: 3, action: Decision::Hold };
        let found = finding(&Text::read("vote vote vote now"), rule).unwrap();
        assert_eq!(found.spans, [Span { begin: 5, end: 14 }]);
    }
}
