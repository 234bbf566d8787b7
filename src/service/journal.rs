//! What a call leaves in the log: one line, without a word of the comment.
//!
//! Never logged: text, article, identifiers of comments and authors. The caller's own request_id is, where it looks
//! like an identifier. A call with do_not_log leaves nothing at all, and neither does a draft.

use std::time::Instant;

use tracing::info;

use super::{
    refusal::Refusal,
    status::{code_name, reason},
};
use crate::pb;

/// The longest request_id that is logged, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 64;

/// The log line of one call, from its start.
#[derive(Debug)]
pub(super) struct Entry {
    /// None for a call that asked to leave no trace.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    started: Instant,
    request_id: String,
}

impl Entry {
    /// Starts the clock.
    pub(super) fn open(request: &pb::ModerateCommentRequest) -> Self {
        let request_id = Some(request.request_id.as_str()).filter(|id| is_loggable(id)).unwrap_or_default();
        let open = Open { started: Instant::now(), request_id: request_id.to_owned() };
        Self { open: (!request.do_not_log).then_some(open) }
    }

    /// Writes the line.
    pub(super) fn close(self, answer: &Result<pb::ModerateCommentResponse, Refusal>) {
        let Some(Open { started, request_id }) = self.open else { return };
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        match answer.as_ref().map(|response| response.verdict.as_ref()) {
            Ok(None) => {}
            Ok(Some(verdict)) => info!(
                decision = verdict.decision().as_str_name().trim_start_matches("DECISION_"),
                reasons = reasons(verdict),
                policy = verdict.provenance.as_ref().map(|provenance| provenance.policy_name.as_str()),
                request_id,
                duration_us,
                "judged"
            ),
            Err(refusal) => info!(
                code = code_name(refusal),
                reason = reason(refusal),
                fields = fields(refusal),
                request_id,
                duration_us,
                "refused"
            ),
        }
    }
}

/// Short, and nothing but printable ASCII without spaces: an identifier, not prose, and nothing that could forge a
/// line of the log.
fn is_loggable(request_id: &str) -> bool {
    request_id.len() <= MAX_REQUEST_ID_BYTES && request_id.bytes().all(|byte| byte.is_ascii_graphic())
}

fn reasons(verdict: &pb::Verdict) -> String {
    let names =
        verdict.reasons.iter().map(|reason| reason.code().as_str_name().trim_start_matches("REASON_CODE_"));
    names.collect::<Vec<_>>().join(",")
}

/// The paths of the violated fields, at most eight.
fn fields(refusal: &Refusal) -> String {
    let Refusal::Invalid(violations) = refusal else { return String::new() };
    violations.iter().take(8).map(|violation| violation.field.as_str()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_an_identifier_is_logged() {
        assert!(is_loggable("a1b2-c3:4_5/6"));
        assert!(!is_loggable("my neighbour Ann said"));
        assert!(!is_loggable("line\nbreak"));
        assert!(!is_loggable("안녕"));
        assert!(!is_loggable(&"x".repeat(MAX_REQUEST_ID_BYTES + 1)));
    }

    #[test]
    fn a_call_that_asks_for_no_trace_has_no_entry() {
        let entry =
            |do_not_log| Entry::open(&pb::ModerateCommentRequest { do_not_log, ..Default::default() });
        assert!(entry(true).open.is_none());
        assert!(entry(false).open.is_some());
    }
}
