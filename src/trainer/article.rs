//! Fits the heads that look at the article, one after the other: each uses what the lexicon learnt.

use super::{
    config::ArticleConfig,
    relevance, sentiment,
    sets::{SetError, Sets},
    stance, valence,
};
use crate::classifier::article::ArticleHeads;

/// Fits the heads that the configuration names.
///
/// # Errors
/// When a set is not there or cannot be fitted.
pub fn train(sets: &Sets, config: &ArticleConfig, seed: u64) -> Result<ArticleHeads, SetError> {
    let lexicon = valence::train(sets, config)?;
    let relevance = (!config.relevance.is_empty()).then(|| relevance::train(sets, config, &lexicon, seed));
    let stance = config.stance.as_ref().map(|stance| stance::train(sets, stance, &lexicon, seed));
    let sentiment = config.sentiment.as_ref().map(|sentiment| sentiment::train(sets, sentiment, &lexicon));
    Ok(ArticleHeads {
        relevance: relevance.transpose()?,
        stance: stance.transpose()?,
        sentiment: sentiment.transpose()?,
        lexicon,
    })
}
