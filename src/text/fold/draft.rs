//! The text while it is being folded: characters that remember where they came from.
//!
//! Every pass of the fold reads one list of [`Unit`]s and writes the next, so a pass is a plain loop and the way
//! back to the original never has to be computed afterwards. Nothing here knows what a disguise looks like.

use super::{Disguise, DisguiseKind};
use crate::text::Span;

/// One character of the folded text and the bytes of the original it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) ch: char,
    pub(super) begin: u32,
    pub(super) end: u32,
}

/// The state that passes hand to each other.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    /// The text as it was written.
    pub(super) original: &'a str,
    /// The text as it stands.
    pub(super) units: Vec<Unit>,
    /// What has been undone so far, in any order.
    pub(super) disguises: Vec<Disguise>,
    /// The links found so far, in any order.
    pub(super) links: Vec<Span>,
    /// The list that the last pass has read, kept for its memory.
    pub(super) spare: Vec<Unit>,
}

impl Draft<'_> {
    /// The text as it stands in Latin-1, up to the first character beyond it, which becomes a byte that no plain text has.
    pub(super) fn latin(&self) -> Vec<u8> {
        let mut latin = Vec::with_capacity(self.units.len());
        for unit in &self.units {
            let byte = u8::try_from(unit.ch).unwrap_or(u8::MAX);
            latin.push(byte);
            if !byte.is_ascii() {
                break;
            }
        }
        latin
    }

    /// Records a disguise over a stretch of units.
    pub(super) fn undone(&mut self, kind: DisguiseKind, units: &[Unit]) {
        if let Some(span) = span_of(units) {
            self.disguises.push(Disguise { kind, span });
        }
    }

    /// Lets a pass rewrite the units: it is given the old ones and an empty list for the new ones, and says whether
    /// it changed anything.
    pub(super) fn rewrite(&mut self, pass: impl FnOnce(&mut Self, &[Unit], &mut Vec<Unit>) -> bool) -> bool {
        let old = std::mem::take(&mut self.units);
        let mut new = std::mem::take(&mut self.spare);
        new.clear();
        new.reserve(old.len());
        let changed = pass(self, &old, &mut new);
        (self.units, self.spare) = if changed { (new, old) } else { (old, new) };
        changed
    }
}

/// The bytes of the original that a stretch of units stands for.
pub(super) fn span_of(units: &[Unit]) -> Option<Span> {
    let (first, last) = (units.first()?, units.last()?);
    Some(Span { begin: first.begin as usize, end: last.end as usize })
}

/// The character at an index, or a space beyond either end.
pub(super) fn at(units: &[Unit], index: usize) -> char {
    units.get(index).map_or(' ', |u| u.ch)
}

/// The character before an index, or a space.
pub(super) fn before(units: &[Unit], index: usize) -> char {
    index.checked_sub(1).map_or(' ', |i| at(units, i))
}

/// A stretch of units; empty when it does not lie within them.
pub(super) fn slice(units: &[Unit], begin: usize, end: usize) -> &[Unit] {
    units.get(begin..end).unwrap_or_default()
}
