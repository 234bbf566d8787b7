//! From a refusal to a gRPC status. The only file that knows gRPC codes.
//!
//! Every status carries google.rpc.ErrorInfo with domain "comity"; a malformed call also google.rpc.BadRequest with
//! all its violations, an unknown policy google.rpc.ResourceInfo, a busy server google.rpc.RetryInfo. The same details go into the items of a batch or
//! stream.

use std::collections::HashMap;

use prost::Message as _;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use super::{DOMAIN, Refusal};
use crate::pb;

/// The most violations that a status names. Details travel in a trailer, and common clients take no more than 8 KiB
/// of those; a well-meant call cannot break more rules than this.
const MAX_VIOLATIONS: usize = 48;

/// The code of a refusal.
pub(crate) const fn code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::Invalid(_) | Refusal::BrokenOff => Code::InvalidArgument,
        Refusal::TooLarge { .. } => Code::OutOfRange,
        Refusal::UnknownPolicy { .. } => Code::NotFound,
        Refusal::Busy { .. } => Code::ResourceExhausted,
        Refusal::TooLate { .. } | Refusal::Idle { .. } => Code::DeadlineExceeded,
        Refusal::Unauthenticated => Code::Unauthenticated,
        Refusal::NotReady | Refusal::Draining | Refusal::NotKept => Code::Unavailable,
        Refusal::Internal => Code::Internal,
    }
}

/// The name of a refusal's code as google.rpc.Code writes it.
pub(crate) const fn code_name(refusal: &Refusal) -> &'static str {
    name(code(refusal))
}

/// The name of a code as google.rpc.Code writes it.
pub(crate) const fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// The reason of a refusal, as google.rpc.ErrorInfo gives it.
pub(crate) const fn reason(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Invalid(_) => "INVALID_REQUEST",
        Refusal::TooLarge { .. } => "TOO_LARGE",
        Refusal::BrokenOff => "BROKEN_OFF",
        Refusal::NotKept => "NOT_KEPT",
        Refusal::UnknownPolicy { .. } => "POLICY_NOT_FOUND",
        Refusal::Busy { .. } => "OVERLOADED",
        Refusal::TooLate { .. } => "DEADLINE_EXCEEDED",
        Refusal::Idle { .. } => "STREAM_IDLE",
        Refusal::Unauthenticated => "TOKEN_NEEDED",
        Refusal::NotReady => "MODEL_NOT_LOADED",
        Refusal::Draining => "SHUTTING_DOWN",
        Refusal::Internal => "INTERNAL",
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let mut details = ErrorDetails::with_error_info(reason(&refusal), DOMAIN, HashMap::new());
        match &refusal {
            Refusal::Busy { retry_after, .. } => {
                details.set_retry_info(Some(*retry_after));
            }
            Refusal::Invalid(violations) => {
                let fields: Vec<FieldViolation> = violations
                    .iter()
                    .take(MAX_VIOLATIONS)
                    .map(|v| FieldViolation {
                        reason: v.reason.to_owned(),
                        ..FieldViolation::new(&v.field, &v.description)
                    })
                    .collect();
                details.set_bad_request(fields);
            }
            Refusal::UnknownPolicy { name } => {
                details.set_resource_info("comity.moderation.v1.Policy", name, "", "not in the policy file");
            }
            Refusal::TooLate { .. }
            | Refusal::Idle { .. }
            | Refusal::TooLarge { .. }
            | Refusal::BrokenOff
            | Refusal::NotKept
            | Refusal::Unauthenticated
            | Refusal::NotReady
            | Refusal::Draining
            | Refusal::Internal => {}
        }
        Self::with_error_details(code(&refusal), refusal.to_string(), details)
    }
}

/// The same status as a message, for an item of a batch or stream.
pub(crate) fn item_status(refusal: Refusal) -> pb::rpc::Status {
    let status = Status::from(refusal);
    // The details of a status are an encoded google.rpc.Status. Decoding what was just encoded cannot fail; were it
    // to, code and message still stand.
    pb::rpc::Status::decode(status.details()).unwrap_or_else(|_| pb::rpc::Status {
        code: status.code() as i32,
        message: status.message().to_owned(),
        details: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{moderation::Violation, refusal::Busy};

    fn all() -> [Refusal; 12] {
        let second = Duration::from_secs(1);
        [
            Refusal::Busy { cause: Busy::QueueWait, retry_after: second },
            Refusal::TooLate { limit: second },
            Refusal::Idle { limit: second },
            Refusal::TooLarge { limit: 1 },
            Refusal::BrokenOff,
            Refusal::NotKept,
            Refusal::Unauthenticated,
            Refusal::violation("comment", "REQUIRED", "missing"),
            Refusal::UnknownPolicy { name: "herald".into() },
            Refusal::NotReady,
            Refusal::Draining,
            Refusal::Internal,
        ]
    }

    #[test]
    fn the_name_of_a_code_is_that_of_its_number() {
        for refusal in all() {
            let spelled = format!("{:?}", code(&refusal)).to_uppercase();
            assert_eq!(code_name(&refusal).replace('_', ""), spelled);
        }
    }

    #[test]
    fn every_status_says_reason_and_domain() {
        for refusal in all() {
            let status = Status::from(refusal.clone());
            let info = status.get_details_error_info().unwrap();
            assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason(&refusal), "comity"));
        }
    }

    #[test]
    fn an_item_says_what_the_single_call_says() {
        for refusal in all() {
            let (status, item) = (Status::from(refusal.clone()), item_status(refusal));
            assert_eq!((item.code, item.message.as_str()), (status.code() as i32, status.message()));
            assert_eq!(item.encode_to_vec(), status.details());
            assert!(!item.details.is_empty());
        }
    }

    #[test]
    fn details_fit_into_a_trailer_however_many_violations_there_are() {
        let violation = Violation {
            field: "article.targets[1234]".into(),
            description: "x".repeat(60),
            reason: "TOO_MANY_BYTES",
        };
        let status = Status::from(Refusal::Invalid(vec![violation; 10_000]));
        assert_eq!(status.get_details_bad_request().unwrap().field_violations.len(), MAX_VIOLATIONS);
        // Base64 adds a third.
        assert!(status.details().len() * 4 / 3 < 8 * 1024, "{}", status.details().len());
    }
}
