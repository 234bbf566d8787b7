//! Which language a comment is written in.
//!
//! Scripts decide first, because they are certain; only Latin text needs a guess.

use unicode_script::{Script, UnicodeScript as _};
use whichlang::Lang;

/// A detected language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detected {
    /// The BCP-47 primary subtag, "und" when undetermined.
    pub code: &'static str,
    /// How sure detection is, in `[0, 1]`.
    pub confidence: f32,
}

/// Detects the language of a text.
pub fn detect_language(text: &str) -> Detected {
    let mut latin = 0usize;
    let mut hangul = 0usize;
    let mut other = 0usize;
    let mut script = Script::Unknown;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        match if c.is_ascii() { Script::Latin } else { c.script() } {
            Script::Latin => latin += 1,
            Script::Hangul => hangul += 1,
            found => {
                other += 1;
                if matches!(script, Script::Unknown | Script::Han) {
                    script = found;
                }
            }
        }
    }
    let all = (latin + hangul + other) as f32;
    if all == 0.0 {
        return Detected { code: "und", confidence: 0.0 };
    }
    if hangul > 0 && (hangul * 3 + 2 >= latin) && hangul >= other {
        return Detected { code: "ko", confidence: 1.0 };
    }
    if other > latin {
        let code = match script {
            Script::Hiragana | Script::Katakana => "ja",
            Script::Han => "zh",
            Script::Cyrillic => "ru",
            Script::Arabic => "ar",
            Script::Thai => "th",
            Script::Greek => "el",
            Script::Hebrew => "he",
            Script::Devanagari => "hi",
            _ => "und",
        };
        return Detected { code, confidence: other as f32 / all };
    }
    match whichlang::detect_language(text) {
        Lang::Deu if latin > 20 => Detected { code: "de", confidence: 0.8 },
        Lang::Fra if latin > 20 => Detected { code: "fr", confidence: 0.8 },
        Lang::Spa if latin > 20 => Detected { code: "es", confidence: 0.8 },
        _ => Detected { code: "en", confidence: 0.6 },
    }
}
