//! Fits logistic regressions over a few standardised numbers with linfa-logistic.
//!
//! Its loss is the sum over rows, so `alpha` is the `1 / C` of scikit-learn and LIBLINEAR.

use linfa::{Dataset, traits::Fit as _};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::RngCore as _};

use super::corpus::CorpusError;
use crate::classifier::standard::{Linear, Standard};

const ALPHA: f64 = 1.0;
const MAX_ITERATIONS: u64 = 300;
const TOLERANCE: f64 = 1e-2;

/// Measures the mean and deviation of every feature.
pub fn standard<const N: usize>(rows: &[[f32; N]]) -> Standard {
    let count = rows.len().max(1) as f64;
    let column = |i: usize| rows.iter().filter_map(move |r| r.get(i)).map(|&x| f64::from(x));
    let (means, scales) = (0..N)
        .map(|i| {
            let mean = column(i).sum::<f64>() / count;
            let deviation = (column(i).map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt();
            (mean as f32, if deviation > 1e-9 { deviation as f32 } else { 1.0 })
        })
        .unzip();
    Standard { means, scales }
}

fn records<const N: usize>(standard: &Standard, rows: &[[f32; N]]) -> Array2<f64> {
    let mut out = Array2::zeros((rows.len(), N));
    for (mut to, row) in out.rows_mut().into_iter().zip(rows) {
        for (slot, x) in to.iter_mut().zip(standard.apply(row)) {
            *slot = f64::from(x);
        }
    }
    out
}

/// Fits two classes.
///
/// # Errors
/// When linfa refuses the rows, such as rows of one class.
pub fn two<const N: usize>(
    head: &'static str,
    rows: &[[f32; N]],
    labels: &[bool],
) -> Result<(Standard, Linear), CorpusError> {
    let standard = standard(rows);
    let targets: Array1<usize> = labels.iter().map(|&y| usize::from(y)).collect();
    let model = LogisticRegression::default()
        .alpha(ALPHA)
        .max_iterations(MAX_ITERATIONS)
        .gradient_tolerance(TOLERANCE)
        .fit(&Dataset::new(records(&standard, rows), targets))
        .map_err(|error| CorpusError::fit(head, error))?;
    let sign = if model.labels().pos.class == 1 { 1.0 } else { -1.0 };
    let weights = model.params().iter().map(|w| (sign * w) as f32).collect();
    Ok((standard, Linear { weights, intercept: (sign * model.intercept()) as f32 }))
}

/// A number below `bound`, which must not be 0; the bias of the remainder is far below what rows can show.
pub fn below(rng: &mut Xoshiro256PlusPlus, bound: usize) -> usize {
    (rng.next_u64() % bound.max(1) as u64) as usize
}

/// Any of the choices but those for which `not` holds; `None` after many misses.
pub fn another<'a, T>(
    rng: &mut Xoshiro256PlusPlus,
    choices: &'a [T],
    not: impl Fn(&T) -> bool,
) -> Option<&'a T> {
    (0..1000).filter_map(|_| choices.get(below(rng, choices.len()))).find(|c| !not(c))
}
