//! What gRPC itself costs: a service at the same path that takes the same bytes and answers with a verdict of ordinary
//! size that was made before. It reads nothing, decodes nothing and judges nothing.
//!
//! A plain tonic server with the transport settings of comity, so that the difference between the two is everything
//! that comity does with a call: gate, metrics, log, decoding, judging, encoding.

use std::{
    convert::Infallible,
    future::{Future, ready},
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf as _, BufMut as _, Bytes};
use comity::server::Limits;
use http::{Request, Response};
use tonic::{
    Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, NamedService, UnaryService},
    transport::server::{Server, TcpIncoming},
};
use tower::Service;

/// The path of the only rpc.
const PATH: &str = "/comity.moderation.v1.ModerationService/ModerateComment";

/// As src/server.rs has it.
const MAX_PENDING_RESETS: usize = 256;

/// Binds a free port of this machine, and gives its address and what serves there until it is dropped.
pub(crate) fn serve(
    answer: Bytes,
    limits: &Limits,
) -> anyhow::Result<(SocketAddr, impl Future<Output = Result<(), tonic::transport::Error>> + use<>)> {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?.with_nodelay(Some(true));
    let address = incoming.local_addr()?;
    let serving = Server::builder()
        .http2_keepalive_interval(Some(limits.keepalive_interval))
        .http2_keepalive_timeout(Some(limits.keepalive_timeout))
        .http2_max_header_list_size(limits.max_header_bytes)
        .http2_max_pending_accept_reset_streams(Some(MAX_PENDING_RESETS))
        .max_concurrent_streams(limits.max_concurrent_streams)
        .add_service(Empty { answer })
        .serve_with_incoming(incoming);
    Ok((address, serving))
}

/// The service.
#[derive(Debug, Clone)]
struct Empty {
    answer: Bytes,
}

impl NamedService for Empty {
    const NAME: &'static str = "comity.moderation.v1.ModerationService";
}

impl Service<Request<Body>> for Empty {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if request.uri().path() != PATH {
            return Box::pin(ready(Ok(Status::unimplemented("the empty rpc is unary").into_http())));
        }
        let canned = Canned(self.answer.clone());
        Box::pin(async move { Ok(Grpc::new(Raw).unary(canned, request).await) })
    }
}

/// The answer to whatever comes.
struct Canned(Bytes);

impl UnaryService<Bytes> for Canned {
    type Response = Bytes;
    type Future = std::future::Ready<Result<tonic::Response<Bytes>, Status>>;

    fn call(&mut self, _request: tonic::Request<Bytes>) -> Self::Future {
        ready(Ok(tonic::Response::new(self.0.clone())))
    }
}

/// Messages as the bytes that they are.
#[derive(Debug, Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(message.copy_to_bytes(message.remaining())))
    }
}
