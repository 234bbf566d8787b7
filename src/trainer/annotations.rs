//! Labels of our own, kept apart from the texts that they are for.
//!
//! A file under `models/annotations/` holds no text: a line names a comment by the SHA-256 of its text, the excerpt that
//! was read (in characters, end excluded), and one digit for each label that its first line names, in that order. The texts
//! come from the sets that the configuration names.
//!
//! `stance` and `sentiment` are sides: 0 against or negative, 1 neutral, 2 favor or positive. Every other label is a grade
//! from 0 (not at all) to 3 (strongly).

use std::collections::BTreeMap;

use serde_json::json;

use super::corpus::Row;
use crate::classifier::artifact::sha256_hex;

/// The largest grade.
const STRONGLY: u8 = 3;

/// What the digits of a side mean.
const STANCES: [&str; 3] = ["against", "neutral", "favor"];
const SENTIMENTS: [&str; 3] = ["negative", "neutral", "positive"];

/// Why annotations cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AnnotationError {
    /// The first line does not name the labels.
    #[error("line 1 is not text_sha256, start, end and the names of the labels, each after a tab")]
    Names,
    /// A line is not `sha256 TAB start TAB end TAB digits`.
    #[error(
        "line {line} is not a hash, a range of characters and {labels} digits from 0 to 3 (of a side, to 2)"
    )]
    Line {
        /// Counted from 1.
        line: usize,
        /// How many labels the first line names.
        labels: usize,
    },
    /// The range does not lie within the text.
    #[error("line {0} names characters beyond the end of its text")]
    Range(usize),
    /// Most texts are missing: the wrong sets were named.
    #[error("{missing} of {lines} annotated texts are in none of the sets named")]
    Missing {
        /// Lines without a text.
        missing: usize,
        /// All lines.
        lines: usize,
    },
}

/// Joins annotations with their texts. A row keeps the identifier of its comment. Texts that are no longer there are
/// left out, unless they are more than half.
///
/// # Errors
/// When a line is malformed, or the texts are missing.
pub fn join<'a>(file: &str, texts: impl IntoIterator<Item = &'a Row>) -> Result<Vec<Row>, AnnotationError> {
    let by_hash: BTreeMap<String, &Row> =
        texts.into_iter().map(|row| (sha256_hex(row.text.as_bytes()), row)).collect();
    let first = file.lines().next().and_then(|line| line.strip_prefix("text_sha256\tstart\tend\t"));
    let names: Vec<&str> = first.ok_or(AnnotationError::Names)?.split('\t').collect();
    let (mut rows, mut lines) = (Vec::new(), 0);
    for (i, line) in file.lines().enumerate().skip(1) {
        lines += 1;
        let malformed = || AnnotationError::Line { line: i + 1, labels: names.len() };
        let (hash, range, digits) = fields(line, names.len()).ok_or_else(malformed)?;
        let Some(source) = by_hash.get(hash) else { continue };
        let text: String = source.text.chars().skip(range.start).take(range.len()).collect();
        if text.is_empty() || text.chars().count() != range.len() {
            return Err(AnnotationError::Range(i + 1));
        }
        let mut row = Row {
            id: source.id.clone(),
            text,
            lang: source.lang.clone(),
            context: source.context.clone(),
            group: source.group.clone(),
            ..Row::default()
        };
        let mut labels = serde_json::Map::new();
        for (name, digit) in names.iter().zip(digits) {
            match *name {
                "stance" => row.stance = Some(side(*digit, STANCES).ok_or_else(malformed)?),
                "sentiment" => row.sentiment = Some(side(*digit, SENTIMENTS).ok_or_else(malformed)?),
                name => _ = labels.insert(name.to_owned(), json!(digit - b'0')),
            }
        }
        row.labels = serde_json::Value::Object(labels);
        rows.push(row);
    }
    let missing = lines - rows.len();
    if missing * 2 > lines { Err(AnnotationError::Missing { missing, lines }) } else { Ok(rows) }
}

fn side(digit: u8, names: [&str; 3]) -> Option<String> {
    names.get(usize::from(digit - b'0')).map(|name| (*name).to_owned())
}

fn fields(line: &str, labels: usize) -> Option<(&str, std::ops::Range<usize>, &[u8])> {
    let mut fields = line.split('\t');
    let (hash, start, end, digits) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?.as_bytes());
    let is_grade = |digit: &u8| (b'0'..=b'0' + STRONGLY).contains(digit);
    let sound = hash.len() == 64 && digits.len() == labels && digits.iter().all(is_grade);
    (sound && fields.next().is_none()).then_some((hash, start.parse().ok()?..end.parse().ok()?, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Row {
        Row { id: "news-7".to_owned(), text: "Erst lesen. 그다음 쓰기.".to_owned(), ..Row::default() }
    }

    fn file(line: &str) -> String {
        format!("text_sha256\tstart\tend\ttoxicity\tconstructive\tstance\n{line}\n")
    }

    #[test]
    fn an_excerpt_gets_its_grades_and_its_comments_name() {
        let row = source();
        let line = format!("{}\t12\t19\t230", sha256_hex(row.text.as_bytes()));
        let joined = join(&file(&line), [&row]).unwrap();
        let [joined] = joined.as_slice() else { panic!("one line, one row") };
        assert_eq!((joined.id.as_str(), joined.text.as_str()), ("news-7", "그다음 쓰기."));
        assert_eq!(joined.number("labels.toxicity"), Some(2.0));
        assert_eq!(joined.number("labels.constructive"), Some(3.0));
        assert_eq!(joined.stance.as_deref(), Some("against"));
    }

    #[test]
    fn what_is_malformed_is_refused_with_its_line() {
        let row = source();
        let hash = sha256_hex(row.text.as_bytes());
        for line in [
            format!("{hash}\t0\t4\t21"),
            format!("{hash}\t0\t4\t910"),
            format!("{hash}\t0\t4\t203"),
            "x".to_owned(),
        ] {
            let malformed = AnnotationError::Line { line: 2, labels: 3 };
            assert_eq!(join(&file(&line), [&row]).unwrap_err(), malformed, "{line}");
        }
        assert_eq!(join("text_sha256\tgrades\n", [&row]).unwrap_err(), AnnotationError::Names);
        let beyond = format!("{hash}\t12\t99\t000");
        assert_eq!(join(&file(&beyond), [&row]).unwrap_err(), AnnotationError::Range(2));
    }

    #[test]
    fn texts_of_other_sets_are_told() {
        let line = format!("{}\t0\t4\t000", sha256_hex(b"another text"));
        let missing = AnnotationError::Missing { missing: 1, lines: 1 };
        assert_eq!(join(&file(&line), [&source()]).unwrap_err(), missing);
    }
}
