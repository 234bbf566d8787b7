//! Look-alikes: letters of another script that stand for Latin ones.
//!
//! The table is Unicode's own (UTS #39, confusables.txt). It is asked only where a disguise is likely: for letters
//! in a word that also holds Latin letters, and for words made of look-alikes only in a text that is mostly Latin.
//! A Russian word in a Russian text is a Russian word.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::skeleton;

use super::{
    DisguiseKind,
    draft::{Draft, Unit},
    swearing,
};
use crate::text::letters::{is_letter, is_letter_or_digit, is_syllable};

/// How many letters a word of look-alikes must have: single letters name angles and helices.
const MIN_LETTERS: usize = 2;

/// Replaces look-alikes by the Latin letters they imitate.
pub(super) fn replace(draft: &mut Draft<'_>) -> bool {
    if !draft.units.iter().any(|u| is_foreign(u.ch)) {
        return false;
    }
    let mut units = std::mem::take(&mut draft.units);
    let mut found = Vec::new();
    let mixed = |word: &&mut [Unit]| word.iter().any(|u| u.ch.is_ascii_alphabetic());
    for word in words(&mut units).filter(mixed).filter(|word| !is_quantity(word)) {
        imitate(word, true, &mut found);
    }
    let latin = units.iter().filter(|u| u.ch.is_ascii_alphabetic()).count();
    let letters = units.iter().filter(|u| is_letter(u.ch)).count();
    if latin * 2 > letters {
        for word in words(&mut units).filter(|word| word.len() >= MIN_LETTERS) {
            if word.iter().all(|u| is_foreign(u.ch) && imitated(u.ch, false).is_some()) {
                imitate(word, false, &mut found);
            }
        }
    }
    draft.units = units;
    for word in &found {
        draft.undone(DisguiseKind::Confusable, word);
    }
    !found.is_empty()
}

/// The runs of letters and digits.
fn words(units: &mut [Unit]) -> impl Iterator<Item = &mut [Unit]> {
    units
        .chunk_by_mut(|a, b| is_letter_or_digit(a.ch) == is_letter_or_digit(b.ch))
        .filter(|chunk| chunk.first().is_some_and(|u| is_letter_or_digit(u.ch)))
}

/// Replaces what can be replaced in one word, and remembers its ends when anything was.
fn imitate(word: &mut [Unit], lenient: bool, found: &mut Vec<[Unit; 2]>) {
    let mut changed = false;
    for unit in word.iter_mut().filter(|u| is_foreign(u.ch)) {
        if let Some(latin) = imitated(unit.ch, lenient) {
            unit.ch = latin;
            changed = true;
        }
    }
    if let (true, Some(&first), Some(&last)) = (changed, word.first(), word.last()) {
        found.push([first, last]);
    }
}

/// Whether a word has a single look-alike, Greek, at one of its ends, and is no swear word with it: "TNFα", "Δt".
fn is_quantity(word: &[Unit]) -> bool {
    let foreign = |u: &Unit| is_foreign(u.ch);
    let at_end = word.first().is_some_and(foreign) || word.last().is_some_and(foreign);
    let mut letters = word.iter().filter(|u| foreign(u));
    let greek = letters.next().is_some_and(|u| u.ch.script() == Script::Greek) && letters.next().is_none();
    greek && at_end && !swearing::is_known(word.iter().map(|u| imitated(u.ch, false).unwrap_or(u.ch)))
}

/// Letters that could imitate Latin ones: not ASCII, not an ordinary letter of a European Latin alphabet, and of a
/// script whose letters look Latin.
fn is_foreign(c: char) -> bool {
    c > '\u{24f}'
        && !is_syllable(c)
        && is_letter(c)
        && matches!(
            c.script(),
            Script::Latin
                | Script::Cyrillic
                | Script::Greek
                | Script::Armenian
                | Script::Cherokee
                | Script::Lisu
                | Script::Coptic
        )
}

/// The Latin letter that a letter looks like. Leniently, Cyrillic letters also stand for the Latin capital that
/// their own capital looks like (к, т, н).
fn imitated(c: char, lenient: bool) -> Option<char> {
    let plain = |c: char| {
        let mut buffer = [0; 4];
        let mut letters = skeleton(c.encode_utf8(&mut buffer)).filter(|&d| !is_combining_mark(d));
        letters.next().filter(|d| d.is_ascii_alphabetic() && letters.next().is_none())
    };
    plain(c)
        .or_else(|| {
            c.to_uppercase().next().filter(|_| lenient && c.script() == Script::Cyrillic).and_then(plain)
        })
        .map(|d| d.to_ascii_lowercase())
}
