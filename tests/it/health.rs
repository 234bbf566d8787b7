//! Health and reflection.

use comity::pb;
use tonic::{Code, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt as _;

use crate::server::{LIMITS, TestServer, moderator, request};

const SERVICES: [&str; 2] = ["", "comity.moderation.v1.ModerationService"];

fn asked(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

async fn watch(channel: &Channel, service: &str) -> tonic::Streaming<tonic_health::pb::HealthCheckResponse> {
    HealthClient::new(channel.clone()).watch(asked(service)).await.unwrap().into_inner()
}

/// Reads the watch until it says `status`.
async fn until(watch: &mut tonic::Streaming<tonic_health::pb::HealthCheckResponse>, status: ServingStatus) {
    while watch.message().await.unwrap().unwrap().status() != status {}
}

#[tokio::test]
async fn nothing_is_served_until_a_model_is_loaded() {
    let server = TestServer::with(None, LIMITS).await;
    let mut watches = Vec::new();
    for service in SERVICES {
        let mut watch = watch(&server.channel, service).await;
        until(&mut watch, ServingStatus::NotServing).await;
        watches.push(watch);
    }
    let refused = server.client().moderate_comment(request("A fair point.")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "MODEL_NOT_LOADED");
    let refused = server.client().batch_moderate_comments(pb::BatchModerateCommentsRequest::default()).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unavailable);

    server.loaded.send_modify(|loaded| loaded.replace(Ok(moderator())));
    for watch in &mut watches {
        until(watch, ServingStatus::Serving).await;
    }
    server.client().moderate_comment(request("A fair point.")).await.unwrap();
    for service in SERVICES {
        let answer =
            HealthClient::new(server.channel.clone()).check(asked(service)).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving);
    }
}

#[tokio::test]
async fn whoever_watches_health_is_told_of_the_shutdown_and_let_go() {
    let mut server = TestServer::start().await;
    let mut watch = watch(&server.channel, "").await;
    until(&mut watch, ServingStatus::Serving).await;
    server.begin_shutdown();
    until(&mut watch, ServingStatus::NotServing).await;
    assert!(watch.message().await.unwrap().is_none());
    assert_eq!(server.ended().await, comity::server::Drained::Clean);
}

macro_rules! reflection_lists_the_service {
    ($name:ident, $version:ident) => {
        #[tokio::test]
        async fn $name() {
            use tonic_reflection::pb::$version::{
                ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
                server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
            };
            let server = TestServer::start().await;
            let ask = |what| ServerReflectionRequest { host: String::new(), message_request: Some(what) };
            let asked = tokio_stream::iter([
                ask(MessageRequest::ListServices(String::new())),
                ask(MessageRequest::FileContainingSymbol(
                    "comity.moderation.v1.ModerationService".to_owned(),
                )),
            ]);
            let mut client = ServerReflectionClient::new(server.channel.clone());
            let mut answers = client.server_reflection_info(asked).await.unwrap().into_inner();
            let listed = answers.message().await.unwrap().unwrap().message_response;
            let Some(MessageResponse::ListServicesResponse(list)) = listed else { panic!("{listed:?}") };
            let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
            assert!(names.contains(&"comity.moderation.v1.ModerationService"), "{names:?}");
            assert!(names.contains(&"grpc.health.v1.Health"), "{names:?}");
            let file = answers.message().await.unwrap().unwrap().message_response;
            assert!(matches!(file, Some(MessageResponse::FileDescriptorResponse(_))));
        }
    };
}

reflection_lists_the_service!(reflection_v1_lists_the_service, v1);
reflection_lists_the_service!(reflection_v1alpha_lists_the_service, v1alpha);
