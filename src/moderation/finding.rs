//! What a rule found in one comment, before it is put into words for its author.
//!
//! A finding holds measures and places, never text: details are logged and shown to moderators beside the comment.

use super::{Decision, ReasonCode};
use crate::{scores::Attribute, text::Span};

/// One rule that a comment met.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    /// Which rule.
    pub(super) code: ReasonCode,
    /// What it asks for; never [`Decision::Approve`].
    pub(super) action: Decision,
    /// The measured value and the limit.
    pub(super) detail: String,
    /// Where, in bytes of the original, in order and without overlap.
    pub(super) spans: Vec<Span>,
    /// The score on which it rests.
    pub(super) score: Option<Reached>,
}

/// A score that reached its threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reached {
    pub(super) attribute: Attribute,
    pub(super) score: f32,
    pub(super) threshold: f32,
}

impl Finding {
    pub(super) const fn new(code: ReasonCode, action: Decision, detail: String) -> Self {
        Self { code, action, detail, spans: Vec::new(), score: None }
    }

    /// Points at places, in any order; overlapping ones are joined.
    pub(super) fn at(self, spans: Vec<Span>) -> Self {
        Self { spans: joined(spans), ..self }
    }
}

/// Places in order, overlapping ones as one.
pub(super) fn joined(mut places: Vec<Span>) -> Vec<Span> {
    places.sort_unstable();
    let mut spans: Vec<Span> = Vec::with_capacity(places.len());
    for span in places {
        match spans.last_mut() {
            Some(last) if span.begin < last.end => last.end = last.end.max(span.end),
            _ => spans.push(span),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_put_in_order_and_overlaps_are_joined() {
        let span = |begin, end| Span { begin, end };
        let finding = Finding::new(ReasonCode::Insult, Decision::Hold, String::new()).at(vec![
            span(9, 12),
            span(0, 4),
            span(2, 6),
            span(6, 8),
        ]);
        assert_eq!(finding.spans, [span(0, 6), span(6, 8), span(9, 12)]);
    }
}
