//! The data sets of a configuration, read once and named.

use std::{collections::BTreeMap, path::Path};

use super::{
    annotations::{self, AnnotationError},
    config::Config,
    corpus::{self, CorpusError, Row, letters},
};
use crate::classifier::{TrainingSet, artifact::sha256_hex};

/// Why the sets of a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// A file cannot be read, or a head cannot be fitted.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// Annotations do not fit their texts.
    #[error("in {file}")]
    Annotations {
        /// The file.
        file: String,
        /// Why.
        source: AnnotationError,
    },
    /// A head names a set that the configuration does not have.
    #[error("no set is named {0:?}")]
    Unknown(String),
    /// The built-in policy cannot be read, which its own tests rule out.
    #[error("the built-in policy: {0}")]
    Policy(String),
    /// A head names a label that no row of the set has.
    #[error("set {set:?} has no label {label:?} over {over}")]
    Label {
        /// The set.
        set: String,
        /// The label.
        label: String,
        /// What it is divided by.
        over: f64,
    },
}

/// Rows by the name of their set.
#[derive(Debug, Default)]
pub struct Sets(BTreeMap<String, Vec<Row>>);

impl Sets {
    /// Reads all sets of a configuration, with what provenance says of each. Files of the project's own are below `own`.
    ///
    /// # Errors
    /// When a file cannot be read, or a head names a set or label that is not there.
    pub fn load(config: &Config, data: &Path, own: &Path) -> Result<(Self, Vec<TrainingSet>), SetError> {
        let (mut sets, mut provenance) = (Self::default(), Vec::new());
        for set in &config.sets {
            let path = if set.ours { own } else { data }.join(&set.file);
            let (mut rows, sha256) = if set.labels_of.is_empty() {
                corpus::rows_and_hash(&path)?
            } else {
                let file = std::fs::read_to_string(&path)
                    .map_err(|source| CorpusError::Read { path: path.clone(), source })?;
                let texts: Vec<&Row> =
                    set.labels_of.iter().map(|name| sets.rows(name)).collect::<Result<Vec<_>, _>>()?.concat();
                let rows = annotations::join(&file, texts)
                    .map_err(|source| SetError::Annotations { file: set.file.clone(), source })?;
                (rows, sha256_hex(file.as_bytes()))
            };
            if let Some(measured) = &set.without {
                let measured = corpus::rows(&data.join(measured))?;
                let measured: std::collections::BTreeSet<String> =
                    measured.iter().map(|row| letters(&row.text)).collect();
                rows.retain(|row| !measured.contains(&letters(&row.text)));
            }
            provenance.push(TrainingSet {
                name: set.name.clone(),
                license: set.license.clone(),
                rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
                sha256,
            });
            sets.0.insert(set.name.clone(), rows);
        }
        for source in config.heads.iter().flat_map(|head| &head.rows) {
            let labelled = sets.rows(&source.set)?.iter().any(|row| row.number(&source.label).is_some());
            if source.over <= 0.0 || !labelled {
                let (set, label) = (source.set.clone(), source.label.clone());
                return Err(SetError::Label { set, label, over: source.over });
            }
        }
        if let Some(article) = &config.article {
            sets.all(&article.names())?;
        }
        Ok((sets, provenance))
    }

    /// The rows of a set.
    ///
    /// # Errors
    /// When no set has this name.
    pub fn rows(&self, name: &str) -> Result<Vec<&Row>, SetError> {
        let found = self.0.get(name).ok_or_else(|| SetError::Unknown(name.to_owned()))?;
        Ok(found.iter().collect())
    }

    /// The rows of several sets, one after the other.
    ///
    /// # Errors
    /// When a set is not there.
    pub fn all(&self, names: &[String]) -> Result<Vec<&Row>, SetError> {
        Ok(names.iter().map(|name| self.rows(name)).collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// All sets by name.
    pub const fn by_name(&self) -> &BTreeMap<String, Vec<Row>> {
        &self.0
    }
}

impl From<BTreeMap<String, Vec<Row>>> for Sets {
    fn from(rows: BTreeMap<String, Vec<Row>>) -> Self {
        Self(rows)
    }
}
