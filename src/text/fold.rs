//! Undoes the disguises that people put on words, and remembers where every character came from.
//!
//! Folding brings each character to its plainest form, then undoes what is done to whole words, until nothing is
//! left to undo; so folding a folded text changes nothing. It leaves numbers, names and other scripts alone, because a
//! wrong guess hurts a civil reader. It judges nothing: what a disguise means is for the policy to say.
//!
//! Each pass lives in its own file: [`characters`], [`links`], [`stretched`].

mod characters;
mod draft;
mod links;
mod stretched;
mod swearing;

use std::ops::Range;

use draft::{Draft, Unit};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Span;

/// How a word was disguised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisguiseKind {
    /// Zero-width, soft-hyphen, bidi or other invisible characters inside a word.
    Invisible,
    /// Stacks of combining marks.
    MarkStack,
    /// Look-alike characters of another script.
    Confusable,
    /// Full-width, mathematical or other styled letters.
    Styled,
    /// Digits or symbols for letters.
    Leet,
    /// Letters set apart by spaces or marks.
    Spaced,
    /// Letters repeated four times or more.
    Stretched,
    /// Letters hidden behind stars.
    Masked,
}

/// One disguise that was undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disguise {
    /// What kind.
    pub kind: DisguiseKind,
    /// Where, in bytes of the original text.
    pub span: Span,
}

/// A folded text with the way back to its original.
#[derive(Debug)]
pub(super) struct Folded {
    text: String,
    disguises: Vec<Disguise>,
    links: Vec<Span>,
    map: Map,
}

/// Where folded bytes come from.
#[derive(Debug)]
enum Map {
    /// ASCII that only changed case: every byte is its own origin.
    Same,
    /// Runs of folded bytes, by their first byte, and where the graphemes of the original begin.
    Runs { runs: Vec<Run>, graphemes: Vec<u32> },
}

/// A run of folded bytes. Byte `n` of a linear run comes from byte `n` of the origin; in any other run every byte comes
/// from the whole of it.
#[derive(Debug, Clone, Copy)]
struct Run {
    folded: u32,
    begin: u32,
    end: u32,
    linear: bool,
}

impl Folded {
    /// The folded text.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Where a stretch of the folded text came from, widened to whole graphemes.
    pub(super) fn origin(&self, original: &str, folded: Range<usize>) -> Span {
        let end = folded.end.min(self.text.len());
        let begin = folded.start.min(end);
        let Map::Runs { runs, graphemes } = &self.map else {
            return Span { begin: begin.min(original.len()), end: end.min(original.len()) };
        };
        let before =
            |offset: usize| runs.partition_point(|run| run.folded as usize <= offset).saturating_sub(1);
        let Some(first) = runs.get(before(begin)) else { return Span { begin: 0, end: 0 } };
        let begin_byte = match first.linear {
            _ if begin >= self.text.len() => original.len(),
            true => first.begin as usize + begin - first.folded as usize,
            false => first.begin as usize,
        };
        let end_byte = match runs.get(before(end.saturating_sub(1))) {
            _ if end <= begin => begin_byte,
            Some(last) if last.linear => last.begin as usize + end - last.folded as usize,
            Some(last) => last.end as usize,
            None => begin_byte,
        };
        widened(graphemes, original.len(), Span { begin: begin_byte, end: end_byte.max(begin_byte) })
    }

    /// What was undone, in order of appearance.
    pub(super) fn disguises(&self) -> &[Disguise] {
        &self.disguises
    }

    /// The links of the original, in order of appearance.
    pub(super) fn links(&self) -> &[Span] {
        &self.links
    }
}

/// Widens a span to the graphemes it touches.
fn widened(graphemes: &[u32], length: usize, span: Span) -> Span {
    let after = graphemes.partition_point(|&g| g as usize <= span.begin);
    let begin = after.checked_sub(1).and_then(|i| graphemes.get(i)).map_or(0, |&g| g as usize);
    if span.end <= span.begin {
        return Span {
            begin: begin.max(if span.begin >= length { length } else { 0 }),
            end: span.end.min(length),
        }
        .empty();
    }
    let next = graphemes.partition_point(|&g| (g as usize) < span.end);
    Span { begin, end: graphemes.get(next).map_or(length, |&g| g as usize) }
}

impl Span {
    const fn empty(self) -> Self {
        Self { begin: self.begin, end: self.begin }
    }
}

/// How often the passes over words are run at most; ordinary text needs one round, disguised text two or three.
const MAX_ROUNDS: usize = 8;

/// Folds a text. Never fails; time and memory are linear in its length.
pub(super) fn fold(original: &str) -> Folded {
    let mut draft = characters::read(original);
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        for pass in PASSES {
            changed |= pass(&mut draft);
        }
        if !changed {
            break;
        }
    }
    finish(original, draft)
}

/// The passes over words, in the order in which they run.
const PASSES: [fn(&mut Draft) -> bool; 2] = [links::replace, stretched::squeeze];

/// Writes the draft down as text, with its map.
fn finish(original: &str, draft: Draft) -> Folded {
    let Draft { units, mut disguises, mut links, .. } = draft;
    let mut text = String::with_capacity(units.len() + units.len() / 4);
    let mut runs: Vec<Run> = Vec::new();
    for &Unit { ch, begin, end } in &units {
        let folded = text.len() as u32;
        let linear = ch.is_ascii() && end == begin + 1;
        let goes_on = runs.last().is_some_and(|run| {
            linear && run.linear && run.end == begin && run.begin + (folded - run.folded) == begin
        });
        match runs.last_mut() {
            Some(run) if goes_on => run.end = end,
            _ => runs.push(Run { folded, begin, end, linear }),
        }
        text.push(ch);
    }
    let graphemes: Vec<u32> = original.grapheme_indices(true).map(|(at, _)| at as u32).collect();
    for disguise in &mut disguises {
        disguise.span = widened(&graphemes, original.len(), disguise.span);
    }
    for link in &mut links {
        *link = widened(&graphemes, original.len(), *link);
    }
    links.sort_unstable();
    disguises.sort_by_key(|d| (d.span, d.kind as u8));
    disguises.dedup();
    let same = original.is_ascii() && text.len() == original.len() && runs.len() <= 1;
    let map = if same { Map::Same } else { Map::Runs { runs, graphemes } };
    Folded { text, disguises: joined(original, disguises), links, map }
}

/// Disguises of one kind that stand in one word are one disguise.
fn joined(original: &str, sorted: Vec<Disguise>) -> Vec<Disguise> {
    let mut out: Vec<Disguise> = Vec::with_capacity(sorted.len());
    for disguise in sorted {
        match out.last_mut() {
            Some(last)
                if last.kind == disguise.kind
                    && original
                        .get(last.span.end..disguise.span.begin)
                        .is_none_or(|gap| gap.len() <= 16 && !gap.contains(char::is_whitespace)) =>
            {
                last.span.end = last.span.end.max(disguise.span.end);
            }
            _ => out.push(disguise),
        }
    }
    out
}
