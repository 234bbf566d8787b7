//! Parity with linfa-logistic on dense data, and the promises of the module.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_logistic::{LogisticRegression, MultiLogisticRegression};
use ndarray::{Array1, Array2, array};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

use super::objective::{Logistic, Objective, Softmax};
use super::*;

const FEATURES: usize = 6;

/// Cost and gradient at a point.
type Evaluate<'a> = &'a dyn Fn(&[f64]) -> (f64, Vec<f64>);

/// Numbers of a seeded generator in -1..1, about a third of them 0, exact in 32 bits.
fn dense(rows: usize, seed: u64) -> Array2<f64> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    Array2::from_shape_simple_fn((rows, FEATURES), || {
        let value = f64::from(generator.next_u32() >> 16) / 32768.0 - 1.0;
        if value.abs() < 0.33 { 0.0 } else { value }
    })
}

/// Noisy labels, more often true than not.
fn two_classes(x: &Array2<f64>) -> Array1<bool> {
    x.rows()
        .into_iter()
        .enumerate()
        .map(|(row, x)| x[0] + 2.0 * x[1] - x[3] + 0.4 > 0.0 || row % 11 == 0)
        .collect()
}

fn three_classes(x: &Array2<f64>) -> Array1<usize> {
    x.rows()
        .into_iter()
        .enumerate()
        .map(|(row, x)| match (row % 13, x[0] - x[2], x[1] + x[4]) {
            (0, _, _) => 2,
            (_, a, _) if a > 0.4 => 0,
            (_, _, b) if b > 0.2 => 1,
            _ => 2,
        })
        .collect()
}

fn params() -> SparseLogisticParams {
    SparseLogisticParams::default().gradient_tolerance(1e-9).cost_tolerance(0.0).max_iterations(1000)
}

fn fit_two(x: &Array2<f64>, params: &SparseLogisticParams) -> Result<SparseLogisticRegression> {
    params.fit(&DatasetBase::new(Csr::from_dense(x)?, two_classes(x)))
}

fn close<'a>(
    a: impl IntoIterator<Item = &'a f64>,
    b: impl IntoIterator<Item = &'a f64>,
    tolerance: f64,
) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (a.into_iter().collect(), b.into_iter().collect());
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| (*a - *b).abs() < tolerance)
}

#[test]
fn a_gradient_tolerance_below_what_numbers_can_tell_ends() {
    for seed in 0..8 {
        let x = dense(120, seed);
        let model = fit_two(&x, &params().gradient_tolerance(1e-17)).unwrap();
        assert!(model.weights.iter().all(|w| w.is_finite()), "{seed}");
    }
}

#[test]
fn two_classes_agree_with_linfa_logistic() {
    let (x, y) = (dense(300, 1), two_classes(&dense(300, 1)));
    for l2 in [0.1, 1.0, 25.0] {
        let reference = LogisticRegression::default().alpha(l2).gradient_tolerance(1e-8).max_iterations(1000);
        let reference = reference.fit(&DatasetBase::new(x.clone(), y.clone())).unwrap();
        assert!(reference.labels().pos.class, "true must be the more frequent class");
        let model = fit_two(&x, &params().l2(l2)).unwrap();
        assert!(
            close(&model.weights, reference.params(), 1e-4),
            "{:?} {}",
            model.weights,
            reference.params()
        );
        assert!(close([&model.intercept], [&reference.intercept()], 1e-4));
        let probabilities = model.predict(&Csr::from_dense(&x).unwrap());
        assert!(close(&probabilities, &reference.predict_probabilities(&x), 1e-5));
    }
}

#[test]
fn three_classes_agree_with_linfa_logistic() {
    let (x, y) = (dense(300, 2), three_classes(&dense(300, 2)));
    for l2 in [0.1, 1.0, 25.0] {
        let reference =
            MultiLogisticRegression::default().alpha(l2).gradient_tolerance(1e-8).max_iterations(1000);
        let reference = reference.fit(&DatasetBase::new(x.clone(), y.clone())).unwrap();
        assert_eq!(reference.classes(), [0, 1, 2]);
        let data = DatasetBase::new(Csr::from_dense(&x).unwrap(), y.clone());
        let model = params().l2(l2).fit(&data).unwrap();
        assert_eq!(model.weights.dim(), (FEATURES, 3));
        assert!(close(&model.weights, reference.params(), 1e-4), "{} {}", model.weights, reference.params());
        assert!(close(&model.intercepts, reference.intercept(), 1e-4));
        let probabilities = model.predict(&data.records);
        assert!(close(&probabilities, &reference.predict_probabilities(&x), 1e-5));
        assert!(probabilities.rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-12));
    }
}

#[test]
fn the_gradient_is_the_slope_of_the_cost() {
    let x = dense(50, 3);
    let (rows, two, three) =
        (Csr::from_dense(&x).unwrap(), two_classes(&x).to_vec(), three_classes(&x).to_vec());
    let weights: Vec<f32> = (0..50).map(|row| row as f32 / 25.0).collect();
    let sum = weights.iter().copied().map(f64::from).sum();
    let logistic = Objective::<1, Logistic>::new(&rows, &two, Some(&weights), sum, 0.7, 4);
    let softmax = Objective::<3, Softmax>::new(&rows, &three, Some(&weights), sum, 0.7, 4);
    let slopes_agree = |evaluate: Evaluate<'_>, size: usize| {
        let at: Vec<f64> = (0..size).map(|place| (place as f64).sin()).collect();
        let (_, gradient) = evaluate(&at);
        gradient.len() == size
            && (0..size).all(|place| {
                let moved = |step: f64| {
                    let mut at = at.clone();
                    at[place] += step;
                    evaluate(&at).0
                };
                ((moved(1e-5) - moved(-1e-5)) / 2e-5 - gradient[place]).abs() < 1e-8
            })
    };
    assert!(slopes_agree(&|at| logistic.evaluate(at), FEATURES + 1));
    assert!(slopes_agree(&|at| softmax.evaluate(at), 3 * (FEATURES + 1)));
}

#[test]
fn scores_in_the_thousands_overflow_nothing() {
    use super::objective::Loss;
    assert_eq!(Logistic::loss([5000.0], true), (0.0, [0.0]));
    assert_eq!(Logistic::loss([5000.0], false), (5000.0, [1.0]));
    assert_eq!(Logistic::loss([0.0], true), (2.0_f64.ln(), [-0.5]));
    let (loss, residual) = <Softmax as Loss<3>>::loss([5000.0, 0.0, -5000.0], 1);
    assert_eq!((loss, residual), (5000.0, [1.0, -1.0, 0.0]));
}

#[test]
fn chunks_change_the_order_of_sums_only() {
    let x = dense(101, 4);
    let (rows, targets) = (Csr::from_dense(&x).unwrap(), two_classes(&x).to_vec());
    let at: Vec<f64> = (0..=FEATURES).map(|place| (place as f64).cos()).collect();
    let evaluate =
        |chunks| Objective::<1, Logistic>::new(&rows, &targets, None, 101.0, 0.3, chunks).evaluate(&at);
    let (cost, gradient) = evaluate(1);
    for chunks in [2, 3, 16, 101, 150] {
        let (other_cost, other_gradient) = evaluate(chunks);
        assert!(
            (cost - other_cost).abs() < 1e-12 && close(&gradient, &other_gradient, 1e-12),
            "{chunks} chunks"
        );
    }
}

#[test]
fn a_fit_repeats_to_the_bit_on_any_number_of_threads() {
    let x = dense(500, 5);
    let bits = |threads| {
        let model = fit_two(&x, &params().threads(threads)).unwrap();
        model
            .weights
            .iter()
            .chain([&model.intercept, &model.cost])
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    let first = bits(0);
    for threads in [0, 1, 2, 7] {
        assert_eq!(bits(threads), first, "{threads} threads");
    }
}

#[test]
fn a_weight_of_two_equals_a_row_given_twice() {
    let (x, picks) = (dense(120, 6), (0..120).flat_map(|row| std::iter::repeat_n(row, 1 + row % 2)));
    let rows = Csr::from_dense(&x).unwrap();
    let picks: Vec<usize> = picks.collect();
    let weights: Array1<f32> = (0..120).map(|row| (1 + row % 2) as f32).collect();
    let doubled = rows.select_rows(&picks).unwrap();

    let y = two_classes(&x);
    let weighted = DatasetBase::new(rows.clone(), y.clone()).with_weights(weights.clone());
    let weighted: SparseLogisticRegression = params().fit(&weighted).unwrap();
    let twice = DatasetBase::new(doubled.clone(), picks.iter().map(|&row| y[row]).collect::<Array1<bool>>());
    let twice: SparseLogisticRegression = params().fit(&twice).unwrap();
    assert!(close(&weighted.weights, &twice.weights, 1e-7) && close([&weighted.cost], [&twice.cost], 1e-7));

    let y = three_classes(&x);
    let weighted = DatasetBase::new(rows, y.clone()).with_weights(weights);
    let weighted: SparseMultiLogisticRegression = params().fit(&weighted).unwrap();
    let twice = DatasetBase::new(doubled, picks.iter().map(|&row| y[row]).collect::<Array1<usize>>());
    let twice: SparseMultiLogisticRegression = params().fit(&twice).unwrap();
    assert!(close(&weighted.weights, &twice.weights, 1e-7) && close([&weighted.cost], [&twice.cost], 1e-7));
}

#[test]
fn the_cost_is_the_loss_of_the_rows_and_the_penalty() {
    let x = dense(200, 7);
    let model = fit_two(&x, &params().l2(2.0)).unwrap();
    let probabilities = model.predict(&Csr::from_dense(&x).unwrap());
    let loss: f64 = probabilities
        .iter()
        .zip(two_classes(&x))
        .map(|(&p, label)| -if label { p } else { 1.0 - p }.ln())
        .sum();
    let penalty = model.weights.iter().map(|weight| weight * weight).sum::<f64>();
    assert!((model.cost - loss - penalty).abs() < 1e-9);
}

#[test]
fn starting_at_the_optimum_stays_there() {
    let x = dense(200, 8);
    let model = fit_two(&x, &params()).unwrap();
    let again = fit_two(&x, &params().gradient_tolerance(1e-6).initial(model.parameters())).unwrap();
    assert_eq!((again.iterations, &again.weights), (0, &model.weights));
    let data = DatasetBase::new(Csr::from_dense(&x).unwrap(), three_classes(&x));
    let model: SparseMultiLogisticRegression = params().fit(&data).unwrap();
    let again = params().gradient_tolerance(1e-6).initial(model.parameters());
    let again: SparseMultiLogisticRegression = again.fit(&data).unwrap();
    assert_eq!((again.iterations, &again.weights), (0, &model.weights));
}

#[test]
fn no_more_iterations_than_allowed_are_made() {
    assert_eq!(fit_two(&dense(200, 9), &params().max_iterations(3)).unwrap().iterations, 3);
}

#[test]
fn hyperparameters_out_of_range_are_refused_with_the_range() {
    let x = dense(10, 10);
    let message = |params: SparseLogisticParams| fit_two(&x, &params).unwrap_err().to_string();
    assert_eq!(message(params().l2(-1.0)), "l2 is -1, must be finite and in 0..");
    assert_eq!(message(params().l2(f64::NAN)), "l2 is NaN, must be finite and in 0..");
    assert_eq!(
        message(params().gradient_tolerance(0.0)),
        "gradient_tolerance is 0, must be finite and above 0"
    );
    assert_eq!(message(params().cost_tolerance(-0.5)), "cost_tolerance is -0.5, must be finite and in 0..");
    assert_eq!(message(params().max_iterations(0)), "max_iterations is 0, must be in 1..");
    assert_eq!(
        message(params().initial(array![[f64::INFINITY]])),
        "an initial parameter is inf, must be finite"
    );
    assert_eq!(
        message(params().initial(array![[1.0, 2.0]])),
        "initial parameters have shape (1, 2), must be (7, 1)"
    );
}

#[test]
fn training_sets_that_define_no_model_are_refused_with_numbers() {
    let rows = |count: usize| Csr::from_dense(&dense(count, 11)).unwrap();
    let two = |rows, targets: Vec<bool>, weights: Vec<f32>| {
        let data = DatasetBase::new(rows, Array1::from(targets)).with_weights(Array1::from(weights));
        let fitted: Result<SparseLogisticRegression> = params().fit(&data);
        fitted.unwrap_err().to_string()
    };
    assert_eq!(two(rows(0), vec![], vec![]), "the training set has 0 rows, must have at least 2");
    assert_eq!(two(rows(3), vec![true, false], vec![]), "2 targets for 3 rows, must be equal");
    assert_eq!(
        two(rows(2), vec![true, false], vec![1.0; 3]),
        "3 sample weights for 2 rows, must be equal (or none)"
    );
    assert_eq!(
        two(rows(2), vec![true, false], vec![1.0, -2.0]),
        "sample weight of row 1 is -2, must be finite and in 0.."
    );
    let one_class = "class 0 of 2 has no row of positive weight, must have at least 1";
    assert_eq!(two(rows(2), vec![true, true], vec![]), one_class);
    assert_eq!(two(rows(2), vec![true, false], vec![1.0, 0.0]), one_class);

    let several = |targets: Vec<usize>| {
        let data = DatasetBase::new(rows(targets.len()), Array1::from(targets));
        let fitted: Result<SparseMultiLogisticRegression> = params().fit(&data);
        fitted.unwrap_err().to_string()
    };
    assert_eq!(several(vec![]), "the training set has 0 rows, must have at least 2");
    assert_eq!(several(vec![0, 0]), "1 classes, must be in 2..=8");
    assert_eq!(several(vec![0, 8]), "9 classes, must be in 2..=8");
    assert_eq!(several(vec![0, 2]), "class 1 of 3 has no row of positive weight, must have at least 1");
}

#[test]
fn rows_are_checked_as_they_are_pushed() {
    let mut rows = Csr::new(3).unwrap();
    rows.push_row(&[(2, 0.5), (0, 1.0)]).unwrap();
    assert_eq!(
        rows.push_row(&[(0, 1.0), (3, 1.0)]).unwrap_err().to_string(),
        "row 1: column 3 is out of range 0..3"
    );
    assert_eq!(
        rows.push_row(&[(1, f32::NAN)]).unwrap_err().to_string(),
        "row 1: value of column 1 is NaN, must be finite"
    );
    assert_eq!((rows.rows(), rows.columns(), rows.nonzeros()), (1, 3, 2));
    assert_eq!(rows.row(0), Some((&[2, 0][..], &[0.5, 1.0][..])));
    assert_eq!(rows.row(1), None);
    assert_eq!(
        Csr::from_dense(&array![[0.0, 1e300]]).unwrap_err().to_string(),
        format!("row 0: value of column 1 is {}, must be finite", 1e300)
    );
    assert!(Csr::new(usize::MAX).is_err());
}

#[test]
fn rows_and_columns_are_selected_in_the_order_asked_for() {
    let rows = Csr::from_dense(&array![[1.0_f32, 0.0, 3.0], [0.0, 5.0, 0.0], [7.0, 8.0, 9.0]]).unwrap();
    let picked = rows.select_columns(&[2, 0]).unwrap();
    assert_eq!(picked.columns(), 2);
    assert_eq!(picked.row(0), Some((&[1, 0][..], &[1.0, 3.0][..])));
    assert_eq!(picked.row(1), Some((&[][..], &[][..])));
    assert_eq!(rows.select_columns(&[3]).unwrap_err().to_string(), "column 3 is out of range 0..3");
    assert_eq!(
        rows.select_columns(&[1, 1]).unwrap_err().to_string(),
        "column 1 is selected twice, each may be selected once"
    );
    let picked = rows.select_rows(&[2, 0, 2]).unwrap();
    assert_eq!((picked.rows(), picked.row(0), picked.row(1)), (3, picked.row(2), rows.row(0)));
    assert_eq!(rows.select_rows(&[3]).unwrap_err().to_string(), "row 3 is out of range 0..3");
}

#[test]
fn a_column_given_twice_adds_up_and_one_unknown_counts_nothing() {
    let model =
        SparseLogisticRegression { weights: vec![2.0, -1.0], intercept: 0.5, iterations: 0, cost: 0.0 };
    let mut rows = Csr::new(5).unwrap();
    rows.push_row(&[(0, 1.0), (1, 3.0), (0, 0.5), (4, 100.0)]).unwrap();
    rows.push_row(&[]).unwrap();
    assert_eq!(model.decision(&rows), [0.5, 0.5]);
}
