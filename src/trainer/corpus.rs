//! Labelled comments as JSON Lines.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

use crate::classifier::artifact::sha256_hex;

/// One labelled comment; what does not apply is absent.
#[derive(Debug, Clone, Default, Deserialize)]
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
    pub group: Option<serde_json::Value>,
}

impl Row {
    /// The group, when there is one.
    pub fn group(&self) -> Option<String> {
        self.group.as_ref().map(|g| g.as_str().map_or_else(|| g.to_string(), str::to_owned))
    }

    /// A number at a dotted path: `civil`, `labels.NAME`, `soft.NAME`, or `constant.NUMBER`. True counts as 1. Of a label
    /// that is a list of classes, `labels.NAME=CLASS` is 1 when the class is in it and 0 when not.
    pub fn number(&self, path: &str) -> Option<f64> {
        match path.split_once('.') {
            None if path == "civil" => self.civil.map(f64::from),
            Some(("soft", name)) => self.soft.get(name).copied(),
            Some(("constant", value)) => value.parse().ok(),
            Some(("labels", name)) if name.contains('=') => {
                let (name, class) = name.split_once('=')?;
                let classes = self.labels.get(name)?.as_array()?;
                Some(f64::from(u8::from(classes.iter().any(|c| c == class))))
            }
            Some(("labels", name)) => match self.labels.get(name)? {
                Value::Bool(b) => Some(f64::from(u8::from(*b))),
                Value::Number(n) => n.as_f64(),
                Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
            },
            _ => None,
        }
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

/// Letters and digits only, to recognise a text that was typed anew.
pub fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Reads all rows of a file: JSON Lines, or the project's own texts in a `.tsv` whose first line names the fields.
///
/// # Errors
/// When the file cannot be read or a line is not a row.
pub fn rows(path: &Path) -> Result<Vec<Row>, CorpusError> {
    Ok(rows_and_hash(path)?.0)
}

/// As [`rows`], with the SHA-256 of the file.
///
/// # Errors
/// When the file cannot be read or a line is not a row.
pub fn rows_and_hash(path: &Path) -> Result<(Vec<Row>, String), CorpusError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| CorpusError::Read { path: path.to_owned(), source })?;
    let sha256 = sha256_hex(text.as_bytes());
    if path.extension().is_some_and(|e| e == "tsv") {
        return Ok((own_rows(&text), sha256));
    }
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    let rows = lines
        .map(|(i, line)| {
            let wrong = |source| CorpusError::Line { path: path.to_owned(), line: i + 1, source };
            serde_json::from_str(line).map_err(wrong)
        })
        .collect::<Result<_, _>>()?;
    Ok((rows, sha256))
}

/// A field named `group`, `text`, `target`, `stance` or `civil` goes where its name says; any other number is a label.
fn own_rows(file: &str) -> Vec<Row> {
    let mut lines = file.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    lines.map(|line| own_row(&names, line)).filter(|row| !row.text.is_empty()).collect()
}

fn own_row(names: &[&str], line: &str) -> Row {
    let (mut row, mut labels) = (Row::default(), serde_json::Map::new());
    for (name, field) in names.iter().zip(line.splitn(names.len(), '\t')) {
        match *name {
            "group" => {
                field.clone_into(&mut row.id);
                row.group = Some(Value::String(field.to_owned()));
            }
            "text" => field.clone_into(&mut row.text),
            "target" => row.target = Some(field.to_owned()),
            "stance" => row.stance = Some(field.to_owned()),
            "civil" => row.civil = field.parse().ok(),
            _ => labels.extend(field.parse::<i64>().ok().map(|n| ((*name).to_owned(), Value::from(n)))),
        }
    }
    row.labels = Value::Object(labels);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_at_dotted_paths() {
        let row: Row = serde_json::from_str(
            r#"{"id": "1", "text": "x", "civil": 1, "labels": {"insult": 2, "hostile": true, "classes": ["age", "origin"]}, "soft": {"threat": 0.25}}"#,
        )
        .unwrap();
        assert_eq!(row.number("civil"), Some(1.0));
        assert_eq!(row.number("labels.insult"), Some(2.0));
        assert_eq!(row.number("labels.hostile"), Some(1.0));
        assert_eq!(row.number("soft.threat"), Some(0.25));
        assert_eq!(row.number("constant.0"), Some(0.0));
        assert_eq!(row.number("labels.absent"), None);
        assert_eq!(row.number("labels.classes=origin"), Some(1.0));
        assert_eq!(row.number("labels.classes=religion"), Some(0.0));
    }

    #[test]
    fn own_rows_skip_the_header_and_keep_pairs_together() {
        let rows = own_rows(
            "group\tkind\tcivil\ttext\n7\tquoted\t0\tThe mayor said so.\n7\tquoted\t1\tYou said so.\n",
        );
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].civil, Some(0));
        assert_eq!(rows[0].group(), rows[1].group());
        let rows = own_rows("group\tthreat\ttext\n1\t1\tx\n");
        assert_eq!(rows[0].number("labels.threat"), Some(1.0));
    }
}
