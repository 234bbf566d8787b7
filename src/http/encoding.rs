//! Bodies that were compressed on their way. Google's clients for Java and .NET send theirs so unless told otherwise.
//!
//! A body is inflated as it is read: all that bounds bodies counts what comes out, and a few bytes that would become many
//! end at the same limit as the many.

use std::io;

use async_compression::tokio::bufread::GzipDecoder;
use axum::http::{
    HeaderValue, Request, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};
use futures_util::TryStreamExt as _;
use http_body::Frame;
use http_body_util::{BodyExt as _, LengthLimitError, Limited, StreamBody};
use tokio_util::io::{ReaderStream, StreamReader};
use tonic::{Code, body::Body};

use super::error::Failure;
use crate::refusal::Refusal;

/// The most that is read of a compressed body, in bytes: more than any body may be inflated, so that what inflates to
/// nothing ends too.
const MAX_SENT_BYTES: usize = 8 * 1024 * 1024;

/// Why a body cannot be read, if it is compressed in a way that is not known here.
pub(super) fn refusal(request: &Request<Body>) -> Option<Failure> {
    let encoding = request.headers().get(CONTENT_ENCODING)?;
    if is_gzip(encoding) || encoding.as_bytes().eq_ignore_ascii_case(b"identity") {
        return None;
    }
    let message = "the body must be compressed by gzip or not at all";
    Some(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::InvalidArgument, "WRONG_ENCODING", message))
}

/// The request with its body as it was before it was compressed.
pub(super) fn inflated(mut request: Request<Body>) -> Request<Body> {
    if !request.headers().get(CONTENT_ENCODING).is_some_and(is_gzip) {
        return request;
    }
    request.headers_mut().remove(CONTENT_ENCODING);
    request.headers_mut().remove(CONTENT_LENGTH);
    request.map(|body| {
        let sent = Limited::new(body, MAX_SENT_BYTES).into_data_stream().map_err(io::Error::other);
        let mut inflated = GzipDecoder::new(StreamReader::new(sent));
        // As RFC 1952 has it, and without which all that stands behind the first would be left unread.
        inflated.multiple_members(true);
        Body::new(StreamBody::new(ReaderStream::new(inflated).map_ok(Frame::data)))
    })
}

/// What a failure to read says of a compressed body; none where it is not at fault.
pub(super) fn fault(error: &io::Error) -> Option<Refusal> {
    if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) {
        return Some(Refusal::violation(
            "body",
            "MALFORMED_GZIP",
            "is not gzip, as its Content-Encoding says",
        ));
    }
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    cause.map(|LengthLimitError { .. }| Refusal::TooLarge { limit: MAX_SENT_BYTES })
}

fn is_gzip(encoding: &HeaderValue) -> bool {
    let encoding = encoding.as_bytes();
    encoding.eq_ignore_ascii_case(b"gzip") || encoding.eq_ignore_ascii_case(b"x-gzip")
}
