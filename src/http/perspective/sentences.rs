//! Sentences of a text, for spans of their own.
//!
//! A simple rule in one pass, and not that of UAX #29, which looks ahead from every space and so takes quadratic time on a
//! comment that a reader may write.

use std::ops::Range;

/// The most sentences that are scored by themselves; what would be more is cut into stretches of equal number.
const MAX_SENTENCES: usize = 128;

/// The stretches of a text that get a score of their own, in bytes, without the space around them. None of a text that has
/// only space. A sentence ends with a line, after ideographic marks, and after . ! ? with what closes it where space
/// follows and then no lower-case letter.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut begin = None;
    let mut end = 0;
    let mut place = Place::Inside;
    for (at, c) in text.char_indices() {
        let ends = match place {
            Place::Inside | Place::Ended => false,
            Place::AfterSpace => !c.is_whitespace() && !c.is_lowercase(),
            Place::Over => true,
        };
        if ends && let Some(begin) = begin.take() {
            all.push(begin..end);
        }
        place = place.after(c);
        if !c.is_whitespace() {
            begin.get_or_insert(at);
            end = at + c.len_utf8();
        }
    }
    all.extend(begin.map(|begin| begin..end));
    let together = all.len().div_ceil(MAX_SENTENCES).max(1);
    all.chunks(together).filter_map(|run| Some(run.first()?.start..run.last()?.end)).collect()
}

/// Where the reading of a text is.
#[derive(Debug, Clone, Copy)]
enum Place {
    Inside,
    /// After a mark that may end a sentence.
    Ended,
    /// After such a mark and space.
    AfterSpace,
    /// After what ends a sentence whatever follows.
    Over,
}

impl Place {
    fn after(self, c: char) -> Self {
        match (self, c) {
            (_, '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{3002}' | '\u{ff01}' | '\u{ff1f}') => Self::Over,
            (_, '.' | '!' | '?' | '\u{2026}' | '\u{61f}')
            | (Self::Ended, ')' | ']' | '"' | '\'' | '\u{201d}' | '\u{2019}' | '\u{bb}') => Self::Ended,
            (Self::Ended | Self::AfterSpace, c) if c.is_whitespace() => Self::AfterSpace,
            _ => Self::Inside,
        }
    }
}

/// From stretches in bytes to stretches in UTF-16 code units of a text. In order of their begins.
pub(super) fn utf16(text: &str, stretches: &[Range<usize>]) -> Vec<Range<usize>> {
    let units = |range: Range<usize>| text.get(range).map_or(0, |part| part.encode_utf16().count());
    let (mut at, mut counted) = (0, 0);
    stretches
        .iter()
        .map(|stretch| {
            counted += units(at..stretch.start);
            at = stretch.start;
            counted..counted + units(stretch.clone())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_cut_without_the_space_around_them() {
        let text = " One here. Two?  세 번째입니다. 😀 Four";
        let found: Vec<&str> = sentences(text).into_iter().map(|s| text.get(s).unwrap()).collect();
        assert_eq!(found, ["One here.", "Two?", "세 번째입니다.", "😀 Four"]);
        assert!(sentences("  \n").is_empty());
    }

    #[test]
    fn marks_inside_a_sentence_do_not_end_it() {
        let cut = |text: &'static str| {
            sentences(text).into_iter().map(|s| text.get(s).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(
            cut("It cost 3.50 at 9 p.m. there, he said. \"No!\" She left"),
            ["It cost 3.50 at 9 p.m. there, he said.", "\"No!\"", "She left"]
        );
        assert_eq!(cut("line one\nline two\n\n"), ["line one", "line two"]);
        assert_eq!(
            cut("\u{3053}\u{308c}\u{3002}\u{305d}\u{308c}"),
            ["\u{3053}\u{308c}\u{3002}", "\u{305d}\u{308c}"]
        );
    }

    #[test]
    fn however_many_there_are_they_are_bounded_and_cover_the_text() {
        let text = "A b. ".repeat(4_000);
        let found = sentences(&text);
        assert!((100..=MAX_SENTENCES).contains(&found.len()), "{}", found.len());
        assert_eq!((found[0].start, found.last().unwrap().end), (0, text.trim_end().len()));
        assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start));
    }

    #[test]
    fn offsets_count_utf16_code_units() {
        let text = "😀 a. 한글. Z";
        assert_eq!(utf16(text, &sentences(text)), [0..5, 6..9, 10..11]);
    }
}
