//! What browsers need: gRPC-Web over HTTP/1.1, and CORS.

use comity::{
    gate::Tokens,
    pb::{self, moderation_service_client::ModerationServiceClient},
    server::Web,
};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tonic::Code;
use tonic_types::StatusExt as _;
use tonic_web::GrpcWebClientLayer;
use tower::Layer as _;

use crate::{
    http::{Answer, send},
    server::{LIMITS, TestServer, moderator, request},
};

macro_rules! grpc_web {
    ($address:expr) => {{
        let http1 = Client::builder(TokioExecutor::new()).build_http();
        let uri = format!("http://{}", $address).parse().unwrap();
        ModerationServiceClient::with_origin(GrpcWebClientLayer::new().layer(http1), uri)
    }};
}

#[tokio::test]
async fn grpc_web_says_what_grpc_says() {
    let server = TestServer::start().await;
    let mut web = grpc_web!(server.http);
    let asked = request("You are an idiot.");
    let over_web = web.moderate_comment(asked.clone()).await.unwrap().into_inner();
    assert_eq!(over_web, server.client().moderate_comment(asked).await.unwrap().into_inner());
    let draft = pb::CheckDraftRequest {
        comment: Some(pb::Comment { text: "hi".to_owned(), ..Default::default() }),
        ..Default::default()
    };
    assert_eq!(web.check_draft(draft).await.unwrap().into_inner().counter, "2/3");
    let error = web.get_policy(pb::GetPolicyRequest { name: "none".to_owned() }).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert_eq!(error.get_details_error_info().unwrap().reason, "POLICY_NOT_FOUND");
    let counted = r#"grpc_type="unary",grpc_service="comity.moderation.v1.ModerationService",grpc_method="CheckDraft",grpc_code="OK"} 1"#;
    while !server.metrics.render().contains(counted) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn grpc_web_passes_the_same_gate() {
    let tokens = Tokens::parse("cms 0123456789abcdef").unwrap();
    let server = TestServer::guarded(Some(moderator()), LIMITS, Some(tokens), None).await;
    let error = grpc_web!(server.http).get_model(pb::GetModelRequest {}).await.unwrap_err();
    assert_eq!(error.code(), Code::Unauthenticated);
    let unknown = Request::post("/x.Y/Nope").header("content-type", "application/grpc-web+proto");
    let unknown = unknown.header("authorization", "Bearer 0123456789abcdef");
    let answer = send(server.http, unknown.body(Full::from(&[0; 5][..])).unwrap()).await;
    assert_eq!((answer.status, &answer.headers["grpc-status"]), (StatusCode::OK, &"12".parse().unwrap()));
}

async fn preflight(server: &TestServer, origin: &str) -> Answer {
    let asked = Request::builder()
        .method(Method::OPTIONS)
        .uri("/v1/comments:checkDraft")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    send(server.http, asked.body(Full::default()).unwrap()).await
}

#[tokio::test]
async fn only_pages_of_the_given_origins_may_call() {
    let web = Web { origins: vec!["https://news.example".parse().unwrap()], ..Web::default() };
    let server = TestServer::web(Some(moderator()), LIMITS, None, None, web).await;
    let allowed = preflight(&server, "https://news.example").await;
    assert_eq!(allowed.status, StatusCode::OK);
    assert_eq!(allowed.headers["access-control-allow-origin"], "https://news.example");
    let headers = allowed.headers["access-control-allow-headers"].to_str().unwrap();
    assert!(["content-type", "x-goog-api-key"].iter().all(|name| headers.contains(name)), "{headers}");
    let other = preflight(&server, "https://other.example").await;
    assert!(!other.headers.contains_key("access-control-allow-origin"));
    let none = TestServer::start().await;
    assert!(
        !preflight(&none, "https://news.example").await.headers.contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn a_page_that_may_not_call_is_refused_even_what_needs_no_permission() {
    let web = Web { origins: vec!["https://news.example".parse().unwrap()], ..Web::default() };
    let server = TestServer::web(Some(moderator()), LIMITS, None, None, web).await;
    let own = format!("http://{}", server.http);
    for (origin, status) in [
        (Some("https://news.example"), StatusCode::OK),
        (Some(own.as_str()), StatusCode::OK),
        (None, StatusCode::OK),
        (Some("https://other.example"), StatusCode::FORBIDDEN),
        (Some("http://news.example"), StatusCode::FORBIDDEN),
        (Some("null"), StatusCode::FORBIDDEN),
    ] {
        // A page sends text/plain without asking first.
        let mut call = Request::get("/v1/model").header("content-type", "text/plain");
        if let Some(origin) = origin {
            call = call.header("origin", origin);
        }
        let answer = send(server.http, call.body(Full::default()).unwrap()).await;
        assert_eq!(answer.status, status, "{origin:?}");
    }
}
