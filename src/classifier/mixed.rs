//! Texts in more than one script: a Korean comment with an English insult, or the other way round.
//!
//! A model of another script than the comment's scores it too where a phrase in that script occurs, and an attribute has
//! the largest probability that either gives. A word or two do not count: names, terms and abbreviations stand in comments
//! of any language, and a model that sees nothing else takes them too seriously.

use super::grams::token_text;
use crate::{
    scores::AttributeScore,
    text::{Text, TokenKind},
};

/// Words one after the other that make a phrase. A Korean word says as much as two.
const MIN_HANGUL: usize = 2;
const MIN_LATIN: usize = 4;

/// A script that a model's language is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Hangul,
    Latin,
}

const fn script(language: &str) -> Script {
    match language.as_bytes() {
        b"ko" => Script::Hangul,
        _ => Script::Latin,
    }
}

/// Whether a text in one language holds a phrase in the script of another; never where both have the same.
pub fn holds_phrase_of(text: &Text<'_>, other: &str, language: &str) -> bool {
    let script = script(other);
    if script == self::script(language) {
        return false;
    }
    if script == Script::Hangul && text.folded().is_ascii() {
        return false;
    }
    let (is_word, least): (fn(char) -> bool, _) = match script {
        Script::Hangul => (is_hangul, MIN_HANGUL),
        Script::Latin => (|c| c.is_ascii_alphabetic(), MIN_LATIN),
    };
    let mut run = 0;
    text.tokens().iter().any(|token| {
        match token.kind {
            TokenKind::Word if token_text(text, token).chars().any(is_word) => run += 1,
            TokenKind::Word => run = 0,
            TokenKind::Number | TokenKind::Mark | TokenKind::Link | TokenKind::User => {}
        }
        run >= least
    })
}

/// Hangul syllables and compatibility jamo, as folded text holds them.
const fn is_hangul(c: char) -> bool {
    matches!(c, '가'..='힣' | 'ㄱ'..='ㆎ')
}

/// The larger of two scores, attribute by attribute; a known score is larger than an unknown one.
pub fn larger(one: Vec<AttributeScore>, other: Vec<AttributeScore>) -> Vec<AttributeScore> {
    let pairs = one.into_iter().zip(other);
    pairs.map(|(one, other)| if other.probability > one.probability { other } else { one }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scores::Attribute;

    #[test]
    fn a_phrase_of_another_script_is_noticed_and_a_word_is_not() {
        let holds = |text: &str, other, language| holds_phrase_of(&Text::read(text), other, language);
        assert!(holds("정말 you are so stupid 하네", "en", "ko") && holds("what a 병신 새끼", "ko", "en"));
        assert!(
            !holds("오늘 KTX 타고 SNS 보니 Muslim 이야기", "en", "ko")
                && !holds("we saw 부산 today", "ko", "en")
        );
        assert!(!holds("you are so stupid", "fr", "en"));
    }

    #[test]
    fn the_larger_score_wins_and_known_beats_unknown() {
        let score = |probability| {
            vec![AttributeScore { attribute: Attribute::Toxicity, probability, explanation: None }]
        };
        let larger = |a, b| larger(score(a), score(b)).first().and_then(|s| s.probability);
        assert_eq!(larger(Some(0.2), Some(0.7)), Some(0.7));
        assert_eq!(larger(Some(0.7), Some(0.2)), Some(0.7));
        assert_eq!(larger(None, Some(0.1)), Some(0.1));
        assert_eq!(larger(Some(0.1), None), Some(0.1));
    }
}
