//! What the edges do differently at the gate: the names of calls, where the token is, how bodies are framed, what a refusal
//! looks like. Everything else is one mechanism for all of them.

use std::borrow::Cow;

use http::{HeaderMap, Request, Response, header::AUTHORIZATION};
use tonic::{Status, body::Body};

use super::method::{self, Kind};
use crate::{refusal::Refusal, telemetry::metrics::Method};

/// One call as its edge reads it, from the head of the request alone.
pub(crate) trait Edge: Send + 'static {
    /// Reads the head.
    fn read(request: &Request<Body>) -> Self;

    /// Which rules apply, and the names in metrics and traces.
    fn names(&self) -> (Kind, Method);

    /// How the body is made up.
    fn framing(&self) -> Framing;

    /// The token that the call shows.
    fn token<'a>(&self, request: &'a Request<Body>) -> Option<Cow<'a, str>>;

    /// The answer to a call that is not served.
    fn refuse(&self, refusal: Refusal) -> Response<Body>;
}

/// How a body is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Messages, each after its length.
    Messages,
    /// One message, as long as the body.
    Whole,
}

/// The edge that speaks gRPC.
#[derive(Debug)]
pub struct Grpc(Kind, Method);

impl Edge for Grpc {
    fn read(request: &Request<Body>) -> Self {
        let (kind, method) = method::method(request.uri().path());
        Self(kind, method)
    }

    fn names(&self) -> (Kind, Method) {
        (self.0, self.1)
    }

    fn framing(&self) -> Framing {
        Framing::Messages
    }

    fn token<'a>(&self, request: &'a Request<Body>) -> Option<Cow<'a, str>> {
        bearer(request.headers()).map(Cow::Borrowed)
    }

    fn refuse(&self, refusal: Refusal) -> Response<Body> {
        Status::from(refusal).into_http()
    }
}

/// The token in the authorization header (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
