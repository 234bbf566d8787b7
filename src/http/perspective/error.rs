//! What is wrong with a request, in the words and the envelope of the API. `details` is never empty: clients read its first
//! entry without looking whether there is one.

use std::time::Duration;

use axum::{
    Json,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tonic::Code;

use crate::{
    http::{
        body::told,
        error::{http_status, whole_seconds, with},
        perspective::attributes::is_of_the_api,
    },
    refusal::{
        DOMAIN, Refusal,
        status::{code, name, reason},
    },
};

/// The type of the API's own details.
const OWN: &str = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error";
const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";

/// The domain that clients expect in the details that Google's front end adds.
const GOOGLE: &str = "googleapis.com";

/// An answer that is none.
#[derive(Debug)]
pub(in crate::http) struct Error {
    http: StatusCode,
    code: Code,
    message: String,
    detail: Value,
    retry_after: Option<Duration>,
}

impl Error {
    /// A request that is wrong. `kind` is one of the API's error types.
    pub(super) fn wrong(kind: &str, message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message.into(), json!({"@type": OWN, "errorType": kind}))
    }

    /// A request that is wrong in a way for which the API has no type.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::wrong("INVALID_REQUEST", message)
    }

    /// An attribute that nothing here scores. One of the API's own is named as one without a language, so that clients
    /// drop it and ask again.
    pub(super) fn attribute(name: &str) -> Self {
        let shown = told(name);
        let message = format!("Unknown requested attribute: {shown}");
        if !is_of_the_api(name) {
            return Self::invalid(message);
        }
        let named = json!({"attribute": name, "detectedLanguages": [], "requestedLanguages": []});
        let detail = json!({
            "@type": OWN,
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": named,
        });
        Self::new(Code::InvalidArgument, message, detail)
    }

    /// An attribute that is not scored in a language. Clients drop the attribute that is named and ask again.
    pub(super) fn language(
        attribute: &str,
        requested: &[String],
        detected: &[String],
        wrong: &[&str],
    ) -> Self {
        let message =
            format!("Attribute {attribute} does not support request languages: {}", wrong.join(", "));
        let mut named = json!({"attribute": attribute, "detectedLanguages": detected});
        if !requested.is_empty() {
            named = with(named, "requestedLanguages", json!(requested));
        }
        let detail = json!({
            "@type": OWN,
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": named,
        });
        Self::new(Code::InvalidArgument, message, detail)
    }

    /// A call that was refused before it was read. `has_key` says whether it showed a key.
    pub(in crate::http) fn of_refusal(refusal: &Refusal, has_key: bool) -> Self {
        let info =
            |reason: &str, domain: &str| json!({"@type": ERROR_INFO, "reason": reason, "domain": domain});
        match refusal {
            Refusal::Unauthenticated if has_key => {
                let message = "API key not valid. Please pass a valid API key.".to_owned();
                Self::new(Code::InvalidArgument, message, info("API_KEY_INVALID", GOOGLE))
            }
            Refusal::Unauthenticated => {
                let message = "The request is missing a valid API key.".to_owned();
                Self::new(Code::PermissionDenied, message, info("API_KEY_MISSING", GOOGLE))
            }
            Refusal::Busy { retry_after, .. } => {
                let detail = info("RATE_LIMIT_EXCEEDED", GOOGLE);
                let mut error = Self::new(Code::ResourceExhausted, refusal.to_string(), detail);
                error.retry_after = Some(*retry_after);
                error
            }
            Refusal::Invalid(_) => Self::invalid(refusal.to_string()),
            Refusal::UnknownPolicy { .. }
            | Refusal::TooLate { .. }
            | Refusal::Idle { .. }
            | Refusal::TooLarge { .. }
            | Refusal::BrokenOff
            | Refusal::NotKept
            | Refusal::NotReady
            | Refusal::Draining
            | Refusal::Internal => {
                Self::new(code(refusal), refusal.to_string(), info(reason(refusal), DOMAIN))
            }
        }
    }

    fn new(code: Code, message: String, detail: Value) -> Self {
        Self { http: http_status(code), code, message, detail, retry_after: None }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::of_refusal(&refusal, true)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = json!({"error": {
            "code": self.http.as_u16(),
            "message": self.message,
            "status": name(self.code),
            "details": [self.detail],
        }});
        let mut response = (self.http, Json(body)).into_response();
        response.extensions_mut().insert(self.code);
        if let Some(delay) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, whole_seconds(delay));
        }
        response
    }
}
