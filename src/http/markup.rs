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

/// Elements of whose content a reader sees nothing, wherever a site's own sanitiser puts it.
const UNSEEN: [&[u8]; 2] = [b"script", b"style"];

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

/// An element that has begun, of whose content a reader sees nothing once it has ended.
struct Unseen {
    element: Vec<u8>,
    content: Vec<Range<usize>>,
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
        let mut unseen: Option<Unseen> = None;
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            match token {
                Token::StartTag(tag) => {
                    if UNSEEN.contains(&&**tag.name) && unseen.is_none() && !tag.self_closing {
                        unseen = Some(Unseen { element: tag.name.to_vec(), content: Vec::new() });
                    }
                    self.line(&tag.name, tag.span.start..tag.span.end);
                }
                Token::EndTag(tag) => {
                    unseen = unseen.filter(|unseen| unseen.element != **tag.name);
                    self.line(&tag.name, tag.span.start..tag.span.end);
                }
                Token::String(read) => {
                    let source = read.span.start..read.span.end;
                    match &mut unseen {
                        Some(unseen) => unseen.content.push(source),
                        None => self.characters(&String::from_utf8_lossy(&read.value), html, source),
                    }
                }
                Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
        // An element that nothing ends would hide the rest of a comment from us, and perhaps from nobody else.
        for source in unseen.into_iter().flat_map(|unseen| unseen.content) {
            self.push(html.get(source.clone()).unwrap_or_default(), source);
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
        let mut at = source.start;
        let pieces: Vec<(String, Range<usize>)> = references(raw)
            .map(|piece| {
                let stood = at..at + piece.len();
                at = stood.end;
                (decoded(piece), stood)
            })
            .collect();
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

/// Cuts before each ampersand and around each line break: a character reference ends before the next one begins, so that
/// each piece can be read by itself.
fn references(raw: &str) -> impl Iterator<Item = &str> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if first == '\r' {
            1 + usize::from(rest.starts_with("\r\n"))
        } else {
            let next = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '&' | '\r'));
            next.map_or(rest.len(), |(at, _)| at)
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// What characters and character references stand for. Line breaks are one character (WHATWG HTML, section 13.2.3.5).
fn decoded(piece: &str) -> String {
    if piece.starts_with('\r') {
        return "\n".to_owned();
    }
    let may_be_one = |rest: &str| rest.starts_with(|c: char| c == '#' || c.is_ascii_alphanumeric());
    if !piece.strip_prefix('&').is_some_and(may_be_one) {
        return piece.to_owned();
    }
    // No reference goes beyond a sign that could begin a tag.
    let (reference, plain) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
    let mut text = String::new();
    for Ok(token) in Tokenizer::new(reference) {
        if let Token::String(read) = token {
            text.push_str(&String::from_utf8_lossy(&read.value));
        }
    }
    text + plain
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
            ("<title>You &amp; I</title><template>seen</template>", "You & Iseen"),
            ("before<script>You &amp; <b>I", "beforeYou &amp; <b>I"),
            ("one\r\ntwo\rthree &amp;&amp;&", "one\ntwo\nthree &&&"),
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
        let html = "One.\r\nTwo &amp;& <i>three</i>.\rFour &lt < five";
        assert_eq!(origin(html, "One."), "One.");
        assert_eq!(origin(html, "\n"), "\n");
        assert_eq!(origin(html, "Two &"), "Two &amp;");
        assert_eq!(origin(html, "& three."), "& <i>three</i>.");
        assert_eq!(origin(html, "< < five"), "&lt < five");
    }

    proptest! {
        #[test]
        fn origins_are_in_order_apart_and_on_boundaries(html in "([a-c<>&;#/ \"'=\r\n]|&amp;|&lt|<p>|</p>|<br>|한|😀|&#x41;|<script>|</script>|<title>|<!--|-->){0,40}") {
            let plain = Plain::read(&html);
            let mut last = 0;
            for (at, c) in plain.text().char_indices() {
                let origin = plain.origin(&(at..at + c.len_utf8()));
                prop_assert!(html.get(origin.clone()).is_some(), "{html:?} {origin:?}");
                prop_assert!(origin.start >= last, "{html:?}");
                last = origin.end;
            }
        }
    }
}
