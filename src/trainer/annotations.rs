//! Labels of our own, kept apart from the texts that they are for.
//!
//! A file under `models/annotations/` holds no text: a line names a comment by the SHA-256 of its text, the excerpt that
//! was read (in characters, end excluded), and nine grades from 0 to 3, as digits in the order of [`GRADES`]. The texts
//! come from the sets that the configuration names.

use std::collections::BTreeMap;

use serde_json::json;

use super::corpus::Row;
use crate::classifier::artifact::sha256_hex;

/// What the digits of a line grade, in order.
pub const GRADES: [&str; 9] = [
    "toxicity",
    "hostile",
    "antagonize",
    "condescending",
    "dismissive",
    "sarcastic",
    "generalisation",
    "identity_attack",
    "constructive",
];

/// Why annotations cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AnnotationError {
    /// A line is not `sha256 TAB start TAB end TAB nine digits from 0 to 3`.
    #[error("line {0} is not a hash, a range of characters and nine grades from 0 to 3")]
    Line(usize),
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
    let (mut rows, mut lines) = (Vec::new(), 0);
    for (i, line) in file.lines().enumerate().skip(1) {
        lines += 1;
        let (hash, range, grades) = fields(line).ok_or(AnnotationError::Line(i + 1))?;
        let Some(source) = by_hash.get(hash) else { continue };
        let text: String = source.text.chars().skip(range.start).take(range.len()).collect();
        if text.is_empty() || text.chars().count() != range.len() {
            return Err(AnnotationError::Range(i + 1));
        }
        let labels = GRADES.iter().zip(grades).map(|(name, grade)| ((*name).to_owned(), json!(grade)));
        rows.push(Row {
            id: source.id.clone(),
            text,
            lang: source.lang.clone(),
            labels: serde_json::Value::Object(labels.collect()),
            group: source.group.clone(),
            ..Row::default()
        });
    }
    let missing = lines - rows.len();
    if missing * 2 > lines { Err(AnnotationError::Missing { missing, lines }) } else { Ok(rows) }
}

fn fields(line: &str) -> Option<(&str, std::ops::Range<usize>, [u8; 9])> {
    let mut fields = line.split('\t');
    let (hash, start, end, digits) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let grades: [u8; 9] = digits.as_bytes().try_into().ok()?;
    let grades = grades.map(|digit| digit.wrapping_sub(b'0'));
    let sound = hash.len() == 64 && grades.iter().all(|grade| *grade <= 3) && fields.next().is_none();
    sound.then_some((hash, start.parse().ok()?..end.parse().ok()?, grades))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Row {
        Row { id: "news-7".to_owned(), text: "Erst lesen. 그다음 쓰기.".to_owned(), ..Row::default() }
    }

    fn file(line: &str) -> String {
        format!("text_sha256\tstart\tend\tgrades\n{line}\n")
    }

    #[test]
    fn an_excerpt_gets_its_grades_and_its_comments_name() {
        let row = source();
        let line = format!("{}\t12\t19\t210000003", sha256_hex(row.text.as_bytes()));
        let joined = join(&file(&line), [&row]).unwrap();
        let [joined] = joined.as_slice() else { panic!("one line, one row") };
        assert_eq!((joined.id.as_str(), joined.text.as_str()), ("news-7", "그다음 쓰기."));
        assert_eq!(joined.number("labels.toxicity"), Some(2.0));
        assert_eq!(joined.number("labels.hostile"), Some(1.0));
        assert_eq!(joined.number("labels.constructive"), Some(3.0));
    }

    #[test]
    fn what_is_malformed_is_refused_with_its_line() {
        let row = source();
        let hash = sha256_hex(row.text.as_bytes());
        for line in [format!("{hash}\t0\t4\t21000000"), format!("{hash}\t0\t4\t910000003"), "x".to_owned()] {
            assert_eq!(join(&file(&line), [&row]).unwrap_err(), AnnotationError::Line(2), "{line}");
        }
        let beyond = format!("{hash}\t12\t99\t000000000");
        assert_eq!(join(&file(&beyond), [&row]).unwrap_err(), AnnotationError::Range(2));
    }

    #[test]
    fn texts_of_other_sets_are_told() {
        let line = format!("{}\t0\t4\t000000000", sha256_hex(b"another text"));
        let missing = AnnotationError::Missing { missing: 1, lines: 1 };
        assert_eq!(join(&file(&line), [&source()]).unwrap_err(), missing);
    }
}
