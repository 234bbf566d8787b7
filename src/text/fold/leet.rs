//! Digits and symbols for letters: "id10t", "$tupid", "b!tch".
//!
//! Most digits beside letters are honest: ordinals, amounts, units, years, models (mp3, covid19, h1n1, 4k). So a
//! substitute is read as a letter only between letters of a word that is otherwise long enough, or when the whole
//! then is a word of the short list.

use super::{
    DisguiseKind,
    draft::{Draft, Unit, at, before, slice},
    swearing,
};
use crate::text::letters::joins;

/// The fewest true letters of a word not on the list.
const MIN_LETTERS: usize = 3;

/// Reads digits and symbols within words as letters.
pub(super) fn read(draft: &mut Draft<'_>) -> bool {
    if !draft.units.windows(2).any(|w| matches!(w, [a, b] if is_mixed(a.ch, b.ch))) {
        return false;
    }
    let mut units = std::mem::take(&mut draft.units);
    let mut found = Vec::new();
    let mut begin = 0;
    while begin < units.len() {
        if !is_part(at(&units, begin)) {
            begin += 1;
            continue;
        }
        let length = units.iter().skip(begin).take_while(|u| is_part(u.ch)).count();
        let end = begin + length;
        let alone = !joins(before(&units, begin)) && !joins(at(&units, end));
        if let Some((from, to, one)) = alone.then(|| core(&units, begin, end)).flatten() {
            for unit in units.get_mut(from..to).unwrap_or_default() {
                unit.ch = letter(unit.ch, one).unwrap_or(unit.ch);
            }
            if let (Some(&first), Some(&last)) = (units.get(from), units.get(to - 1)) {
                found.push([first, last]);
            }
        }
        begin = end;
    }
    draft.units = units;
    for word in &found {
        draft.undone(DisguiseKind::Leet, word);
    }
    !found.is_empty()
}

/// The part of a run that reads as a disguised word, and what its ones stand for.
fn core(units: &[Unit], begin: usize, end: usize) -> Option<(usize, usize, char)> {
    let run = slice(units, begin, end);
    if !run.iter().any(|u| u.ch.is_ascii_alphabetic()) || run.iter().all(|u| u.ch.is_ascii_alphabetic()) {
        return None;
    }
    let bars = |u: &&Unit| matches!(u.ch, '!' | '|');
    let from = begin + run.iter().take_while(bars).count();
    let to = end - run.iter().rev().take_while(bars).count();
    let word = slice(units, from, to);
    let letters = word.iter().filter(|u| u.ch.is_ascii_alphabetic()).count();
    if letters == word.len() {
        return None;
    }
    let symbols = word.iter().any(|u| matches!(u.ch, '@' | '$' | '!' | '|'));
    if letters >= 2 || symbols && letters > 0 {
        for one in ['i', 'l'] {
            if swearing::is_known(word.iter().map(|u| letter(u.ch, one).unwrap_or(u.ch))) {
                return Some((from, to, one));
            }
        }
    }
    (letters >= MIN_LETTERS && letters > word.len() - letters && is_inner(word)).then_some((from, to, 'i'))
}

/// Whether every substitute stands between letters, alone or doubled, and stands for a vowel or a doubled letter.
fn is_inner(word: &[Unit]) -> bool {
    let is_letter = |u: &Unit| u.ch.is_ascii_alphabetic();
    let ends = word.first().is_some_and(is_letter) && word.last().is_some_and(is_letter);
    // "PS5s", "Log4j" and "US$bn".
    let plural = matches!(word, [.., digit, s] if s.ch == 's' && !is_letter(digit));
    let version = matches!(word, [.., digit, _] if digit.ch == '4');
    let money = matches!(word, [u, s, dollar, ..] if [u.ch, s.ch, dollar.ch] == ['u', 's', '$']);
    let runs = || {
        word.chunk_by(|a, b| is_letter(a) == is_letter(b)).filter(|run| !run.first().is_some_and(is_letter))
    };
    ends && !plural
        && !version
        && !money
        && runs().all(|run| match run {
            [one] => matches!(one.ch, '0' | '1' | '3' | '4' | '5' | '7' | '@' | '$'),
            [a, b] => a.ch == b.ch && matches!(a.ch, '0' | '3' | '5' | '7' | '$'),
            _ => false,
        })
}

/// The letter that a character stands for.
const fn letter(c: char, one: char) -> Option<char> {
    Some(match c {
        '4' | '@' => 'a',
        '8' => 'b',
        '3' => 'e',
        '9' => 'g',
        '1' | '!' | '|' => one,
        '0' => 'o',
        '5' | '$' => 's',
        '7' => 't',
        _ => return None,
    })
}

/// Whether two characters side by side are such as every disguised word has: a substitute before a letter, or a digit after
/// a letter or bar.
const fn is_mixed(a: char, b: char) -> bool {
    match b {
        'a'..='z' | 'A'..='Z' => is_part(a) && !a.is_ascii_alphabetic(),
        '0'..='9' | '@' | '$' => a.is_ascii_alphabetic() || matches!(a, '!' | '|'),
        _ => false,
    }
}

const fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '@' | '$' | '!' | '|')
}
