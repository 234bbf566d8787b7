//! The figures by which heads are compared.

/// The area under the ROC curve: the chance that a positive outscores a negative, ties counted half.
pub fn auc(scored: &[(f32, bool)]) -> f64 {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut area, mut positives) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let hits = tied.iter().filter(|(_, y)| *y).count() as f64;
        let misses = tied.len() as f64 - hits;
        area += hits * (below + misses / 2.0);
        below += misses;
        positives += hits;
    }
    if below * positives > 0.0 { area / (below * positives) } else { f64::NAN }
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

/// The mean F1 of the first so many classes.
pub fn macro_f1(pairs: &[(usize, usize)], classes: usize) -> f64 {
    (0..classes).map(|c| f1(pairs, c)).sum::<f64>() / classes as f64
}

/// The mean recall of the first so many classes.
pub fn macro_recall(pairs: &[(usize, usize)], classes: usize) -> f64 {
    let recall = |class| {
        let gold: Vec<_> = pairs.iter().copied().filter(|&(g, _)| g == class).collect();
        accuracy(&gold)
    };
    (0..classes).map(recall).sum::<f64>() / classes as f64
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
