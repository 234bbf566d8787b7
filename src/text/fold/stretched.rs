//! Stretched words: a letter written three times or more becomes two.
//!
//! Hangul compatibility jamo become three, because laughter and tears (ㅋㅋㅋ, ㅠㅠㅠ) are written so on purpose.

use super::{
    DisguiseKind,
    draft::{Draft, at, slice},
};
use crate::text::letters::is_letter;

/// From how many repeats on a stretch counts as a disguise: three are ordinary emphasis.
const DISGUISED: usize = 4;

/// Squeezes runs of one letter.
pub(super) fn squeeze(draft: &mut Draft<'_>) -> bool {
    let long = draft
        .units
        .windows(3)
        .any(|w| matches!(w, [a, b, c] if a.ch == b.ch && b.ch == c.ch && is_letter(a.ch)));
    long && draft.rewrite(|draft, old, new| {
        let mut begin = 0;
        while begin < old.len() {
            let c = at(old, begin);
            let run = old.iter().skip(begin).take_while(|u| u.ch == c).count();
            let jamo = ('\u{3131}'..='\u{318e}').contains(&c);
            let keep = if !is_letter(c) {
                run
            } else if jamo || c == 'i' && run == 3 {
                3
            } else {
                2
            };
            let whole = slice(old, begin, begin + run);
            new.extend_from_slice(whole.get(..keep).unwrap_or(whole));
            if let (true, Some(last), Some(end)) = (run > keep, new.last_mut(), whole.last()) {
                last.end = last.end.max(end.end);
                if run >= DISGUISED && !jamo {
                    draft.undone(DisguiseKind::Stretched, whole);
                }
            }
            begin += run;
        }
        new.len() < old.len()
    })
}
