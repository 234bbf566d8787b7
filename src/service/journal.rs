//! What a call leaves in the log: one line, without a word of the comment.
//!
//! Never logged: text, article, identifiers of comments and authors. The caller's own request_id is, where it looks
//! like an identifier, beside that of the call. A call with do_not_log leaves nothing at all, and neither does a draft.

use std::{sync::Arc, time::Instant};

use tracing::info;

use crate::{
    gate::{Call, is_identifier},
    pb,
    refusal::{
        Refusal,
        status::{code_name, reason},
    },
};

/// The log line of one call, from its start.
#[derive(Debug)]
pub(super) struct Entry {
    /// None for a call that asked to leave no trace.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    started: Instant,
    /// The comment's own.
    request_id: String,
    /// That of the call, which a batch or stream has in common.
    call_id: Arc<str>,
}

impl Entry {
    /// Starts the clock.
    pub(super) fn open(request: &pb::ModerateCommentRequest, call: &Call) -> Self {
        let request_id = Some(request.request_id.as_str()).filter(|id| is_identifier(id)).unwrap_or_default();
        let open =
            Open { started: Instant::now(), request_id: request_id.to_owned(), call_id: call.id.clone() };
        Self { open: (!request.do_not_log).then_some(open) }
    }

    /// Writes the line.
    pub(super) fn close(self, answer: &Result<pb::ModerateCommentResponse, Refusal>) {
        let Some(Open { started, request_id, call_id }) = self.open else { return };
        let call_id = &*call_id;
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        match answer.as_ref().map(|response| response.verdict.as_ref()) {
            Ok(None) => {}
            Ok(Some(verdict)) => info!(
                decision = decision(verdict),
                reasons = reasons(verdict).collect::<Vec<_>>().join(","),
                policy = verdict.provenance.as_ref().map(|provenance| provenance.policy_name.as_str()),
                request_id,
                call_id,
                duration_us,
                "judged"
            ),
            Err(refusal) => info!(
                code = code_name(refusal),
                reason = reason(refusal),
                fields = fields(refusal),
                request_id,
                call_id,
                duration_us,
                "refused"
            ),
        }
    }
}

/// The decision as log and metrics name it.
pub(super) fn decision(verdict: &pb::Verdict) -> &'static str {
    verdict.decision().as_str_name().trim_start_matches("DECISION_")
}

/// The codes of the reasons as log and metrics name them.
pub(super) fn reasons(verdict: &pb::Verdict) -> impl Iterator<Item = &'static str> {
    verdict.reasons.iter().map(|reason| reason.code().as_str_name().trim_start_matches("REASON_CODE_"))
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
    fn a_call_that_asks_for_no_trace_has_no_entry() {
        let entry = |do_not_log| {
            Entry::open(&pb::ModerateCommentRequest { do_not_log, ..Default::default() }, &Call::unknown())
        };
        assert!(entry(true).open.is_none());
        assert!(entry(false).open.is_some());
    }
}
