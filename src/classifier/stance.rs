//! What a comment thinks of a target, if that can be told: 36 measures and a logistic regression of three classes.
//!
//! First comes relevance: a comment that does not mention the target has an unknown stance, never a neutral one. The
//! sign of a stance towards a new topic is weak evidence (right in 55 of 100 cases on held-out topics), so a side is
//! named only above a high probability, and unknown is the normal answer. The measures combine mention, valence around
//! mentions, negation, words of approval, and the polarity of the target itself ("ban cars" asks for less of cars).

use serde::{Deserialize, Serialize};

use super::{
    standard::{Linear, Standard, softmax},
    valence::Tone,
    words::{Lexicon, Reading, Unit, each_gram, role},
};
use crate::{
    scores::{Stance, StanceLabel, StanceProbabilities},
    text::{Text, TokenKind},
};

/// The number of features.
pub const FEATURES: usize = 36;
/// Words on either side of a mention that count as near it.
const NEAR: usize = 6;
/// A target of so many words or more is a proposition, a shorter one a topic.
const PROPOSITION_WORDS: usize = 5;
/// Without a mention, the share of the target's character grams that the comment must hold to be scored.
const MIN_GRAMS: f32 = 0.3;
/// The probability from which a side is named.
const SURE: f32 = 0.7;
/// The same, for a proposition and a comment of one or two sentences.
const SURE_SHORT: f32 = 0.6;
/// The probability from which neutral is named.
const SURE_NEUTRAL: f32 = 0.5;

/// The fitted stance head of one language.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StanceParams {
    /// Means and deviations of the features.
    pub standard: Standard,
    /// Log-odds of favor, against and neutral, in this order.
    pub classes: [Linear; 3],
}

/// A target as a comment is searched for it.
#[derive(Debug)]
pub struct Target {
    folded: String,
    stems: Vec<u32>,
    rarity: f32,
    norm: f32,
    grams: Vec<u32>,
    words: usize,
    is_negated: bool,
    sign: f32,
    valence: f32,
}

impl Target {
    /// Reads a target; `None` when it has no word.
    pub fn new(text: &str, lexicon: &Lexicon) -> Option<Self> {
        let text = Text::read(text);
        let reading = Reading::new(&text, lexicon);
        let words = || reading.units.iter().filter(|u| u.is_word);
        let mut stems: Vec<u32> =
            words().filter(|u| !u.has(role::STOP | role::TARGET_NEGATION)).map(|u| u.stem).collect();
        if stems.is_empty() {
            stems = words().map(|u| u.stem).collect();
        }
        stems.sort_unstable();
        stems.dedup();
        let mut grams = Vec::new();
        for token in text.tokens().iter().filter(|t| t.kind == TokenKind::Word) {
            let word = text.folded().get(token.begin as usize..token.end as usize).unwrap_or_default();
            if lexicon.roles.of(super::words::hash(word)) & role::STOP == 0 {
                each_gram(word, 4..=4, |g| grams.push(g));
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
            valence: lexicon.valence.of(reading.units.iter().copied(), &mut Vec::new()),
            folded: reading.folded.trim().to_owned(),
            stems,
        })
    }
}

/// What stands near the mentions of a target.
#[derive(Default)]
struct Mentions {
    sentences: f32,
    first: Option<usize>,
    valence_sum: f32,
    near: Vec<Unit>,
    agree: f32,
    disagree: f32,
    demand: f32,
    negations: f32,
}

impl Mentions {
    fn find(comment: &Reading<'_>, tone: &Tone, target: &Target) -> Self {
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
pub fn features(comment: &Reading<'_>, tone: &Tone, target: &Target, lexicon: &Lexicon) -> [f32; FEATURES] {
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
    let mentions = Mentions::find(comment, tone, target);
    let cosine = part(dot, comment.stems.norm * target.norm);
    let valence_mention = part(mentions.valence_sum, mentions.sentences);
    let valence_near = lexicon.valence.of(mentions.near.iter().copied(), &mut Vec::new());
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

impl StanceParams {
    /// P(favor), P(against), P(neutral) from [`features`].
    pub fn probabilities(&self, features: &[f32; FEATURES]) -> [f32; 3] {
        softmax(self.classes.each_ref().map(|c| c.sum(self.standard.apply(features))))
    }

    /// The stance of a comment towards a target as given.
    pub fn stance(&self, comment: &Reading<'_>, tone: &Tone, target: &str, lexicon: &Lexicon) -> Stance {
        let unknown = Stance { target: target.to_owned(), label: StanceLabel::Unknown, probabilities: None };
        let Some(read) = Target::new(target, lexicon) else { return unknown };
        let measures = features(comment, tone, &read, lexicon);
        let [_, _, _, _, _, _, grams, ..] = measures;
        let is_mentioned = comment.units.iter().any(|u| read.stems.binary_search(&u.stem).is_ok());
        if !is_mentioned && grams < MIN_GRAMS {
            return unknown;
        }
        let is_short = read.words >= PROPOSITION_WORDS && comment.sentences.len() <= 2;
        let probabilities = self.probabilities(&measures);
        let [favor, against, neutral] = probabilities;
        Stance {
            label: label(probabilities, if is_short { SURE_SHORT } else { SURE }),
            probabilities: Some(StanceProbabilities { favor, against, neutral }),
            ..unknown
        }
    }
}

fn label([favor, against, neutral]: [f32; 3], sure: f32) -> StanceLabel {
    if favor >= sure {
        StanceLabel::Favor
    } else if against >= sure {
        StanceLabel::Against
    } else if neutral >= SURE_NEUTRAL {
        StanceLabel::Neutral
    } else {
        StanceLabel::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{
        lists::ENGLISH,
        words::{Rarity, Roles},
    };

    fn lexicon() -> Lexicon {
        let rarity = Rarity { unseen: 10.0, ..Rarity::default() };
        Lexicon { roles: Roles::new(&ENGLISH), rarity, ..Lexicon::default() }
    }

    fn params(favor: f32) -> StanceParams {
        let standard = Standard { means: vec![0.0; FEATURES], scales: vec![1.0; FEATURES] };
        let linear = |intercept| Linear { weights: vec![0.1; FEATURES], intercept };
        StanceParams { standard, classes: [linear(favor), linear(0.0), linear(0.0)] }
    }

    fn measured(comment: &str, target: &str) -> [f32; FEATURES] {
        let lexicon = lexicon();
        let text = Text::read(comment);
        let reading = Reading::new(&text, &lexicon);
        let tone = Tone::new(&reading, &lexicon.valence);
        features(&reading, &tone, &Target::new(target, &lexicon).unwrap(), &lexicon)
    }

    fn stance(comment: &str, target: &str, favor: f32) -> Stance {
        let lexicon = lexicon();
        let text = Text::read(comment);
        let reading = Reading::new(&text, &lexicon);
        let tone = Tone::new(&reading, &lexicon.valence);
        params(favor).stance(&reading, &tone, target, &lexicon)
    }

    fn named(features: &[f32; FEATURES], name: &str) -> f32 {
        features[NAMES.iter().position(|&n| n == name).unwrap()]
    }

    #[test]
    fn a_comment_that_never_mentions_the_target_is_unknown_not_neutral() {
        let stance = stance("What a rainy afternoon", "congestion charge", 9.0);
        assert_eq!((stance.label, stance.probabilities), (StanceLabel::Unknown, None));
    }

    #[test]
    fn a_side_is_named_only_when_sure() {
        let text = "The congestion charge works. It cleans the air. Traffic fell.";
        assert_eq!(stance(text, "congestion charge", 5.0).label, StanceLabel::Favor);
        let unsure = stance(text, "congestion charge", 1.3);
        assert_eq!(unsure.label, StanceLabel::Unknown);
        let p = unsure.probabilities.unwrap();
        assert!(p.favor > 0.6 && (p.favor + p.against + p.neutral - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_short_answer_to_a_proposition_needs_less() {
        let target = "The city should keep its congestion charge";
        assert_eq!(stance("Yes, keep the charge", target, 1.3).label, StanceLabel::Favor);
    }

    #[test]
    fn a_ban_turns_the_target_round_and_a_negated_ban_turns_it_back() {
        for (target, sign) in
            [("cars", 1.0), ("ban cars", -1.0), ("do not ban cars", 1.0), ("cars are not needed", -1.0)]
        {
            assert!((named(&measured("cars", target), "sign") - sign).abs() < 1e-6, "{target}");
        }
    }

    #[test]
    fn a_negation_beside_the_mention_is_seen() {
        let plain = measured("We need the new tram", "tram");
        let negated = measured("We do not need the new tram", "tram");
        assert!(named(&plain, "negation_differs").abs() < 1e-6);
        assert!((named(&negated, "negation_differs") - 1.0).abs() < 1e-6);
        assert!(named(&negated, "negated") > named(&plain, "negated"));
    }

    #[test]
    fn a_target_without_a_word_is_unknown() {
        assert_eq!(stance("anything", "...", 9.0).label, StanceLabel::Unknown);
    }

    proptest::proptest! {
        #[test]
        fn any_comment_and_target_give_finite_features(comment in "\\PC{0,120}", target in "\\PC{0,40}") {
            let lexicon = lexicon();
            let text = Text::read(&comment);
            let reading = Reading::new(&text, &lexicon);
            let tone = Tone::new(&reading, &lexicon.valence);
            if let Some(target) = Target::new(&target, &lexicon) {
                proptest::prop_assert!(features(&reading, &tone, &target, &lexicon).iter().all(|x| x.is_finite()));
            }
        }
    }
}
