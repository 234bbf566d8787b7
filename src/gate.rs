//! What every call passes before any work is done for it, and where it is counted: who calls, whether there is room,
//! how long it may take.
//!
//! A layer around all services of a listener, so that every edge has one mechanism. A call takes its place, or is refused,
//! the first time that a thread looks at it, and then stands back until the thread has looked at whatever else has come:
//! so a backlog stands here, where it is bounded, and not in the buffers of sockets, where nobody counts it. Health is
//! exempt from that bound, so that it answers throughout an overload. Nothing here reads a message.

mod answer;
mod callers;
mod deadline;
mod edge;
mod intake;
mod method;
mod places;
mod shares;
mod tokens;
mod turns;
mod unread;

use std::{
    convert::Infallible,
    future::Future,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    marker::PhantomData,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::sync::watch;
use tonic::body::Body;
use tower::{Layer, Service};
use tower_http::timeout::TimeoutBody;
use tracing::Instrument as _;

use self::{
    answer::{Answer, Observation},
    callers::Caller,
    intake::Intake,
    places::Places,
};
pub(crate) use self::{
    callers::{Call, Link, Peer, is_identifier},
    edge::{Edge, Framing, bearer},
    method::{Kind, MODERATION, method},
    shares::{Lack, Share, Shares},
    turns::{Turn, Turns},
};
pub use self::{
    edge::Grpc,
    tokens::{Tokens, TokensError},
};
use crate::{
    refusal::{Busy, Refusal},
    telemetry::{Metrics, traces},
};

/// The header that names a call, in and out.
const REQUEST_ID: &str = "x-request-id";

/// Who may use a service that is no part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Exposure {
    /// Anyone who can connect.
    Open,
    /// Whoever has a token, where tokens are set.
    Token,
    /// Nobody: the service is not there.
    Off,
}

/// What calls must keep to.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The most calls in flight, over all connections. One caller may hold as many as are left free.
    pub max_in_flight: usize,
    /// The longest that a call may wait for its turn.
    pub max_queue_wait: Duration,
    /// The longest that a call may take until its answer begins. A shorter deadline of the caller counts.
    pub request_timeout: Duration,
    /// The longest that a stream may be silent, and that an answer may wait for its client to take it.
    pub stream_idle_timeout: Duration,
    /// Who may ask for health.
    pub health: Exposure,
    /// Who may ask for the contract.
    pub reflection: Exposure,
}

/// What all edges have in common. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Shared>);

/// The layer around the services of one edge.
#[derive(Debug)]
pub struct Entrance<E>(Arc<Shared>, PhantomData<fn() -> E>);

#[derive(Debug)]
struct Shared {
    rules: Rules,
    tokens: watch::Receiver<Option<Arc<Tokens>>>,
    places: Places,
    intake: Intake,
    metrics: Arc<Metrics>,
    /// The next request id of those that are made here.
    next_id: AtomicU64,
}

impl Gate {
    /// A gate that knows the tokens of the moment; none means that none is needed.
    pub fn new(rules: Rules, tokens: watch::Receiver<Option<Arc<Tokens>>>, metrics: Arc<Metrics>) -> Self {
        let places = Places::new(rules.max_in_flight, metrics.clone());
        // Only to tell the ids of one process from those of the next.
        let next_id = AtomicU64::new(RandomState::new().build_hasher().finish());
        Self(Arc::new(Shared { rules, tokens, places, intake: Intake::default(), metrics, next_id }))
    }

    /// The way in for one edge.
    pub(crate) fn entrance<E: Edge>(&self) -> Entrance<E> {
        Entrance(self.0.clone(), PhantomData)
    }
}

impl<E> Clone for Entrance<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

/// The way in for gRPC.
impl<S> Layer<S> for Gate {
    type Service = Gated<S, Grpc>;

    fn layer(&self, inner: S) -> Self::Service {
        self.entrance().layer(inner)
    }
}

impl<S, E> Layer<S> for Entrance<E> {
    type Service = Gated<S, E>;

    fn layer(&self, inner: S) -> Gated<S, E> {
        Gated { inner, entrance: self.clone() }
    }
}

/// A service behind the gate.
#[derive(Debug)]
pub struct Gated<S, E> {
    inner: S,
    entrance: Entrance<E>,
}

impl<S: Clone, E> Clone for Gated<S, E> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), entrance: self.entrance.clone() }
    }
}

impl<S, E> Service<Request<Body>> for Gated<S, E>
where
    E: Edge,
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let gate = &*self.entrance.0;
        let edge = E::read(&request);
        let link = request.extensions().get::<Link>().cloned().unwrap_or_else(|| Link::to(Peer::Local));
        let (call, known) = gate.call(&edge, &request, link.peer);
        let (mut observation, admitted) = gate.admit(&edge, &call, known, &request);
        let (id, caller) = (call.id.clone(), call.caller.clone());
        request.extensions_mut().insert(call);
        let request = gate.announced(&edge, caller, request, &mut observation);
        // `poll_ready` was asked of this clone, so that it is the one to use.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        let rules = gate.rules;
        let span = observation.span();
        let work = async move {
            let mut outcome = admitted.and_then(|()| observation.within(&rules, request.headers()));
            // Whoever else has come takes a place or is refused before any work is done for this call. Health needs no
            // place and waits for nobody.
            if outcome.is_ok() && observation.has_place() {
                tokio::task::yield_now().await;
                outcome = observation.within(&rules, request.headers());
            }
            let response = match outcome {
                Ok(limit) => {
                    let deadline = tokio::time::Instant::from_std(observation.started() + limit);
                    // Whatever panics in a service answers its own call, and the connection's others go on.
                    let answer = AssertUnwindSafe(async { inner.call(request).await }).catch_unwind();
                    match tokio::time::timeout_at(deadline, answer).await {
                        Ok(Ok(Ok(response))) => response,
                        Ok(Ok(Err(never))) => match never {},
                        Ok(Err(_panic)) => {
                            observation.metrics().panics.inc();
                            edge.refuse(Refusal::Internal)
                        }
                        Err(_elapsed) => edge.refuse(Refusal::TooLate { limit }),
                    }
                }
                Err(refusal) => edge.refuse(refusal),
            };
            observation.answered(&response, edge.framing());
            let mut response = response.map(|body| Answer::new(body, observation, link.unread));
            if let Ok(id) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(REQUEST_ID, id);
            }
            Ok(response)
        };
        if span.is_disabled() { Box::pin(work) } else { Box::pin(work.instrument(span)) }
    }
}

impl Shared {
    /// The call by its name and caller, and whether a token was needed of it and known.
    fn call(&self, edge: &impl Edge, request: &Request<Body>, peer: Peer) -> (Call, bool) {
        let tokens = self.tokens.borrow().clone();
        let holder = |tokens: Arc<Tokens>| edge.token(request).and_then(|token| tokens.holder(&token));
        let (caller, known) = match tokens.map(holder) {
            Some(Some(holder)) => (Caller::Holder(holder), true),
            Some(None) => (Caller::Peer(peer), false),
            None => (Caller::Peer(peer), true),
        };
        (Call { id: self.call_id(request.headers()), caller }, known)
    }

    /// Notes that a call began, and decides whether it goes on.
    fn admit(
        &self,
        edge: &impl Edge,
        call: &Call,
        known: bool,
        request: &Request<Body>,
    ) -> (Observation, Result<(), Refusal>) {
        let (kind, method) = edge.names();
        let span = traces::span(method, &call.id, request.headers());
        let mut observation = Observation::begin(method, span, self.metrics.clone());
        let needs_token = match kind {
            Kind::Health => self.rules.health != Exposure::Open,
            Kind::Reflection => self.rules.reflection != Exposure::Open,
            Kind::Public => false,
            Kind::Other => true,
        };
        if needs_token && !known {
            self.metrics.unauthenticated.inc();
            return (observation, Err(Refusal::Unauthenticated));
        }
        if kind == Kind::Health {
            return (observation, Ok(()));
        }
        let claimed = self.places.claim(call.caller.clone()).map(|place| observation.hold(place));
        (observation, claimed.map_err(|cause| busy(cause, self.rules.max_queue_wait, &self.metrics)))
    }

    /// The call with a body that finds room for large messages.
    fn announced(
        &self,
        edge: &impl Edge,
        caller: Caller,
        request: Request<Body>,
        observation: &mut Observation,
    ) -> Request<Body> {
        let (head, mut body) = request.into_parts();
        if edge.names().0 == Kind::Reflection {
            // Its service sets no limit of its own to silence.
            body = Body::new(TimeoutBody::new(self.rules.stream_idle_timeout, body));
        }
        let (wait, metrics) = (self.rules.max_queue_wait, self.metrics.clone());
        let (body, room) =
            self.intake.body(caller, body, edge.framing(), move || busy(Busy::Memory, wait, &metrics).into());
        observation.keep(room);
        Request::from_parts(head, body)
    }

    /// The caller's own request id where it looks like one, else a new one.
    fn call_id(&self, headers: &HeaderMap) -> Arc<str> {
        let own = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| is_identifier(id));
        own.map_or_else(|| format!("{:016x}", self.next_id.fetch_add(1, Ordering::Relaxed)).into(), Arc::from)
    }
}

impl Observation {
    /// How long the call has from its start, unless it waited too long already.
    fn within(&self, rules: &Rules, headers: &HeaderMap) -> Result<Duration, Refusal> {
        let waited = Instant::now().duration_since(self.started());
        let limit = deadline::of(headers).map_or(rules.request_timeout, |own| own.min(rules.request_timeout));
        if waited >= limit {
            return Err(Refusal::TooLate { limit });
        }
        if self.has_place() && waited > rules.max_queue_wait {
            return Err(busy(Busy::QueueWait, rules.max_queue_wait, self.metrics()));
        }
        Ok(limit)
    }
}

/// A refusal because of load, counted. Calls take well under a millisecond: after the longest wait there is room again.
pub(crate) fn busy(cause: Busy, longest_wait: Duration, metrics: &Metrics) -> Refusal {
    metrics.shed(cause.name());
    Refusal::Busy { cause, retry_after: longest_wait.max(Duration::from_millis(10)) }
}
