//! Any bytes as the body of any call, through everything but the socket: each is answered with a status that blames the
//! caller, never the server. The first byte picks the method, the second what the headers say.
#![no_main]

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use comity::{
    classifier::Classifier,
    articles::{Articles, Bounds},
    gate::{Exposure, Gate, Rules},
    moderation::Policies,
    moderator::{Loaded, Moderator},
    service::{Moderation, Waits},
};
use http_body_util::{BodyExt as _, Full};
use libfuzzer_sys::fuzz_target;
use tokio::{runtime::Runtime, sync::watch};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, body::Body, service::Routes};
use tower::{Layer as _, Service as _};

const METHODS: [&str; 8] = [
    "ModerateComment",
    "BatchModerateComments",
    "StreamModerateComments",
    "CheckDraft",
    "GetModel",
    "ListPolicies",
    "GetPolicy",
    "NoSuchMethod",
];

static EDGE: LazyLock<(Gate, Routes, Runtime)> = LazyLock::new(|| {
    let moderator = Moderator::new(Classifier::embedded().unwrap(), Policies::parse("").unwrap());
    let (_sender, loaded) = watch::channel(Loaded::first(moderator));
    let long = Duration::from_secs(10);
    let waits = Waits { queue: long, stream: long };
    let articles = Articles::in_memory(Bounds { max_bytes: 1 << 22, ttl: long });
    let service = Moderation::new(loaded, CancellationToken::new(), waits, articles, Arc::default());
    let rules = Rules {
        max_in_flight: 2,
        max_queue_wait: long,
        request_timeout: long,
        stream_idle_timeout: long,
        health: Exposure::Open,
        reflection: Exposure::Open,
    };
    let gate = Gate::new(rules, watch::channel(None).1, Arc::default());
    (gate, Routes::new(service.into_server()), Runtime::new().unwrap())
});

fn call(method: u8, headers: u8, body: &[u8]) -> http::Request<Body> {
    let method = METHODS[usize::from(method) % METHODS.len()];
    let mut request = http::Request::post(format!("/comity.moderation.v1.ModerationService/{method}"))
        .header("content-type", "application/grpc");
    if headers & 1 != 0 {
        request = request.header("grpc-encoding", "gzip");
    }
    if headers & 2 != 0 {
        request = request.header("grpc-timeout", "1S");
    }
    if headers & 4 != 0 {
        request = request.header("x-request-id", "fuzz").header("authorization", "Bearer 0123456789abcdef");
    }
    request.body(Body::new(Full::from(body.to_vec()).map_err(|never| match never {}))).unwrap()
}

fuzz_target!(|bytes: &[u8]| {
    let [method, headers, body @ ..] = bytes else { return };
    let (gate, routes, runtime) = &*EDGE;
    let status = runtime.block_on(async {
        let answer = gate.layer(routes.clone()).call(call(*method, *headers, body)).await.unwrap();
        if let Some(status) = Status::from_header_map(answer.headers()) {
            return status;
        }
        let collected = answer.into_body().collect().await.unwrap();
        Status::from_header_map(collected.trailers().unwrap()).unwrap()
    });
    match status.code() {
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::ResourceExhausted => {}
        // What tonic calls a body that is cut short or has a wrong flag; ours would be a panic.
        Code::Internal | Code::Unknown => assert_ne!(status.message(), "internal error"),
        other => panic!("{other:?}: {}", status.message()),
    }
});
