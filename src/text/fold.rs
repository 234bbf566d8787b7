//! Undoes the disguises that people put on words, and remembers where every character came from.
//!
//! Folding brings each character to its plainest form, then undoes what is done to whole words, until nothing is
//! left to undo; so folding a folded text changes nothing. It leaves numbers, names and other scripts alone, because a
//! wrong guess hurts a civil reader. It judges nothing: what a disguise means is for the policy to say.
//!
//! Each pass lives in its own file, named after what it undoes; [`PASSES`] gives their order.

mod characters;
mod confusables;
mod draft;
mod gaps;
mod hangul;
mod jamo;
mod leet;
mod links;
mod masks;
mod plain;
mod spaced;
mod stretched;
mod swearing;

use std::ops::Range;

use draft::{Draft, Unit};

use super::{Span, graphemes::graphemes as graphemes_of};

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
    /// Letters repeated four times or more.
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

/// A folded text with the way back to its original.
#[derive(Debug)]
pub(super) struct Folded {
    text: String,
    disguises: Vec<Disguise>,
    links: Vec<Span>,
    map: Map,
}

/// Where folded bytes come from.
#[derive(Debug)]
enum Map {
    /// ASCII that only changed case: every byte is its own origin.
    Same,
    /// Runs of folded bytes, by their first byte, and where the graphemes of the original begin.
    Runs { runs: Vec<Run>, graphemes: Vec<u32> },
}

/// A run of folded bytes. Byte `n` of a linear run comes from byte `n` of the origin; in any other run every byte comes
/// from the whole of it.
#[derive(Debug, Clone, Copy)]
struct Run {
    folded: u32,
    begin: u32,
    end: u32,
    linear: bool,
}

impl Folded {
    /// The folded text.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Where a stretch of the folded text came from, widened to whole graphemes.
    pub(super) fn origin(&self, original: &str, folded: Range<usize>) -> Span {
        let end = folded.end.min(self.text.len());
        let begin = folded.start.min(end);
        let Map::Runs { runs, graphemes } = &self.map else {
            return Span { begin: begin.min(original.len()), end: end.min(original.len()) };
        };
        let before =
            |offset: usize| runs.partition_point(|run| run.folded as usize <= offset).saturating_sub(1);
        let Some(first) = runs.get(before(begin)) else { return Span { begin: 0, end: 0 } };
        let begin_byte = match first.linear {
            _ if begin >= self.text.len() => original.len(),
            true => first.begin as usize + begin - first.folded as usize,
            false => first.begin as usize,
        };
        let end_byte = match runs.get(before(end.saturating_sub(1))) {
            _ if end <= begin => begin_byte,
            Some(last) if last.linear => last.begin as usize + end - last.folded as usize,
            Some(last) => last.end as usize,
            None => begin_byte,
        };
        widened(graphemes, original.len(), Span { begin: begin_byte, end: end_byte.max(begin_byte) })
    }

    /// A stretch of the original widened to whole graphemes.
    pub(super) fn whole(&self, original: &str, stretch: Range<usize>) -> Span {
        let span = Span { begin: stretch.start, end: stretch.end };
        match &self.map {
            Map::Same => span,
            Map::Runs { graphemes, .. } => widened(graphemes, original.len(), span),
        }
    }

    /// What was undone, in order of appearance.
    pub(super) fn disguises(&self) -> &[Disguise] {
        &self.disguises
    }

    /// The links of the original, in order of appearance.
    pub(super) fn links(&self) -> &[Span] {
        &self.links
    }
}

/// Widens a span to the graphemes it touches.
fn widened(graphemes: &[u32], length: usize, span: Span) -> Span {
    let after = graphemes.partition_point(|&g| g as usize <= span.begin);
    let begin = after.checked_sub(1).and_then(|i| graphemes.get(i)).map_or(0, |&g| g as usize);
    if span.end <= span.begin {
        return Span {
            begin: begin.max(if span.begin >= length { length } else { 0 }),
            end: span.end.min(length),
        }
        .empty();
    }
    let next = graphemes.partition_point(|&g| (g as usize) < span.end);
    Span { begin, end: graphemes.get(next).map_or(length, |&g| g as usize) }
}

impl Span {
    const fn empty(self) -> Self {
        Self { begin: self.begin, end: self.begin }
    }
}

/// How often the passes over words are run at most; ordinary text needs one round, disguised text two or three.
const MAX_ROUNDS: usize = 8;

/// Folds a text. Never fails; time and memory are linear in its length.
pub(super) fn fold(original: &str) -> Folded {
    match plain::folded(original) {
        Some(text) => Folded { text, disguises: Vec::new(), links: Vec::new(), map: Map::Same },
        None => undone(original),
    }
}

/// Runs the passes until nothing changes.
fn undone(original: &str) -> Folded {
    let mut draft = characters::read(original);
    // Curly quotes and dashes are all that keeps most texts from the short cut.
    let rounds = if plain::is_plain(&draft.latin()) { 0 } else { MAX_ROUNDS };
    for _ in 0..rounds {
        let mut changed = false;
        for pass in PASSES {
            changed |= pass(&mut draft);
        }
        if !changed {
            break;
        }
    }
    finish(original, draft)
}

/// The passes over words, in the order in which they run.
const PASSES: [fn(&mut Draft<'_>) -> bool; 9] = [
    links::replace,
    gaps::close,
    confusables::replace,
    spaced::join,
    jamo::compose,
    hangul::join,
    leet::read,
    masks::lift,
    stretched::squeeze,
];

/// Writes the draft down as text, with its map.
fn finish(original: &str, draft: Draft<'_>) -> Folded {
    let Draft { units, mut disguises, mut links, .. } = draft;
    let mut text = String::with_capacity(units.len() + units.len() / 4);
    let mut runs: Vec<Run> = Vec::new();
    let mut open: Option<Run> = None;
    for &Unit { ch, begin, end } in &units {
        let folded = text.len() as u32;
        let linear = ch.is_ascii() && end == begin + 1;
        let goes_on = |run: &&mut Run| {
            linear && run.linear && run.end == begin && run.begin + (folded - run.folded) == begin
        };
        match open.as_mut().filter(goes_on) {
            Some(run) => run.end = end,
            None => runs.extend(open.replace(Run { folded, begin, end, linear })),
        }
        text.push(ch);
    }
    runs.extend(open);
    let mut graphemes: Vec<u32> = Vec::with_capacity(units.len());
    let mut at = 0;
    for grapheme in graphemes_of(original) {
        graphemes.push(at);
        at += grapheme.len() as u32;
    }
    for disguise in &mut disguises {
        disguise.span = widened(&graphemes, original.len(), disguise.span);
    }
    for link in &mut links {
        *link = widened(&graphemes, original.len(), *link);
    }
    links.sort_unstable();
    disguises.sort_by_key(|d| (d.span, d.kind as u8));
    disguises.dedup();
    let same = original.is_ascii() && text.len() == original.len() && runs.len() <= 1;
    let map = if same { Map::Same } else { Map::Runs { runs, graphemes } };
    Folded { text, disguises: joined(original, disguises), links, map }
}

/// Disguises of one kind that stand in one word are one disguise.
fn joined(original: &str, sorted: Vec<Disguise>) -> Vec<Disguise> {
    let mut out: Vec<Disguise> = Vec::with_capacity(sorted.len());
    for disguise in sorted {
        match out.last_mut() {
            Some(last)
                if last.kind == disguise.kind
                    && original
                        .get(last.span.end..disguise.span.begin)
                        .is_none_or(|gap| gap.len() <= 16 && !gap.contains(char::is_whitespace)) =>
            {
                last.span.end = last.span.end.max(disguise.span.end);
            }
            _ => out.push(disguise),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation as _;

    use super::DisguiseKind::{Confusable, Invisible, Leet, MarkStack, Masked, Spaced, Stretched, Styled};
    use super::*;

    fn kinds(text: &str) -> Vec<DisguiseKind> {
        fold(text).disguises().iter().map(|d| d.kind).collect()
    }

    #[test]
    fn disguises_are_undone_and_named() {
        for (text, expected, kind) in [
            ("you id\u{200b}iot", "you idiot", Invisible),
            ("i\u{ad}d\u{ad}i\u{ad}ot", "idiot", Invisible),
            ("id\u{202e}iot", "idiot", Invisible),
            ("i\u{2060}d\u{fe0f}iot", "idiot", Invisible),
            ("i\u{301}\u{302}\u{303}\u{304}diot", "idiot", MarkStack),
            ("i\u{336}d\u{336}i\u{336}o\u{336}t\u{336}", "idiot", MarkStack),
            ("you are an \u{456}di\u{43e}t", "you are an idiot", Confusable),
            ("what a m\u{3bf}r\u{3bf}n", "what a moron", Confusable),
            ("ｉｄｉｏｔ", "idiot", Styled),
            ("\u{1d422}\u{1d41d}\u{1d422}\u{1d428}\u{1d42d}", "idiot", Styled),
            ("ⓘⓓⓘⓞⓣ", "idiot", Styled),
            ("ɪᴅɪᴏᴛ", "idiot", Styled),
            ("id10t", "idiot", Leet),
            ("1d1ot", "idiot", Leet),
            ("$tupid people", "stupid people", Leet),
            ("b!tch!", "bitch!", Leet),
            ("you a$$", "you ass", Leet),
            ("@sshole", "asshole", Leet),
            ("a55ho1e", "asshole", Leet),
            ("5h1t", "shit", Leet),
            ("pr0paganda", "propaganda", Leet),
            ("i d i o t", "idiot", Spaced),
            ("i.d.i.o.t", "idiot", Spaced),
            ("i-d-i-o-t", "idiot", Spaced),
            ("you are d u m b  l o s e r", "you are dumb  loser", Spaced),
            ("F U C K you", "fuck you", Spaced),
            ("a s s", "ass", Spaced),
            ("idi\u{1f921}ot", "idiot", Spaced),
            ("f\u{1f600}u\u{1f600}c\u{1f600}k", "fuck", Spaced),
            ("stupiiiiid", "stupiid", Stretched),
            ("f*ck", "fuck", Masked),
            ("f**k you", "fuck you", Masked),
            ("a**hole", "asshole", Masked),
            ("sh#t", "shit", Masked),
            ("what the f***!", "what the fuck!", Masked),
            ("f*ck들 진짜", "fuck들 진짜", Masked),
            ("완전 b1tch네", "완전 bitch네", Leet),
            ("시1발", "시발", Leet),
            ("시.발", "시발", Spaced),
            ("병*신", "병신", Spaced),
            ("개 새 끼", "개새끼", Spaced),
            ("야 시  발 진짜", "야 시발 진짜", Spaced),
            ("시...발", "시발", Spaced),
            ("시·발, 병ㆍ신", "시발, 병신", Spaced),
            ("he is a c u n t", "he is a cunt", Spaced),
            ("\u{3b1}ss", "ass", Confusable),
            ("이 시@발 진짜", "이 시발 진짜", Spaced),
        ] {
            assert_eq!(fold(text).as_str(), expected, "{text:?}");
            assert_eq!(fold(expected).as_str(), expected, "{text:?}");
            assert!(kinds(text).contains(&kind), "{text:?} gave {:?}", kinds(text));
        }
    }

    #[test]
    fn honest_text_stays() {
        for text in [
            "scunthorpe",
            "1,455 people",
            "it costs $5",
            "the 3rd of may",
            "u.s.a.",
            "u. s. a.",
            "the u.s. and the u.k.",
            "u.s.s.r.",
            "covid-19 and covid19",
            "g20",
            "mp3",
            "4k",
            "b2b",
            "h1n1",
            "co2",
            "i5",
            "a.b. smith",
            "j. r. r. tolkien",
            "at 8:30 or 10am",
            "5.000 €",
            "100%",
            "c++ and c#",
            "a, b, c, d",
            "a b c d",
            "1990s",
            "24/7",
            "50/50",
            "#news",
            "e-mail",
            "t-shirt",
            "x-ray",
            "r&b",
            "q&a",
            "2nd, 4th, 21st",
            "10km",
            "5kg",
            "1st",
            "3d",
            "4chan",
            "7eleven",
            "50cent",
            "w w w",
            "wwiii",
            "well... ok",
            "what?!",
            "wow!!!",
            "*really*",
            "- - -",
            "ㅋㅋㅋ",
            "ㅠㅠ",
            "2차",
            "ㅅㅂ",
            "다시 발표했다",
            "다시.발표",
            "오후 2시 발표",
            "3차 회담",
            "한국 k팝",
            "это русское предложение, и ёж тоже",
            "москва",
            "γειά σου κόσμε",
            "これは日本語です。ガギグ",
            "مرحبا بالعالم",
            "می\u{200c}خواهم",
            "नमस्ते दुनिया",
            "ไม่เป็นไร",
            "שָׁלוֹם",
            "中文句子",
            "\u{1f600}",
            "i❤ny",
            "thanks\u{1f60a}friend",
            "don't",
            "o'clock",
            "°c",
            "m\u{b4}",
            "a = b + c",
            "end.next",
            "and/or",
            "p2p",
            "24hr",
            "a55",
            "ps5s",
        ] {
            assert_eq!(fold(text).as_str(), text);
            assert!(kinds(text).is_empty(), "{text:?} gave {:?}", kinds(text));
        }
    }

    #[test]
    fn what_only_looks_like_a_disguise_stays() {
        for text in [
            "three a*s and a b",
            "k*** and t****",
            "s*x",
            "아홉 시 발 열차",
            "개 새 집",
            "질병 / 신체",
            "병/신체",
            "시...발표는 언제",
            "\u{928}\u{94d}\u{926}\u{94d}\u{930}\u{93f}\u{902}",
            "it\u{1f602}i know",
            "tnf\u{3b1}",
            "gpt4o and log4j",
            "us$bn",
            "p a s s",
            "w w d l w l d",
        ] {
            assert_eq!(fold(text).as_str(), text);
            assert!(kinds(text).is_empty(), "{text:?} gave {:?}", kinds(text));
        }
    }

    #[test]
    fn ordinary_writing_is_plain_but_no_disguise() {
        for (text, expected) in [
            ("Naïve café, résumé", "naive cafe, resume"),
            ("form: W W D L W", "form: w w d l w"),
            ("vitamins A D E K", "vitamins a d e k"),
            ("2 ℓ of milk ⓒ 2020", "2 l of milk c 2020"),
            ("cafe\u{301}", "cafe"),
            ("Sooo good", "soo good"),
            ("ㅋㅋㅋㅋㅋㅋ", "ㅋㅋㅋ"),
            ("\u{feff}Hello", "hello"),
            ("U.S.A.", "u.s.a."),
            ("UNESCO or U.N.E.S.C.O.", "unesco or unesco."),
            ("“Don’t” – he said…", "\"don't\" - he said..."),
            ("한국어 ＡＢＣ", "한국어 abc"),
            ("\u{1112}\u{1161}\u{11ab}글", "한글"),
            ("ﾃﾞｰﾀ", "データ"),
            ("ﾡ", "ㄱ"),
            ("a\r\nb\u{2028}c\td", "a\nb\nc d"),
            ("\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}", "\u{1f468}\u{1f469}\u{1f467}"),
            ("1\u{fe0f}\u{20e3}", "1"),
            ("Ёлка й", "ёлка й"),
            ("thanks @username!", "thanks userx !"),
            ("friends of the @cunt here", "friends of the @cunt here"),
            ("me@example.org", "urlx"),
            ("see http://example.com/a?b=1.", "see urlx ."),
            ("(www.example.com)", "( urlx )"),
            ("go to example.co.uk/path now", "go to urlx now"),
            ("stupid.You are", "stupid.you are"),
            ("They failed us.Top officials knew.", "they failed us. top officials knew."),
            ("China vs.US talks, Mr.De Gaulle", "china vs. us talks, mr. de gaulle"),
            ("It was close.News came late", "it was close. news came late"),
            ("Example.Com or EXAMPLE.NEWS", "urlx or urlx"),
            ("discord.gg/abc youtu.be/abc naver.me/xyz", "urlx urlx urlx"),
            ("join t.me/spam now", "join urlx now"),
            ("yes.and/or no, 9 a.m./p.m.", "yes.and/or no, 9 a.m./p.m."),
        ] {
            assert_eq!(fold(text).as_str(), expected, "{text:?}");
            assert_eq!(fold(expected).as_str(), expected, "{text:?}");
            assert!(kinds(text).is_empty(), "{text:?} gave {:?}", kinds(text));
        }
    }

    #[test]
    fn a_foreign_mark_on_a_mask_goes_with_it() {
        assert_eq!(fold("shit*\u{e49}").as_str(), "shits");
    }

    #[test]
    fn what_needed_many_rounds_is_stable() {
        for text in ["@7@7@7@7@7@7@7@7@7@7@7@7@7@7", "www.a@b@c@d@e@f@g@h@i@j@k@l"] {
            let once = fold(text).as_str().to_owned();
            assert_eq!(fold(&once).as_str(), once);
        }
    }

    #[test]
    fn links_are_found_in_the_original() {
        let text = "See HTTPS://Example.com/x, www.site.kr and a.b@mail.example.com";
        let found: Vec<&str> = fold(text).links().iter().map(|s| text.get(s.begin..s.end).unwrap()).collect();
        assert_eq!(found, ["HTTPS://Example.com/x", "www.site.kr", "a.b@mail.example.com"]);
    }

    #[test]
    fn a_folded_word_leads_back_to_what_was_written() {
        for (text, word, written) in [
            ("Oh F*CK that", "fuck", "F*CK"),
            ("so i d i o t  yes", "idiot", "i d i o t"),
            ("an \u{456}d\u{200b}iot!", "idiot", "\u{456}d\u{200b}iot"),
            ("Plain Words", "words", "Words"),
            ("go www.example.com now", "urlx", "www.example.com"),
            ("stupiiiiid", "stupiid", "stupiiiiid"),
            ("e\u{301}a", "a", "a"),
        ] {
            let folded = fold(text);
            let begin = folded.as_str().find(word).expect(word);
            let span = folded.origin(text, begin..begin + word.len());
            assert_eq!(text.get(span.begin..span.end), Some(written));
        }
    }

    #[test]
    fn every_character_by_itself_folds_to_something_stable() {
        let mut buffer = [0; 4];
        for c in ('\0'..=char::MAX).filter(|c| c.is_alphanumeric() || !c.is_control()) {
            let once = fold(c.encode_utf8(&mut buffer)).as_str().to_owned();
            assert_eq!(fold(&once).as_str(), once, "{c:?}");
        }
    }

    #[test]
    fn the_work_is_bounded_by_the_length() {
        for piece in [
            "\u{301}",
            "\u{200b}",
            "a",
            "a.",
            "a ",
            "f*k ",
            "1",
            "e\u{1f600}",
            "시.",
            "@",
            "4a",
            "\u{0e49}",
            "a*",
            "w.",
        ] {
            let text = piece.repeat(20_480 / piece.len());
            let folded = fold(&text);
            assert!(folded.as_str().len() <= text.len() * GROWTH + 8, "{piece:?}");
            assert!(folded.disguises().len() <= text.len());
        }
    }

    /// No character folds to more than this many times its bytes.
    const GROWTH: usize = 6;

    fn check(text: &str) -> Result<(), TestCaseError> {
        let folded = fold(text);
        prop_assert!(folded.as_str().len() <= text.len() * GROWTH + 8);
        let again = fold(folded.as_str());
        prop_assert_eq!(again.as_str(), folded.as_str());
        let bounds: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        let whole = |span: Span| {
            span.begin <= span.end
                && bounds.binary_search(&span.begin).is_ok()
                && bounds.binary_search(&span.end).is_ok()
        };
        for (at, c) in folded.as_str().char_indices() {
            prop_assert!(whole(folded.origin(text, at..at + c.len_utf8())));
            prop_assert!(whole(folded.origin(text, 0..at)));
        }
        prop_assert!(folded.disguises().iter().all(|d| whole(d.span) && d.span.begin < d.span.end));
        prop_assert!(folded.links().iter().all(|&s| whole(s) && s.begin < s.end));
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn any_text_folds_once_and_leads_back(text in "\\PC{0,60}") {
            check(&text)?;
        }

        #[test]
        fn the_short_cut_leads_where_the_passes_lead(text in "(([a-cIfuk] {1,2}){1,5}|[a-cIfuk's .,!?*1$-]|[a-z]{1,5}[ -]|shit){0,24}") {
            if let Some(plain) = plain::folded(&text) {
                let folded = undone(&text);
                prop_assert_eq!(folded.as_str(), plain);
                prop_assert!(folded.disguises().is_empty() && folded.links().is_empty());
            }
        }

        #[test]
        fn nasty_text_folds_once_and_leads_back(pieces in proptest::collection::vec(nasty(), 0..24)) {
            check(&pieces.concat())?;
        }
    }

    /// Pieces that meet many rules at once.
    #[rustfmt::skip]
    const PIECES: &[&str] = &[
        "a", "A", "i", "s", "f", "u", "c", "k", "ss", "id", "ot", "1", "0", "5", "4", "@", "$",
        "!", "|", "*", "#", "-", "_", ".", ",", " ", "  ", "\n", "\r\n", "'", ":", "/", "www.",
        "http://", ".com", "c0m", ".Top", ".news", "\u{200b}", "\u{200d}", "\u{ad}", "\u{feff}", "\u{301}",
        "\u{345}", "\u{336}", "\u{20e3}", "\u{fe0f}", "е", "о", "і", "ж", "й", "α", "ο", "ᾳ",
        "ï", "ß", "İ", "ﬁ", "ⓐ", "ａ", "Ａ", "𝐚", "ᴀ", "ﷺ", "ﾃ", "ﾞ", "が", "か", "\u{3099}", "한",
        "시", "발", "개", "새", "끼", "ㅋ", "ᄒ", "\u{1161}", "\u{11ab}", "ﾡ", "\u{3164}", "ก",
        "\u{e49}", "\u{e31}", "ش", "\u{651}", "न", "\u{94d}", "\u{200c}", "\u{1f600}",
        "\u{2764}", "\u{1f1f0}", "\u{1f3fd}", "“", "…", "½", "²", "shit", "asshole", "userx",
        "urlx", "\u{0}", "\u{5b0}", "ש",
    ];

    fn nasty() -> impl Strategy<Value = &'static str> {
        proptest::sample::select(PIECES)
    }

    #[test]
    fn an_address_longer_than_an_address_may_be_is_no_link() {
        let begin = |letters: usize| fold(&format!("{}.example.com", "a".repeat(letters))).links()[0].begin;
        assert_eq!(begin(200), 0);
        assert_eq!(begin(250), 251);
    }
}
