//! What a person sees of a text, counted the way a person counts.
//!
//! A visible grapheme is an extended grapheme cluster (UAX #29) in which at least one character is drawn. Ends are
//! trimmed and a run of white space is one space, so that padding does not count. Discounting repeated graphemes is
//! the length rule's business, not this module's.

use unicode_segmentation::{Graphemes, UnicodeSegmentation as _};

/// The graphemes that a person sees, with runs of white space as one space and the ends trimmed.
///
/// Lazy, linear in the length of the text, allocates nothing. An emoji family joined by zero-width joiners is one, a
/// syllable of conjoining Hangul jamo is one, a letter under thirty marks is one; a lone joiner, variation selector,
/// Hangul filler or blank braille cell is none.
pub fn visible_graphemes(text: &str) -> impl Iterator<Item = &str> {
    Visible { graphemes: graphemes(text), space: false, started: false, held: None }
}

/// The extended grapheme clusters of a text.
pub(super) fn graphemes(text: &str) -> Clusters<'_> {
    Clusters { rest: text, joined: None }
}

/// Graphemes with a short way for the characters that most text is made of: two of those never join, so that only what
/// stands between is looked up in Unicode's tables.
pub(super) struct Clusters<'a> {
    rest: &'a str,
    /// A stretch that begins and ends where a grapheme does.
    joined: Option<Graphemes<'a>>,
}

impl<'a> Iterator for Clusters<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        if self.joined.is_none()
            && let [first, second, ..] = self.rest.as_bytes()
            && is_plain(*first)
            && is_plain(*second)
        {
            let (grapheme, rest) = self.rest.split_at_checked(1)?;
            self.rest = rest;
            return Some(grapheme);
        }
        self.next_of_any()
    }
}

impl<'a> Clusters<'a> {
    /// The next grapheme, whatever its characters.
    fn next_of_any(&mut self) -> Option<&'a str> {
        if let Some(joined) = &mut self.joined {
            if let Some(grapheme) = joined.next() {
                return Some(grapheme);
            }
            self.joined = None;
        }
        let mut chars = self.rest.chars();
        let mut last = chars.next()?;
        let first = self.rest.len() - chars.as_str().len();
        let mut end = first;
        for c in chars {
            if stands_alone(last) && stands_alone(c) {
                break;
            }
            last = c;
            end += c.len_utf8();
        }
        let (stretch, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        if end == first {
            return Some(stretch);
        }
        let mut joined = stretch.graphemes(true);
        let grapheme = joined.next();
        self.joined = Some(joined);
        grapheme
    }
}

/// ASCII that is drawn, a space or a line feed.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n')
}

/// Characters of the grapheme break classes Other, LV, LVT and LF; no two of these join (UAX #29, GB3 to GB999).
const fn stands_alone(c: char) -> bool {
    matches!(c, ' '..='~' | '\n' | '\u{c0}'..='\u{17f}' | '가'..='힣' | '\u{2013}' | '\u{2014}' | '\u{2018}'..='\u{201d}' | '\u{2026}')
}

struct Visible<'a> {
    graphemes: Clusters<'a>,
    /// White space was passed since the last visible grapheme.
    space: bool,
    /// A visible grapheme was given already.
    started: bool,
    /// The grapheme to give after a space.
    held: Option<&'a str>,
}

impl<'a> Iterator for Visible<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        for grapheme in self.graphemes.by_ref() {
            // Most graphemes are one ASCII character.
            let is_graphic = matches!(grapheme.as_bytes(), [byte] if byte.is_ascii_graphic());
            if !is_graphic && is_blank(grapheme) {
                self.space = self.started;
            } else if is_graphic || !grapheme.chars().all(is_unseen) {
                self.started = true;
                if std::mem::take(&mut self.space) {
                    self.held = Some(grapheme);
                    return Some(" ");
                }
                return Some(grapheme);
            }
        }
        None
    }
}

/// White space, perhaps with characters of which nothing is drawn.
fn is_blank(grapheme: &str) -> bool {
    grapheme == " "
        || grapheme.chars().any(char::is_whitespace)
            && grapheme.chars().all(|c| c.is_whitespace() || is_unseen(c))
}

/// Characters of which nothing is drawn.
fn is_unseen(c: char) -> bool {
    is_ignorable(c) || c.is_control()
}

/// Characters that are drawn as nothing: Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt), the
/// blank braille cell, and interlinear annotation marks.
pub const fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_short_way_cuts_where_unicode_does(
            text in "([a-z한글é’–\r\n \u{301}\u{200d}\u{fe0f}\u{1161}\u{11a8}\u{1f44d}\u{1f3fd}\u{1f1f0}\u{1f1f7}क\u{94d}ष]|\\PC){0,40}",
        ) {
            let cut: Vec<&str> = graphemes(&text).collect();
            proptest::prop_assert_eq!(cut, text.graphemes(true).collect::<Vec<&str>>());
        }
    }

    fn count(text: &str) -> usize {
        visible_graphemes(text).count()
    }

    #[test]
    fn a_person_counts_what_is_drawn() {
        for (text, expected) in [
            ("", 0),
            ("   \n\t ", 0),
            ("abc", 3),
            ("  a  b  ", 3),
            ("a\r\n\r\nb", 3),
            ("a \u{200b} b", 3),
            ("\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}", 1),
            ("\u{1f44d}\u{1f3fd}", 1),
            ("\u{1f1f0}\u{1f1f7}", 1),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", 2),
            ("한글", 2),
            ("e\u{301}", 1),
            ("\u{200d}", 0),
            ("\u{fe0f}", 0),
            ("\u{3164}\u{3164}", 0),
            ("\u{2800}\u{2800}a", 1),
            ("\u{feff}hello", 5),
            ("soft\u{ad}hyphen", 10),
            ("a\u{0}\u{7}b", 2),
            ("\u{a0}\u{3000}x\u{2003}y", 3),
            ("\u{e0041}", 0),
        ] {
            assert_eq!(count(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_letter_under_thirty_marks_is_one() {
        assert_eq!(count(&format!("a{}b", "\u{301}".repeat(30))), 2);
    }

    #[test]
    fn white_space_comes_out_as_one_plain_space() {
        assert_eq!(visible_graphemes(" a \n\u{200b}\t b ").collect::<String>(), "a b");
    }
}
