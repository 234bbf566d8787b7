//! What can be wrong with a call, gathered field by field so that the caller hears everything at once.
//!
//! Names sizes and limits, never values: a violation travels into logs and error messages.

use super::language_tag::primary_subtag;

/// What was wrong with one field of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field's path, such as `comment.text` or `article.targets[8]`.
    pub field: String,
    /// What is wrong: value size and limit, never the value itself.
    pub description: String,
    /// A stable name in UPPER_SNAKE_CASE, such as "TOO_MANY_BYTES".
    pub reason: &'static str,
}

/// The violations found so far.
#[derive(Debug, Default)]
pub(super) struct Violations {
    found: Vec<Violation>,
}

impl Violations {
    /// Notes one violation.
    pub(super) fn add(&mut self, field: impl Into<String>, reason: &'static str, description: String) {
        self.found.push(Violation { field: field.into(), description, reason });
    }

    /// Notes a text longer than `max_bytes` of UTF-8.
    pub(super) fn bytes(&mut self, field: impl Into<String>, value: &str, max_bytes: usize) {
        if value.len() > max_bytes {
            let description = format!("{} bytes, at most {}", grouped(value.len()), grouped(max_bytes));
            self.add(field, "TOO_MANY_BYTES", description);
        }
    }

    /// Notes a list longer than `max_items`, at the first item too many.
    pub(super) fn items<T>(&mut self, field: &str, values: &[T], max_items: usize) {
        if values.len() > max_items {
            let description = format!("{} items, at most {}", grouped(values.len()), grouped(max_items));
            self.add(format!("{field}[{max_items}]"), "TOO_MANY_ITEMS", description);
        }
    }

    /// The primary language subtag of a BCP-47 tag, in lower case; notes a tag that is not well formed.
    ///
    /// An empty tag, and one that is for private use as a whole ("x-…"), names no language.
    pub(super) fn language(&mut self, field: &str, tag: &str) -> Option<String> {
        if tag.is_empty() {
            return None;
        }
        let primary = primary_subtag(tag);
        if primary.is_none() {
            let description =
                format!("{} bytes that are not a well-formed BCP-47 language tag", grouped(tag.len()));
            self.add(field, "BAD_LANGUAGE_TAG", description);
        }
        primary.filter(|subtag| !subtag.is_empty())
    }

    /// The checked value, unless anything was wrong.
    pub(super) fn or<T>(self, value: Option<T>) -> Result<T, Vec<Violation>> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.found),
        }
    }
}

/// A count with its thousands set apart by commas.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_by_commas() {
        let written: Vec<String> = [0, 999, 1_000, 20_481, 1_048_576].into_iter().map(grouped).collect();
        assert_eq!(written, ["0", "999", "1,000", "20,481", "1,048,576"]);
    }

    #[test]
    fn a_malformed_tag_is_refused_without_repeating_it() {
        let mut violations = Violations::default();
        assert_eq!(violations.language("language", "english_please"), None);
        let found = violations.or(Some(())).unwrap_err();
        assert_eq!(found[0].reason, "BAD_LANGUAGE_TAG");
        assert_eq!(found[0].description, "14 bytes that are not a well-formed BCP-47 language tag");
    }

    #[test]
    fn an_empty_tag_is_no_violation() {
        let mut violations = Violations::default();
        assert_eq!(violations.language("language", ""), None);
        assert_eq!(violations.or(Some(())), Ok(()));
    }
}
