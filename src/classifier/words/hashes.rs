//! PURE. Words and their character grams as 32-bit hashes.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

use std::ops::RangeInclusive;

/// Characters of a word that are cut into character grams.
const MAX_LETTERS: usize = 40;

/// FNV-1a over bytes (Fowler, Noll, Vo 1991); a typographic apostrophe counts as a straight one.
pub fn hash(word: &str) -> u32 {
    if word.is_ascii() {
        return word.bytes().fold(EMPTY, step);
    }
    word.chars().fold(EMPTY, with)
}

/// The hash of every beginning of a word, the shortest first.
pub fn hashes_of_beginnings(word: &str) -> impl Iterator<Item = u32> {
    word.chars().scan(EMPTY, |hash, c| {
        *hash = with(*hash, c);
        Some(*hash)
    })
}

/// The hash of nothing.
const EMPTY: u32 = 0x811c_9dc5;

const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// The hash with one more character.
fn with(hash: u32, c: char) -> u32 {
    let c = if c == '’' { '\'' } else { c };
    c.encode_utf8(&mut [0; 4]).bytes().fold(hash, step)
}

/// The hash of a word inside a negation window.
pub const fn negated(word: u32) -> u32 {
    (word ^ 0x5bd1_e995).wrapping_mul(0x9e37_79b1)
}

/// Mixes the high bits of a hash into the low ones, which FNV spreads less well.
pub const fn fold_bits(hash: u32) -> usize {
    (hash ^ (hash >> 15)) as usize
}

/// Sorts hashes, which spread evenly: first apart by their leading bits, then within. Any other numbers only take longer.
pub fn sort_hashes(keys: &mut Vec<u32>) {
    const BITS: u32 = 8;
    if keys.len() < 1 << BITS {
        keys.sort_unstable();
        return;
    }
    let part = |key: u32| (key >> (u32::BITS - BITS)) as usize;
    let mut ends = [0_usize; 1 << BITS];
    for key in keys.iter() {
        if let Some(count) = ends.get_mut(part(*key)) {
            *count += 1;
        }
    }
    let mut begin = 0;
    for end in &mut ends {
        begin += std::mem::replace(end, begin);
    }
    let mut sorted = vec![0; keys.len()];
    for key in keys.iter() {
        if let Some(end) = ends.get_mut(part(*key)) {
            if let Some(slot) = sorted.get_mut(*end) {
                *slot = *key;
            }
            *end += 1;
        }
    }
    let mut begin = 0;
    for end in ends {
        sorted.get_mut(begin..end).unwrap_or_default().sort_unstable();
        begin = end;
    }
    *keys = sorted;
}

/// Calls `each` with the hash of every character gram of `<word>`. Of a longer word, the first 40 letters count.
pub fn each_gram(word: &str, lengths: RangeInclusive<usize>, mut each: impl FnMut(u32)) {
    let mut letters = ['\0'; MAX_LETTERS + 2];
    let mut count = 0;
    let padded = std::iter::once('<').chain(word.chars().take(MAX_LETTERS)).chain(['>']);
    for (slot, letter) in letters.iter_mut().zip(padded) {
        *slot = if letter == '’' { '\'' } else { letter };
        count += 1;
    }
    let letters = letters.get(..count).unwrap_or_default();
    for length in lengths {
        for gram in letters.windows(length) {
            each(gram.iter().fold(0x811c_9dc5, |h, &c| (h ^ c as u32).wrapping_mul(0x0100_0193)));
        }
    }
}
