//! STUB, dropped at merge: where classifier and policies meet.
#![allow(missing_docs, reason = "stub")]

use sha2::{Digest as _, Sha256};

use crate::{
    classifier::{Classifier, Model, Question},
    moderation::{Comment, Draft, Policies, Policy, Submission, Verdict, check_draft, judge},
    scores::Scores,
    text::Text,
};

#[derive(Debug)]
pub struct Moderator {
    classifier: Classifier,
    policies: Policies,
}

#[derive(Debug)]
pub struct Judgement<'a> {
    pub decision_id: String,
    pub verdict: Verdict,
    pub scores: Option<Scores>,
    pub model: Option<&'a Model>,
}

impl Moderator {
    pub const fn new(classifier: Classifier, policies: Policies) -> Self {
        Self { classifier, policies }
    }
    pub const fn classifier(&self) -> &Classifier {
        &self.classifier
    }
    pub const fn policies(&self) -> &Policies {
        &self.policies
    }
    pub fn moderate(&self, submission: &Submission, policy: &Policy) -> Judgement<'_> {
        let text = Text::read(&submission.comment.text);
        let scores = self.classifier.scores(&Question {
            text: &text,
            language: submission.comment.language.as_deref(),
            attributes: &submission.attributes,
            explain: submission.explain == crate::moderation::Explain::Words,
            headline: &submission.article.headline,
            summary: &submission.article.summary,
            body: &submission.article.body,
            targets: &submission.article.targets,
            parent: &submission.comment.parent_text,
            thread: &submission.thread,
        });
        let verdict = judge(&submission.comment, &text, &scores, policy);
        let digest = Sha256::digest(format!("{}{}", submission.comment.text, policy.sha256()));
        Judgement {
            decision_id: digest.iter().take(16).map(|b| format!("{b:02x}")).collect(),
            verdict,
            scores: (!submission.omit_scores).then_some(scores),
            model: self.classifier.models().iter().find(|m| m.language() == "en"),
        }
    }
    pub fn check_draft(&self, comment: &Comment, policy: &Policy) -> Draft {
        check_draft(comment, &Text::read(&comment.text), policy)
    }
}
