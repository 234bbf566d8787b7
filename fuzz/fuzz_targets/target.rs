//! Any payload is a head of a target or is refused, past the checksum that guards it outside; a head that was taken can
//! score on top of the embedded model.
#![no_main]

use std::sync::LazyLock;

use comity::{
    classifier::{
        Classifier, Question,
        target::{LoadedTarget, TargetHead},
    },
    text::Text,
};
use libfuzzer_sys::fuzz_target;

static CLASSIFIER: LazyLock<Classifier> = LazyLock::new(|| Classifier::embedded().unwrap());

fuzz_target!(|payload: &[u8]| {
    assert!(LoadedTarget::from_bytes(payload).is_err());
    let Ok(loaded) = TargetHead::decode(payload).and_then(|head| LoadedTarget::check(head, String::new())) else {
        return;
    };
    let text = Text::read("The council's plan is nonsense, and the harbour will pay for it. I am against it!");
    let targets = [loaded.head().target.clone()];
    let question = Question { targets: &targets, headline: "Council approves the plan", ..Question::about(&text) };
    let heads = CLASSIFIER.model("en").and_then(|model| model.article()).unwrap();
    let (_, stances, _) = heads.scores(&question, &[loaded]);
    assert_eq!(stances.len(), 1);
    let sums = stances.iter().filter_map(|s| s.probabilities).map(|p| p.favor + p.against + p.neutral);
    sums.for_each(|sum| assert!((sum - 1.0).abs() < 1e-3));
});
