//! N-grams on their way to the table of columns, so many at a time.

/// How many n-grams are looked up together.
const TOGETHER: usize = 16;

/// N-grams that wait to be looked up together. The table is larger than the caches near the core; one by one, each would
/// wait for memory.
pub(super) struct Waiting {
    pub(super) keys: [u32; TOGETHER],
    /// The first and last token of each.
    pub(super) ends: [(u32, u32); TOGETHER],
    pub(super) len: usize,
}

impl Waiting {
    pub(super) const fn new() -> Self {
        Self { keys: [0; TOGETHER], ends: [(0, 0); TOGETHER], len: 0 }
    }

    /// Adds one; says whether there is no room for another.
    #[inline]
    pub(super) fn push(&mut self, key: u32, first: usize, last: usize) -> bool {
        if let (Some(slot), Some(ends)) = (self.keys.get_mut(self.len), self.ends.get_mut(self.len)) {
            (*slot, *ends) = (key, (first as u32, last as u32));
            self.len += 1;
        }
        self.len == TOGETHER
    }
}
