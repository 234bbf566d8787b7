//! PURE. What a comment's text is: its tokens once disguises are undone, with a way back to the original.
//!
//! Owns normalisation, graphemes, tokens and language detection. Knows nothing of rules, models or transports.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod fold;
mod graphemes;
mod language;
mod letters;
mod tokens;

use std::ops::Range;

pub use fold::{Disguise, DisguiseKind};
pub use graphemes::{is_ignorable, visible_graphemes};
pub use language::Detected;
pub use letters::{is_emoji, is_letter};
pub use tokens::{Token, TokenKind};

/// A stretch of the original text in bytes, on grapheme boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub begin: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A text that has been read once: folded (disguises undone) and cut into tokens.
#[derive(Debug)]
pub struct Text<'a> {
    original: &'a str,
    folded: fold::Folded,
    tokens: Vec<Token>,
}

impl<'a> Text<'a> {
    /// Reads a text. Never fails; time and memory are linear in its length.
    pub fn read(original: &'a str) -> Self {
        let folded = fold::fold(original);
        let tokens = tokens::tokens(folded.as_str());
        Self { original, folded, tokens }
    }

    /// The text as it was written.
    pub const fn original(&self) -> &'a str {
        self.original
    }

    /// The text with disguises undone, in lower case.
    pub fn folded(&self) -> &str {
        self.folded.as_str()
    }

    /// The language that the text is written in: of what is read where it is disguised, and never of links and at-sign names.
    /// Time is linear in its length; allocates only where there are such.
    pub fn language(&self) -> Detected {
        let text = if self.disguises().is_empty() { self.original } else { self.folded() };
        let is_address = |token: &&Token| matches!(token.kind, TokenKind::Link | TokenKind::User);
        let mut rest = String::new();
        let mut done = 0;
        for token in self.tokens.iter().filter(is_address) {
            let stands = token.begin as usize..token.end as usize;
            let span = if self.disguises().is_empty() {
                self.origin(stands)
            } else {
                Span { begin: stands.start, end: stands.end }
            };
            rest.push_str(text.get(done..span.begin).unwrap_or_default());
            done = span.end;
        }
        if done == 0 {
            return language::detect(text);
        }
        rest.push_str(text.get(done..).unwrap_or_default());
        language::detect(&rest)
    }

    /// The tokens of the folded text, in order; offsets are bytes of [`Self::folded`].
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The stretch of the original from which a stretch of the folded text came, widened to whole graphemes.
    /// An offset past the end counts as the end.
    pub fn origin(&self, folded: Range<usize>) -> Span {
        self.folded.origin(self.original, folded)
    }

    /// A stretch of the original widened to whole graphemes.
    pub fn whole(&self, original: Range<usize>) -> Span {
        self.folded.whole(self.original, original)
    }

    /// Whether what stands at a byte of the folded text was written with a capital letter.
    pub fn is_capital(&self, folded: usize) -> bool {
        let begin = self.origin(folded..folded + 1).begin;
        self.original.get(begin..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase)
    }

    /// The disguises that were undone, in order of appearance.
    pub fn disguises(&self) -> &[Disguise] {
        self.folded.disguises()
    }

    /// The links in the original text, in order of appearance.
    pub fn links(&self) -> &[Span] {
        self.folded.links()
    }
}
