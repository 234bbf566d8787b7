//! One measured figure, with how far it might be off.

use crate::{classifier::artifact::Figure, metrics::bootstrap_interval};

/// Resamples of a bootstrap interval.
const RESAMPLES: u32 = 200;
const SEED: u64 = 20_261_122;

/// One measured figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The set.
    pub set: String,
    /// Label or head, and metric.
    pub what: String,
    /// How many rows were measured.
    pub rows: usize,
    /// The value.
    pub value: f64,
    /// The bootstrap 95 % interval.
    pub interval: Option<(f64, f64)>,
}

impl Measured {
    /// A metric of items, with its interval under resampling of items; `None` where the items do not define it.
    pub fn of<T: Sync>(
        set: &str,
        what: &str,
        items: &[T],
        metric: impl Fn(&[&T]) -> Option<f64> + Sync,
    ) -> Option<Self> {
        let all: Vec<&T> = items.iter().collect();
        let value = metric(&all)?;
        let resampled = |positions: &[usize]| {
            let picked: Vec<&T> = positions.iter().filter_map(|i| items.get(*i)).collect();
            metric(&picked)
        };
        let interval = bootstrap_interval(items.len(), RESAMPLES, SEED, resampled);
        Some(Self { set: set.to_owned(), what: what.to_owned(), rows: items.len(), value, interval })
    }

    /// A figure without an interval.
    pub fn plain(set: &str, what: &str, rows: usize, value: f64) -> Self {
        Self { set: set.to_owned(), what: what.to_owned(), rows, value, interval: None }
    }

    /// As provenance holds it.
    pub fn figure(&self) -> Figure {
        Figure { name: format!("{} {}", self.set, self.what), value: (self.value * 1e4).round() / 1e4 }
    }
}
