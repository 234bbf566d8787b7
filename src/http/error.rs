//! From a gRPC status to an answer over HTTP: google.rpc.Status as JSON, in the envelope of AIP-193.

use std::time::Duration;

use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::refusal::{DOMAIN, Refusal, status::name};

/// How to show who calls (RFC 6750, section 3); with a parameter, without which Python's httplib2 fails to read it.
const CHALLENGE: &str = "Bearer realm=\"comity\"";

/// An answer that is none: a status, and its number in HTTP.
#[derive(Debug)]
pub(super) struct Failure {
    http: StatusCode,
    status: Status,
}

impl Failure {
    /// A failure that only HTTP knows.
    pub(super) fn new(http: StatusCode, code: Code, reason: &str, message: &str) -> Self {
        let details = ErrorDetails::with_error_info(reason, DOMAIN, []);
        Self { http, status: Status::with_error_details(code, message, details) }
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self { http: http_status(status.code()), status }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Status::from(refusal).into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { http, status } = self;
        let found = status.get_error_details();
        let body = json!({"error": {
            "code": http.as_u16(),
            "message": status.message(),
            "status": name(status.code()),
            "details": details(&found),
        }});
        let mut response = (http, Json(body)).into_response();
        response.extensions_mut().insert(status.code());
        if let Some(delay) = found.retry_info().and_then(|info| info.retry_delay) {
            response.headers_mut().insert(RETRY_AFTER, whole_seconds(delay));
        }
        if http == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
        }
        response
    }
}

/// The number of a code in HTTP, as google/rpc/code.proto maps them; a message over its limit is 413 (RFC 9110).
pub(super) const fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition => StatusCode::BAD_REQUEST,
        Code::OutOfRange => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Aborted | Code::AlreadyExists => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// An object with one more member.
pub(super) fn with(mut object: Value, name: &str, member: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), member);
    }
    object
}

/// A delay as Retry-After writes it (RFC 9110, section 10.2.3): whole seconds, none of them too few.
pub(super) fn whole_seconds(delay: Duration) -> HeaderValue {
    HeaderValue::from(delay.as_secs() + u64::from(delay.subsec_nanos() > 0))
}

/// The details that refusals carry, each with its type.
fn details(found: &ErrorDetails) -> Vec<Value> {
    let typed = |name: &str, value: Value| {
        with(value, "@type", format!("type.googleapis.com/google.rpc.{name}").into())
    };
    let info = found.error_info().map(|info| {
        typed("ErrorInfo", json!({"reason": info.reason, "domain": info.domain, "metadata": info.metadata}))
    });
    let request = found.bad_request().map(|request| {
        let one = |v: &tonic_types::FieldViolation| json!({"field": v.field, "description": v.description, "reason": v.reason});
        typed("BadRequest", json!({"fieldViolations": request.field_violations.iter().map(one).collect::<Vec<_>>()}))
    });
    let retry = found
        .retry_info()
        .and_then(|info| info.retry_delay)
        .map(|delay| typed("RetryInfo", json!({"retryDelay": format!("{}s", delay.as_secs_f64())})));
    let resource = found.resource_info().map(|resource| {
        typed(
            "ResourceInfo",
            json!({
                "resourceType": resource.resource_type,
                "resourceName": resource.resource_name,
                "description": resource.description,
            }),
        )
    });
    [info, request, retry, resource].into_iter().flatten().collect()
}
