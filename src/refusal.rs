//! Why a call, or one item of a batch or stream, gets no verdict.
//!
//! A comment that breaks a rule is no refusal: it is a verdict. Only [`status`] knows of gRPC, and gives each refusal
//! its code. No refusal holds comment text.

pub(crate) mod status;

/// The domain of every google.rpc.ErrorInfo.
pub(crate) const DOMAIN: &str = "comity";

use std::time::Duration;

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
    /// The server has as much to do as it may have. The call was not begun.
    #[error("the server is busy ({cause}), try again later")]
    Busy {
        /// What there was too much of.
        cause: Busy,
        /// When to try again.
        retry_after: Duration,
    },
    /// The caller's deadline, or the server's time limit, passed before there was an answer.
    #[error("no answer within {} ms", limit.as_millis())]
    TooLate {
        /// How long the call had.
        limit: Duration,
    },
    /// A stream on which nothing came for longer than the server waits.
    #[error("nothing came on the stream for {} s", limit.as_secs())]
    Idle {
        /// How long the server waits.
        limit: Duration,
    },
    /// A message that is larger than any may be. Only edges without a framing of their own say so here.
    #[error("the body is too large, at most {limit} bytes are read")]
    TooLarge {
        /// The largest, in bytes.
        limit: usize,
    },
    /// A body that ended before its end.
    #[error("the body broke off")]
    BrokenOff,
    /// What was to be kept could not be written. The cause is in the server's log.
    #[error("it could not be kept, try again later")]
    NotKept,
    /// A token is needed, and the call has none, or none that is known.
    #[error("a bearer token is needed in the authorization header")]
    Unauthenticated,
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

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Busy {
    /// Calls in flight, over all callers.
    InFlight,
    /// Calls in flight of this caller.
    CallerShare,
    /// Memory for large messages, over all callers.
    Memory,
    /// Time that a call had waited for its turn.
    QueueWait,
}

impl Busy {
    /// The name in metrics and error details.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::InFlight => "in_flight",
            Self::CallerShare => "caller_share",
            Self::Memory => "memory",
            Self::QueueWait => "queue_wait",
        }
    }
}

impl std::fmt::Display for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::InFlight => "too many calls in flight",
            Self::CallerShare => "too many calls in flight from this caller",
            Self::Memory => "too many large messages",
            Self::QueueWait => "waited too long for its turn",
        })
    }
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
