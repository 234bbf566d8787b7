//! Cuts an input into chunks of lines, never holding more than one chunk and one line.

use std::io::{self, Read};

/// The longest line, in bytes. Every legal request is shorter, unless most of its characters are escaped.
pub(super) const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;
/// How much is asked of the input at once.
const READ_BYTES: usize = 1024 * 1024;

/// One line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the input, from 1; blank lines count.
    pub(super) number: u64,
    /// What it holds.
    pub(super) content: Content,
}

/// What a line holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Text, without the line break.
    Text(String),
    /// Bytes that are no text.
    NotUtf8,
    /// More than [`MAX_LINE_BYTES`], which were let go.
    TooLong,
}

/// The lines of an input.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    /// The beginning of a line whose end was not read yet; at most [`MAX_LINE_BYTES`].
    begun: Vec<u8>,
    /// Whether the line that was begun is too long already.
    too_long: bool,
    /// How many lines have ended.
    ended: u64,
    finished: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn of(input: R) -> Self {
        let buffer = vec![0; READ_BYTES];
        Self { input, buffer, begun: Vec::new(), too_long: false, ended: 0, finished: false }
    }

    /// The lines that ended within the next read; maybe none. `None` at the end of the input.
    pub(super) fn chunk(&mut self) -> io::Result<Option<Vec<Line>>> {
        if self.finished {
            return Ok(None);
        }
        let read = match self.input.read(&mut self.buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(Some(Vec::new())),
            Err(error) => return Err(error),
        };
        let mut lines = Vec::new();
        if read == 0 {
            self.finished = true;
            lines.extend(self.end());
            return Ok(Some(lines));
        }
        // Taken out while the pieces are looked at, so that nothing is copied twice.
        let buffer = std::mem::take(&mut self.buffer);
        for piece in buffer.get(..read).unwrap_or_default().split_inclusive(|&byte| byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(rest) => {
                    self.append(rest);
                    lines.extend(self.end());
                }
                None => self.append(piece),
            }
        }
        self.buffer = buffer;
        Ok(Some(lines))
    }

    fn append(&mut self, piece: &[u8]) {
        self.too_long |= self.begun.len() + piece.len() > MAX_LINE_BYTES;
        if self.too_long {
            self.begun = Vec::new();
        } else {
            self.begun.extend_from_slice(piece);
        }
    }

    /// Ends the line at hand; `None` when it is blank.
    fn end(&mut self) -> Option<Line> {
        self.ended += 1;
        let bytes = std::mem::take(&mut self.begun);
        let content = if std::mem::take(&mut self.too_long) {
            Content::TooLong
        } else if bytes.trim_ascii().is_empty() {
            return None;
        } else {
            String::from_utf8(bytes).map_or(Content::NotUtf8, Content::Text)
        };
        Some(Line { number: self.ended, content })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes in pieces of a size.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(self.1).min(into.len());
            let (now, later) = self.0.split_at(n);
            into[..n].copy_from_slice(now);
            self.0 = later;
            Ok(n)
        }
    }

    fn all(input: impl Read) -> Vec<Line> {
        let mut lines = Lines::of(input);
        std::iter::from_fn(|| lines.chunk().unwrap()).flatten().collect()
    }

    fn text(number: u64, text: &str) -> Line {
        Line { number, content: Content::Text(text.into()) }
    }

    #[test]
    fn blank_lines_are_skipped_but_counted() {
        assert_eq!(all(&b"\na\n \t\r\nb"[..]), [text(2, "a"), text(4, "b")]);
        assert_eq!(all(&b""[..]), []);
    }

    #[test]
    fn a_line_over_the_limit_is_let_go_and_the_next_is_read() {
        let long = [vec![b'x'; MAX_LINE_BYTES + 1], b"\nnext\n".to_vec()].concat();
        assert_eq!(all(&long[..]), [Line { number: 1, content: Content::TooLong }, text(2, "next")]);
        let fits = vec![b'x'; MAX_LINE_BYTES];
        assert!(matches!(&all(&fits[..])[..], [Line { content: Content::Text(_), .. }]));
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        assert_eq!(all(&b"\xff\xfe\nok"[..]), [Line { number: 1, content: Content::NotUtf8 }, text(2, "ok")]);
    }

    #[test]
    fn a_line_is_given_as_soon_as_it_was_read() {
        let mut lines = Lines::of(Pieces(b"a\nb\n", 2));
        assert_eq!(lines.chunk().unwrap(), Some(vec![text(1, "a")]));
        assert_eq!(lines.chunk().unwrap(), Some(vec![text(2, "b")]));
    }

    proptest! {
        #[test]
        fn how_the_input_is_cut_makes_no_difference(input in "[a-c한\n ]{0,60}", size in 1_usize..9) {
            prop_assert_eq!(all(Pieces(input.as_bytes(), size)), all(input.as_bytes()));
        }
    }
}
