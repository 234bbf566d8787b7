//! Ten times more calls than the server can do, from ten callers, and what it does to everybody: to those who are let
//! in, to those who are not, to health, to memory, and to the first call afterwards.
//!
//! There are ten times more calls outstanding than the server has room for. Whoever is let in calls again at once; whoever
//! is refused waits just as long as makes it ten times what the server can do, if everybody is refused.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::bail;
use hdrhistogram::Histogram;
use tonic::Code;

use crate::{
    calls::{Caller, Mode, Requests, connect},
    health::Beside,
    process::Observer,
    run::Run,
    tally::{Tally, quantile},
    target::Target,
};

/// How many calls the flood has on one connection, at most as many as the server takes there.
const A_CONNECTION: usize = 128;

/// How many callers flood.
const CALLERS: u8 = 10;

/// The share of what the server can do that is a light load.
const LIGHT: f64 = 0.1;

/// How often health is asked for, and how often the modest caller calls.
const INTERVAL: Duration = Duration::from_millis(10);

/// How long recovery may take.
const RECOVERY_LIMIT: Duration = Duration::from_secs(30);

/// How many times what the server can do is offered.
const TIMES: f64 = 10.0;

/// The p99 of those who are let in may be so many times that of an idle server.
const GOAL: f64 = 3.0;

/// What the overload is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overload {
    /// How many calls a second the server can do.
    pub(crate) capacity: f64,
    /// How many calls are outstanding.
    pub(crate) outstanding: usize,
    /// How long it lasts.
    pub(crate) duration: Duration,
}

impl Overload {
    /// Runs it and tells, one line a finding.
    pub(crate) async fn told(self, target: &Target, requests: &Arc<Requests>) -> anyhow::Result<Vec<String>> {
        let light = self.light(target, requests).await?;
        let before = quantile(&light.answered, 0.99);
        let mut lines = vec![format!("{:<28}{}", "unloaded, 10 % of capacity", latencies(&light.answered))];

        let connections = self.outstanding.div_ceil(A_CONNECTION);
        let flood = if target.address.starts_with("unix:") { 1 } else { CALLERS };
        let channels = connect(&target.address, connections, flood).await?;
        let [watch, modest, after] = alone(target, flood).await?;
        let memory = target.pid.map(Observer::start);
        let warm_up = Duration::from_millis(500);
        let until = Instant::now() + warm_up + self.duration;
        let health = Beside::health(watch, INTERVAL, until)?;
        let modest = Beside::modest(modest, requests.clone(), INTERVAL, until)?;
        let pause = Duration::from_secs_f64(self.outstanding as f64 / (self.capacity.max(1.0) * TIMES));
        let run = Run {
            mode: Mode::Unary,
            concurrency: self.outstanding,
            rate: None,
            pause,
            warm_up,
            duration: self.duration,
        };
        let crowd = {
            let requests = requests.clone();
            tokio::spawn(async move { run.over(&channels, &requests, &[]).await })
        };
        tokio::time::sleep_until(until.into()).await;
        let recovery = recovery(Caller::new(after, requests.clone(), Mode::Unary)).await?;
        let crowd = crowd.await??;

        lines.push(self.crowd(&crowd, connections));
        let p99 = quantile(&crowd.answered, 0.99);
        let ratio = p99 / before;
        lines.push(format!(
            "{:<28}{}, p99 {ratio:.1} times unloaded (goal {GOAL:.0})",
            "let in",
            latencies(&crowd.answered)
        ));
        lines.push(format!("{:<28}{}", "refused", latencies(&crowd.refused)));
        let modest = modest.ended().await?;
        lines.push(format!(
            "{:<28}{}: {}",
            "a modest caller beside",
            latencies(&modest.answered),
            modest.codes()
        ));
        let health = health.ended().await?;
        lines.push(format!("{:<28}{}: {}", "health", latencies(&health.answered), health.codes()));
        if let Some(memory) = memory {
            let whose = if target.is_inside() { " (server and generator)" } else { "" };
            lines.push(format!("{:<28}{}{whose}", "memory", memory.told().await));
        }
        lines.push(format!("{:<28}{recovery}", "recovery"));
        Ok(lines)
    }

    async fn light(self, target: &Target, requests: &Arc<Requests>) -> anyhow::Result<Tally> {
        let channels = connect(&target.address, 4, 1).await?;
        let rate = Some((self.capacity * LIGHT).max(1.0));
        let warm_up = Duration::from_millis(500);
        let run = Run {
            mode: Mode::Unary,
            concurrency: 256,
            rate,
            pause: Duration::ZERO,
            warm_up,
            duration: self.duration,
        };
        run.over(&channels, requests, &[]).await
    }

    fn crowd(self, crowd: &Tally, connections: usize) -> String {
        let (let_in, refused) = (crowd.answered.len() as f64, crowd.refused.len() as f64);
        let share = 100.0 * let_in / (let_in + refused).max(1.0);
        format!(
            "{:<28}{} outstanding over {connections} connections: {:.0} calls/s came ({:.1} times capacity), {:.0}/s \
             answered; {share:.1} % let in, {:.1} % refused: {}",
            "the crowd",
            self.outstanding,
            crowd.call_rate(),
            crowd.call_rate() / self.capacity.max(1.0),
            crowd.throughput(),
            100.0 - share,
            crowd.codes(),
        )
    }
}

/// Three connections that no member of the crowd shares, the first two of other callers where addresses tell them apart.
async fn alone(target: &Target, crowd: u8) -> anyhow::Result<[tonic::transport::Channel; 3]> {
    let callers = if crowd == 1 { 1 } else { crowd + 3 };
    let mut channels = connect(&target.address, usize::from(crowd) + 3, callers).await?;
    match (channels.pop(), channels.pop(), channels.pop()) {
        (Some(a), Some(b), Some(c)) => Ok([a, b, c]),
        _ => bail!("too few connections"),
    }
}

/// Calls until it is let in.
async fn recovery(mut caller: Caller) -> anyhow::Result<String> {
    let ended = Instant::now();
    let mut refused = 0;
    while ended.elapsed() < RECOVERY_LIMIT {
        let begun = Instant::now();
        let outcome = caller.call(0).await;
        if outcome.code == Code::Ok {
            let took = begun.elapsed().as_secs_f64() * 1000.0;
            let since = ended.elapsed().as_secs_f64() * 1000.0;
            return Ok(format!(
                "the first call after the end was answered in {took:.2} ms, {since:.2} ms after it ({refused} refused)"
            ));
        }
        refused += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bail!("no call was answered within {RECOVERY_LIMIT:?} after the overload")
}

fn latencies(histogram: &Histogram<u64>) -> String {
    format!(
        "p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
        quantile(histogram, 0.5),
        quantile(histogram, 0.99),
        histogram.max() as f64 / 1000.0
    )
}
