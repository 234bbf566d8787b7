//! The n-grams of a text, as 32-bit keys, without an allocation for any of them.
//!
//! A [`Spec`] lists blocks of n-grams; each block is normalised on its own later. Word n-grams run over all tokens,
//! marks included; character and jamo n-grams stay inside one word, padded with a space either side (char_wb).
//! Trainer and server call the same function, so a model can only be fitted on what will be served.
//!
//! Keys are the upper half of a 64-bit multiplicative hash (the mixing step of rustc's FxHash). With 98,304 columns
//! an unknown n-gram is taken for a known one once in 43,691 times.

use serde::{Deserialize, Serialize};

use crate::text::{Text, Token, TokenKind};

/// One block of n-grams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Runs of `min..=max` tokens.
    Words {
        /// The shortest.
        min: u8,
        /// The longest.
        max: u8,
    },
    /// Runs of `min..=max` characters inside a padded word.
    Chars {
        /// The shortest.
        min: u8,
        /// The longest.
        max: u8,
    },
    /// Runs of `min..=max` characters inside a padded word, Hangul syllables taken apart into jamo.
    Jamo {
        /// The shortest.
        min: u8,
        /// The longest.
        max: u8,
    },
}

impl Block {
    /// Whether its lengths make sense: at least 1, in order, and at most 8.
    pub const fn is_sound(self) -> bool {
        let (Self::Words { min, max } | Self::Chars { min, max } | Self::Jamo { min, max }) = self;
        min >= 1 && min <= max && max <= 8
    }
}

/// The n-grams that a model reads: at most four blocks.
pub type Spec = Vec<Block>;

/// Words of more characters than this give no character n-grams.
pub const MAX_WORD_CHARS: usize = 60;

const MULTIPLIER: u64 = 0x517c_c1b7_2722_0a95;

const fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_mul(MULTIPLIER)
}

const fn key(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Calls `emit(key, first_token, last_token)` for each n-gram of one block, in order of the text.
pub fn grams(text: &Text<'_>, block: Block, mut emit: impl FnMut(u32, usize, usize)) {
    match block {
        Block::Words { min, max } => words(text, usize::from(min), usize::from(max), &mut emit),
        Block::Chars { min, max } => {
            let mut letters = Letters::new();
            for (i, word) in word_tokens(text) {
                letters.read(word);
                runs(letters.padded(), 2, usize::from(min), usize::from(max), |k| emit(k, i, i));
            }
        }
        Block::Jamo { min, max } => {
            let mut letters = Letters::new();
            for (i, word) in word_tokens(text) {
                letters.read_jamo(word);
                runs(letters.padded(), 3, usize::from(min), usize::from(max), |k| emit(k, i, i));
            }
        }
    }
}

/// The text of a token.
pub fn token_text<'t>(text: &'t Text<'_>, token: &Token) -> &'t str {
    text.folded().get(token.begin as usize..token.end as usize).unwrap_or_default()
}

fn word_tokens<'t>(text: &'t Text<'_>) -> impl Iterator<Item = (usize, &'t str)> {
    text.tokens()
        .iter()
        .enumerate()
        .filter(|(_, token)| token.kind == TokenKind::Word)
        .map(|(i, token)| (i, token_text(text, token)))
}

fn words(text: &Text<'_>, min: usize, max: usize, emit: &mut impl FnMut(u32, usize, usize)) {
    // The hashes of the last tokens, newest last; n-grams longer than eight words are not read.
    let mut recent = [0_u64; 8];
    for (i, token) in text.tokens().iter().enumerate() {
        let hash = token_text(text, token).bytes().fold(1, |h, b| mix(h, u64::from(b)));
        recent.rotate_left(1);
        if let Some(last) = recent.last_mut() {
            *last = hash;
        }
        let mut gram = 7;
        for (n, word) in (1..=max.min(i + 1)).zip(recent.iter().rev()) {
            gram = mix(gram, *word);
            if n >= min {
                emit(key(gram), i + 1 - n, i);
            }
        }
    }
}

/// All runs of `min..=max` letters, each hash grown from the one before.
fn runs(letters: &[u32], seed: u64, min: usize, max: usize, mut emit: impl FnMut(u32)) {
    let mut rest = letters;
    while let [_, after @ ..] = rest {
        let (short, long) = rest.split_at(rest.len().min(min - 1));
        let mut hash = short.iter().fold(seed, |hash, letter| mix(hash, u64::from(*letter)));
        for letter in long.iter().take(max + 1 - min) {
            hash = mix(hash, u64::from(*letter));
            emit(key(hash));
        }
        rest = after;
    }
}

/// The letters of one word with a space either side, on the stack.
struct Letters {
    buffer: [u32; 3 * MAX_WORD_CHARS + 2],
    len: usize,
}

impl Letters {
    const fn new() -> Self {
        Self { buffer: [0; 3 * MAX_WORD_CHARS + 2], len: 0 }
    }

    fn padded(&self) -> &[u32] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    fn push(&mut self, letter: u32) {
        if let Some(slot) = self.buffer.get_mut(self.len) {
            *slot = letter;
            self.len += 1;
        }
    }

    /// An overlong word leaves nothing.
    fn read(&mut self, word: &str) {
        self.fill(word, |letters, c| letters.push(u32::from(c)));
    }

    fn read_jamo(&mut self, word: &str) {
        self.fill(word, |letters, c| {
            let (lead, vowel, tail) = jamo(c);
            letters.push(lead);
            [vowel, tail].into_iter().flatten().for_each(|j| letters.push(j));
        });
    }

    fn fill(&mut self, word: &str, mut push: impl FnMut(&mut Self, char)) {
        self.len = 0;
        // Bytes bound characters from above, so most words need no count.
        if word.len() > MAX_WORD_CHARS && word.chars().count() > MAX_WORD_CHARS {
            return;
        }
        self.push(u32::from(' '));
        word.chars().for_each(|c| push(self, c));
        self.push(u32::from(' '));
    }
}

/// Takes a Hangul syllable apart (Unicode Standard, section 3.12); compatibility jamo become conjoining leads, so that
/// split syllables and whole ones share keys. Any other character stays as it is.
fn jamo(c: char) -> (u32, Option<u32>, Option<u32>) {
    let code = u32::from(c);
    match code {
        0xAC00..=0xD7A3 => {
            let index = code - 0xAC00;
            let tail = index % 28;
            (0x1100 + index / 588, Some(0x1161 + index % 588 / 28), (tail > 0).then_some(0x11A7 + tail))
        }
        0x3131..=0x314E => {
            (COMPATIBILITY_LEADS.get((code - 0x3131) as usize).copied().unwrap_or(code), None, None)
        }
        0x314F..=0x3163 => (0x1161 + code - 0x314F, None, None),
        _ => (code, None, None),
    }
}

/// The conjoining lead for each compatibility consonant U+3131..=U+314E; clusters that never lead stay themselves.
const COMPATIBILITY_LEADS: [u32; 30] = [
    0x1100, 0x1101, 0x3133, 0x1102, 0x3135, 0x3136, 0x1103, 0x1104, 0x1105, 0x313A, 0x313B, 0x313C, 0x313D,
    0x313E, 0x313F, 0x3140, 0x1106, 0x1107, 0x1108, 0x3144, 0x1109, 0x110A, 0x110B, 0x110C, 0x110D, 0x110E,
    0x110F, 0x1110, 0x1111, 0x1112,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str, block: Block) -> Vec<u32> {
        let text = Text::read(text);
        let mut keys = Vec::new();
        grams(&text, block, |k, _, _| keys.push(k));
        keys
    }

    #[test]
    fn a_word_of_three_letters_has_as_many_char_grams_as_its_padded_runs() {
        // " cat " holds 4 runs of two and 3 of three.
        assert_eq!(keys("cat", Block::Chars { min: 2, max: 3 }).len(), 7);
    }

    #[test]
    fn two_words_give_two_unigrams_and_one_bigram_that_spans_both() {
        let text = Text::read("good work");
        let mut spans = Vec::new();
        grams(&text, Block::Words { min: 1, max: 2 }, |_, first, last| spans.push((first, last)));
        assert_eq!(spans, [(0, 0), (1, 1), (0, 1)]);
    }

    #[test]
    fn the_same_word_gives_the_same_keys_anywhere() {
        let alone = keys("council", Block::Chars { min: 2, max: 5 });
        let within = keys("a council", Block::Chars { min: 2, max: 5 });
        assert!(within.ends_with(&alone));
    }

    #[test]
    fn word_and_character_blocks_share_no_keys() {
        let words = keys("it is so", Block::Words { min: 1, max: 2 });
        let chars = keys("it is so", Block::Chars { min: 1, max: 5 });
        assert!(words.iter().all(|k| !chars.contains(k)));
    }

    #[test]
    fn a_hangul_syllable_and_its_jamo_share_keys() {
        let syllable = keys("가", Block::Jamo { min: 2, max: 2 });
        let split = keys("ㄱㅏ", Block::Jamo { min: 2, max: 2 });
        assert_eq!(syllable, split);
    }

    #[test]
    fn an_overlong_word_gives_no_character_grams() {
        assert!(keys(&"ab".repeat(31), Block::Chars { min: 2, max: 5 }).is_empty());
        assert!(!keys(&"ab".repeat(30), Block::Chars { min: 2, max: 5 }).is_empty());
    }
}
