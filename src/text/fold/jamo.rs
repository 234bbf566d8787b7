//! Syllables that were typed letter by letter (ㅆㅡㄹㅔㄱㅣ) become whole again.
//!
//! Only runs of the letters of a keyboard that read as two syllables or more from end to end: laughter (ㅋㅋㅋ), tears
//! (ㅠㅠ) and abbreviations (ㅅㅂ, ㅇㅈ) have no vowels or no consonants and stay.

use super::{
    DisguiseKind,
    draft::{Draft, Unit},
};

const LEADS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const VOWELS: &str = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
const TAILS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// Composes such runs.
pub(super) fn compose(draft: &mut Draft<'_>) -> bool {
    if !draft.units.windows(2).any(|w| matches!(w, [a, b] if is_jamo(a.ch) && is_jamo(b.ch))) {
        return false;
    }
    draft.rewrite(|draft, old, new| {
        for run in old.chunk_by(|a, b| is_jamo(a.ch) == is_jamo(b.ch)) {
            let syllables = read(run);
            if syllables.len() >= 2 {
                draft.undone(DisguiseKind::Spaced, run);
                new.extend(syllables);
            } else {
                new.extend_from_slice(run);
            }
        }
        new.len() < old.len()
    })
}

const fn is_jamo(c: char) -> bool {
    matches!(c, '\u{3131}'..='\u{3163}')
}

fn place(letters: &str, c: char) -> Option<u32> {
    (0..).zip(letters.chars()).find(|(_, letter)| *letter == c).map(|(i, _)| i)
}

/// The syllables of a run; none when it does not read as syllables from end to end.
fn read(run: &[Unit]) -> Vec<Unit> {
    let mut syllables = Vec::new();
    let mut rest = run;
    while let [first, second, after @ ..] = rest {
        let (Some(lead), Some(vowel)) = (place(LEADS, first.ch), place(VOWELS, second.ch)) else {
            return Vec::new();
        };
        // A consonant belongs to this syllable unless a vowel follows, which needs it.
        let tail = match after {
            [_, next, ..] if place(VOWELS, next.ch).is_some() => None,
            [tail, ..] => place(TAILS, tail.ch).map(|i| i + 1),
            [] => None,
        };
        let length = if tail.is_some() { 3 } else { 2 };
        let code = 0xac00 + (lead * 21 + vowel) * 28 + tail.unwrap_or(0);
        let (Some(ch), Some(last)) = (char::from_u32(code), rest.get(length - 1)) else { return Vec::new() };
        syllables.push(Unit { ch, begin: first.begin, end: last.end });
        rest = rest.get(length..).unwrap_or_default();
    }
    if rest.is_empty() { syllables } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use crate::text::Text;

    #[test]
    fn syllables_typed_letter_by_letter_are_read_whole() {
        for (typed, read) in
            [("ㅆㅡㄹㅔㄱㅣ", "쓰레기"), ("ㅂㅕㅇㅅㅣㄴ", "병신"), ("ㄷㅗㄹㄷㅐㄱㅏㄹㅣ", "돌대가리")]
        {
            assert_eq!(Text::read(typed).folded(), read);
        }
    }

    #[test]
    fn laughter_tears_and_abbreviations_stay() {
        for text in ["ㅋㅋㅋ", "ㅠㅠ", "ㅅㅂ", "ㅇㅈ", "ㅋㅠ", "ㅎㅎㅎ ㅇㅋ"] {
            assert_eq!(Text::read(text).folded(), text);
        }
    }

    #[test]
    fn spans_lead_back_to_the_letters() {
        let text = Text::read("이 ㅂㅕㅇㅅㅣㄴ 아");
        let at = text.folded().find("병신").unwrap();
        let span = text.origin(at..at + "병신".len());
        assert_eq!(text.original().get(span.begin..span.end), Some("ㅂㅕㅇㅅㅣㄴ"));
    }
}
