//! What malformed calls are told.

use comity::pb;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::server::{TestServer, request};

async fn refusal(request: pb::ModerateCommentRequest) -> Status {
    TestServer::start().await.client().moderate_comment(request).await.unwrap_err()
}

fn info(status: &Status) -> (String, String) {
    let info = status.get_details_error_info().unwrap();
    (info.reason, info.domain)
}

#[tokio::test]
async fn every_violated_field_is_named_at_once() {
    let comment =
        pb::Comment { text: "x".repeat(20_481), language: "not a language".to_owned(), ..Default::default() };
    let article = pb::Article {
        body: "x".repeat(1024 * 1024 + 1),
        targets: vec!["a subject".to_owned(); 9],
        ..Default::default()
    };
    let status = refusal(pb::ModerateCommentRequest {
        comment: Some(comment),
        article: Some(article),
        thread: vec![String::new(); 21],
        request_id: "r".repeat(257),
        explain: 17,
        offset_unit: 4,
        attributes: vec![99],
        ..Default::default()
    })
    .await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(info(&status), ("INVALID_REQUEST".to_owned(), "comity".to_owned()));
    let violations = status.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
    for field in
        ["comment.text", "comment.language", "article.body", "article.targets", "thread", "request_id"]
    {
        assert!(fields.iter().any(|named| named.starts_with(field)), "{field} is not among {fields:?}");
    }
    assert_eq!(fields[fields.len() - 3..], ["explain", "offset_unit", "attributes[0]"]);
    assert!(
        violations.iter().all(|violation| !violation.description.is_empty() && !violation.reason.is_empty())
    );
}

#[tokio::test]
async fn a_call_without_a_comment_is_malformed() {
    let status = refusal(pb::ModerateCommentRequest::default()).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, "comment");
    let mut client = TestServer::start().await.client();
    let draft = client.check_draft(pb::CheckDraftRequest::default()).await.unwrap_err();
    assert_eq!(draft.get_details_bad_request().unwrap().field_violations[0].field, "comment");
}

#[tokio::test]
async fn an_unknown_policy_is_not_found() {
    let status =
        refusal(pb::ModerateCommentRequest { policy: "gazette".to_owned(), ..request("Hello there.") }).await;
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(info(&status), ("POLICY_NOT_FOUND".to_owned(), "comity".to_owned()));
    assert_eq!(status.get_details_resource_info().unwrap().resource_name, "gazette");
    let mut client = TestServer::start().await.client();
    let get = client.get_policy(pb::GetPolicyRequest { name: "gazette".to_owned() }).await.unwrap_err();
    assert_eq!((get.code(), info(&get)), (Code::NotFound, info(&status)));
}

#[tokio::test]
async fn no_error_repeats_what_was_sent() {
    let comment = pb::Comment {
        text: "zebra ".repeat(4_000),
        language: "zebra zebra".to_owned(),
        ..Default::default()
    };
    let status = refusal(pb::ModerateCommentRequest { comment: Some(comment), ..Default::default() }).await;
    assert!(!format!("{status:?}").contains("zebra"));
    assert!(!String::from_utf8_lossy(status.details()).contains("zebra"));
}

#[tokio::test]
async fn a_call_at_every_limit_is_taken_and_a_message_over_the_limit_refused() {
    let mut client = TestServer::start().await.client();
    let text = "word ".repeat(4_096);
    let article = pb::Article {
        headline: "h".repeat(4_096),
        summary: text.clone(),
        body: "b ".repeat(512 * 1024),
        targets: vec!["t".repeat(1_024); 8],
        ..Default::default()
    };
    let mut full = request(&text);
    full.article = Some(article);
    full.thread = vec![text.clone(); 20];
    client.moderate_comment(full).await.unwrap();

    let batch = pb::BatchModerateCommentsRequest { requests: vec![request(&"x".repeat(20_480)); 256] };
    let results = client.batch_moderate_comments(batch).await.unwrap().into_inner().results;
    assert_eq!(results.len(), 256);

    let over = client.moderate_comment(request(&"x".repeat(7 * 1024 * 1024))).await.unwrap_err();
    assert!(matches!(over.code(), Code::OutOfRange | Code::ResourceExhausted), "{over:?}");
}

#[tokio::test]
async fn lists_without_end_are_refused_without_a_violation_for_each_item() {
    let mut client = TestServer::start().await.client();
    for (count, named) in [(30_000, "attributes[64]"), (1_000_000, "attributes")] {
        let endless = pb::ModerateCommentRequest { attributes: vec![0; count], ..request("Hello there.") };
        let status = client.moderate_comment(endless).await.unwrap_err();
        let fields = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!((fields.len(), fields[0].field.as_str()), (1, named));
    }

    let empty = vec![pb::ModerateCommentRequest::default(); 100_000];
    let batch = pb::BatchModerateCommentsRequest { requests: empty };
    let status = client.batch_moderate_comments(batch).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    client.moderate_comment(request("The server lives on and answers this call.")).await.unwrap();
}
