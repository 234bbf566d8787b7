//! The end of the server, whatever its clients do.

use std::time::{Duration, Instant};

use comity::{
    pb,
    server::{Drained, Limits},
};
use tonic::Code;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_types::StatusExt as _;

use crate::server::{LIMITS, TestServer, moderator, named};

#[tokio::test]
async fn an_idle_connection_does_not_keep_the_server() {
    let mut server = TestServer::start().await;
    let mut client = server.client();
    client.get_model(pb::GetModelRequest {}).await.unwrap();
    server.begin_shutdown();
    assert_eq!(server.ended().await, Drained::Clean);
    assert_eq!(client.get_model(pb::GetModelRequest {}).await.unwrap_err().code(), Code::Unavailable);
}

#[tokio::test]
async fn an_open_stream_is_told_and_ends() {
    let mut server = TestServer::start().await;
    let (send, items) = tokio::sync::mpsc::channel(1);
    let items = tokio_stream::wrappers::ReceiverStream::new(items);
    let mut answers = server.client().stream_moderate_comments(items).await.unwrap().into_inner();
    send.send(pb::StreamModerateCommentsRequest { request: Some(named("1", "A fair point.")) })
        .await
        .unwrap();
    assert_eq!(answers.message().await.unwrap().unwrap().request_id, "1");
    server.begin_shutdown();
    let ended = answers.message().await.unwrap_err();
    assert_eq!(ended.code(), Code::Unavailable);
    assert_eq!(ended.get_details_error_info().unwrap().reason, "SHUTTING_DOWN");
    assert_eq!(server.ended().await, Drained::Clean);
}

#[tokio::test]
async fn a_stream_that_never_ends_is_cut_at_the_limit() {
    let limits = Limits { drain_timeout: Duration::from_millis(300), ..LIMITS };
    let mut server = TestServer::with(Some(moderator()), limits).await;
    // Reflection waits for as long as its client likes.
    let mut reflection = ServerReflectionClient::new(server.channel.clone());
    let open = reflection.server_reflection_info(tokio_stream::pending()).await.unwrap();
    let started = Instant::now();
    server.begin_shutdown();
    assert_eq!(server.ended().await, Drained::Forced);
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(started.elapsed() < Duration::from_secs(30));
    drop(open);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_at_the_limit_and_slows_nobody_else() {
    let limits = Limits { drain_timeout: Duration::from_millis(300), ..LIMITS };
    let mut server = TestServer::with(Some(moderator()), limits).await;
    // Answers of this size soon fill the window of a client that does not read.
    let item = pb::ModerateCommentRequest {
        explain: pb::Explain::Words.into(),
        ..named("1", &"plain words said plainly ".repeat(100))
    };
    let item = pb::StreamModerateCommentsRequest { request: Some(item) };
    let unread =
        server.client().stream_moderate_comments(tokio_stream::iter(std::iter::repeat(item))).await.unwrap();
    server.client().moderate_comment(named("2", "A fair point.")).await.unwrap();
    server.begin_shutdown();
    // Cut by its limit, or ended because the answer at hand still fitted: but ended.
    server.ended().await;
    drop(unread);
}
