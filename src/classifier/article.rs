//! The heads that look at a comment beside its article: relevance, stance, sentiment, over one shared lexicon.

use serde::{Deserialize, Serialize};

use super::{
    Question,
    artifact::ArtifactError,
    relevance::{self, RelevanceParams, Surroundings},
    sentiment::{self, SentimentParams},
    stance::{self, StanceParams},
    standard::{Linear, Standard},
    valence::Tone,
    words::{Lexicon, Reading},
};
use crate::scores::{Sentiment, Stance};

/// No fitted number is anywhere near this; a larger one could make a score infinite.
const MAX_NUMBER: f32 = 1e6;

/// The article heads of one language, as stored and as served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArticleHeads {
    /// What the heads know of words.
    pub lexicon: Lexicon,
    /// Relevance.
    pub relevance: RelevanceParams,
    /// Stance.
    pub stance: StanceParams,
    /// Sentiment.
    pub sentiment: SentimentParams,
}

impl ArticleHeads {
    /// Checks that every head has as many weights as features.
    ///
    /// # Errors
    /// When a head's shape is wrong.
    pub fn check(self) -> Result<Self, ArtifactError> {
        let near = [&self.relevance.near, &self.relevance.wide];
        let stance = self.stance.classes.iter().map(|class| (&self.stance.standard, class, stance::FEATURES));
        let heads =
            near.into_iter().map(|(standard, linear)| (standard, linear, relevance::FEATURES)).chain(stance);
        for (standard, linear, features) in heads {
            if [standard.means.len(), standard.scales.len(), linear.weights.len()] != [features; 3] {
                return Err(ArtifactError::Malformed("a head has not as many weights as features"));
            }
        }
        if self.sentiment.weights.len() != sentiment::BUCKETS {
            return Err(ArtifactError::Malformed("the sentiment head has not as many weights as buckets"));
        }
        let Lexicon { roles, rarity, valence } = &self.lexicon;
        let ascending = |keys: &[u32]| keys.is_sorted_by(|a, b| a < b);
        if rarity.keys.len() != rarity.stems.len()
            || valence.keys.len() != valence.weights.len()
            || !rarity.grams.len().is_power_of_two()
            || !ascending(&rarity.keys)
            || !ascending(&valence.keys)
            || !roles.is_sound()
        {
            return Err(ArtifactError::Malformed("words and what is known of them do not fit"));
        }
        if !self.numbers().all(|n| n.is_finite() && n.abs() < MAX_NUMBER) || !self.scales().all(|s| s > 0.0) {
            return Err(ArtifactError::Malformed(
                "a number of an article head is not finite or not of ordinary size",
            ));
        }
        Ok(self)
    }

    fn linears(&self) -> impl Iterator<Item = &Linear> {
        let relevance = [&self.relevance.near.1, &self.relevance.wide.1];
        relevance.into_iter().chain(&self.stance.classes)
    }

    fn standards(&self) -> [&Standard; 3] {
        [&self.relevance.near.0, &self.relevance.wide.0, &self.stance.standard]
    }

    fn scales(&self) -> impl Iterator<Item = f32> {
        self.standards().into_iter().flat_map(|s| s.scales.iter().copied())
    }

    /// Every number that scores are made of.
    fn numbers(&self) -> impl Iterator<Item = f32> {
        let SentimentParams { weights: _, scale, valence, intercepts } = &self.sentiment;
        let words = [self.lexicon.rarity.unseen, self.lexicon.valence.scale, *scale];
        self.linears()
            .flat_map(|l| l.weights.iter().copied().chain([l.intercept]))
            .chain(self.standards().into_iter().flat_map(|s| s.means.iter().copied()))
            .chain(self.scales())
            .chain(self.relevance.joint)
            .chain(words)
            .chain(*valence)
            .chain(*intercepts)
    }

    /// P(on topic), stances in the order of their targets, and sentiment.
    pub fn scores(&self, question: &Question<'_>) -> (Option<f32>, Vec<Stance>, Option<Sentiment>) {
        let Question { headline, summary, body, parent, thread, .. } = *question;
        let comment = Reading::new(question.text, &self.lexicon);
        let tone = Tone::new(&comment, &self.lexicon.valence);
        let around = Surroundings { headline, summary, body, parent, thread };
        let stance = |target: &str| self.stance.stance(&comment, &tone, target, &self.lexicon);
        (
            self.relevance.probability(&comment, &around, &self.lexicon),
            question.stance_targets().map(stance).collect(),
            self.sentiment.sentiment(&comment, tone.whole),
        )
    }
}
