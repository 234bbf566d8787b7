//! Room for calls, shared fairly.
//!
//! One caller may hold no more places than are left free. So a single caller gets half of them, two greedy ones a third
//! each, and whoever comes last still finds some. This is the dynamic threshold of Choudhury and Hahne ("Dynamic queue
//! length thresholds for shared-memory packet switches", 1998) with factor 1: one rule, no queues, no settings.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::callers::Caller;
use crate::{refusal::Busy, telemetry::Metrics};

/// The places of all callers.
#[derive(Debug)]
pub(super) struct Places {
    limit: usize,
    taken: Mutex<Taken>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// Only callers who hold any.
    by_caller: HashMap<Caller, usize>,
}

/// One place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    caller: Caller,
}

impl Places {
    /// `limit` places, at least one.
    pub(super) fn new(limit: usize, metrics: Arc<Metrics>) -> Self {
        metrics.in_flight_limit.set(i64::try_from(limit).unwrap_or(i64::MAX));
        Self { limit, taken: Mutex::default(), metrics }
    }

    /// A place for a call of this caller.
    ///
    /// # Errors
    /// When there is none, or the caller holds as many as are left.
    pub(super) fn claim(self: &Arc<Self>, caller: Caller) -> Result<Place, Busy> {
        let mut taken = self.taken();
        let free = self.limit.saturating_sub(taken.all);
        if free == 0 {
            return Err(Busy::InFlight);
        }
        let held = taken.by_caller.entry(caller.clone()).or_default();
        if *held >= free {
            return Err(Busy::CallerShare);
        }
        *held += 1;
        taken.all += 1;
        drop(taken);
        self.metrics.in_flight.inc();
        Ok(Place { places: self.clone(), caller })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // A count is whole between any two statements: nothing can panic there.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(held) = taken.by_caller.get_mut(&self.caller) {
            *held -= 1;
            if *held == 0 {
                taken.by_caller.remove(&self.caller);
            }
        }
        drop(taken);
        self.places.metrics.in_flight.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str) -> Caller {
        Caller::Holder(name.into())
    }

    fn claims(places: &Arc<Places>, name: &str, n: usize) -> Vec<Place> {
        (0..n).filter_map(|_| places.claim(caller(name)).ok()).collect()
    }

    #[test]
    fn whoever_comes_last_finds_room_beside_a_greedy_caller() {
        let places = Arc::new(Places::new(100, Arc::default()));
        let greedy = claims(&places, "greedy", 1000);
        assert_eq!(greedy.len(), 50);
        assert_eq!(places.claim(caller("greedy")).unwrap_err(), Busy::CallerShare);
        assert_eq!(claims(&places, "modest", 10).len(), 10);
    }

    #[test]
    fn there_are_never_more_places_than_the_limit() {
        let places = Arc::new(Places::new(8, Arc::default()));
        let held: Vec<Place> = (0..100).flat_map(|n| claims(&places, &n.to_string(), 100)).collect();
        assert_eq!(held.len(), 8);
        assert_eq!(places.claim(caller("late")).unwrap_err(), Busy::InFlight);
        assert_eq!(places.metrics.in_flight.get(), 8);
    }

    #[test]
    fn a_place_that_is_given_back_can_be_had_again() {
        let places = Arc::new(Places::new(1, Arc::default()));
        for name in ["a", "b", "a"] {
            assert_eq!(claims(&places, name, 1).len(), 1);
        }
        assert_eq!(places.metrics.in_flight.get(), 0);
        assert!(places.taken().by_caller.is_empty());
    }
}
