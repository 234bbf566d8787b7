//! What came of calls: latencies, codes, comments.
//!
//! Latencies of answered and of refused calls are kept apart, because a refusal is quick and would flatter the rest.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tonic::Code;

/// The longest latency that is told from longer ones.
const LONGEST_US: u64 = 60_000_000;

/// What came of one call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    /// How many comments got a verdict.
    pub(crate) comments: u64,
    /// The code of the call, or that of the first item that failed.
    pub(crate) code: Code,
}

/// What came of many.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    /// Calls that began before this are not counted.
    from: Instant,
    /// Comments that were answered after this do not count as throughput.
    until: Instant,
    /// How long the calls took that were answered OK, in µs.
    pub(crate) answered: Histogram<u64>,
    /// How long the others took, in µs.
    pub(crate) refused: Histogram<u64>,
    codes: BTreeMap<i32, u64>,
    comments: u64,
    /// The time over which comments were counted.
    counted: Duration,
    /// All comments, those of the warm-up too, and the time that processors spent on them.
    worked: u64,
    spent: Duration,
}

impl Tally {
    /// An empty tally of the time from `from` to `until`.
    pub(crate) fn new(from: Instant, until: Instant) -> anyhow::Result<Self> {
        let histogram = || Histogram::new_with_bounds(1, LONGEST_US, 3);
        Ok(Self {
            from,
            until,
            answered: histogram()?,
            refused: histogram()?,
            codes: BTreeMap::new(),
            comments: 0,
            counted: until.duration_since(from),
            worked: 0,
            spent: Duration::ZERO,
        })
    }

    /// Counts a call that began, or should have begun, at `begun` and has just ended.
    pub(crate) fn record(&mut self, begun: Instant, outcome: Outcome) {
        self.worked += outcome.comments;
        if begun < self.from {
            return;
        }
        let now = Instant::now();
        let micros = u64::try_from(now.duration_since(begun).as_micros()).unwrap_or(LONGEST_US).max(1);
        *self.codes.entry(outcome.code as i32).or_default() += 1;
        if outcome.code == Code::Ok {
            self.answered.saturating_record(micros);
        } else {
            self.refused.saturating_record(micros);
        }
        if now <= self.until {
            self.comments += outcome.comments;
        }
    }

    /// Adds another tally of another time.
    pub(crate) fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.answered.add(&other.answered)?;
        self.refused.add(&other.refused)?;
        for (code, n) in &other.codes {
            *self.codes.entry(*code).or_default() += n;
        }
        self.comments += other.comments;
        self.counted += other.counted;
        self.worked += other.worked;
        self.spent += other.spent;
        Ok(())
    }

    /// Notes the time that processors spent on all of it.
    pub(crate) const fn spend(&mut self, spent: Duration) {
        self.spent = spent;
    }

    /// The time that processors spent on a comment, generator included, in µs; 0 where it is not known.
    pub(crate) fn spent_us(&self) -> f64 {
        self.spent.as_secs_f64() * 1e6 / (self.worked as f64).max(1.0)
    }

    /// Comments with a verdict in a second.
    pub(crate) fn throughput(&self) -> f64 {
        self.comments as f64 / self.counted.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// Calls in a second, however they ended.
    pub(crate) fn call_rate(&self) -> f64 {
        (self.answered.len() + self.refused.len()) as f64 / self.counted.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// How many calls did not end OK.
    pub(crate) fn failed(&self) -> u64 {
        self.codes.iter().filter(|(code, _)| **code != 0).map(|(_, n)| n).sum()
    }

    /// The codes with their counts.
    pub(crate) fn codes(&self) -> String {
        let shown = self.codes.iter().map(|(code, n)| format!("{:?} {n}", Code::from_i32(*code)));
        shown.collect::<Vec<_>>().join(", ")
    }
}

/// A quantile of latencies, in milliseconds.
pub(crate) fn quantile(latencies: &Histogram<u64>, q: f64) -> f64 {
    latencies.value_at_quantile(q) as f64 / 1000.0
}
