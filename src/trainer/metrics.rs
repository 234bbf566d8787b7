//! Metrics of scored and of labelled pairs, as the evaluators gather them; the figures are [`crate::metrics`]'s own.

use crate::metrics;

/// The area under the ROC curve of `(score, label)`.
pub fn auc(scored: &[&(f64, bool)]) -> Option<f64> {
    let (said, gold): (Vec<f64>, Vec<bool>) = scored.iter().copied().copied().unzip();
    metrics::auc(&said, &gold)
}

/// The expected calibration error of `(probability, label)`.
pub fn calibration_error(scored: &[&(f64, bool)]) -> Option<f64> {
    let (said, gold): (Vec<f64>, Vec<bool>) = scored.iter().copied().copied().unzip();
    metrics::expected_calibration_error(&said, &gold, metrics::CALIBRATION_BINS)
}

/// The share of pairs `(gold, said)` that agree.
pub fn accuracy(pairs: &[&(usize, usize)]) -> Option<f64> {
    let hits = pairs.iter().filter(|(gold, said)| gold == said).count();
    (!pairs.is_empty()).then(|| hits as f64 / pairs.len() as f64)
}

/// The share of the pairs said to be of a class that are.
pub fn precision(pairs: &[&(usize, usize)], class: usize) -> Option<f64> {
    let said: Vec<_> = pairs.iter().copied().filter(|(_, said)| *said == class).collect();
    accuracy(&said)
}

/// F1 of one class; 0 when it is never found.
pub fn f1(pairs: &[&(usize, usize)], class: usize) -> Option<f64> {
    let hits = pairs.iter().filter(|&&&pair| pair == (class, class)).count() as f64;
    let count = |(gold, said): &(usize, usize)| usize::from(*gold == class) + usize::from(*said == class);
    let named: usize = pairs.iter().copied().map(count).sum();
    (named > 0).then(|| 2.0 * hits / named as f64)
}

/// The mean F1 of the first so many classes.
pub fn macro_f1(pairs: &[&(usize, usize)], classes: usize) -> Option<f64> {
    let (gold, said): (Vec<usize>, Vec<usize>) = pairs.iter().copied().copied().unzip();
    metrics::macro_f1(&said, &gold, classes)
}

/// The mean recall of the first so many classes.
pub fn macro_recall(pairs: &[&(usize, usize)], classes: usize) -> Option<f64> {
    let (gold, said): (Vec<usize>, Vec<usize>) = pairs.iter().copied().copied().unzip();
    metrics::macro_recall(&said, &gold, classes)
}

/// The place of the largest of three.
pub fn best(values: [f32; 3]) -> usize {
    let [a, b, c] = values;
    if a >= b && a >= c { 0 } else { 1 + usize::from(c > b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macro_figures_weigh_classes_alike() {
        let pairs = [(0, 0), (0, 0), (0, 0), (1, 0)];
        let pairs: Vec<&(usize, usize)> = pairs.iter().collect();
        assert!((macro_recall(&pairs, 2).unwrap() - 0.5).abs() < 1e-9);
        assert!((macro_f1(&pairs, 2).unwrap() - 6.0 / 7.0 / 2.0).abs() < 1e-9);
        assert!((f1(&pairs, 0).unwrap() - 6.0 / 7.0).abs() < 1e-9);
        assert!((precision(&pairs, 0).unwrap() - 0.75).abs() < 1e-9);
        assert_eq!(precision(&pairs, 1), None);
        assert_eq!(best([0.2, 0.5, 0.3]), 1);
    }
}
