//! Somebody who asks for health all the while, as an orchestrator does, and a modest caller beside a greedy crowd.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use tonic::{Code, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{
    calls::{Caller, Mode, Requests},
    tally::{Outcome, Tally},
};

/// How long an answer on health may take before it counts as none: the usual limit of probes.
const LIMIT: Duration = Duration::from_secs(1);

/// Who calls.
#[derive(Debug)]
enum Who {
    Prober(HealthClient<Channel>),
    Reader(Caller),
}

/// What goes on until it is stopped.
#[derive(Debug)]
pub(crate) struct Beside {
    tally: Arc<Mutex<Tally>>,
    task: JoinHandle<()>,
}

impl Beside {
    /// Asks for health over a connection, at this interval.
    pub(crate) fn health(channel: Channel, interval: Duration, until: Instant) -> anyhow::Result<Self> {
        Self::repeat(Who::Prober(HealthClient::new(channel)), interval, until)
    }

    /// Sends one comment after another over a connection, at this interval.
    pub(crate) fn modest(
        channel: Channel,
        requests: Arc<Requests>,
        interval: Duration,
        until: Instant,
    ) -> anyhow::Result<Self> {
        Self::repeat(Who::Reader(Caller::new(channel, requests, Mode::Unary)), interval, until)
    }

    fn repeat(mut who: Who, interval: Duration, until: Instant) -> anyhow::Result<Self> {
        let tally = Arc::new(Mutex::new(Tally::new(Instant::now(), until)?));
        let told = tally.clone();
        let task = tokio::spawn(async move {
            for n in 0.. {
                let begun = Instant::now();
                if begun >= until {
                    return;
                }
                let outcome = who.call(n).await;
                told.lock().unwrap_or_else(PoisonError::into_inner).record(begun, outcome);
                tokio::time::sleep_until((begun + interval).into()).await;
            }
        });
        Ok(Self { tally, task })
    }

    /// What came of it.
    pub(crate) async fn ended(self) -> anyhow::Result<Tally> {
        self.task.await?;
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tally.clone())
    }
}

impl Who {
    async fn call(&mut self, n: usize) -> Outcome {
        let client = match self {
            Self::Prober(client) => client,
            Self::Reader(caller) => return caller.call(n).await,
        };
        let asked = client.check(HealthCheckRequest { service: String::new() });
        let code = match tokio::time::timeout(LIMIT, asked).await {
            Ok(Ok(answer)) if answer.get_ref().status() == ServingStatus::Serving => Code::Ok,
            Ok(Ok(_not_serving)) => Code::Unavailable,
            Ok(Err(status)) => status.code(),
            Err(_elapsed) => Code::DeadlineExceeded,
        };
        Outcome { comments: 0, code }
    }
}
