//! Whether a comment speaks of its article: eleven measures of shared words, and a logistic regression over them.
//!
//! Headline and summary are compared first. Body, parent comment and earlier comments can only raise the score: a
//! reply may follow the talk away from the headline, but no comment is off topic because others drifted. Where nothing
//! is shared the answer is `None`, not "off topic": most such comments are reactions or use a pronoun for the subject.
//! Only a longer comment that shares nothing with a whole body is scored all the same.
//! Probabilities are calibrated for as many comments on topic as off; a site sees far more on topic.

use serde::{Deserialize, Serialize};

use super::{
    artifact::ArtifactError,
    standard::{Linear, Standard, is_ordinary, sigmoid},
    words::{Lexicon, Reading, head},
};
use crate::text::Text;

/// The number of features.
pub const FEATURES: usize = 11;
/// Bytes read of headline, summary and body each: about 20,000 words.
const MAX_ARTICLE_BYTES: usize = 128 * 1024;
/// Bytes read of every other comment.
const MAX_COMMENT_BYTES: usize = 8 * 1024;
/// Earlier comments that are looked at, the latest ones.
const MAX_THREAD: usize = 20;
/// Under a body of so many words a comment that shares nothing is off topic, not unknown (a headline and its body share
/// nothing in 0.6 % of related pairs of FNC-1 and in 62 % of unrelated ones).
const MIN_BODY_WORDS: f32 = 50.0;
/// Shorter comments are reactions; they stay unknown.
const MIN_COMMENT_WORDS: f32 = 30.0;
/// P(on topic) of such a comment, for as many comments on topic as off: .006 / (.006 + .617), rounded up.
const SILENT: f32 = 0.02;
/// Bytes of a text that tell its language.
const SAMPLE_BYTES: usize = 1024;
/// Character grams count as shared above this cosine.
const TRACE: f32 = 0.01;

/// The fitted relevance head of one language.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RelevanceParams {
    /// Against headline and summary.
    pub near: (Standard, Linear),
    /// Against longer texts around the comment: body, parent, earlier comments.
    pub wide: (Standard, Linear),
    /// Over the log-odds of both: weight of near, weight of wide (at least 0), intercept.
    pub joint: [f32; 3],
}

/// The texts around a comment; any may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The headline.
    pub headline: &'a str,
    /// The summary.
    pub summary: &'a str,
    /// The body; its first 128 KiB are read, at most 20,000 tokens.
    pub body: &'a str,
    /// The comment that this one answers.
    pub parent: &'a str,
    /// Earlier comments, oldest first; 8 KiB of each of the last 20 are read.
    pub thread: &'a [String],
}

/// What a comment shares with another text: `[cosine, share of the other's stems found, share of the comment's stems
/// found, rarity of the rarest shared stem, ln(1 + shared stems), cosine of character grams, ln(1 + words of the
/// comment), ln(1 + words of the other), whether no stem is shared, ln(1 + shared names), share of the other's names
/// found]`.
pub fn features(comment: &Reading<'_>, other: &Reading<'_>) -> [f32; FEATURES] {
    let (mut dot, mut rarity, mut rarest, mut count) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for (a, b) in comment.stems.shared(&other.stems) {
        dot += a.weight * b.weight;
        rarity += a.rarity;
        rarest = rarest.max(a.rarity);
        count += 1.0;
    }
    let names = comment.names.iter().filter(|name| other.names.binary_search(name).is_ok()).count() as f32;
    let part = |of: f32| if of > 0.0 { rarity / of } else { 0.0 };
    [
        if dot > 0.0 { dot / (comment.stems.norm * other.stems.norm) } else { 0.0 },
        part(other.stems.rarity),
        part(comment.stems.rarity),
        rarest,
        libm::log1pf(count),
        comment.grams.cosine(&other.grams),
        libm::log1pf(comment.words as f32),
        libm::log1pf(other.words as f32),
        f32::from(u8::from(count == 0.0)),
        libm::log1pf(names),
        names / other.names.len().max(1) as f32,
    ]
}

/// Whether there is anything in common at all.
fn touches(features: &[f32; FEATURES]) -> bool {
    let [_, _, _, _, shared, grams, ..] = features;
    *shared > 0.0 || *grams > TRACE
}

/// Whether sharing nothing says something: a comment of some length under a body of some length.
fn is_telling(features: &[f32; FEATURES]) -> bool {
    let [_, _, _, _, _, _, comment, body, ..] = features;
    *comment >= libm::log1pf(MIN_COMMENT_WORDS) && *body >= libm::log1pf(MIN_BODY_WORDS)
}

/// Whether two texts are in one language: what shares no word with a text in another says nothing by that.
fn is_one_language(comment: &str, body: &str) -> bool {
    let code = |text| Text::read(head(text, SAMPLE_BYTES)).language().code;
    code(comment) == code(body)
}

fn log_odds((standard, linear): &(Standard, Linear), features: &[f32; FEATURES]) -> f32 {
    linear.sum(standard.apply(features))
}

impl RelevanceParams {
    /// Checks shapes and numbers.
    ///
    /// # Errors
    /// When a head has not as many weights as features, or a number is not of ordinary size.
    pub fn check(&self) -> Result<(), ArtifactError> {
        for (standard, linear) in [&self.near, &self.wide] {
            if [standard.means.len(), standard.scales.len(), linear.weights.len()] != [FEATURES; 3] {
                return Err(ArtifactError::Malformed("a head has not as many weights as features"));
            }
            if !standard.is_sound() || !linear.numbers().chain(self.joint).all(is_ordinary) {
                return Err(ArtifactError::Malformed(
                    "a number of a head is not finite or not of ordinary size",
                ));
            }
        }
        Ok(())
    }

    /// The log-odds against headline and summary, from [`features`].
    pub fn near(&self, features: &[f32; FEATURES]) -> f32 {
        log_odds(&self.near, features)
    }

    /// The log-odds against a longer text, from [`features`].
    pub fn wide(&self, features: &[f32; FEATURES]) -> f32 {
        log_odds(&self.wide, features)
    }

    /// The log-odds from what is known of both; at least those against headline and summary.
    pub fn both(&self, near: Option<f32>, wide: Option<f32>) -> Option<f32> {
        let [near_weight, wide_weight, intercept] = self.joint;
        match (near, wide) {
            (Some(near), Some(wide)) => Some(near.max(near_weight * near + wide_weight * wide + intercept)),
            (near, wide) => near.or(wide),
        }
    }

    /// P(on topic) in `[0, 1]`. `None` without headline, summary and body, for a comment without words of content,
    /// and where the comment shares nothing with any text around it, unless it is of some length and the body too.
    pub fn probability(
        &self,
        comment: &Reading<'_>,
        around: &Surroundings<'_>,
        lexicon: &Lexicon,
    ) -> Option<f32> {
        let told = [around.headline, around.summary, around.body];
        if told.iter().all(|t| t.trim().is_empty()) || comment.stems.terms.is_empty() {
            return None;
        }
        let compare = |texts: &mut dyn Iterator<Item = &str>, max_bytes| {
            let texts = texts.filter(|t| !t.trim().is_empty());
            let texts: Vec<Text<'_>> = texts.map(|t| Text::read(head(t, max_bytes))).collect();
            let other = Reading::of_all(&texts, lexicon);
            (!other.stems.terms.is_empty()).then(|| features(comment, &other))
        };
        let near = compare(&mut [around.headline, around.summary].into_iter(), MAX_ARTICLE_BYTES);
        let latest = around.thread.len().saturating_sub(MAX_THREAD);
        let wide = [
            compare(&mut std::iter::once(around.body), MAX_ARTICLE_BYTES),
            compare(&mut std::iter::once(around.parent), MAX_COMMENT_BYTES),
            compare(&mut around.thread.iter().skip(latest).map(String::as_str), MAX_COMMENT_BYTES),
        ];
        let [body, ..] = &wide;
        if !near.iter().chain(wide.iter().flatten()).any(touches) {
            return body
                .filter(|f| is_telling(f) && is_one_language(comment.folded, around.body))
                .map(|_| SILENT);
        }
        let best = wide.iter().flatten().map(|f| self.wide(f)).reduce(f32::max);
        self.both(near.map(|f| self.near(&f)), best).map(sigmoid)
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

    /// A head that looks at the cosine alone.
    fn params() -> RelevanceParams {
        let standard = Standard { means: vec![0.1; FEATURES], scales: vec![0.1; FEATURES] };
        let mut weights = vec![0.0; FEATURES];
        weights[0] = 2.0;
        let head = (standard, Linear { weights, intercept: 0.0 });
        RelevanceParams { near: head.clone(), wide: head, joint: [0.5, 0.5, 0.3] }
    }

    fn probability(comment: &str, around: &Surroundings<'_>) -> Option<f32> {
        let (lexicon, text) = (lexicon(), Text::read(comment));
        params().probability(&Reading::new(&text, &lexicon), around, &lexicon)
    }

    const HARBOUR: Surroundings<'static> = Surroundings {
        headline: "Harbour bridge closed for repairs",
        summary: "Ferries will carry commuters until the bridge reopens in spring",
        body: "",
        parent: "",
        thread: &[],
    };

    #[test]
    fn a_comment_about_the_article_scores_above_one_about_something_else() {
        let on = probability("Closing the harbour bridge will swamp the ferries", &HARBOUR).unwrap();
        let off =
            probability("My grandmother bakes plum cake in spring with sugar and almonds", &HARBOUR).unwrap();
        assert!(on > 0.7 && off < on - 0.2, "{on} {off}");
    }

    #[test]
    fn a_comment_that_shares_nothing_is_unknown() {
        assert_eq!(probability("Wow, just wow", &HARBOUR), None);
    }

    #[test]
    fn shared_names_are_counted_and_weighed() {
        let lexicon = lexicon();
        let (comment, article) =
            (Text::read("I saw Ingrid in Bergen"), Text::read("The mayor of Bergen, Liv Moe"));
        let features = features(&Reading::new(&comment, &lexicon), &Reading::new(&article, &lexicon));
        assert_eq!(features[9..], [libm::log1pf(1.0), 1.0 / 3.0]);
    }

    #[test]
    fn without_an_article_nothing_can_be_told() {
        let thread = [String::from("the bridge"), String::from("wow")];
        assert_eq!(
            probability("the bridge", &Surroundings { thread: &thread, ..Surroundings::default() }),
            None
        );
        assert_eq!(probability("... 42", &HARBOUR), None);
    }

    #[test]
    fn body_parent_and_thread_only_raise() {
        let comment = "Welders in orange jackets worked on the bridge all night";
        let alone = probability(comment, &HARBOUR).unwrap();
        for other in ["Welders with orange jackets everywhere", "Cake recipes, please", "", "bridge", "night"]
        {
            let thread = [other.to_owned()];
            for around in [
                Surroundings { body: other, ..HARBOUR },
                Surroundings { parent: other, ..HARBOUR },
                Surroundings { thread: &thread, ..HARBOUR },
            ] {
                assert!(probability(comment, &around).unwrap() >= alone, "{other}");
            }
        }
        let raised = Surroundings { parent: "Welders in orange jackets, all night", ..HARBOUR };
        assert!(probability(comment, &raised).unwrap() > alone + 0.05);
    }

    #[test]
    fn what_lies_beyond_the_first_words_of_a_body_does_not_count() {
        let filler = "gravel ".repeat(150_000);
        let long = format!("{filler} welders");
        assert!(long.len() > 1_000_000);
        let around = |body| Surroundings { headline: "Quarry news", body, ..Surroundings::default() };
        assert_eq!(probability("Welders!", &around(&long)), None);
        assert!(probability("Welders!", &around("welders")).is_some());
    }

    #[test]
    fn the_same_question_has_the_same_answer() {
        let ask = || probability("The bridge reopens in spring, they say", &HARBOUR).map(f32::to_bits);
        assert_eq!(ask(), ask());
    }

    proptest::proptest! {
        #[test]
        fn any_texts_give_a_probability_or_nothing(
            comment in "\\PC{0,80}", headline in "\\PC{0,80}", body in "\\PC{0,80}", parent in "[a-z ]{0,40}",
        ) {
            let around = Surroundings { headline: &headline, summary: "", body: &body, parent: &parent, thread: &[] };
            if let Some(p) = probability(&comment, &around) {
                proptest::prop_assert!((0.0..=1.0).contains(&p));
            }
        }
    }

    #[test]
    fn a_long_comment_that_shares_nothing_with_a_whole_body_is_off_topic() {
        let body =
            "Ferries will carry commuters across the harbour until engineers reopen the bridge. ".repeat(6);
        let around = Surroundings { body: &body, ..HARBOUR };
        let recipe = "Chop two onions and fry them slowly with garlic, add tomatoes, basil, pepper and a spoon of sugar, \
            simmer gently, season again, then serve with fresh pasta, grated cheese, olives and plenty of good bread";
        assert_eq!(probability(recipe, &around), Some(SILENT));
        assert_eq!(probability("Chop two onions and fry them slowly", &around), None);
        assert_eq!(probability(recipe, &HARBOUR), None);
        let korean = "다리를 고치는 동안 배가 승객을 나른다고 시는 밝혔다. 공사는 봄에 끝난다. ".repeat(12);
        let korean = Surroundings { headline: "다리 공사", summary: "", body: &korean, ..HARBOUR };
        assert_eq!(probability(recipe, &korean), None);
    }
}
