//! What a comment says near a target, in 36 numbers.

use super::super::{
    valence::Tone,
    words::{Lexicon, Reading, Unit, each_gram, hash, role},
};
use crate::text::{Text, TokenKind};

/// The number of features.
pub const FEATURES: usize = 36;
/// Words on either side of a mention that count as near it.
const NEAR: usize = 6;

/// A target as a comment is searched for it.
#[derive(Debug)]
pub struct Target {
    folded: String,
    pub(super) stems: Vec<u32>,
    rarity: f32,
    norm: f32,
    grams: Vec<u32>,
    pub(super) words: usize,
    is_negated: bool,
    pub(super) sign: f32,
    valence: f32,
}

impl Target {
    /// Reads a target; `None` when it has no word.
    pub fn new(text: &str, lexicon: &Lexicon) -> Option<Self> {
        let text = Text::read(text);
        let reading = Reading::of_words(&text, lexicon);
        let words = || reading.units.iter().filter(|u| u.is_word);
        let mut stems: Vec<u32> =
            words().filter(|u| !u.has(role::STOP | role::TARGET_NEGATION)).map(|u| u.stem).collect();
        if stems.is_empty() {
            stems = words().map(|u| u.stem).collect();
        }
        stems.sort_unstable();
        stems.dedup();
        let shortest = *lexicon.morphology.gram_lengths().start();
        let mut grams = Vec::new();
        for token in text.tokens().iter().filter(|t| t.kind == TokenKind::Word) {
            let word = text.folded().get(token.begin as usize..token.end as usize).unwrap_or_default();
            if lexicon.roles.of(hash(word)) & role::STOP == 0 {
                each_gram(word, shortest..=shortest, |g| grams.push(g));
            }
        }
        grams.sort_unstable();
        grams.dedup();
        if stems.is_empty() {
            return None;
        }
        let rarities: Vec<f32> = stems.iter().map(|&s| lexicon.rarity.stem(s)).collect();
        let is_negated = words().any(|u| u.has(role::TARGET_NEGATION));
        let is_ban = words().any(|u| u.has(role::TARGET_BAN));
        Some(Self {
            rarity: rarities.iter().sum(),
            norm: rarities.iter().map(|r| r * r).sum::<f32>().sqrt(),
            grams,
            words: reading.words,
            is_negated,
            sign: if is_negated == is_ban { 1.0 } else { -1.0 },
            valence: lexicon.valence.of(reading.units.iter().copied()),
            folded: reading.folded.trim().to_owned(),
            stems,
        })
    }
}

/// What stands near the mentions of a target.
#[derive(Default)]
pub struct Mentions {
    sentences: f32,
    first: Option<usize>,
    valence_sum: f32,
    /// The units within [`NEAR`] of a mention.
    pub(super) near: Vec<Unit>,
    agree: f32,
    disagree: f32,
    demand: f32,
    negations: f32,
}

impl Mentions {
    /// Finds the mentions.
    pub fn find(comment: &Reading<'_>, tone: &Tone, target: &Target) -> Self {
        let mut out = Self::default();
        for (sentence, valence) in comment.sentences.iter().zip(&tone.sentences) {
            let units = comment.units.get(sentence.clone()).unwrap_or_default();
            let mut near_to = 0;
            let mut hits =
                units.iter().enumerate().filter(|(_, u)| target.stems.binary_search(&u.stem).is_ok());
            let Some((first, _)) = hits.next() else { continue };
            for hit in std::iter::once(first).chain(hits.map(|(i, _)| i)) {
                let window = hit.saturating_sub(NEAR).max(near_to)..(hit + NEAR + 1).min(units.len());
                near_to = window.end;
                out.near.extend_from_slice(units.get(window).unwrap_or_default());
            }
            let count = |role: u8, even_negated: bool| {
                units.iter().filter(|u| u.has(role) && (even_negated || !u.is_negated())).count() as f32
            };
            out.first.get_or_insert(sentence.start + first);
            out.sentences += 1.0;
            out.valence_sum += valence;
            out.agree += count(role::AGREE, false);
            out.disagree += count(role::DISAGREE, false);
            out.demand += count(role::DEMAND, true);
            out.negations += count(role::NEGATION, true);
        }
        out
    }
}

/// The 36 measures of a comment and a target, in the order of the trainer's report ([`NAMES`]).
pub fn features(
    comment: &Reading<'_>,
    tone: &Tone,
    target: &Target,
    mentions: &Mentions,
    lexicon: &Lexicon,
) -> [f32; FEATURES] {
    let flag = |b: bool| f32::from(u8::from(b));
    let part = |a: f32, b: f32| if b > 0.0 { a / b } else { 0.0 };
    let (mut dot, mut found, mut rarest, mut shared) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for term in comment.stems.terms.iter().filter(|t| target.stems.binary_search(&t.key).is_ok()) {
        dot += term.weight * term.rarity;
        found += term.rarity;
        rarest = rarest.max(term.rarity);
        shared += 1.0;
    }
    let grams = target.grams.iter().filter(|&&g| comment.grams.contains(g)).count() as f32;
    let cosine = part(dot, comment.stems.norm * target.norm);
    let valence_mention = part(mentions.valence_sum, mentions.sentences);
    let valence_near = lexicon.valence.of(mentions.near.iter().copied());
    let (agree, disagree) = (libm::log1pf(mentions.agree), libm::log1pf(mentions.disagree));
    let (sign, negations) = (target.sign, libm::log1pf(mentions.negations));
    [
        cosine,
        part(found, target.rarity),
        flag(comment.folded.contains(&target.folded)),
        part(mentions.sentences, comment.sentences.len() as f32),
        libm::log1pf(mentions.sentences),
        mentions.first.map_or(1.0, |at| part(at as f32, comment.units.len() as f32)),
        part(grams, target.grams.len() as f32),
        rarest,
        libm::log1pf(shared),
        libm::log1pf(comment.words as f32),
        libm::log1pf(target.words as f32),
        tone.whole,
        valence_mention,
        valence_near,
        tone.sentences.last().copied().unwrap_or_default(),
        tone.sentences.first().copied().unwrap_or_default(),
        tone.negative,
        tone.positive,
        flag(mentions.first.is_some()),
        agree,
        disagree,
        libm::log1pf(mentions.demand),
        flag(comment.folded.contains('?')),
        tone.negated,
        sign,
        target.valence,
        sign * valence_mention,
        sign * valence_near,
        target.valence * valence_mention,
        sign * (agree - disagree),
        cosine * tone.whole,
        flag(target.is_negated != (mentions.negations > 0.0)),
        sign * negations,
        sign * tone.whole,
        flag(comment.folded.contains('!')),
        flag(comment.folded.contains(['"', '“'])),
    ]
}

/// The names of the features.
pub const NAMES: [&str; FEATURES] = [
    "cosine",
    "coverage",
    "exact",
    "mention_share",
    "mentions",
    "first_mention",
    "grams",
    "rarest",
    "shared",
    "comment_words",
    "target_words",
    "valence",
    "valence_mention",
    "valence_near",
    "valence_last",
    "valence_first",
    "valence_negative",
    "valence_positive",
    "mentioned",
    "agree",
    "disagree",
    "demand",
    "question",
    "negated",
    "sign",
    "target_valence",
    "sign_valence_mention",
    "sign_valence_near",
    "target_valence_mention",
    "sign_agree",
    "cosine_valence",
    "negation_differs",
    "sign_negations",
    "sign_valence",
    "exclamation",
    "quote",
];
