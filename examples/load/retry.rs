//! The retry policy of docs/operations.md, section 5, for a client whose library has none.
//!
//! Trying again is always safe here: the same call gives the same verdict, and nothing is stored. Without jitter, since a
//! dozen callers make no herd.

use std::{collections::BTreeMap, error::Error as _, future::Future, time::Duration};

use tonic::{Code, Status};

/// How often a call is tried.
const MAX_ATTEMPTS: u32 = 4;
/// How long to wait before the second try.
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
/// How long to wait at most.
const MAX_BACKOFF: Duration = Duration::from_secs(1);
/// How much longer each wait is than the one before.
const BACKOFF_MULTIPLIER: u32 = 2;

/// What came of all calls.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Calls that were answered, at the first try or a later one.
    pub(crate) answered: u64,
    /// Calls for which every try failed, or one in a way that is not tried again.
    pub(crate) failed: BTreeMap<String, u64>,
    /// Tries that failed and were followed by another.
    pub(crate) retried: BTreeMap<String, u64>,
}

/// Calls until it is answered, or no try is left.
pub(crate) async fn call<T, F>(told: &mut Told, mut attempt: impl FnMut() -> F)
where
    F: Future<Output = Result<T, Status>>,
{
    let mut backoff = INITIAL_BACKOFF;
    for n in 1.. {
        let Err(status) = attempt().await else {
            told.answered += 1;
            return;
        };
        if n == MAX_ATTEMPTS || !may_be_retried(&status) {
            *told.failed.entry(named(&status)).or_default() += 1;
            return;
        }
        *told.retried.entry(named(&status)).or_default() += 1;
        tokio::time::sleep(backoff).await;
        backoff = (backoff * BACKOFF_MULTIPLIER).min(MAX_BACKOFF);
    }
}

/// UNAVAILABLE and RESOURCE_EXHAUSTED. A status with a source was made at this end, of a connection that broke: where
/// other gRPC libraries say UNAVAILABLE, tonic says UNKNOWN or CANCELLED.
fn may_be_retried(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::ResourceExhausted) || status.source().is_some()
}

fn named(status: &Status) -> String {
    let made_here = if status.source().is_some() { " (broken connection)" } else { "" };
    format!("{:?}{made_here}", status.code())
}
