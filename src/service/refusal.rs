//! Why a call, or one item of a batch or stream, gets no verdict.
//!
//! A comment that breaks a rule is no refusal: it is a verdict. Nothing here knows of gRPC; `status` gives each
//! refusal its code. No refusal holds comment text.

use crate::moderation::Violation;

/// Why there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The call is malformed. At least one violation, all that were found.
    #[error("{}", summary(.0))]
    Invalid(Vec<Violation>),
    /// No policy has this name.
    #[error("there is no policy of that name")]
    UnknownPolicy {
        /// The name as sent, at most [`MAX_POLICY_NAME_BYTES`].
        name: String,
    },
    /// No model is loaded yet.
    #[error("no model is loaded yet")]
    NotReady,
    /// The server is shutting down and takes nothing new.
    #[error("the server is shutting down")]
    Draining,
    /// A fault of the server. The cause is in its log.
    #[error("internal error")]
    Internal,
}

/// The longest policy name that is looked up, in bytes: "SITE/SECTION" of two names of 64 bytes, with room.
pub(crate) const MAX_POLICY_NAME_BYTES: usize = 256;

impl Refusal {
    /// A refusal for one violation.
    pub(crate) fn violation(
        field: impl Into<String>,
        reason: &'static str,
        description: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![Violation { field: field.into(), description: description.into(), reason }])
    }
}

/// The first violation in words, and how many more there are.
fn summary(violations: &[Violation]) -> String {
    let first = violations.first().map_or_else(String::new, |v| format!("{}: {}", v.field, v.description));
    match violations.len() {
        0 | 1 => first,
        n => format!("{first} (and {} more)", n - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_first_violation_and_counts_the_rest() {
        let violation =
            |field: &str| Violation { field: field.into(), description: "is wrong".into(), reason: "WRONG" };
        assert_eq!(Refusal::Invalid(vec![violation("a")]).to_string(), "a: is wrong");
        assert_eq!(
            Refusal::Invalid(vec![violation("a"), violation("b"), violation("c")]).to_string(),
            "a: is wrong (and 2 more)"
        );
    }
}
