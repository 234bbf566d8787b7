//! Any payload is a model or is refused, past the checksum that guards it outside; a model that was taken can score.
#![no_main]

use comity::{
    classifier::{Model, artifact::Artifact},
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
});
