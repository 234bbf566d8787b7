//! Where each column of a text stands in its row, and how often it occurs.

/// A row with a table of where each column stands in it.
pub(super) struct Places {
    /// Each column with how often it occurs in its block.
    pub(super) counted: Vec<(u32, u32)>,
    /// Open addressing with linear probing, at most three quarters full: a column and its index in the row plus 1, 0 where there is
    /// none.
    slots: Vec<(u32, u32)>,
}

impl Places {
    /// For a text of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        // Prose has two to three distinct columns for each byte.
        let size = (bytes * 4).clamp(64, 16_384).next_power_of_two();
        Self { counted: Vec::with_capacity(size), slots: vec![(0, 0); size] }
    }

    /// Where a column stands in the row; put at its end when it is not there yet. Counts it for the block that begins at
    /// `start`.
    #[inline]
    pub(super) fn index(&mut self, column: u32, start: usize) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = home(column) & mask;
        while let Some((known, place)) = self.slots.get_mut(at) {
            if *place == 0 {
                (*known, *place) = (column, self.counted.len() as u32 + 1);
                break;
            }
            if *known == column {
                let index = *place as usize - 1;
                if let Some((_, times)) = self.counted.get_mut(index).filter(|_| index >= start) {
                    *times += 1;
                }
                return index;
            }
            at = (at + 1) & mask;
        }
        self.counted.push((column, 1));
        if self.counted.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
        self.counted.len() - 1
    }

    /// Doubles the table.
    #[cold]
    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        self.slots = vec![(0, 0); mask + 1];
        for ((column, _), place) in self.counted.iter().zip(1..) {
            let mut at = home(*column) & mask;
            while self.slots.get(at).is_some_and(|(_, taken)| *taken != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = (*column, place);
            }
        }
    }
}

/// Where the search for a column begins.
const fn home(column: u32) -> usize {
    (column.wrapping_mul(0x9e37_79b1) >> 8) as usize
}
