//! From bytes of the original text to the unit in which the caller counts.
//!
//! All offsets of an answer are measured in one pass over the text, however many spans there are.

use super::OffsetUnit;
use crate::{pb, text::Span};

/// The offsets of one answer.
#[derive(Debug)]
pub(super) struct Offsets {
    /// Byte offset and its measure, sorted by byte offset without duplicates.
    measured: Vec<(usize, u32)>,
}

impl Offsets {
    /// Measures both ends of all spans. An offset inside a character counts as its end, one past the text as the
    /// end of the text.
    pub(super) fn measure(text: &str, unit: OffsetUnit, spans: impl Iterator<Item = Span>) -> Self {
        let mut bytes: Vec<usize> = spans.flat_map(|span| [span.begin, span.end]).collect();
        bytes.sort_unstable();
        bytes.dedup();
        let mut measured = Vec::with_capacity(bytes.len());
        let mut characters = text.char_indices().peekable();
        let mut units = 0;
        for byte in bytes {
            while let Some((_, c)) = characters.next_if(|&(at, _)| at < byte) {
                units += match unit {
                    OffsetUnit::CodePoints => 1,
                    OffsetUnit::Utf16 => c.len_utf16(),
                    OffsetUnit::Utf8Bytes => c.len_utf8(),
                };
            }
            // A text has at most 20,480 bytes, so that every measure fits.
            measured.push((byte, u32::try_from(units).unwrap_or(u32::MAX)));
        }
        Self { measured }
    }

    /// A span in the caller's unit. It must be among those that were measured.
    pub(super) fn span(&self, span: Span) -> pb::Span {
        pb::Span { begin: self.of(span.begin), end: self.of(span.end) }
    }

    fn of(&self, byte: usize) -> u32 {
        let found = self.measured.binary_search_by_key(&byte, |&(at, _)| at).ok();
        found.and_then(|i| self.measured.get(i)).map_or(0, |&(_, units)| units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(text: &str, unit: OffsetUnit, spans: &[(usize, usize)]) -> Vec<(u32, u32)> {
        let spans: Vec<Span> = spans.iter().map(|&(begin, end)| Span { begin, end }).collect();
        let offsets = Offsets::measure(text, unit, spans.iter().copied());
        spans.into_iter().map(|span| offsets.span(span)).map(|span| (span.begin, span.end)).collect()
    }

    #[test]
    fn an_emoji_is_one_code_point_two_utf16_units_and_four_bytes() {
        let text = "a😀한b";
        let last = &[(8, 9), (1, 5)];
        assert_eq!(spans(text, OffsetUnit::CodePoints, last), [(3, 4), (1, 2)]);
        assert_eq!(spans(text, OffsetUnit::Utf16, last), [(4, 5), (1, 3)]);
        assert_eq!(spans(text, OffsetUnit::Utf8Bytes, last), [(8, 9), (1, 5)]);
    }

    #[test]
    fn an_offset_past_the_text_is_its_end() {
        assert_eq!(spans("한글", OffsetUnit::Utf16, &[(3, 99)]), [(1, 2)]);
    }

    proptest! {
        #[test]
        fn measures_are_those_of_the_text_before(text in "\\PC{0,40}", picks in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..8)) {
            let boundaries: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
            let picked: Vec<(usize, usize)> = picks.iter().map(|(a, b)| (*a.get(&boundaries), *b.get(&boundaries))).collect();
            for (got, (begin, end)) in spans(&text, OffsetUnit::CodePoints, &picked).into_iter().zip(&picked) {
                prop_assert_eq!(got, (text.split_at(*begin).0.chars().count() as u32, text.split_at(*end).0.chars().count() as u32));
            }
            for (got, (begin, end)) in spans(&text, OffsetUnit::Utf16, &picked).into_iter().zip(&picked) {
                prop_assert_eq!(got, (text.split_at(*begin).0.encode_utf16().count() as u32, text.split_at(*end).0.encode_utf16().count() as u32));
            }
            for (got, (begin, end)) in spans(&text, OffsetUnit::Utf8Bytes, &picked).into_iter().zip(&picked) {
                prop_assert_eq!(got, (*begin as u32, *end as u32));
            }
        }
    }
}
