//! One test for each rpc.

use comity::pb::{self, Decision};
use futures_util::StreamExt as _;

use crate::server::{Client, TestServer, codes, named, request};

const CIVIL: &str =
    "The ministers should publish the minutes of the meeting, so that we can judge for ourselves.";

#[tokio::test]
async fn a_comment_gets_a_verdict_with_scores_and_provenance() {
    let mut client = TestServer::start().await.client();
    let answer = client.moderate_comment(named("r-1", CIVIL)).await.unwrap().into_inner();
    assert_eq!(answer.request_id, "r-1");
    let verdict = answer.verdict.unwrap();
    assert_eq!(verdict.decision(), Decision::Approve, "{verdict:?}");
    assert!(!verdict.decision_id.is_empty());
    let scores = verdict.scores.unwrap();
    let civility = scores.civility.unwrap();
    assert_eq!(civility.attributes.len(), 13);
    assert!(civility.attributes.iter().all(|score| score.known == score.probability.is_some()));
    assert!(
        civility.attributes.iter().filter_map(|score| score.probability).all(|p| (0.0..=1.0).contains(&p))
    );
    let provenance = verdict.provenance.unwrap();
    assert_eq!(
        (provenance.policy_name.as_str(), provenance.service_version.as_str()),
        ("default", env!("CARGO_PKG_VERSION"))
    );
    assert!(!provenance.policy_sha256.is_empty() && !provenance.model_sha256.is_empty());
}

#[tokio::test]
async fn a_broken_rule_is_a_verdict_and_not_an_error() {
    let mut client = TestServer::start().await.client();
    let mut short = request("Too short for this site.");
    short.policy = "herald".to_owned();
    let verdict = client.moderate_comment(short).await.unwrap().into_inner().verdict.unwrap();
    assert_eq!(verdict.decision(), Decision::Reject);
    assert!(codes(&verdict.reasons).contains(&"TOO_SHORT"));
    assert_eq!(verdict.length, Some(pb::Length { count: 24, min: 50, max: 0 }));
    let blank = client.moderate_comment(request(" \n")).await.unwrap().into_inner().verdict.unwrap();
    assert_eq!((blank.decision(), codes(&blank.reasons)[0]), (Decision::Reject, "EMPTY"));
}

#[tokio::test]
async fn scores_are_left_out_on_request_and_the_decision_stays() {
    let mut client = TestServer::start().await.client();
    let with = client.moderate_comment(request(CIVIL)).await.unwrap().into_inner().verdict.unwrap();
    let asked = pb::ModerateCommentRequest { omit_scores: true, ..request(CIVIL) };
    let without = client.moderate_comment(asked).await.unwrap().into_inner().verdict.unwrap();
    assert!(with.scores.is_some() && without.scores.is_none());
    assert_eq!((with.decision, with.reasons), (without.decision, without.reasons));
}

#[tokio::test]
async fn only_the_attributes_asked_for_are_scored() {
    let mut client = TestServer::start().await.client();
    let attributes = vec![pb::Attribute::Constructive as i32, pb::Attribute::Insult as i32];
    let asked = pb::ModerateCommentRequest { attributes, ..request(CIVIL) };
    let verdict = client.moderate_comment(asked).await.unwrap().into_inner().verdict.unwrap();
    let scored = verdict.scores.unwrap().civility.unwrap().attributes;
    let scored: Vec<pb::Attribute> = scored.iter().map(pb::AttributeScore::attribute).collect();
    assert_eq!(scored, [pb::Attribute::Insult, pb::Attribute::Constructive]);
}

#[tokio::test]
async fn a_bad_item_of_a_batch_answers_in_its_place() {
    use pb::batch_moderate_comments_result::Result as Outcome;
    let mut client = TestServer::start().await.client();
    let bad = pb::ModerateCommentRequest { request_id: "b".to_owned(), ..Default::default() };
    let requests = vec![named("a", CIVIL), bad, named("c", CIVIL)];
    let results =
        client.batch_moderate_comments(pb::BatchModerateCommentsRequest { requests }).await.unwrap();
    let results: Vec<Outcome> =
        results.into_inner().results.into_iter().map(|each| each.result.unwrap()).collect();
    let [Outcome::Response(a), Outcome::Error(b), Outcome::Response(c)] = &results[..] else {
        panic!("{results:?}");
    };
    assert_eq!((a.request_id.as_str(), c.request_id.as_str()), ("a", "c"));
    assert_eq!(b.code, tonic::Code::InvalidArgument as i32);
    assert_eq!(b.details.len(), 2);
}

#[tokio::test]
async fn a_batch_of_256_is_taken_and_one_of_257_refused() {
    let mut client = TestServer::start().await.client();
    let batch = |n| pb::BatchModerateCommentsRequest { requests: vec![request("A fair point."); n] };
    assert_eq!(client.batch_moderate_comments(batch(256)).await.unwrap().into_inner().results.len(), 256);
    let refused = client.batch_moderate_comments(batch(257)).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
    assert!(refused.message().contains("257") && refused.message().contains("256"));
}

#[tokio::test]
async fn a_bad_item_of_a_stream_is_answered_and_the_stream_lives_on() {
    use pb::stream_moderate_comments_response::Result as Outcome;
    let mut client = TestServer::start().await.client();
    let bad = pb::ModerateCommentRequest { request_id: "b".to_owned(), ..Default::default() };
    let items = [Some(named("a", CIVIL)), Some(bad), None, Some(named("d", CIVIL))];
    let items = items.map(|request| pb::StreamModerateCommentsRequest { request });
    let mut answers = client.stream_moderate_comments(tokio_stream::iter(items)).await.unwrap().into_inner();
    let mut seen = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        let code = match answer.result.unwrap() {
            Outcome::Verdict(_) => 0,
            Outcome::Error(status) => status.code,
        };
        seen.push((answer.request_id, code));
    }
    let expected = [("a", 0), ("b", 3), ("", 3), ("d", 0)];
    assert_eq!(seen, expected.map(|(id, code)| (id.to_owned(), code)));
}

#[tokio::test]
async fn a_stream_answers_each_item_before_the_next_is_sent() {
    let mut client = TestServer::start().await.client();
    let (send, items) = tokio::sync::mpsc::channel(1);
    let items = tokio_stream::wrappers::ReceiverStream::new(items);
    let mut answers = client.stream_moderate_comments(items).await.unwrap().into_inner();
    for id in ["1", "2", "3"] {
        send.send(pb::StreamModerateCommentsRequest { request: Some(named(id, CIVIL)) }).await.unwrap();
        assert_eq!(answers.message().await.unwrap().unwrap().request_id, id);
    }
    drop(send);
    assert!(answers.message().await.unwrap().is_none());
}

#[tokio::test]
async fn streams_that_run_ahead_of_their_answers_share_a_connection() {
    let client = TestServer::start().await.client();
    let (streams, items) = (8, 800);
    let stream = |mut client: Client| async move {
        // Each item leaves as a frame of its own.
        let sent = tokio_stream::iter(0..items).then(|_| async {
            tokio::task::yield_now().await;
            pb::StreamModerateCommentsRequest { request: Some(request("Fair.")) }
        });
        let mut answers = client.stream_moderate_comments(sent).await.unwrap().into_inner();
        let mut seen = 0;
        while answers.message().await.unwrap().is_some() {
            seen += 1;
        }
        seen
    };
    let seen = futures_util::future::join_all((0..streams).map(|_| stream(client.clone()))).await;
    assert_eq!(seen, vec![items; streams]);
}

#[tokio::test]
async fn a_draft_is_counted_as_its_policy_counts() {
    let mut client = TestServer::start().await.client();
    let mut check = async |policy: &str, text: &str, authenticated| {
        let author = Some(pb::Author { authenticated, ..Default::default() });
        let comment = pb::Comment { text: text.to_owned(), author, ..Default::default() };
        let request =
            pb::CheckDraftRequest { comment: Some(comment), policy: policy.to_owned(), offset_unit: 0 };
        client.check_draft(request).await.unwrap().into_inner()
    };
    let begun = check("herald", "Well said, ", false).await;
    assert_eq!((begun.counter.as_str(), begun.remaining, begun.ready), ("10/50", 40, false));
    let empty = check("herald", "", false).await;
    assert_eq!((empty.counter.as_str(), empty.remaining, empty.ready), ("0/50", 50, false));
    let done = check("herald", CIVIL, false).await;
    assert!(done.ready && done.reasons.is_empty(), "{done:?}");
    let logged_out = check("courier", "Well said.", false).await;
    assert_eq!((logged_out.ready, codes(&logged_out.reasons)), (false, vec!["LOGIN_REQUIRED"]));
    let logged_in = check("courier", "Well said.", true).await;
    assert_eq!((logged_in.counter.as_str(), logged_in.remaining, logged_in.ready), ("10/250", 240, true));
    let long = check("courier", &"word ".repeat(60), true).await;
    assert_eq!((long.remaining, long.ready), (-49, false));
}

#[tokio::test]
async fn the_loaded_models_and_policies_can_be_seen() {
    let mut client = TestServer::start().await.client();
    let models = client.get_model(pb::GetModelRequest {}).await.unwrap().into_inner();
    assert!(models.models.iter().all(|model| !model.sha256.is_empty() && model.training.is_some()));
    assert!(models.models.iter().any(|model| model.language == "en"));

    let request = pb::ListPoliciesRequest { page_size: 2, page_token: String::new() };
    let first = client.list_policies(request).await.unwrap().into_inner();
    let request = pb::ListPoliciesRequest { page_size: 2, page_token: first.next_page_token };
    let second = client.list_policies(request).await.unwrap().into_inner();
    assert!(second.next_page_token.is_empty());
    let listed = [first.policies, second.policies].concat();
    assert_eq!(
        listed.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>(),
        ["default", "courier", "herald"]
    );

    let request = pb::GetPolicyRequest { name: "courier".to_owned() };
    let courier = client.get_policy(request).await.unwrap().into_inner().policy.unwrap();
    assert!(courier.login_required);
    assert_eq!(courier.length.unwrap().max, 250);
    assert_eq!(courier.sha256, listed[1].sha256);
}

#[tokio::test]
async fn stance_is_answered_for_every_target_and_its_probabilities_add_up_to_one() {
    let mut client = TestServer::start().await.client();
    let mut asked = request(
        "I support the new tram line, the city needs it and the buses are full every single morning.",
    );
    let targets = vec!["the new tram line".to_owned(), "nuclear power".to_owned()];
    asked.article = Some(pb::Article { targets: targets.clone(), ..Default::default() });
    let stances =
        client.moderate_comment(asked).await.unwrap().into_inner().verdict.unwrap().scores.unwrap().stances;
    assert_eq!(stances.iter().map(|s| s.target.clone()).collect::<Vec<_>>(), targets);
    let sum = stances[0].favor.unwrap() + stances[0].against.unwrap() + stances[0].neutral.unwrap();
    assert!((sum - 1.0).abs() < 1e-5, "{sum}");
    // A comment that does not speak of a target has no stance towards it.
    assert_eq!((stances[1].label(), stances[1].favor), (pb::StanceLabel::Unknown, None));
}
