//! The heads that look at a comment beside its article: relevance, stance, sentiment, over one shared lexicon.

use serde::{Deserialize, Serialize};

use super::{
    Question,
    artifact::ArtifactError,
    relevance::{RelevanceParams, Surroundings},
    sentiment::{self, SentimentParams},
    stance::{Comment, StanceParams},
    standard::is_ordinary,
    target::LoadedTarget,
    unknown_stances,
    valence::Tone,
    words::{Lexicon, Reading},
};
use crate::scores::{Sentiment, Stance};

/// The article heads of one language, as stored and as served. What a model was not trained for is `None` and unknown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ArticleHeads {
    /// What the heads know of words.
    pub lexicon: Lexicon,
    /// Relevance.
    pub relevance: Option<RelevanceParams>,
    /// Stance.
    pub stance: Option<StanceParams>,
    /// Sentiment.
    pub sentiment: Option<SentimentParams>,
}

impl ArticleHeads {
    /// Checks that every head has as many weights as features.
    ///
    /// # Errors
    /// When a head's shape is wrong.
    pub fn check(self) -> Result<Self, ArtifactError> {
        self.relevance.as_ref().map_or(Ok(()), RelevanceParams::check)?;
        self.stance.as_ref().map_or(Ok(()), StanceParams::check)?;
        self.sentiment.as_ref().map_or(Ok(()), |s| s.0.check(sentiment::FEATURES))?;
        let Lexicon { roles, rarity, valence, polarity, .. } = &self.lexicon;
        if rarity.keys.len() != rarity.stems.len()
            || valence.keys.len() != valence.weights.len()
            || !rarity.grams.len().is_power_of_two()
            || !rarity.keys.is_ascending()
            || !valence.keys.is_ascending()
            || !roles.is_sound()
            || !polarity.is_sound()
        {
            return Err(ArtifactError::Malformed("words and what is known of them do not fit"));
        }
        if ![rarity.unseen, valence.scale].into_iter().all(is_ordinary) {
            return Err(ArtifactError::Malformed(
                "a number of the lexicon is not finite or not of ordinary size",
            ));
        }
        Ok(self)
    }

    /// P(on topic), stances in the order of their targets, and sentiment. A target with a head of its own is left to that.
    pub fn scores(
        &self,
        question: &Question<'_>,
        own_heads: &[LoadedTarget],
    ) -> (Option<f32>, Vec<Stance>, Option<Sentiment>) {
        let Question { text, headline, summary, body, parent, thread, .. } = *question;
        let mut others = question.stance_targets().chain([headline, summary, body]);
        let compares = self.relevance.is_some() || self.stance.is_some();
        let reading = if compares && others.any(|other| !other.trim().is_empty()) {
            Reading::new(text, &self.lexicon)
        } else {
            Reading::of_words(text, &self.lexicon)
        };
        let around = Surroundings { headline, summary, body, parent, thread };
        let stances = match &self.stance {
            Some(heads) if question.stance_targets().next().is_some() => {
                let tone = Tone::new(&reading, &self.lexicon.valence);
                let comment = Comment::new(text, &reading, &tone);
                let stance = |target| match own_heads.iter().find(|own| own.is_for(target)) {
                    Some(own) => own.stance(&comment, target, heads, &self.lexicon),
                    None => heads.stance(&comment, target, &self.lexicon),
                };
                question.stance_targets().map(stance).collect()
            }
            _ => unknown_stances(question),
        };
        let on_topic = self.relevance.as_ref().and_then(|r| r.probability(&reading, &around, &self.lexicon));
        let sentiment =
            self.sentiment.as_ref().and_then(|s| s.sentiment(text, &reading, self.lexicon.morphology));
        (on_topic, stances, sentiment)
    }
}
