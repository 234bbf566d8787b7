//! The HTTP edge: the contract in JSON, and what it does with whatever else comes.

use std::{io::Write as _, net::SocketAddr, time::Duration};

use bytes::Bytes;
use comity::{gate::Tokens, pb, server::Limits};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

use crate::server::{LIMITS, TestServer, moderator, request};

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Number, name and first reason of an error.
    pub(crate) fn error(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        assert_eq!(error["code"], self.status.as_u16());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (self.status.as_u16(), text(&error["status"]), text(&error["details"][0]["reason"]))
    }
}

/// Sends a request as it is.
pub(crate) async fn send(address: SocketAddr, mut request: Request<Full<Bytes>>) -> Answer {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let uri = format!("http://{address}{}", request.uri());
    *request.uri_mut() = uri.parse().unwrap();
    let (head, body) = client.request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: head.status, headers: head.headers, body }
}

/// Sends a body of JSON.
pub(crate) async fn call(address: SocketAddr, method: Method, path: &str, body: impl Into<Bytes>) -> Answer {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    send(address, request.body(Full::new(body.into())).unwrap()).await
}

pub(crate) async fn post(address: SocketAddr, path: &str, body: &Value) -> Answer {
    call(address, Method::POST, path, body.to_string()).await
}

async fn get(address: SocketAddr, path: &str) -> Answer {
    call(address, Method::GET, path, "").await
}

#[tokio::test]
async fn json_says_what_grpc_says() {
    let server = TestServer::start().await;
    let asked = pb::ModerateCommentRequest {
        article: Some(pb::Article { headline: "Ministers resume talks".to_owned(), ..Default::default() }),
        explain: pb::Explain::Words.into(),
        request_id: "a-1".to_owned(),
        ..request("You are an idiot and the talks will fail \u{1f600}.")
    };
    let over_grpc = server.client().moderate_comment(asked.clone()).await.unwrap().into_inner();
    let answer = post(server.http, "/v1/comments:moderate", &serde_json::to_value(&asked).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "application/json");
    // Through text, because a float becomes another number in a `Value`.
    let over_grpc: Value = serde_json::from_str(&serde_json::to_string(&over_grpc).unwrap()).unwrap();
    assert_eq!(answer.json(), over_grpc);

    let batch = json!({"requests": [asked, {}]});
    let results = post(server.http, "/v1/comments:batchModerate", &batch).await.json();
    assert_eq!(results["results"][0]["response"], over_grpc);
    assert_eq!(results["results"][1]["error"]["code"], 3);

    let draft =
        post(server.http, "/v1/comments:checkDraft", &json!({"comment": {"text": "hi"}})).await.json();
    assert_eq!(draft["counter"], "2/3");
}

#[tokio::test]
async fn a_text_that_was_cut_within_an_emoji_is_judged() {
    let server = TestServer::start().await;
    let cut = r#"{"comment": {"text": "A fair point \ud83d", "language": null}}"#;
    let answer = call(server.http, Method::POST, "/v1/comments:moderate", cut).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let cut = r#"{"comment": {"text": "A fair point \ud83d"}, "requestedAttributes": {"TOXICITY": {}}}"#;
    let answer = call(server.http, Method::POST, "/v1alpha1/comments:analyze", cut).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

#[tokio::test]
async fn models_and_policies_are_shown() {
    let server = TestServer::start().await;
    let model = get(server.http, "/v1/model").await.json();
    assert_eq!(model["models"].as_array().unwrap().len(), 2);
    let first = get(server.http, "/v1/policies?pageSize=2").await.json();
    let token = first["nextPageToken"].as_str().unwrap();
    let rest = get(server.http, &format!("/v1/policies?page_size=2&pageToken={token}")).await.json();
    assert_eq!(
        (first["policies"].as_array().unwrap().len(), rest["policies"].as_array().unwrap().len()),
        (2, 1)
    );
    let herald = get(server.http, "/v1/policies/herald").await.json();
    assert_eq!(herald["policy"]["name"], "herald");
    let (code, status, reason) = get(server.http, "/v1/policies/herald/none").await.error();
    assert_eq!((code, &*status, &*reason), (404, "NOT_FOUND", "POLICY_NOT_FOUND"));
    assert_eq!(get(server.http, "/openapi.json").await.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn what_is_wrong_is_told_and_disturbs_nobody() {
    let server = TestServer::start().await;
    let moderate = "/v1/comments:moderate";
    let many = format!(r#"{{"requests":[{}]}}"#, vec!["{}"; 100_000].join(","));
    for (method, path, body, code, reason) in [
        (Method::POST, moderate, "{", 400, "INVALID_REQUEST"),
        (Method::POST, moderate, "", 400, "INVALID_REQUEST"),
        (Method::POST, moderate, "\u{0}", 400, "INVALID_REQUEST"),
        (Method::POST, moderate, r#"{"comment":"text"}"#, 400, "INVALID_REQUEST"),
        (Method::POST, moderate, r#"{"comment":{"txt":"a"}}"#, 400, "INVALID_REQUEST"),
        (Method::POST, moderate, r#"{"comment":{"text":7}}"#, 400, "INVALID_REQUEST"),
        (Method::POST, moderate, "{}", 400, "INVALID_REQUEST"),
        (Method::POST, moderate, r#"{"comment":{"text":"a","text":"b"}}"#, 400, "INVALID_REQUEST"),
        (Method::POST, moderate, r#"{"comment":{"text":"abc"},"policy":"none"}"#, 404, "POLICY_NOT_FOUND"),
        (Method::POST, "/v1/comments:batchModerate", &many, 400, "INVALID_REQUEST"),
        (Method::GET, "/v1/policies?pageSize=many", "", 400, "INVALID_REQUEST"),
        (Method::GET, "/v1/policies?size=1", "", 400, "INVALID_REQUEST"),
        (Method::GET, "/v1/policies/%ff", "", 400, "INVALID_REQUEST"),
        (Method::GET, moderate, "", 405, "WRONG_METHOD"),
        (Method::DELETE, "/v1/articles/a", "", 405, "WRONG_METHOD"),
        (Method::from_bytes(b"BREW").unwrap(), "/v1/model", "", 405, "WRONG_METHOD"),
        (Method::POST, "/comity.moderation.v1.ModerationService/GetModel", "{}", 415, "WRONG_CONTENT_TYPE"),
        (Method::PUT, "/v1/articles/a", "null", 400, "INVALID_REQUEST"),
        (Method::GET, "/", "", 404, "NO_SUCH_PATH"),
        (Method::POST, "/v1/comments:moderated", "{}", 404, "NO_SUCH_PATH"),
        (Method::POST, "/coral/moderate", "{}", 404, "CORAL_IS_OFF"),
    ] {
        let answer = call(server.http, method, path, body.to_owned()).await;
        let (status, _, why) = answer.error();
        assert_eq!((status, &*why), (code, reason), "{path} {}", &body[..body.len().min(60)]);
        assert!(answer.body.len() < 1_000, "{path}");
    }
    let text = Request::post(moderate).header("content-type", "text/plain").body(Full::from("{}")).unwrap();
    assert_eq!(send(server.http, text).await.error().2, "WRONG_CONTENT_TYPE");
    server.client().moderate_comment(request("A fair point.")).await.unwrap();
}

#[tokio::test]
async fn a_large_body_is_judged_and_a_larger_one_is_refused() {
    let server = TestServer::start().await;
    let batch = |n: usize| {
        let one = json!({"comment": {"text": "a fair point ".repeat(1_500), "language": "en"}});
        json!({"requests": vec![one; n]})
    };
    let answer = post(server.http, "/v1/comments:batchModerate", &batch(250)).await;
    assert_eq!(answer.json()["results"].as_array().unwrap().len(), 250);
    let (code, status, reason) = post(server.http, "/v1/comments:batchModerate", &batch(400)).await.error();
    assert_eq!((code, &*status, &*reason), (413, "OUT_OF_RANGE", "TOO_LARGE"));
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

async fn encoded(server: &TestServer, path: &str, encoding: &str, body: Vec<u8>) -> Answer {
    let request = Request::post(path).header("content-type", "application/json");
    send(server.http, request.header("content-encoding", encoding).body(Full::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_compressed_body_is_inflated_and_one_that_is_not_what_it_says_is_refused() {
    let server = TestServer::start().await;
    let asked = json!({"comment": {"text": "A fair point."}, "requestedAttributes": {"TOXICITY": {}}});
    let asked = asked.to_string().into_bytes();
    let analyze = "/v1alpha1/comments:analyze";
    let plain = encoded(&server, analyze, "identity", asked.clone()).await;
    assert_eq!(plain.status, StatusCode::OK);
    let (begin, end) = asked.split_at(20);
    for body in [gzip(&asked), [gzip(begin), gzip(end)].concat()] {
        let answer = encoded(&server, analyze, "GZIP", body).await;
        assert_eq!((answer.status, answer.body), (StatusCode::OK, plain.body.clone()));
    }
    let moderate = "/v1/comments:moderate";
    let answer = encoded(&server, moderate, "gzip", gzip(br#"{"comment":{"text":"A fair point."}}"#)).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);

    let mut cut = gzip(&asked);
    cut.truncate(cut.len() - 9);
    for body in [asked.clone(), cut, [gzip(&asked), b"more".to_vec()].concat()] {
        let answer = encoded(&server, moderate, "gzip", body.clone()).await;
        assert_eq!(answer.error().0, 400);
        assert_eq!(answer.json()["error"]["message"], "body: is not gzip, as its Content-Encoding says");
        assert_eq!(encoded(&server, analyze, "gzip", body).await.status, StatusCode::BAD_REQUEST);
    }
    for encoding in ["br", "gzip, gzip", "deflate"] {
        let (code, _, reason) = encoded(&server, moderate, encoding, gzip(&asked)).await.error();
        assert_eq!((code, &*reason), (415, "WRONG_ENCODING"), "{encoding}");
    }
}

#[tokio::test]
async fn what_inflates_to_more_than_a_body_may_be_is_refused() {
    let server = TestServer::start().await;
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 100_000);
    for path in ["/v1/comments:moderate", "/v1/comments:batchModerate", "/v1alpha1/comments:analyze"] {
        let answer = encoded(&server, path, "gzip", bomb.clone()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    // Blocks of nothing, which never become a body of any size.
    let nothing = [&gzip(b"")[..10], &[0, 0, 0, 0xff, 0xff].repeat(4 << 20)].concat();
    let endless = encoded(&server, "/v1/comments:moderate", "gzip", nothing).await;
    assert_eq!(endless.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(get(server.http, "/v1/model").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_in_tiny_pieces_is_read_and_one_that_says_it_is_too_large_is_not() {
    let server = TestServer::start().await;
    let mut stream = TcpStream::connect(server.http).await.unwrap();
    let head = "POST /v1/comments:moderate HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let body = r#"{"comment":{"text":"A fair point."}}"#;
    let pieces = body.chars().map(|c| format!("1\r\n{c}\r\n")).collect::<Vec<_>>().concat();
    stream.write_all(format!("{head}{pieces}0\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    let mut stream = TcpStream::connect(server.http).await.unwrap();
    let head = "POST /v1/comments:moderate HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 13];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413 ");
}

#[tokio::test]
async fn a_slow_body_is_given_up_and_its_place_is_free_again() {
    let mut limits = Limits { ..LIMITS };
    limits.rules.request_timeout = Duration::from_millis(200);
    let server = TestServer::with(Some(moderator()), limits).await;
    let mut stream = TcpStream::connect(server.http).await.unwrap();
    let head =
        "POST /v1/comments:moderate HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 504 ") && answer.contains("DEADLINE_EXCEEDED"), "{answer}");
    while server.metrics.in_flight.get() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_refusal_is_heard_by_a_client_that_still_sends() {
    let tokens = Tokens::parse("cms 0123456789abcdef").unwrap();
    let server = TestServer::guarded(Some(moderator()), LIMITS, Some(tokens), None).await;
    let mut stream = TcpStream::connect(server.http).await.unwrap();
    let head = "POST /v1/comments:moderate HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 200000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    while server.metrics.unauthenticated.get() == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..200 {
        stream.write_all(&[b' '; 1_000]).await.unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn a_full_server_says_when_to_try_again() {
    let mut limits = Limits { ..LIMITS };
    limits.rules.max_in_flight = 1;
    let server = TestServer::with(Some(moderator()), limits).await;
    let mut stream = TcpStream::connect(server.http).await.unwrap();
    let head = "POST /v1/comments:moderate HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    while server.metrics.in_flight.get() == 0 {
        tokio::task::yield_now().await;
    }
    let answer =
        post(server.http, "/v1/comments:moderate", &json!({"comment": {"text": "a fair point"}})).await;
    assert_eq!(answer.error(), (429, "RESOURCE_EXHAUSTED".to_owned(), "OVERLOADED".to_owned()));
    assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
    let answer = post(server.http, "/v1alpha1/comments:analyze", &json!({})).await;
    assert_eq!(answer.error(), (429, "RESOURCE_EXHAUSTED".to_owned(), "RATE_LIMIT_EXCEEDED".to_owned()));
}

#[tokio::test]
async fn tokens_are_asked_for_where_each_client_has_them() {
    let tokens = Tokens::parse("cms 0123456789abcdef").unwrap();
    let server = TestServer::guarded(Some(moderator()), LIMITS, Some(tokens), None).await;
    let model = |token: Option<&str>| {
        let request = Request::get("/v1/model");
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        send(server.http, request.body(Full::default()).unwrap())
    };
    let refused = model(None).await;
    assert_eq!(refused.error(), (401, "UNAUTHENTICATED".to_owned(), "TOKEN_NEEDED".to_owned()));
    assert_eq!(refused.headers["www-authenticate"], "Bearer realm=\"comity\"");
    assert_eq!(model(Some("wrong")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(model(Some("0123456789abcdef")).await.status, StatusCode::OK);

    let comment = json!({"comment": {"text": "a fair point"}, "requestedAttributes": {"TOXICITY": {}}});
    for (path, code, reason) in [
        ("/v1alpha1/comments:analyze", 403, "API_KEY_MISSING"),
        ("/v1alpha1/comments:analyze?key=", 403, "API_KEY_MISSING"),
        ("/v1alpha1/comments:analyze?key=wrong", 400, "API_KEY_INVALID"),
        ("/v1alpha1/comments:analyze?key=wrong&key=more", 400, "API_KEY_INVALID"),
        ("/v1alpha1/comments:suggestscore?key=wrong", 400, "API_KEY_INVALID"),
    ] {
        let (status, _, why) = post(server.http, path, &comment).await.error();
        assert_eq!((status, &*why), (code, reason), "{path}");
    }
    let keyed = post(server.http, "/v1alpha1/comments:analyze?key=0123456789abcdef&alt=json", &comment).await;
    assert_eq!(keyed.status, StatusCode::OK);
    let disguised = get(server.http, "/v1/policies/$discovery/rest").await;
    assert_eq!(disguised.status, StatusCode::UNAUTHORIZED);
    let wrong = get(server.http, "/$discovery/rest?version=v1alpha1&key=wrong").await;
    assert_eq!(wrong.error().2, "API_KEY_INVALID");
    for open in ["/openapi.json", "/$discovery/rest?version=v1alpha1"] {
        assert_eq!(get(server.http, open).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn an_article_is_put_once_and_named_after_that() {
    let server = TestServer::start().await;
    let comment = json!({
        "comment": {"text": "The border treaty needs open minutes of these talks.", "language": "en"},
        "article": {"id": "story-1", "url": "https://news.example/1"},
    });
    let relevance = |answer: Answer| answer.json()["verdict"]["scores"]["relevance"]["known"].clone();
    let moderate = "/v1/comments:moderate";
    assert_eq!(relevance(post(server.http, moderate, &comment).await), Value::Null);

    let article =
        json!({"headline": "Ministers resume talks on the border treaty", "summary": "Minutes stay closed."});
    let put = call(server.http, Method::PUT, "/v1/articles/story-1", article.to_string()).await;
    assert_eq!(put.json(), json!({"ttl": "3600s"}));
    let by_id = post(server.http, moderate, &comment).await;
    assert_eq!(relevance(post(server.http, moderate, &comment).await), true);
    let batch = post(server.http, "/v1/comments:batchModerate", &json!({"requests": [comment]})).await.json();
    assert_eq!(batch["results"][0]["response"], by_id.json());

    let mut whole = comment.clone();
    whole["article"]["headline"] = article["headline"].clone();
    whole["article"]["summary"] = article["summary"].clone();
    assert_eq!(by_id.json(), post(server.http, moderate, &whole).await.json());

    for (id, body) in [
        ("story-2", json!({"id": "story-3", "headline": "h"})),
        ("story-2", json!({"headline": "h".repeat(5_000)})),
        ("x".repeat(300).as_str(), json!({"headline": "h"})),
    ] {
        let answer = call(server.http, Method::PUT, &format!("/v1/articles/{id}"), body.to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{id}");
    }
    let nameless = pb::PutArticleRequest { article: Some(pb::Article::default()) };
    let refused = server.client().put_article(nameless).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
}

#[cfg(feature = "fault-injection")]
#[tokio::test]
async fn a_panic_answers_its_call_and_is_counted() {
    let server = TestServer::start().await;
    let answer = get(server.http, "/fault:panic").await;
    assert_eq!(answer.error(), (500, "INTERNAL".to_owned(), "INTERNAL".to_owned()));
    assert_eq!(server.metrics.panics.get(), 1);
    assert_eq!(get(server.http, "/v1/model").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_head_that_is_too_large_or_never_comes_is_given_up() {
    let limits = Limits { handshake_timeout: Duration::from_millis(100), ..LIMITS };
    let server = TestServer::with(Some(moderator()), limits).await;
    let mut large = TcpStream::connect(server.http).await.unwrap();
    let head = format!("GET /v1/model HTTP/1.1\r\nhost: a\r\nx-large: {}\r\n\r\n", "x".repeat(20_000));
    large.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    large.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    for begun in [&b"P"[..], b"PRI * HTTP/2.0\r\n"] {
        let mut silent = TcpStream::connect(server.http).await.unwrap();
        silent.write_all(begun).await.unwrap();
        let mut rest = Vec::new();
        // The connection is closed, or reset because bytes of it were not read.
        let _ = silent.read_to_end(&mut rest).await;
        assert!(rest.is_empty());
    }
}

#[tokio::test]
async fn an_answer_that_nobody_reads_keeps_its_place_and_is_given_up() {
    let limits = Limits { keepalive_timeout: Duration::from_millis(300), ..LIMITS };
    let server = TestServer::with(Some(moderator()), limits).await;
    let text =
        "You are a pathetic idiot and the border treaty needs open minutes of these talks. ".repeat(10);
    let one = json!({"comment": {"text": text, "language": "en"}, "explain": "EXPLAIN_WORDS"});
    let body = json!({"requests": vec![one; 256]}).to_string();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(server.http).await.unwrap();
    let head = format!(
        "POST /v1/comments:batchModerate HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    deaf.write_all(head.as_bytes()).await.unwrap();
    deaf.write_all(body.as_bytes()).await.unwrap();
    while server.metrics.in_flight.get() == 0 {
        tokio::task::yield_now().await;
    }
    // One connection is that of the test's gRPC client.
    while server.metrics.connections.get() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.metrics.in_flight.get(), 0);
    let counted = r#"grpc_method="BatchModerateComments",grpc_code="OK"} 1"#;
    assert!(server.metrics.render().contains(counted));
}

#[tokio::test]
async fn idle_connections_and_counted_calls_end_with_the_server() {
    let mut server = TestServer::start().await;
    let mut idle = TcpStream::connect(server.http).await.unwrap();
    idle.write_all(b"GET /v1/model HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    idle.read_u8().await.unwrap();
    get(server.http, "/v1/nothing").await;
    for line in [
        r#"grpc_type="http",grpc_service="comity.moderation.v1.ModerationService",grpc_method="GetModel",grpc_code="OK"} 1"#,
        r#"grpc_type="http",grpc_service="unknown",grpc_method="unknown",grpc_code="NOT_FOUND"} 1"#,
    ] {
        // A call is counted once its answer has been sent, which its caller may see before.
        while !server.metrics.render().contains(line) {
            tokio::task::yield_now().await;
        }
    }
    server.begin_shutdown();
    assert_eq!(server.ended().await, comity::server::Drained::Clean);
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
}
