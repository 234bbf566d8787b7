//! The model file: magic, format version, SHA-256 of the payload, payload.
//!
//! The payload is postcard, so any build reads what another wrote, on any machine. A file is refused as a whole or
//! taken as a whole: wrong magic, wrong version, a flipped byte, or contents that do not fit together.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use super::{article::ArticleHeads, civility::CivilityParams};

const MAGIC: [u8; 8] = *b"COMITY\0\x01";

/// The version of the payload's layout. A file of another version is refused.
pub const FORMAT_VERSION: u32 = 2;

const HEADER_BYTES: usize = 8 + 4 + 32;

/// Why a model file was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ArtifactError {
    /// The file is shorter than its header.
    #[error("the file has {bytes} bytes, a model has at least {HEADER_BYTES}")]
    Truncated {
        /// The size of the file.
        bytes: usize,
    },
    /// The file is something else.
    #[error("the file does not begin like a comity model")]
    NotAModel,
    /// The file was written by an older or newer comity.
    #[error("the model has format version {found}, this comity reads {FORMAT_VERSION}")]
    WrongVersion {
        /// The version in the file.
        found: u32,
    },
    /// The payload is not what was written.
    #[error("the model's checksum does not match its contents")]
    Corrupt,
    /// The payload cannot be read.
    #[error("the model's payload cannot be decoded")]
    Undecodable,
    /// The parts do not fit together.
    #[error("the model is malformed: {0}")]
    Malformed(&'static str),
    /// Two models for one language.
    #[error("two models were given for language {0:?}")]
    DuplicateLanguage(String),
    /// Two heads for one target.
    #[error("two heads were given for target {0:?}")]
    DuplicateTarget(String),
    /// A head for a target was fitted on top of another model than the loaded one.
    #[error("the head of target {target:?} was fitted on top of model {fitted_on}, which is not loaded")]
    ForeignTarget {
        /// The target.
        target: String,
        /// SHA-256 of the model that it needs.
        fitted_on: String,
    },
}

/// Whence a model came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Provenance {
    /// The data sets.
    pub sets: Vec<TrainingSet>,
    /// The configuration file, verbatim.
    pub settings: String,
    /// The version of comity that fitted the model.
    pub code_version: String,
    /// Figures measured on the development sets.
    pub figures: Vec<Figure>,
}

/// One data set of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingSet {
    /// The name.
    pub name: String,
    /// The licence.
    pub license: String,
    /// How many rows were used.
    pub rows: u32,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
}

/// One measured figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// The value.
    pub value: f64,
}

/// Everything in a model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The primary language subtag.
    pub language: String,
    /// Whence it came.
    pub provenance: Provenance,
    /// Civility.
    pub civility: CivilityParams,
    /// The heads that look at the article.
    pub article: Option<ArticleHeads>,
}

impl Artifact {
    /// The file.
    ///
    /// # Errors
    /// When the payload cannot be encoded, which only running out of memory can cause.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        write_file(MAGIC, self)
    }

    /// Reads a file. Contents are checked further when a model is made of them.
    ///
    /// # Errors
    /// When the file is not a model, of another version, or damaged.
    pub fn from_bytes(file: &[u8]) -> Result<Self, ArtifactError> {
        read_file(MAGIC, file)
    }

    /// Decodes a payload whose checksum was verified, or is not to be (fuzzing).
    ///
    /// # Errors
    /// When the payload is not an artifact.
    pub fn decode(payload: &[u8]) -> Result<Self, ArtifactError> {
        decode(payload)
    }
}

/// A file: magic, format version, SHA-256 of the payload, payload.
pub(super) fn write_file(magic: [u8; 8], contents: &impl Serialize) -> Result<Vec<u8>, ArtifactError> {
    let payload = postcard::to_stdvec(contents).map_err(|_error| ArtifactError::Undecodable)?;
    let mut file = Vec::with_capacity(HEADER_BYTES + payload.len());
    file.extend_from_slice(&magic);
    file.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    file.extend_from_slice(&Sha256::digest(&payload));
    file.extend_from_slice(&payload);
    Ok(file)
}

/// The contents of a file that begins with the magic.
pub(super) fn read_file<T: DeserializeOwned>(magic: [u8; 8], file: &[u8]) -> Result<T, ArtifactError> {
    let truncated = ArtifactError::Truncated { bytes: file.len() };
    let Some((header, payload)) = file.split_at_checked(HEADER_BYTES) else { return Err(truncated) };
    let Some((found_magic, rest)) = header.split_first_chunk::<8>() else { return Err(truncated) };
    let Some((version, digest)) = rest.split_first_chunk::<4>() else { return Err(truncated) };
    if *found_magic != magic {
        return Err(ArtifactError::NotAModel);
    }
    let found = u32::from_le_bytes(*version);
    if found != FORMAT_VERSION {
        return Err(ArtifactError::WrongVersion { found });
    }
    if Sha256::digest(payload).as_slice() != digest {
        return Err(ArtifactError::Corrupt);
    }
    decode(payload)
}

pub(super) fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<T, ArtifactError> {
    match postcard::take_from_bytes(payload) {
        Ok((contents, [])) => Ok(contents),
        Ok(_) | Err(_) => Err(ArtifactError::Undecodable),
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        classifier::{Classifier, Model, civility::Head, grams::Block, vocabulary::VocabularyParams},
        scores::Attribute,
    };

    fn artifact(language: &str) -> Artifact {
        let vocabulary = VocabularyParams {
            spec: vec![Block::Words { min: 1, max: 1 }],
            keys: vec![3, 5, 8],
            idf: vec![1.0, 2.0, 3.0],
        };
        let heads = vec![Head { attribute: Attribute::Toxicity, scale: 0.1, bias: -1.0 }];
        Artifact {
            name: "test".to_owned(),
            version: "1".to_owned(),
            language: language.to_owned(),
            provenance: Provenance::default(),
            civility: CivilityParams { vocabulary, heads, weights: vec![1, -2, 3] },
            article: None,
        }
    }

    #[test]
    fn a_written_model_is_read_back() {
        let file = artifact("en").to_bytes().unwrap();
        assert_eq!(Artifact::from_bytes(&file), Ok(artifact("en")));
        assert_eq!(Model::from_bytes(&file).unwrap().sha256(), sha256_hex(&file));
    }

    #[test]
    fn another_version_and_another_kind_of_file_are_refused_by_name() {
        let mut file = artifact("en").to_bytes().unwrap();
        file[8] = 9;
        assert_eq!(Artifact::from_bytes(&file), Err(ArtifactError::WrongVersion { found: 9 }));
        assert_eq!(Artifact::from_bytes(&[0; 100]), Err(ArtifactError::NotAModel));
        assert_eq!(Artifact::from_bytes(b"short"), Err(ArtifactError::Truncated { bytes: 5 }));
    }

    #[test]
    fn two_models_of_one_language_are_refused() {
        let file = artifact("en").to_bytes().unwrap();
        let refused = Classifier::from_artifacts(&[&file, &file]).unwrap_err();
        assert_eq!(refused, ArtifactError::DuplicateLanguage("en".to_owned()));
    }

    #[test]
    fn the_embedded_models_are_sound() {
        let classifier = Classifier::embedded().unwrap();
        let languages: Vec<&str> = classifier.models().iter().map(Model::language).collect();
        assert_eq!(languages, ["en", "ko"]);
    }

    #[test]
    fn a_model_from_a_file_takes_the_place_of_the_embedded_one() {
        let file = artifact("ko").to_bytes().unwrap();
        let own = Classifier::from_artifacts(&[&file]).unwrap();
        let classifier = Classifier::embedded().unwrap().replaced_by(own);
        assert_eq!(classifier.models().len(), 2);
        assert_eq!(classifier.model("ko").unwrap().name(), "test");
    }

    proptest! {
        #[test]
        fn a_flipped_byte_is_refused(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
            let mut file = artifact("en").to_bytes().unwrap();
            let at = at.index(file.len());
            file[at] ^= flip;
            prop_assert!(Artifact::from_bytes(&file).is_err());
        }

        #[test]
        fn any_payload_is_decoded_or_refused(payload in prop::collection::vec(any::<u8>(), 0..200)) {
            let _either = Artifact::decode(&payload).map(|a| Model::check(a, String::new()));
        }
    }
}
