//! Targets that name a person, and what is said right around the name.
//!
//! After Hamborg and Donnay, *NewsMTSC* (2021): the sentiment towards a named person is read from the words beside the
//! name. A name's own letters are never a feature, so that no opinion of a person is learnt.

use super::{
    super::{
        hashed::{Columns, join},
        lists::{BODIES, GIVEN_NAMES, HONORIFICS},
        valence::Valence,
        words::{Reading, Unit},
    },
    measures::Target,
};

/// The number of numbers beside the n-grams.
pub const FEATURES: usize = 6;
/// Words on either side of a name that count as beside it.
const BESIDE: usize = 4;
/// Words on either side of a name whose valence counts.
const NEAR: usize = 6;
/// A name of more words is not one.
const MAX_WORDS: usize = 4;

/// Whether a target names a person: an honorific or a common given name, and one or more names after it.
pub fn is_person(target: &str) -> bool {
    let words: Vec<&str> = target.split_whitespace().collect();
    let Some((first, rest)) = words.split_first() else { return false };
    let is_name = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let plain = first.trim_end_matches('.').to_lowercase();
    let is_body = rest.last().is_some_and(|word| BODIES.binary_search(&word.to_lowercase().as_str()).is_ok());
    let opens = HONORIFICS.binary_search(&plain.as_str()).is_ok()
        || GIVEN_NAMES.binary_search(&plain.as_str()).is_ok();
    opens && !is_body && is_name(first) && (1..MAX_WORDS).contains(&rest.len()) && rest.iter().all(is_name)
}

/// One mention of a person: the sentence, and where the name stands in it.
#[derive(Debug, Clone, Copy)]
pub struct Mention<'a> {
    left: &'a [Unit],
    right: &'a [Unit],
    target: &'a Target,
}

fn is_name(target: &Target, unit: &Unit) -> bool {
    target.stems.binary_search(&unit.stem).is_ok()
}

/// The first mention of a target in each sentence.
pub fn mentions<'a>(comment: &'a Reading<'_>, target: &'a Target) -> impl Iterator<Item = Mention<'a>> {
    comment.sentences.iter().filter_map(move |sentence| {
        let units = comment.units.get(sentence.clone())?;
        let begin = units.iter().position(|unit| is_name(target, unit))?;
        let name = units.iter().skip(begin).take_while(|unit| is_name(target, unit)).count();
        Some(Mention { left: units.get(..begin)?, right: units.get(begin + name..)?, target })
    })
}

fn last(units: &[Unit], count: usize) -> &[Unit] {
    units.get(units.len().saturating_sub(count)..).unwrap_or_default()
}

fn first(units: &[Unit], count: usize) -> &[Unit] {
    units.get(..count.min(units.len())).unwrap_or_default()
}

impl Mention<'_> {
    /// The word of a unit; one and the same for every part of the name, wherever it stands.
    fn word(&self, unit: &Unit) -> u32 {
        if is_name(self.target, unit) { 0 } else { unit.marked }
    }

    /// Words and pairs of words of the sentence, the name as one word; and the words right beside the name.
    pub fn columns(&self) -> Columns {
        let words = |units: &[Unit]| units.iter().map(|u| self.word(u)).collect::<Vec<u32>>();
        let all = [words(self.left), vec![0], words(self.right)].concat();
        let pairs = all.iter().zip(all.iter().skip(1)).map(|(a, b)| join(1, *a, *b));
        let run = |tag, units: &[Unit]| units.iter().fold(tag, |hash, unit| join(3, hash, self.word(unit)));
        let mut beside: Vec<u32> = last(self.left, BESIDE).iter().map(|u| join(4, self.word(u), 0)).collect();
        beside.extend(first(self.right, BESIDE).iter().map(|u| join(5, self.word(u), 0)));
        beside.extend([run(6, last(self.left, 1)), run(7, last(self.left, 2))]);
        beside.extend([run(8, first(self.right, 2)), run(9, first(self.right, 3))]);
        let mut columns = Columns::default();
        columns.add(all.iter().copied().chain(pairs).collect());
        columns.add(beside);
        columns
    }

    /// Valence of the sentence, of six words on both sides, on the left, on the right, and of all on the left and right;
    /// the name's own words have none.
    pub fn features(&self, valence: &Valence) -> [f32; FEATURES] {
        let (left, right) = (last(self.left, NEAR), first(self.right, NEAR));
        let of = |a: &[Unit], b: &[Unit]| {
            let words = a.iter().chain(b).filter(|unit| !is_name(self.target, unit));
            valence.of(words.copied())
        };
        [
            of(self.left, self.right),
            of(left, right),
            of(left, &[]),
            of(right, &[]),
            of(self.left, &[]),
            of(self.right, &[]),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{classifier::words::Lexicon, text::Text};

    #[test]
    fn names_are_told_from_topics() {
        for name in
            ["Angela Example", "President Example", "Dr. Maria van Example".replace("van", "Van").as_str()]
        {
            assert!(is_person(name), "{name}");
        }
        for topic in [
            "congestion charge",
            "Climate Change",
            "New York",
            "President",
            "angela example",
            "Example",
            "",
            "General Election",
            "Will Taxes Rise",
            "Chief Justice",
            "Rose Garden",
            "Virginia Beach",
            "Max Planck Institute",
            "Howard University",
        ] {
            assert!(!is_person(topic), "{topic}");
        }
    }

    #[test]
    fn a_name_is_no_feature_wherever_it_stands() {
        let columns = |comment: &str, name: &str| {
            let (lexicon, text) = (Lexicon::default(), Text::read(comment));
            let (reading, target) = (Reading::new(&text, &lexicon), Target::new(name, &lexicon).unwrap());
            let columns = mentions(&reading, &target).next().unwrap().columns();
            columns.among(1 << 16)
        };
        let one = columns("They say Angela Example lied and Example knows it", "Angela Example");
        let other = columns("They say Peter Sample lied and Sample knows it", "Peter Sample");
        assert_eq!(one, other);
    }

    #[test]
    fn lists_of_names_can_be_searched() {
        assert!(GIVEN_NAMES.is_sorted_by(|a, b| a < b) && HONORIFICS.is_sorted_by(|a, b| a < b));
        assert!(BODIES.is_sorted_by(|a, b| a < b));
    }
}
