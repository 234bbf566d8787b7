//! Fits the civility heads: n-grams of all texts, a first fit over all of them, the columns that matter most, and a
//! second fit over those, quantised and calibrated.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::{
    config::{Config, HeadConfig},
    corpus::Row,
    fit::{FitError, Fitted, Sample, fit, platt},
};
use crate::{
    classifier::{
        civility::{CivilityParams, Head},
        grams::grams,
        vocabulary::{Vocabulary, VocabularyParams},
    },
    scores::Attribute,
    sparse_logistic::Csr,
    text::Text,
};

/// The texts of all sets, each once, with the samples that every head draws from them.
#[derive(Debug)]
pub struct Pool<'a> {
    texts: Vec<&'a str>,
    heads: Vec<(HeadConfig, Samples)>,
}

/// How a head was calibrated: a logit is `slope * fitted logit + shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibrated {
    /// The head.
    pub attribute: Attribute,
    /// By what its logit as fitted was multiplied.
    pub slope: f64,
    /// What was added.
    pub shift: f64,
}

impl Calibrated {
    /// The names under which provenance keeps slope and shift.
    pub fn names(attribute: Attribute) -> [String; 2] {
        ["slope", "shift"].map(|what| format!("{} calibration {what}", attribute.name()))
    }
}

/// The samples of one head.
#[derive(Debug, Default)]
struct Samples {
    fitted: Vec<Sample>,
    held_out: Vec<Sample>,
}

impl<'a> Pool<'a> {
    /// Gathers the samples of every head. Texts that repeat within a set of a head with the same label count once.
    pub fn gather(config: &Config, sets: &'a BTreeMap<String, Vec<Row>>) -> Self {
        let mut texts = Vec::new();
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        let mut heads = Vec::new();
        // Heads are mixed, so what one calibrates on no other may be fitted on.
        let held_out: BTreeSet<&str> =
            config.heads.iter().flat_map(|head| held_out_names(head, sets, config.held_out)).collect();
        for head in &config.heads {
            let mut samples = Samples::default();
            for (number, source) in head.rows.iter().enumerate() {
                let mut seen = BTreeSet::new();
                for row in sets.get(&source.set).into_iter().flatten() {
                    let Some(label) = row.number(&source.label).map(|l| (l / source.over).clamp(0.0, 1.0))
                    else {
                        continue;
                    };
                    let skip = source.only.is_some_and(|only| (only - label).abs() > 1e-9);
                    if skip
                        || row.text.trim().is_empty()
                        || !seen.insert((row.text.as_str(), label.to_bits()))
                    {
                        continue;
                    }
                    let text = *index.entry(row.text.as_str()).or_insert_with(|| {
                        texts.push(row.text.as_str());
                        texts.len() - 1
                    });
                    let sample = Sample {
                        row: text,
                        label: label as f32,
                        weight: source.weight as f32,
                        source: number,
                    };
                    if !held_out.contains(comment_name(row)) {
                        samples.fitted.push(sample);
                    } else if source.calibrates {
                        samples.held_out.push(sample);
                    }
                }
            }
            heads.push((head.clone(), samples));
        }
        Self { texts, heads }
    }

    /// Fits all heads; gives also how each was calibrated.
    ///
    /// # Errors
    /// When a fit fails, for instance on a head without rows of both labels.
    pub fn fit(
        &self,
        config: &Config,
        say: impl Fn(&str),
    ) -> Result<(CivilityParams, Vec<Calibrated>), FitError> {
        let all = self.vocabulary(config)?;
        say(&format!("{} texts, {} n-grams", self.texts.len(), all.columns()));
        let rows = self.rows(&all)?;
        let first = self.fit_heads(config, &rows, &say)?;
        let kept = keep(&all, &rows, &first, config.columns);
        drop(rows);
        let vocabulary = Vocabulary::check(kept.clone())?;
        let rows = self.rows(&vocabulary)?;
        say(&format!("{} columns kept", vocabulary.columns()));
        let second = self.fit_heads(config, &rows, &say)?;
        self.assemble(kept, &rows, &second, &say)
    }

    /// All n-grams that occur in enough texts.
    fn vocabulary(&self, config: &Config) -> Result<Vocabulary, FitError> {
        let mut columns: Vec<(u32, u32)> = Vec::new();
        for block in &config.blocks {
            let mut keys: Vec<u32> = self
                .texts
                .par_iter()
                .flat_map_iter(|text| {
                    let text = Text::read(text);
                    let mut keys = Vec::new();
                    grams(&text, block.grams, |key, _, _| keys.push(key));
                    keys.sort_unstable();
                    keys.dedup();
                    keys
                })
                .collect();
            keys.par_sort_unstable();
            columns.extend(
                keys.chunk_by(|a, b| a == b)
                    .map(|run| (run.first().copied().unwrap_or_default(), run.len() as u32))
                    .filter(|(_, texts)| *texts >= block.min_texts),
            );
        }
        columns.sort_unstable();
        columns.dedup_by_key(|(key, _)| *key);
        let count = self.texts.len() as f64;
        let idf = |texts: u32| (libm::log((1.0 + count) / (1.0 + f64::from(texts))) + 1.0) as f32;
        let params = VocabularyParams {
            spec: config.blocks.iter().map(|b| b.grams).collect(),
            keys: columns.iter().map(|(key, _)| *key).collect(),
            idf: columns.iter().map(|(_, texts)| idf(*texts)).collect(),
        };
        Ok(Vocabulary::check(params)?)
    }

    fn rows(&self, vocabulary: &Vocabulary) -> Result<Csr, FitError> {
        let rows: Vec<_> = self.texts.par_iter().map(|text| vocabulary.row(&Text::read(text))).collect();
        let mut csr = Csr::new(vocabulary.columns())?;
        for row in &rows {
            csr.push_row(row)?;
        }
        Ok(csr)
    }

    fn fit_heads(&self, config: &Config, rows: &Csr, say: impl Fn(&str)) -> Result<Vec<Fitted>, FitError> {
        self.heads
            .iter()
            .map(|(head, samples)| {
                let sources = if head.source_intercepts { head.rows.len() } else { 0 };
                let fitted = fit(rows, &samples.fitted, head.l2, config.max_iterations, sources)
                    .map_err(|error| error.of(head.attribute.name()))?;
                say(&format!(
                    "{}: {} rows, {} iterations, loss {:.1}",
                    head.attribute.name(),
                    samples.fitted.len(),
                    fitted.iterations,
                    fitted.loss
                ));
                Ok(fitted)
            })
            .collect()
    }

    /// Mixes heads, quantises and calibrates.
    fn assemble(
        &self,
        vocabulary: VocabularyParams,
        rows: &Csr,
        fitted: &[Fitted],
        say: impl Fn(&str),
    ) -> Result<(CivilityParams, Vec<Calibrated>), FitError> {
        let (mut heads, mut calibrated) = (Vec::new(), Vec::new());
        let mut columns: Vec<Vec<i8>> = Vec::new();
        for ((head, samples), own) in self.heads.iter().zip(fitted) {
            let spread = |f: &Fitted| standard_deviation(&f.decisions(rows, &samples.held_out));
            let mut mixed: Vec<f64> = own.weights.clone();
            for ((other, _), theirs) in self.heads.iter().zip(fitted) {
                let Some(share) = head.mix.get(&other.attribute) else { continue };
                let unit = share * spread(own) / spread(theirs);
                mixed.iter_mut().zip(&theirs.weights).for_each(|(o, t)| *o += unit * t);
            }
            let (scale, stored) = quantise(&mixed);
            let weights: Vec<f64> = stored.iter().map(|w| f64::from(*w) * scale).collect();
            let quantised = Fitted { weights, intercept: 0.0, iterations: 0, loss: 0.0 };
            let logits = quantised.decisions(rows, &samples.held_out);
            let (slope, intercept) = platt(&logits, &samples.held_out, head.positive_above)
                .map_err(|error| error.of(head.attribute.name()))?;
            say(&format!(
                "{}: calibrated on {} rows, slope {slope:.3}, intercept {intercept:.3}",
                head.attribute.name(),
                samples.held_out.len()
            ));
            let shift = intercept - slope * own.intercept;
            calibrated.push(Calibrated { attribute: head.attribute, slope, shift });
            heads.push(Head {
                attribute: head.attribute,
                scale: (scale * slope) as f32,
                bias: intercept as f32,
            });
            columns.push(stored);
        }
        let weights = (0..vocabulary.keys.len())
            .flat_map(|i| columns.iter().filter_map(move |c| c.get(i).copied()))
            .collect();
        Ok((CivilityParams { vocabulary, heads, weights }, calibrated))
    }
}

/// Digits of a number that names a comment across sets.
const MIN_NAME: usize = 6;

/// The names of the comments that are held out: a share of those that calibrate. No other set fits on them either.
fn held_out_names<'a>(
    head: &HeadConfig,
    sets: &'a BTreeMap<String, Vec<Row>>,
    share: f64,
) -> BTreeSet<&'a str> {
    let calibrating = head.rows.iter().filter(|source| source.calibrates);
    let rows = calibrating.filter_map(|source| sets.get(&source.set)).flatten();
    rows.map(comment_name).filter(|name| is_held_out(name, share)).collect()
}

/// The comment from which a row comes: the first part of its identifier that is a long number, decimal or hexadecimal, so
/// that "arct-4593022-1.0" (an excerpt), "4593022" and "4593022-3" (a sentence) are one. Short numbers mean other comments
/// in other sets, so any other row is known by its text.
pub fn comment_name(row: &Row) -> &str {
    let is_number = |part: &&str| {
        part.len() >= MIN_NAME
            && part.contains(|c: char| c.is_ascii_digit())
            && part.chars().all(|c| c.is_ascii_hexdigit())
    };
    row.id.split(['-', '_']).find(is_number).unwrap_or(&row.text)
}

/// Whether a comment is held out, drawn by the hash of its name.
pub fn is_held_out(name: &str, share: f64) -> bool {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(name));
    f64::from(u32::from_be_bytes([a, b, c, d])) < share * 2_f64.powi(32)
}

/// The columns whose weights move the logits most: for each head `|w| * sqrt(sum x^2)`, relative to the head's own
/// (`columns` / 2)-th largest, and of those the largest of all heads.
fn keep(all: &Vocabulary, rows: &Csr, heads: &[Fitted], columns: usize) -> VocabularyParams {
    let squares = column_square_sums(rows);
    let mut best = vec![0.0_f64; all.columns()];
    for head in heads {
        let moved: Vec<f64> = head.weights.iter().zip(&squares).map(|(w, s)| w.abs() * s.sqrt()).collect();
        let mut sorted = moved.clone();
        sorted.par_sort_unstable_by(|a, b| b.total_cmp(a));
        let unit = sorted.get(columns.min(sorted.len()) / 2).copied().unwrap_or(1.0).max(1e-12);
        best.iter_mut().zip(&moved).for_each(|(b, m)| *b = b.max(m / unit));
    }
    let mut order: Vec<usize> = (0..best.len()).collect();
    order.par_sort_unstable_by(|a, b| {
        let value = |i: &usize| best.get(*i).copied().unwrap_or_default();
        value(b).total_cmp(&value(a)).then(a.cmp(b))
    });
    order.truncate(columns);
    order.sort_unstable();
    let params = all.params();
    VocabularyParams {
        spec: params.spec.clone(),
        keys: order.iter().filter_map(|i| params.keys.get(*i).copied()).collect(),
        idf: order.iter().filter_map(|i| params.idf.get(*i).copied()).collect(),
    }
}

fn column_square_sums(rows: &Csr) -> Vec<f64> {
    let mut sums = vec![0.0; rows.columns()];
    for (columns, values) in rows.rows_in(0..rows.rows()) {
        for (column, value) in columns.iter().zip(values) {
            if let Some(sum) = sums.get_mut(*column as usize) {
                *sum += f64::from(*value) * f64::from(*value);
            }
        }
    }
    sums
}

/// Eight-bit weights and what one unit stands for. The few weights beyond the 99.95th percentile of the non-zero ones
/// are clipped.
fn quantise(weights: &[f64]) -> (f64, Vec<i8>) {
    let mut sizes: Vec<f64> = weights.iter().map(|w| w.abs()).filter(|w| *w > 0.0).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let largest = sizes.get(sizes.len() * 9995 / 10_000).or(sizes.last()).copied().unwrap_or(1.0);
    let scale = largest / 127.0;
    (scale, weights.iter().map(|w| (w / scale).round().clamp(-127.0, 127.0) as i8).collect())
}

fn standard_deviation(values: &[f64]) -> f64 {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt().max(1e-12)
}

#[cfg(test)]
mod tests {
    use linfa::traits::Predict as _;

    use super::*;
    use crate::{
        classifier::{civility::Civility, grams::Block, standard::sigmoid},
        sparse_logistic::SparseLogisticRegression,
        trainer::config::{BlockConfig, RowsConfig},
    };

    const CIVIL: [&str; 6] = [
        "The council should publish the minutes of the meeting",
        "I disagree with the minister on the budget",
        "Please explain how the bridge will be paid for",
        "A fair report on the harbour talks",
        "The plan is costly and I would vote against it",
        "Thank you for the thorough article",
    ];
    const UNCIVIL: [&str; 6] = [
        "You are a stupid fool and so is the mayor",
        "Shut up you idiot nobody asked",
        "What a pathetic bunch of morons in the council",
        "Only an idiot would pay for this stupid bridge",
        "You pathetic clown go and cry",
        "The minister is a lying fool and a moron",
    ];

    fn rows() -> BTreeMap<String, Vec<Row>> {
        let row = |(i, text): (usize, &&str), civil| Row {
            id: format!("{civil}{i}"),
            text: (*text).to_owned(),
            civil: Some(civil),
            ..Row::default()
        };
        let civil = CIVIL.iter().enumerate().map(|r| row(r, 0));
        let rows = civil.chain(UNCIVIL.iter().enumerate().map(|r| row(r, 1))).collect();
        BTreeMap::from([("ours".to_owned(), rows)])
    }

    fn config() -> Config {
        let source = RowsConfig {
            set: "ours".to_owned(),
            label: "civil".to_owned(),
            over: 1.0,
            weight: 1.0,
            only: None,
            calibrates: true,
        };
        let head = HeadConfig {
            attribute: Attribute::Toxicity,
            l2: 0.1,
            source_intercepts: false,
            rows: vec![source],
            mix: BTreeMap::new(),
            positive_above: 0.5,
        };
        Config {
            name: "test".to_owned(),
            version: "1".to_owned(),
            language: "en".to_owned(),
            license: "none".to_owned(),
            columns: 400,
            max_iterations: 50,
            held_out: 0.5,
            seed: 1,
            article: None,
            blocks: vec![
                BlockConfig { grams: Block::Words { min: 1, max: 2 }, min_texts: 1 },
                BlockConfig { grams: Block::Chars { min: 2, max: 4 }, min_texts: 1 },
            ],
            sets: Vec::new(),
            heads: vec![head],
        }
    }

    #[test]
    fn served_scores_equal_the_fitted_models_own_predictions() {
        let (config, rows) = (config(), rows());
        let pool = Pool::gather(&config, &rows);
        let civility = Civility::check(pool.fit(&config, |_| {}).unwrap().0).unwrap();
        let columns = 0..u32::try_from(civility.vocabulary().columns()).unwrap();
        let linfa = SparseLogisticRegression {
            weights: columns.map(|c| f64::from(civility.weight(c, 0))).collect(),
            intercept: f64::from(civility.heads()[0].bias),
            iterations: 0,
            cost: 0.0,
        };
        let predicted = linfa.predict(&pool.rows(civility.vocabulary()).unwrap());
        for (text, predicted) in pool.texts.iter().zip(predicted) {
            let row = civility.vocabulary().row(&Text::read(text));
            let served = sigmoid(civility.logits(&row)[0]);
            assert!((f64::from(served) - predicted).abs() < 1e-5, "{served} against {predicted}");
        }
    }

    #[test]
    fn two_fits_give_the_same_model_and_it_tells_civil_from_uncivil() {
        let (config, rows) = (config(), rows());
        let fit = || Pool::gather(&config, &rows).fit(&config, |_| {}).unwrap().0;
        let params = fit();
        assert_eq!(params, fit());
        let civility = Civility::check(params).unwrap();
        let score = |text: &str| {
            civility.scores(&Text::read(text), &[Attribute::Toxicity], false)[0].probability.unwrap()
        };
        assert!(score("you stupid moron") > score("the article on the budget talks"));
    }

    #[test]
    fn excerpts_of_one_comment_are_held_out_together() {
        for id in ["arct-4593022-1.0", "4593022", "4593022-3"] {
            assert_eq!(comment_name(&Row { id: id.to_owned(), ..Row::default() }), "4593022");
        }
        let short = Row { id: "edos-17".to_owned(), text: "known by its text".to_owned(), ..Row::default() };
        assert_eq!(comment_name(&short), "known by its text");
        let row = |id: &str, text: &str| Row {
            id: id.to_owned(),
            text: text.to_owned(),
            civil: Some(1),
            ..Row::default()
        };
        let ids: Vec<String> = (1_000_000..1_000_200).map(|i| i.to_string()).collect();
        let whole = ids.iter().map(|id| row(id, &format!("the whole comment {id}"))).collect();
        let excerpts =
            ids.iter().map(|id| row(&format!("ours-{id}-1"), &format!("an excerpt of {id}"))).collect();
        let sets = BTreeMap::from([("whole".to_owned(), whole), ("ours".to_owned(), excerpts)]);
        let mut config = config();
        let source = |set: &str, calibrates| RowsConfig {
            set: set.to_owned(),
            calibrates,
            ..config.heads[0].rows[0].clone()
        };
        let rows = vec![source("whole", false), source("ours", true)];
        config.heads[0].rows = rows;
        let pool = Pool::gather(&config, &sets);
        let (_, samples) = &pool.heads[0];
        let number = |sample: &Sample| pool.texts[sample.row].rsplit(' ').next().unwrap();
        let held: BTreeSet<&str> = samples.held_out.iter().map(number).collect();
        assert!((60..140).contains(&held.len()), "{}", held.len());
        assert!(samples.fitted.iter().all(|sample| !held.contains(number(sample))));
    }
}
