//! What a call passes first: room, fairness, deadlines, tokens, and its name.

use std::time::Duration;

use comity::{
    gate::{Exposure, Rules, Tokens},
    pb,
    server::Limits,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Status, Streaming};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest,
};
use tonic_types::StatusExt as _;

use crate::server::{Client, LIMITS, TestServer, moderator, named, request};

const TOKEN: &str = "0123456789abcdef";

fn tokens(lines: &str) -> Tokens {
    Tokens::parse(lines).unwrap()
}

/// An open stream: a call that stays in flight as long as its sender lives.
type Open = (mpsc::Sender<pb::StreamModerateCommentsRequest>, Streaming<pb::StreamModerateCommentsResponse>);

async fn open(client: &mut Client, token: Option<&str>) -> Result<Open, Status> {
    let (send, items) = mpsc::channel(1);
    let items = bearing(ReceiverStream::new(items), token);
    Ok((send, client.stream_moderate_comments(items).await?.into_inner()))
}

fn bearing<T>(message: T, token: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(token) = token {
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    request
}

fn health() -> HealthCheckRequest {
    HealthCheckRequest { service: String::new() }
}

#[tokio::test]
async fn one_caller_gets_no_more_than_is_left_and_another_still_finds_room() {
    let limits = Limits { rules: Rules { max_in_flight: 8, ..LIMITS.rules }, ..LIMITS };
    let two = tokens(&format!("greedy {TOKEN}\nmodest {TOKEN}-2"));
    let server = TestServer::guarded(Some(moderator()), limits, Some(two), None).await;
    let mut client = server.client();
    let mut held = Vec::new();
    let refused = loop {
        match open(&mut client, Some(TOKEN)).await {
            Ok(stream) => held.push(stream),
            Err(refused) => break refused,
        }
    };
    assert_eq!(held.len(), 4);
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "OVERLOADED");
    assert!(refused.get_details_retry_info().unwrap().retry_delay.unwrap() > Duration::ZERO);

    let modest = format!("{TOKEN}-2");
    client.moderate_comment(bearing(request("A fair point."), Some(&modest))).await.unwrap();
    HealthClient::new(server.channel.clone()).check(health()).await.unwrap();
    let shed = server.metrics.render();
    assert!(shed.contains(r#"comity_calls_shed_total{cause="caller_share"} 1"#), "{shed}");

    // Room comes back with the end of the streams.
    drop(held);
    while client.moderate_comment(bearing(request("A fair point."), Some(TOKEN))).await.is_err() {}
}

#[tokio::test]
async fn an_expired_call_is_not_begun() {
    let server = TestServer::start().await;
    let mut late = Request::new(request("A fair point."));
    late.metadata_mut().insert("grpc-timeout", "0n".parse().unwrap());
    // tonic's own client would give up first: the server's answer is what the metrics tell.
    let refused = server.client().moderate_comment(late).await.unwrap_err();
    assert!(matches!(refused.code(), Code::DeadlineExceeded | Code::Cancelled), "{refused:?}");
    let page = server.metrics.render();
    assert!(page.contains(r#"grpc_code="DEADLINE_EXCEEDED""#), "{page}");
    assert!(!page.contains("comity_verdicts_total{"), "{page}");
}

#[tokio::test]
async fn a_call_whose_message_does_not_come_is_ended_at_the_time_limit() {
    let rules = Rules { request_timeout: Duration::from_millis(200), ..LIMITS.rules };
    let server = TestServer::with(Some(moderator()), Limits { rules, ..LIMITS }).await;
    let (mut send, connection) = {
        let io = tokio::net::TcpStream::connect(server.address).await.unwrap();
        h2::client::handshake(io).await.unwrap()
    };
    tokio::spawn(connection);
    let call = http::Request::post("http://comity/comity.moderation.v1.ModerationService/ModerateComment")
        .header("content-type", "application/grpc")
        .body(())
        .unwrap();
    let (answer, _never_sends) = send.send_request(call, false).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.headers()["grpc-status"], (Code::DeadlineExceeded as i32).to_string().as_str());
}

#[tokio::test]
async fn a_silent_stream_is_ended() {
    let rules = Rules { stream_idle_timeout: Duration::from_millis(100), ..LIMITS.rules };
    let server = TestServer::with(Some(moderator()), Limits { rules, ..LIMITS }).await;
    let (send, mut answers) = open(&mut server.client(), None).await.unwrap();
    let item = pb::StreamModerateCommentsRequest { request: Some(named("1", "A fair point.")) };
    send.send(item).await.unwrap();
    assert_eq!(answers.message().await.unwrap().unwrap().request_id, "1");
    let ended = answers.message().await.unwrap_err();
    assert_eq!(ended.code(), Code::DeadlineExceeded);
    assert_eq!(ended.get_details_error_info().unwrap().reason, "STREAM_IDLE");

    let mut reflection = ServerReflectionClient::new(server.channel.clone());
    let open = reflection.server_reflection_info(tokio_stream::pending()).await.unwrap();
    assert!(!matches!(open.into_inner().message().await, Ok(Some(_))));
    assert_eq!(server.metrics.in_flight.get(), 0);
}

#[tokio::test]
async fn where_tokens_are_set_only_their_holders_call() {
    let server =
        TestServer::guarded(Some(moderator()), LIMITS, Some(tokens(&format!("cms {TOKEN}"))), None).await;
    let mut client = server.client();
    client.moderate_comment(bearing(request("A fair point."), Some(TOKEN))).await.unwrap();
    for wrong in [None, Some("0123456789abcdeX"), Some("")] {
        let refused = client.moderate_comment(bearing(request("A fair point."), wrong)).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "{wrong:?}");
        assert_eq!(refused.get_details_error_info().unwrap().reason, "TOKEN_NEEDED");
    }
    // A new file of tokens counts from the next call on.
    server.tokens.send_replace(Some(tokens(&format!("cms {TOKEN}-new")).into()));
    let refused = client.moderate_comment(bearing(request("A fair point."), Some(TOKEN))).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    let new = format!("{TOKEN}-new");
    client.moderate_comment(bearing(request("A fair point."), Some(&new))).await.unwrap();
}

#[tokio::test]
async fn health_and_reflection_are_exposed_as_asked() {
    for (exposure, without, with) in [
        (Exposure::Open, Code::Ok, Code::Ok),
        (Exposure::Token, Code::Unauthenticated, Code::Ok),
        (Exposure::Off, Code::Unauthenticated, Code::Unimplemented),
    ] {
        let rules = Rules { health: exposure, reflection: exposure, ..LIMITS.rules };
        let limits = Limits { rules, ..LIMITS };
        let known = tokens(&format!("cms {TOKEN}"));
        let server = TestServer::guarded(Some(moderator()), limits, Some(known), None).await;
        for (token, expected) in [(None, without), (Some(TOKEN), with)] {
            let health = HealthClient::new(server.channel.clone()).check(bearing(health(), token)).await;
            assert_eq!(health.err().map_or(Code::Ok, |status| status.code()), expected, "{exposure:?}");
            let ask = ServerReflectionRequest {
                host: String::new(),
                message_request: Some(MessageRequest::ListServices(String::new())),
            };
            let asked = bearing(tokio_stream::iter([ask]), token);
            let shown =
                ServerReflectionClient::new(server.channel.clone()).server_reflection_info(asked).await;
            assert_eq!(shown.err().map_or(Code::Ok, |status| status.code()), expected, "{exposure:?}");
        }
    }
}

#[tokio::test]
async fn every_answer_names_its_call() {
    let server = TestServer::start().await;
    let mut client = server.client();
    let mut own = Request::new(request("A fair point."));
    own.metadata_mut().insert("x-request-id", "cms-17".parse().unwrap());
    let answer = client.moderate_comment(own).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "cms-17");
    let mut named = Vec::new();
    for _ in 0..2 {
        let mut prose = Request::new(request("A fair point."));
        prose.metadata_mut().insert("x-request-id", "two words".parse().unwrap());
        let answer = client.moderate_comment(prose).await.unwrap();
        named.push(answer.metadata().get("x-request-id").unwrap().to_str().unwrap().to_owned());
    }
    assert!(named.iter().all(|id| id.len() == 16) && named[0] != named[1], "{named:?}");
    let refused = client.get_policy(pb::GetPolicyRequest { name: "nobody".to_owned() }).await.unwrap_err();
    assert!(refused.metadata().contains_key("x-request-id"));
}
