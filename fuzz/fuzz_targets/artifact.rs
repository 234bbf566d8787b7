//! Any payload is a model or is refused, past the checksum that guards it outside; a model that was taken can score.
#![no_main]

use comity::{
    classifier::{Model, Question, artifact::Artifact},
    scores::Attribute,
    text::Text,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    assert!(Artifact::from_bytes(payload).is_err());
    let Ok(model) = Artifact::decode(payload).and_then(|artifact| Model::check(artifact, String::new())) else { return };
    let text = Text::read("You are a fool, and the council's plan is 바보 nonsense!");
    for score in model.civility().scores(&text, &Attribute::ALL, true) {
        assert!(score.probability.is_none_or(|p| (0.0..=1.0).contains(&p)));
    }
    let Some(heads) = model.article() else { return };
    let (on_topic, stances, sentiment) = heads.scores(&Question {
        text: &text,
        language: None,
        attributes: &[],
        explain: false,
        headline: "Council approves the plan",
        summary: "",
        body: "The council approved the plan for the harbour after a long debate.",
        targets: &["the plan".to_owned()],
        parent: "A good plan.",
        thread: &["Why this plan?".to_owned()],
    }, &[]);
    assert!(on_topic.is_none_or(|p| (0.0..=1.0).contains(&p)));
    assert!(stances.iter().filter_map(|s| s.probabilities).all(|p| (p.favor + p.against + p.neutral - 1.0).abs() < 1e-3));
    assert!(sentiment.is_none_or(|s| (s.positive + s.neutral + s.negative - 1.0).abs() < 1e-3));
});
