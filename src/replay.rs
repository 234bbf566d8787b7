//! The JSON Lines command: requests in, verdicts out, same order, on all cores, in bounded memory.
//!
//! A chunk is what one read of the input gave, cut into lines: a file is judged in large chunks on all cores, a pipe
//! that brings one line is answered at once. Each line takes the same path as a single call, so that the answers are
//! the same byte for byte. No error holds text from a line.

mod lines;

use std::io::{self, Read, Write};

use indicatif::ProgressBar;
use rayon::prelude::*;
use serde_json::json;

use self::lines::{Content, Line, Lines};
use crate::{
    moderation::Violation,
    moderator::Moderator,
    pb,
    refusal::{Refusal, status::code_name},
    service::judge,
    wire::readable,
};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Lines that were judged.
    pub judged: u64,
    /// Lines that were answered with an error.
    pub refused: u64,
}

/// Judges every line of `input` and writes one line each to `output`. Blank lines are skipped.
///
/// # Errors
/// When input cannot be read or output cannot be written. A reader of the output that went away is
/// [`io::ErrorKind::BrokenPipe`].
pub fn run(
    input: impl Read,
    mut output: impl Write,
    moderator: &Moderator,
    progress: &ProgressBar,
) -> io::Result<Summary> {
    let mut lines = Lines::of(input);
    let mut summary = Summary::default();
    while let Some(chunk) = lines.chunk()? {
        let answers: Vec<Result<String, String>> =
            chunk.into_par_iter().map(|line| answer(moderator, line)).collect();
        for answer in &answers {
            match answer {
                Ok(_) => summary.judged += 1,
                Err(_) => summary.refused += 1,
            }
            let (Ok(line) | Err(line)) = answer;
            output.write_all(line.as_bytes())?;
            output.write_all(b"\n")?;
        }
        output.flush()?;
        progress.inc(u64::try_from(answers.len()).unwrap_or(u64::MAX));
    }
    progress.finish_and_clear();
    Ok(summary)
}

/// The answer to one line as JSON: the response, or the error.
fn answer(moderator: &Moderator, line: Line) -> Result<String, String> {
    let Line { number, content } = line;
    let refused = |refusal: Refusal| error(number, &refusal);
    let text = match content {
        Content::Text(text) => text,
        Content::NotUtf8 => return Err(refused(malformed("not valid UTF-8".to_owned()))),
        Content::TooLong => {
            return Err(refused(malformed(format!("longer than {} bytes", lines::MAX_LINE_BYTES))));
        }
    };
    let request: pb::ModerateCommentRequest = serde_json::from_slice(&readable(text.as_bytes()))
        .map_err(|error| refused(malformed(unreadable(&error))))?;
    let response = judge(moderator, request).map_err(refused)?;
    // A response of plain messages always serialises.
    serde_json::to_string(&response).map_err(|_unreachable| error(number, &Refusal::Internal))
}

/// A line that is no request at all: a violation of no field in particular.
fn malformed(description: String) -> Refusal {
    Refusal::Invalid(vec![Violation { field: "line".to_owned(), description, reason: "MALFORMED_LINE" }])
}

/// What is wrong with the JSON and where. Not in serde's words, which quote the line.
fn unreadable(error: &serde_json::Error) -> String {
    let column = error.column();
    match error.classify() {
        serde_json::error::Category::Data => {
            format!("not a ModerateCommentRequest: unknown field, wrong type or value before column {column}")
        }
        serde_json::error::Category::Eof => format!("not JSON: it ends too early, at column {column}"),
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
            format!("not JSON at column {column}")
        }
    }
}

fn error(line: u64, refusal: &Refusal) -> String {
    let violations: &[Violation] = if let Refusal::Invalid(violations) = refusal { violations } else { &[] };
    let violations: Vec<serde_json::Value> = violations
        .iter()
        .map(|v| json!({ "field": v.field, "description": v.description, "reason": v.reason }))
        .collect();
    let mut error = json!({ "line": line, "code": code_name(refusal), "message": refusal.to_string() });
    if let (Some(fields), false) = (error.as_object_mut(), violations.is_empty()) {
        fields.insert("violations".to_owned(), violations.into());
    }
    json!({ "error": error }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{classifier::Classifier, moderation::Policies};

    fn moderator() -> Moderator {
        Moderator::new(Classifier::embedded().unwrap(), Policies::parse("").unwrap())
    }

    fn replayed(input: &[u8]) -> (Summary, Vec<serde_json::Value>) {
        let mut output = Vec::new();
        let summary = run(input, &mut output, &moderator(), &ProgressBar::hidden()).unwrap();
        let lines = String::from_utf8(output).unwrap();
        (summary, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    #[test]
    fn answers_come_in_order_and_a_bad_line_answers_in_its_place() {
        let input = "{\"requestId\":\"a\",\"comment\":{\"text\":\"one\"}}\n\n{oops\n{\"requestId\":\"b\"}\r\n{\"requestId\":\"c\",\"comment\":{},\"policy\":\"gone\"}\n{\"requestId\":\"d\",\"comment\":{\"text\":\"two\"}}";
        let (summary, answers) = replayed(input.as_bytes());
        assert_eq!(summary, Summary { judged: 2, refused: 3 });
        assert_eq!(answers[0]["requestId"], "a");
        assert_eq!(
            (&answers[1]["error"]["line"], &answers[1]["error"]["code"]),
            (&3.into(), &"INVALID_ARGUMENT".into())
        );
        assert_eq!(answers[2]["error"]["violations"][0]["field"], "comment");
        assert_eq!(
            (&answers[3]["error"]["line"], &answers[3]["error"]["code"]),
            (&5.into(), &"NOT_FOUND".into())
        );
        assert_eq!(answers[4]["requestId"], "d");
    }

    #[test]
    fn null_is_as_good_as_nothing() {
        let input = r#"{"requestId":null,"comment":{"text":"one","language":null,"author":{"approvedCount":null,"authenticated":null}},"article":null,"thread":null,"attributes":null,"explain":null}
{"comment":{"text":"one","author":{}}}
{"comment":{"text":"one"},"thread":[null]}"#;
        let (summary, answers) = replayed(format!("\u{feff}{input}").as_bytes());
        assert_eq!(summary, Summary { judged: 2, refused: 1 }, "{answers:?}");
        assert_eq!(answers[0], answers[1]);
    }

    #[test]
    fn an_error_never_quotes_the_line() {
        let input = b"{\"comment\":{\"text\":[\"zebra\"]}}\n{\"zebra\":1}\n{\"explain\":\"zebra\"}\nzebra\n\xff zebra\n";
        let (summary, answers) = replayed(input);
        assert_eq!(summary.refused, 5);
        assert!(answers.iter().all(|answer| !answer.to_string().contains("zebra")), "{answers:?}");
    }

    #[test]
    fn a_reader_who_went_away_is_a_broken_pipe() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = run(&b"{\"comment\":{}}\n"[..], Gone, &moderator(), &ProgressBar::hidden()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
