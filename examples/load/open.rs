//! The open loop: calls begin on a fixed schedule, whether or not earlier ones were answered.
//!
//! Latency counts from the moment that a call should have begun, so that a server that stalls is charged for everybody
//! who had to wait meanwhile ("coordinated omission", Gil Tene, "How NOT to Measure Latency"). A bound on what is
//! outstanding keeps the generator alive; while it holds the schedule back, latencies grow as they should.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::Semaphore};
use tonic::transport::Channel;

use crate::{
    calls::{Caller, Requests},
    run::{Run, Shared},
};

/// How long to wait for room.
const PAUSE: Duration = Duration::from_micros(100);

/// Runs to the end. The schedule is kept by a thread, because the timer of the runtime counts in milliseconds.
pub(crate) async fn run(
    run: Run,
    rate: f64,
    channels: &[Channel],
    requests: &Arc<Requests>,
    tally: &Shared,
    until: Instant,
) -> anyhow::Result<()> {
    let callers: Vec<Caller> =
        channels.iter().map(|channel| Caller::new(channel.clone(), requests.clone(), run.mode)).collect();
    let room = Arc::new(Semaphore::new(run.concurrency));
    let runtime = Handle::current();
    let (tally, bound) = (tally.clone(), room.clone());
    let begin = move |n: usize, intended: Instant| {
        let Some(mut caller) = callers.get(n % callers.len().max(1)).cloned() else { return };
        let tally = tally.clone();
        let room = bound.clone();
        runtime.spawn(async move {
            tally.record(intended, caller.call(n).await);
            room.add_permits(1);
        });
    };
    let taken = room.clone();
    tokio::task::spawn_blocking(move || schedule(rate, until, &taken, begin)).await?;
    // Whoever is outstanding gives back a permit at the end.
    let _all = room.acquire_many(u32::try_from(run.concurrency)?).await?;
    Ok(())
}

/// Begins the `n`-th call at its time, or as soon after as there is room. Each takes a permit, for its end to give back.
pub(crate) fn schedule(rate: f64, until: Instant, room: &Semaphore, mut begin: impl FnMut(usize, Instant)) {
    let start = Instant::now();
    for n in 0_usize.. {
        let intended = start + Duration::from_secs_f64(n as f64 / rate);
        if intended >= until {
            return;
        }
        thread::sleep(intended.saturating_duration_since(Instant::now()));
        while let Err(_full) = room.try_acquire().map(tokio::sync::SemaphorePermit::forget) {
            if Instant::now() >= until {
                return;
            }
            thread::sleep(PAUSE);
        }
        begin(n, intended);
    }
}
