//! The operator's port: metrics, liveness and readiness over HTTP, and gRPC health for probes that speak gRPC.
//!
//! It shows no comment and takes none; whoever can reach it may read it. It answers throughout an overload, since its
//! calls need no place.

use std::sync::Arc;

use axum::{
    Router,
    http::{StatusCode, header::CONTENT_TYPE},
    routing::get,
};
use tokio::sync::watch;

use crate::telemetry::{Metrics, metrics};

/// The pages. `ready` says whether calls are taken.
pub(super) fn pages(metrics: Arc<Metrics>, ready: watch::Receiver<bool>) -> Router {
    let show = move || {
        let page = metrics.render();
        async move { ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], page) }
    };
    let readyz = move || {
        let answer = if *ready.borrow() {
            (StatusCode::OK, "ready\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        };
        async move { answer }
    };
    Router::new()
        .route("/metrics", get(show))
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(readyz))
}
