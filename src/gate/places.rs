//! Room for calls.

use std::sync::Arc;

use super::{
    callers::Caller,
    shares::{Lack, Share, Shares},
};
use crate::{refusal::Busy, telemetry::Metrics};

/// The places of all callers.
#[derive(Debug)]
pub(super) struct Places {
    shares: Arc<Shares<Caller>>,
    metrics: Arc<Metrics>,
}

/// One place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    _share: Share<Caller>,
    metrics: Arc<Metrics>,
}

impl Places {
    /// `limit` places, at least one.
    pub(super) fn new(limit: usize, metrics: Arc<Metrics>) -> Self {
        metrics.in_flight_limit.set(i64::try_from(limit).unwrap_or(i64::MAX));
        Self { shares: Shares::new(limit), metrics }
    }

    /// A place for a call of this caller.
    ///
    /// # Errors
    /// When there is none, or the caller holds as many as are left.
    pub(super) fn claim(&self, caller: Caller) -> Result<Place, Busy> {
        let mut share = self.shares.share(caller);
        share.take(1).map_err(|lack| match lack {
            Lack::Room => Busy::InFlight,
            Lack::Share => Busy::CallerShare,
        })?;
        self.metrics.in_flight.inc();
        Ok(Place { _share: share, metrics: self.metrics.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_say_what_there_was_too_much_of() {
        let places = Places::new(2, Arc::default());
        let claim = |name: &str| places.claim(Caller::Holder(name.into()));
        let held = [claim("a").unwrap(), claim("b").unwrap()];
        assert_eq!(claim("c").unwrap_err(), Busy::InFlight);
        assert_eq!(places.metrics.in_flight.get(), 2);
        drop(held);
        let held = claim("a").unwrap();
        assert_eq!(claim("a").unwrap_err(), Busy::CallerShare);
        drop(held);
        assert_eq!(places.metrics.in_flight.get(), 0);
    }
}
