//! Coral's external moderation phase.

use std::sync::Arc;

use comity::{classifier::artifact::hex, http::coral::Secrets, server::Web};
use hmac::{Hmac, Mac as _};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
};

use crate::{
    http::{Answer, call, send},
    server::{LIMITS, TestServer, moderator},
};

const OLD: &str = "an old secret of Coral";
const NEW: &str = "a new secret of Coral";

async fn server(secrets: &str) -> (TestServer, watch::Sender<Arc<Secrets>>) {
    let (sender, coral) = watch::channel(Arc::new(Secrets::parse(secrets).unwrap()));
    let web = Web { coral: Some(coral), ..Web::default() };
    (TestServer::web(Some(moderator()), LIMITS, None, None, web).await, sender)
}

/// A request as Coral makes it: indented, and signed by each secret in force.
fn asking(path: &str, body: &str, secrets: &[&str]) -> Request<Full<bytes::Bytes>> {
    signed(path, &asked(body), secrets)
}

fn asked(body: &str) -> Value {
    json!({
        "action": "NEW",
        "comment": {"body": body, "parentID": null},
        "author": {"id": "author-1", "role": "COMMENTER"},
        "story": {"id": "story-1", "url": "https://news.example/1"},
        "site": {"id": "site-1"},
        "tenantID": "tenant-1",
        "tenantDomain": "news.example",
    })
}

fn signed(path: &str, asked: &Value, secrets: &[&str]) -> Request<Full<bytes::Bytes>> {
    let asked = serde_json::to_string_pretty(asked).unwrap();
    let signatures = secrets.iter().map(|secret| {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&asked);
        format!("sha256={}", hex(&mac.finalize().into_bytes()))
    });
    let signature = signatures.collect::<Vec<_>>().join(",");
    let request = Request::post(path).header("content-type", "application/json");
    request.header("x-coral-signature", signature).body(Full::from(asked)).unwrap()
}

async fn ask(server: &TestServer, path: &str, body: &str, secrets: &[&str]) -> Answer {
    send(server.http, asking(path, body, secrets)).await
}

#[tokio::test]
async fn a_verdict_becomes_what_coral_does() {
    let (server, _secrets) = server(NEW).await;
    let civil = ask(&server, "/coral/moderate", "The minister should publish the minutes.", &[NEW]).await;
    assert_eq!((civil.status, civil.body.len()), (StatusCode::NO_CONTENT, 0));
    let abusive = ask(&server, "/coral/moderate", "You are a pathetic idiot.", &[NEW]).await.json();
    assert_eq!(abusive["moderationAction"]["rejectionReason"]["code"], "OFFENSIVE");
    assert_eq!(abusive["actions"], json!([{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}]));
    let banned = "A comment that is long enough for the site, and about a purple monkey.";
    let rejected = ask(&server, "/coral/moderate?policy=herald", banned, &[NEW]).await.json();
    assert_eq!(rejected["status"], "REJECTED");
    let action = &rejected["moderationAction"];
    assert_eq!(
        (&action["status"], &action["rejectionReason"]["code"]),
        (&json!("REJECTED"), &json!("BANNED_WORD"))
    );
    assert!(!action["rejectionReason"]["detailedExplanation"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn markup_is_read_where_coral_sends_it() {
    let (server, _secrets) = server(NEW).await;
    let html = "<div>You are a pathetic<br>idiot.</div>";
    let held = ask(&server, "/coral/moderate?format=HTML", html, &[NEW]).await.json();
    assert_eq!(held["actions"][0]["reason"], "COMMENT_DETECTED_TOXIC");
    let wrong = ask(&server, "/coral/moderate?format=RTF", html, &[NEW]).await;
    assert_eq!(wrong.error().0, 400);
}

#[tokio::test]
async fn a_signature_is_needed_and_secrets_can_be_rotated() {
    let (server, secrets) = server(OLD).await;
    let status =
        async |signed_by: &[&str]| ask(&server, "/coral/moderate", "A fair point.", signed_by).await.status;
    assert_eq!(status(&[OLD]).await, StatusCode::NO_CONTENT);
    assert_eq!(status(&[OLD, NEW]).await, StatusCode::NO_CONTENT);
    assert_eq!(status(&[NEW]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&[]).await, StatusCode::UNAUTHORIZED);
    secrets.send_replace(Arc::new(Secrets::parse(NEW).unwrap()));
    assert_eq!(status(&[OLD, NEW]).await, StatusCode::NO_CONTENT);
    assert_eq!(status(&[OLD]).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_article_that_was_put_is_used_by_the_id_of_the_story() {
    let (server, _secrets) = server(NEW).await;
    let article = json!({"headline": "Council votes on the new tram line", "body": "The tram line would cross the river. ".repeat(20)});
    call(server.http, Method::PUT, "/v1/articles/story-1", article.to_string()).await;
    let text = "My grandmother bakes a wonderful apple cake with cinnamon, raisins, walnuts and brown sugar, and every single \
        visitor who tastes it immediately asks her to write down the recipe for them before they leave again.";
    let judged: Value = ask(&server, "/coral/moderate", text, &[NEW]).await.json();
    assert_eq!(judged["status"], "SYSTEM_WITHHELD", "{judged}");
}

#[tokio::test]
async fn what_only_helps_to_judge_does_not_let_a_comment_pass() {
    let (server, _secrets) = server(NEW).await;
    let long = "x".repeat(3_000);
    for (place, value) in [
        ("/story/url", json!(format!("https://news.example/{long}"))),
        ("/story/url", Value::Null),
        ("/story/id", json!(long)),
        ("/author/id", json!(long)),
    ] {
        let mut asked = asked("You are a pathetic idiot.");
        *asked.pointer_mut(place).unwrap() = value;
        let answer = send(server.http, signed("/coral/moderate", &asked, &[NEW])).await;
        assert_eq!(answer.json()["status"], "REJECTED", "{place}");
    }
}

#[tokio::test]
async fn a_comment_too_long_to_judge_is_withheld() {
    let (server, _secrets) = server(NEW).await;
    let long = ask(&server, "/coral/moderate", &"too long ".repeat(3_000), &[NEW]).await;
    assert_eq!(long.json(), json!({"status": "SYSTEM_WITHHELD"}));
    // As long as Coral lets a request be, each character escaped by six.
    let longest = ask(&server, "/coral/moderate", &"\u{1}".repeat(500_000), &[NEW]).await;
    assert_eq!(longest.json(), json!({"status": "SYSTEM_WITHHELD"}));
}

#[tokio::test]
async fn what_has_no_text_is_left_to_coral() {
    let (server, _secrets) = server(NEW).await;
    for (path, body) in [("", ""), ("", " \n"), ("?format=HTML", r#"<div><img src="a.gif"></div>"#)] {
        let answer = ask(&server, &format!("/coral/moderate{path}"), body, &[NEW]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{body}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_keeps_no_place() {
    let (server, _secrets) = server(NEW).await;
    let mut slow = TcpStream::connect(server.http).await.unwrap();
    let head = format!(
        "POST /coral/moderate HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-coral-signature: sha256={}\r\ncontent-length: 100\r\n\r\n{{",
        "0".repeat(64)
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
}

#[tokio::test]
async fn what_is_malformed_is_told_after_its_signature() {
    let (server, _secrets) = server(NEW).await;
    let unsigned = call(server.http, Method::POST, "/coral/moderate", "{").await;
    assert_eq!(unsigned.error(), (401, "UNAUTHENTICATED".to_owned(), "WRONG_SIGNATURE".to_owned()));
    let mac = Hmac::<Sha256>::new_from_slice(NEW.as_bytes()).unwrap().chain_update("{");
    let signed = Request::post("/coral/moderate")
        .header("x-coral-signature", format!("sha256={}", hex(&mac.finalize().into_bytes())));
    let answer = send(server.http, signed.body(Full::from("{")).unwrap()).await;
    assert_eq!(answer.error(), (400, "INVALID_ARGUMENT".to_owned(), "INVALID_REQUEST".to_owned()));
    let unknown = ask(&server, "/coral/moderate?policy=none", "A fair point.", &[NEW]).await;
    assert_eq!(unknown.error().0, 404);
}
