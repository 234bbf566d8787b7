//! The heads that look at a comment beside its article: relevance, stance, sentiment, over one shared lexicon.

use serde::{Deserialize, Serialize};

use super::{
    Question,
    artifact::ArtifactError,
    relevance::{self, RelevanceParams, Surroundings},
    sentiment::{self, SentimentParams},
    stance::{self, StanceParams},
    valence::Tone,
    words::{Lexicon, Reading},
};
use crate::scores::{Sentiment, Stance};

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
        let rarity = &self.lexicon.rarity;
        if rarity.keys.len() != rarity.stems.len() || !rarity.grams.len().is_power_of_two() {
            return Err(ArtifactError::Malformed("rarities do not fit their words"));
        }
        Ok(self)
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
