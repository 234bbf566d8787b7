//! PLACEHOLDER Cuts folded text into tokens.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, digits and marks with at least one letter, with inner apostrophes.
    Word,
    /// Digits with inner separators.
    Number,
    /// A run of at most three of one symbol.
    Mark,
    /// A web or e-mail address.
    Link,
    /// An at-sign name.
    User,
}

/// A token of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The first byte in the folded text.
    pub begin: u32,
    /// One past the last byte.
    pub end: u32,
    /// What it is.
    pub kind: TokenKind,
    /// Whether a line break or a sentence-ending mark stands between this token and the one before.
    pub starts_sentence: bool,
}

pub(super) fn tokens(folded: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut begin = None;
    for (i, c) in folded.char_indices().chain([(folded.len(), ' ')]) {
        match (c.is_alphanumeric(), begin) {
            (true, None) => begin = Some(i),
            (false, Some(b)) => {
                out.push(Token {
                    begin: b as u32,
                    end: i as u32,
                    kind: TokenKind::Word,
                    starts_sentence: out.is_empty(),
                });
                begin = None;
            }
            _ => {}
        }
    }
    out
}
