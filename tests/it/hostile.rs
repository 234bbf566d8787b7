//! Clients that mean harm: each costs bounded time and memory, and the others are served throughout.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use comity::{gate::Rules, pb, server::Limits};
use h2::client::SendRequest;
use http::{HeaderMap, Request};
use prost::Message as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::server::{LIMITS, TestServer, moderator, request};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const METHOD: &str = "http://comity/comity.moderation.v1.ModerationService/ModerateComment";

/// Limits with short fuses.
const SHORT: Limits = Limits {
    handshake_timeout: Duration::from_millis(200),
    keepalive_interval: Duration::from_millis(100),
    keepalive_timeout: Duration::from_millis(100),
    ..LIMITS
};

async fn short_fused() -> TestServer {
    TestServer::with(Some(moderator()), SHORT).await
}

async fn still_serves(server: &TestServer) {
    let mut client =
        pb::moderation_service_client::ModerationServiceClient::connect(format!("http://{}", server.address))
            .await
            .unwrap();
    client.moderate_comment(request("A fair point.")).await.unwrap();
}

async fn raw(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Completes when the server has closed the connection.
async fn closed(mut stream: TcpStream) {
    let mut rest = Vec::new();
    // A reset is as good as an end.
    let _ = stream.read_to_end(&mut rest).await;
}

async fn h2(address: SocketAddr) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (send, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    send
}

fn call() -> http::request::Builder {
    Request::post(METHOD).header("content-type", "application/grpc").header("te", "trailers")
}

/// A message in its frame of five bytes.
fn framed(compressed: u8, message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[compressed], &length[..], message].concat().into()
}

fn grpc_status(headers: &HeaderMap) -> Option<i32> {
    headers.get("grpc-status")?.to_str().ok()?.parse().ok()
}

/// The gRPC code that the server gives for a frame of any bytes.
async fn code(server: &TestServer, call: http::request::Builder, frame: Bytes) -> i32 {
    let mut send = h2(server.address).await.ready().await.unwrap();
    let (answer, mut body) = send.send_request(call.body(()).unwrap(), false).unwrap();
    body.send_data(frame, true).unwrap();
    let answer = answer.await.unwrap();
    if let Some(code) = grpc_status(answer.headers()) {
        return code;
    }
    let mut body = answer.into_body();
    while let Some(chunk) = body.data().await {
        body.flow_control().release_capacity(chunk.unwrap().len()).unwrap();
    }
    grpc_status(&body.trailers().await.unwrap().unwrap()).unwrap()
}

#[tokio::test]
async fn a_connection_that_does_not_speak_is_closed() {
    let server = short_fused().await;
    for opening in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n\r\nSM", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"] {
        closed(raw(server.address, opening).await).await;
    }
    still_serves(&server).await;
    let page = server.metrics.render();
    assert!(page.contains(r#"comity_connections_refused_total{cause="handshake"} 4"#), "{page}");
}

#[tokio::test]
async fn headers_that_never_end_close_the_connection() {
    let server = short_fused().await;
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    // HEADERS on stream 1 without END_HEADERS, whose one byte is ":method: POST".
    let headers = [0, 0, 1, 1, 0, 0, 0, 0, 1, 0x83];
    closed(raw(server.address, &[PREFACE, &settings, &headers].concat()).await).await;
    still_serves(&server).await;
}

#[tokio::test]
async fn a_connection_whose_other_end_is_gone_is_noticed() {
    let server = short_fused().await;
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    // It never answers the ping that asks whether it lives.
    closed(raw(server.address, &[PREFACE, &settings].concat()).await).await;
    still_serves(&server).await;
}

#[tokio::test]
async fn an_old_connection_is_asked_to_leave_and_its_call_may_finish() {
    let limits = Limits { max_connection_age: Duration::from_millis(50), ..LIMITS };
    let server = TestServer::with(Some(moderator()), limits).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut send, connection): (SendRequest<Bytes>, _) = h2::client::handshake(stream).await.unwrap();
    let (answer, mut body) = send.send_request(call().body(()).unwrap(), false).unwrap();
    let connection = tokio::spawn(connection);
    // The server has said GOAWAY when it takes no further stream.
    while let Ok(ready) = send.clone().ready().await {
        send = ready;
        tokio::task::yield_now().await;
    }
    body.send_data(framed(0, &request("A fair point.").encode_to_vec()), true).unwrap();
    assert_eq!(answer.await.unwrap().status(), http::StatusCode::OK);
    drop((send, body));
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_lives_no_longer_than_it_may() {
    let limits = Limits {
        max_connection_age: Duration::from_millis(100),
        max_connection_age_grace: Duration::from_millis(100),
        ..LIMITS
    };
    let server = TestServer::with(Some(moderator()), limits).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut send, connection): (SendRequest<Bytes>, _) = h2::client::handshake(stream).await.unwrap();
    // A call that never ends does not keep it open.
    let _unfinished = send.send_request(call().body(()).unwrap(), false).unwrap();
    let _ = connection.await;
    still_serves(&server).await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up_with_its_connection() {
    let rules = Rules { stream_idle_timeout: Duration::from_millis(100), ..LIMITS.rules };
    let server = TestServer::with(Some(moderator()), Limits { rules, ..LIMITS }).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (send, connection) =
        h2::client::Builder::new().initial_window_size(0).handshake::<_, Bytes>(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut send = send.ready().await.unwrap();
    let (answer, mut body) = send.send_request(call().body(()).unwrap(), false).unwrap();
    body.send_data(framed(0, &request("A fair point.").encode_to_vec()), true).unwrap();
    let _untaken = answer.await.unwrap();
    assert_eq!(server.metrics.in_flight.get(), 1);
    let _ = connection.await;
    still_serves(&server).await;
    while server.metrics.in_flight.get() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stream_that_has_nothing_to_say_is_left_alone() {
    let rules = Rules { stream_idle_timeout: Duration::from_millis(20), ..LIMITS.rules };
    let server = TestServer::with(Some(moderator()), Limits { rules, ..LIMITS }).await;
    let mut health = HealthClient::new(server.channel.clone());
    let mut watched = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    watched.message().await.unwrap().unwrap();
    let more = tokio::time::timeout(Duration::from_millis(200), watched.message()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn connections_over_the_limit_are_closed_at_once_and_room_comes_back() {
    let limits = Limits { max_connections: 8, handshake_timeout: Duration::from_secs(2), ..LIMITS };
    let server = TestServer::with(Some(moderator()), limits).await;
    let mut half_open = Vec::new();
    for _ in 0..300 {
        half_open.push(TcpStream::connect(server.address).await.unwrap());
    }
    for _ in 0..290 {
        closed(half_open.pop().unwrap()).await;
    }
    // The client that was there first is not disturbed, nor is one from elsewhere.
    server.client().moderate_comment(request("A fair point.")).await.unwrap();
    for _ in 0..300 {
        half_open.push(TcpStream::connect(server.http).await.unwrap());
    }
    let from_elsewhere = TcpSocket::new_v4().unwrap();
    from_elsewhere.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut from_elsewhere = from_elsewhere.connect(server.http).await.unwrap();
    let closing = b"GET /v1/model HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    from_elsewhere.write_all(closing).await.unwrap();
    let mut answer = String::new();
    from_elsewhere.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let page = server.metrics.render();
    assert!(page.contains(r#"comity_connections_refused_total{cause="caller_share"}"#), "{page}");
    for silent in half_open {
        closed(silent).await;
    }
    still_serves(&server).await;
}

#[tokio::test]
async fn ten_thousand_resets_leave_nothing_behind() {
    let server = TestServer::start().await;
    let mut resets = 0;
    while resets < 10_000 {
        let mut send = h2(server.address).await;
        // A server that has had enough closes the connection: then the next one takes over.
        while resets < 10_000 {
            let Ok(ready) = send.clone().ready().await else { break };
            send = ready;
            let Ok((_answer, mut body)) = send.send_request(call().body(()).unwrap(), false) else { break };
            body.send_reset(h2::Reason::CANCEL);
            resets += 1;
        }
    }
    still_serves(&server).await;
    while server.metrics.in_flight.get() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn giant_headers_are_refused() {
    let server = TestServer::start().await;
    let mut send = h2(server.address).await.ready().await.unwrap();
    let mut giant = call();
    for n in 0..64 {
        giant = giant.header(format!("x-{n}"), "x".repeat(1024));
    }
    let (answer, _body) = send.send_request(giant.body(()).unwrap(), true).unwrap();
    match answer.await {
        Ok(answer) => assert_eq!(answer.status(), http::StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        Err(refused) => assert!(refused.is_remote() || refused.is_reset(), "{refused}"),
    }
    still_serves(&server).await;
}

#[tokio::test]
async fn what_is_compressed_is_not_opened() {
    let server = TestServer::start().await;
    let bomb = framed(1, &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    let announced = code(&server, call().header("grpc-encoding", "gzip"), bomb.clone()).await;
    assert_eq!(announced, Code::Unimplemented as i32);
    let unannounced = code(&server, call(), bomb).await;
    assert!([Code::Internal as i32, Code::InvalidArgument as i32].contains(&unannounced));
    still_serves(&server).await;
}

#[tokio::test]
async fn what_is_no_message_is_the_callers_fault() {
    let server = TestServer::start().await;
    // Field 1 (comment) of field 1 (text) with bytes that are not UTF-8.
    let not_utf8 = [0x0a, 0x04, 0x12, 0x02, 0xff, 0xfe];
    let truncated = [0x0a, 0xff];
    for malformed in [&not_utf8[..], &truncated] {
        let code = code(&server, call(), framed(0, malformed)).await;
        assert_eq!(code, Code::InvalidArgument as i32, "{malformed:?}");
    }
    still_serves(&server).await;
}

#[tokio::test]
async fn nesting_without_end_is_refused_and_unknown_fields_are_skipped() {
    let server = TestServer::start().await;
    let mut nested = Vec::new();
    for _ in 0..100_000 {
        // A group that begins, field 100.
        nested.extend([0xa3, 0x06]);
    }
    assert_eq!(code(&server, call(), framed(0, &nested)).await, Code::InvalidArgument as i32);
    let mut known = request("A fair point.").encode_to_vec();
    known.extend([0xa2, 0x06, 0x03, 1, 2, 3]);
    assert_eq!(code(&server, call(), framed(0, &known)).await, Code::Ok as i32);
}

#[tokio::test]
async fn a_message_that_is_announced_too_large_is_refused_unread() {
    let server = TestServer::start().await;
    let announced = Bytes::from_static(&[0, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(code(&server, call(), announced).await, Code::OutOfRange as i32);
}

#[tokio::test]
async fn the_worst_of_unicode_is_judged() {
    let server = TestServer::start().await;
    let mut client = server.client();
    for unit in [
        "a\u{301}",
        "\u{301}",
        "\u{200b}",
        "\u{202e}",
        "a",
        "😀",
        "f\u{fe0f}\u{20e3}",
        "ﷺ",
        "ㅅ",
        "각",
        "(a+)+$ ",
        "a.b ",
    ] {
        let text = unit.repeat(20_000 / unit.len());
        client.moderate_comment(request(&text)).await.unwrap();
    }
}
