//! Streams: one a connection, with several comments on the way at once. Answers come in the order of the comments.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::bail;
use comity::pb::{
    self, moderation_service_client::ModerationServiceClient,
    stream_moderate_comments_response::Result as ItemResult,
};
use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, transport::Channel};

use crate::{
    calls::Requests,
    open,
    run::{Run, Shared},
    tally::Outcome,
};

/// How long to wait before a stream that broke is opened again.
const PAUSE: Duration = Duration::from_millis(10);

/// Runs to the end.
pub(crate) async fn run(
    run: Run,
    rate: Option<f64>,
    channels: &[Channel],
    requests: &Arc<Requests>,
    tally: &Shared,
    until: Instant,
) -> anyhow::Result<()> {
    if run.concurrency < channels.len() {
        bail!("{} outstanding comments are too few for {} streams", run.concurrency, channels.len());
    }
    let window = run.concurrency / channels.len().max(1);
    let room = Arc::new(Semaphore::new(run.concurrency));
    let mut streams = tokio::task::JoinSet::new();
    let mut starts = Vec::new();
    for channel in channels {
        let lane = Lane { channel: channel.clone(), requests: requests.clone(), tally: tally.clone() };
        if rate.is_some() {
            let (start, started) = mpsc::channel(run.concurrency);
            starts.push(start);
            let room = room.clone();
            streams.spawn(async move {
                lane.stream(started, || room.add_permits(1)).await;
            });
        } else {
            streams.spawn(async move { lane.closed(window, until).await });
        }
    }
    if let Some(rate) = rate {
        let begin = move |n: usize, intended: Instant| {
            if let Some(start) = starts.get(n % starts.len().max(1)) {
                // A stream that has broken takes no more.
                let _ = start.try_send(intended);
            }
        };
        tokio::task::spawn_blocking(move || open::schedule(rate, until, &room, begin)).await?;
    }
    while let Some(ended) = streams.join_next().await {
        ended?;
    }
    Ok(())
}

/// One stream over one connection.
struct Lane {
    channel: Channel,
    requests: Arc<Requests>,
    tally: Shared,
}

/// When the comments on the way were sent, or should have been.
#[derive(Clone, Default)]
struct OnTheWay(Arc<Mutex<VecDeque<Instant>>>);

impl OnTheWay {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    /// Keeps `window` comments on the way until the end; opens the stream again when it breaks.
    async fn closed(&self, window: usize, until: Instant) {
        while Instant::now() < until {
            let (start, started) = mpsc::channel(window);
            for _ in 0..window {
                let _ = start.try_send(Instant::now());
            }
            let mut next = Some(start);
            let whole = self.stream(started, || {
                let now = Instant::now();
                if now >= until {
                    next = None;
                } else if let Some(start) = &next {
                    let _ = start.try_send(now);
                }
            });
            if !whole.await {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// One stream, from the first start to the last answer; after each it tells `answered`. Whether it went well.
    async fn stream(&self, started: mpsc::Receiver<Instant>, mut answered: impl FnMut()) -> bool {
        let way = OnTheWay::default();
        let (sent, requests) = (way.clone(), self.requests.clone());
        let items = ReceiverStream::new(started).enumerate().map(move |(n, begun)| {
            sent.lock().push_back(begun);
            pb::StreamModerateCommentsRequest { request: Some(requests.get(n)) }
        });
        let code =
            match ModerationServiceClient::new(self.channel.clone()).stream_moderate_comments(items).await {
                Ok(answers) => {
                    let mut answers = answers.into_inner();
                    loop {
                        match answers.message().await {
                            Ok(Some(answer)) => {
                                if let Some(begun) = way.lock().pop_front() {
                                    self.tally.record(begun, outcome(answer));
                                }
                                answered();
                            }
                            Ok(None) => break Code::Ok,
                            Err(status) => break status.code(),
                        }
                    }
                }
                Err(status) => status.code(),
            };
        // What was on the way has no answer.
        let lost = std::mem::take(&mut *way.lock());
        let whole = code == Code::Ok && lost.is_empty();
        let code = if code == Code::Ok { Code::Unknown } else { code };
        for begun in lost {
            self.tally.record(begun, Outcome { comments: 0, code });
            answered();
        }
        whole
    }
}

fn outcome(answer: pb::StreamModerateCommentsResponse) -> Outcome {
    match answer.result {
        Some(ItemResult::Verdict(_)) => Outcome { comments: 1, code: Code::Ok },
        Some(ItemResult::Error(error)) => Outcome { comments: 0, code: Code::from_i32(error.code) },
        None => Outcome { comments: 0, code: Code::Internal },
    }
}
