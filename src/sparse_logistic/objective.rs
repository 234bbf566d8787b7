//! The function that is minimised, and its gradient, over sparse rows.
//!
//! Rows are cut into a fixed number of chunks, whatever the number of threads; each chunk sums its rows in order into a
//! gradient of its own, and the chunks are added in order. Floating-point addition therefore happens in the same order
//! on one thread and on fifty, and a model is reproduced to the last bit. One pass over a row serves both: its scores
//! are gathered, and its residual is scattered while the row is still in cache.
//!
//! Cost and gradient are divided by the sum of sample weights: then the first step of the optimiser, along the bare
//! gradient, has a sensible length for a hundred rows and for a million.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use argmin::core::{CostFunction, Error, Gradient};
use rayon::prelude::*;

use super::csr::{Csr, Row};

/// Chunks the rows are cut into: enough for the cores of one machine, few enough that their gradients (8 bytes for
/// each chunk, column and output: 45 MB for 350,000 columns) stay small beside the rows.
pub(super) const CHUNKS: usize = 16;

/// Features merged at a time by one thread.
const MERGE_BLOCK: usize = 8192;

/// A loss on `K` scores of a row.
pub(super) trait Loss<const K: usize> {
    /// What a row is labelled with.
    type Target: Copy + Sync;

    /// The loss, 0 or more, and its derivative by each score.
    fn loss(scores: [f64; K], target: Self::Target) -> (f64, [f64; K]);
}

/// Two classes: `ln(1 + exp(-m))` where m is the score, negated for a `false` row.
pub(super) struct Logistic;

impl Loss<1> for Logistic {
    type Target = bool;

    fn loss([score]: [f64; 1], target: bool) -> (f64, [f64; 1]) {
        let margin = if target { score } else { -score };
        // exp of a negative number only: no overflow, and 1 - sigmoid(m) without cancellation.
        let small = libm::exp(-margin.abs());
        let wrong = if margin > 0.0 { small } else { 1.0 } / (1.0 + small);
        let residual = if target { -wrong } else { wrong };
        ((-margin).max(0.0) + libm::log1p(small), [residual])
    }
}

/// `K` classes: the negative logarithm of the softmax at the class of the row.
pub(super) struct Softmax;

impl<const K: usize> Loss<K> for Softmax {
    type Target = usize;

    fn loss(scores: [f64; K], target: usize) -> (f64, [f64; K]) {
        let (probabilities, log_sum) = softmax(scores);
        let at_target = scores.get(target).copied().unwrap_or_default();
        let mut residual = probabilities;
        if let Some(value) = residual.get_mut(target) {
            *value -= 1.0;
        }
        (log_sum - at_target, residual)
    }
}

/// Softmax of the scores, and the logarithm of the sum of their exponentials.
pub(super) fn softmax<const K: usize>(scores: [f64; K]) -> ([f64; K], f64) {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials = scores.map(|score| libm::exp(score - largest));
    let sum: f64 = exponentials.iter().sum();
    (exponentials.map(|value| value / sum), largest + libm::log(sum))
}

/// Scores of one row: `weights` holds `K` values for each feature, then `K` intercepts.
pub(super) fn scores<const K: usize>(
    (indices, values): Row<'_>,
    weights: &[[f64; K]],
    intercepts: [f64; K],
) -> [f64; K] {
    let mut scores = intercepts;
    for (&column, &value) in indices.iter().zip(values) {
        if let Some(weight) = weights.get(column as usize) {
            let value = f64::from(value);
            for (score, weight) in scores.iter_mut().zip(weight) {
                *score += value * weight;
            }
        }
    }
    scores
}

/// Cost and gradient at one point.
struct Evaluation {
    params: Vec<f64>,
    cost: f64,
    gradient: Vec<f64>,
}

/// The penalised loss of all rows divided by the sum of their weights, as a problem for argmin.
pub(super) struct Objective<'a, const K: usize, L: Loss<K>> {
    rows: &'a Csr,
    targets: &'a [L::Target],
    sample_weights: Option<&'a [f32]>,
    total_weight: f64,
    l2: f64,
    chunks: usize,
    /// The line search asks for cost and gradient of a point one after the other, and L-BFGS for the gradient again.
    last: Mutex<Option<Evaluation>>,
}

impl<'a, const K: usize, L: Loss<K>> Objective<'a, K, L> {
    /// The objective of checked data: targets (and sample weights) as many as rows, `total_weight` above 0.
    pub(super) fn new(
        rows: &'a Csr,
        targets: &'a [L::Target],
        sample_weights: Option<&'a [f32]>,
        total_weight: f64,
        l2: f64,
        chunks: usize,
    ) -> Self {
        Self { rows, targets, sample_weights, total_weight, l2, chunks, last: Mutex::new(None) }
    }

    /// Rows of chunk number `chunk`.
    fn range(&self, chunk: usize) -> Range<usize> {
        let rows = self.rows.rows();
        rows * chunk / self.chunks..rows * (chunk + 1) / self.chunks
    }

    /// Loss of the rows of a chunk and its gradient by weights and intercepts.
    fn chunk(
        &self,
        chunk: usize,
        weights: &[[f64; K]],
        intercepts: [f64; K],
    ) -> (f64, Vec<[f64; K]>, [f64; K]) {
        let range = self.range(chunk);
        let targets = self.targets.get(range.clone()).unwrap_or_default();
        let sample_weights = self.sample_weights.and_then(|weights| weights.get(range.clone()));
        let mut sample_weights = sample_weights.map(|weights| weights.iter().copied());
        let mut cost = 0.0;
        let mut gradient = vec![[0.0; K]; weights.len()];
        let mut intercept_gradient = [0.0; K];
        for (row, &target) in self.rows.rows_in(range).zip(targets) {
            let sample_weight =
                sample_weights.as_mut().map_or(Some(1.0), Iterator::next).map_or(0.0, f64::from);
            let (loss, residual) = L::loss(scores(row, weights, intercepts), target);
            cost += sample_weight * loss;
            let residual = residual.map(|value| value * sample_weight);
            let (indices, values) = row;
            for (&column, &value) in indices.iter().zip(values) {
                if let Some(slots) = gradient.get_mut(column as usize) {
                    let value = f64::from(value);
                    for (slot, residual) in slots.iter_mut().zip(residual) {
                        *slot += value * residual;
                    }
                }
            }
            for (slot, residual) in intercept_gradient.iter_mut().zip(residual) {
                *slot += residual;
            }
        }
        (cost, gradient, intercept_gradient)
    }

    /// Cost and gradient at `params`: `K` values for each feature, then `K` intercepts.
    pub(super) fn evaluate(&self, params: &[f64]) -> (f64, Vec<f64>) {
        let (groups, _) = params.as_chunks::<K>();
        let Some((&intercepts, weights)) = groups.split_last() else { return (0.0, Vec::new()) };
        let parts: Vec<_> =
            (0..self.chunks).into_par_iter().map(|chunk| self.chunk(chunk, weights, intercepts)).collect();

        let scale = self.total_weight.recip();
        let mut gradient = vec![[0.0; K]; weights.len()];
        gradient.par_chunks_mut(MERGE_BLOCK).enumerate().for_each(|(block, slots)| {
            let start = block * MERGE_BLOCK;
            for (_, part, _) in &parts {
                for (slot, value) in slots.iter_mut().zip(part.iter().skip(start)) {
                    for (slot, value) in slot.iter_mut().zip(value) {
                        *slot += value;
                    }
                }
            }
            for (slot, weight) in slots.iter_mut().zip(weights.iter().skip(start)) {
                for (slot, weight) in slot.iter_mut().zip(weight) {
                    *slot = (*slot + self.l2 * weight) * scale;
                }
            }
        });
        let mut intercept_gradient = [0.0; K];
        for (_, _, part) in &parts {
            for (slot, value) in intercept_gradient.iter_mut().zip(part) {
                *slot += value;
            }
        }
        gradient.push(intercept_gradient.map(|value| value * scale));

        let loss: f64 = parts.iter().map(|(cost, _, _)| cost).sum();
        let norm: f64 = weights.as_flattened().iter().map(|weight| weight * weight).sum();
        ((loss + 0.5 * self.l2 * norm) * scale, gradient.into_flattened())
    }

    /// What `select` takes from the evaluation at `params`, evaluated at most once for consecutive calls.
    fn at<T>(&self, params: &[f64], select: impl FnOnce(&Evaluation) -> T) -> T {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last.take().filter(|evaluation| evaluation.params == params);
        let evaluation = known.unwrap_or_else(|| {
            let (cost, gradient) = self.evaluate(params);
            Evaluation { params: params.to_vec(), cost, gradient }
        });
        select(last.insert(evaluation))
    }
}

impl<const K: usize, L: Loss<K>> CostFunction for Objective<'_, K, L> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, params: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.at(params, |evaluation| evaluation.cost))
    }
}

impl<const K: usize, L: Loss<K>> Gradient for Objective<'_, K, L> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, params: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(self.at(params, |evaluation| evaluation.gradient.clone()))
    }
}
