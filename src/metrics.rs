//! How good scores and labels are: the figures of the evaluator.
//!
//! linfa has a confusion matrix and a ROC curve, in `f32`. Its macro F1 is the F1 of mean precision and mean recall,
//! its precision and recall are each other's (rows are predictions), and a class never predicted yields NaN; its curve
//! merges scores closer than 1e-10. The figures here are computed in `f64` by the usual definitions, 0 for a class
//! never found, and held against linfa's where the two mean the same (see the tests). A figure that its input does not
//! define (no rows, one class only) is `None`. Inputs of unequal length are read up to the shorter.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

/// Bins of [`expected_calibration_error`] in the literature (Guo et al. 2017).
pub const CALIBRATION_BINS: usize = 15;

/// Area under the ROC curve, in [0, 1]: the chance that a positive scores above a negative, ties counting half.
///
/// By ranks: James A. Hanley and Barbara J. McNeil, *The meaning and use of the area under a receiver operating
/// characteristic (ROC) curve* (1982). `None` without both classes.
pub fn auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let (mut wins, mut positives, mut negatives) = (0.0, 0.0, 0.0);
    for (positive, negative) in ties(scores, labels).into_iter().rev() {
        wins += positive * (negatives + 0.5 * negative);
        positives += positive;
        negatives += negative;
    }
    (positives > 0.0 && negatives > 0.0).then(|| wins / (positives * negatives))
}

/// Average precision, in [0, 1]: the sum over thresholds of precision times the gain in recall, as in scikit-learn.
///
/// Equal scores share one threshold. `None` without positives.
pub fn average_precision(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let (mut sum, mut found, mut shown) = (0.0, 0.0, 0.0);
    for (positive, negative) in ties(scores, labels) {
        found += positive;
        shown += positive + negative;
        sum += positive * found / shown;
    }
    (found > 0.0).then(|| sum / found)
}

/// Counts of positives and negatives for each distinct score, highest score first.
fn ties(scores: &[f64], labels: &[bool]) -> Vec<(f64, f64)> {
    // Adding 0 turns -0 into 0, its equal.
    let scores = scores.iter().map(|score| score + 0.0);
    let mut pairs: Vec<(f64, bool)> = scores.zip(labels.iter().copied()).collect();
    pairs.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
    pairs
        .chunk_by(|(a, _), (b, _)| a.total_cmp(b).is_eq())
        .map(|tie| {
            let positives = tie.iter().filter(|(_, label)| *label).count();
            (positives as f64, (tie.len() - positives) as f64)
        })
        .collect()
}

/// Unweighted mean of the F1 of `classes` classes, in [0, 1]; 0 for a class without hits, absent classes left out.
///
/// A class is absent if it is neither predicted nor actual. `None` without rows.
pub fn macro_f1(predicted: &[usize], actual: &[usize], classes: usize) -> Option<f64> {
    mean(counts(predicted, actual, classes).filter_map(|count| {
        let total = count.predicted + count.actual;
        (total > 0).then(|| 2.0 * count.hits as f64 / total as f64)
    }))
}

/// Unweighted mean of the recall of `classes` classes, in [0, 1] (balanced accuracy); classes without rows left out.
///
/// `None` without rows.
pub fn macro_recall(predicted: &[usize], actual: &[usize], classes: usize) -> Option<f64> {
    mean(
        counts(predicted, actual, classes)
            .filter_map(|count| (count.actual > 0).then(|| count.hits as f64 / count.actual as f64)),
    )
}

/// How often a class is predicted, is actual, and both.
struct Count {
    predicted: usize,
    actual: usize,
    hits: usize,
}

fn counts(predicted: &[usize], actual: &[usize], classes: usize) -> impl Iterator<Item = Count> {
    (0..classes).map(move |class| {
        let pairs = || predicted.iter().zip(actual);
        Count {
            predicted: pairs().filter(|(predicted, _)| **predicted == class).count(),
            actual: pairs().filter(|(_, actual)| **actual == class).count(),
            hits: pairs().filter(|(predicted, actual)| **predicted == class && **actual == class).count(),
        }
    })
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// Expected calibration error, in [0, 1]: the mean distance between probability and frequency in `bins` bins of equal
/// width, weighted by their rows.
///
/// Chuan Guo et al., *On calibration of modern neural networks* (2017), for the probability of `true`. `None` without
/// rows or bins.
pub fn expected_calibration_error(probabilities: &[f64], labels: &[bool], bins: usize) -> Option<f64> {
    let mut sums = vec![0.0; bins];
    let mut rows = 0.0;
    for (&probability, &label) in probabilities.iter().zip(labels) {
        let bin = ((probability * bins as f64) as usize).min(bins.saturating_sub(1));
        *sums.get_mut(bin)? += probability - if label { 1.0 } else { 0.0 };
        rows += 1.0;
    }
    (rows > 0.0).then(|| sums.iter().map(|sum: &f64| sum.abs()).sum::<f64>() / rows)
}

/// The 95 % percentile interval of a figure under resampling of `rows` rows with replacement.
///
/// `figure` gets the positions of one resample; resamples for which it is `None` are left out. Bradley Efron and Robert
/// J. Tibshirani, *An introduction to the bootstrap* (1993), chapter 13. Each resample draws from its own xoshiro256++,
/// seeded in turn from one seeded with `seed`: the interval is the same on any number of threads. `None` without rows or without a defined figure.
pub fn bootstrap_interval(
    rows: usize,
    resamples: u32,
    seed: u64,
    figure: impl Fn(&[usize]) -> Option<f64> + Sync,
) -> Option<(f64, f64)> {
    if rows == 0 {
        return None;
    }
    let mut seeder = Xoshiro256PlusPlus::seed_from_u64(seed);
    let seeds: Vec<u64> = (0..resamples).map(|_| seeder.next_u64()).collect();
    let mut figures: Vec<f64> = seeds
        .into_par_iter()
        .filter_map(|seed| {
            let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
            // The high half of a 128-bit product maps 64 random bits onto 0..rows (Lemire 2019, without rejection).
            let mut draw = |_| ((u128::from(generator.next_u64()) * rows as u128) >> 64) as usize;
            let positions: Vec<usize> = (0..rows).map(&mut draw).collect();
            figure(&positions)
        })
        .collect();
    figures.sort_unstable_by(f64::total_cmp);
    Some((quantile(&figures, 0.025)?, quantile(&figures, 0.975)?))
}

/// The quantile of sorted values, interpolated linearly between neighbours.
fn quantile(sorted: &[f64], fraction: f64) -> Option<f64> {
    let place = fraction * sorted.len().checked_sub(1)? as f64;
    let (&below, &above) = (sorted.get(place.floor() as usize)?, sorted.get(place.ceil() as usize)?);
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::dataset::Pr;
    use linfa::metrics::{BinaryClassification, ToConfusionMatrix};
    use ndarray::Array1;

    fn near(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 1e-12)
    }

    #[test]
    fn auc_counts_pairs_in_order_and_ties_half() {
        // Positives 0.8, 0.5; negatives 0.5, 0.2: pairs won 1 + 1 + 0.5 + 1 of 4.
        let labels = [true, true, false, false];
        assert!(near(auc(&[0.8, 0.5, 0.5, 0.2], &labels), 3.5 / 4.0));
        assert!(near(auc(&[0.0, -0.0, 0.0, -0.0], &labels), 0.5));
        assert!(near(auc(&[-2.0, -1.0, 3.0, 4.0], &labels), 0.0));
        assert_eq!(auc(&[0.1, 0.2], &[true, true]), None);
        assert_eq!(auc(&[], &[]), None);
    }

    #[test]
    fn auc_agrees_with_the_roc_of_linfa() {
        let scores = [0.1, 0.4, 0.35, 0.8, 0.8, 0.65, 0.3, 0.9];
        let labels = [false, false, true, true, false, true, false, true];
        let pr: Vec<Pr> = scores.iter().map(|&score| Pr::new(score as f32)).collect();
        let roc = pr.as_slice().roc(&labels[..]).unwrap();
        // linfa's points are (true positives, false positives) from the lowest score: the area beside the curve.
        let linfa = f64::from(roc.area_under_curve());
        assert!((auc(&scores, &labels).unwrap() - linfa).abs() < 1e-6, "{:?} {linfa}", auc(&scores, &labels));
    }

    #[test]
    fn average_precision_is_the_mean_precision_at_each_positive() {
        // Ranks of positives 1 and 3: (1/1 + 2/3) / 2.
        assert!(near(average_precision(&[0.9, 0.8, 0.7, 0.1], &[true, false, true, false]), 5.0 / 6.0));
        // All tied: precision of the base rate.
        assert!(near(average_precision(&[0.5; 4], &[true, false, false, false]), 0.25));
        assert_eq!(average_precision(&[0.5], &[false]), None);
    }

    #[test]
    fn macro_figures_are_means_over_classes() {
        let (predicted, actual) = ([0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 2, 0]);
        // F1: class 0 2*1/(2+2), class 1 2*2/(3+3), class 2 0. Recall: 1/2, 2/3, 0/1.
        assert!(near(macro_f1(&predicted, &actual, 3), (0.5 + 2.0 / 3.0) / 3.0));
        assert!(near(macro_recall(&predicted, &actual, 3), (0.5 + 2.0 / 3.0) / 3.0));
        assert!(near(macro_recall(&[0, 0, 0], &[0, 0, 1], 2), 0.5));
        assert!(near(macro_f1(&[0, 0], &[0, 0], 3), 1.0));
        assert_eq!(macro_f1(&[], &[], 3), None);
    }

    #[test]
    fn macro_f1_agrees_with_the_confusion_matrices_of_linfa() {
        let (predicted, actual) = (vec![0, 0, 1, 1, 1, 2, 2, 0], vec![0, 1, 1, 1, 2, 2, 0, 0]);
        let matrix = Array1::from(predicted.clone()).confusion_matrix(&Array1::from(actual.clone())).unwrap();
        let each: Vec<f32> =
            matrix.split_one_vs_all().iter().map(linfa::metrics::ConfusionMatrix::f1_score).collect();
        let linfa = f64::from(each.iter().sum::<f32>()) / 3.0;
        assert!((macro_f1(&predicted, &actual, 3).unwrap() - linfa).abs() < 1e-6);
    }

    #[test]
    fn calibration_error_is_the_gap_between_probability_and_frequency() {
        // One bin: mean probability 0.75, frequency 0.5.
        assert!(near(expected_calibration_error(&[0.75; 4], &[true, true, false, false], 15), 0.25));
        // Two bins of two rows: |0.2 - 0.5| and |1.0 - 1.0|.
        assert!(near(
            expected_calibration_error(&[0.2, 0.2, 1.0, 1.0], &[true, false, true, true], 15),
            0.15
        ));
        assert_eq!(expected_calibration_error(&[], &[], 15), None);
        assert_eq!(expected_calibration_error(&[0.5], &[true], 0), None);
    }

    #[test]
    fn the_interval_of_a_mean_is_near_the_normal_one_and_repeats() {
        // Variance 1/12, standard error sqrt(1 / 12 / 400) = 0.01443, so 0.5 -+ 0.0283.
        let values: Vec<f64> = (0..400).map(|row| (f64::from(row) + 0.5) / 400.0).collect();
        let figure =
            |rows: &[usize]| Some(rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64);
        let (low, high) = bootstrap_interval(values.len(), 2000, 7, figure).unwrap();
        assert!((low - 0.4717).abs() < 0.003 && (high - 0.5283).abs() < 0.003, "{low} {high}");
        assert_eq!(bootstrap_interval(values.len(), 2000, 7, figure), Some((low, high)));
        assert_ne!(bootstrap_interval(values.len(), 2000, 8, figure), Some((low, high)));
        assert_eq!(bootstrap_interval(0, 10, 7, figure), None);
        assert_eq!(bootstrap_interval(3, 10, 7, |_| None), None);
    }

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        assert!(near(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
