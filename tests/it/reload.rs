//! Policies and models that change while calls are answered, and faults that must not end the service.

use std::{fs, sync::Arc};

use comity::{
    classifier::Classifier,
    moderation::Policies,
    moderator::Moderator,
    pb::{self, moderation_service_client::ModerationServiceClient},
};
use serde_json::Value;

use crate::{
    binary::{serving, signal},
    server::{Client, TestServer, request},
};

/// A moderator whose default minimum is `min`.
fn with_minimum(min: u32) -> Arc<Moderator> {
    let policies = Policies::parse(&format!("[defaults.length]\nmin = {min}\n")).unwrap();
    Arc::new(Moderator::new(Classifier::embedded().unwrap(), policies))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_fails_while_policies_are_replaced_a_hundred_times() {
    let server = TestServer::start().await;
    let versions = [with_minimum(1), with_minimum(9)];
    let hashes: Vec<String> =
        versions.iter().map(|version| version.policies().named("").unwrap().sha256().to_owned()).collect();
    server.loaded.send_modify(|loaded| loaded.moderator = Some(versions[0].clone()));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (mut client, hashes, stopped) = (server.client(), hashes.clone(), stopped.clone());
            tokio::spawn(async move {
                let mut seen = [0; 2];
                while !*stopped.borrow() {
                    let answer = client.moderate_comment(request("A fair point, well made.")).await.unwrap();
                    let hash = answer.into_inner().verdict.unwrap().provenance.unwrap().policy_sha256;
                    seen[hashes.iter().position(|known| *known == hash).unwrap()] += 1;
                }
                seen
            })
        })
        .collect();
    let mut client = server.client();
    for n in 0..100 {
        server.loaded.send_modify(|loaded| loaded.moderator = Some(versions[n % 2].clone()));
        client.moderate_comment(request("A fair point, well made.")).await.unwrap();
    }
    stop.send(true).unwrap();
    for caller in callers {
        let seen = caller.await.unwrap();
        assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    }
}

async fn policy(client: &mut Client) -> pb::GetPolicyResponse {
    client.get_policy(pb::GetPolicyRequest::default()).await.unwrap().into_inner()
}

fn minimum(answer: &pb::GetPolicyResponse) -> u32 {
    answer.policy.as_ref().unwrap().length.as_ref().unwrap().min
}

#[tokio::test]
async fn a_changed_policy_file_is_read_and_a_wrong_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, "[defaults.length]\nmin = 10\n").unwrap();
    let (mut child, address, mut log) = serving(&["--policy", path.to_str().unwrap()]);
    let mut client = ModerationServiceClient::connect(format!("http://{address}")).await.unwrap();
    assert_eq!(minimum(&policy(&mut client).await), 10);

    fs::write(&path, "[defaults.length]\nmin = 20\n").unwrap();
    assert_eq!(log.find(|line| line["message"] == "reloaded").unwrap()["what"], "moderator");
    let answer = policy(&mut client).await;
    assert_eq!((minimum(&answer), answer.reloads, answer.failed_reload.as_str()), (20, 1, ""));

    fs::write(&path, "[defaults.length]\nmin = -1\n").unwrap();
    let failed = log.find(|line| line["level"] == "ERROR").unwrap();
    assert!(failed["reason"].as_str().unwrap().contains("defaults.length.min"), "{failed}");
    let answer = policy(&mut client).await;
    assert_eq!((minimum(&answer), answer.reloads), (20, 1));
    assert!(answer.failed_reload.contains("policy.toml"), "{}", answer.failed_reload);

    // Asked for, it is read again even unchanged.
    signal(&child, "HUP");
    assert_eq!(log.find(|line| line["level"] == "ERROR").unwrap()["reason"], failed["reason"]);
    fs::write(&path, "[defaults.length]\nmin = 30\n").unwrap();
    log.find(|line| line["message"] == "reloaded").unwrap();
    let answer = policy(&mut client).await;
    assert_eq!((minimum(&answer), answer.failed_reload.as_str()), (30, ""));
    signal(&child, "TERM");
    let _: Vec<Value> = log.collect();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(feature = "fault-injection")]
#[tokio::test]
async fn a_panic_answers_its_call_and_is_counted_and_the_service_goes_on() {
    let server = TestServer::start().await;
    let mut client = server.client();
    let mut faulty = request("A fair point.");
    faulty.request_id = "fault:panic".to_owned();
    let refused = client.moderate_comment(faulty.clone()).await.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (tonic::Code::Internal, "internal error"));
    let batch = pb::BatchModerateCommentsRequest { requests: vec![faulty, request("A fair point.")] };
    let results = client.batch_moderate_comments(batch).await.unwrap().into_inner().results;
    assert!(matches!(
        results.iter().map(|item| item.result.as_ref().unwrap()).collect::<Vec<_>>()[..],
        [
            pb::batch_moderate_comments_result::Result::Error(_),
            pb::batch_moderate_comments_result::Result::Response(_)
        ]
    ));
    assert_eq!(server.metrics.panics.get(), 2);
    client.moderate_comment(request("A fair point.")).await.unwrap();
}
