//! Answers that wait for their client to take them.
//!
//! HTTP/2 lets a client open no window for an answer. The transport then never asks for the answer, so that no timeout of
//! the answer itself can end it: the connection must, and asks here whether it should.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// The answers of one connection that wait.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unread(Arc<Waiting>);

/// How many there are of those that began to wait in this turn and of those of the turn before, by the parity of turns.
#[derive(Debug, Default)]
struct Waiting {
    turn: AtomicUsize,
    even: AtomicUsize,
    odd: AtomicUsize,
}

impl Waiting {
    const fn of(&self, turn: usize) -> &AtomicUsize {
        if turn.is_multiple_of(2) { &self.even } else { &self.odd }
    }
}

/// One answer that waits. It no longer does when this is dropped.
#[derive(Debug)]
pub(super) struct Wait {
    waiting: Arc<Waiting>,
    turn: usize,
}

impl Unread {
    /// One more answer waits.
    pub(super) fn wait(&self) -> Wait {
        let turn = self.0.turn.load(Relaxed);
        self.0.of(turn).fetch_add(1, Relaxed);
        Wait { waiting: self.0.clone(), turn }
    }

    /// Begins the next turn. Returns whether an answer has waited since before the one that ends. Whoever takes turns of
    /// one length learns of each answer that waits longer than two of them, and of none that waits less than one.
    pub(crate) fn next_turn(&self) -> bool {
        let next = self.0.turn.fetch_add(1, Relaxed) + 1;
        self.0.of(next).load(Relaxed) > 0
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.waiting.of(self.turn).fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_waits_through_a_whole_turn_is_told() {
        let unread = Unread::default();
        let slow = unread.wait();
        drop(unread.wait());
        assert!(!unread.next_turn());
        let later = unread.wait();
        assert!(unread.next_turn());
        drop(slow);
        assert!(unread.next_turn());
        drop(later);
        assert!(!unread.next_turn());
    }
}
