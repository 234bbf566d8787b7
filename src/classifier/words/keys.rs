//! PURE. Known hashes in ascending order, and where each stands.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Hashes in ascending order with a table of where those of each beginning stand, so that a look-up compares two or
/// three of them instead of halving the whole list. Stored as the list alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u32>", into = "Vec<u32>")]
pub struct Keys {
    hashes: Vec<u32>,
    /// Where the hashes of each beginning end; those of the first begin at 0.
    ends: Vec<u32>,
    /// How many bits a hash has behind its beginning.
    shift: u32,
}

impl Keys {
    /// Where a hash stands.
    pub fn place(&self, key: u32) -> Option<usize> {
        let beginning = key as usize >> self.shift;
        let end = *self.ends.get(beginning)? as usize;
        let begin = beginning.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |b| *b as usize);
        Some(begin + self.hashes.get(begin..end)?.binary_search(&key).ok()?)
    }

    /// Whether each is larger than the one before; else look-ups miss some.
    pub fn is_ascending(&self) -> bool {
        self.hashes.is_sorted_by(|a, b| a < b)
    }
}

impl From<Vec<u32>> for Keys {
    fn from(keys: Vec<u32>) -> Self {
        // As many beginnings as hashes, of at most 16 bits.
        let bits = keys.len().next_power_of_two().trailing_zeros().clamp(1, 16);
        let shift = u32::BITS - bits;
        let mut ends = vec![0; 1 << bits];
        let mut end = 0;
        for (beginning, slot) in ends.iter_mut().enumerate() {
            let rest = keys.get(end..).unwrap_or_default();
            end += rest.iter().take_while(|key| **key as usize >> shift <= beginning).count();
            *slot = end as u32;
        }
        Self { hashes: keys, ends, shift }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl From<Keys> for Vec<u32> {
    fn from(keys: Keys) -> Self {
        keys.hashes
    }
}

impl FromIterator<u32> for Keys {
    fn from_iter<I: IntoIterator<Item = u32>>(keys: I) -> Self {
        Vec::from_iter(keys).into()
    }
}

impl Deref for Keys {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.hashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_hash_stands_where_a_search_of_the_whole_list_finds_it(
            mut keys in proptest::collection::vec(0..u32::MAX, 0..300), near in 0..40_u32,
        ) {
            keys.extend([near, near << 20, u32::MAX - near]);
            keys.sort_unstable();
            keys.dedup();
            let known = Keys::from(keys.clone());
            proptest::prop_assert!(known.is_ascending());
            for key in keys.iter().flat_map(|key| [*key, key.wrapping_add(1)]).chain([0, u32::MAX]) {
                proptest::prop_assert_eq!(known.place(key), keys.binary_search(&key).ok());
            }
        }

        #[test]
        fn a_list_out_of_order_is_known_as_such(keys in proptest::collection::vec(0..50_u32, 0..9), any in 0..50_u32) {
            let known = Keys::from(keys.clone());
            proptest::prop_assert_eq!(known.is_ascending(), keys.is_sorted_by(|a, b| a < b));
            proptest::prop_assert!(known.place(any).is_none_or(|at| keys[at] == any));
        }
    }

    #[test]
    fn an_empty_list_knows_nothing() {
        assert_eq!([Keys::default().place(0), Keys::default().place(u32::MAX)], [None, None]);
        assert_eq!(Keys::default(), Keys::from(Vec::new()));
    }
}
