//! Learns what the heads of a language share: how rare words are, and how good or bad they sound.
//!
//! Valence is a ridge regression (Hoerl and Kennard 1970) of mean human ratings on distinct words, each text scaled to
//! length 1, solved by conjugate gradients because the words are many and the texts sparse.

use super::{
    config::ArticleConfig,
    corpus::Row,
    hashed::calibrates,
    sets::{SetError, Sets},
};
use crate::{
    classifier::{
        lists::{ENGLISH, KOREAN},
        polarity::Polarity,
        valence::Valence,
        words::{Keys, Lexicon, Morphology, Rarity, Reading, Roles, fold_bits, hash},
    },
    text::Text,
};

/// Texts in which a word must occur for its valence to be learnt.
const MIN_TEXTS: usize = 3;
/// The ridge penalty against a loss summed over texts.
const ALPHA: f64 = 1.0;
const STEPS: usize = 120;
/// Buckets for the rarity of character grams.
const GRAM_BUCKETS: usize = 1 << 17;
/// What a sentence's sentiment counts as, on the scale of ratings from -4 to 4.
const SENTIMENT_RATING: f64 = 1.5;
/// The middle of ratings from 1 to 10, and how many of their points are one point from -4 to 4.
const STARS: (f64, f64) = (5.5, 1.5);

/// Learns what the heads of a language share.
///
/// # Errors
/// When a set is not there.
pub fn train(sets: &Sets, config: &ArticleConfig) -> Result<Lexicon, SetError> {
    let lists = match config.morphology {
        Morphology::Endings => &ENGLISH,
        Morphology::Particles => &KOREAN,
    };
    let mut lexicon =
        Lexicon { morphology: config.morphology, roles: Roles::new(lists), ..Lexicon::default() };
    if let Some(list) = &config.polarity {
        let listed = sets.rows(list)?;
        let value = |row: &Row| row.number("labels.value").map(|v| v.clamp(-3.0, 3.0) as i8);
        let listed = listed.iter().filter_map(|row| Some((row.text.as_str(), value(row)?)));
        lexicon.polarity = Polarity::new(listed);
    }
    lexicon.rarity = rarity(&sets.all(&config.rarity)?, &lexicon);
    // What a head is calibrated on must not be in what it reads.
    let is_held_out = |row: &Row| row.article().is_some_and(|article| calibrates(hash(article)));
    let rows = sets.all(&config.rated)?.into_iter().filter(|row| !is_held_out(row));
    let rated: Vec<(&str, f64)> = rows.filter_map(|row| Some((row.text.as_str(), rating(row)?))).collect();
    lexicon.valence = valence(&rated, &lexicon);
    Ok(lexicon)
}

fn rating(row: &Row) -> Option<f64> {
    let stars = || row.number("labels.rating").map(|stars| (stars - STARS.0) / STARS.1);
    let sentiment = || match row.sentiment.as_deref()? {
        "positive" => Some(SENTIMENT_RATING),
        "negative" => Some(-SENTIMENT_RATING),
        _ => Some(0.0),
    };
    row.number("labels.mean_rating").or_else(stars).or_else(sentiment)
}

fn rarity(texts: &[&Row], lexicon: &Lexicon) -> Rarity {
    let (mut stems, mut grams) = (Vec::new(), Vec::new());
    for text in texts {
        let text = Text::read(&text.text);
        let reading = Reading::new(&text, lexicon);
        stems.extend(reading.stems.terms.iter().map(|t| t.key));
        grams.extend(reading.grams.terms.iter().map(|t| t.key));
    }
    let count = texts.len() as f32;
    let unseen = libm::logf(count + 1.0) + 1.0;
    let step = |texts: usize| {
        let rarity = libm::logf((count + 1.0) / (texts as f32 + 1.0)) + 1.0;
        (rarity / unseen * 255.0).round().clamp(1.0, 255.0) as u8
    };
    let mut out = Rarity { unseen, grams: vec![255; GRAM_BUCKETS], ..Rarity::default() };
    let (keys, rarities): (Vec<u32>, Vec<u8>) = counted(&mut stems)
        .into_iter()
        .filter(|&(_, n)| n > 1)
        .map(|(key, texts)| (key, step(texts)))
        .unzip();
    (out.keys, out.stems) = (keys.into(), rarities);
    for (key, texts) in counted(&mut grams).into_iter().filter(|&(_, n)| n > 1) {
        if let Some(slot) = out.grams.get_mut(fold_bits(key) & (GRAM_BUCKETS - 1)) {
            *slot = step(texts).min(*slot);
        }
    }
    out
}

/// Distinct keys by ascending order, with their number.
fn counted(keys: &mut [u32]) -> Vec<(u32, usize)> {
    keys.sort_unstable();
    keys.chunk_by(|a, b| a == b).filter_map(|run| run.first().map(|&k| (k, run.len()))).collect()
}

fn valence(rated: &[(&str, f64)], lexicon: &Lexicon) -> Valence {
    let texts: Vec<Vec<u32>> = rated
        .iter()
        .map(|(text, _)| {
            let text = Text::read(text);
            let mut keys: Vec<u32> = Reading::new(&text, lexicon).units.iter().map(|u| u.marked).collect();
            keys.sort_unstable();
            keys.dedup();
            keys
        })
        .collect();
    let mut all = texts.concat();
    let keys: Keys = counted(&mut all).into_iter().filter(|&(_, n)| n >= MIN_TEXTS).map(|(k, _)| k).collect();
    let columns: Vec<Vec<usize>> =
        texts.iter().map(|t| t.iter().filter_map(|k| keys.place(*k)).collect()).collect();
    let mean = rated.iter().map(|(_, y)| y).sum::<f64>() / rated.len().max(1) as f64;
    let targets: Vec<f64> = rated.iter().map(|(_, y)| y - mean).collect();
    let weights = ridge(&columns, &targets, keys.len());
    let mut sizes: Vec<f64> = weights.iter().map(|w| w.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let top = sizes.get(sizes.len() * 999 / 1000).copied().unwrap_or(1.0).max(1e-6);
    let scale = top / 127.0;
    let weights = weights.iter().map(|w| (w / scale).round().clamp(-127.0, 127.0) as i8).collect();
    Valence { keys, weights, scale: scale as f32 }
}

/// Solves `(XᵀX + αI) w = Xᵀy` where row i of X has `1/√n` in each of its n columns.
fn ridge(columns: &[Vec<usize>], targets: &[f64], width: usize) -> Vec<f64> {
    let share = |row: &[usize]| 1.0 / (row.len().max(1) as f64).sqrt();
    let pick = |w: &[f64], row: &[usize]| row.iter().filter_map(|&c| w.get(c)).sum::<f64>() * share(row);
    let spread = |values: &mut dyn Iterator<Item = f64>| {
        let mut out = vec![0.0; width];
        for (row, value) in columns.iter().zip(values) {
            for &c in row {
                if let Some(slot) = out.get_mut(c) {
                    *slot += value * share(row);
                }
            }
        }
        out
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let mut weights = vec![0.0; width];
    let mut residual = spread(&mut targets.iter().copied());
    let mut direction = residual.clone();
    let mut error = dot(&residual, &residual);
    for _ in 0..STEPS {
        if error < 1e-9 {
            break;
        }
        let mut image = spread(&mut columns.iter().map(|row| pick(&direction, row)));
        for (i, d) in image.iter_mut().zip(&direction) {
            *i += ALPHA * d;
        }
        let step = error / dot(&direction, &image);
        for (w, d) in weights.iter_mut().zip(&direction) {
            *w += step * d;
        }
        for (r, i) in residual.iter_mut().zip(&image) {
            *r -= step * i;
        }
        let next = dot(&residual, &residual);
        for (d, r) in direction.iter_mut().zip(&residual) {
            *d = r + next / error * *d;
        }
        error = next;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ridge_shrinks_the_exact_solution() {
        let weights = ridge(&[vec![0], vec![0], vec![1]], &[2.0, 2.0, -1.0], 2);
        assert!((weights[0] - 4.0 / 3.0).abs() < 1e-6 && (weights[1] + 0.5).abs() < 1e-6, "{weights:?}");
    }

    #[test]
    fn good_words_get_a_higher_valence_than_bad_ones() {
        let lexicon = Lexicon { roles: Roles::new(&ENGLISH), ..Lexicon::default() };
        let rated: Vec<(String, f64)> = (0..30)
            .map(|i| {
                if i % 2 == 0 {
                    (format!("a lovely tram {i}"), 3.0)
                } else {
                    (format!("a dreadful tram {i}"), -3.0)
                }
            })
            .collect();
        let rated: Vec<(&str, f64)> = rated.iter().map(|(text, y)| (text.as_str(), *y)).collect();
        let learnt = valence(&rated, &lexicon);
        let weight = |w: &str| learnt.weight(crate::classifier::words::hash(w)).unwrap();
        assert!(weight("lovely") > 1.0 && weight("dreadful") < -1.0 && weight("tram").abs() < 0.3);
    }
}
