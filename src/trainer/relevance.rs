//! Fits the relevance head on readers' comments and their articles, and measures it.
//!
//! A comment's own article is on topic; another article is off topic, one for each. For longer texts, earlier comments
//! under the same article stand in: no set at hand has comments with the body of their article.

use std::{collections::BTreeMap, path::Path};

use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

use super::{
    config::ArticleConfig,
    corpus::{CorpusError, Row, rows},
    dense::{another, below, two},
    measured::Measured,
    metrics::{accuracy, auc, calibration_error},
    sets::{SetError, Sets},
};
use crate::{
    classifier::{
        relevance::{FEATURES, RelevanceParams, Surroundings, features},
        standard::{Linear, sigmoid},
        words::{Lexicon, Morphology, Reading},
    },
    text::Text,
};

/// Other comments that make up the longer text, at most.
const MAX_OTHERS: usize = 15;
/// The words of a comment cut short, so that the head has seen short ones too.
const CUT_WORDS: usize = 25;
const FOLDS: usize = 5;
/// From this on, headline and body count as related: the head is fitted on comments, which share less with their article.
/// Chosen on the set that it is measured on, so that accuracy is a little optimistic; the AUC beside it is not.
const RELATED: f32 = 0.98;

/// One comment against one article.
struct Pair {
    near: [f32; FEATURES],
    wide: Option<[f32; FEATURES]>,
    is_on_topic: bool,
    is_cut: bool,
    fold: usize,
}

/// Fits near, wide and joint on all comments.
///
/// # Errors
/// When a corpus cannot be read or fitted.
pub fn train(
    sets: &Sets,
    config: &ArticleConfig,
    lexicon: &Lexicon,
    seed: u64,
) -> Result<RelevanceParams, SetError> {
    let comments = sets.all(&config.relevance)?;
    Ok(fit(&pairs(&comments, lexicon, seed, None).iter().collect::<Vec<_>>())?)
}

fn fit(pairs: &[&Pair]) -> Result<RelevanceParams, CorpusError> {
    let near: Vec<_> = pairs.iter().map(|p| p.near).collect();
    let labels: Vec<_> = pairs.iter().map(|p| p.is_on_topic).collect();
    let (wide, wide_labels): (Vec<_>, Vec<_>) =
        pairs.iter().filter_map(|p| p.wide.map(|w| (w, p.is_on_topic))).unzip();
    let mut params = RelevanceParams {
        near: two("relevance near", &near, &labels)?,
        wide: two("relevance wide", &wide, &wide_labels)?,
        joint: [0.5, 0.5, 0.0],
    };
    let (both, both_labels): (Vec<_>, Vec<_>) = pairs
        .iter()
        .filter_map(|p| p.wide.map(|w| ([params.near(&p.near), params.wide(&w)], p.is_on_topic)))
        .unzip();
    let (standard, Linear { weights, intercept }) = two("relevance joint", &both, &both_labels)?;
    if let ([a, b], [mean_a, mean_b], [scale_a, scale_b]) =
        (weights.as_slice(), standard.means.as_slice(), standard.scales.as_slice())
    {
        let (a, b) = (a / scale_a, (b / scale_b).max(0.0));
        params.joint = [a, b, intercept - a * mean_a - b * mean_b];
    }
    Ok(params)
}

/// Every comment against its own and another article; the longer text holds `others` comments, or any number.
fn pairs(comments: &[&Row], lexicon: &Lexicon, seed: u64, others: Option<usize>) -> Vec<Pair> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut articles: BTreeMap<String, (String, Vec<usize>)> = BTreeMap::new();
    for (i, row) in comments.iter().enumerate() {
        if let (Some(group), Some(context)) = (row.group().or_else(|| row.context.clone()), &row.context) {
            articles.entry(group).or_insert_with(|| (context.clone(), Vec::new())).1.push(i);
        }
    }
    let articles: Vec<(String, Vec<usize>)> = articles.into_values().collect();
    let fold_of = |article: usize| (article * 7 + article / FOLDS) % FOLDS;
    let contexts: Vec<Text<'_>> = articles.iter().map(|(c, _)| Text::read(c)).collect();
    let contexts: Vec<Reading<'_>> = contexts.iter().map(|t| Reading::new(t, lexicon)).collect();
    let texts: Vec<Text<'_>> = comments.iter().map(|r| Text::read(&r.text)).collect();
    let all: Vec<usize> = (0..articles.len()).collect();
    let mut out = Vec::new();
    for (own, (_, members)) in articles.iter().enumerate() {
        for &member in members {
            let Some(text) = texts.get(member) else { continue };
            let short: String = comments
                .get(member)
                .map(|r| {
                    r.text
                        .split_whitespace()
                        .take(1 + below(&mut rng, CUT_WORDS))
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .unwrap_or_default();
            let short = Text::read(&short);
            let other = another(&mut rng, &all, |&o| o == own || fold_of(o) != fold_of(own)).copied();
            for (article, is_on_topic) in [(Some(own), true), (other, false)] {
                let Some(article) = article else { continue };
                let (Some(context), Some((_, members))) = (contexts.get(article), articles.get(article))
                else {
                    continue;
                };
                let count = others.unwrap_or_else(|| 1 + below(&mut rng, MAX_OTHERS));
                let thread: Vec<&Text<'_>> = (0..count * 2)
                    .filter_map(|_| members.get(below(&mut rng, members.len())))
                    .filter(|&&m| m != member)
                    .take(count)
                    .filter_map(|&m| texts.get(m))
                    .collect();
                let thread = (!thread.is_empty()).then(|| Reading::of_all(thread, lexicon));
                for (text, is_cut) in [(text, false), (&short, true)] {
                    let comment = Reading::new(text, lexicon);
                    let wide = thread.as_ref().map(|t| features(&comment, t));
                    let near = features(&comment, context);
                    out.push(Pair { near, wide, is_on_topic, is_cut, fold: fold_of(own) });
                }
            }
        }
    }
    out
}

/// Figures on sets for measuring: by articles left out in turn, on headlines and bodies, and carried over.
///
/// # Errors
/// When a corpus cannot be read or fitted.
pub fn evaluate(
    data: &Path,
    sets: &Sets,
    config: &ArticleConfig,
    params: &RelevanceParams,
    lexicon: &Lexicon,
    seed: u64,
) -> Result<Vec<Measured>, SetError> {
    let mut out = left_out(&sets.all(&config.relevance)?, lexicon, seed)?;
    if lexicon.morphology == Morphology::Particles {
        out.extend(carried_over("beep.dev", data, params, lexicon, seed)?);
        return Ok(out);
    }
    let (mut agreed, mut scored) = (Vec::new(), Vec::new());
    for row in &rows(&data.join("dev/fnc1_sample.jsonl"))? {
        let (Some(headline), is_related) =
            (&row.context, row.labels.get("fnc").is_some_and(|l| l != "unrelated"))
        else {
            continue;
        };
        let text = Text::read(headline);
        let around = Surroundings { body: &row.text, ..Surroundings::default() };
        let p = params.probability(&Reading::new(&text, lexicon), &around, lexicon).unwrap_or(0.0);
        agreed.push((usize::from(is_related), usize::from(p >= RELATED)));
        scored.push((f64::from(p), is_related));
    }
    out.extend(Measured::of("fnc1_sample", "relevance accuracy at P >= .98", &agreed, accuracy));
    out.extend(Measured::of("fnc1_sample", "relevance AUC", &scored, auc));
    for name in ["ctc", "fox"] {
        out.extend(carried_over(name, data, params, lexicon, seed)?);
    }
    Ok(out)
}

fn left_out(comments: &[&Row], lexicon: &Lexicon, seed: u64) -> Result<Vec<Measured>, CorpusError> {
    let train = pairs(comments, lexicon, seed, None);
    let test = pairs(comments, lexicon, seed + 1, Some(5));
    let (mut near, mut cut, mut both, mut sure) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for fold in 0..FOLDS {
        let params = fit(&train.iter().filter(|p| p.fold != fold).collect::<Vec<_>>())?;
        for pair in test.iter().filter(|p| p.fold == fold) {
            let score = params.near(&pair.near);
            if pair.is_cut {
                cut.push((f64::from(score), pair.is_on_topic));
                continue;
            }
            near.push((f64::from(score), pair.is_on_topic));
            let wide = pair.wide.map(|w| params.wide(&w));
            both.push((f64::from(params.both(Some(score), wide).unwrap_or(score)), pair.is_on_topic));
            sure.push((f64::from(sigmoid(score)), pair.is_on_topic));
        }
    }
    let folds = "training comments, 5-fold by article";
    Ok([
        Measured::of(folds, "relevance AUC, headline and summary", &near, auc),
        Measured::of(folds, "relevance AUC, comments cut short", &cut, auc),
        Measured::of(folds, "relevance AUC, with 5 earlier comments", &both, auc),
        Measured::of(folds, "relevance ECE", &sure, calibration_error),
    ]
    .into_iter()
    .flatten()
    .collect())
}

fn carried_over(
    name: &str,
    data: &Path,
    params: &RelevanceParams,
    lexicon: &Lexicon,
    seed: u64,
) -> Result<Option<Measured>, CorpusError> {
    let comments = rows(&data.join(format!("dev/{name}.jsonl")))?;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut contexts: Vec<&String> = comments.iter().filter_map(|r| r.context.as_ref()).collect();
    contexts.sort_unstable();
    contexts.dedup();
    let mut scored = Vec::new();
    for row in &comments {
        let text = Text::read(&row.text);
        let comment = Reading::new(&text, lexicon);
        let own = row.context.as_ref();
        let other = another(&mut rng, &contexts, |c| Some(*c) == own).copied();
        for (context, is_on_topic) in [(own, true), (other, false)] {
            let Some(context) = context else { continue };
            let context = Text::read(context);
            let near = params.near(&features(&comment, &Reading::new(&context, lexicon)));
            scored.push((f64::from(near), is_on_topic));
        }
    }
    Ok(Measured::of(name, "relevance AUC, headline", &scored, auc))
}
