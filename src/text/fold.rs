//! PLACEHOLDER
use std::ops::Range;

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
    /// Letters repeated three times or more.
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

#[derive(Debug)]
pub(super) struct Folded {
    text: String,
    disguises: Vec<Disguise>,
    links: Vec<Span>,
}

impl Folded {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
    pub(super) fn origin(&self, original: &str, folded: Range<usize>) -> Span {
        Span { begin: folded.start.min(original.len()), end: folded.end.min(original.len()) }
    }
    pub(super) fn disguises(&self) -> &[Disguise] {
        &self.disguises
    }
    pub(super) fn links(&self) -> &[Span] {
        &self.links
    }
}

pub(super) fn fold(original: &str) -> Folded {
    Folded { text: original.to_lowercase(), disguises: Vec::new(), links: Vec::new() }
}
