//! Fits the sentiment head on texts whose tone people rated, and measures it.
//!
//! English sources are tweets, product and film reviews, newspaper opinion and news; Korean ones are film reviews and
//! comments. The three classes count alike.

use super::{
    config::{ArticleConfig, SentimentConfig},
    corpus::{CorpusError, Row, rows},
    hashed::{Example, Settings, fit},
    measured::Measured,
    metrics::{accuracy, best, macro_f1, macro_recall},
    sets::{SetError, Sets},
};
use crate::{
    classifier::{
        sentiment::{FEATURES, SentimentParams, columns, features},
        words::{Lexicon, Morphology, Reading, hash},
    },
    text::Text,
};
use std::path::Path;

/// Numbers are scaled by this before fitting.
const NUMBERS_SCALE: f32 = 0.3;
const FOLDS: u32 = 5;
/// The set whose articles are left out in turn.
const OPINION: &str = "vader_nyt";

fn class(row: &Row) -> Option<usize> {
    match row.sentiment.as_deref()? {
        "positive" => Some(0),
        "neutral" => Some(1),
        "negative" => Some(2),
        _ => None,
    }
}

fn example(row: &Row, weight: f32, lexicon: &Lexicon) -> Option<Example<FEATURES>> {
    let class = class(row)?;
    let text = Text::read(&row.text);
    let reading = Reading::new(&text, lexicon);
    Some(Example {
        columns: columns(&text, &reading, lexicon.morphology),
        numbers: features(&reading),
        class,
        weight,
        group: row.article().map_or_else(|| hash(&row.id), hash),
    })
}

fn head(examples: &[&Example<FEATURES>], config: &SentimentConfig) -> Result<SentimentParams, CorpusError> {
    let settings = Settings {
        head: "sentiment",
        buckets: config.buckets,
        l2: config.l2,
        numbers_scale: NUMBERS_SCALE,
        calibrate: true,
    };
    Ok(SentimentParams(fit(examples, settings)?))
}

fn examples(
    sets: &Sets,
    config: &SentimentConfig,
    lexicon: &Lexicon,
) -> Result<Vec<Example<FEATURES>>, SetError> {
    let mut out = Vec::new();
    for (name, weight) in &config.sets {
        out.extend(sets.rows(name)?.into_iter().filter_map(|row| example(row, *weight, lexicon)));
    }
    Ok(out)
}

/// Fits the head on all sources.
///
/// # Errors
/// When a set is not there or cannot be fitted.
pub fn train(sets: &Sets, config: &SentimentConfig, lexicon: &Lexicon) -> Result<SentimentParams, SetError> {
    Ok(head(&examples(sets, config, lexicon)?.iter().collect::<Vec<_>>(), config)?)
}

/// Gold class and probabilities.
fn said(params: &SentimentParams, lexicon: &Lexicon, row: &Row) -> Option<(usize, [f32; 3])> {
    let text = Text::read(&row.text);
    let reading = Reading::new(&text, lexicon);
    let found = params.sentiment(&text, &reading, lexicon.morphology)?;
    Some((class(row)?, [found.positive, found.neutral, found.negative]))
}

/// Figures on sets for measuring; newspaper opinion by articles left out in turn.
///
/// # Errors
/// When a corpus cannot be read or fitted.
pub fn evaluate(
    data: &Path,
    sets: &Sets,
    config: &ArticleConfig,
    params: &SentimentParams,
    lexicon: &Lexicon,
) -> Result<Vec<Measured>, SetError> {
    let Some(own) = &config.sentiment else { return Ok(Vec::new()) };
    if lexicon.morphology == Morphology::Particles {
        return Ok(korean(data, params, lexicon)?);
    }
    let mut out = Vec::new();
    let tweets = rows(&data.join("dev/te_sentiment.val.jsonl"))?;
    let pairs: Vec<_> =
        tweets.iter().filter_map(|r| said(params, lexicon, r)).map(|(g, p)| (g, best(p))).collect();
    out.extend(Measured::of("te_sentiment.val", "sentiment macro-recall", &pairs, |p| macro_recall(p, 3)));
    out.extend(Measured::of("te_sentiment.val", "sentiment macro-F1", &pairs, |p| macro_f1(p, 3)));
    let mut pairs = Vec::new();
    if own.sets.contains_key(OPINION) {
        for fold in 0..FOLDS {
            let is_left_out = |row: &Row| row.article().is_some_and(|a| hash(a) % FOLDS == fold);
            let opinion = sets.rows(OPINION)?;
            let mut kept = Vec::new();
            for (name, weight) in &own.sets {
                let rows = sets.rows(name)?.into_iter().filter(|row| name != OPINION || !is_left_out(row));
                kept.extend(rows.filter_map(|row| example(row, *weight, lexicon)));
            }
            let params = head(&kept.iter().collect::<Vec<_>>(), own)?;
            let left_out = opinion.into_iter().filter(|row| is_left_out(row));
            pairs.extend(left_out.filter_map(|r| said(&params, lexicon, r)).map(|(g, p)| (g, best(p))));
        }
    }
    out.extend(Measured::of(OPINION, "sentiment macro-F1, 5-fold by article", &pairs, |p| macro_f1(p, 3)));
    Ok(out)
}

fn korean(data: &Path, params: &SentimentParams, lexicon: &Lexicon) -> Result<Vec<Measured>, CorpusError> {
    let reviews = rows(&data.join("dev/nsmc_test_sample.jsonl"))?;
    // Reviews are good or bad: of the two, which is likelier.
    let said = |row: &Row| said(params, lexicon, row);
    let pairs: Vec<_> = reviews
        .iter()
        .filter_map(said)
        .filter(|(gold, _)| *gold != 1)
        .map(|(gold, [positive, _, negative])| (gold, if positive >= negative { 0 } else { 2 }))
        .collect();
    Ok(Measured::of("nsmc_test_sample", "sentiment accuracy, two classes", &pairs, accuracy)
        .into_iter()
        .collect())
}
