//! The model file: magic, format version, SHA-256 of the payload, payload.
//!
//! The payload is postcard, so any build reads what another wrote, on any machine. A file is refused as a whole or
//! taken as a whole: wrong magic, wrong version, a flipped byte, or contents that do not fit together.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{article::ArticleHeads, civility::CivilityParams};

const MAGIC: &[u8; 8] = b"COMITY\0\x01";

/// The version of the payload's layout. A file of another version is refused.
pub const FORMAT_VERSION: u32 = 1;

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
        let payload = postcard::to_stdvec(self).map_err(|_error| ArtifactError::Undecodable)?;
        let mut file = Vec::with_capacity(HEADER_BYTES + payload.len());
        file.extend_from_slice(MAGIC);
        file.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        file.extend_from_slice(&Sha256::digest(&payload));
        file.extend_from_slice(&payload);
        Ok(file)
    }

    /// Reads a file. Contents are checked further when a model is made of them.
    ///
    /// # Errors
    /// When the file is not a model, of another version, or damaged.
    pub fn from_bytes(file: &[u8]) -> Result<Self, ArtifactError> {
        let truncated = ArtifactError::Truncated { bytes: file.len() };
        let Some((header, payload)) = file.split_at_checked(HEADER_BYTES) else { return Err(truncated) };
        let Some((magic, rest)) = header.split_first_chunk::<8>() else { return Err(truncated) };
        let Some((version, digest)) = rest.split_first_chunk::<4>() else { return Err(truncated) };
        if magic != MAGIC {
            return Err(ArtifactError::NotAModel);
        }
        let found = u32::from_le_bytes(*version);
        if found != FORMAT_VERSION {
            return Err(ArtifactError::WrongVersion { found });
        }
        if Sha256::digest(payload).as_slice() != digest {
            return Err(ArtifactError::Corrupt);
        }
        Self::decode(payload)
    }

    /// Decodes a payload whose checksum was verified, or is not to be (fuzzing).
    ///
    /// # Errors
    /// When the payload is not an artifact.
    pub fn decode(payload: &[u8]) -> Result<Self, ArtifactError> {
        match postcard::take_from_bytes(payload) {
            Ok((artifact, [])) => Ok(artifact),
            Ok(_) | Err(_) => Err(ArtifactError::Undecodable),
        }
    }
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
