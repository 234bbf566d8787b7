//! Fits a [`Hashed`] head: linfa's multinomial regression over buckets and standardised numbers, calibrated on rows held
//! out, quantised.

use linfa::{DatasetBase, traits::Fit as _};
use ndarray::{Array1, Array2};

use super::{corpus::CorpusError, dense::standard};
use crate::{
    classifier::{
        hashed::{Columns, Hashed},
        standard::{Linear, Standard},
    },
    sparse_logistic::{self, Csr, SparseMultiLogisticRegression},
};

const MAX_ITERATIONS: u64 = 150;
/// The log-odds of a class that no row had.
const NEVER: f64 = -20.0;
/// One group in so many calibrates and is not fitted; prime to the folds of cross-validation.
const CALIBRATES: u32 = 11;

/// Whether the rows of a group calibrate instead of being fitted.
pub const fn calibrates(group: u32) -> bool {
    group.is_multiple_of(CALIBRATES)
}

/// One row.
#[derive(Debug)]
pub struct Example<const N: usize> {
    /// Its n-grams.
    pub columns: Columns,
    /// Its numbers.
    pub numbers: [f32; N],
    /// Its class: 0, 1 or 2.
    pub class: usize,
    /// How much it counts.
    pub weight: f32,
    /// Rows of one group calibrate or are fitted together.
    pub group: u32,
}

/// How a head is fitted.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Which head, for errors.
    pub head: &'static str,
    /// Buckets, a power of two; 0 for none.
    pub buckets: usize,
    /// The L2 penalty.
    pub l2: f64,
    /// What standardised numbers are multiplied by before fitting: the smaller, the more the penalty holds them back.
    pub numbers_scale: f32,
    /// Whether a part of the groups is held out to calibrate on; not where rows are few.
    pub calibrate: bool,
}

/// Fits a head to three classes that count alike. Without any row of the last class that class is never likely.
///
/// # Errors
/// When one of the first two classes has no rows.
pub fn fit<const N: usize>(examples: &[&Example<N>], settings: Settings) -> Result<Hashed, CorpusError> {
    let failed = |e: sparse_logistic::Error| CorpusError::fit(settings.head, e);
    let numbers: Vec<[f32; N]> = examples.iter().map(|e| e.numbers).collect();
    let standard = standard(&numbers);
    let row = |example: &Example<N>| {
        let mut row = if settings.buckets > 0 { example.columns.among(settings.buckets) } else { Vec::new() };
        let numbers = standard.apply(&example.numbers).enumerate();
        row.extend(numbers.map(|(i, x)| ((settings.buckets + i) as u32, x * settings.numbers_scale)));
        row
    };
    let (held_out, fitted): (Vec<&Example<N>>, Vec<_>) =
        examples.iter().copied().partition(|e| settings.calibrate && calibrates(e.group));
    let mut records = Csr::new(settings.buckets + N).map_err(failed)?;
    for example in &fitted {
        records.push_row(&row(example)).map_err(failed)?;
    }
    let dataset = weighted(records, &fitted);
    let params = SparseMultiLogisticRegression::params().l2(settings.l2).max_iterations(MAX_ITERATIONS);
    let model = params.fit(&dataset).map_err(failed)?;
    let (mut weights, mut intercepts) = (model.weights, model.intercepts);
    if settings.calibrate {
        let model = SparseMultiLogisticRegression { weights, intercepts, ..model };
        let mut scores = Csr::new(settings.buckets + N).map_err(failed)?;
        for example in &held_out {
            scores.push_row(&row(example)).map_err(failed)?;
        }
        let (slopes, shift) = calibrated(&model.decision(&scores), &held_out).map_err(failed)?;
        // Linear maps of linear scores are linear scores: calibration goes into the weights.
        weights = model.weights.dot(&slopes);
        intercepts = model.intercepts.dot(&slopes) + shift;
    }
    Ok(stored(&weights, &intercepts, standard, settings))
}

/// Matrix scaling (Guo et al. 2017, section 4.2): a second multinomial regression over the three log-odds.
fn calibrated<const N: usize>(
    scores: &Array2<f64>,
    held_out: &[&Example<N>],
) -> sparse_logistic::Result<(Array2<f64>, Array1<f64>)> {
    let mut records = Csr::new(scores.ncols())?;
    for row in scores.rows() {
        let row: Vec<(u32, f32)> = (0..).zip(row.iter().map(|z| *z as f32)).collect();
        records.push_row(&row)?;
    }
    let dataset = weighted(records, held_out);
    let model =
        SparseMultiLogisticRegression::params().l2(1.0).max_iterations(MAX_ITERATIONS).fit(&dataset)?;
    Ok((model.weights, model.intercepts))
}

fn weighted<const N: usize>(records: Csr, examples: &[&Example<N>]) -> DatasetBase<Csr, Array1<usize>> {
    let mut sums = [0.0_f32; 3];
    for example in examples {
        if let Some(sum) = sums.get_mut(example.class) {
            *sum += example.weight;
        }
    }
    let total: f32 = sums.iter().sum();
    let weight =
        |e: &&Example<N>| e.weight * sums.get(e.class).map_or(1.0, |sum| total / 3.0 / sum.max(1e-6));
    let classes: Array1<usize> = examples.iter().map(|e| e.class).collect();
    DatasetBase::new(records, classes).with_weights(examples.iter().map(weight).collect::<Array1<f32>>())
}

fn stored(weights: &Array2<f64>, intercepts: &Array1<f64>, standard: Standard, settings: Settings) -> Hashed {
    let Settings { buckets, numbers_scale, .. } = settings;
    let mut sizes: Vec<f64> = weights.rows().into_iter().take(buckets).flatten().map(|w| w.abs()).collect();
    sizes.retain(|size| *size > 0.0);
    sizes.sort_by(f64::total_cmp);
    let top = sizes.get(sizes.len() * 9995 / 10_000).copied().unwrap_or(1.0).max(1e-6);
    let step = |w: f64| (w / top * 127.0).round().clamp(-127.0, 127.0) as i8;
    let at = |row: usize, class: usize| weights.get((row, class)).copied().unwrap_or_default();
    let class = |class: usize| Linear {
        weights: (buckets..weights.nrows()).map(|row| at(row, class) as f32 * numbers_scale).collect(),
        intercept: intercepts.get(class).copied().unwrap_or(NEVER) as f32,
    };
    Hashed {
        weights: (0..buckets).map(|row| [0, 1, 2].map(|class| step(at(row, class)))).collect(),
        scale: (top / 127.0) as f32,
        standard,
        classes: [0, 1, 2].map(class),
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::classifier::words::hash;

    fn example(word: &str, number: f32, class: usize) -> Example<1> {
        let mut columns = Columns::default();
        columns.add(vec![hash(word), hash("the")]);
        Example { columns, numbers: [number], class, weight: 1.0, group: number.to_bits() }
    }

    #[test]
    fn an_error_names_the_head_and_keeps_its_cause() {
        let settings = Settings { head: "test", buckets: 256, l2: 1.0, numbers_scale: 1.0, calibrate: false };
        let examples = [example("good", 1.0, 0), example("fine", 1.0, 0)];
        let error = fit(&examples.iter().collect::<Vec<_>>(), settings).unwrap_err();
        assert_eq!(error.to_string(), "cannot fit test");
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains("1 classes, must be in 2"), "{cause}");
    }

    #[test]
    fn words_and_numbers_are_both_learnt() {
        let examples: Vec<_> = (0..300)
            .map(|i| match i % 3 {
                0 => example("good", 1.0, 0),
                1 => example("grey", 0.0, 1),
                _ => example("bad", -1.0, 2),
            })
            .enumerate()
            .map(|(i, example)| Example { group: i as u32 / 3, ..example })
            .collect();
        let settings = Settings { head: "test", buckets: 256, l2: 1.0, numbers_scale: 1.0, calibrate: true };
        let head = fit(&examples.iter().collect::<Vec<_>>(), settings).unwrap();
        assert_eq!(head.check(1), Ok(()));
        for (word, number, class) in [("good", 1.0, 0), ("grey", 0.0, 1), ("bad", -1.0, 2)] {
            let found = example(word, number, class);
            let p = head.probabilities(&found.columns, &found.numbers);
            assert!(p[class] > 0.8, "{word} {p:?}");
        }
    }

    #[test]
    fn without_neutral_rows_neutral_is_never_likely() {
        let examples: Vec<_> = (0..40)
            .map(|i| if i % 2 == 0 { example("good", 1.0, 0) } else { example("bad", -1.0, 1) })
            .collect();
        let settings = Settings { head: "test", buckets: 64, l2: 0.1, numbers_scale: 1.0, calibrate: false };
        let head = fit(&examples.iter().collect::<Vec<_>>(), settings).unwrap();
        let found = example("good", 1.0, 0);
        let [favor, _, neutral] = head.probabilities(&found.columns, &found.numbers);
        assert!(favor > 0.9 && neutral < 0.01, "{favor} {neutral}");
    }

    #[test]
    fn a_side_without_rows_is_refused() {
        let examples = [example("good", 1.0, 0), example("bad", 0.0, 2)];
        let settings = Settings { head: "test", buckets: 0, l2: 1.0, numbers_scale: 1.0, calibrate: false };
        assert!(fit(&examples.iter().collect::<Vec<_>>(), settings).is_err());
    }
}
