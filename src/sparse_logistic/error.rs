//! What can be wrong with sparse rows, hyperparameters or a training set: one sentence each, with value and limit.
//!
//! No message carries text of a record: only counts, positions and numbers.

use thiserror::Error;

/// The result of building rows or fitting a model.
pub type Result<T> = std::result::Result<T, Error>;

/// Why rows were refused or a model could not be fitted.
#[derive(Debug, Error)]
pub enum Error {
    /// An error of linfa itself.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
    /// An error of the optimiser.
    #[error("the optimiser failed")]
    Optimiser(#[from] argmin::core::Error),
    /// The thread pool could not be started.
    #[error("a pool of {threads} threads could not be started")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// Why the pool refused.
        source: rayon::ThreadPoolBuildError,
    },
    /// A column index at or beyond the width of the matrix.
    #[error("row {row}: column {column} is out of range 0..{columns}")]
    Column {
        /// Position of the row.
        row: usize,
        /// The column index given.
        column: u32,
        /// Number of columns of the matrix.
        columns: usize,
    },
    /// A selected column at or beyond the width of the matrix.
    #[error("column {column} is out of range 0..{columns}")]
    SelectedColumn {
        /// The column index given.
        column: u32,
        /// Number of columns of the matrix.
        columns: usize,
    },
    /// A column selected twice.
    #[error("column {column} is selected twice, each may be selected once")]
    RepeatedColumn {
        /// The column index given.
        column: u32,
    },
    /// A row index at or beyond the number of rows.
    #[error("row {row} is out of range 0..{rows}")]
    Row {
        /// The row index given.
        row: usize,
        /// Number of rows of the matrix.
        rows: usize,
    },
    /// A value that is NaN or infinite.
    #[error("row {row}: value of column {column} is {value}, must be finite")]
    Value {
        /// Position of the row.
        row: usize,
        /// Column of the value.
        column: u32,
        /// The value, before it was narrowed to 32 bits.
        value: f64,
    },
    /// More columns than a 32-bit index can name.
    #[error("{columns} columns, must be at most {}", u32::MAX)]
    TooManyColumns {
        /// Number of columns asked for.
        columns: usize,
    },
    /// A penalty that is negative, NaN or infinite.
    #[error("l2 is {0}, must be finite and in 0..")]
    L2(f64),
    /// A gradient tolerance that is not positive and finite.
    #[error("gradient_tolerance is {0}, must be finite and above 0")]
    GradientTolerance(f64),
    /// A cost tolerance that is negative, NaN or infinite.
    #[error("cost_tolerance is {0}, must be finite and in 0..")]
    CostTolerance(f64),
    /// No iteration allowed.
    #[error("max_iterations is 0, must be in 1..")]
    NoIterations,
    /// Initial parameters that are not finite.
    #[error("an initial parameter is {0}, must be finite")]
    InitialValue(f64),
    /// Initial parameters of the wrong shape.
    #[error(
        "initial parameters have shape ({rows}, {outputs}), must be ({expected_rows}, {expected_outputs})"
    )]
    InitialShape {
        /// Rows given.
        rows: usize,
        /// Columns given.
        outputs: usize,
        /// Features and one row of intercepts.
        expected_rows: usize,
        /// 1 for two classes, else the number of classes.
        expected_outputs: usize,
    },
    /// No rows to learn from.
    #[error("the training set has 0 rows, must have at least 2")]
    Empty,
    /// Targets and rows differ in number.
    #[error("{targets} targets for {rows} rows, must be equal")]
    Targets {
        /// Number of targets.
        targets: usize,
        /// Number of rows.
        rows: usize,
    },
    /// Sample weights and rows differ in number.
    #[error("{weights} sample weights for {rows} rows, must be equal (or none)")]
    Weights {
        /// Number of sample weights.
        weights: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A sample weight that is negative, NaN or infinite.
    #[error("sample weight of row {row} is {value}, must be finite and in 0..")]
    Weight {
        /// Position of the row.
        row: usize,
        /// The weight given.
        value: f32,
    },
    /// A class without any row of positive weight, so that no finite model is the best.
    #[error("class {class} of {classes} has no row of positive weight, must have at least 1")]
    MissingClass {
        /// The class without rows; for two classes 0 is false and 1 is true.
        class: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A number of classes the multinomial model is not compiled for.
    #[error("{classes} classes, must be in {}..={}", super::MIN_CLASSES, super::MAX_CLASSES)]
    Classes {
        /// The largest class and one.
        classes: usize,
    },
}
