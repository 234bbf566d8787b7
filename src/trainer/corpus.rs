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
    /// Rows of one group are split together.
    #[serde(default)]
    pub group: Option<serde_json::Value>,
}

impl Row {
    /// The article that a sentence comes from, as the identifiers of newsmtsc ("allsides_ARTICLE_…", "polusa_v1_ARTICLE_…") and
    /// of vader_nyt ("ARTICLE_…") name it.
    pub fn article(&self) -> Option<&str> {
        let mut parts = self.id.split('_');
        match parts.next()? {
            "allsides" => parts.next(),
            "polusa" => parts.nth(1),
            number => parts.next().map(|_| number).filter(|n| n.bytes().all(|b| b.is_ascii_digit())),
        }
    }

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
    #[error("line {line} of {path} is not a labelled comment: {reason}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why; names no text.
        reason: String,
    },
    /// There is nothing to fit.
    #[error("cannot fit {head}")]
    Fit {
        /// Which head.
        head: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl CorpusError {
    /// A head could not be fitted, for some cause.
    pub fn fit(head: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Fit { head, source: cause.into() }
    }
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
        return Ok((own_rows(path, &text)?, sha256));
    }
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    let rows = lines
        .map(|(i, line)| {
            // What serde says of a value quotes it, and a comment's text goes into no message.
            let wrong = |error: serde_json::Error| CorpusError::Line {
                path: path.to_owned(),
                line: i + 1,
                reason: format!("{:?} error at column {}", error.classify(), error.column()),
            };
            serde_json::from_str(line).map_err(wrong)
        })
        .collect::<Result<_, _>>()?;
    Ok((rows, sha256))
}

/// A field named `group`, `text`, `target`, `stance` or `civil` goes where its name says, `kind` is for readers; any other
/// is a label: a number, or empty.
fn own_rows(path: &Path, file: &str) -> Result<Vec<Row>, CorpusError> {
    let mut lines = file.lines().enumerate();
    let names: Vec<&str> = lines.next().map(|(_, line)| line.split('\t').collect()).unwrap_or_default();
    let wrong = |line: usize| move |reason| CorpusError::Line { path: path.to_owned(), line, reason };
    if !names.contains(&"text") {
        return Err(wrong(1)("the first line names no field \"text\"".to_owned()));
    }
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(i, line)| own_row(&names, line).map_err(wrong(i + 1))).collect()
}

fn own_row(names: &[&str], line: &str) -> Result<Row, String> {
    let (mut row, mut labels) = (Row::default(), serde_json::Map::new());
    let fields: Vec<&str> = line.split('\t').collect();
    if fields.len() != names.len() {
        return Err(format!("{} fields, the first line names {}", fields.len(), names.len()));
    }
    for (name, field) in names.iter().zip(fields) {
        let not = |what: &str| format!("{name} is not {what}");
        match *name {
            "group" => {
                field.clone_into(&mut row.id);
                row.group = Some(Value::String(field.to_owned()));
            }
            "text" if field.trim().is_empty() => return Err(not("a text")),
            "text" => field.clone_into(&mut row.text),
            "target" => row.target = Some(field.to_owned()),
            "stance" if !matches!(field, "favor" | "against" | "neutral" | "") => {
                return Err(not("favor, against or neutral"));
            }
            "stance" => row.stance = Some(field.to_owned()),
            "kind" => {}
            _ if field.is_empty() => {}
            "civil" => {
                row.civil = Some(field.parse::<u8>().ok().filter(|c| *c < 2).ok_or_else(|| not("0 or 1"))?);
            }
            _ => {
                let number: serde_json::Number = field.parse().ok().ok_or_else(|| not("a number"))?;
                labels.insert((*name).to_owned(), Value::Number(number));
            }
        }
    }
    row.labels = Value::Object(labels);
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(name: &str, file: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, file).unwrap();
        let error = rows(&path).unwrap_err().to_string();
        error.replace(path.to_str().unwrap(), name)
    }

    #[test]
    fn a_wrong_row_is_named_by_its_file_line_and_field_and_never_by_its_text() {
        for (file, expected) in [
            (
                "civil\ttext\n1\tgood\n1",
                "line 3 of x.tsv is not a labelled comment: 1 fields, the first line names 2",
            ),
            ("civil\ttext\nyes\tgood", "line 2 of x.tsv is not a labelled comment: civil is not 0 or 1"),
            ("threat\ttext\nx\tgood", "line 2 of x.tsv is not a labelled comment: threat is not a number"),
            (
                "stance\ttext\nfavour\tgood",
                "line 2 of x.tsv is not a labelled comment: stance is not favor, against or neutral",
            ),
            ("stance\ttext\nfavor\t ", "line 2 of x.tsv is not a labelled comment: text is not a text"),
            (
                "a\tb\n1\t2",
                "line 1 of x.tsv is not a labelled comment: the first line names no field \"text\"",
            ),
        ] {
            assert_eq!(wrong("x.tsv", file), expected);
        }
        assert_eq!(
            wrong("x.jsonl", "{\"text\": \"a\"}\n\"You are secret\""),
            "line 2 of x.jsonl is not a labelled comment: Data error at column 16"
        );
    }

    #[test]
    fn the_article_of_a_sentence_is_read_from_its_identifier() {
        for (id, article) in [
            ("allsides_1000_401_25_Somebody_0_6", Some("1000")),
            ("polusa_v1_4759298_-1_1_Somebody_17_19", Some("4759298")),
            ("291_8", Some("291")),
            ("train-7", None),
            ("17", None),
        ] {
            let row = Row { id: id.to_owned(), ..Row::default() };
            assert_eq!(row.article(), article, "{id}");
        }
    }

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
        let read = |file: &str| own_rows(Path::new("x.tsv"), file).unwrap();
        let rows =
            read("group\tkind\tcivil\ttext\n7\tquoted\t0\tThe mayor said so.\n7\tquoted\t1\tYou said so.\n");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].civil, Some(0));
        assert_eq!(rows[0].group(), rows[1].group());
        let rows = read("group\tthreat\ttext\n1\t1\tx\n");
        assert_eq!(rows[0].number("labels.threat"), Some(1.0));
    }
}
