//! What browsers need: gRPC-Web, and the permission of CORS to call from other pages. CORS alone only keeps a page from
//! reading the answer, so that a call from a page without permission is refused here.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::response::IntoResponse as _;
use http::{
    HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER},
};
use http_body::Body as HttpBody;
use tonic::{Code, Status, body::Body, codegen::Bytes};
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{encoding, error::Failure, shape::is_grpc};
use crate::gate::MODERATION;

/// How long a browser may remember what it was permitted.
const PERMITTED_FOR: Duration = Duration::from_secs(600);

/// The layers around the gate that browsers need. Pages of `origins` may call; of none when it is empty, of all when it
/// holds "*".
pub(crate) fn browsers(origins: &[HeaderValue]) -> (CorsLayer, Pages) {
    let name = HeaderName::from_static;
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().cloned())
    };
    let cors = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([http::Method::GET, http::Method::POST, http::Method::PUT])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            name("grpc-timeout"),
            name("x-goog-api-client"),
            name("x-goog-api-key"),
            name("x-grpc-web"),
            name("x-request-id"),
            name("x-user-agent"),
        ])
        .expose_headers([
            RETRY_AFTER,
            name("grpc-message"),
            name("grpc-status"),
            name("grpc-status-details-bin"),
            name("x-request-id"),
        ])
        .max_age(PERMITTED_FOR);
    (cors, Pages(origins.into()))
}

/// Refuses pages that may not call, and turns gRPC-Web into gRPC and back.
#[derive(Debug, Clone)]
pub(crate) struct Pages(Arc<[HeaderValue]>);

impl<S> Layer<S> for Pages {
    type Service = Translated<S>;

    fn layer(&self, inner: S) -> Translated<S> {
        Translated(inner, self.clone())
    }
}

impl Pages {
    /// Why a call is not served, if so.
    fn refusal(&self, request: &Request<Body>) -> Option<Failure> {
        if !self.may_call(request) {
            let message = "calls from pages of this origin are not allowed; see --cors-origin";
            return Some(Failure::new(
                StatusCode::FORBIDDEN,
                Code::PermissionDenied,
                "ORIGIN_NOT_ALLOWED",
                message,
            ));
        }
        let is_rpc = request.uri().path().strip_prefix('/').is_some_and(|path| path.starts_with(MODERATION));
        if is_rpc && !is_grpc(request.headers()) {
            let message = "this path takes gRPC and gRPC-Web; for JSON see /openapi.json";
            return Some(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::InvalidArgument,
                "WRONG_CONTENT_TYPE",
                message,
            ));
        }
        None
    }

    /// Whether a call comes from no page, from one of this very host, or from one that may call.
    fn may_call(&self, request: &Request<Body>) -> bool {
        let Some(origin) = request.headers().get(ORIGIN) else { return true };
        let host = match request.uri().authority() {
            Some(authority) => Some(authority.as_str().as_bytes()),
            None => request.headers().get(HOST).map(HeaderValue::as_bytes),
        };
        let at = origin.as_bytes().strip_prefix(b"http").map(|rest| rest.strip_prefix(b"s").unwrap_or(rest));
        let is_own = at.and_then(|rest| rest.strip_prefix(b"://")).is_some_and(|at| Some(at) == host);
        is_own || self.0.iter().any(|allowed| allowed == "*" || allowed == origin)
    }
}

/// A service that pages may call where they may, by gRPC-Web too.
#[derive(Debug, Clone)]
pub(crate) struct Translated<S>(S, Pages);

impl<S, B> Service<Request<Body>> for Translated<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: HttpBody<Data = Bytes, Error = Status> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // `poll_ready` was asked of this clone, so that it is the one to use.
        let ready = self.0.clone();
        let mut inner = std::mem::replace(&mut self.0, ready);
        if let Some(failure) = self.1.refusal(&request).or_else(|| encoding::refusal(&request)) {
            return Box::pin(async { Ok(failure.into_response().map(Body::new)) });
        }
        let request = encoding::inflated(request);
        if is_grpc_web(&request) {
            Box::pin(GrpcWebLayer::new().layer(inner).call(request))
        } else {
            let answer = inner.call(request);
            Box::pin(async move { answer.await.map(|response| response.map(Body::new)) })
        }
    }
}

/// Whether a call is gRPC-Web, by its content type.
fn is_grpc_web(request: &Request<Body>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc-web"))
}
