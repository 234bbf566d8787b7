//! A text as the heads that look at meaning see it: words with stem, negation and role, counted and weighted.
//!
//! One reading serves relevance, stance and sentiment, in training and in serving alike. All words are 32-bit hashes
//! from here on, so nothing is allocated per word and no word is stored in an artifact. It does not judge anything.
//!
//! Negation marks follow Pang, Lee and Vaithyanathan (2002) with a window of four words; weights are
//! `(1 + ln tf) · idf` (Manning, Raghavan and Schütze 2008, section 6.2).

mod hashes;
mod keys;

use std::ops::{Range, RangeInclusive};

use serde::{Deserialize, Serialize};

pub use self::{
    hashes::{each_gram, fold_bits, hash, hashes_of_beginnings, negated, sort_hashes},
    keys::Keys,
};
use super::{
    lists::{Lists, PARTICLES},
    polarity::Polarity,
    valence::Valence,
};
use crate::text::{Text, Token, TokenKind};

/// Tokens read of one text; what follows is left out, which bounds the work for a body of any length.
pub const MAX_TOKENS: usize = 20_000;
/// The length of a negation window in words.
const WINDOW: u8 = 4;

/// How the words of a language are cut: what is left of one, and how long its character grams are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Morphology {
    /// Endings come off, grams have 4 and 5 letters: English.
    #[default]
    Endings,
    /// Particles come off, grams have 2 and 3 syllables: Korean.
    Particles,
}

impl Morphology {
    /// What is left of a word.
    pub fn stem(self, word: &str) -> &str {
        match self {
            Self::Endings => stem(word),
            Self::Particles => bare(word),
        }
    }

    /// The lengths of the character grams by which texts are compared.
    pub const fn gram_lengths(self) -> RangeInclusive<usize> {
        match self {
            Self::Endings => 4..=5,
            Self::Particles => 2..=3,
        }
    }
}

/// Cuts a Korean particle or the endings of 하다 off, when two syllables or more are left.
fn bare(word: &str) -> &str {
    let mut particles = PARTICLES.iter().filter(|p| p.as_bytes().last() == word.as_bytes().last());
    let cut = particles.find_map(|p| word.strip_suffix(p).filter(|rest| rest.chars().nth(1).is_some()));
    cut.unwrap_or(word)
}

/// Cuts an English ending off, so that "taxes", "taxed" and "tax" meet. Cruder than Porter (1980) and enough here.
fn stem(word: &str) -> &str {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    let endings: &[&str] = match word.as_bytes().last() {
        Some(b's') => &["ations", "ings", "ments", "ness", "ers", "ies", "es", "ions", "s"],
        Some(b'n') => &["ation", "ion"],
        Some(b'g') => &["ing"],
        Some(b'y') => &["edly", "ly", "y"],
        Some(b't') => &["ment"],
        Some(b'd') => &["ied", "ed"],
        Some(b'r') => &["er"],
        Some(b'e') => &["e"],
        _ => &[],
    };
    let cut = endings.iter().find_map(|e| word.strip_suffix(e).filter(|w| w.len() >= 4));
    cut.or_else(|| word.strip_suffix('s').filter(|w| w.len() >= 3)).unwrap_or(word)
}

/// What a word does in a sentence: bits of a set.
pub mod role {
    /// Turns round what follows.
    pub const NEGATION: u8 = 1;
    /// Ends a negation window.
    pub const BREAK: u8 = 1 << 1;
    /// Says nothing of the subject.
    pub const STOP: u8 = 1 << 2;
    /// Approves.
    pub const AGREE: u8 = 1 << 3;
    /// Disapproves.
    pub const DISAGREE: u8 = 1 << 4;
    /// Asks for something to be done.
    pub const DEMAND: u8 = 1 << 5;
    /// Turns a target round.
    pub const TARGET_NEGATION: u8 = 1 << 6;
    /// Makes a target ask for less of something.
    pub const TARGET_BAN: u8 = 1 << 7;
}

/// The roles of words, by hash.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Roles {
    keys: Keys,
    roles: Vec<u8>,
}

impl Roles {
    /// The roles that the lists of a language give.
    pub fn new(lists: &Lists) -> Self {
        let sets = [
            (lists.negations, role::NEGATION),
            (lists.breaks, role::BREAK),
            (lists.stop, role::STOP),
            (lists.agree, role::AGREE),
            (lists.disagree, role::DISAGREE),
            (lists.demand, role::DEMAND),
            (lists.target_negations, role::TARGET_NEGATION),
            (lists.target_bans, role::TARGET_BAN),
        ];
        let mut all = std::collections::BTreeMap::new();
        for (words, bit) in sets {
            for word in words {
                *all.entry(hash(word)).or_insert(0) |= bit;
            }
        }
        Self { keys: all.keys().copied().collect(), roles: all.into_values().collect() }
    }

    /// Whether words are in order and each has its roles.
    pub fn is_sound(&self) -> bool {
        self.keys.len() == self.roles.len() && self.keys.is_ascending()
    }

    /// The bits of [`role`] that a word has; 0 for most.
    pub fn of(&self, word: u32) -> u8 {
        self.keys.place(word).and_then(|i| self.roles.get(i)).copied().unwrap_or(0)
    }
}

/// How rare stems and character grams are: `ln((n + 1) / (df + 1)) + 1` in steps of `unseen / 255`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Rarity {
    /// Hashed stems, ascending.
    pub keys: Keys,
    /// The rarity of each stem, in steps.
    pub stems: Vec<u8>,
    /// The rarity of character grams by the low bits of their hash, in steps; the length is a power of two.
    pub grams: Vec<u8>,
    /// The rarity of what was never seen: the largest.
    pub unseen: f32,
}

impl Rarity {
    /// The rarity of a hashed stem.
    pub fn stem(&self, stem: u32) -> f32 {
        let found = self.keys.place(stem).and_then(|i| self.stems.get(i));
        found.map_or(self.unseen, |&s| f32::from(s) * self.unseen / 255.0)
    }

    /// The rarity of a hashed character gram.
    pub fn gram(&self, gram: u32) -> f32 {
        let slot = fold_bits(gram) & self.grams.len().wrapping_sub(1);
        self.grams.get(slot).map_or(self.unseen, |&s| f32::from(s) * self.unseen / 255.0)
    }
}

/// What one language's heads share: word forms, roles, rarity, valence and polarity.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lexicon {
    /// How words are cut.
    pub morphology: Morphology,
    /// Word roles.
    pub roles: Roles,
    /// Rarity of stems and character grams.
    pub rarity: Rarity,
    /// Valence of words, learnt.
    pub valence: Valence,
    /// Polarity of words, from a list.
    pub polarity: Polarity,
}

/// One token of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// The hash of the word; one and the same for all numbers, for all links and for all names.
    pub word: u32,
    /// The same, marked when it stands in a negation window.
    pub marked: u32,
    /// The hash of the stem; that of the word for anything but words.
    pub stem: u32,
    /// The bits of [`role`].
    pub roles: u8,
    /// The listed polarity, turned round in a negation window; 0 for most.
    pub polarity: i8,
    /// Whether it is a word.
    pub is_word: bool,
}

impl Unit {
    /// Whether it has a role.
    pub const fn has(&self, role: u8) -> bool {
        self.roles & role != 0
    }

    /// Whether it stands in a negation window.
    pub const fn is_negated(&self) -> bool {
        self.word != self.marked
    }
}

/// A stem or character gram of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Its hash.
    pub key: u32,
    /// Its rarity.
    pub rarity: f32,
    /// `(1 + ln tf) · rarity`.
    pub weight: f32,
}

/// The terms of a text by ascending key, with their Euclidean length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Terms {
    /// The terms.
    pub terms: Vec<Term>,
    /// The Euclidean length of the weights.
    pub norm: f32,
    /// The sum of rarities.
    pub rarity: f32,
}

impl Terms {
    fn new(mut keys: Vec<u32>, rarity: impl Fn(u32) -> f32) -> Self {
        sort_hashes(&mut keys);
        let terms: Vec<Term> = keys
            .chunk_by(|a, b| a == b)
            .filter_map(|run| run.first().map(|&key| (key, rarity(key), run.len() as f32)))
            .map(|(key, rarity, count)| {
                // The logarithm of 1 is 0, and most counts are 1.
                let often = if count > 1.0 { 1.0 + libm::logf(count) } else { 1.0 };
                Term { key, rarity, weight: often * rarity }
            })
            .collect();
        let norm = terms.iter().map(|t| t.weight * t.weight).sum::<f32>().sqrt();
        let rarity = terms.iter().map(|t| t.rarity).sum();
        Self { terms, norm, rarity }
    }

    /// The terms that two texts share, in pairs.
    pub fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (Term, Term)> + 'a {
        let mut rest = other.terms.iter().copied().peekable();
        self.terms.iter().filter_map(move |&mine| {
            while rest.next_if(|t| t.key < mine.key).is_some() {}
            rest.next_if(|t| t.key == mine.key).map(|theirs| (mine, theirs))
        })
    }

    /// The cosine of the angle between two texts, in `[0, 1]`; 0 when one is empty.
    pub fn cosine(&self, other: &Self) -> f32 {
        let dot: f32 = self.shared(other).map(|(a, b)| a.weight * b.weight).sum();
        if dot > 0.0 { (dot / (self.norm * other.norm)).min(1.0) } else { 0.0 }
    }

    /// Whether a term is among them.
    pub fn contains(&self, key: u32) -> bool {
        self.terms.binary_search_by_key(&key, |t| t.key).is_ok()
    }
}

/// A text read for meaning.
#[derive(Debug)]
pub struct Reading<'t> {
    /// The folded text.
    pub folded: &'t str,
    /// The tokens, at most [`MAX_TOKENS`].
    pub units: Vec<Unit>,
    /// The sentences, as ranges of [`Self::units`]; none is empty, marks go with the words before them.
    pub sentences: Vec<Range<usize>>,
    /// The number of words.
    pub words: usize,
    /// The stems of words of two letters or more that say something of the subject.
    pub stems: Terms,
    /// The character grams of `<word>`, of lengths that the language has, of words that say something of the subject.
    pub grams: Terms,
    /// The stems of words with a capital letter, ascending, each once; of the first word of a sentence only when its
    /// second letter is a capital too.
    pub names: Vec<u32>,
}

impl<'t> Reading<'t> {
    /// Reads a text. Time is linear in its length but for one sort.
    pub fn new(text: &'t Text<'_>, lexicon: &Lexicon) -> Self {
        Self::read([text], lexicon, true)
    }

    /// Reads a text that will be compared with no other: [`Self::stems`], [`Self::grams`] and [`Self::names`] stay
    /// empty.
    pub fn of_words(text: &'t Text<'_>, lexicon: &Lexicon) -> Self {
        Self::read([text], lexicon, false)
    }

    /// Reads several texts as one, such as the earlier comments of a thread. [`Self::folded`] is that of the first.
    pub fn of_all(texts: impl IntoIterator<Item = &'t Text<'t>>, lexicon: &Lexicon) -> Self {
        Self::read(texts, lexicon, true)
    }

    fn read(texts: impl IntoIterator<Item = &'t Text<'t>>, lexicon: &Lexicon, is_compared: bool) -> Self {
        let mut reader = Reader {
            lexicon,
            is_compared,
            units: Vec::new(),
            sentences: Vec::new(),
            stems: Vec::new(),
            grams: Vec::new(),
            names: Vec::new(),
        };
        let mut folded = "";
        for text in texts {
            if folded.is_empty() {
                folded = text.folded();
            }
            reader.read(text);
        }
        reader.names.sort_unstable();
        reader.names.dedup();
        Self {
            folded,
            names: reader.names,
            words: reader.units.iter().filter(|u| u.is_word).count(),
            units: reader.units,
            sentences: reader.sentences,
            stems: Terms::new(reader.stems, |k| lexicon.rarity.stem(k)),
            grams: Terms::new(reader.grams, |k| lexicon.rarity.gram(k)),
        }
    }
}

/// The state while one reading is made.
struct Reader<'l> {
    lexicon: &'l Lexicon,
    /// Whether stems and character grams are wanted.
    is_compared: bool,
    units: Vec<Unit>,
    sentences: Vec<Range<usize>>,
    stems: Vec<u32>,
    grams: Vec<u32>,
    names: Vec<u32>,
}

impl Reader<'_> {
    fn read(&mut self, text: &Text<'_>) {
        let folded = text.folded();
        self.units.reserve(text.tokens().len().min(MAX_TOKENS));
        if self.is_compared {
            self.grams.reserve(folded.len());
        }
        let (mut window, mut skip_to, mut begin) = (0_u8, 0_usize, self.units.len());
        let mut has_word = false;
        for token in text.tokens() {
            if self.units.len() >= MAX_TOKENS {
                break;
            }
            let span = token.begin as usize..token.end as usize;
            if span.start < skip_to {
                continue;
            }
            if token.starts_sentence && has_word {
                self.end_sentence(begin);
                (begin, window, has_word) = (self.units.len(), 0, false);
            }
            let rest = folded.get(span.start..).unwrap_or_default();
            let mut word = folded.get(span.clone()).unwrap_or_default();
            if token.kind == TokenKind::Mark
                && let Some(face) = emoticon(rest)
            {
                word = face;
                skip_to = span.start + face.len();
            }
            let unit = self.unit(word, token.kind);
            if self.is_compared && unit.is_word && !unit.has(role::STOP) && is_name(text, token) {
                self.names.push(unit.stem);
            }
            has_word |= unit.is_word;
            let is_break = unit.has(role::BREAK) || is_pause(word);
            let is_negation = unit.has(role::NEGATION);
            if is_break || is_negation {
                window = if is_negation && !is_break { WINDOW } else { 0 };
                self.units.push(unit);
            } else if window > 0 {
                window -= 1;
                self.units.push(Unit { marked: negated(unit.word), polarity: -unit.polarity, ..unit });
            } else {
                self.units.push(unit);
            }
        }
        self.end_sentence(begin);
    }

    fn end_sentence(&mut self, begin: usize) {
        if begin < self.units.len() {
            self.sentences.push(begin..self.units.len());
        }
    }

    fn unit(&mut self, word: &str, kind: TokenKind) -> Unit {
        let mut unit = Unit { word: 0, marked: 0, stem: 0, roles: 0, polarity: 0, is_word: false };
        match kind {
            TokenKind::Number => unit.word = hash("<number>"),
            TokenKind::Link => unit.word = hash("<link>"),
            TokenKind::User => unit.word = hash("<user>"),
            TokenKind::Mark => {
                unit.word = hash(word);
                unit.polarity = self.lexicon.polarity.of_hash(unit.word);
            }
            TokenKind::Word => {
                unit.word = hash(word);
                unit.is_word = true;
                unit.roles = self.lexicon.roles.of(unit.word);
                unit.polarity = match self.lexicon.morphology {
                    Morphology::Endings => self.lexicon.polarity.of_hash(unit.word),
                    Morphology::Particles => self.lexicon.polarity.of_beginning(word),
                };
                if word.ends_with("n't") || word.ends_with("n’t") {
                    unit.roles |= role::NEGATION;
                }
            }
        }
        (unit.marked, unit.stem) = (unit.word, unit.word);
        if unit.is_word {
            let stem = self.lexicon.morphology.stem(word);
            if stem.len() != word.len() {
                unit.stem = hash(stem);
            }
            if stem.len() != word.len() && self.lexicon.morphology == Morphology::Particles {
                unit.roles |= self.lexicon.roles.of(unit.stem);
            }
            if self.is_compared && !unit.has(role::STOP) {
                if word.chars().nth(1).is_some() {
                    self.stems.push(unit.stem);
                }
                each_gram(word, self.lexicon.morphology.gram_lengths(), |gram| self.grams.push(gram));
            }
        }
        unit
    }
}

/// Whether a word was written as names are; never in a script without capitals.
fn is_name(text: &Text<'_>, token: &Token) -> bool {
    let begin = token.begin as usize;
    let first = text.folded().get(begin..).and_then(|word| word.chars().next());
    first.is_some_and(|first| {
        first.is_lowercase()
            && text.is_capital(begin)
            && (!token.starts_sentence || text.is_capital(begin + first.len_utf8()))
    })
}

/// The face at the beginning of a text: eyes, perhaps a nose, a mouth, and no letter after it.
fn emoticon(text: &str) -> Option<&str> {
    let mut chars = text.char_indices().peekable();
    chars.next_if(|&(_, c)| matches!(c, ':' | ';' | '='))?;
    let _nose = chars.next_if(|&(_, c)| matches!(c, '-' | '\'' | '^' | 'o'));
    let (at, mouth) = chars.next_if(|&(_, c)| {
        matches!(c, ')' | '(' | ']' | '[' | 'd' | 'p' | 'o' | '/' | '\\' | '|' | '3' | '*')
    })?;
    if chars.peek().is_some_and(|&(_, c)| c.is_alphanumeric() || c == '/') {
        return None;
    }
    text.get(..at + mouth.len_utf8())
}

/// Whether a token is punctuation at which a negation stops.
fn is_pause(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '…'))
}

/// The first bytes of a text, whole characters only.
pub fn head(text: &str, max_bytes: usize) -> &str {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::lists::ENGLISH;

    fn lexicon() -> Lexicon {
        Lexicon {
            roles: Roles::new(&ENGLISH),
            rarity: Rarity { unseen: 10.0, ..Rarity::default() },
            ..Lexicon::default()
        }
    }

    #[test]
    fn particles_come_off_until_two_syllables_are_left() {
        let stem = |word| Morphology::Particles.stem(word);
        assert_eq!(
            [stem("정부에서는"), stem("정부가"), stem("지지합니다"), stem("나는")],
            ["정부", "정부", "지지", "나는"]
        );
    }

    proptest::proptest! {
        #[test]
        fn hashes_are_sorted_whatever_they_are(keys in proptest::collection::vec(0..=u32::MAX, 0..700), shift in 0..32_u32) {
            let mut keys: Vec<u32> = keys.into_iter().map(|key| key >> shift).collect();
            let mut expected = keys.clone();
            expected.sort_unstable();
            sort_hashes(&mut keys);
            proptest::prop_assert_eq!(keys, expected);
        }
    }

    #[test]
    fn endings_come_off_until_four_letters_are_left() {
        assert_eq!(stem("schools"), stem("school"));
        assert_eq!(stem("restrictions"), stem("restricted"));
        assert_eq!(stem("bus"), "bus");
    }

    #[test]
    fn a_negation_marks_the_next_four_words() {
        let lexicon = lexicon();
        let text = Text::read("They never mend the broken old bridge");
        let reading = Reading::new(&text, &lexicon);
        let marks: Vec<bool> = reading.units.iter().map(Unit::is_negated).collect();
        assert_eq!(marks, [false, false, true, true, true, true, false]);
    }

    #[test]
    fn but_ends_a_negation() {
        let lexicon = lexicon();
        let text = Text::read("not cheap but good");
        let reading = Reading::new(&text, &lexicon);
        let marks: Vec<bool> = reading.units.iter().map(Unit::is_negated).collect();
        assert_eq!(marks, [false, true, false, false]);
    }

    #[test]
    fn a_text_is_like_itself_and_unlike_another() {
        let lexicon = lexicon();
        let (a, b) = (Text::read("tram lines through town"), Text::read("penguins eat krill"));
        let (a, b) = (Reading::new(&a, &lexicon), Reading::new(&b, &lexicon));
        assert!((a.stems.cosine(&a.stems) - 1.0).abs() < 1e-5);
        assert!(a.stems.cosine(&b.stems).abs() < 1e-6);
        assert_eq!(a.stems.shared(&a.stems).count(), a.stems.terms.len());
    }

    #[test]
    fn names_have_a_capital_that_no_sentence_gave_them() {
        let lexicon = lexicon();
        let text = Text::read(
            "Trams stop here. Yesterday the mayor of Bergen and NATO met \u{201c}Ingrid\u{201d}; MEPs came",
        );
        let reading = Reading::new(&text, &lexicon);
        let mut expected = ["bergen", "nato", "ingrid", "meps"].map(|word| hash(stem(word)));
        expected.sort_unstable();
        assert_eq!(reading.names, expected);
        let shouted = Text::read("BERGEN first");
        assert_eq!(Reading::new(&shouted, &lexicon).names, [hash(stem("bergen"))]);
        assert!(Reading::of_words(&text, &lexicon).names.is_empty());
    }

    #[test]
    fn a_face_is_eyes_and_mouth_without_a_letter_behind() {
        assert_eq!(emoticon(":) yes"), Some(":)"));
        assert_eq!(emoticon(":-d"), Some(":-d"));
        assert_eq!(emoticon(":day"), None);
        assert_eq!(emoticon("://x"), None);
        assert_eq!(emoticon("hm"), None);
    }

    #[test]
    fn the_head_of_a_text_ends_on_a_whole_character() {
        assert_eq!(head("가나다", 7), "가나");
        assert_eq!(head("가나다", 2), "");
        assert_eq!(head("가나다", 99), "가나다");
    }

    #[test]
    fn at_most_twenty_thousand_tokens_are_read() {
        let lexicon = lexicon();
        let text = "oak elm ".repeat(MAX_TOKENS);
        let text = Text::read(&text);
        assert_eq!(Reading::new(&text, &lexicon).units.len(), MAX_TOKENS);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "\\PC{0,200}") {
            let lexicon = lexicon();
            let text = Text::read(&text);
            let reading = Reading::new(&text, &lexicon);
            let covered: usize = reading.sentences.iter().map(ExactSizeIterator::len).sum();
            proptest::prop_assert_eq!(covered, reading.units.len());
        }
    }
}
