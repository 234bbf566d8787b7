//! An answer on its way out: it holds the call's place until the last byte is taken, and tells how the call ended.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Instant,
};

use http::{HeaderMap, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::{Code, Status, body::Body, codegen::Bytes};
use tracing::Span;

use super::{
    edge::Framing,
    intake::Room,
    places::Place,
    unread::{Unread, Wait},
};
use crate::{
    refusal::status,
    telemetry::{Metrics, metrics::Method},
};

/// The most that is handed to the transport at once, in bytes.
const MAX_PIECE: usize = 64 * 1024;

/// One call from its headers to the end of its answer. Dropped before it knows its code, it was cancelled.
#[derive(Debug)]
pub(super) struct Observation {
    method: Method,
    started: Instant,
    code: Option<Code>,
    span: Span,
    place: Option<Place>,
    room: Option<Room>,
    metrics: Arc<Metrics>,
}

impl Observation {
    /// Counts the call and starts its clock.
    pub(super) fn begin(method: Method, span: Span, metrics: Arc<Metrics>) -> Self {
        metrics.started(method);
        Self { method, started: Instant::now(), code: None, span, place: None, room: None, metrics }
    }

    /// When the call began.
    pub(super) const fn started(&self) -> Instant {
        self.started
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Keeps a place as long as the call lasts.
    pub(super) fn hold(&mut self, place: Place) {
        self.place = Some(place);
    }

    /// Whether the call is one of those in flight.
    pub(super) const fn has_place(&self) -> bool {
        self.place.is_some()
    }

    /// Keeps the room of its messages as long as the call lasts.
    pub(super) fn keep(&mut self, room: Room) {
        self.room = Some(room);
    }

    /// Looks for the code of the answer: beside it where its edge has no place for one, or in its headers.
    pub(super) fn answered(&mut self, answer: &Response<Body>, framing: Framing) {
        match (answer.extensions().get::<Code>(), framing) {
            (Some(code), _) => self.code = Some(*code),
            (None, Framing::Whole) if answer.status().is_success() => self.code = Some(Code::Ok),
            (None, Framing::Whole) => self.code = Some(Code::Unknown),
            (None, Framing::Messages) => self.told(answer.headers()),
        }
    }

    /// Looks for the code of the answer in headers or trailers.
    fn told(&mut self, headers: &HeaderMap) {
        if let Some(status) = Status::from_header_map(headers) {
            self.code = Some(status.code());
        }
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        let code = self.code.unwrap_or(Code::Cancelled);
        self.span.record("rpc.grpc.status_code", code as i32);
        self.metrics.handled(self.method, status::name(code), self.started.elapsed());
    }
}

/// The body of an answer.
#[derive(Debug)]
pub struct Answer {
    body: Body,
    /// What is left of a frame that is handed on in pieces.
    rest: Bytes,
    observation: Observation,
    unread: Unread,
    /// While there is something for the transport that it has not asked for.
    wait: Option<Wait>,
}

impl Answer {
    pub(super) fn new(body: Body, observation: Observation, unread: Unread) -> Self {
        let wait = Some(unread.wait());
        Self { body, rest: Bytes::new(), observation, unread, wait }
    }

    /// The next piece of a frame. A transport takes a frame whole, and were it the last, the call would end while its answer
    /// still stands in memory, unread.
    fn piece(&mut self) -> Frame<Bytes> {
        Frame::data(self.rest.split_to(self.rest.len().min(MAX_PIECE)))
    }

    /// The first piece of a frame.
    fn begun(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        if let Some(trailers) = frame.trailers_ref() {
            self.observation.told(trailers);
        }
        match frame.into_data() {
            Ok(data) => {
                self.rest = data;
                self.piece()
            }
            Err(trailers) => trailers,
        }
    }
}

impl HttpBody for Answer {
    type Data = <Body as HttpBody>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        // Who asks has taken what there was.
        self.wait = None;
        let frame = if self.rest.is_empty() {
            ready!(Pin::new(&mut self.body).poll_frame(cx)).transpose()?.map(|frame| self.begun(frame))
        } else {
            Some(self.piece())
        };
        self.wait = frame.is_some().then(|| self.unread.wait());
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, mut hint) = (self.rest.len() as u64, self.body.size_hint());
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}
