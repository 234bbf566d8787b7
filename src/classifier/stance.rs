//! What a comment thinks of a target, if that can be told.
//!
//! First comes relevance: a comment that does not mention the target has an unknown stance, never a neutral one. The
//! sign of a stance towards a new topic is weak evidence (right in 55 of 100 cases on held-out topics), so a side is
//! named only above a high probability, and unknown is the normal answer.
//!
//! There are three routes. A target of a few words is a topic: 36 [`measures`] decide, that combine mention, valence
//! around mentions, negation, words of approval, and the polarity of the target itself ("ban cars" asks for less of
//! cars). A target of five words or more is a proposition, for which the comment's n-grams count too. A name
//! is a [`person`], for whom the words beside the name count.

pub mod measures;
pub mod person;

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use self::measures::Mentions;
pub use self::measures::{FEATURES, Target, features};
use super::{
    artifact::ArtifactError,
    hashed::{Columns, Hashed, join, text_keys},
    standard::softmax,
    valence::Tone,
    words::{Lexicon, Morphology, Reading},
};
use crate::{
    scores::{Stance, StanceLabel, StanceProbabilities},
    text::Text,
};

/// A target of so many words or more is a proposition, a shorter one a topic.
const PROPOSITION_WORDS: usize = 5;
/// Without a mention, the share of the target's character grams that the comment must hold to be scored.
const MIN_GRAMS: f32 = 0.3;

/// One head and how sure it must be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Route {
    /// Log-odds of favor, against and neutral, in this order.
    pub head: Hashed,
    /// The probability from which a side is named.
    pub sure: f32,
    /// The probability from which neutral is named.
    pub sure_neutral: f32,
}

/// The fitted stance heads of one language.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StanceParams {
    /// For topics, and for whatever has no head of its own.
    pub topic: Route,
    /// For propositions.
    pub proposition: Option<Route>,
    /// For persons.
    pub person: Option<Route>,
    /// Whether a comment must mention a topic or proposition to have a stance; not where the heads were fitted on all
    /// comments under a headline.
    pub needs_mention: bool,
}

/// A comment, read once for all targets.
#[derive(Debug)]
pub struct Comment<'a> {
    /// The text.
    pub text: &'a Text<'a>,
    /// Its words.
    pub reading: &'a Reading<'a>,
    /// Its valence.
    pub tone: &'a Tone,
    /// Its n-grams, made for the first target that needs them.
    keys: OnceCell<Columns>,
    /// Its words under the polarity of a target, likewise: as it is, and turned round.
    signed: [OnceCell<Columns>; 2],
}

impl<'a> Comment<'a> {
    /// A comment that was read with a lexicon.
    pub fn new(text: &'a Text<'a>, reading: &'a Reading<'a>, tone: &'a Tone) -> Self {
        Self { text, reading, tone, keys: OnceCell::new(), signed: Default::default() }
    }

    /// Words with negation marks, alone and in pairs; in Korean also character grams.
    pub fn keys(&self, morphology: Morphology) -> &Columns {
        self.keys.get_or_init(|| Columns::of(text_keys(self.text, self.reading, morphology, true)))
    }

    /// Words joined with the polarity of a target.
    fn signed(&self, is_turned: bool) -> &Columns {
        let [plain, turned] = &self.signed;
        let (cell, tag) = if is_turned { (turned, TURNED) } else { (plain, PLAIN) };
        cell.get_or_init(|| Columns::of(self.reading.units.iter().map(|u| join(tag, u.marked, 0)).collect()))
    }
}

/// Tags of n-grams beside a target as it is, and beside one that is turned round; the next number is that of words near a
/// mention.
const PLAIN: u32 = 10;
const TURNED: u32 = 20;

/// What a head for topics or propositions sees of a comment and a target. A topic head sees n-grams only where words have
/// endings without end (Korean); a proposition head sees the comment's words and pairs, its words joined with the polarity
/// of the target, and those near a mention too.
pub fn seen(
    comment: &Comment<'_>,
    target: &Target,
    is_proposition: bool,
    lexicon: &Lexicon,
) -> (Columns, [f32; FEATURES]) {
    let Comment { reading, tone, .. } = *comment;
    let mentions = Mentions::find(reading, tone, target);
    let mut columns = Columns::default();
    if is_proposition || lexicon.morphology == Morphology::Particles {
        columns.extend(comment.keys(lexicon.morphology));
    }
    if is_proposition {
        let is_turned = target.sign <= 0.0;
        let tag = if is_turned { TURNED } else { PLAIN };
        columns.extend(comment.signed(is_turned));
        columns.add(mentions.near.iter().map(|u| join(tag + 1, u.marked, 0)).collect());
    }
    (columns, features(reading, tone, target, &mentions, lexicon))
}

/// The mean log-odds over the sentences that name a person.
pub fn towards_person(
    head: &Hashed,
    reading: &Reading<'_>,
    target: &Target,
    lexicon: &Lexicon,
) -> Option<[f32; 3]> {
    let (mut sums, mut count) = ([0.0_f32; 3], 0.0_f32);
    for mention in person::mentions(reading, target) {
        let found = head.log_odds(&mention.columns(), &mention.features(&lexicon.valence));
        sums.iter_mut().zip(found).for_each(|(sum, z)| *sum += z);
        count += 1.0;
    }
    (count > 0.0).then(|| sums.map(|sum| sum / count))
}

impl StanceParams {
    /// Checks shapes.
    ///
    /// # Errors
    /// When a head's shape is wrong or a threshold is no probability.
    pub fn check(&self) -> Result<(), ArtifactError> {
        self.topic.check(FEATURES)?;
        self.proposition.as_ref().map_or(Ok(()), |route| route.check(FEATURES))?;
        self.person.as_ref().map_or(Ok(()), |route| route.check(person::FEATURES))
    }

    /// All routes.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        std::iter::once(&self.topic).chain(&self.proposition).chain(&self.person)
    }

    /// P(favor), P(against) and P(neutral) before anything is held back, with the route that was taken; `None` where
    /// nothing can be told: the target has no word, or the comment does not speak of it.
    pub fn probabilities(
        &self,
        comment: &Comment<'_>,
        target: &str,
        lexicon: &Lexicon,
    ) -> Option<(&Route, [f32; 3])> {
        let read = Target::new(target, lexicon)?;
        if let Some(route) = self.person.as_ref().filter(|_| person::is_person(target)) {
            let log_odds = towards_person(&route.head, comment.reading, &read, lexicon)?;
            return Some((route, softmax(log_odds)));
        }
        let proposition = self.proposition.as_ref().filter(|_| read.words >= PROPOSITION_WORDS);
        let (columns, measures) = seen(comment, &read, proposition.is_some(), lexicon);
        let [_, _, _, _, _, _, grams, ..] = measures;
        let is_mentioned = comment.reading.units.iter().any(|u| read.stems.binary_search(&u.stem).is_ok());
        if self.needs_mention && !is_mentioned && grams < MIN_GRAMS {
            return None;
        }
        let route = proposition.unwrap_or(&self.topic);
        Some((route, route.head.probabilities(&columns, &measures)))
    }

    /// The stance of a comment towards a target as given.
    pub fn stance(&self, comment: &Comment<'_>, target: &str, lexicon: &Lexicon) -> Stance {
        let found = self.probabilities(comment, target, lexicon);
        Stance {
            target: target.to_owned(),
            label: found.map_or(StanceLabel::Unknown, |(route, probabilities)| route.label(probabilities)),
            probabilities: found.map(|(_, [favor, against, neutral])| StanceProbabilities {
                favor,
                against,
                neutral,
            }),
        }
    }
}

impl Route {
    /// Checks shape and thresholds, for so many numbers beside the n-grams.
    ///
    /// # Errors
    /// When the head's shape is wrong, a number is not of ordinary size or a threshold is no probability.
    pub fn check(&self, numbers: usize) -> Result<(), ArtifactError> {
        if ![self.sure, self.sure_neutral].iter().all(|sure| (0.0..=1.0).contains(sure)) {
            return Err(ArtifactError::Malformed("a threshold of the stance head is no probability"));
        }
        self.head.check(numbers)
    }

    /// The label that probabilities are sure enough for.
    pub fn label(&self, [favor, against, neutral]: [f32; 3]) -> StanceLabel {
        if favor >= self.sure {
            StanceLabel::Favor
        } else if against >= self.sure {
            StanceLabel::Against
        } else if neutral >= self.sure_neutral {
            StanceLabel::Neutral
        } else {
            StanceLabel::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{
        lists::ENGLISH,
        standard::{Linear, Standard},
        words::{Rarity, Roles},
    };

    fn lexicon() -> Lexicon {
        let rarity = Rarity { unseen: 10.0, ..Rarity::default() };
        Lexicon { roles: Roles::new(&ENGLISH), rarity, ..Lexicon::default() }
    }

    fn route(favor: f32, features: usize, sure: f32) -> Route {
        let standard = Standard { means: vec![0.0; features], scales: vec![1.0; features] };
        let linear = |intercept| Linear { weights: vec![0.1; features], intercept };
        let classes = [linear(favor), linear(0.0), linear(0.0)];
        Route { head: Hashed { standard, classes, ..Hashed::default() }, sure, sure_neutral: 0.5 }
    }

    fn params(favor: f32) -> StanceParams {
        StanceParams {
            topic: route(favor, FEATURES, 0.7),
            proposition: Some(route(favor, FEATURES, 0.6)),
            person: Some(route(favor, person::FEATURES, 0.6)),
            needs_mention: true,
        }
    }

    fn measured(comment: &str, target: &str) -> [f32; FEATURES] {
        let lexicon = lexicon();
        let text = Text::read(comment);
        let reading = Reading::new(&text, &lexicon);
        let tone = Tone::new(&reading, &lexicon.valence);
        let comment = Comment::new(&text, &reading, &tone);
        seen(&comment, &Target::new(target, &lexicon).unwrap(), false, &lexicon).1
    }

    fn stance(comment: &str, target: &str, favor: f32) -> Stance {
        let lexicon = lexicon();
        let text = Text::read(comment);
        let reading = Reading::new(&text, &lexicon);
        let tone = Tone::new(&reading, &lexicon.valence);
        params(favor).stance(&Comment::new(&text, &reading, &tone), target, &lexicon)
    }

    fn named(features: &[f32; FEATURES], name: &str) -> f32 {
        features[measures::NAMES.iter().position(|&n| n == name).unwrap()]
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
    fn a_proposition_and_a_person_have_heads_of_their_own() {
        let target = "The city should keep its congestion charge";
        assert_eq!(stance("Yes, keep the charge", target, 1.3).label, StanceLabel::Favor);
        assert_eq!(stance("Thank you, Mayor Example", "Mayor Example", 1.3).label, StanceLabel::Favor);
        assert_eq!(stance("Thank you all", "Mayor Example", 1.3).label, StanceLabel::Unknown);
    }

    #[test]
    fn heads_whose_shape_is_wrong_are_refused() {
        assert_eq!(params(0.0).check(), Ok(()));
        let unsure = StanceParams { topic: route(0.0, FEATURES, 1.5), ..params(0.0) };
        let short = StanceParams { person: Some(route(0.0, 5, 0.5)), ..params(0.0) };
        assert!(unsure.check().is_err() && short.check().is_err());
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
            let comment = Comment::new(&text, &reading, &tone);
            if let Some(target) = Target::new(&target, &lexicon) {
                proptest::prop_assert!(seen(&comment, &target, true, &lexicon).1.iter().all(|x| x.is_finite()));
            }
        }
    }
}
