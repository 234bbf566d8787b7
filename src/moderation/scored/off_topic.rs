//! # What it checks
//! OFF_TOPIC: P(on topic) against the policy's `hold_below`.
//!
//! # Why
//! "Keep comments on topic" is the second house rule of most sites.
//!
//! # Limits
//! Only holds, never rejects: a comment may be about the story in words of its own. What could not be told is not
//! off topic.
//!
//! # Source
//! The house rules of news sites ("respectful and on-topic").

use crate::{
    moderation::{Decision, ReasonCode, finding::Finding},
    scores::Scores,
};

pub(super) fn finding(scores: &Scores, hold_below: Option<f32>) -> Option<Finding> {
    let (on_topic, hold_below) = (scores.on_topic?, hold_below?);
    (on_topic < hold_below).then(|| {
        let detail = format!("on topic {on_topic:.3}, held below {hold_below:.3}");
        Finding::new(ReasonCode::OffTopic, Decision::Hold, detail)
    })
}
