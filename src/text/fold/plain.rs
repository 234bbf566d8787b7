//! The short cut: ASCII text in which no pass would find anything to undo.
//!
//! Most comments are plain, so one look at each byte saves them all passes and the map. The look is careful, not
//! exact: what it does not know it leaves to the passes, and a property holds it to their result.

/// How many single letters in a row may be a word spelt out.
const SINGLES: usize = 3;

/// The folded form of a text that needs no pass; `None` when it may need one.
pub(super) fn folded(original: &str) -> Option<String> {
    is_plain(original.as_bytes()).then(|| original.to_ascii_lowercase())
}

/// Whether no pass would find anything in a text.
pub(super) fn is_plain(text: &[u8]) -> bool {
    let mut singles = 0;
    for word in text.split(|b| matches!(b, b' ' | b'\n')) {
        let word = core(word);
        if !word.is_empty() && !is_number(word) && !is_word(word) && !is_compound(word) {
            return false;
        }
        if word.iter().any(u8::is_ascii_alphanumeric) {
            singles = if matches!(word, [b] if b.is_ascii_alphabetic()) { singles + 1 } else { 0 };
        }
        if singles == SINGLES {
            return false;
        }
    }
    true
}

/// A word without the punctuation of the sentence around it.
fn core(word: &[u8]) -> &[u8] {
    let begin = word.iter().position(|b| !matches!(b, b'"' | b'(' | b'\'')).unwrap_or(word.len());
    let trailing = |b: &u8| matches!(b, b'.' | b',' | b';' | b':' | b'!' | b'?' | b'"' | b')' | b'\'');
    let end = word.iter().rposition(|b| !trailing(b)).map_or(begin, |last| last + 1);
    word.get(begin..end).unwrap_or_default()
}

/// Letters and inner apostrophes, no letter three times in a row.
fn is_word(word: &[u8]) -> bool {
    let (mut last, mut run) = (0, 0);
    for b in word {
        let lower = b.to_ascii_lowercase();
        if !lower.is_ascii_lowercase() && lower != b'\'' {
            return false;
        }
        run = if lower == last { run + 1 } else { 1 };
        last = lower;
        if run > 2 {
            return false;
        }
    }
    true
}

/// Words joined by hyphens, none of them a single letter.
fn is_compound(word: &[u8]) -> bool {
    word.split(|b| *b == b'-').all(|part| part.len() > 1 && is_word(part))
}

/// Digits and what stands within numbers.
fn is_number(word: &[u8]) -> bool {
    word.iter().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.' | b'$' | b'%' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_takes_the_short_cut() {
        for text in [
            "",
            "Plain words, \"quoted\" (or not).",
            "It's 1,455 or $5.50!",
            "I am a man.\nReally?",
            "of 5 - not 3",
            "A well-known, out-of-date rule.",
        ] {
            assert_eq!(folded(text), Some(text.to_ascii_lowercase()), "{text}");
        }
    }

    #[test]
    fn anything_else_does_not() {
        for text in [
            "caf\u{e9}",
            "id10t",
            "f*ck",
            "a b c",
            "f  u  c  k",
            "a - s - s",
            "u.s.",
            "sooo",
            "x-ray",
            "an-ti-d-ote",
            "well--known",
            "a@b.co",
            "tab\there",
            "\u{200b}",
        ] {
            assert_eq!(folded(text), None, "{text:?}");
        }
    }
}
