//! HTML to the text that a reader sees, with the way back to where each character stood.
//!
//! Tags vanish, those that begin a line become one, scripts and styles are left out, character references are what they
//! stand for. By html5gum, which tokenizes as browsers do (WHATWG HTML, section 13.2.5).

use std::ops::Range;

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// Elements that begin and end a line.
const BLOCKS: [&[u8]; 18] = [
    b"article",
    b"blockquote",
    b"br",
    b"dd",
    b"div",
    b"dt",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"hr",
    b"li",
    b"ol",
    b"p",
    b"pre",
    b"ul",
];

/// Elements of whose content a reader sees nothing.
const UNSEEN: [&[u8]; 4] = [b"script", b"style", b"template", b"title"];

/// The text of some HTML.
#[derive(Debug, Default)]
pub(super) struct Plain {
    text: String,
    pieces: Vec<Piece>,
    /// Whether pieces are left out.
    only_text: bool,
}

/// A stretch of text and where it came from, both in bytes.
#[derive(Debug)]
struct Piece {
    text: Range<usize>,
    source: Range<usize>,
}

/// The text of some HTML, for which no way back is needed.
pub(super) fn text_of(html: &str) -> String {
    let mut plain = Plain { only_text: true, ..Plain::default() };
    plain.tokens(html);
    plain.text
}

impl Plain {
    /// Reads HTML. Time is linear in its length.
    pub(super) fn read(html: &str) -> Self {
        let mut plain = Self::default();
        plain.tokens(html);
        plain
    }

    fn tokens(&mut self, html: &str) {
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        emitter.naively_switch_states(true);
        let mut unseen: Option<Vec<u8>> = None;
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            match token {
                Token::StartTag(tag) => {
                    if UNSEEN.contains(&&**tag.name) && unseen.is_none() && !tag.self_closing {
                        unseen = Some(tag.name.to_vec());
                    }
                    self.line(&tag.name, tag.span.start..tag.span.end);
                }
                Token::EndTag(tag) => {
                    if unseen.as_deref() == Some(&**tag.name) {
                        unseen = None;
                    }
                    self.line(&tag.name, tag.span.start..tag.span.end);
                }
                Token::String(read) if unseen.is_none() => {
                    let value = String::from_utf8_lossy(&read.value);
                    self.characters(&value, html, read.span.start..read.span.end);
                }
                Token::String(_) | Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a stretch of the text stood in the HTML. Both in bytes.
    pub(super) fn origin(&self, text: &Range<usize>) -> Range<usize> {
        let first = self.pieces.partition_point(|piece| piece.text.end <= text.start);
        let last = self.pieces.partition_point(|piece| piece.text.start < text.end).saturating_sub(1);
        let begin = self.pieces.get(first).map_or(0, |piece| piece.begin(text.start));
        let end = self.pieces.get(last).map_or(begin, |piece| piece.end(text.end));
        begin..end.max(begin)
    }

    /// A new line where an element begins or ends one, unless there is one already.
    fn line(&mut self, element: &[u8], source: Range<usize>) {
        if BLOCKS.contains(&element) && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push("\n", source);
        }
    }

    /// What characters and character references became.
    fn characters(&mut self, value: &str, html: &str, source: Range<usize>) {
        if self.only_text {
            self.text.push_str(value);
            return;
        }
        let raw = html.get(source.clone()).unwrap_or_default();
        if raw == value {
            self.push(value, source);
            return;
        }
        let mut pieces = Vec::new();
        // A character reference ends before the next one begins, so that each can be read by itself.
        for (at, piece) in references(raw) {
            pieces.push((decoded(piece), source.start + at..source.start + at + piece.len()));
        }
        if pieces.iter().map(|(text, _)| text.as_str()).collect::<String>() == value {
            for (text, source) in pieces {
                self.reference(&text, html, source);
            }
        } else {
            self.push(value, source);
        }
    }

    /// A character reference with the plain characters after it.
    fn reference(&mut self, text: &str, html: &str, source: Range<usize>) {
        let raw = html.get(source.clone()).unwrap_or_default();
        let same = text.chars().rev().zip(raw.chars().rev()).take_while(|(a, b)| a == b);
        let same: usize = same.map(|(c, _)| c.len_utf8()).sum();
        let (head, tail) = text.split_at(text.len() - same);
        self.push(head, source.start..source.end - same);
        self.push(tail, source.end - same..source.end);
    }

    fn push(&mut self, text: &str, source: Range<usize>) {
        if !text.is_empty() {
            let begin = self.text.len();
            self.text.push_str(text);
            self.pieces.push(Piece { text: begin..self.text.len(), source });
        }
    }
}

impl Piece {
    /// Whether it stands in the text as it stood in the source.
    fn is_literal(&self) -> bool {
        self.text.len() == self.source.len()
    }

    fn begin(&self, at: usize) -> usize {
        let offset = if self.is_literal() { at.saturating_sub(self.text.start) } else { 0 };
        (self.source.start + offset).min(self.source.end)
    }

    fn end(&self, at: usize) -> usize {
        let offset = if self.is_literal() { self.text.end.saturating_sub(at) } else { 0 };
        self.source.end.saturating_sub(offset).max(self.source.start)
    }
}

/// Cuts before each ampersand.
fn references(raw: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    raw.split_inclusive('&').enumerate().filter_map(move |(i, part)| {
        // `split_inclusive` leaves the ampersand at the end of the part before.
        let begin = if i == 0 { at } else { at - 1 };
        at += part.len();
        let end = if part.ends_with('&') { at - 1 } else { at };
        raw.get(begin..end).filter(|piece| !piece.is_empty()).map(|piece| (begin, piece))
    })
}

/// What characters and character references stand for.
fn decoded(piece: &str) -> String {
    let may_be_one = |rest: &str| rest.starts_with(|c: char| c == '#' || c.is_ascii_alphanumeric());
    if !piece.strip_prefix('&').is_some_and(may_be_one) {
        return piece.to_owned();
    }
    let mut text = String::new();
    for Ok(token) in Tokenizer::new(piece) {
        if let Token::String(read) = token {
            text.push_str(&String::from_utf8_lossy(&read.value));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origin<'a>(html: &'a str, wanted: &str) -> &'a str {
        let plain = Plain::read(html);
        let at = plain.text().find(wanted).unwrap();
        html.get(plain.origin(&(at..at + wanted.len()))).unwrap()
    }

    #[test]
    fn a_reader_sees_no_tags() {
        for (html, text) in [
            ("plain", "plain"),
            ("<p>One.</p><p>Two &amp; <b>three</b>.</p>", "One.\nTwo & three.\n"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("<script>alert('x')</script>after<style>p{}</style>", "after"),
            ("1 < 2 &lt; 3 &#x1F600; &nosuch; AT&T", "1 < 2 < 3 😀 &nosuch; AT&T"),
            ("<!-- hidden -->seen<a href=\"x>y\">link</a>", "seenlink"),
            ("an open <b tag", "an open "),
            ("", ""),
        ] {
            assert_eq!(Plain::read(html).text(), text, "{html}");
            assert_eq!(text_of(html), text, "{html}");
        }
    }

    #[test]
    fn every_stretch_of_text_is_found_where_it_stood() {
        let html = "<p>He said &quot;no&quot; &amp; left.</p><p>한국&#50612; <i>text</i></p>";
        assert_eq!(origin(html, "He said"), "He said");
        assert_eq!(origin(html, "\"no\""), "&quot;no&quot;");
        assert_eq!(origin(html, "& left."), "&amp; left.");
        assert_eq!(origin(html, "한국어"), "한국&#50612;");
        assert_eq!(origin(html, "text"), "text");
        assert_eq!(origin(html, "어 text"), "&#50612; <i>text");
    }

    proptest! {
        #[test]
        fn origins_are_in_order_and_on_boundaries(html in "([a-c<>&;#/ \"'=]|&amp;|<p>|</p>|<br>|한|😀|&#x41;|<script>|<!--|-->){0,40}") {
            let plain = Plain::read(&html);
            let mut last = 0;
            for (at, c) in plain.text().char_indices() {
                let origin = plain.origin(&(at..at + c.len_utf8()));
                prop_assert!(html.get(origin.clone()).is_some(), "{html:?} {origin:?}");
                prop_assert!(origin.start >= last, "{html:?}");
                last = origin.start;
            }
        }
    }
}
