//! How good or bad words are by a list of our own writing: the cheap gain where learnt words are few.
//!
//! English words are looked up whole; Korean ones by their longest listed beginning, since endings vary without end.
//! Like all words of an artifact they are kept as hashes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::{Keys, hash, hashes_of_beginnings};

/// Characters of a word that are looked at for a listed beginning.
const MAX_BEGINNING: usize = 6;

/// Values from -3 to 3 of words, by hash.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Polarity {
    keys: Keys,
    values: Vec<i8>,
}

impl Polarity {
    /// A list of words with their values.
    pub fn new<'a>(list: impl IntoIterator<Item = (&'a str, i8)>) -> Self {
        let all: BTreeMap<u32, i8> = list.into_iter().map(|(word, value)| (hash(word), value)).collect();
        Self { keys: all.keys().copied().collect(), values: all.into_values().collect() }
    }

    /// Whether words are in order and each has an ordinary value.
    pub fn is_sound(&self) -> bool {
        self.keys.len() == self.values.len()
            && self.keys.is_ascending()
            && self.values.iter().all(|value| (-3..=3).contains(value))
    }

    fn get(&self, key: u32) -> Option<i8> {
        self.keys.place(key).and_then(|i| self.values.get(i)).copied()
    }

    /// The value of a word by its hash; 0 when it is not listed.
    pub fn of_hash(&self, word: u32) -> i8 {
        self.get(word).unwrap_or(0)
    }

    /// The value of the longest listed beginning of a word; 0 when none is.
    pub fn of_beginning(&self, word: &str) -> i8 {
        let beginnings = hashes_of_beginnings(word).take(MAX_BEGINNING);
        beginnings.filter_map(|beginning| self.get(beginning)).last().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_listed_beginning_counts() {
        let list = Polarity::new([("재미", 1), ("재미없", -2), ("dull", -1)]);
        assert_eq!(
            [list.of_beginning("재미있어요"), list.of_beginning("재미없네"), list.of_beginning("영화")],
            [1, -2, 0]
        );
        assert_eq!([list.of_hash(hash("dull")), list.of_hash(hash("dullness"))], [-1, 0]);
        assert!(list.is_sound() && !Polarity::new([("x", 9)]).is_sound());
    }
}
