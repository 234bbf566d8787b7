//! Hyperparameters of sparse logistic regression, unchecked and checked.
//!
//! The same parameters serve two classes and many: the type of the targets decides (see [`super`]).

use linfa::ParamGuard;
use ndarray::Array2;

use super::error::Error;

/// Unchecked hyperparameters; [`ParamGuard::check`] or fitting checks them.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseLogisticParams(SparseLogisticValidParams);

/// Checked hyperparameters.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseLogisticValidParams {
    pub(super) l2: f64,
    pub(super) max_iterations: u64,
    pub(super) gradient_tolerance: f64,
    pub(super) cost_tolerance: f64,
    pub(super) initial: Option<Array2<f64>>,
    pub(super) threads: usize,
}

impl Default for SparseLogisticParams {
    fn default() -> Self {
        Self(SparseLogisticValidParams {
            l2: 1.0,
            max_iterations: 100,
            gradient_tolerance: 1e-5,
            cost_tolerance: 1e-9,
            initial: None,
            threads: 0,
        })
    }
}

impl SparseLogisticParams {
    /// Strength of the penalty `l2 / 2 * |w|^2` on the weights, never on intercepts; 0 or more, default 1. It stands
    /// against the *sum* of the losses of all rows, and equals `alpha` of linfa-logistic and `1 / C` of scikit-learn.
    #[must_use]
    pub fn l2(mut self, l2: f64) -> Self {
        self.0.l2 = l2;
        self
    }

    /// Most iterations of the optimiser, 1 or more, default 100; each costs one to two passes over the rows.
    #[must_use]
    pub fn max_iterations(mut self, max_iterations: u64) -> Self {
        self.0.max_iterations = max_iterations;
        self
    }

    /// Stops when the Euclidean norm of the gradient, divided by the sum of sample weights, falls below this; above
    /// 0, default 1e-5.
    #[must_use]
    pub fn gradient_tolerance(mut self, gradient_tolerance: f64) -> Self {
        self.0.gradient_tolerance = gradient_tolerance;
        self
    }

    /// Stops when an iteration changes the cost, divided by the sum of sample weights, by less than this; 0 or more,
    /// default 1e-9.
    #[must_use]
    pub fn cost_tolerance(mut self, cost_tolerance: f64) -> Self {
        self.0.cost_tolerance = cost_tolerance;
        self
    }

    /// Where to start, of shape `(n_features + 1, n_outputs)`: the last row holds intercepts, `n_outputs` is 1 for
    /// two classes and else the number of classes. Default: zeros.
    #[must_use]
    pub fn initial(mut self, initial: Array2<f64>) -> Self {
        self.0.initial = Some(initial);
        self
    }

    /// Threads to compute on, default 0: those of the surrounding rayon pool. Any number gives the same model.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.0.threads = threads;
        self
    }
}

impl ParamGuard for SparseLogisticParams {
    type Checked = SparseLogisticValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked, Error> {
        let params = &self.0;
        if !params.l2.is_finite() || params.l2 < 0.0 {
            return Err(Error::L2(params.l2));
        }
        if !params.gradient_tolerance.is_finite() || params.gradient_tolerance <= 0.0 {
            return Err(Error::GradientTolerance(params.gradient_tolerance));
        }
        if !params.cost_tolerance.is_finite() || params.cost_tolerance < 0.0 {
            return Err(Error::CostTolerance(params.cost_tolerance));
        }
        if params.max_iterations == 0 {
            return Err(Error::NoIterations);
        }
        if let Some(&value) = params.initial.iter().flatten().find(|value| !value.is_finite()) {
            return Err(Error::InitialValue(value));
        }
        Ok(params)
    }

    fn check(self) -> Result<Self::Checked, Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}
