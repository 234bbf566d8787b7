//! Turns on the threads that judge batches: as many at once as there are cores, and callers one after another, so that
//! whoever sends many batches waits behind its own and not in front of everybody else's.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

use super::callers::Caller;
use crate::refusal::Busy;

/// The turns of all callers.
#[derive(Debug, Clone)]
pub(crate) struct Turns(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    free: usize,
    /// Who waits, each with its calls in order; the next turn is the first one's.
    waiting: VecDeque<(Caller, VecDeque<oneshot::Sender<Turn>>)>,
}

/// A turn, given to the next in line when dropped.
#[derive(Debug)]
pub(crate) struct Turn(Turns);

impl Turns {
    /// As many turns at once.
    pub(crate) fn new(at_once: usize) -> Self {
        Self(Arc::new(Mutex::new(State { free: at_once, waiting: VecDeque::new() })))
    }

    /// A turn for this caller, waited for no longer than `limit`.
    ///
    /// # Errors
    /// When there was none in that time.
    pub(crate) async fn take(&self, caller: &Caller, limit: Duration) -> Result<Turn, Busy> {
        let granted = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Turn(self.clone()));
            }
            let (grant, granted) = oneshot::channel();
            match state.waiting.iter_mut().find(|(waiting, _)| waiting == caller) {
                Some((_, calls)) => calls.push_back(grant),
                None => state.waiting.push_back((caller.clone(), VecDeque::from([grant]))),
            }
            granted
        };
        match tokio::time::timeout(limit, granted).await {
            Ok(Ok(turn)) => Ok(turn),
            // A sender is dropped only with the turn that it was to send.
            Ok(Err(_)) | Err(_) => Err(Busy::QueueWait),
        }
    }

    /// The next call that waits, callers in rotation.
    fn next(&self) -> Option<oneshot::Sender<Turn>> {
        let mut state = self.state();
        while let Some((caller, mut calls)) = state.waiting.pop_front() {
            // Calls that gave up are passed over.
            while let Some(grant) = calls.pop_front() {
                if !grant.is_closed() {
                    if !calls.is_empty() {
                        state.waiting.push_back((caller, calls));
                    }
                    return Some(grant);
                }
            }
        }
        state.free += 1;
        None
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing can panic between two statements that belong together.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(grant) = self.0.next() {
            // One that gives up this very moment hands the turn on as it drops it.
            drop(grant.send(Self(self.0.clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn caller(name: &str) -> Caller {
        Caller::Holder(name.into())
    }

    /// Waits in line; who has its turn is told in order.
    fn wait(turns: &Turns, name: &'static str, told: &tokio::sync::mpsc::UnboundedSender<&'static str>) {
        let (turns, told) = (turns.clone(), told.clone());
        tokio::spawn(async move {
            let _turn = turns.take(&caller(name), LONG).await.unwrap();
            told.send(name).unwrap();
        });
    }

    #[tokio::test]
    async fn callers_take_turns_however_many_calls_each_has() {
        let turns = Turns::new(1);
        let first = turns.take(&caller("greedy"), LONG).await.unwrap();
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        for name in ["greedy", "greedy", "greedy", "modest", "greedy"] {
            wait(&turns, name, &tell);
            tokio::task::yield_now().await;
        }
        drop((first, tell));
        let mut order = Vec::new();
        while let Some(name) = told.recv().await {
            order.push(name);
        }
        assert_eq!(order, ["greedy", "modest", "greedy", "greedy", "greedy"]);
        assert_eq!(turns.state().free, 1);
    }

    #[tokio::test]
    async fn whoever_waits_too_long_is_told_and_takes_nobodys_turn() {
        let turns = Turns::new(1);
        let held = turns.take(&caller("a"), LONG).await.unwrap();
        assert_eq!(turns.take(&caller("b"), Duration::from_millis(1)).await.unwrap_err(), Busy::QueueWait);
        drop(held);
        assert_eq!(turns.state().free, 1);
        turns.take(&caller("c"), LONG).await.unwrap();
    }
}
