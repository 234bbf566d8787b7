//! One run of load: closed or open, in any mode.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tonic::{Code, transport::Channel};

use crate::{
    calls::{Caller, Mode, Requests},
    open,
    process::processor_time,
    stream,
    tally::{Outcome, Tally},
};

/// How long a caller waits after UNAVAILABLE: nobody is there to be hurried.
const PAUSE: Duration = Duration::from_millis(10);

/// What a run is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) mode: Mode,
    /// The most calls outstanding, over all connections.
    pub(crate) concurrency: usize,
    /// Calls a second on a fixed schedule; none to call again as soon as an answer is there.
    pub(crate) rate: Option<f64>,
    /// How long a caller of a closed loop waits after RESOURCE_EXHAUSTED before it calls again.
    pub(crate) pause: Duration,
    /// What comes before anything is counted.
    pub(crate) warm_up: Duration,
    /// How long is counted.
    pub(crate) duration: Duration,
}

/// A tally that several write to.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<Mutex<Tally>>);

impl Shared {
    pub(crate) fn record(&self, begun: Instant, outcome: Outcome) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).record(begun, outcome);
    }
}

impl Run {
    /// Runs to the end, and waits for what is still outstanding then. The time that processors spend on `processes` is
    /// counted from the very start.
    pub(crate) async fn over(
        self,
        channels: &[Channel],
        requests: &Arc<Requests>,
        processes: &[u32],
    ) -> anyhow::Result<Tally> {
        let before = processor_time(processes);
        let from = Instant::now() + self.warm_up;
        let until = from + self.duration;
        let tally = Shared(Arc::new(Mutex::new(Tally::new(from, until)?)));
        match (self.mode, self.rate) {
            (Mode::Stream, rate) => stream::run(self, rate, channels, requests, &tally, until).await?,
            (Mode::Unary | Mode::Batch, Some(rate)) => {
                open::run(self, rate, channels, requests, &tally, until).await?;
            }
            (Mode::Unary | Mode::Batch, None) => self.closed(channels, requests, &tally, until).await?,
        }
        let mut tally = tally.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let (Some(before), Some(after)) = (before, processor_time(processes)) {
            tally.spend(after.saturating_sub(before));
        }
        Ok(tally)
    }

    /// Each of so many callers calls again as soon as it has its answer.
    async fn closed(
        self,
        channels: &[Channel],
        requests: &Arc<Requests>,
        tally: &Shared,
        until: Instant,
    ) -> anyhow::Result<()> {
        let mut callers = tokio::task::JoinSet::new();
        for (first, channel) in (0..self.concurrency).zip(channels.iter().cycle()) {
            let mut caller = Caller::new(channel.clone(), requests.clone(), self.mode);
            let tally = tally.clone();
            callers.spawn(async move {
                for n in first.. {
                    let begun = Instant::now();
                    if begun >= until {
                        return;
                    }
                    let outcome = caller.call(n).await;
                    tally.record(begun, outcome);
                    if outcome.code == Code::Unavailable {
                        tokio::time::sleep(PAUSE).await;
                    } else if outcome.code == Code::ResourceExhausted && !self.pause.is_zero() {
                        tokio::time::sleep(self.pause).await;
                    }
                }
            });
        }
        while let Some(ended) = callers.join_next().await {
            ended?;
        }
        Ok(())
    }
}
