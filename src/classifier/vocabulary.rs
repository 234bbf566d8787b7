//! From n-grams to a sparse row: which n-grams are columns, and what a column is worth.
//!
//! A value is `(1 + ln tf) * idf`, and each block of a row is scaled to length 1 over the columns that it has
//! (Salton and Buckley 1988, "ltc"). A few allocations for a text; none per n-gram.

mod places;
mod waiting;

use serde::{Deserialize, Serialize};

use self::{places::Places, waiting::Waiting};
use super::{
    artifact::ArtifactError,
    grams::{Block, Spec, grams},
};
use crate::text::Text;

/// The columns of a model, as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VocabularyParams {
    /// The blocks of n-grams.
    pub spec: Spec,
    /// The key of each column, ascending.
    pub keys: Vec<u32>,
    /// The inverse document frequency of each column.
    pub idf: Vec<f32>,
}

/// The columns of a model, ready to look up.
#[derive(Debug)]
pub struct Vocabulary {
    params: VocabularyParams,
    /// Open addressing with linear probing, at most half full: key and column, `EMPTY` where there is none.
    slots: Vec<(u32, u32)>,
    mask: usize,
}

const EMPTY: u32 = u32::MAX;

/// The most columns that a model may have.
pub const MAX_COLUMNS: usize = 1 << 22;

/// The longest search for a free slot. Hashes in a table at most half full need a few dozen at the very worst; keys that
/// need more were made to slow the service down.
const MAX_PROBES: usize = 512;

/// No text is so rare that its idf is above this: ln of a hundred million texts is below 20.
const MAX_IDF: f32 = 100.0;

/// A sparse row: column and value, in order of first appearance.
pub type Row = Vec<(u32, f32)>;

impl Vocabulary {
    /// Checks stored columns and makes them ready.
    ///
    /// # Errors
    /// When keys are not strictly ascending, lengths differ, or a value is not finite and positive.
    pub fn check(params: VocabularyParams) -> Result<Self, ArtifactError> {
        sound(&params)?;
        Self::index(params)
    }

    /// Makes stored columns ready, those that texts have most often first: they then share the memory near the core. Gives
    /// also where each was stored.
    ///
    /// # Errors
    /// Those of [`Self::check`].
    pub(super) fn frequent_first(params: VocabularyParams) -> Result<(Self, Vec<usize>), ArtifactError> {
        sound(&params)?;
        let VocabularyParams { spec, keys, idf } = params;
        let mut columns: Vec<(usize, (u32, f32))> = keys.into_iter().zip(idf).enumerate().collect();
        columns.sort_by(|(_, (_, one)), (_, (_, other))| one.total_cmp(other));
        let (stored, (keys, idf)) = columns.into_iter().unzip();
        Ok((Self::index(VocabularyParams { spec, keys, idf })?, stored))
    }

    /// Puts every key where a look-up finds it.
    fn index(params: VocabularyParams) -> Result<Self, ArtifactError> {
        let size = (params.keys.len() * 2).next_power_of_two().max(2);
        let mut slots = vec![(0, EMPTY); size];
        let mask = size - 1;
        for (column, key) in (0_u32..).zip(&params.keys) {
            let home = *key as usize;
            let free = (home..home.saturating_add(MAX_PROBES))
                .map(|at| at & mask)
                .find(|at| slots.get(*at).is_some_and(|(_, taken)| *taken == EMPTY));
            match free.and_then(|at| slots.get_mut(at)) {
                Some(slot) => *slot = (*key, column),
                None => {
                    return Err(ArtifactError::Malformed(
                        "keys crowd one part of the table, hashes never do",
                    ));
                }
            }
        }
        Ok(Self { params, slots, mask })
    }

    /// How many columns there are.
    pub const fn columns(&self) -> usize {
        self.params.keys.len()
    }

    /// The columns in their order.
    pub const fn params(&self) -> &VocabularyParams {
        &self.params
    }

    /// The blocks of n-grams.
    pub fn spec(&self) -> &[Block] {
        &self.params.spec
    }

    /// The column of a key.
    pub fn column(&self, key: u32) -> Option<u32> {
        let mut at = key as usize & self.mask;
        loop {
            match self.slots.get(at)? {
                (_, EMPTY) => return None,
                (k, column) if *k == key => return Some(*column),
                _ => at = (at + 1) & self.mask,
            }
        }
    }

    /// The row of a text, each block of length 1.
    pub fn row(&self, text: &Text<'_>) -> Row {
        self.row_of_all(text, |_, _, _| {})
    }

    /// The row of a text; calls `met(index, first_token, last_token)` for each n-gram that is a column, with its index in
    /// the row.
    pub fn row_of_all(&self, text: &Text<'_>, mut met: impl FnMut(usize, usize, usize)) -> Row {
        let mut places = Places::new(text.folded().len());
        let mut row = Row::new();
        for block in self.spec() {
            let start = row.len();
            let mut waiting = Waiting::new();
            let mut found = |column, first, last| met(places.index(column, start), first, last);
            grams(text, *block, |key, first, last| {
                if waiting.push(key, first, last) {
                    self.look_up(&mut waiting, &mut found);
                }
            });
            self.look_up(&mut waiting, found);
            let counted = places.counted.get(start..).unwrap_or_default();
            row.extend(counted.iter().map(|(column, times)| {
                let idf = self.idf(*column);
                (*column, if *times > 1 { idf * (1.0 + libm::logf(*times as f32)) } else { idf })
            }));
            let block_row = row.get_mut(start..).unwrap_or_default();
            scale_to_length_one(block_row);
        }
        row
    }

    /// Looks up all that wait, in order, and leaves none.
    fn look_up(&self, waiting: &mut Waiting, mut found: impl FnMut(u32, usize, usize)) {
        let Waiting { keys, ends, len } = waiting;
        // No load waits for another or for a branch here, so all of them go to memory at once.
        let homes = keys.map(|key| self.slots.get(key as usize & self.mask).copied().unwrap_or((0, EMPTY)));
        for ((key, home), (first, last)) in keys.iter().zip(homes).zip(ends.iter()).take(*len) {
            let column = match home {
                (_, EMPTY) => None,
                (k, column) if k == *key => Some(column),
                _ => self.column(*key),
            };
            if let Some(column) = column {
                found(column, *first as usize, *last as usize);
            }
        }
        *len = 0;
    }

    fn idf(&self, column: u32) -> f32 {
        self.params.idf.get(column as usize).copied().unwrap_or_default()
    }
}

/// Checks stored columns.
fn sound(params: &VocabularyParams) -> Result<(), ArtifactError> {
    if params.keys.len() != params.idf.len() {
        return Err(ArtifactError::Malformed("keys and idf differ in length"));
    }
    if params.spec.is_empty() || params.spec.len() > 4 {
        return Err(ArtifactError::Malformed("a model reads one to four blocks of n-grams"));
    }
    if !params.keys.is_sorted_by(|a, b| a < b) {
        return Err(ArtifactError::Malformed("keys are not strictly ascending"));
    }
    if params.keys.len() > MAX_COLUMNS {
        return Err(ArtifactError::Malformed("more columns than a model may have"));
    }
    if !params.idf.iter().all(|v| *v > 0.0 && *v <= MAX_IDF) {
        return Err(ArtifactError::Malformed("an idf is not a positive number of ordinary size"));
    }
    if !params.spec.iter().all(|block| block.is_sound()) {
        return Err(ArtifactError::Malformed("a block of n-grams is empty or too long"));
    }
    Ok(())
}

fn scale_to_length_one(row: &mut [(u32, f32)]) {
    let square: f32 = row.iter().map(|(_, v)| v * v).sum();
    if square > 0.0 {
        let factor = 1.0 / square.sqrt();
        for (_, value) in row {
            *value *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vocabulary of all word unigrams of a text.
    fn vocabulary(text: &str) -> Vocabulary {
        let spec = vec![Block::Words { min: 1, max: 1 }];
        let mut keys = Vec::new();
        grams(&Text::read(text), spec[0], |k, _, _| keys.push(k));
        keys.sort_unstable();
        keys.dedup();
        let idf = vec![2.0; keys.len()];
        Vocabulary::check(VocabularyParams { spec, keys, idf }).unwrap()
    }

    #[test]
    fn a_row_has_length_one_and_weighs_repeats_by_their_logarithm() {
        let row = vocabulary("tax cut now").row(&Text::read("tax tax tax cut"));
        let values: Vec<f32> = row.iter().map(|(_, v)| *v).collect();
        assert_eq!(values.len(), 2);
        assert!((values[0] / values[1] - (1.0 + libm::logf(3.0))).abs() < 1e-5);
        assert!((values.iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn words_outside_the_vocabulary_leave_an_empty_row() {
        assert!(vocabulary("tax cut now").row(&Text::read("river bank")).is_empty());
    }

    #[test]
    fn every_key_finds_its_column_and_no_other_key_does() {
        let keys: Vec<u32> = (0..5000_u32).map(|i| i * 65_537).collect();
        let vocabulary = Vocabulary::check(VocabularyParams {
            spec: vec![Block::Words { min: 1, max: 1 }],
            idf: vec![1.0; keys.len()],
            keys: keys.clone(),
        })
        .unwrap();
        assert!(keys.iter().zip(0..).all(|(k, c)| vocabulary.column(*k) == Some(c)));
        assert!(keys.iter().all(|k| vocabulary.column(k + 1).is_none()));
    }

    #[test]
    fn keys_made_to_crowd_the_table_are_refused() {
        let keys: Vec<u32> = (0..5000_u32).map(|i| i << 16).collect();
        let spec = vec![Block::Words { min: 1, max: 1 }];
        let params = VocabularyParams { spec, idf: vec![1.0; keys.len()], keys };
        assert!(matches!(Vocabulary::check(params), Err(ArtifactError::Malformed(_))));
    }

    #[test]
    fn keys_out_of_order_are_refused() {
        let params = VocabularyParams {
            spec: vec![Block::Words { min: 1, max: 1 }],
            keys: vec![2, 1],
            idf: vec![1.0, 1.0],
        };
        assert!(matches!(Vocabulary::check(params), Err(ArtifactError::Malformed(_))));
    }
}
