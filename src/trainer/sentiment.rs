//! Fits the sentiment head on sentences whose tone people rated, and measures it.
//!
//! Sources are tweets, product and film reviews, newspaper opinion and news: no set of reader comments has ratings.
//! Rows are weighted so that the three classes count alike.

use std::path::Path;

use linfa::{DatasetBase, traits::Fit as _};
use ndarray::Array1;

use super::{
    corpus::{CorpusError, Row, rows},
    metrics::{accuracy, best, macro_f1, macro_recall},
};
use crate::{
    classifier::{
        sentiment::{BUCKETS, SentimentParams, buckets, share},
        valence::Tone,
        words::{Lexicon, Reading},
    },
    sparse_logistic::{Csr, SparseMultiLogisticRegression},
    text::Text,
};

/// The penalty: 1 / C of the recipe's C = 3.
const L2: f64 = 1.0 / 3.0;
const MAX_ITERATIONS: u64 = 150;
/// Valence is scaled by this before fitting, so that the penalty hardly holds it back.
const VALENCE_SCALE: f32 = 0.3;
const SOURCES: [&str; 5] = ["vader_tweets", "vader_amazon", "vader_movie", "vader_nyt", "newsmtsc"];
const FOLDS: usize = 5;

/// One featurised row.
struct Example {
    columns: Vec<(u32, f32)>,
    class: usize,
    /// Rows of one article share a fold; `None` outside newspaper opinion.
    fold: Option<usize>,
}

fn class(row: &Row) -> Option<usize> {
    match row.sentiment.as_deref()? {
        "positive" => Some(0),
        "neutral" => Some(1),
        "negative" => Some(2),
        _ => None,
    }
}

fn example(row: &Row, lexicon: &Lexicon, is_opinion: bool) -> Option<Example> {
    let text = Text::read(&row.text);
    let reading = Reading::new(&text, lexicon);
    let found = buckets(&reading);
    let value = share(found.len());
    let mut columns: Vec<(u32, f32)> = found.into_iter().map(|b| (b, value)).collect();
    columns.push((BUCKETS as u32, Tone::new(&reading, &lexicon.valence).whole * VALENCE_SCALE));
    let article: Option<usize> = row.id.split('_').next().and_then(|a| a.parse().ok());
    Some(Example { columns, class: class(row)?, fold: article.filter(|_| is_opinion).map(|a| a % FOLDS) })
}

fn examples(data: &Path, lexicon: &Lexicon) -> Result<Vec<Example>, CorpusError> {
    let mut out = Vec::new();
    for name in SOURCES {
        let all = rows(&data.join(format!("train/{name}.jsonl")))?;
        out.extend(all.iter().filter_map(|r| example(r, lexicon, name == "vader_nyt")));
    }
    Ok(out)
}

/// Fits the head on all sources.
///
/// # Errors
/// When a corpus cannot be read or fitted.
pub fn train(data: &Path, lexicon: &Lexicon) -> Result<SentimentParams, CorpusError> {
    fit(&examples(data, lexicon)?.iter().collect::<Vec<_>>())
}

fn fit(examples: &[&Example]) -> Result<SentimentParams, CorpusError> {
    let failed =
        |e: crate::sparse_logistic::Error| CorpusError::Fit { head: "sentiment", reason: e.to_string() };
    let mut records = Csr::new(BUCKETS + 1).map_err(failed)?;
    let mut counts = [0.0_f32; 3];
    for example in examples {
        records.push_row(&example.columns).map_err(failed)?;
        if let Some(count) = counts.get_mut(example.class) {
            *count += 1.0;
        }
    }
    let total = examples.len() as f32;
    let weight = |e: &&Example| counts.get(e.class).map_or(1.0, |n| total / 3.0 / n.max(1.0));
    let classes: Array1<usize> = examples.iter().map(|e| e.class).collect();
    let dataset =
        DatasetBase::new(records, classes).with_weights(examples.iter().map(weight).collect::<Array1<f32>>());
    let model = SparseMultiLogisticRegression::params()
        .l2(L2)
        .max_iterations(MAX_ITERATIONS)
        .fit(&dataset)
        .map_err(failed)?;
    let mut sizes: Vec<f64> =
        model.weights.rows().into_iter().take(BUCKETS).flatten().map(|w| w.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let top = sizes.get(sizes.len() * 9995 / 10_000).copied().unwrap_or(1.0).max(1e-6);
    let step = |w: f64| (w / top * 127.0).round().clamp(-127.0, 127.0) as i8;
    let three = |mut values: Box<dyn Iterator<Item = f64> + '_>| {
        std::array::from_fn::<f64, 3, _>(|_| values.next().unwrap_or_default())
    };
    let row = |i: usize| three(Box::new(model.weights.row(i).to_vec().into_iter()));
    Ok(SentimentParams {
        weights: (0..BUCKETS).map(|i| row(i).map(step)).collect(),
        scale: (top / 127.0) as f32,
        valence: row(BUCKETS).map(|w| w as f32 * VALENCE_SCALE),
        intercepts: three(Box::new(model.intercepts.iter().copied())).map(|b| b as f32),
    })
}

/// Figures on sets for measuring; newspaper opinion by articles left out in turn.
///
/// # Errors
/// When a corpus cannot be read or fitted.
pub fn evaluate(
    data: &Path,
    params: &SentimentParams,
    lexicon: &Lexicon,
) -> Result<Vec<(String, f64)>, CorpusError> {
    let said = |params: &SentimentParams, row: &Row| {
        let text = Text::read(&row.text);
        let reading = Reading::new(&text, lexicon);
        let valence = Tone::new(&reading, &lexicon.valence).whole;
        let found = params.sentiment(&reading, valence)?;
        Some((class(row)?, best([found.positive, found.neutral, found.negative])))
    };
    let mut out = Vec::new();
    let tweets = rows(&data.join("dev/te_sentiment.val.jsonl"))?;
    let pairs: Vec<_> = tweets.iter().filter_map(|r| said(params, r)).collect();
    out.push(("sentiment te_sentiment.val macro-recall".to_owned(), macro_recall(&pairs, 3)));
    out.push(("sentiment te_sentiment.val macro-F1".to_owned(), macro_f1(&pairs, 3)));
    out.push(("sentiment te_sentiment.val accuracy".to_owned(), accuracy(&pairs)));
    let all = examples(data, lexicon)?;
    let opinion = rows(&data.join("train/vader_nyt.jsonl"))?;
    let mut pairs = Vec::new();
    for fold in 0..FOLDS {
        let params = fit(&all.iter().filter(|e| e.fold != Some(fold)).collect::<Vec<_>>())?;
        let left_out = opinion.iter().filter(|r| {
            r.id.split('_').next().and_then(|a| a.parse::<usize>().ok()).is_some_and(|a| a % FOLDS == fold)
        });
        pairs.extend(left_out.filter_map(|r| said(&params, r)));
    }
    out.push(("sentiment vader_nyt 5-fold macro-F1".to_owned(), macro_f1(&pairs, 3)));
    Ok(out)
}
