//! Pairs of gold and said labels, as the article heads gather them, handed to [`crate::metrics`].

use crate::metrics;

/// The area under the ROC curve of scores with their labels; NaN with one label only.
pub fn auc(scored: &[(f32, bool)]) -> f64 {
    let (said, gold): (Vec<f64>, Vec<bool>) = scored.iter().map(|(s, l)| (f64::from(*s), *l)).unzip();
    metrics::auc(&said, &gold).unwrap_or(f64::NAN)
}

/// The share of pairs `(gold, said)` that agree.
pub fn accuracy(pairs: &[(usize, usize)]) -> f64 {
    pairs.iter().filter(|(g, s)| g == s).count() as f64 / pairs.len().max(1) as f64
}

/// F1 of one class.
pub fn f1(pairs: &[(usize, usize)], class: usize) -> f64 {
    let hits = pairs.iter().filter(|&&p| p == (class, class)).count() as f64;
    let named: usize = pairs.iter().map(|&(g, s)| usize::from(g == class) + usize::from(s == class)).sum();
    2.0 * hits / named.max(1) as f64
}

/// The mean F1 of the first so many classes; NaN without pairs.
pub fn macro_f1(pairs: &[(usize, usize)], classes: usize) -> f64 {
    let (gold, said): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
    metrics::macro_f1(&said, &gold, classes).unwrap_or(f64::NAN)
}

/// The mean recall of the first so many classes; NaN without pairs.
pub fn macro_recall(pairs: &[(usize, usize)], classes: usize) -> f64 {
    let (gold, said): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
    metrics::macro_recall(&said, &gold, classes).unwrap_or(f64::NAN)
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
    fn auc_counts_ties_half() {
        assert!((auc(&[(0.1, false), (0.9, true)]) - 1.0).abs() < 1e-9);
        assert!((auc(&[(0.5, false), (0.5, true)]) - 0.5).abs() < 1e-9);
        assert!((auc(&[(0.1, false), (0.3, true), (0.5, false), (0.7, true)]) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn macro_figures_weigh_classes_alike() {
        let pairs = [(0, 0), (0, 0), (0, 0), (1, 0)];
        assert!((macro_recall(&pairs, 2) - 0.5).abs() < 1e-9);
        assert!((macro_f1(&pairs, 2) - 6.0 / 7.0 / 2.0).abs() < 1e-9);
        assert_eq!(best([0.2, 0.5, 0.3]), 1);
    }
}
