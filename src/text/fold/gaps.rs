//! Emoji set between the letters of a word.
//!
//! An emoji between two long stretches of letters is a missing space, and "i ♥ you" without spaces is a shirt; both
//! are left alone.

use super::{
    DisguiseKind,
    draft::{Draft, Unit, at, before, slice},
    swearing,
};
use crate::text::letters::is_emoji;

/// How many emoji one gap may hold.
const MAX_GAP: usize = 3;

/// From this many letters on both sides on, the sides are words of their own.
const WORD: usize = 3;

/// Drops emoji from within words.
pub(super) fn close(draft: &mut Draft<'_>) -> bool {
    if !draft.units.iter().any(|u| is_emoji(u.ch)) {
        return false;
    }
    draft.rewrite(|draft, old, new| {
        let mut index = 0;
        while index < old.len() {
            let gap = old.iter().skip(index).take(MAX_GAP + 1).take_while(|u| is_emoji(u.ch)).count();
            if gap > 0 && gap <= MAX_GAP && splits_word(old, index, index + gap) {
                draft.undone(DisguiseKind::Spaced, slice(old, index - 1, index + gap + 1));
                index += gap;
            } else {
                new.extend_from_slice(slice(old, index, index + gap.max(1)));
                index += gap.max(1);
            }
        }
        new.len() < old.len()
    })
}

/// Whether the units from `begin` to `end` stand within one word.
fn splits_word(units: &[Unit], begin: usize, end: usize) -> bool {
    if !before(units, begin).is_ascii_alphabetic() || !at(units, end).is_ascii_alphabetic() {
        return false;
    }
    let letters = |u: &&Unit| u.ch.is_ascii_alphabetic();
    let head = slice(units, 0, begin).iter().rev().take(swearing::LONGEST).take_while(letters).count();
    let tail = slice(units, end, units.len()).iter().take(swearing::LONGEST).take_while(letters).count();
    if head == 1 && before(units, begin) == 'i' && is_heart(at(units, begin)) {
        return false;
    }
    let whole = slice(units, begin - head, begin).iter().chain(slice(units, end, end + tail)).map(|u| u.ch);
    // One emoji is a missing space ("it😂I"), unless a swear word stands around it; letters between emoji are not.
    let gaps = |from: usize| is_emoji(before(units, from)) || is_emoji(at(units, from));
    let repeated = gaps(begin - head) || gaps(end + tail);
    swearing::is_known(whole) || repeated && (head < WORD || tail < WORD)
}

const fn is_heart(c: char) -> bool {
    matches!(
        c,
        '\u{2665}' | '\u{2764}' | '\u{1f493}'
            ..='\u{1f49f}' | '\u{1f5a4}' | '\u{1f90d}' | '\u{1f90e}' | '\u{1f9e1}'
    )
}
