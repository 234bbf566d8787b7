//! The first pass: each character by itself, brought to the plainest form that still is the same letter.
//!
//! Compatibility forms (UAX #15, NFKC) and lower case, white space as a space or a line feed, curly quotes and
//! dashes as ASCII, invisible characters and needless marks gone. It differs from plain NFKC where that would hurt:
//! Hangul compatibility jamo stay as people type them, spacing accents stay, and marks stay on the scripts that
//! cannot be read without them. Context beyond the neighbouring base letter is none of its business.

use unicode_normalization::char::{compose, decompose_compatible, is_combining_mark};
use unicode_script::{Script, UnicodeScript as _};

use super::{
    DisguiseKind,
    draft::{Draft, Unit},
};
use crate::text::graphemes::is_ignorable;
use crate::text::letters::{is_letter, is_letter_or_digit};

/// How many marks may follow one base in a script that needs them. Real text has at most four (Thai, Hebrew with
/// accents); stacks for show have dozens.
const MAX_MARKS: u32 = 4;

/// How many marks on one letter are a stack: two can be Vietnamese.
const STACK: u32 = 3;

/// Reads the original into a draft.
pub(super) fn read(original: &str) -> Draft<'_> {
    let mut reader = Reader {
        draft: Draft { original, ..Draft::default() },
        asian: original.chars().any(is_wide_script),
        ..Reader::default()
    };
    reader.draft.units.reserve(original.len());
    for (begin, c) in original.char_indices() {
        let end = begin + c.len_utf8();
        if c.is_ascii() && (!c.is_ascii_control() || c == '\n') {
            reader.letter(c.to_ascii_lowercase(), begin as u32, end as u32);
            continue;
        }
        let next = original.get(end..).and_then(|rest| rest.chars().next());
        if c != '\r' || next != Some('\n') {
            reader.character(c, begin as u32, end as u32, next);
        }
    }
    reader.draft
}

#[derive(Default)]
struct Reader<'a> {
    draft: Draft<'a>,
    /// Whether full-width Latin is ordinary here.
    asian: bool,
    /// Marks seen in the original since the last base, kept or not.
    marks: u32,
    /// Marks kept since the last base.
    kept: u32,
    /// The last unit that was a styled letter.
    last_styled: Option<usize>,
}

impl Reader<'_> {
    /// Records a styled letter as a disguise, unless it is the only one of its word: "x²", "ⓒ", "1 ℓ".
    fn styled(&mut self, index: usize) {
        let units = &self.draft.units;
        if let Some(previous) = self.last_styled.replace(index)
            && let Some(stretch) = units.get(previous..=index)
            && !stretch.iter().any(|u| u.ch.is_whitespace())
            && let [first, .., last] = *stretch
        {
            self.draft.undone(DisguiseKind::Styled, &[first, last]);
        }
    }

    /// A character other than printable ASCII and the line feed.
    fn character(&mut self, c: char, begin: u32, end: u32, next: Option<char>) {
        if let Some(plain) = plain(c) {
            return self.base(plain, begin, end);
        }
        if is_ignorable(c) || c.is_control() {
            return self.ignorable(c, begin, end, next);
        }
        if stays(c) {
            return self.base(c, begin, end);
        }
        if is_combining_mark(c) {
            // Scripts with marks of their own stack them in ordinary words.
            self.marks += u32::from(c.script() == Script::Inherited);
            if self.marks == STACK
                || is_overlay(c) && self.draft.units.last().is_some_and(|u| is_letter(u.ch))
            {
                self.record(DisguiseKind::MarkStack, end);
            }
        }
        let length = self.draft.units.len();
        if let Some(letter) = styled_letter(c) {
            self.base(letter, begin, end);
        } else {
            each_folded(c, |d| {
                let d = plain(d).or_else(|| styled_letter(d)).unwrap_or(d);
                if is_combining_mark(d) { self.mark(d, begin, end) } else { self.base(d, begin, end) }
            });
        }
        if is_styled(c, self.asian) {
            self.styled(length);
        }
    }

    /// A character that is not a mark; composes with the one before where Unicode says so (Hangul jamo).
    fn base(&mut self, c: char, begin: u32, end: u32) {
        let jamo = matches!(c, '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}');
        if jamo
            && let Some(last) = self.draft.units.last_mut()
            && let Some(whole) = compose(last.ch, c)
        {
            (last.ch, last.end) = (whole, end);
            return;
        }
        self.letter(c, begin, end);
    }

    /// A character that composes with nothing before it.
    fn letter(&mut self, c: char, begin: u32, end: u32) {
        (self.marks, self.kept) = (0, 0);
        self.draft.units.push(Unit { ch: c, begin, end });
    }

    /// A combining mark: composed, kept or dropped as the script of its base demands.
    fn mark(&mut self, mark: char, begin: u32, end: u32) {
        let own = mark.script();
        let own = if matches!(own, Script::Inherited | Script::Common) { None } else { Some(own) };
        let Some(last) = self.draft.units.last_mut() else {
            if own.is_some() {
                self.draft.units.push(Unit { ch: mark, begin, end });
            }
            return;
        };
        let base = last.ch.script();
        let keep = if matches!(base, Script::Cyrillic | Script::Greek) {
            last.ch = compose(last.ch, mark).unwrap_or(last.ch);
            false
        } else if matches!(
            base,
            Script::Latin | Script::Armenian | Script::Cherokee | Script::Lisu | Script::Coptic
        ) {
            false
        } else if matches!(base, Script::Common | Script::Inherited) && self.kept == 0 {
            // An ASCII mark or digit may turn out to stand for a letter, and letters of Latin keep no marks.
            own.is_some() && !last.ch.is_ascii()
        } else {
            own.is_none_or(|own| own == base || self.kept > 0)
        };
        last.end = last.end.max(end);
        if !keep || self.kept >= MAX_MARKS {
            return;
        }
        if let Some(whole) = compose(last.ch, mark) {
            last.ch = whole;
            return;
        }
        self.kept += 1;
        self.draft.units.push(Unit { ch: mark, begin, end });
    }

    /// An invisible character: dropped, unless the script joins letters by it.
    fn ignorable(&mut self, c: char, begin: u32, end: u32, next: Option<char>) {
        let last = self.draft.units.last().map_or(' ', |u| u.ch);
        let script = last.script();
        let plain_script = matches!(
            script,
            Script::Latin
                | Script::Cyrillic
                | Script::Greek
                | Script::Hangul
                | Script::Common
                | Script::Inherited
        );
        if matches!(c, '\u{200c}' | '\u{200d}') && !plain_script {
            self.draft.units.push(Unit { ch: c, begin, end });
        } else if is_letter(last)
            && plain_script
            && next.is_some_and(|n| is_letter_or_digit(n) || is_ignorable(n))
        {
            self.record(DisguiseKind::Invisible, end);
        }
    }

    /// Records a disguise from the last unit to `end`.
    fn record(&mut self, kind: DisguiseKind, end: u32) {
        if let Some(&last) = self.draft.units.last() {
            self.draft.undone(kind, &[Unit { end, ..last }]);
        }
    }
}

/// White space, quotes and dashes in their ASCII form.
const fn plain(c: char) -> Option<char> {
    Some(match c {
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\t'
        | '\u{b}'
        | '\u{c}'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}' => ' ',
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{ff07}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ff02}' | '\u{301d}'..='\u{301f}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        _ => return None,
    })
}

/// Characters that compatibility folding would not change, or would change for the worse.
const fn stays(c: char) -> bool {
    matches!(c,
        '\u{ac00}'..='\u{d7a3}'            // Hangul syllables
        | '\u{3131}'..='\u{318e}'          // Hangul compatibility jamo, as typed
        | '\u{3200}'..='\u{321e}' | '\u{3260}'..='\u{327e}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' // kana
        | '\u{4e00}'..='\u{9fff}'          // Han
        | '\u{a8}' | '\u{af}' | '\u{b4}' | '\u{b8}' | '\u{2d8}'..='\u{2dd}' | '\u{37a}' | '\u{384}' | '\u{385}'
        | '\u{1fbd}'..='\u{1fc1}' | '\u{1fcd}'..='\u{1fcf}' | '\u{1fdd}'..='\u{1fdf}' | '\u{1fed}'..='\u{1fef}'
        | '\u{1ffd}' | '\u{1ffe}' | '\u{2017}' | '\u{203e}' | '\u{309b}' | '\u{309c}' | '\u{fc5e}'..='\u{fc63}'
        | '\u{fdfa}' | '\u{fdfb}' | '\u{fe49}'..='\u{fe4c}' | '\u{fe70}'..='\u{fe7f}' | '\u{ffe3}')
}

/// Letters in boxes that have no compatibility mapping, and half-width jamo as compatibility jamo.
fn styled_letter(c: char) -> Option<char> {
    let code = c as u32;
    let letter = |first: u32| char::from_u32(u32::from(b'a') + code - first);
    match code {
        0x1_f150..=0x1_f169 => letter(0x1_f150),
        0x1_f170..=0x1_f189 => letter(0x1_f170),
        0xffa1..=0xffbe => char::from_u32(code - 0xffa1 + 0x3131),
        0xffc2..=0xffc7 => char::from_u32(code - 0xffc2 + 0x314f),
        0xffca..=0xffcf => char::from_u32(code - 0xffca + 0x3155),
        0xffd2..=0xffd7 => char::from_u32(code - 0xffd2 + 0x315b),
        0xffda..=0xffdc => char::from_u32(code - 0xffda + 0x3161),
        _ => SMALL_CAPITALS.iter().find(|(styled, _)| *styled == c).map(|&(_, letter)| letter),
    }
}

/// Small capitals of the phonetic blocks: Unicode calls them letters of their own, readers see small capitals.
const SMALL_CAPITALS: [(char, char); 22] = [
    ('ᴀ', 'a'),
    ('ʙ', 'b'),
    ('ᴄ', 'c'),
    ('ᴅ', 'd'),
    ('ᴇ', 'e'),
    ('ꜰ', 'f'),
    ('ɢ', 'g'),
    ('ʜ', 'h'),
    ('ɪ', 'i'),
    ('ᴊ', 'j'),
    ('ᴋ', 'k'),
    ('ʟ', 'l'),
    ('ᴍ', 'm'),
    ('ɴ', 'n'),
    ('ᴏ', 'o'),
    ('ᴘ', 'p'),
    ('ʀ', 'r'),
    ('ꜱ', 's'),
    ('ᴛ', 't'),
    ('ᴜ', 'u'),
    ('ᴠ', 'v'),
    ('ᴡ', 'w'),
];

/// Calls `emit` with the compatibility decomposition of the lower case of `c`.
fn each_folded(c: char, mut emit: impl FnMut(char)) {
    decompose_compatible(c, |d| {
        for lower in d.to_lowercase() {
            if lower == d { emit(d) } else { decompose_compatible(lower, &mut emit) }
        }
    });
}

/// Whether a character is a Latin letter written in another shape for show.
const fn is_styled(c: char, asian: bool) -> bool {
    matches!(c,
        '\u{1d400}'..='\u{1d7cb}' | '\u{24b6}'..='\u{24e9}' | '\u{249c}'..='\u{24b5}' | '\u{1f130}'..='\u{1f169}'
        | '\u{1f170}'..='\u{1f189}' | '\u{210a}'..='\u{2113}' | '\u{212c}'..='\u{2134}' | '\u{1d2c}'..='\u{1d6a}')
        || !asian && matches!(c, '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}')
        || matches!(c, 'ᴀ'..='ᴢ' | 'ʀ' | 'ʙ' | 'ɢ' | 'ʜ' | 'ʟ' | 'ꜰ' | 'ꜱ')
}

/// Marks that strike through a letter (combining class 1).
const fn is_overlay(c: char) -> bool {
    matches!(c, '\u{334}'..='\u{338}' | '\u{20d2}' | '\u{20d3}' | '\u{20d8}'..='\u{20da}' | '\u{20e5}'..='\u{20eb}')
}

/// Scripts beside which full-width Latin is ordinary typography.
const fn is_wide_script(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3041}'..='\u{318e}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}
