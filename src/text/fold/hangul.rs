//! Korean swear words with something set between their syllables: a digit, a mark, an emoji or a space.
//!
//! Only the words of a short list, and only from the start of a word: two syllables with a full stop between them
//! are mostly two sentences. What a jamo spelling (ㅅㅂ) means is for the classifier.

use super::{
    DisguiseKind,
    draft::{Draft, Unit, at, before, slice},
};
use crate::text::letters::is_syllable;

/// Common Korean swear words and insults.
#[rustfmt::skip]
const WORDS: [&str; 33] = [
    "시발", "씨발", "시팔", "씨팔", "씨벌", "병신", "븅신", "지랄", "새끼", "개새끼", "개새", "씹새끼",
    "개자식", "존나", "좆같", "좆까", "쌍놈", "썅년", "미친놈", "미친년", "느금마", "쓰레기", "인간쓰레기", "꺼져",
    "닥쳐", "뒈져", "대가리", "돌대가리", "아가리", "또라이", "멍청한", "개돼지", "찌질한",
];

/// The syllables with which the [`WORDS`] begin.
const FIRST: [char; 25] = [
    '시', '씨', '병', '븅', '지', '새', '개', '씹', '존', '좆', '쌍', '썅', '미', '느', '쓰', '인', '꺼',
    '닥', '뒈', '대', '돌', '아', '또', '멍', '찌',
];

/// How many digits or marks may stand between two syllables.
const MAX_SEPARATOR: usize = 3;

/// How many spaces may.
const MAX_SPACES: usize = 2;

/// The last syllables of the hours ("아홉 시 발 열차").
const HOURS: &str = "한두세네섯곱덟홉열";

/// Joins syllables that were set apart.
pub(super) fn join(draft: &mut Draft<'_>) -> bool {
    if !draft.units.iter().any(|u| is_syllable(u.ch)) {
        return false;
    }
    draft.rewrite(|draft, old, new| {
        let mut done = 0;
        while let Some((begin, end, kind)) = (done..old.len()).find_map(|begin| found(old, begin)) {
            let whole = slice(old, begin, end);
            new.extend_from_slice(slice(old, done, begin));
            new.extend(whole.iter().filter(|u| is_syllable(u.ch)));
            draft.undone(kind, whole);
            done = end;
        }
        new.extend_from_slice(slice(old, done, old.len()));
        done > 0
    })
}

/// The longest word of the list that stands disguised here: where it begins and ends and how it is disguised.
fn found(units: &[Unit], begin: usize) -> Option<(usize, usize, DisguiseKind)> {
    let previous = before(units, begin);
    if is_syllable(previous) || !FIRST.contains(&at(units, begin)) || previous.is_ascii_digit() {
        return None;
    }
    let found = WORDS.iter().filter_map(|word| matched(units, begin, word)).max_by_key(|&(end, _)| end);
    found.map(|(end, kind)| (begin, end, kind))
}

fn matched(units: &[Unit], begin: usize, word: &str) -> Option<(usize, DisguiseKind)> {
    let mut syllables = word.chars();
    let mut end = begin + 1;
    if syllables.next() != Some(at(units, begin)) {
        return None;
    }
    let (mut kind, mut spaces, mut wide, mut count) = (None, false, false, 1);
    for syllable in syllables {
        let blanks =
            slice(units, end, units.len()).iter().take(MAX_SPACES).take_while(|u| u.ch == ' ').count();
        if blanks > 0 && at(units, end + blanks) == syllable {
            (kind, spaces) = (kind.or(Some(DisguiseKind::Spaced)), true);
            end += blanks;
        } else {
            let gap = slice(units, end, units.len());
            let length = gap.iter().take(MAX_SEPARATOR).take_while(|u| is_separator(u.ch)).count();
            if slice(units, end, end + length).iter().any(|u| u.ch.is_ascii_digit()) {
                kind = Some(DisguiseKind::Leet);
            } else if length > 0 {
                kind = kind.or(Some(DisguiseKind::Spaced));
            }
            wide |= length > 1 || at(units, end) == '/';
            end += length;
        }
        if at(units, end) != syllable {
            return None;
        }
        end += 1;
        count += 1;
    }
    // Two syllables apart are a swear word only when nothing stands around them that would make them parts of others.
    let hour = word.starts_with('시') && begin > 1 && HOURS.contains(at(units, begin - 2));
    let torn =
        count == 2 && (spaces || wide) && (is_syllable(at(units, end)) || spaces && (hour || word == "개새"));
    kind.filter(|_| !torn).map(|kind| (end, kind))
}

const fn is_separator(c: char) -> bool {
    let is_emoji = matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}');
    is_emoji
        || matches!(c, '·' | 'ㆍ' | '•')
        || c.is_ascii_digit()
        || c.is_ascii_punctuation() && !matches!(c, '\'' | '"' | ',' | '(' | ')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_begins_with_one_of_the_first_syllables() {
        assert!(WORDS.iter().all(|word| word.starts_with(FIRST)));
    }
}
