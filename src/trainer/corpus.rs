//! Labelled comments as JSON Lines.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::Deserialize;
use serde_json::Value;

use crate::classifier::artifact::sha256_hex;

/// Why a corpus could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The file could not be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A line is not a row.
    #[error("{path} line {line} is not a row: {source}")]
    NotARow {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
}

/// One labelled comment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Row {
    /// The identifier within its file.
    pub id: String,
    /// The text.
    pub text: String,
    /// 1 for uncivil, 0 for civil.
    pub civil: Option<u8>,
    /// The original fine-grained labels.
    pub labels: Value,
    /// Graded scores in `[0, 1]`.
    pub soft: BTreeMap<String, f64>,
    /// The stance target.
    pub target: Option<String>,
    /// favor, against or neutral.
    pub stance: Option<String>,
    /// positive, neutral or negative.
    pub sentiment: Option<String>,
    /// Headline or title.
    pub context: Option<String>,
    /// The comment that this one answers.
    pub parent: Option<String>,
    /// Rows of one group are never split between fitting and measuring.
    pub group: Value,
}

impl Row {
    /// A number at a dotted path: `civil`, `labels.NAME`, `soft.NAME`, or `constant.NUMBER`. True counts as 1.
    pub fn number(&self, path: &str) -> Option<f64> {
        match path.split_once('.') {
            None if path == "civil" => self.civil.map(f64::from),
            Some(("soft", name)) => self.soft.get(name).copied(),
            Some(("constant", value)) => value.parse().ok(),
            Some(("labels", name)) => match self.labels.get(name)? {
                Value::Bool(b) => Some(f64::from(u8::from(*b))),
                Value::Number(n) => n.as_f64(),
                Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
            },
            _ => None,
        }
    }

    /// The group, or the identifier when there is none.
    pub fn group(&self) -> String {
        match &self.group {
            Value::Null => self.id.clone(),
            Value::String(group) => group.clone(),
            other => other.to_string(),
        }
    }
}

/// The rows of a file, and the SHA-256 of the file. A `.tsv` file holds the project's own texts: a header line, then
/// group, kind, civil (1 or 0) and text, tab-separated. Any other is JSON Lines.
///
/// # Errors
/// When the file cannot be read or a line is not a row.
pub fn rows(path: &Path) -> Result<(Vec<Row>, String), CorpusError> {
    let name = || path.display().to_string();
    let bytes = fs::read(path).map_err(|source| CorpusError::Unreadable { path: name(), source })?;
    if path.extension().is_some_and(|e| e == "tsv") {
        return Ok((own_rows(&String::from_utf8_lossy(&bytes)), sha256_hex(&bytes)));
    }
    let rows = bytes
        .split(|b| *b == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
        .map(|(i, line)| {
            serde_json::from_slice(line).map_err(|source| CorpusError::NotARow { path: name(), line: i + 1, source })
        })
        .collect::<Result<_, _>>()?;
    Ok((rows, sha256_hex(&bytes)))
}

fn own_rows(file: &str) -> Vec<Row> {
    let row = |line: &str| {
        let mut fields = line.splitn(4, '\t');
        let (group, _kind, civil, text) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        Some(Row {
            id: group.to_owned(),
            text: text.to_owned(),
            civil: civil.parse().ok(),
            group: Value::String(group.to_owned()),
            ..Row::default()
        })
    };
    file.lines().skip(1).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_at_dotted_paths() {
        let row: Row = serde_json::from_str(
            r#"{"id": "1", "text": "x", "civil": 1, "labels": {"insult": 2, "hostile": true}, "soft": {"threat": 0.25}}"#,
        )
        .unwrap();
        assert_eq!(row.number("civil"), Some(1.0));
        assert_eq!(row.number("labels.insult"), Some(2.0));
        assert_eq!(row.number("labels.hostile"), Some(1.0));
        assert_eq!(row.number("soft.threat"), Some(0.25));
        assert_eq!(row.number("constant.0"), Some(0.0));
        assert_eq!(row.number("labels.absent"), None);
    }

    #[test]
    fn own_rows_skip_the_header_and_keep_pairs_together() {
        let rows = own_rows("pair_id\tkind\tlabel\ttext\n7\tquoted\t0\tThe mayor said so.\n7\tquoted\t1\tYou said so.\n");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].civil, Some(0));
        assert_eq!(rows[0].group(), rows[1].group());
    }
}
