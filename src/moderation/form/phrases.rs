//! # What it checks
//! BANNED_PHRASE and SUSPECT_PHRASE: the phrases that a site lists, as whole words, in the text with disguises
//! undone.
//!
//! # Why
//! A site knows names and slogans of its own that no model does. Phrases are folded as comments are, so that one
//! entry covers upper case, look-alikes and letters set apart. Folding makes one word of every address, so a phrase
//! with an address or an at-sign name in it ("spam.example", "@someone") is looked for in the text as written.
//!
//! # Limits
//! A phrase must begin and end where a word does. Korean writes particles onto words, so the end of a phrase may be
//! followed by Hangul; scripts that are written without spaces (Han, Kana, Thai, Lao, Khmer,
//! Burmese) have no word boundary to ask for. Other inflections must be listed one by one. Any run of white space
//! in the text matches one space in a phrase.
//!
//! # Source
//! Aho and Corasick, "Efficient string matching" (1975); Unicode Standard Annex #24 for scripts.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use unicode_script::{Script, UnicodeScript as _};

use crate::{
    moderation::{Decision, PolicyError, ReasonCode, finding::Finding},
    text::{Text, Token, TokenKind},
};

/// A list of phrases, ready to be looked for.
#[derive(Debug)]
pub(in crate::moderation) struct Phrases {
    /// Looks in the folded text for the phrases without addresses; `None` when there are none.
    folded: Option<Matcher>,
    /// Looks in the original for the phrases with addresses or at-sign names, in any case of ASCII letters.
    written: Option<Matcher>,
}

/// Some of the phrases of a list.
#[derive(Debug)]
struct Matcher {
    automaton: AhoCorasick,
    /// For each phrase, where it stands in the list.
    entries: Vec<usize>,
}

impl Matcher {
    fn compile(key: &str, phrases: Vec<(usize, String)>) -> Result<Option<Self>, PolicyError> {
        let (entries, phrases): (Vec<usize>, Vec<String>) = phrases.into_iter().unzip();
        if phrases.is_empty() {
            return Ok(None);
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(phrases)
            .map_err(|error| PolicyError::value(key, &"too large", format!("cannot be compiled: {error}")))?;
        Ok(Some(Self { automaton, entries }))
    }

    /// The whole phrases in a text: where each stands and which entry of the list it is.
    fn found<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (Range<usize>, usize)> + 't {
        // Overlapping, since the leftmost match may end within a word where a longer one ends with it.
        let matches = self.automaton.find_overlapping_iter(text);
        matches
            .filter(|found| is_whole(text, found.start(), found.end()))
            .filter_map(|found| Some((found.range(), *self.entries.get(found.pattern().as_usize())?)))
    }
}

impl Phrases {
    /// Folds and compiles phrases; `key` is where they stand in the policy.
    ///
    /// # Errors
    /// A phrase of which nothing is left once folded, or a list too large to compile.
    pub(in crate::moderation) fn compile(key: &str, listed: &[String]) -> Result<Self, PolicyError> {
        let (mut folded, mut written) = (Vec::new(), Vec::new());
        for (i, phrase) in listed.iter().enumerate() {
            let text = Text::read(phrase);
            let squeezed = Squeezed::of(text.folded());
            if squeezed.text.is_empty() {
                return Err(PolicyError::value(
                    format!("{key}[{i}]"),
                    &"empty",
                    "must have at least one visible character",
                ));
            }
            let is_address = |token: &Token| matches!(token.kind, TokenKind::Link | TokenKind::User);
            if text.tokens().iter().any(is_address) {
                written.push((i, phrase.trim().to_owned()));
            } else {
                folded.push((i, squeezed.text));
            }
        }
        Ok(Self { folded: Matcher::compile(key, folded)?, written: Matcher::compile(key, written)? })
    }

    /// The phrases of this list that stand in a text, under one reason.
    pub(super) fn finding(&self, text: &Text<'_>, code: ReasonCode, action: Decision) -> Option<Finding> {
        let mut spans = Vec::new();
        let mut entries = Vec::new();
        if let Some(matcher) = &self.folded {
            let squeezed = Squeezed::of(text.folded());
            for (found, entry) in matcher.found(&squeezed.text) {
                spans.push(text.origin(squeezed.folded(found.start)..squeezed.folded(found.end - 1) + 1));
                entries.push(entry);
            }
        }
        if let Some(matcher) = &self.written {
            // A hyphen makes another address of what follows it.
            let whole =
                |found: &Range<usize>| !text.original().get(..found.start).is_some_and(|b| b.ends_with('-'));
            for (found, entry) in matcher.found(text.original()).filter(|(found, _)| whole(found)) {
                spans.push(text.whole(found));
                entries.push(entry);
            }
        }
        if entries.is_empty() {
            return None;
        }
        entries.sort_unstable();
        entries.dedup();
        let list = if code == ReasonCode::BannedPhrase { "phrases.banned" } else { "phrases.suspect" };
        let named: Vec<String> = entries.iter().take(MAX_NAMED).map(|i| format!("{list}[{i}]")).collect();
        let more = if entries.len() > MAX_NAMED { ", …" } else { "" };
        let detail = format!("{} listed phrases, none allowed: {}{more}", entries.len(), named.join(", "));
        Some(Finding::new(code, action, detail).at(spans))
    }
}

/// The most entries that a detail names.
const MAX_NAMED: usize = 10;

/// A text with each run of white space as one space and the ends trimmed, and the way back.
struct Squeezed {
    text: String,
    /// For each byte of `text`, the byte of the folded text from which it came.
    origins: Vec<usize>,
}

impl Squeezed {
    fn of(folded: &str) -> Self {
        let mut text = String::with_capacity(folded.len());
        let mut origins = Vec::with_capacity(folded.len());
        let mut gap = None;
        for (at, c) in folded.char_indices() {
            if c.is_whitespace() {
                gap = gap.or(Some(at));
                continue;
            }
            if let Some(space) = gap.take()
                && !text.is_empty()
            {
                text.push(' ');
                origins.push(space);
            }
            text.push(c);
            origins.extend(at..at + c.len_utf8());
        }
        Self { text, origins }
    }

    /// The byte of the folded text from which a byte came.
    fn folded(&self, at: usize) -> usize {
        self.origins.get(at).copied().unwrap_or_default()
    }
}

/// Whether a match begins and ends where a word does.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let (before, rest) = text.split_at_checked(start).unwrap_or_default();
    let (matched, after) = rest.split_at_checked(end - start).unwrap_or_default();
    let (Some(first), Some(last)) = (matched.chars().next(), matched.chars().next_back()) else {
        return false;
    };
    let is_word_before = |c: char| c.is_alphanumeric() && (is_hangul(first) || !is_hangul(c));
    let is_word_after = |c: char| c.is_alphanumeric() && !(last.is_alphabetic() && is_hangul(c));
    let begins = !joins_before(first) || !before.chars().next_back().is_some_and(is_word_before);
    let ends = !joins_after(last) || !after.chars().next().is_some_and(is_word_after);
    begins && ends
}

/// Whether a word that begins with this character could begin further left.
fn joins_before(first: char) -> bool {
    first.is_alphanumeric() && !is_unspaced(first)
}

/// Whether a word that ends with this character would be another word if letters followed.
fn joins_after(last: char) -> bool {
    last.is_alphanumeric() && !is_unspaced(last) && !is_hangul(last)
}

fn is_hangul(c: char) -> bool {
    c.script() == Script::Hangul
}

/// Whether the script of a character is written without spaces between words.
fn is_unspaced(c: char) -> bool {
    [
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
        Script::Thai,
        Script::Lao,
        Script::Khmer,
        Script::Myanmar,
    ]
    .contains(&c.script())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn found(listed: &[&str], text: &str) -> Option<Finding> {
        let listed: Vec<String> = listed.iter().map(|&p| p.to_owned()).collect();
        let phrases = Phrases::compile("defaults.phrases.banned", &listed).unwrap();
        phrases.finding(&Text::read(text), ReasonCode::BannedPhrase, Decision::Reject)
    }

    #[test]
    fn a_phrase_is_found_in_any_case_with_its_place() {
        let finding = found(&["Crooked Harbour"], "So the crooked HARBOUR gang is back.").unwrap();
        assert_eq!(finding.spans, [Span { begin: 7, end: 22 }]);
    }

    #[test]
    fn a_disguised_phrase_is_found_with_its_place() {
        for disguised in ["cr\u{200b}ooked", "ｃｒｏｏｋｅｄ", "cr\u{43e}\u{43e}ked", "cro\u{ad}oked"]
        {
            let text = format!("that {disguised} lot");
            let finding = found(&["crooked"], &text).unwrap_or_else(|| panic!("not found: {disguised:?}"));
            assert_eq!(finding.spans, [Span { begin: 5, end: 5 + disguised.len() }], "{disguised:?}");
        }
    }

    #[test]
    fn a_part_of_a_word_is_no_match() {
        assert_eq!(found(&["ham"], "Birmingham and Hamburg"), None);
        assert!(found(&["ham"], "Green eggs and ham!").is_some());
    }

    #[test]
    fn white_space_of_any_width_matches_one_space() {
        assert!(found(&["crooked harbour"], "the crooked \n  harbour").is_some());
    }

    #[test]
    fn a_longer_phrase_is_found_where_a_shorter_one_ends_within_a_word() {
        assert!(found(&["harb", "harbour"], "the harbour").is_some());
    }

    #[test]
    fn a_korean_phrase_is_found_with_particles_but_not_inside_a_word() {
        assert!(found(&["매국노"], "그는 매국노라고 불렸다").is_some());
        assert_eq!(found(&["국노"], "그는 매국노라고 불렸다"), None);
    }

    #[test]
    fn a_latin_phrase_is_found_with_korean_particles() {
        for text in ["viagra를 사세요", "이건 viagra", "지금viagra구매"] {
            assert!(found(&["viagra"], text).is_some(), "{text}");
        }
        assert_eq!(found(&["18"], "18세 이상"), None);
        assert_eq!(found(&["kt"], "ktx를 탔다"), None);
    }

    #[test]
    fn an_address_or_name_bans_itself_and_no_other() {
        let listed = ["evil-site.example.com", "@spammer", "buy at shop.example.com"];
        for (text, written) in [
            ("see https://www.Evil-Site.example.com/x?y", "Evil-Site.example.com"),
            ("ask @Spammer, he knows", "@Spammer"),
            ("Buy at shop.example.com now", "Buy at shop.example.com"),
        ] {
            let finding = found(&listed, text).unwrap_or_else(|| panic!("not found: {text}"));
            let spans: Vec<&str> = finding.spans.iter().map(|s| text.get(s.begin..s.end).unwrap()).collect();
            assert_eq!(spans, [written]);
        }
        for text in [
            "see https://news.example.com/x and ask @editor",
            "at not-evil-site.example.com or evil-site.example.community",
            "@spammers_unite",
        ] {
            assert_eq!(found(&listed, text), None, "{text}");
        }
    }

    #[test]
    fn a_phrase_of_a_script_without_spaces_is_found_anywhere() {
        assert!(found(&["漢奸"], "他是漢奸嗎").is_some());
    }

    #[test]
    fn the_detail_names_entries_but_never_the_phrase() {
        let finding = found(&["unused", "crooked"], "crooked crooked").unwrap();
        assert_eq!(finding.detail, "1 listed phrases, none allowed: phrases.banned[1]");
        assert_eq!(finding.spans.len(), 2);
    }

    #[test]
    fn an_empty_phrase_is_refused_by_its_place() {
        let error =
            Phrases::compile("site.herald.phrases.banned", &["fine".into(), " \t".into()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "site.herald.phrases.banned[1] is empty, must have at least one visible character"
        );
    }

    #[test]
    fn an_empty_list_finds_nothing() {
        assert_eq!(found(&[], "anything at all"), None);
    }
}
