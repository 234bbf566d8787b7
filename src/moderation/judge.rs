//! Puts the findings of all rules together: the strictest action wins, and every reason is given.
//!
//! Pure and infallible: the same comment, scores and policy give the same verdict, whatever they are.

use std::cmp::Reverse;

use super::{
    Comment, Decision, Draft, Length, Policy, Reason, ReasonCode, Verdict,
    finding::{Finding, joined},
    form::{self, Measured},
    messages::author_message,
    scored,
};
use crate::{scores::Scores, text::Text};

/// Judges a comment. `text` must have been read from the comment's text, `scores` found in it.
///
/// A comment in which nothing can be seen is not judged by its scores.
pub fn judge(comment: &Comment, text: &Text<'_>, scores: &Scores, policy: &Policy) -> Verdict {
    let measured = Measured::of(text.original(), &policy.rules().length);
    let mut findings = form::findings(comment, text, &measured, policy);
    if !measured.empty {
        findings.extend(scored::findings(comment, scores, policy));
    }
    let language = comment.language.as_deref().unwrap_or(&scores.language.code);
    let reasons = reasons(findings, language, measured.length);
    Verdict { decision: decision(&reasons), reasons, length: measured.length }
}

/// Points the reasons of a verdict that rest on a score at the words that moved it most, once scores were taken apart.
pub fn point(verdict: &mut Verdict, scores: &Scores) {
    for reason in &mut verdict.reasons {
        let Some(attribute) = reason.attribute else { continue };
        if let Some(entry) = scores.attributes.iter().find(|s| s.attribute == attribute) {
            reason.spans = joined(scored::strongest(entry));
        }
    }
}

/// Checks a draft against the form rules alone, for the counter that a reader sees while typing.
pub fn check_draft(comment: &Comment, text: &Text<'_>, policy: &Policy) -> Draft {
    let measured = Measured::of(text.original(), &policy.rules().length);
    let findings = form::findings(comment, text, &measured, policy);
    let language = comment.language.as_deref().unwrap_or_else(|| text.language().code);
    let reasons = reasons(findings, language, measured.length);
    let (remaining, counter) = counter(measured.length);
    Draft { length: measured.length, remaining, ready: reasons.is_empty(), counter, reasons }
}

/// The strictest action of all reasons.
fn decision(reasons: &[Reason]) -> Decision {
    reasons.iter().map(|reason| reason.action).max().unwrap_or(Decision::Approve)
}

/// Reasons from findings: strictest action first, then by code, then by attribute.
fn reasons(findings: Vec<Finding>, language: &str, length: Length) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = findings
        .into_iter()
        .map(|finding| Reason {
            code: finding.code,
            action: finding.action,
            author_message: author_message(finding.code, language, length),
            moderator_detail: finding.detail,
            attribute: finding.score.map(|reached| reached.attribute),
            score: finding.score.map(|reached| reached.score),
            threshold: finding.score.map(|reached| reached.threshold),
            spans: finding.spans,
            // Nothing that an author rewords makes a language known or an author an old hand.
            author_can_fix: !matches!(finding.code, ReasonCode::UnsupportedLanguage | ReasonCode::Undecided),
        })
        .collect();
    reasons.sort_by_key(|reason| (Reverse(reason.action), reason.code, reason.attribute));
    reasons
}

/// How many are missing or left, and the text that says how far along a draft is: against the minimum until that is
/// reached, then against the maximum if there is one.
fn counter(Length { count, min, max }: Length) -> (i32, String) {
    let distance = |limit: u32| i32::try_from(i64::from(limit) - i64::from(count)).unwrap_or(i32::MIN);
    if count < min {
        (distance(min), format!("{count}/{min}"))
    } else if max > 0 {
        (distance(max), format!("{count}/{max}"))
    } else if min > 0 {
        (0, format!("{count}/{min}"))
    } else {
        (0, count.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        moderation::{AuthorDraft, CommentDraft, Policies},
        scores::{Attribute, AttributeScore, Contribution, Explanation, Language},
        text::Span,
    };

    const FAIR: &str =
        "I think that the agreement gives away too much, and that the minister should say why.";

    fn comment(text: &str) -> Comment {
        let author = AuthorDraft { authenticated: true, approved_count: Some(3), ..AuthorDraft::default() };
        Comment::parse(CommentDraft { text: text.to_owned(), author, ..CommentDraft::default() }).unwrap()
    }

    fn scores(probability: Option<f32>) -> Scores {
        let score = |attribute| AttributeScore { attribute, probability, explanation: None };
        Scores {
            language: Language { code: "en".into(), confidence: 0.9, supported: true },
            attributes: Attribute::ALL.into_iter().map(score).collect(),
            stances: Vec::new(),
            on_topic: None,
            sentiment: None,
        }
    }

    fn with(attribute: Attribute, probability: f32) -> Scores {
        let mut scores = scores(Some(0.01));
        scores.attributes.iter_mut().filter(|s| s.attribute == attribute).for_each(|s| {
            s.probability = Some(probability);
        });
        scores
    }

    fn verdict(text: &str, scores: &Scores, toml: &str) -> Verdict {
        let policies = Policies::parse(toml).unwrap();
        judge(&comment(text), &Text::read(text), scores, policies.named("").unwrap())
    }

    fn codes(verdict: &Verdict) -> Vec<ReasonCode> {
        verdict.reasons.iter().map(|reason| reason.code).collect()
    }

    fn draft(text: &str, toml: &str) -> Draft {
        let policies = Policies::parse(toml).unwrap();
        check_draft(&comment(text), &Text::read(text), policies.named("").unwrap())
    }

    #[test]
    fn a_fair_comment_is_approved_without_reasons() {
        let verdict = verdict(FAIR, &scores(Some(0.01)), "");
        assert_eq!((verdict.decision, verdict.reasons.len()), (Decision::Approve, 0));
    }

    #[test]
    fn a_threshold_is_reached_exactly() {
        let found = verdict(FAIR, &with(Attribute::Toxicity, 0.52), "");
        assert_eq!((found.decision, codes(&found)), (Decision::Hold, vec![ReasonCode::Uncivil]));
        let reason = &found.reasons[0];
        assert_eq!(
            (reason.attribute, reason.score, reason.threshold),
            (Some(Attribute::Toxicity), Some(0.52), Some(0.52))
        );
        assert_eq!(verdict(FAIR, &with(Attribute::Toxicity, 0.519), "").decision, Decision::Approve);
        assert_eq!(verdict(FAIR, &with(Attribute::Toxicity, 0.97), "").decision, Decision::Reject);
    }

    #[test]
    fn a_tone_counts_as_uncivil_once_the_site_sets_a_threshold() {
        let scores = with(Attribute::Condescending, 0.95);
        assert_eq!(verdict(FAIR, &scores, "").decision, Decision::Approve);
        let found = verdict(FAIR, &scores, "defaults.attributes.condescending.hold_at = 0.9");
        assert_eq!(codes(&found), [ReasonCode::Uncivil]);
    }

    #[test]
    fn the_strictest_action_wins_and_every_reason_is_given_in_order() {
        let mut scores = with(Attribute::Threat, 0.95);
        scores.attributes[Attribute::Insult as usize].probability = Some(0.9);
        scores.on_topic = Some(0.01);
        let found = verdict("Too short.", &scores, "");
        assert_eq!(found.decision, Decision::Reject);
        assert_eq!(
            codes(&found),
            [ReasonCode::TooShort, ReasonCode::Threat, ReasonCode::Insult, ReasonCode::OffTopic]
        );
    }

    #[test]
    fn an_empty_comment_is_rejected_for_that_alone() {
        let found = verdict(" \n ", &scores(None), "");
        assert_eq!((found.decision, codes(&found)), (Decision::Reject, vec![ReasonCode::Empty]));
    }

    #[test]
    fn reasons_point_at_the_five_words_that_moved_the_score_most() {
        let mut scores = with(Attribute::Insult, 0.9);
        let contribution = |begin: usize, log_odds| Contribution {
            span: Span { begin, end: begin + 2 },
            term: "w".into(),
            log_odds,
        };
        scores.attributes[Attribute::Insult as usize].explanation = Some(Explanation {
            contributions: vec![
                contribution(20, 0.9),
                contribution(0, -3.0),
                contribution(4, 0.5),
                contribution(8, 0.4),
                contribution(12, 0.3),
                contribution(16, 0.2),
                contribution(24, 0.1),
            ],
            ..Explanation::default()
        });
        let begins: Vec<_> = verdict(FAIR, &scores, "").reasons[0].spans.iter().map(|s| s.begin).collect();
        assert_eq!(begins, [4, 8, 12, 16, 20]);
    }

    #[test]
    fn a_comment_without_any_known_score_is_undecided() {
        let found = verdict(FAIR, &scores(None), "");
        assert_eq!(codes(&found), [ReasonCode::Undecided]);
        let detail = "none of the 6 scores that the policy needs is known";
        assert_eq!(found.reasons[0].moderator_detail, detail);
        let approving = verdict(FAIR, &scores(None), "defaults.undecided = \"approve\"");
        assert_eq!(approving.decision, Decision::Approve);
    }

    #[test]
    fn a_head_that_the_model_lacks_leaves_the_decision_to_the_others() {
        let mut some = with(Attribute::Toxicity, 0.8);
        some.attributes[Attribute::Threat as usize].probability = None;
        assert_eq!(codes(&verdict(FAIR, &some, "")), [ReasonCode::Uncivil]);
    }

    #[test]
    fn a_new_author_is_held_only_while_known_to_be_new() {
        for (below, code) in [(4, vec![ReasonCode::Undecided]), (3, vec![])] {
            let toml = format!("defaults.new_authors.hold_below = {below}");
            assert_eq!(codes(&verdict(FAIR, &scores(Some(0.01)), &toml)), code);
        }
        let policies = Policies::parse("defaults.new_authors.hold_below = 4").unwrap();
        let mut unknown = comment(FAIR);
        unknown.author.approved_count = None;
        let found = judge(&unknown, &Text::read(FAIR), &scores(Some(0.01)), policies.named("").unwrap());
        assert_eq!(found.decision, Decision::Approve);
    }

    #[test]
    fn an_unknown_score_and_a_new_author_make_one_reason() {
        let toml = "[defaults]\nnew_authors.hold_below = 9\nundecided = \"reject\"";
        let found = verdict(FAIR, &scores(None), toml);
        assert_eq!((found.decision, codes(&found)), (Decision::Reject, vec![ReasonCode::Undecided]));
        assert!(found.reasons[0].moderator_detail.contains("; author with 3"));
    }

    #[test]
    fn a_language_that_no_model_or_no_site_takes_is_held() {
        let mut foreign = scores(None);
        foreign.language = Language { code: "fi".into(), confidence: 0.8, supported: false };
        assert_eq!(codes(&verdict(FAIR, &foreign, "")), [ReasonCode::UnsupportedLanguage]);
        let korean_only = "defaults.languages = [\"ko\"]";
        let english = scores(Some(0.01));
        assert_eq!(codes(&verdict(FAIR, &english, korean_only)), [ReasonCode::UnsupportedLanguage]);
        assert_eq!(
            verdict(FAIR, &foreign, "defaults.unsupported_language = \"approve\"").decision,
            Decision::Approve
        );
    }

    #[test]
    fn what_is_not_known_to_be_off_topic_is_not_held() {
        let mut scores = scores(Some(0.01));
        for (on_topic, code) in
            [(None, vec![]), (Some(0.05), vec![]), (Some(0.04), vec![ReasonCode::OffTopic])]
        {
            scores.on_topic = on_topic;
            assert_eq!(codes(&verdict(FAIR, &scores, "")), code, "{on_topic:?}");
        }
    }

    #[test]
    fn authors_are_told_in_their_language() {
        let mut korean = scores(Some(0.01));
        korean.language.code = "ko".into();
        assert_eq!(
            verdict("짧다.", &korean, "").reasons[0].author_message,
            "50자 이상 입력해 주세요. 현재 3자입니다."
        );
        let english = verdict("Too short.", &scores(Some(0.01)), "");
        let said = "Please write at least 50 characters. There are 10 so far.";
        assert_eq!(english.reasons[0].author_message, said);
    }

    #[test]
    fn a_phrase_is_named_to_nobody() {
        let toml = "defaults.phrases = { banned = [\"crooked harbour\"], suspect = [\"agreement\"] }";
        let text = "The crooked harbour gang signed an agreement that nobody has read in full.";
        let found = verdict(text, &scores(Some(0.01)), toml);
        assert_eq!(codes(&found), [ReasonCode::BannedPhrase, ReasonCode::SuspectPhrase]);
        for reason in &found.reasons {
            assert!(!format!("{}{}", reason.author_message, reason.moderator_detail).contains("crooked"));
            assert_eq!(reason.spans.len(), 1);
        }
    }

    #[test]
    fn the_counter_counts_to_the_minimum_then_to_the_maximum() {
        let both = "defaults.length = { min = 5, max = 8 }";
        let maximum = "defaults.length = { min = 0, max = 8 }";
        for (text, toml, counter, remaining, ready) in [
            ("peace talks", "", "11/50", 39, false),
            (FAIR, "", "85/50", 0, true),
            ("four", both, "4/5", 1, false),
            ("three", both, "5/8", 3, true),
            ("far too long", both, "12/8", -4, false),
            ("", maximum, "0/8", 8, false),
            ("four", "defaults.length.min = 0", "4", 0, true),
        ] {
            let draft = draft(text, toml);
            assert_eq!((draft.counter.as_str(), draft.remaining, draft.ready), (counter, remaining, ready));
        }
    }

    #[test]
    fn a_reader_who_is_not_logged_in_can_fix_that() {
        let policies = Policies::parse("defaults.login_required = true").unwrap();
        let mut guest = comment(FAIR);
        guest.author.authenticated = false;
        let draft = check_draft(&guest, &Text::read(FAIR), policies.named("").unwrap());
        assert_eq!((draft.ready, draft.reasons[0].code), (false, ReasonCode::LoginRequired));
        assert!(draft.reasons[0].author_can_fix);
    }

    proptest! {
        #[test]
        fn a_higher_probability_never_makes_the_decision_milder(
            which in 0..Attribute::ALL.len(),
            others in 0.0..=1.0_f32,
            low in 0.0..=1.0_f32,
            high in 0.0..=1.0_f32,
        ) {
            let decided = |probability: f32| {
                let mut scores = scores(Some(others));
                scores.attributes[which].probability = Some(probability);
                verdict(FAIR, &scores, "").decision
            };
            prop_assert!(decided(low.min(high)) <= decided(low.max(high)));
        }

        #[test]
        fn any_text_is_judged_and_the_decision_is_the_strictest_reason(text in any::<String>(), p in 0.0..=1.0_f32) {
            let toml = "defaults = { phrases.banned = [\"a\", \"한\"], disguise.action = \"hold\", length = { min = 0, max = 9 } }";
            let verdict = verdict(&text, &scores(Some(p)), toml);
            let strictest = verdict.reasons.iter().map(|r| r.action).max().unwrap_or(Decision::Approve);
            prop_assert_eq!(verdict.decision, strictest);
            prop_assert!(verdict.reasons.iter().all(|r| r.action > Decision::Approve));
            for span in verdict.reasons.iter().flat_map(|r| &r.spans) {
                prop_assert!(span.begin <= span.end && span.end <= text.len());
            }
        }

        #[test]
        fn a_ready_draft_meets_no_form_reason(text in "\\PC{0,80}") {
            let draft = draft(&text, "");
            let found = verdict(&text, &scores(Some(0.01)), "");
            let form = codes(&found).into_iter().any(|code| code < ReasonCode::Uncivil);
            prop_assert_eq!(draft.ready, !form);
        }
    }
}
