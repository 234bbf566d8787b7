//! Fitting: checks of the training set, then L-BFGS with a More-Thuente line search, as linfa-logistic does.
//!
//! Jorge Nocedal and Stephen J. Wright, *Numerical Optimization* (2nd ed., 2006), chapter 7.2; Jorge J. Moré and David
//! J. Thuente, *Line search algorithms with guaranteed sufficient decrease* (1994).

use argmin::core::{Executor, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};

use super::csr::Csr;
use super::error::{Error, Result};
use super::hyperparams::SparseLogisticValidParams;
use super::objective::{CHUNKS, Logistic, Loss, Objective, Softmax};
use super::{MAX_CLASSES, MIN_CLASSES, SparseLogisticRegression, SparseMultiLogisticRegression};

/// Pairs of steps and gradient changes that L-BFGS remembers.
const MEMORY: usize = 10;

impl Fit<Csr, Array1<bool>, Error> for SparseLogisticValidParams {
    type Object = SparseLogisticRegression;

    /// Fits two classes to records of shape `(n_samples, n_features)` and targets of shape `(n_samples)`.
    ///
    /// # Errors
    /// An empty set, targets or weights of another number than rows, weights that are negative or not finite, a class
    /// without rows, or initial parameters of another shape than `(n_features + 1, 1)`.
    fn fit(&self, dataset: &DatasetBase<Csr, Array1<bool>>) -> Result<SparseLogisticRegression> {
        let targets: Vec<bool> = dataset.targets.iter().copied().collect();
        let classes: Vec<usize> = targets.iter().map(|&target| usize::from(target)).collect();
        let total_weight = check(&dataset.records, &classes, 2, dataset.weights())?;
        let solution = self.minimise::<1, Logistic>(dataset, &targets, total_weight)?;
        let mut weights = solution.params;
        let intercept = weights.pop().unwrap_or_default();
        Ok(SparseLogisticRegression {
            weights,
            intercept,
            iterations: solution.iterations,
            cost: solution.cost,
        })
    }
}

impl Fit<Csr, Array1<usize>, Error> for SparseLogisticValidParams {
    type Object = SparseMultiLogisticRegression;

    /// Fits classes 0, 1, .. to records of shape `(n_samples, n_features)` and targets of shape `(n_samples)`; the
    /// number of classes is one more than the largest target.
    ///
    /// # Errors
    /// Those of two classes, and a number of classes outside [`MIN_CLASSES`]..=[`MAX_CLASSES`].
    fn fit(&self, dataset: &DatasetBase<Csr, Array1<usize>>) -> Result<SparseMultiLogisticRegression> {
        let targets: Vec<usize> = dataset.targets.iter().copied().collect();
        let classes = targets.iter().max().map_or(0, |largest| largest.saturating_add(1));
        if !targets.is_empty() && !(MIN_CLASSES..=MAX_CLASSES).contains(&classes) {
            return Err(Error::Classes { classes });
        }
        let total_weight = check(&dataset.records, &targets, classes, dataset.weights())?;
        let solution = match classes {
            2 => self.minimise::<2, Softmax>(dataset, &targets, total_weight),
            3 => self.minimise::<3, Softmax>(dataset, &targets, total_weight),
            4 => self.minimise::<4, Softmax>(dataset, &targets, total_weight),
            5 => self.minimise::<5, Softmax>(dataset, &targets, total_weight),
            6 => self.minimise::<6, Softmax>(dataset, &targets, total_weight),
            7 => self.minimise::<7, Softmax>(dataset, &targets, total_weight),
            8 => self.minimise::<8, Softmax>(dataset, &targets, total_weight),
            _ => Err(Error::Classes { classes }),
        }?;
        let features = dataset.records.columns();
        let mut weights = solution.params;
        let intercepts = weights.split_off(features * classes);
        let weights = Array2::from_shape_vec((features, classes), weights).map_err(linfa::Error::from)?;
        Ok(SparseMultiLogisticRegression {
            weights,
            intercepts: Array1::from(intercepts),
            iterations: solution.iterations,
            cost: solution.cost,
        })
    }
}

/// Where the optimiser stopped.
struct Solution {
    params: Vec<f64>,
    iterations: u64,
    cost: f64,
}

impl SparseLogisticValidParams {
    /// Minimises the penalised loss of a checked training set.
    fn minimise<const K: usize, L: Loss<K>>(
        &self,
        dataset: &DatasetBase<Csr, impl Sync>,
        targets: &[L::Target],
        total_weight: f64,
    ) -> Result<Solution> {
        let initial = self.start(dataset.records.columns() + 1, K)?;
        let (rows, weights) = (&dataset.records, dataset.weights());
        let solve = || {
            let problem = Objective::<K, L>::new(rows, targets, weights, total_weight, self.l2, CHUNKS);
            let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY)
                .with_tolerance_grad(self.gradient_tolerance)?
                // At 0 a step of length 0 would make the next direction NaN, of which the line search finds no end.
                .with_tolerance_cost(self.cost_tolerance.max(f64::MIN_POSITIVE))?;
            let mut state = Executor::new(problem, solver)
                .configure(|state| state.param(initial.clone()).max_iters(self.max_iterations))
                .timer(false)
                .run()?
                .state;
            let (iterations, cost) = (state.get_iter(), state.get_best_cost() * total_weight);
            Ok(Solution { params: state.take_best_param().unwrap_or(initial), iterations, cost })
        };
        if self.threads == 0 {
            return solve();
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        pool.map_err(|source| Error::Threads { threads: self.threads, source })?.install(solve)
    }

    /// The initial parameters in the order of the objective, zeros if none were given.
    fn start(&self, expected_rows: usize, expected_outputs: usize) -> Result<Vec<f64>> {
        let Some(initial) = &self.initial else { return Ok(vec![0.0; expected_rows * expected_outputs]) };
        let (rows, outputs) = initial.dim();
        if (rows, outputs) != (expected_rows, expected_outputs) {
            return Err(Error::InitialShape { rows, outputs, expected_rows, expected_outputs });
        }
        Ok(initial.iter().copied().collect())
    }
}

/// Checks targets (each below `classes`) and sample weights against the rows; the sum of sample weights, above 0.
fn check(records: &Csr, targets: &[usize], classes: usize, weights: Option<&[f32]>) -> Result<f64> {
    let rows = records.rows();
    if rows == 0 {
        return Err(Error::Empty);
    }
    if targets.len() != rows {
        return Err(Error::Targets { targets: targets.len(), rows });
    }
    if let Some(weights) = weights {
        if weights.len() != rows {
            return Err(Error::Weights { weights: weights.len(), rows });
        }
        let wrong = |&(_, value): &(usize, f32)| !value.is_finite() || value < 0.0;
        if let Some((row, value)) = weights.iter().copied().enumerate().find(wrong) {
            return Err(Error::Weight { row, value });
        }
    }
    let mut by_class = vec![0.0; classes];
    let mut weights = weights.into_iter().flatten();
    for &class in targets {
        let weight = weights.next().copied().map_or(1.0, f64::from);
        if let Some(sum) = by_class.get_mut(class) {
            *sum += weight;
        }
    }
    match by_class.iter().position(|&sum| sum <= 0.0) {
        Some(class) => Err(Error::MissingClass { class, classes }),
        None => Ok(by_class.iter().sum()),
    }
}
