//! Letters hidden behind stars: "f*ck", "a**hole", "sh#t".
//!
//! A mask is lifted when each of its characters stands for exactly one letter and exactly one word of the short
//! list fits. What fits two words stays masked.

use super::{
    DisguiseKind,
    draft::{Draft, Unit, at, before, slice},
    swearing,
};
use crate::text::letters::joins;

/// The shortest word that may be masked, and the fewest of its letters that must be seen: "A*s" has other readings. Only of the
/// commonest is one letter enough ("f***").
const MIN_LENGTH: usize = 4;
const MIN_SEEN: usize = 2;

/// Lifts masks.
pub(super) fn lift(draft: &mut Draft<'_>) -> bool {
    let hides = |w: &[Unit]| matches!(w, [a, b] if b.ch == '*' || b.ch.is_ascii_lowercase() && is_mask(a.ch));
    if !draft.units.windows(2).any(hides) {
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
        let end = begin + units.iter().skip(begin).take_while(|u| is_part(u.ch)).count();
        if !slice(&units, begin, end).iter().any(|u| is_mask(u.ch)) {
            begin = end;
            continue;
        }
        let alone = !joins(before(&units, begin)) && !joins(at(&units, end));
        if let Some((from, word)) = alone.then(|| lifted(&units, begin, end)).flatten() {
            let to = from + word.len();
            for (unit, letter) in units.get_mut(from..to).unwrap_or_default().iter_mut().zip(word.chars()) {
                unit.ch = letter;
            }
            if let (Some(&first), Some(&last)) = (units.get(from), units.get(to - 1)) {
                found.push([first, last]);
            }
        }
        begin = end;
    }
    draft.units = units;
    for word in &found {
        draft.undone(DisguiseKind::Masked, word);
    }
    !found.is_empty()
}

/// Where the masked word of a run begins, and what it is.
fn lifted(units: &[Unit], begin: usize, end: usize) -> Option<(usize, &'static str)> {
    let run = slice(units, begin, end);
    let from = begin + run.iter().take_while(|u| is_mask(u.ch)).count();
    let tail = run.iter().rev().take_while(|u| is_mask(u.ch)).count();
    let stars =
        run.iter().rev().skip_while(|u| u.ch != '*' && is_mask(u.ch)).take_while(|u| u.ch == '*').count();
    // Stars at both ends are emphasis, other marks at the end belong to the sentence.
    let loud = from > begin;
    let with_stars = end.checked_sub(tail)? + if loud { 0 } else { stars.min(tail) };
    fitting(slice(units, from, with_stars)).map(|word| (from, word))
}

/// The one word of the list that fits a masked word.
fn fitting(masked: &[Unit]) -> Option<&'static str> {
    let hidden = masked.iter().filter(|u| is_mask(u.ch)).count();
    let seen = masked.len().checked_sub(hidden)?;
    let strong = masked.iter().all(|u| !is_mask(u.ch) || matches!(u.ch, '*' | '#'));
    let enough = seen >= MIN_SEEN || strong && at(masked, 0) == 'f';
    if hidden == 0 || !(MIN_LENGTH..=swearing::LONGEST).contains(&masked.len()) || !enough {
        return None;
    }
    let mut words = swearing::WORDS.iter().filter(|word| {
        word.len() == masked.len() && word.chars().zip(masked).all(|(c, u)| c == u.ch || is_mask(u.ch))
    });
    words.next().filter(|_| words.next().is_none()).copied()
}

const fn is_mask(c: char) -> bool {
    matches!(
        c,
        '*' | '#' | '%' | '&' | '-' | '_' | '?' | '@' | '!' | '$' | '\u{2022}' | '\u{d7}' | '\u{2588}'
    )
}

const fn is_part(c: char) -> bool {
    c.is_ascii_lowercase() || is_mask(c)
}
