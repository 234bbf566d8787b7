//! What a call over HTTP speaks, told from its head: the gate needs to know before anything is read.

use std::borrow::Cow;

use axum::{extract::Query, response::IntoResponse as _};
use http::{HeaderMap, Request, Response, header::CONTENT_TYPE};
use tonic::{Status, body::Body};

use super::{coral, error::Failure, json, openapi, perspective};
use crate::{
    gate::{self, Framing, Kind, bearer},
    refusal::Refusal,
    telemetry::metrics::Method,
};

/// The type of calls over HTTP in metrics.
pub(super) const HTTP: &str = "http";

/// The names of what is none of the edge's.
const UNKNOWN: Method = Method { grpc_type: HTTP, grpc_service: "unknown", grpc_method: "unknown" };

/// The header in which Google's clients may send their key.
const API_KEY: &str = "x-goog-api-key";

/// One call as its head tells it.
#[derive(Debug)]
pub(crate) struct Shape {
    spoken: Spoken,
    kind: Kind,
    method: Method,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoken {
    Grpc,
    Json,
    Perspective { has_key: bool },
}

impl gate::Edge for Shape {
    fn read(request: &Request<Body>) -> Self {
        let path = request.uri().path();
        if is_grpc(request.headers()) {
            let (kind, method) = gate::method(path);
            return Self { spoken: Spoken::Grpc, kind, method };
        }
        let named = json::names(request.method(), path);
        if let Some(call) = perspective::Call::at(path).filter(|_| named.is_none()) {
            let has_key = key(request).is_some();
            let spoken = Spoken::Perspective { has_key };
            // Libraries may ask for the document without a key; one that is shown is checked.
            let public = call == perspective::Call::Discovery && !has_key;
            let kind = if public { Kind::Public } else { Kind::Other };
            return Self { spoken, kind, method: call.names() };
        }
        let (kind, method) = if path == coral::PATH {
            // The signature says who calls.
            (Kind::Public, coral::NAMES)
        } else if path == openapi::PATH {
            (Kind::Public, openapi::NAMES)
        } else {
            (Kind::Other, named.unwrap_or(UNKNOWN))
        };
        Self { spoken: Spoken::Json, kind, method }
    }

    fn names(&self) -> (Kind, Method) {
        (self.kind, self.method)
    }

    fn framing(&self) -> Framing {
        match self.spoken {
            Spoken::Grpc => Framing::Messages,
            Spoken::Json | Spoken::Perspective { .. } => Framing::Whole,
        }
    }

    fn token<'a>(&self, request: &'a Request<Body>) -> Option<Cow<'a, str>> {
        match self.spoken {
            Spoken::Grpc | Spoken::Json => bearer(request.headers()).map(Cow::Borrowed),
            Spoken::Perspective { .. } => key(request),
        }
    }

    fn refuse(&self, refusal: Refusal) -> Response<Body> {
        match self.spoken {
            Spoken::Grpc => Status::from(refusal).into_http(),
            Spoken::Json => Failure::from(refusal).into_response().map(Body::new),
            Spoken::Perspective { has_key } => {
                perspective::Error::of_refusal(&refusal, has_key).into_response().map(Body::new)
            }
        }
    }
}

/// Whether a call is gRPC, by its content type: over HTTP/2, or as gRPC-Web was turned into.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// The key of a client of the Perspective API: in the address, or in a header.
fn key(request: &Request<Body>) -> Option<Cow<'_, str>> {
    let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).ok();
    let mut pairs = query.into_iter().flat_map(|query| query.0);
    let in_address = pairs.find_map(|(name, value)| (name == "key").then_some(value));
    let in_header = || request.headers().get(API_KEY).and_then(|key| key.to_str().ok()).map(Cow::Borrowed);
    in_address
        .filter(|key| !key.is_empty())
        .map(Cow::Owned)
        .or_else(in_header)
        .or_else(|| bearer(request.headers()).map(Cow::Borrowed))
}
