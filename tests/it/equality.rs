//! Single calls, a batch, a stream and the JSON Lines command give the same bytes.

use std::io::Write as _;

use comity::pb::{self, stream_moderate_comments_response::Result as StreamOutcome};
use prost::Message as _;

use crate::{
    binary::comity,
    server::{POLICIES, TestServer, named},
};

/// Comments of many kinds, with every option.
fn requests() -> Vec<pb::ModerateCommentRequest> {
    let texts = [
        "The embassy should reopen; talking costs less than silence does.",
        "YOU ARE ALL WRONG AND YOU KNOW IT, EVERY SINGLE ONE OF YOU",
        "you are an idiot and so is your minister",
        "정부는 협상 결과를 국민에게 투명하게 공개해야 합니다.",
        "😀👍🏽 see https://example.org and https://example.com and https://example.net",
        "",
        "p u r p l e monkey, purple monkey",
    ];
    let article = pb::Article {
        headline: "Ministers meet to renew the treaty".to_owned(),
        summary: "Talks on the fishing treaty enter a second day.".to_owned(),
        body: "The ministers of both countries met again. ".repeat(20),
        targets: vec!["the treaty".to_owned()],
        ..Default::default()
    };
    let mut requests = Vec::new();
    for (i, text) in texts.into_iter().enumerate() {
        for (j, policy) in ["", "herald", "courier"].into_iter().enumerate() {
            let mut request = named(&format!("{i}-{j}"), text);
            policy.clone_into(&mut request.policy);
            request.article = (j != 1).then(|| article.clone());
            request.explain = i32::try_from(j).unwrap();
            request.offset_unit = i32::try_from(i % 4).unwrap();
            if let Some(comment) = request.comment.as_mut() {
                ["", "en", "ko"][i % 3].clone_into(&mut comment.language);
            }
            requests.push(request);
        }
    }
    requests
}

#[tokio::test]
async fn all_four_ways_give_the_same_bytes() {
    use pb::batch_moderate_comments_result::Result as BatchOutcome;
    let mut client = TestServer::start().await.client();
    let mut singles = Vec::new();
    for request in requests() {
        singles.push(client.moderate_comment(request).await.unwrap().into_inner());
    }

    let batch = pb::BatchModerateCommentsRequest { requests: requests() };
    let batch = client.batch_moderate_comments(batch).await.unwrap().into_inner().results;
    assert_eq!(batch.len(), singles.len());
    for (single, item) in singles.iter().zip(batch) {
        let Some(BatchOutcome::Response(response)) = item.result else { panic!("{item:?}") };
        assert_eq!(response.encode_to_vec(), single.encode_to_vec());
    }

    let items: Vec<_> = requests()
        .into_iter()
        .map(|request| pb::StreamModerateCommentsRequest { request: Some(request) })
        .collect();
    let mut stream = client.stream_moderate_comments(tokio_stream::iter(items)).await.unwrap().into_inner();
    for single in &singles {
        let answer = stream.message().await.unwrap().unwrap();
        let Some(StreamOutcome::Verdict(verdict)) = answer.result else { panic!("{answer:?}") };
        assert_eq!(answer.request_id, single.request_id);
        assert_eq!(verdict.encode_to_vec(), single.verdict.as_ref().unwrap().encode_to_vec());
    }
    assert!(stream.message().await.unwrap().is_none());

    let mut policy = tempfile::NamedTempFile::new().unwrap();
    policy.write_all(POLICIES.as_bytes()).unwrap();
    let lines: String =
        requests().iter().map(|request| serde_json::to_string(request).unwrap() + "\n").collect();
    let output = comity(&["moderate", "--policy", policy.path().to_str().unwrap()], lines.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let expected: String =
        singles.iter().map(|single| serde_json::to_string(single).unwrap() + "\n").collect();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}
