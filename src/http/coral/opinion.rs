//! From a verdict to what Coral does with a comment.

use serde::Serialize;

use crate::pb::{self, Decision, ReasonCode};

/// The answer, as Coral's guide and its tester write it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Opinion {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moderation_action: Option<ModerationAction>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Flag {
    action_type: &'static str,
    reason: &'static str,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ModerationAction {
    status: &'static str,
    rejection_reason: RejectionReason,
}

/// The statement of reasons that the Digital Services Act asks for (Regulation (EU) 2022/2065, article 17).
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RejectionReason {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_reason: Option<String>,
    detailed_explanation: String,
}

impl Opinion {
    /// A person should look at it.
    pub(super) const fn withheld() -> Self {
        Self { status: "SYSTEM_WITHHELD", actions: Vec::new(), moderation_action: None }
    }
}

/// The code that says nothing.
const OTHER: &str = "OTHER";

/// What Coral does; none for a comment on which there is no opinion, because other phases may have one.
pub(super) fn of(verdict: &pb::Verdict) -> Option<Opinion> {
    let decision = verdict.decision();
    let strictest = |reason: &&pb::Reason| reason.action() == decision;
    let actions = flags(&verdict.reasons);
    match decision {
        Decision::Hold => Some(Opinion { actions, ..Opinion::withheld() }),
        Decision::Reject => {
            let reasons: Vec<&pb::Reason> = verdict.reasons.iter().filter(strictest).collect();
            let explanation =
                reasons.iter().map(|reason| &*reason.author_message).collect::<Vec<_>>().join(" ");
            // A code that says something before one that does not.
            let mut codes = reasons.iter().map(|reason| rejection_code(reason.code()));
            let code = codes.find(|code| *code != OTHER).unwrap_or(OTHER);
            let rejection_reason = RejectionReason {
                code,
                // Coral asks for it where the code says nothing.
                custom_reason: (code == OTHER).then(|| explanation.clone()),
                detailed_explanation: explanation,
            };
            let action = ModerationAction { status: "REJECTED", rejection_reason };
            Some(Opinion { status: "REJECTED", actions, moderation_action: Some(action) })
        }
        Decision::Approve | Decision::Unspecified => None,
    }
}

/// Coral knows two flags.
fn flags(reasons: &[pb::Reason]) -> Vec<Flag> {
    let flag = |reason| Flag { action_type: "FLAG", reason };
    let any = |kind: fn(ReasonCode) -> bool| reasons.iter().any(|reason| kind(reason.code()));
    let toxic = any(is_toxic).then(|| flag("COMMENT_DETECTED_TOXIC"));
    let spam = any(is_spam).then(|| flag("COMMENT_DETECTED_SPAM"));
    toxic.into_iter().chain(spam).collect()
}

const fn is_toxic(code: ReasonCode) -> bool {
    matches!(
        code,
        ReasonCode::Uncivil
            | ReasonCode::Insult
            | ReasonCode::Profanity
            | ReasonCode::Threat
            | ReasonCode::IdentityAttack
            | ReasonCode::SevereToxicity
    )
}

const fn is_spam(code: ReasonCode) -> bool {
    matches!(code, ReasonCode::TooManyLinks | ReasonCode::Repetition | ReasonCode::Padded)
}

/// The code of Coral's that says most nearly the same.
const fn rejection_code(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::Uncivil | ReasonCode::Profanity => "OFFENSIVE",
        ReasonCode::Insult | ReasonCode::Threat | ReasonCode::IdentityAttack | ReasonCode::SevereToxicity => {
            "ABUSIVE"
        }
        ReasonCode::BannedPhrase | ReasonCode::SuspectPhrase => "BANNED_WORD",
        ReasonCode::TooManyLinks | ReasonCode::Repetition | ReasonCode::Padded => "SPAM",
        ReasonCode::Unspecified
        | ReasonCode::Empty
        | ReasonCode::TooShort
        | ReasonCode::TooLong
        | ReasonCode::LoginRequired
        | ReasonCode::Shouting
        | ReasonCode::DisguisedText
        | ReasonCode::OffTopic
        | ReasonCode::UnsupportedLanguage
        | ReasonCode::Undecided => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(decision: Decision, reasons: &[(ReasonCode, Decision)]) -> pb::Verdict {
        let reason = |(code, action): &(ReasonCode, Decision)| pb::Reason {
            code: (*code).into(),
            action: (*action).into(),
            author_message: format!("{code:?}."),
            ..Default::default()
        };
        pb::Verdict {
            decision: decision.into(),
            reasons: reasons.iter().map(reason).collect(),
            ..Default::default()
        }
    }

    fn answer(decision: Decision, reasons: &[(ReasonCode, Decision)]) -> serde_json::Value {
        serde_json::to_value(of(&verdict(decision, reasons)).unwrap()).unwrap()
    }

    #[test]
    fn an_approved_comment_gets_no_opinion() {
        assert_eq!(of(&verdict(Decision::Approve, &[])), None);
    }

    #[test]
    fn a_held_comment_is_withheld_with_the_flags_of_its_reasons() {
        let held = Decision::Hold;
        assert_eq!(
            answer(
                held,
                &[(ReasonCode::Uncivil, held), (ReasonCode::Insult, held), (ReasonCode::TooManyLinks, held)]
            ),
            serde_json::json!({"status": "SYSTEM_WITHHELD", "actions": [
                {"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"},
                {"actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM"},
            ]})
        );
        assert_eq!(
            answer(held, &[(ReasonCode::OffTopic, held)]),
            serde_json::json!({"status": "SYSTEM_WITHHELD"})
        );
    }

    #[test]
    fn a_rejected_comment_is_told_why_by_the_reasons_that_rejected_it() {
        let reasons = [(ReasonCode::Threat, Decision::Reject), (ReasonCode::Uncivil, Decision::Hold)];
        assert_eq!(
            answer(Decision::Reject, &reasons),
            serde_json::json!({
                "status": "REJECTED",
                "actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}],
                "moderationAction": {"status": "REJECTED", "rejectionReason": {
                    "code": "ABUSIVE", "detailedExplanation": "Threat.",
                }},
            })
        );
        let both = [(ReasonCode::TooShort, Decision::Reject), (ReasonCode::BannedPhrase, Decision::Reject)];
        assert_eq!(
            answer(Decision::Reject, &both)["moderationAction"]["rejectionReason"]["code"],
            "BANNED_WORD"
        );
        let short = answer(Decision::Reject, &[(ReasonCode::TooShort, Decision::Reject)]);
        assert_eq!(
            short["moderationAction"]["rejectionReason"],
            serde_json::json!({
                "code": "OTHER", "customReason": "TooShort.", "detailedExplanation": "TooShort.",
            })
        );
    }
}
