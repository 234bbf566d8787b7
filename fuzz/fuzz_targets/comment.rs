//! Any bytes decode to a request or are refused, and any request that decodes is answered: with a verdict or with a
//! status, the same twice, whose probabilities are probabilities and whose spans lie in the text.
#![no_main]

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use comity::{
    articles::{Articles, Bounds},
    classifier::Classifier,
    moderation::Policies,
    moderator::{Loaded, Moderator},
    pb::{self, moderation_service_server::ModerationService as _},
    service::{Moderation, Waits},
};
use libfuzzer_sys::fuzz_target;
use prost::Message as _;
use tokio::{runtime::Runtime, sync::watch};
use tokio_util::sync::CancellationToken;

static SERVICE: LazyLock<(Moderation, Runtime)> = LazyLock::new(|| {
    let moderator = Moderator::new(Classifier::embedded().unwrap(), Policies::parse("").unwrap());
    let (_sender, receiver) = watch::channel(Loaded::first(moderator));
    let long = Duration::from_secs(10);
    let waits = Waits { queue: long, stream: long };
    let articles = Articles::in_memory(Bounds { max_bytes: 1 << 22, ttl: long });
    let service = Moderation::new(receiver, CancellationToken::new(), waits, articles, Arc::default());
    (service, Runtime::new().unwrap())
});

fn answer(request: &pb::ModerateCommentRequest) -> Result<pb::ModerateCommentResponse, tonic::Code> {
    let (service, runtime) = &*SERVICE;
    let call = service.moderate_comment(tonic::Request::new(request.clone()));
    runtime.block_on(call).map(tonic::Response::into_inner).map_err(|status| status.code())
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(request) = pb::ModerateCommentRequest::decode(bytes) else { return };
    let first = answer(&request);
    assert_eq!(first, answer(&request));
    let Ok(response) = first else {
        assert!(matches!(first, Err(tonic::Code::InvalidArgument | tonic::Code::NotFound)));
        return;
    };
    let verdict = response.verdict.unwrap();
    let length = request.comment.unwrap().text.len();
    assert!(verdict.reasons.iter().flat_map(|r| &r.spans).all(|s| s.begin <= s.end && s.end as usize <= length));
    let scores = verdict.scores.clone().unwrap_or_default();
    assert!(scores.relevance.and_then(|r| r.on_topic).is_none_or(|p| (0.0..=1.0).contains(&p)));
    assert!(scores.stances.iter().all(|s| s.favor.is_none_or(|p| (0.0..=1.0).contains(&p))));
    let civility = verdict.scores.and_then(|s| s.civility).unwrap_or_default();
    assert!(civility.attributes.iter().all(|a| a.probability.is_none_or(|p| (0.0..=1.0).contains(&p))));
});
