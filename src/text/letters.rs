//! Which characters are letters and digits, with a short way for those that most comments are made of.
//!
//! The answers are those of the standard library, whose tables take a hundred steps for a Hangul syllable.

use unicode_properties::UnicodeEmoji as _;

/// Whether a character is a Hangul syllable.
pub(super) const fn is_syllable(c: char) -> bool {
    matches!(c, '가'..='힣')
}

/// Whether a character is a letter (Alphabetic).
pub fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || !c.is_ascii() && (is_syllable(c) || c.is_alphabetic())
}

/// Whether a character is a number (Numeric).
pub(super) fn is_number(c: char) -> bool {
    c.is_ascii_digit() || !c.is_ascii() && !is_syllable(c) && c.is_numeric()
}

/// Whether a character is a letter or a number.
pub(super) fn is_letter_or_digit(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && (is_syllable(c) || c.is_alphanumeric())
}

/// Whether a character is drawn as an emoji (Emoji, UTS #51); ASCII and the signs ™ and ℹ are not.
pub fn is_emoji(c: char) -> bool {
    c > '\u{2000}' && !is_syllable(c) && !matches!(c, '\u{2122}' | '\u{2139}') && c.is_emoji_char()
}

/// Whether a character beside a Latin word makes it part of a longer one: Korean writes its particles onto Latin words.
pub(super) fn joins(c: char) -> bool {
    is_letter_or_digit(c) && !is_syllable(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_leads_where_the_long_one_does() {
        for c in '\0'..=char::MAX {
            let (short, long) = ((is_letter(c), is_number(c)), (c.is_alphabetic(), c.is_numeric()));
            assert_eq!(short, long, "{c:?}");
            assert_eq!(is_letter_or_digit(c), c.is_alphanumeric(), "{c:?}");
        }
    }
}
