//! The HTTP edge: proto3 JSON of the contract, gRPC-Web, and the shapes of others' clients, beside gRPC.
//!
//! One listener, off unless asked for. A call passes the same gate as over gRPC and is answered by the same service; only
//! what it looks like differs. `shape` tells what a call speaks, `encoding` inflates, `body` and `error` read and write, `json` is the contract
//! by path, `openapi` describes it, `web` lets browsers in, `rest` reads what nobody wanted, `markup` reads HTML.
//! `perspective` answers in the shapes of the Perspective API, [`coral`] in those of Coral.

mod body;
pub mod coral;
mod encoding;
mod error;
mod json;
mod markup;
mod openapi;
mod perspective;
mod rest;
mod shape;
mod web;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode, header::ALLOW},
    response::{IntoResponse as _, Response},
};
use tokio::sync::watch;
use tonic::{Code, Status};

use self::{coral::Secrets, error::Failure};
pub(crate) use self::{rest::ReadToEnd, shape::Shape, web::browsers};
use crate::{feedback::Feedback, gate::Call, service::Moderation};

/// What the HTTP edge answers with.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    /// What judges.
    pub(crate) moderation: Moderation,
    /// The secrets that Coral signs with; none where Coral is not answered.
    pub(crate) coral: Option<watch::Receiver<Arc<Secrets>>>,
    /// Where clients' own scores are kept, if anywhere.
    pub(crate) feedback: Option<Feedback>,
    /// Whether TCP connections are secured.
    pub(crate) tls: bool,
}

/// Every path of the edge but those of gRPC-Web.
pub(crate) fn routes(edge: Edge) -> Router {
    Router::new()
        .merge(json::routes())
        .merge(openapi::routes())
        .merge(coral::routes())
        .fallback(anywhere)
        .method_not_allowed_fallback(wrong_method)
        .with_state(edge)
}

/// Perspective's methods may stand under any path, because clients let their users set one.
async fn anywhere(State(edge): State<Edge>, request: Request) -> Response {
    if shape::is_grpc(request.headers()) {
        return Status::unimplemented("no such service").into_http();
    }
    let path = request.uri().path();
    #[cfg(feature = "fault-injection")]
    assert!(path != "/fault:panic", "on purpose");
    match perspective::Call::at(path) {
        Some(call) if call.takes(request.method()) => call.answer(edge, request).await,
        Some(call) => ([(ALLOW, call.verb().as_str())], wrong_method(request).await).into_response(),
        None => {
            let message = "nothing is here; /openapi.json tells what there is";
            Failure::new(StatusCode::NOT_FOUND, Code::NotFound, "NO_SUCH_PATH", message).into_response()
        }
    }
}

async fn wrong_method(request: Request) -> Response {
    let message = format!("{} is not what this path takes", short(request.method()));
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, Code::Unimplemented, "WRONG_METHOD", &message)
        .into_response()
}

/// A method of the caller's own making may be long.
fn short(method: &Method) -> &str {
    method.as_str().get(..16).unwrap_or(method.as_str())
}

/// The call that a request came with.
fn call(request: &Request) -> Call {
    request.extensions().get::<Call>().cloned().unwrap_or_else(Call::unknown)
}
