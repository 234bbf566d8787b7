//! The shapes of the Perspective API (commentanalyzer v1alpha1), so that its clients work by changing an address.
//!
//! Sources: the public discovery document and the API's documentation. `request` is what clients send, `attributes` what
//! can be asked for, `analyze` scores, `sentences` cuts, `suggest` keeps clients' own scores, `discovery` describes it to
//! Google's client libraries, `error` says what is wrong in the API's own words. The methods stand under any path.

mod analyze;
mod attributes;
mod discovery;
mod error;
mod request;
mod sentences;
mod suggest;

use axum::{
    extract::Request,
    http::Method,
    response::{IntoResponse as _, Response},
};

pub(super) use self::error::Error;
use super::{Edge, shape::HTTP};
use crate::telemetry::metrics;

/// The largest request, in bytes: a context of 1 MiB, which JSON may escape, and a comment.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// What a client may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// Scores of a comment.
    Analyze,
    /// A client's own scores of a comment.
    Suggest,
    /// What the API is.
    Discovery,
}

impl Call {
    /// What a path asks for; none when it is no path of this API.
    pub(super) fn at(path: &str) -> Option<Self> {
        let last = |name: &str| {
            path.rsplit('/').next().is_some_and(|last| {
                last.strip_prefix("comments").and_then(|rest| {
                    rest.strip_prefix(':')
                        .or_else(|| rest.strip_prefix("%3A"))
                        .or_else(|| rest.strip_prefix("%3a"))
                }) == Some(name)
            })
        };
        if last("analyze") {
            Some(Self::Analyze)
        } else if last("suggestscore") {
            Some(Self::Suggest)
        } else {
            discovery::prefix(path).map(|_| Self::Discovery)
        }
    }

    /// The method of HTTP that it takes.
    pub(super) const fn verb(self) -> Method {
        match self {
            Self::Analyze | Self::Suggest => Method::POST,
            Self::Discovery => Method::GET,
        }
    }

    /// Whether it answers a method of HTTP: HEAD is GET without its body (RFC 9110, section 9.3.2).
    pub(super) fn takes(self, method: &Method) -> bool {
        *method == self.verb() || (*method == Method::HEAD && self.verb() == Method::GET)
    }

    /// Its names in metrics and traces.
    pub(super) const fn names(self) -> metrics::Method {
        let grpc_method = match self {
            Self::Analyze => "AnalyzeComment",
            Self::Suggest => "SuggestCommentScore",
            Self::Discovery => "Discovery",
        };
        metrics::Method { grpc_type: HTTP, grpc_service: "google.commentanalyzer.v1alpha1", grpc_method }
    }

    pub(super) async fn answer(self, edge: Edge, request: Request) -> Response {
        match self {
            Self::Analyze => analyze::answer(&edge, request).await.into_response(),
            Self::Suggest => suggest::answer(&edge, request).await.into_response(),
            Self::Discovery => discovery::answer(&request, edge.tls).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_methods_stand_under_any_path() {
        for path in ["/v1alpha1/comments:analyze", "/comments:analyze", "/a/b/c/comments%3Aanalyze"] {
            assert_eq!(Call::at(path), Some(Call::Analyze), "{path}");
        }
        assert_eq!(Call::at("/v1alpha1/comments:suggestscore"), Some(Call::Suggest));
        assert_eq!(Call::at("/x/$discovery/rest"), Some(Call::Discovery));
        assert_eq!(Call::at("/%24discovery/rest"), Some(Call::Discovery));
        for path in
            ["/v1/comments:moderate", "/comments:analyzed", "/xcomments:analyze", "/comments:analyze/", "/"]
        {
            assert_eq!(Call::at(path), None, "{path}");
        }
    }
}
