//! What is left of a body when its answer is ready.
//!
//! A client of HTTP/1.1 sends its body without waiting for an answer. Were the connection closed under it, the client would
//! see a broken pipe and never the answer that says what was wrong. So the rest is read first, within bounds.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response, Version};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tonic::{Status, body::Body};
use tower::{Layer, Service};

/// The most that is read in vain, in bytes.
const MAX_REST: usize = 1024 * 1024;

/// The longest that is waited for it.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Reads what is left of bodies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadToEnd;

impl<S> Layer<S> for ReadToEnd {
    type Service = Reading<S>;

    fn layer(&self, inner: S) -> Reading<S> {
        Reading(inner)
    }
}

/// A service whose clients can send their bodies to the end.
#[derive(Debug, Clone)]
pub(crate) struct Reading<S>(S);

impl<S, B> Service<Request<Body>> for Reading<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    S::Future: Send + 'static,
    B: Send,
{
    type Response = Response<B>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // HTTP/2 resets a stream without closing the connection.
        if request.version() >= Version::HTTP_2 {
            return Box::pin(self.0.call(request));
        }
        let left = Left::default();
        let request = request.map(|body| Body::new(Lent { body, left: left.clone() }));
        let answer = self.0.call(request);
        Box::pin(async move {
            let answer = answer.await;
            let rest = left.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(rest) = rest {
                // Whatever is not read by then is cut off.
                let _ = tokio::time::timeout(MAX_WAIT, read(rest)).await;
            }
            answer
        })
    }
}

async fn read(mut rest: Body) {
    let mut bytes = 0;
    while let Some(Ok(frame)) = rest.frame().await {
        bytes += frame.data_ref().map_or(0, prost::bytes::Bytes::len);
        if bytes > MAX_REST {
            break;
        }
    }
}

/// Where a body is put when its reader is done with it.
type Left = Arc<Mutex<Option<Body>>>;

/// A body that comes back when it is dropped before its end.
struct Lent {
    body: Body,
    left: Left,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.body.is_end_stream() {
            let body = std::mem::replace(&mut self.body, Body::empty());
            *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}

impl HttpBody for Lent {
    type Data = <Body as HttpBody>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
