//! Letters set apart: "s p a c e d", "d.o.t.s", "h-y-p-h-e-n-s".
//!
//! Single letters in a row are mostly something else: initials, acronyms, grades, lists, formulas. So three letters
//! are joined only when they spell a word of the short list; four or more are joined unless they look like one of
//! those. Case cannot decide, because it is gone once folded; it only decides whether joining was worth reporting.

use unicode_normalization::char::is_combining_mark;

use super::{
    DisguiseKind,
    draft::{Draft, Unit, at, before, slice, span_of},
    swearing,
};
use crate::text::letters::is_letter_or_digit;

/// How many characters may stand between two letters.
const MAX_SEPARATOR: usize = 3;

/// The fewest letters that may be joined.
const MIN_LETTERS: usize = 3;

/// Letters that are words by themselves.
const WORDS: &str = "aiurn";

/// Up to this many letters are vitamins and blood groups: "A D E K".
const SYMBOLS: usize = 4;

/// Letters of won, drawn and lost matches: "W W D L W".
const RESULTS: &str = "wdl";

/// Up to this many dotted letters with a dot at the end are an acronym.
const ACRONYM: usize = 4;

/// Joins letters that were set apart.
pub(super) fn join(draft: &mut Draft<'_>) -> bool {
    draft.rewrite(|draft, old, new| {
        let mut done = 0;
        while let Some(run) = next_word(old, done) {
            let whole = slice(old, run.begin, run.end);
            new.extend_from_slice(slice(old, done, run.begin));
            new.extend(whole.iter().filter(|u| u.ch.is_ascii_alphabetic()));
            if !run.dotted || !is_shouted(draft.original, whole) {
                draft.undone(DisguiseKind::Spaced, whole);
            }
            done = run.end;
        }
        new.extend_from_slice(slice(old, done, old.len()));
        done > 0
    })
}

/// The next run of single letters that is a word.
fn next_word(units: &[Unit], mut from: usize) -> Option<Run> {
    loop {
        let begin = (from..units.len()).find(|&index| is_single(units, index))?;
        let run = Run::from(units, begin);
        if let Some(begin) = run.swear_word(units) {
            return Some(Run { begin, ..run });
        }
        if run.is_word(units) {
            return Some(run);
        }
        from = run.end;
    }
}

/// Single letters one after another.
struct Run {
    begin: usize,
    /// One past the last letter.
    end: usize,
    letters: usize,
    /// The separators are those of a list.
    list: bool,
    /// The first separator begins with a full stop.
    dotted: bool,
}

impl Run {
    fn from(units: &[Unit], begin: usize) -> Self {
        let mut run =
            Self { begin, end: begin + 1, letters: 1, list: false, dotted: at(units, begin + 1) == '.' };
        let mut narrow = false;
        while let Some(length) = separator(units, run.end) {
            let between = slice(units, run.end, run.end + length);
            let blank = between.iter().all(|u| u.ch == ' ');
            if run.letters == 1 {
                narrow = blank && length == 1;
            } else if narrow && blank && length > 1 {
                break;
            }
            run.list |= between.iter().any(|u| matches!(u.ch, ',' | ';' | ':' | '/'));
            run.end += length + 1;
            run.letters += 1;
        }
        run
    }

    /// Where a word of the short list begins that ends where the run does, after nothing but words of one letter: "u r a
    /// c u n t".
    fn swear_word(&self, units: &[Unit]) -> Option<usize> {
        if self.letters < MIN_LETTERS {
            return None;
        }
        let is_letter = |index: &usize| at(units, *index).is_ascii_alphabetic();
        let letters: Vec<usize> = (self.begin..self.end).filter(is_letter).collect();
        let words = letters.iter().take_while(|&&index| WORDS.contains(at(units, index))).count();
        (0..=words).find_map(|from| {
            let word = letters.get(from..).filter(|word| word.len() <= swearing::LONGEST)?;
            swearing::is_known(word.iter().map(|&index| at(units, index))).then(|| word.first().copied())?
        })
    }

    fn is_word(&self, units: &[Unit]) -> bool {
        let whole = slice(units, self.begin, self.end);
        let letters = || whole.iter().map(|u| u.ch).filter(char::is_ascii_alphabetic);
        let steps = |by: u32| letters().zip(letters().skip(1)).all(|(a, b)| a as u32 + by == b as u32);
        let acronym = self.dotted && self.letters <= ACRONYM && at(units, self.end) == '.';
        let symbols = !self.dotted && (self.letters <= SYMBOLS || letters().all(|c| RESULTS.contains(c)));
        let series = self.list || steps(0) || steps(1);
        self.letters > MIN_LETTERS && !acronym && !symbols && !series
    }
}

/// Whether a Latin letter stands by itself here.
fn is_single(units: &[Unit], index: usize) -> bool {
    let part = |c: char| is_letter_or_digit(c) || matches!(c, '\'' | '_');
    at(units, index).is_ascii_alphabetic() && !part(before(units, index)) && !part(at(units, index + 1))
}

/// How many characters lie between here and the next single letter.
fn separator(units: &[Unit], from: usize) -> Option<usize> {
    let bars = |c: char| {
        is_letter_or_digit(c)
            || is_combining_mark(c)
            || matches!(c, '\n' | '+' | '=' | '<' | '>' | '&' | '(' | ')' | '[' | ']')
    };
    let length =
        slice(units, from, units.len()).iter().take(MAX_SEPARATOR + 1).take_while(|u| !bars(u.ch)).count();
    (1..=MAX_SEPARATOR).contains(&length).then_some(length).filter(|n| is_single(units, from + n))
}

/// Whether every letter of the original was a capital.
fn is_shouted(original: &str, units: &[Unit]) -> bool {
    span_of(units)
        .and_then(|s| original.get(s.begin..s.end))
        .is_some_and(|s| !s.chars().any(char::is_lowercase))
}
