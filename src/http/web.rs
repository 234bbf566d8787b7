//! What browsers need: gRPC-Web, and the permission of CORS to call from other pages.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{
    HeaderName, HeaderValue, Request, Response,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use http_body::Body as HttpBody;
use tonic::{Status, body::Body, codegen::Bytes};
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what it was permitted.
const PERMITTED_FOR: Duration = Duration::from_secs(600);

/// The layers around the gate that browsers need. Pages of `origins` may call; of none when it is empty, of all when it
/// holds "*".
pub(crate) fn browsers(origins: &[HeaderValue]) -> (CorsLayer, GrpcWeb) {
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
    (cors, GrpcWeb)
}

/// Turns gRPC-Web into gRPC and back; whatever else comes is left alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GrpcWeb;

impl<S> Layer<S> for GrpcWeb {
    type Service = Translated<S>;

    fn layer(&self, inner: S) -> Translated<S> {
        Translated(inner)
    }
}

/// A service that understands gRPC-Web too.
#[derive(Debug, Clone)]
pub(crate) struct Translated<S>(S);

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
