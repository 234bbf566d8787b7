//! A stance head of its own for one recurring target, such as "congestion charge": fitted on a site's labelled comments, on
//! top of the general head of the language.
//!
//! Linear models know little of the side taken towards a target that they have no examples of; some dozens of examples
//! change that. It speaks also where a comment does not name the target, since under such stories most do not. The head sees the comment's n-grams and what the general head says.

use serde::{Deserialize, Serialize};

use super::{
    artifact::{ArtifactError, Figure, decode, read_file, sha256_hex, write_file},
    hashed::{Columns, join},
    stance::{Comment, Route, StanceParams},
    words::Lexicon,
};
use crate::scores::{Stance, StanceLabel, StanceProbabilities};

const MAGIC: [u8; 8] = *b"COMITYT\x01";
/// The numbers beside the n-grams: what the general head says for favor and against.
pub const FEATURES: usize = 2;

/// The head of one target, as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetHead {
    /// The target, as callers name it; upper and lower case are the same.
    pub target: String,
    /// The language of the comments.
    pub language: String,
    /// SHA-256 of the model on top of which it was fitted.
    pub model_sha256: String,
    /// The head and how sure it must be.
    pub route: Route,
    /// How many labelled comments it was fitted on.
    pub rows: u32,
    /// SHA-256 of the file of labelled comments.
    pub labelled_sha256: String,
    /// What cross-validation found.
    pub figures: Vec<Figure>,
}

/// A head that was read from a file.
#[derive(Debug)]
pub struct LoadedTarget {
    head: TargetHead,
    sha256: String,
}

impl TargetHead {
    /// The file.
    ///
    /// # Errors
    /// When the head cannot be encoded, which only running out of memory can cause.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        write_file(MAGIC, self)
    }

    /// Decodes a payload whose checksum was verified, or is not to be (fuzzing).
    ///
    /// # Errors
    /// When the payload is no head of a target.
    pub fn decode(payload: &[u8]) -> Result<Self, ArtifactError> {
        decode(payload)
    }
}

impl LoadedTarget {
    /// Reads a file.
    ///
    /// # Errors
    /// When the file is no head of a target, is damaged, or its parts do not fit together.
    pub fn from_bytes(file: &[u8]) -> Result<Self, ArtifactError> {
        Self::check(read_file(MAGIC, file)?, sha256_hex(file))
    }

    /// Checks a head whose file has the given SHA-256.
    ///
    /// # Errors
    /// When its parts do not fit together.
    pub fn check(head: TargetHead, sha256: String) -> Result<Self, ArtifactError> {
        head.route.check(FEATURES)?;
        Ok(Self { head, sha256 })
    }

    /// The head.
    pub const fn head(&self) -> &TargetHead {
        &self.head
    }

    /// SHA-256 of the file.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Whether it is the head of a target.
    pub fn is_for(&self, target: &str) -> bool {
        is_same(&self.head.target, target)
    }

    /// The stance of a comment.
    pub fn stance(
        &self,
        comment: &Comment<'_>,
        target: &str,
        general: &StanceParams,
        lexicon: &Lexicon,
    ) -> Stance {
        let (columns, numbers) = seen(comment, target, general, lexicon);
        let unknown = Stance { target: target.to_owned(), label: StanceLabel::Unknown, probabilities: None };
        if columns.is_empty() {
            return unknown;
        }
        let probabilities = self.head.route.head.probabilities(&columns, &numbers);
        let [favor, against, neutral] = probabilities;
        Stance {
            label: self.head.route.label(probabilities),
            probabilities: Some(StanceProbabilities { favor, against, neutral }),
            ..unknown
        }
    }
}

/// Whether two texts name the same target: but for case and space around.
pub fn is_same(one: &str, other: &str) -> bool {
    let lower = |text: &str| text.trim().chars().flat_map(char::to_lowercase).collect::<String>();
    one.trim().len() == other.trim().len() && lower(one) == lower(other)
}

/// What the head sees of a comment: its words and pairs of words, stems and character grams, and P(favor) and P(against) of the general head (a third
/// each where that tells nothing).
pub fn seen(
    comment: &Comment<'_>,
    target: &str,
    general: &StanceParams,
    lexicon: &Lexicon,
) -> (Columns, [f32; FEATURES]) {
    let mut columns = Columns::default();
    columns.extend(comment.keys(lexicon.morphology));
    columns.add(comment.reading.stems.terms.iter().map(|term| join(30, term.key, 0)).collect());
    columns.add(comment.reading.grams.terms.iter().map(|term| join(31, term.key, 0)).collect());
    let told = general.probabilities(comment, target, lexicon);
    let [favor, against, _] = told.map_or([1.0 / 3.0; 3], |(_, probabilities)| probabilities);
    (columns, [favor, against])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        classifier::{
            hashed::Hashed,
            standard::{Linear, Standard},
            valence::Tone,
            words::{Reading, fold_bits, hash},
        },
        text::Text,
    };

    fn head() -> TargetHead {
        let mut weights = vec![[0; 3]; 64];
        weights[fold_bits(hash("cleaner")) & 63] = [127, -127, 0];
        let linear = || Linear { weights: vec![0.0; FEATURES], intercept: 0.0 };
        let standard = Standard { means: vec![0.0; FEATURES], scales: vec![1.0; FEATURES] };
        let head = Hashed { weights, scale: 0.1, standard, classes: [linear(), linear(), linear()] };
        TargetHead {
            target: "Congestion charge".to_owned(),
            language: "en".to_owned(),
            model_sha256: String::new(),
            route: Route { head, sure: 0.6, sure_neutral: 0.6 },
            rows: 40,
            labelled_sha256: String::new(),
            figures: Vec::new(),
        }
    }

    fn stance(text: &str) -> Stance {
        let target = LoadedTarget::from_bytes(&head().to_bytes().unwrap()).unwrap();
        let (lexicon, text) = (Lexicon::default(), Text::read(text));
        let reading = Reading::new(&text, &lexicon);
        let tone = Tone::new(&reading, &lexicon.valence);
        let comment = Comment::new(&text, &reading, &tone);
        target.stance(&comment, "congestion charge", &StanceParams::default(), &lexicon)
    }

    #[test]
    fn a_written_head_is_read_back_and_scores() {
        assert_eq!(stance("Cleaner air").label, StanceLabel::Favor);
        assert_eq!(stance("Fresh air").label, StanceLabel::Unknown);
        assert_eq!(stance("").probabilities, None);
    }

    #[test]
    fn targets_are_the_same_in_any_case() {
        let target = LoadedTarget::check(head(), String::new()).unwrap();
        assert!(target.is_for(" congestion CHARGE ") && !target.is_for("charge"));
    }

    #[test]
    fn another_file_or_a_damaged_one_is_refused() {
        let mut file = head().to_bytes().unwrap();
        assert_eq!(LoadedTarget::from_bytes(b"COMITY").unwrap_err(), ArtifactError::Truncated { bytes: 6 });
        let last = file.len() - 1;
        file[last] ^= 1;
        assert_eq!(LoadedTarget::from_bytes(&file).unwrap_err(), ArtifactError::Corrupt);
        file[0] = b'X';
        assert_eq!(LoadedTarget::from_bytes(&file).unwrap_err(), ArtifactError::NotAModel);
        let mut other = head();
        other.route.head.weights.pop();
        assert!(LoadedTarget::check(other, String::new()).is_err());
    }
}
