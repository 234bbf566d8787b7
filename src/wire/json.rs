//! JSON as some of its writers make it.

use std::borrow::Cow;

/// A byte order mark, which a reader may ignore (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The JSON without a byte order mark, and with U+FFFD for each half of a surrogate pair that stands alone: the
/// `JSON.stringify` of a text that was cut within an emoji writes one (ECMAScript, "Well-formed JSON.stringify"). What is
/// malformed otherwise is left for the parser to name.
pub(crate) fn readable(json: &[u8]) -> Cow<'_, [u8]> {
    let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
    let mut mended = Cow::Borrowed(json);
    let mut at = 0;
    while let Some(next) = json.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += next;
        at += match (unit(json, at), unit(json, at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                if let Some(half) = mended.to_mut().get_mut(at + 2..at + 6) {
                    half.copy_from_slice(b"fffd");
                }
                6
            }
            // An escaped backslash escapes nothing more.
            _ => 2,
        };
    }
    mended
}

/// The code unit that is escaped at a byte, as in `\uD83D`.
fn unit(json: &[u8], at: usize) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = json.get(at..at + 6)? else { return None };
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<String> {
        serde_json::from_slice(&readable(json.as_bytes())).ok()
    }

    #[test]
    fn half_an_emoji_becomes_the_replacement_character() {
        for (json, text) in [
            (r#""cut \ud83d""#, "cut \u{fffd}"),
            (r#""\ude00\uD83D x""#, "\u{fffd}\u{fffd} x"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (r#""\ud83d\ude00 whole""#, "\u{1f600} whole"),
            (r#""\\ud83d is how it is written""#, r"\ud83d is how it is written"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            ("\u{feff}\"marked\"", "marked"),
        ] {
            assert_eq!(read(json).as_deref(), Some(text), "{json}");
        }
    }

    #[test]
    fn what_is_malformed_stays_so_and_what_is_sound_is_not_copied() {
        for malformed in [r#""\ud83""#, r#""\u+83d""#, r#""\"#, "\u{feff}", "\u{feff}\u{feff}1"] {
            assert_eq!(read(malformed), None, "{malformed}");
        }
        assert!(matches!(readable(br#"{"text":"\n \u00e9 \ud83d\ude00"}"#), Cow::Borrowed(_)));
    }
}
