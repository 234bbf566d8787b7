//! Cuts folded text into words, numbers, marks, links and names.
//!
//! Runs on text that `fold` has been over: lower case, links as `urlx`, at-sign names as `userx`, lines ended by a
//! line feed. White space and invisible characters belong to no token. It knows no words.

use std::iter::Peekable;
use std::str::CharIndices;

use unicode_normalization::char::is_combining_mark;

use super::letters::{is_letter, is_letter_or_digit, is_number};

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
    /// Whether a line break or a sentence-ending mark stands between this token and the last one that is not a
    /// [`TokenKind::Mark`]; true for the first of the text, false for marks themselves.
    pub starts_sentence: bool,
}

/// How many of one symbol make one token.
const MARK_RUN: usize = 3;

/// Cuts a folded text into tokens, in order.
pub(super) fn tokens(folded: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(folded.len() / 4);
    let mut chars = folded.char_indices().peekable();
    let mut fresh = true;
    while let Some((begin, c)) = chars.next() {
        if is_part(c) {
            let (end, letters) = word_end(&mut chars, begin, c);
            let kind = match folded.get(begin..end) {
                Some("urlx") => TokenKind::Link,
                Some("userx") => TokenKind::User,
                _ if letters => TokenKind::Word,
                _ => TokenKind::Number,
            };
            let starts_sentence = std::mem::take(&mut fresh);
            out.push(Token { begin: begin as u32, end: end as u32, kind, starts_sentence });
        } else if c == '\n' {
            fresh = true;
        } else if !c.is_whitespace() && !c.is_control() {
            let mut end = begin + c.len_utf8();
            for _ in 1..MARK_RUN {
                if chars.next_if(|&(_, next)| next == c).is_none() {
                    break;
                }
                end += c.len_utf8();
            }
            fresh |= ends_sentence(c);
            out.push(Token {
                begin: begin as u32,
                end: end as u32,
                kind: TokenKind::Mark,
                starts_sentence: false,
            });
        }
    }
    out
}

/// Reads on to the end of a word or number; says also whether it holds a letter.
fn word_end(chars: &mut Peekable<CharIndices<'_>>, begin: usize, first: char) -> (usize, bool) {
    let mut end = begin + first.len_utf8();
    let mut letters = !is_number(first);
    let mut last = first;
    while let Some(&(_, c)) = chars.peek() {
        let inner = match c {
            '\'' => is_letter(last),
            '.' | ',' | ':' | '/' => last.is_ascii_digit() && !letters,
            _ => false,
        };
        if inner {
            let mut ahead = chars.clone();
            ahead.next();
            let joins = ahead
                .peek()
                .is_some_and(|&(_, n)| if c == '\'' { n.is_alphabetic() } else { n.is_ascii_digit() });
            if !joins {
                break;
            }
        } else if !is_part(c) {
            break;
        }
        letters = letters || !inner && !is_number(c);
        last = c;
        end += c.len_utf8();
        chars.next();
    }
    (end, letters)
}

/// Letters, digits and the marks and joiners that belong to them.
fn is_part(c: char) -> bool {
    is_letter_or_digit(c) || !c.is_ascii() && (is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}'))
}

/// Marks after which a new sentence begins.
const fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '…' | '।' | '؟' | '۔' | '።')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(&str, TokenKind)> {
        tokens(text).iter().map(|t| (text.get(t.begin as usize..t.end as usize).unwrap(), t.kind)).collect()
    }

    #[test]
    fn text_is_cut_by_kind() {
        use TokenKind::{Link, Mark, Number, User, Word};
        for (text, expected) in [
            ("don't stop", vec![("don't", Word), ("stop", Word)]),
            ("'quoted'", vec![("'", Mark), ("quoted", Word), ("'", Mark)]),
            ("1,455 people", vec![("1,455", Number), ("people", Word)]),
            ("at 8:30, ok", vec![("at", Word), ("8:30", Number), (",", Mark), ("ok", Word)]),
            ("3rd", vec![("3rd", Word)]),
            ("$5", vec![("$", Mark), ("5", Number)]),
            ("100%", vec![("100", Number), ("%", Mark)]),
            ("no!!!!", vec![("no", Word), ("!!!", Mark), ("!", Mark)]),
            ("?!", vec![("?", Mark), ("!", Mark)]),
            ("see urlx by userx", vec![("see", Word), ("urlx", Link), ("by", Word), ("userx", User)]),
            ("urlxs", vec![("urlxs", Word)]),
            ("#news", vec![("#", Mark), ("news", Word)]),
            ("covid-19", vec![("covid", Word), ("-", Mark), ("19", Number)]),
            ("한글 2차", vec![("한글", Word), ("2차", Word)]),
            ("ไม่ใช่", vec![("ไม่ใช่", Word)]),
            ("\u{1f600}", vec![("\u{1f600}", Mark)]),
            ("", vec![]),
        ] {
            assert_eq!(cut(text), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_starts_after_a_full_stop_or_a_line_break() {
        let starts: Vec<bool> =
            tokens("one. two\n\"three, 3.5 four").iter().map(|t| t.starts_sentence).collect();
        assert_eq!(starts, [true, false, true, false, true, false, false, false]);
    }

    #[test]
    fn tokens_lie_in_order_without_overlap() {
        let text = "a... b'c -- 1.2.3 \u{1f1f0}\u{1f1f7} 'x'";
        let mut last = 0;
        for token in tokens(text) {
            assert!(token.begin >= last && token.end > token.begin);
            last = token.end;
        }
    }
}
