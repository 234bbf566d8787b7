//! Serving HTTP/1.1 and HTTP/2 on the same port, by hyper-util: the HTTP edge and the operator's pages. tonic's own server
//! would not bound the head of a call over HTTP/1.1.

use std::{convert::Infallible, io, pin::pin, time::Duration};

use futures_util::{Stream, StreamExt as _};
use http::{Request, Response};
use http_body::Body as HttpBody;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{Status, body::Body, codegen::Bytes, transport::server::Connected as _};
use tower::{Service, ServiceExt as _};

use super::{CONNECTION_WINDOW, Limits, MAX_PENDING_RESETS, STREAM_WINDOW, connection::Connection};

/// The smallest buffer that hyper takes for HTTP/1.1, in bytes.
const MIN_BUFFER: usize = 8 * 1024;

/// Serves connections until `closing` is cancelled and every call is answered. The head of a call over HTTP/1.1 may take
/// `head_timeout`, and so long may a connection be idle.
pub(super) async fn serve<S, B>(
    incoming: impl Stream<Item = io::Result<Connection>>,
    service: S,
    limits: Limits,
    head_timeout: Duration,
    closing: CancellationToken,
) where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: HttpBody<Data = Bytes, Error = Status> + Send + 'static,
{
    let builder = builder(&limits, head_timeout);
    let connections = TaskTracker::new();
    let mut incoming = pin!(incoming);
    loop {
        let connection = tokio::select! {
            () = closing.cancelled() => break,
            next = incoming.next() => match next {
                Some(Ok(connection)) => connection,
                Some(Err(_broken)) => continue,
                None => break,
            },
        };
        let link = connection.connect_info();
        let service = service.clone().map_request(move |mut request: Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(link.clone());
            request.map(Body::new)
        });
        let (builder, closing, age) = (builder.clone(), closing.clone(), limits.max_connection_age);
        connections.spawn(async move {
            let io = TokioIo::new(connection);
            let mut serving = pin!(builder.serve_connection(io, TowerToHyperService::new(service)));
            tokio::select! {
                // How a connection ends is its client's own affair.
                _ = serving.as_mut() => return,
                () = closing.cancelled() => {}
                () = tokio::time::sleep(age), if !age.is_zero() => {}
            }
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        });
    }
    connections.close();
    connections.wait().await;
}

fn builder(limits: &Limits, head_timeout: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .max_buf_size((limits.max_header_bytes as usize).max(MIN_BUFFER));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.max_concurrent_streams)
        .max_header_list_size(limits.max_header_bytes)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(limits.keepalive_interval)
        .keep_alive_timeout(limits.keepalive_timeout);
    builder
}
