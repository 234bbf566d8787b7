//! Which language a comment is written in.
//!
//! Scripts decide first, because they are certain: any honest share of Hangul is Korean, kana is Japanese. Latin text
//! is guessed by `whichlang`, and the guess is checked against common words, because a short English comment that is
//! called foreign is held back for nothing. It detects one language for the whole text, not a language a sentence, and
//! of a language that neither knows it can only say that it is not English.
//!
//! Measured on English comments of news sites cut to at most so many characters (11,596 to 18,701 each), and on 57
//! sentences in 24 other languages (`tests/cases/languages.tsv`, which were at hand when the word lists were written):
//!
//! | correct | 20 | 30 | 40 | 60 | 140 | not called English or Korean | time for 112 bytes |
//! |---|---|---|---|---|---|---|---|
//! | whatlang 0.18 | 0.559 | 0.697 | 0.785 | 0.867 | 0.909 | | 200 us |
//! | whichlang 0.1 | 0.941 | 0.978 | 0.991 | 0.997 | 0.999 | 51 | 6 us |
//! | here | 0.997 | 0.996 | 0.998 | 0.999 | 1.000 | 56 | 5 us |
//!
//! whatlang and the times were measured on fewer comments. Of others' short phrases of two to five words, where every
//! language shares words with English, about half are called English. Korean comments: 22,377 of 22,410; of the others
//! most have no Korean letter.

mod words;

use unicode_script::{Script, UnicodeScript as _};
use whichlang::Lang;

use super::letters::{is_letter, is_syllable};

/// A detected language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detected {
    /// The BCP-47 primary subtag, "und" when undetermined.
    pub code: &'static str,
    /// How sure detection is, in `[0, 1]`. A rank, not a calibrated probability.
    pub confidence: f32,
}

/// Detects the language of a text.
///
/// Allocates nothing to speak of; time is linear in the length. A text without letters is "und".
pub(super) fn detect(text: &str) -> Detected {
    let letters = Letters::of(text);
    let all = letters.latin + letters.hangul + letters.other;
    if all == 0 {
        return Detected { code: "und", confidence: 0.0 };
    }
    let share = |count: usize| count as f32 / all as f32;
    // A Hangul syllable says as much as three Latin letters, and as two Chinese characters, which Korean has, too.
    let han = if letters.script == Script::Han { letters.other / 2 } else { letters.other };
    if letters.hangul > 0 && letters.hangul * 3 >= letters.latin && letters.hangul >= han {
        return Detected { code: "ko", confidence: share(letters.hangul).max(0.7) };
    }
    if letters.other * 2 > letters.latin && letters.other > 1 {
        return Detected { code: of_script(letters.script, text), confidence: share(letters.other).max(0.6) };
    }
    let detected = latin(text, letters.latin);
    // Korean names things in Latin letters: without a common English word beside it, Hangul is Korean.
    if letters.hangul > 1 && (detected.code != "en" || detected.confidence <= GUESSED) {
        return Detected { code: "ko", confidence: 0.7 };
    }
    detected
}

/// Letters counted by what their script says.
struct Letters {
    latin: usize,
    /// Syllables and jamo, laughter and tears (ㅋㅋ, ㅠㅠ) only where there is nothing else: people of other languages write
    /// them, too.
    hangul: usize,
    other: usize,
    /// The script of the others: the first found, kana before Han.
    script: Script,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut laughter = 0;
        let mut letters = Self { latin: 0, hangul: 0, other: 0, script: Script::Unknown };
        for c in text.chars().filter(|&c| is_letter(c)) {
            let script = match c {
                _ if c.is_ascii() => Script::Latin,
                _ if is_syllable(c) => Script::Hangul,
                'ㅋ' | 'ㅎ' | 'ㅠ' | 'ㅜ' | 'ㅡ' => {
                    laughter += 1;
                    continue;
                }
                _ => c.script(),
            };
            if script == Script::Latin {
                letters.latin += 1;
            } else if script == Script::Hangul {
                letters.hangul += 1;
            } else if !matches!(script, Script::Common | Script::Inherited) {
                letters.other += 1;
                let kana = matches!(script, Script::Hiragana | Script::Katakana);
                if letters.script == Script::Unknown || kana && letters.script == Script::Han {
                    letters.script = script;
                }
            }
        }
        if letters.latin + letters.hangul + letters.other == 0 {
            letters.hangul = laughter;
        }
        letters
    }
}

/// The language that a script stands for; of several, the most written.
fn of_script(script: Script, text: &str) -> &'static str {
    let ukrainian = |c: char| matches!(c.to_ascii_lowercase(), 'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' | 'Ґ');
    let persian = |c: char| matches!(c, 'پ' | 'چ' | 'ژ' | 'گ' | 'ی' | 'ک');
    if script == Script::Cyrillic {
        return if text.chars().any(ukrainian) { "uk" } else { "ru" };
    }
    if script == Script::Arabic {
        return if text.chars().any(persian) { "fa" } else { "ar" };
    }
    BY_SCRIPT.iter().find(|(known, _)| *known == script).map_or("und", |&(_, code)| code)
}

/// The languages most written in a script.
const BY_SCRIPT: [(Script, &str); 19] = [
    (Script::Hiragana, "ja"),
    (Script::Katakana, "ja"),
    (Script::Han, "zh"),
    (Script::Bopomofo, "zh"),
    (Script::Thai, "th"),
    (Script::Greek, "el"),
    (Script::Hebrew, "he"),
    (Script::Devanagari, "hi"),
    (Script::Bengali, "bn"),
    (Script::Tamil, "ta"),
    (Script::Telugu, "te"),
    (Script::Gujarati, "gu"),
    (Script::Georgian, "ka"),
    (Script::Armenian, "hy"),
    (Script::Khmer, "km"),
    (Script::Lao, "lo"),
    (Script::Myanmar, "my"),
    (Script::Ethiopic, "am"),
    (Script::Sinhala, "si"),
];

/// What common words say.
#[derive(Default)]
struct Evidence {
    /// Words that are no names.
    words: usize,
    /// English words, those that other languages share included.
    english: usize,
    /// English words that no other language shares.
    own: usize,
    foreign: usize,
    indonesian: usize,
}

/// Below so many words or letters a guess against English needs a common word behind it.
const FEW_WORDS: usize = 4;
const FEW_LETTERS: usize = 16;

/// So many common English words, and none of another language, settle it.
const CLEAR: usize = 3;

/// From so many words on, English has at least one common word in [`SPARSE`]. Of the English comments measured, 0.7 % with
/// so many words have fewer.
const MANY_WORDS: usize = 8;
const SPARSE: usize = 6;

/// How sure a guess of English is that no common word bears out.
const GUESSED: f32 = 0.6;

fn latin(text: &str, letters: usize) -> Detected {
    let evidence = evidence(text);
    let share = |hits: usize| hits as f32 / evidence.words.max(1) as f32;
    let sparse = evidence.words >= MANY_WORDS && evidence.english * SPARSE < evidence.words;
    // Common words and nothing against them need no second opinion, which would cost more than all the rest.
    if evidence.english >= CLEAR && evidence.own > 0 && evidence.foreign == 0 && !sparse {
        return Detected { code: "en", confidence: (0.7 + share(evidence.english)).min(0.99) };
    }
    if evidence.indonesian >= 2 && evidence.indonesian > evidence.english {
        return Detected { code: "id", confidence: (0.6 + share(evidence.indonesian)).min(0.95) };
    }
    let guess = code(whichlang::detect_language(text));
    let thin = evidence.words < FEW_WORDS || letters < FEW_LETTERS;
    let outweighed = evidence.foreign > evidence.english || evidence.own == 0 && evidence.foreign > 0;
    if guess == "en" && outweighed && evidence.foreign > 1 {
        return Detected { code: "und", confidence: 0.5 };
    }
    if guess != "en" && (outweighed || sparse || evidence.english + evidence.foreign == 0 && !thin) {
        return Detected { code: guess, confidence: (0.5 + share(evidence.foreign)).min(0.98) };
    }
    let agreed = if guess == "en" { GUESSED } else { 0.3 };
    Detected {
        code: "en",
        confidence: (agreed + share(evidence.english)).min(0.99) - share(evidence.foreign).min(0.3),
    }
}

/// Counts common words; a word with a Latin letter that English lacks counts as one of another language. Names say nothing:
/// capitalised words within a sentence, and particles before them ("von der Leyen").
fn evidence(text: &str) -> Evidence {
    let mut found = Evidence::default();
    let in_capitals = !text.chars().any(char::is_lowercase);
    let is_name = |word: &str| !in_capitals && word.starts_with(char::is_uppercase);
    let mut words =
        text.split(|c: char| !is_letter(c) && c != '\'' && c != '\u{2019}').filter(|word| !word.is_empty());
    let mut first = true;
    while let Some(word) = words.next() {
        let begins = std::mem::replace(&mut first, false);
        found.words += 1;
        let key = words::key_of(word);
        let knows = |list: &[u128]| key.is_some_and(|key| list.binary_search(&key).is_ok());
        if knows(&words::ENGLISH) {
            found.own += 1;
            found.english += 1;
        } else if knows(&words::SHARED) {
            found.english += 1;
        } else if is_name(word) && !(begins && word.is_ascii())
            || knows(&words::PARTICLES) && words.clone().take(2).any(is_name)
        {
            found.words -= 1;
        } else if knows(&words::INDONESIAN) {
            found.indonesian += 1;
            found.foreign += 1;
        } else if knows(&words::FOREIGN) || word.chars().any(is_accented) {
            found.foreign += 1;
        }
    }
    found
}

/// Whether a character is a Latin letter that English lacks.
const fn is_accented(c: char) -> bool {
    matches!(c, 'ª' | 'º' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

const fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        for (text, expected) in [
            ("", "und"),
            ("123 !!! \u{1f600}", "und"),
            ("Talks are better than more sanctions.", "en"),
            ("ur an idiot lol", "en"),
            ("wtf bro", "en"),
            ("No.", "en"),
            ("What a naïve take", "en"),
            ("The café in Zürich was nice", "en"),
            ("회담이 잘 되길 바랍니다", "ko"),
            ("그 article 정말 좋았어요 thank you", "ko"),
            ("ㅋㅋㅋㅋ", "ko"),
            ("これは本当に面白い", "ja"),
            ("这篇文章很好", "zh"),
            ("Это полная чушь", "ru"),
            ("Це повна нісенітниця, їй богу", "uk"),
            ("هذا كلام فارغ", "ar"),
            ("เรื่องนี้ไม่จริง", "th"),
            ("Αυτό είναι ανοησία", "el"),
            ("זה שטויות", "he"),
            ("यह सच नहीं है", "hi"),
            ("Das glaube ich nicht, das ist doch Unsinn", "de"),
            ("Je ne suis pas du tout d'accord avec vous", "fr"),
            ("No estoy de acuerdo con el artículo", "es"),
            ("Non sono per niente d'accordo con questo", "it"),
            ("Não concordo com nada do que você disse", "pt"),
            ("Ik ben het er helemaal niet mee eens", "nl"),
            ("Bu çok saçma bir haber olmuş", "tr"),
            ("Saya tidak setuju dengan yang ini", "id"),
        ] {
            let found = detect(text);
            assert_eq!(found.code, expected, "{text}");
            assert!((0.0..=1.0).contains(&found.confidence), "{text}");
        }
    }

    #[test]
    fn a_clear_comment_is_surer_than_a_short_one() {
        let clear = detect("I think that they should have done this a long time ago");
        assert!(clear.confidence > detect("meh bro").confidence);
    }
}
