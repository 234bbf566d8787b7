//! Sentences of a text (UAX #29), for spans of their own.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

/// The most sentences that are scored by themselves; what would be more is cut into stretches of equal number.
const MAX_SENTENCES: usize = 128;

/// The stretches of a text that get a score of their own, in bytes, without the space around them. None of a text that has
/// only space.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let all: Vec<Range<usize>> = text
        .split_sentence_bound_indices()
        .filter_map(|(at, sentence)| {
            let begin = at + sentence.len() - sentence.trim_start().len();
            let end = begin + sentence.trim().len();
            (begin < end).then_some(begin..end)
        })
        .collect();
    let together = all.len().div_ceil(MAX_SENTENCES).max(1);
    all.chunks(together).filter_map(|run| Some(run.first()?.start..run.last()?.end)).collect()
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
