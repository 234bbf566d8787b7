//! Labelled comments as JSON Lines.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// One labelled comment; what does not apply is absent.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    /// The identifier within its file.
    #[serde(default)]
    pub id: String,
    /// The comment.
    pub text: String,
    /// The primary language subtag.
    #[serde(default)]
    pub lang: String,
    /// 1 when uncivil.
    #[serde(default)]
    pub civil: Option<u8>,
    /// The labels of the source.
    #[serde(default)]
    pub labels: serde_json::Value,
    /// Graded labels in `[0, 1]`.
    #[serde(default)]
    pub soft: BTreeMap<String, f64>,
    /// What the stance or sentiment is towards.
    #[serde(default)]
    pub target: Option<String>,
    /// favor, against or neutral.
    #[serde(default)]
    pub stance: Option<String>,
    /// positive, neutral or negative.
    #[serde(default)]
    pub sentiment: Option<String>,
    /// The headline, perhaps with a summary after a bar.
    #[serde(default)]
    pub context: Option<String>,
    /// The comment that was answered.
    #[serde(default)]
    pub parent: Option<String>,
    /// Rows of one group are split together.
    #[serde(default)]
    group: Option<serde_json::Value>,
}

impl Row {
    /// The group, when there is one.
    pub fn group(&self) -> Option<String> {
        self.group.as_ref().map(|g| g.as_str().map_or_else(|| g.to_string(), str::to_owned))
    }
}

/// Why a corpus cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not a row.
    #[error("line {line} of {path} is not a labelled comment")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why; names no text.
        source: serde_json::Error,
    },
    /// There is nothing to fit.
    #[error("fit of {head} failed: {reason}")]
    Fit {
        /// Which head.
        head: &'static str,
        /// Why.
        reason: String,
    },
}

/// Reads all rows of a file.
///
/// # Errors
/// When the file cannot be read or a line is not a row.
pub fn rows(path: &Path) -> Result<Vec<Row>, CorpusError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| CorpusError::Read { path: path.to_owned(), source })?;
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    lines
        .map(|(i, line)| {
            let wrong = |source| CorpusError::Line { path: path.to_owned(), line: i + 1, source };
            serde_json::from_str(line).map_err(wrong)
        })
        .collect()
}
