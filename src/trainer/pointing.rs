//! Whether the words that an explanation points at lie where people saw the offence.
//!
//! At hand are sentences with the share of raters who marked something in them, for comments that are held out of the
//! fit; not the raters' spans themselves. So what is measured is the share of pointed-at characters in a marked sentence.

use std::collections::BTreeMap;

use super::{
    civility::{comment_name, is_held_out},
    corpus::Row,
    measured::Measured,
};
use crate::{classifier::Model, scores::Attribute, text::Text};

/// From this share of raters on, a sentence counts as marked.
const MARKED: f64 = 0.5;
/// Words that a reason points at, at most, and the least share of the strongest one's weight.
const MAX_WORDS: usize = 5;
const MIN_SHARE: f64 = 0.2;

/// Measures on comments of at least two sentences of which some are marked and some are not.
pub fn evaluate(model: &Model, sentences: &[&Row], held_out: f64) -> Vec<Measured> {
    let mut comments: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in sentences.iter().filter(|row| is_held_out(comment_name(row), held_out)) {
        comments.entry(comment_name(row)).or_default().push(row);
    }
    let mut pointed: Vec<(f64, f64)> = Vec::new();
    for rows in comments.values() {
        let is_marked =
            |row: &&Row| row.number("labels.share_of_raters").is_some_and(|share| share >= MARKED);
        let marked = rows.iter().copied().filter(|row| is_marked(row)).count();
        if marked == 0 || marked == rows.len() {
            continue;
        }
        let (text, bounds) = joined(rows);
        let (mut inside, mut all) = (0.0, 0.0);
        for (begin, end) in strongest(model, &text) {
            all += (end - begin) as f64;
            let row = bounds.iter().position(|bound| begin < *bound).and_then(|i| rows.get(i));
            if row.is_some_and(is_marked) {
                inside += (end - begin) as f64;
            }
        }
        if all > 0.0 {
            let chars =
                |rows: &mut dyn Iterator<Item = &&Row>| rows.map(|row| row.text.len()).sum::<usize>() as f64;
            let by_chance = chars(&mut rows.iter().filter(|row| is_marked(row))) / chars(&mut rows.iter());
            pointed.push((inside / all, by_chance));
        }
    }
    let mean = |pick: fn(&(f64, f64)) -> f64| {
        move |rows: &[&(f64, f64)]| {
            (!rows.is_empty()).then(|| rows.iter().map(|row| pick(row)).sum::<f64>() / rows.len() as f64)
        }
    };
    let set = "toxic_spans_sentences, held out";
    [
        Measured::of(
            set,
            "explanation: share of pointed-at characters in marked sentences",
            &pointed,
            mean(|p| p.0),
        ),
        Measured::of(set, "the same share by chance", &pointed, mean(|p| p.1)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The sentences as one text, and where each ends.
fn joined(rows: &[&Row]) -> (String, Vec<usize>) {
    let (mut text, mut ends) = (String::new(), Vec::new());
    for row in rows {
        text.push_str(row.text.trim());
        text.push(' ');
        ends.push(text.len());
    }
    (text, ends)
}

/// The byte ranges that a reason would point at.
fn strongest(model: &Model, text: &str) -> Vec<(usize, usize)> {
    let scores = model.civility().scores(&Text::read(text), &[Attribute::Toxicity], true);
    let Some(explanation) = scores.first().and_then(|score| score.explanation.as_ref()) else {
        return Vec::new();
    };
    let mut towards: Vec<_> = explanation.contributions.iter().filter(|c| c.log_odds > 0.0).collect();
    towards.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds));
    let least = towards.first().map_or(0.0, |c| c.log_odds * MIN_SHARE);
    let kept = towards.into_iter().take(MAX_WORDS).filter(|c| c.log_odds >= least);
    kept.map(|c| (c.span.begin, c.span.end)).collect()
}
