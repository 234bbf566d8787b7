//! From a judgement to the wire.

use super::{OffsetUnit, attribute, decision, offsets::Offsets};
use crate::{
    moderation::{Draft, Length, Policy, Reason, ReasonCode},
    moderator::Judgement,
    pb,
    scores::{Attribute, AttributeScore, Explanation, Scores, Sentiment, Stance, StanceLabel},
    text::Span,
};

/// The verdict on a comment, with spans in `unit` of its `text`.
pub(crate) fn verdict(
    judgement: Judgement<'_>,
    text: &str,
    policy: &Policy,
    unit: OffsetUnit,
) -> pb::Verdict {
    let Judgement { decision_id, verdict, scores, models } = judgement;
    let model = models.first();
    let words =
        scores.iter().flat_map(|scores| &scores.attributes).filter_map(|score| score.explanation.as_ref());
    let words =
        words.flat_map(|explanation| &explanation.contributions).map(|contribution| contribution.span);
    let offsets = Offsets::measure(text, unit, spans(&verdict.reasons).chain(words));
    pb::Verdict {
        decision_id,
        decision: decision(verdict.decision).into(),
        reasons: reasons(verdict.reasons, &offsets),
        length: Some(length(verdict.length)),
        scores: scores.map(|found| self::scores(found, &offsets)),
        provenance: Some(pb::Provenance {
            service_version: crate::moderator::SERVICE_VERSION.to_owned(),
            model_name: model.map(|model| model.name().to_owned()).unwrap_or_default(),
            model_version: model.map(|model| model.version().to_owned()).unwrap_or_default(),
            model_sha256: model.map(|model| model.sha256().to_owned()).unwrap_or_default(),
            policy_name: policy.name().to_owned(),
            policy_sha256: policy.sha256().to_owned(),
            further_model_sha256s: models.iter().skip(1).map(|model| model.sha256().to_owned()).collect(),
        }),
    }
}

/// What a comment form shows, with spans in `unit` of the draft's `text`.
pub(crate) fn draft_response(draft: Draft, text: &str, unit: OffsetUnit) -> pb::CheckDraftResponse {
    let offsets = Offsets::measure(text, unit, spans(&draft.reasons));
    pb::CheckDraftResponse {
        length: Some(length(draft.length)),
        remaining: draft.remaining,
        ready: draft.ready,
        counter: draft.counter,
        reasons: reasons(draft.reasons, &offsets),
    }
}

fn spans(reasons: &[Reason]) -> impl Iterator<Item = Span> {
    reasons.iter().flat_map(|reason| reason.spans.iter().copied())
}

const fn length(length: Length) -> pb::Length {
    pb::Length { count: length.count, min: length.min, max: length.max }
}

fn reasons(reasons: Vec<Reason>, offsets: &Offsets) -> Vec<pb::Reason> {
    let one = |reason: Reason| pb::Reason {
        code: reason_code(reason.code).into(),
        action: decision(reason.action).into(),
        author_message: reason.author_message.to_string(),
        moderator_detail: reason.moderator_detail,
        attribute: reason.attribute.map_or(pb::Attribute::Unspecified, attribute).into(),
        score: reason.score,
        threshold: reason.threshold,
        spans: reason.spans.into_iter().map(|span| offsets.span(span)).collect(),
        author_can_fix: reason.author_can_fix,
    };
    reasons.into_iter().map(one).collect()
}

const fn reason_code(code: ReasonCode) -> pb::ReasonCode {
    match code {
        ReasonCode::Empty => pb::ReasonCode::Empty,
        ReasonCode::TooShort => pb::ReasonCode::TooShort,
        ReasonCode::TooLong => pb::ReasonCode::TooLong,
        ReasonCode::Padded => pb::ReasonCode::Padded,
        ReasonCode::LoginRequired => pb::ReasonCode::LoginRequired,
        ReasonCode::TooManyLinks => pb::ReasonCode::TooManyLinks,
        ReasonCode::BannedPhrase => pb::ReasonCode::BannedPhrase,
        ReasonCode::SuspectPhrase => pb::ReasonCode::SuspectPhrase,
        ReasonCode::Shouting => pb::ReasonCode::Shouting,
        ReasonCode::Repetition => pb::ReasonCode::Repetition,
        ReasonCode::DisguisedText => pb::ReasonCode::DisguisedText,
        ReasonCode::Uncivil => pb::ReasonCode::Uncivil,
        ReasonCode::Insult => pb::ReasonCode::Insult,
        ReasonCode::Profanity => pb::ReasonCode::Profanity,
        ReasonCode::Threat => pb::ReasonCode::Threat,
        ReasonCode::IdentityAttack => pb::ReasonCode::IdentityAttack,
        ReasonCode::SevereToxicity => pb::ReasonCode::SevereToxicity,
        ReasonCode::OffTopic => pb::ReasonCode::OffTopic,
        ReasonCode::UnsupportedLanguage => pb::ReasonCode::UnsupportedLanguage,
        ReasonCode::Undecided => pb::ReasonCode::Undecided,
    }
}

fn scores(scores: Scores, offsets: &Offsets) -> pb::Scores {
    let civil = scores.probability(Attribute::Toxicity).map(|toxicity| 1.0 - toxicity);
    let attributes = scores.attributes.into_iter().map(|score| attribute_score(score, offsets)).collect();
    pb::Scores {
        language: Some(pb::Language {
            code: scores.language.code,
            confidence: scores.language.confidence,
            supported: scores.language.supported,
        }),
        civility: Some(pb::Civility { civil, attributes }),
        stances: scores.stances.into_iter().map(stance).collect(),
        relevance: Some(pb::Relevance { on_topic: scores.on_topic, known: scores.on_topic.is_some() }),
        sentiment: Some(sentiment(scores.sentiment)),
    }
}

fn attribute_score(score: AttributeScore, offsets: &Offsets) -> pb::AttributeScore {
    let (rest, bias) = score.explanation.as_ref().map(|e| (e.rest, e.bias)).unzip();
    pb::AttributeScore {
        attribute: attribute(score.attribute).into(),
        probability: score.probability,
        known: score.probability.is_some(),
        contributions: score.explanation.map(|each| contributions(each, offsets)).unwrap_or_default(),
        rest_log_odds: rest,
        bias_log_odds: bias,
    }
}

fn contributions(explanation: Explanation, offsets: &Offsets) -> Vec<pb::Contribution> {
    let one = |each: crate::scores::Contribution| pb::Contribution {
        span: Some(offsets.span(each.span)),
        term: each.term,
        log_odds: each.log_odds,
    };
    explanation.contributions.into_iter().map(one).collect()
}

fn stance(stance: Stance) -> pb::Stance {
    let label = match stance.label {
        StanceLabel::Favor => pb::StanceLabel::Favor,
        StanceLabel::Against => pb::StanceLabel::Against,
        StanceLabel::Neutral => pb::StanceLabel::Neutral,
        StanceLabel::Unknown => pb::StanceLabel::Unknown,
    };
    let p = stance.probabilities;
    pb::Stance {
        target: stance.target,
        label: label.into(),
        favor: p.map(|p| p.favor),
        against: p.map(|p| p.against),
        neutral: p.map(|p| p.neutral),
    }
}

fn sentiment(sentiment: Option<Sentiment>) -> pb::Sentiment {
    pb::Sentiment {
        label: sentiment.map_or(pb::SentimentLabel::Unknown, sentiment_label).into(),
        positive: sentiment.map(|s| s.positive),
        neutral: sentiment.map(|s| s.neutral),
        negative: sentiment.map(|s| s.negative),
    }
}

/// The most probable label; neutral wins a tie.
fn sentiment_label(Sentiment { positive, neutral, negative }: Sentiment) -> pb::SentimentLabel {
    if positive > neutral && positive > negative {
        pb::SentimentLabel::Positive
    } else if negative > neutral && negative > positive {
        pb::SentimentLabel::Negative
    } else {
        pb::SentimentLabel::Neutral
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_codes_keep_name_and_order_on_the_wire() {
        let all = [
            ReasonCode::Empty,
            ReasonCode::TooShort,
            ReasonCode::TooLong,
            ReasonCode::Padded,
            ReasonCode::LoginRequired,
            ReasonCode::TooManyLinks,
            ReasonCode::BannedPhrase,
            ReasonCode::SuspectPhrase,
            ReasonCode::Shouting,
            ReasonCode::Repetition,
            ReasonCode::DisguisedText,
            ReasonCode::Uncivil,
            ReasonCode::Insult,
            ReasonCode::Profanity,
            ReasonCode::Threat,
            ReasonCode::IdentityAttack,
            ReasonCode::SevereToxicity,
            ReasonCode::OffTopic,
            ReasonCode::UnsupportedLanguage,
            ReasonCode::Undecided,
        ];
        for (i, code) in all.into_iter().enumerate() {
            let wire = reason_code(code);
            assert_eq!(wire as usize, i + 1);
            assert_eq!(
                wire.as_str_name().replace("REASON_CODE_", "").replace('_', ""),
                format!("{code:?}").to_uppercase()
            );
        }
    }

    #[test]
    fn what_is_unknown_carries_no_number() {
        let nothing = Scores {
            language: crate::scores::Language { code: "und".into(), confidence: 0.0, supported: false },
            attributes: vec![AttributeScore {
                attribute: Attribute::Toxicity,
                probability: None,
                explanation: None,
            }],
            stances: vec![Stance { target: "t".into(), label: StanceLabel::Unknown, probabilities: None }],
            on_topic: None,
            sentiment: None,
        };
        let wire = scores(nothing, &Offsets::measure("", OffsetUnit::CodePoints, std::iter::empty()));
        let civility = wire.civility.unwrap();
        assert_eq!(
            (civility.civil, civility.attributes[0].probability, civility.attributes[0].known),
            (None, None, false)
        );
        assert_eq!((wire.stances[0].favor, wire.stances[0].label), (None, pb::StanceLabel::Unknown as i32));
        assert_eq!(wire.relevance, Some(pb::Relevance { on_topic: None, known: false }));
        assert_eq!(wire.sentiment.unwrap().label, pb::SentimentLabel::Unknown as i32);
    }

    #[test]
    fn the_sentiment_label_is_the_most_probable() {
        let label = |positive, neutral, negative| sentiment_label(Sentiment { positive, neutral, negative });
        assert_eq!(label(0.5, 0.3, 0.2), pb::SentimentLabel::Positive);
        assert_eq!(label(0.1, 0.3, 0.6), pb::SentimentLabel::Negative);
        assert_eq!(label(0.4, 0.2, 0.4), pb::SentimentLabel::Neutral);
    }
}
