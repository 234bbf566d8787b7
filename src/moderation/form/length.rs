//! # What it checks
//! EMPTY, TOO_SHORT, TOO_LONG and PADDED: how long the comment is, in the unit of its policy.
//!
//! # Why
//! A minimum asks for a thought instead of a jeer, a maximum for brevity. Both must count what the reader sees, or
//! the counter on the page and the verdict disagree.
//!
//! # Limits
//! Only what is seen counts, whatever the unit: ends trimmed, a run of white space as one space, ignorable and
//! control characters left out, except within an emoji, where they make it what it is. With the discount, a run of
//! one grapheme counts as three at most, for the maximum too, so that there is one number to show. Padding with more than one
//! character ("hahaha") is not discounted; the repetition rule looks at words.
//!
//! # Source
//! Unicode Standard Annex #29, section 3 (extended grapheme clusters).

use crate::{
    moderation::{CountUnit, Decision, Length, LengthRule, ReasonCode, finding::Finding},
    text::{is_emoji, is_ignorable, visible_graphemes},
};

/// A run of one grapheme counts as this many at most when padding is discounted.
const MAX_RUN_GRAPHEMES: u32 = 3;

/// The length of a comment as its policy counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::moderation) struct Measured {
    /// What counts against the limits.
    pub(in crate::moderation) length: Length,
    /// What would count without the discount; never less than `length.count`.
    undiscounted: u32,
    /// Whether anything can be seen.
    pub(in crate::moderation) empty: bool,
}

impl Measured {
    pub(in crate::moderation) fn of(text: &str, rule: &LengthRule) -> Self {
        let mut tally = Tally::default();
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            // Every byte is a grapheme and counts as one in every unit.
            let mut previous = 0;
            for byte in text.trim_matches([' ', '\n']).bytes() {
                let byte = if byte == b'\n' { b' ' } else { byte };
                if (byte, previous) != (b' ', b' ') {
                    tally.add(1, byte == previous, rule);
                    previous = byte;
                }
            }
        } else {
            let mut previous = "";
            for grapheme in visible_graphemes(text) {
                let is_repeat =
                    grapheme.chars().next() == previous.chars().next() && seen(grapheme).eq(seen(previous));
                tally.add(units(grapheme, rule.unit), is_repeat, rule);
                previous = grapheme;
            }
        }
        let Tally { count, undiscounted, run } = tally;
        Self { length: Length { count, min: rule.min, max: rule.max }, undiscounted, empty: run == 0 }
    }
}

/// What was counted so far.
#[derive(Default)]
struct Tally {
    count: u32,
    undiscounted: u32,
    /// How many of the last grapheme stand in a row; 0 before the first.
    run: u32,
}

impl Tally {
    #[inline]
    fn add(&mut self, size: u32, is_repeat: bool, rule: &LengthRule) {
        self.run = if is_repeat { self.run.saturating_add(1) } else { 1 };
        self.undiscounted = self.undiscounted.saturating_add(size);
        if !rule.discount_padding || self.run <= MAX_RUN_GRAPHEMES {
            self.count = self.count.saturating_add(size);
        }
    }
}

fn units(grapheme: &str, unit: CountUnit) -> u32 {
    let count = match unit {
        CountUnit::Graphemes => 1,
        CountUnit::CodePoints => seen(grapheme).count(),
        CountUnit::Utf16 => seen(grapheme).map(char::len_utf16).sum(),
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The characters of a grapheme that make what is drawn: all of an emoji, which is drawn from its joiners and selectors,
/// and of anything else those that are not ignorable.
fn seen(grapheme: &str) -> impl Iterator<Item = char> {
    let emoji = grapheme.chars().next().is_some_and(is_emoji);
    grapheme.chars().filter(move |&c| emoji || !is_ignorable(c))
}

pub(super) fn finding(measured: &Measured, rule: &LengthRule) -> Option<Finding> {
    let Length { count, min, max } = measured.length;
    let unit = match rule.unit {
        CountUnit::Graphemes => "visible characters",
        CountUnit::CodePoints => "visible code points",
        CountUnit::Utf16 => "visible UTF-16 units",
    };
    let (code, detail) = if measured.empty {
        (ReasonCode::Empty, "nothing visible".to_owned())
    } else if count < min && measured.undiscounted >= min {
        let full = measured.undiscounted;
        (ReasonCode::Padded, format!("{count} {unit} without padding, {full} with it, at least {min}"))
    } else if count < min {
        (ReasonCode::TooShort, format!("{count} {unit}, at least {min}"))
    } else if max > 0 && count > max {
        (ReasonCode::TooLong, format!("{count} {unit}, at most {max}"))
    } else {
        return None;
    };
    Some(Finding::new(code, Decision::Reject, detail))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(min: u32, max: u32) -> LengthRule {
        LengthRule { min, max, unit: CountUnit::Graphemes, discount_padding: true }
    }

    fn code(text: &str, rule: &LengthRule) -> Option<ReasonCode> {
        finding(&Measured::of(text, rule), rule).map(|f| f.code)
    }

    fn count(text: &str, unit: CountUnit) -> u32 {
        Measured::of(text, &LengthRule { unit, ..rule(0, 0) }).length.count
    }

    /// Text of exactly `n` visible characters without a run of one character.
    fn prose(n: usize) -> String {
        "abcdefghij".chars().cycle().take(n).collect()
    }

    #[test]
    fn forty_nine_is_too_short_and_fifty_is_enough() {
        assert_eq!(code(&prose(49), &rule(50, 0)), Some(ReasonCode::TooShort));
        assert_eq!(code(&prose(50), &rule(50, 0)), None);
    }

    #[test]
    fn two_hundred_and_fifty_is_enough_and_one_more_too_long() {
        assert_eq!(code(&prose(250), &rule(0, 250)), None);
        assert_eq!(code(&prose(251), &rule(0, 250)), Some(ReasonCode::TooLong));
    }

    #[test]
    fn no_limits_means_any_length_but_none() {
        assert_eq!(code("a", &rule(0, 0)), None);
        assert_eq!(code("", &rule(0, 0)), Some(ReasonCode::Empty));
    }

    #[test]
    fn a_blank_text_is_empty_and_not_also_too_short() {
        for text in ["", " ", "\n\t \u{3000}"] {
            assert_eq!(code(text, &rule(50, 0)), Some(ReasonCode::Empty), "{text:?}");
        }
    }

    #[test]
    fn fifty_reached_by_repeating_one_character_is_padded() {
        let text = format!("{}{}", prose(40), "!".repeat(10));
        let measured = Measured::of(&text, &rule(50, 0));
        assert_eq!((measured.length.count, measured.undiscounted), (43, 50));
        assert_eq!(code(&text, &rule(50, 0)), Some(ReasonCode::Padded));
    }

    #[test]
    fn too_short_even_with_padding_is_too_short() {
        let text = format!("{}{}", prose(30), "!".repeat(10));
        assert_eq!(code(&text, &rule(50, 0)), Some(ReasonCode::TooShort));
    }

    #[test]
    fn without_the_discount_padding_counts() {
        let text = format!("{}{}", prose(40), "!".repeat(10));
        let rule = LengthRule { discount_padding: false, ..rule(50, 0) };
        assert_eq!(code(&text, &rule), None);
    }

    #[test]
    fn three_of_one_character_are_not_discounted() {
        assert_eq!(count("abbbc", CountUnit::Graphemes), 5);
        assert_eq!(count("abbbbc", CountUnit::Graphemes), 5);
    }

    #[test]
    fn an_emoji_family_is_one_character() {
        let family = "👨‍👩‍👧‍👦";
        assert_eq!(count(family, CountUnit::Graphemes), 1);
        assert_eq!(count(&format!("a{family}b"), CountUnit::Graphemes), 3);
    }

    #[test]
    fn a_hangul_syllable_written_in_jamo_is_one_character() {
        assert_eq!(count("한국", CountUnit::Graphemes), 2);
        assert_eq!(count("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", CountUnit::Graphemes), 2);
        assert_eq!(count("한국", CountUnit::CodePoints), 2);
    }

    #[test]
    fn combining_marks_do_not_count_by_themselves() {
        assert_eq!(count("cafe\u{301}", CountUnit::Graphemes), 4);
        assert_eq!(count("cafe\u{301}", CountUnit::CodePoints), 5);
    }

    #[test]
    fn ends_are_trimmed() {
        assert_eq!(count("  peace now \n", CountUnit::Graphemes), 9);
    }

    #[test]
    fn a_run_of_white_space_is_one_space() {
        for unit in [CountUnit::Graphemes, CountUnit::CodePoints, CountUnit::Utf16] {
            assert_eq!(count("peace \n\t  now", unit), 9);
        }
    }

    #[test]
    fn what_nobody_sees_does_not_count() {
        for unit in [CountUnit::Graphemes, CountUnit::CodePoints, CountUnit::Utf16] {
            assert_eq!(count("pe\u{200b}a\u{ad}ce\u{7}", unit), 5);
        }
        assert_eq!(code("\u{200b}\u{2060}\u{feff}", &rule(0, 0)), Some(ReasonCode::Empty));
    }

    #[test]
    fn what_nobody_sees_within_a_character_neither_counts_nor_hides_padding() {
        let joined = format!("{}{}", prose(40), "!\u{34f}!\u{fe0f}!\u{200d}!\u{200d}\u{200d}!!!!!!");
        for unit in [CountUnit::Graphemes, CountUnit::CodePoints, CountUnit::Utf16] {
            let rule = LengthRule { unit, ..rule(50, 0) };
            assert_eq!(Measured::of(&joined, &rule).length.count, 43, "{unit:?}");
            assert_eq!(code(&joined, &rule), Some(ReasonCode::Padded), "{unit:?}");
        }
        // An emoji is drawn from its joiners, and a browser counts them.
        assert_eq!(count("👨‍👩‍👧", CountUnit::CodePoints), 5);
        assert_eq!(count("❤️", CountUnit::Utf16), 2);
    }

    #[test]
    fn utf16_counts_as_javascript_does() {
        assert_eq!(count("a😀", CountUnit::Utf16), 3);
        assert_eq!(count("a😀", CountUnit::CodePoints), 2);
    }

    proptest! {
        #[test]
        fn the_short_way_measures_as_the_long_one_does(text in "[ a-c!\n]{0,40}", discount_padding in any::<bool>()) {
            let rule = LengthRule { discount_padding, ..rule(0, 0) };
            let unseen = format!("{text}\u{200b}");
            prop_assert_eq!(Measured::of(&text, &rule), Measured::of(&unseen, &rule));
        }

        #[test]
        fn the_discount_never_makes_a_text_longer(text in any::<String>(), tail in "[a!한]{0,30}") {
            let text = format!("{text}{tail}");
            for unit in [CountUnit::Graphemes, CountUnit::CodePoints, CountUnit::Utf16] {
                let measured = Measured::of(&text, &LengthRule { unit, ..rule(0, 0) });
                prop_assert!(measured.length.count <= measured.undiscounted);
            }
        }
    }
}
