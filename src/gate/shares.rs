//! Room, shared fairly.
//!
//! Nobody may take a unit who holds as many as are left free. So a single holder gets half of it, two greedy ones a third each, and
//! whoever comes last still finds some. This is the dynamic threshold of Choudhury and Hahne ("Dynamic queue length
//! thresholds for shared-memory packet switches", 1998) with factor 1: one rule, no queues, no settings.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Room that is shared, in whatever it is counted in.
#[derive(Debug)]
pub(crate) struct Shares<K> {
    limit: usize,
    taken: Mutex<Taken<K>>,
}

#[derive(Debug)]
struct Taken<K> {
    all: usize,
    /// Only who holds any.
    by_holder: HashMap<K, usize>,
}

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// There is not as much.
    Room,
    /// There is, but not for one who holds so much.
    Share,
}

/// What one holder has of the room, given back when dropped.
#[derive(Debug)]
pub(crate) struct Share<K: Eq + Hash + Clone> {
    shares: Arc<Shares<K>>,
    holder: K,
    held: usize,
}

impl<K: Eq + Hash + Clone> Shares<K> {
    /// So much room.
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, taken: Mutex::new(Taken { all: 0, by_holder: HashMap::new() }) })
    }

    /// A share of nothing yet.
    pub(crate) fn share(self: &Arc<Self>, holder: K) -> Share<K> {
        Share { shares: self.clone(), holder, held: 0 }
    }

    /// How much is taken.
    #[cfg(test)]
    pub(crate) fn all(&self) -> usize {
        let taken = self.taken();
        assert_eq!(taken.by_holder.values().sum::<usize>(), taken.all);
        assert!(taken.by_holder.values().all(|held| *held > 0));
        taken.all
    }

    fn taken(&self) -> MutexGuard<'_, Taken<K>> {
        // A count is whole between any two statements: nothing can panic there.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> Share<K> {
    /// Takes so much more, or nothing, as if it were taken unit by unit.
    ///
    /// # Errors
    /// When there is no room for it; then nothing is taken.
    pub(crate) fn take(&mut self, more: usize) -> Result<(), Lack> {
        let mut taken = self.shares.taken();
        let free = self.shares.limit.saturating_sub(taken.all);
        let held = taken.by_holder.get(&self.holder).copied().unwrap_or_default() + more;
        if more > free {
            return Err(Lack::Room);
        }
        if held > free - more + 1 {
            return Err(Lack::Share);
        }
        taken.all += more;
        taken.by_holder.insert(self.holder.clone(), held);
        drop(taken);
        self.held += more;
        Ok(())
    }

    /// Gives all of it back. A share of nothing touches no lock.
    pub(crate) fn clear(&mut self) {
        if self.held == 0 {
            return;
        }
        let mut taken = self.shares.taken();
        taken.all -= self.held;
        if let Some(held) = taken.by_holder.get_mut(&self.holder) {
            *held -= self.held;
            if *held == 0 {
                taken.by_holder.remove(&self.holder);
            }
        }
        drop(taken);
        self.held = 0;
    }
}

impl<K: Eq + Hash + Clone> Drop for Share<K> {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(shares: &Arc<Shares<&'static str>>, holder: &'static str) -> Result<Share<&'static str>, Lack> {
        let mut share = shares.share(holder);
        share.take(1).map(|()| share)
    }

    fn takes(shares: &Arc<Shares<&'static str>>, holder: &'static str, n: usize) -> Vec<Share<&'static str>> {
        (0..n).filter_map(|_| take(shares, holder).ok()).collect()
    }

    #[test]
    fn whoever_comes_last_finds_room_beside_a_greedy_one() {
        let shares = Shares::new(100);
        let greedy = takes(&shares, "greedy", 1000);
        assert_eq!(greedy.len(), 50);
        assert_eq!(take(&shares, "greedy").unwrap_err(), Lack::Share);
        assert_eq!(takes(&shares, "modest", 10).len(), 10);
    }

    #[test]
    fn there_is_never_more_taken_than_the_limit() {
        let shares = Shares::new(8);
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let held: Vec<_> = names.iter().flat_map(|name| takes(&shares, name, 100)).collect();
        assert_eq!((held.len(), shares.all()), (8, 8));
        assert_eq!(take(&shares, "late").unwrap_err(), Lack::Room);
    }

    #[test]
    fn what_is_given_back_can_be_had_again_and_leaves_nothing_behind() {
        let shares = Shares::new(1);
        for holder in ["a", "b", "a"] {
            let mut share = take(&shares, holder).unwrap();
            share.clear();
            share.take(1).unwrap();
            assert_eq!(share.take(1).unwrap_err(), Lack::Room);
        }
        assert_eq!(shares.all(), 0);
    }

    #[test]
    fn much_at_once_is_as_much_as_unit_by_unit() {
        let most = |step: usize| {
            let shares = Shares::new(100);
            let mut share = shares.share("greedy");
            while share.take(step).is_ok() {}
            shares.all()
        };
        assert_eq!([1, 2, 5, 10, 30, 50, 51].map(most), [50, 50, 50, 50, 30, 50, 0]);
    }
}
