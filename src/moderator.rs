//! PURE. The one place where classifier and policies meet.
//!
//! Moderating a checked submission cannot fail. The same submission, model and policy give the same judgement, down to
//! the decision's identifier, on every machine and any number of threads.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::{
    classifier::{Classifier, Model, Question, Scored, artifact::hex, target::LoadedTarget},
    moderation::{Comment, Draft, Explain, Policies, Policy, Submission, Verdict, check_draft, judge, point},
    scores::{Attribute, Scores},
    text::Text,
};

/// The version of the service, as verdicts name it.
pub const SERVICE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A classifier and the policies that judge its scores. Immutable once made; swapped as a whole.
#[derive(Debug)]
pub struct Moderator {
    classifier: Classifier,
    policies: Policies,
}

/// What a server holds: a moderator once there is one, and how its last reload went. Replaced as a whole.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// What judges.
    pub moderator: Option<Arc<Moderator>>,
    /// How many times it was replaced since the start.
    pub reloads: u64,
    /// Why the last attempt to replace it failed; none when what is held is what the files say.
    pub failed_reload: Option<Arc<str>>,
}

impl Loaded {
    /// The moderator of the start.
    pub fn first(moderator: Moderator) -> Self {
        Self { moderator: Some(Arc::new(moderator)), ..Self::default() }
    }

    /// Takes the place of what was held, or notes why it cannot.
    pub fn replace(&mut self, read: Result<Moderator, String>) {
        match read {
            Ok(moderator) => {
                self.moderator = Some(Arc::new(moderator));
                self.reloads += 1;
                self.failed_reload = None;
            }
            Err(reason) => self.failed_reload = Some(reason.into()),
        }
    }
}

/// A judged comment.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    /// Derived from submission, model and policy: 32 hexadecimal digits.
    pub decision_id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The scores, unless the caller asked for none.
    pub scores: Option<Scores>,
    /// The models that scored, that of the language first; none when no model knows it.
    pub models: Vec<&'a Model>,
}

impl Moderator {
    /// Puts a classifier and policies together.
    pub const fn new(classifier: Classifier, policies: Policies) -> Self {
        Self { classifier, policies }
    }

    /// The classifier.
    pub const fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// The policies.
    pub const fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Judges a comment.
    pub fn moderate(&self, submission: &Submission, policy: &Policy) -> Judgement<'_> {
        let comment = &submission.comment;
        let text = Text::read(&comment.text);
        let mut attributes = policy.needed_attributes();
        attributes.extend(&submission.attributes);
        attributes.sort_unstable();
        attributes.dedup();
        let question = question(submission, &text, &attributes);
        let mut scored = self.classifier.score(&question);
        let mut verdict = judge(comment, &text, &scored.scores, policy);
        // Most comments meet no threshold and need no explanation; one that does must show its words.
        let met: Vec<Attribute> = verdict.reasons.iter().filter_map(|reason| reason.attribute).collect();
        if !question.explain && !met.is_empty() {
            scored.explain(&question, &met);
            point(&mut verdict, &scored.scores);
        }
        let Scored { mut scores, models, .. } = scored;
        let decision_id = decision_id(submission, &models, policy);
        trim(&mut scores, &submission.attributes, submission.explain);
        Judgement { decision_id, verdict, scores: (!submission.omit_scores).then_some(scores), models }
    }

    /// Scores a comment without judging it.
    pub fn score(&self, submission: &Submission) -> Scores {
        let text = Text::read(&submission.comment.text);
        self.classifier.scores(&question(submission, &text, &submission.attributes))
    }

    /// Applies the form rules alone.
    pub fn check_draft(&self, comment: &Comment, policy: &Policy) -> Draft {
        check_draft(comment, &Text::read(&comment.text), policy)
    }
}

/// What the classifier is asked of a submission.
fn question<'a>(submission: &'a Submission, text: &'a Text<'a>, attributes: &'a [Attribute]) -> Question<'a> {
    let Submission { comment, article, .. } = submission;
    Question {
        text,
        language: comment.language.as_deref(),
        attributes,
        explain: submission.explain == Explain::Words,
        headline: &article.headline,
        summary: &article.summary,
        body: &article.body,
        targets: &article.targets,
        parent: &comment.parent_text,
        thread: &submission.thread,
    }
}

/// Leaves only what the caller asked for.
fn trim(scores: &mut Scores, asked: &[Attribute], explain: Explain) {
    scores.attributes.retain(|s| asked.contains(&s.attribute));
    if explain == Explain::Reasons {
        scores.attributes.iter_mut().for_each(|s| s.explanation = None);
    }
}

/// A hash of everything that a judgement depends on. The caller's request identifier is not in it.
fn decision_id(submission: &Submission, models: &[&Model], policy: &Policy) -> String {
    let Submission { comment, article, thread, attributes, explain, omit_scores, request_id: _ } = submission;
    let count = |n: Option<u32>| n.map_or_else(String::new, |n| n.to_string());
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    };
    let targets = models.iter().take(1).flat_map(|model| model.targets()).map(LoadedTarget::sha256);
    let models: Vec<&str> = models.iter().map(|model| model.sha256()).chain(targets).collect();
    for part in [
        SERVICE_VERSION,
        &models.join(" "),
        policy.name(),
        policy.sha256(),
        &comment.id,
        &comment.text,
        comment.language.as_deref().unwrap_or_default(),
        &comment.parent_text,
        &comment.author.id,
        if comment.author.authenticated { "authenticated" } else { "" },
        &count(comment.author.approved_count),
        &count(comment.author.rejected_count),
        &article.id,
        &article.url,
        &article.headline,
        &article.summary,
        &article.body,
        article.language.as_deref().unwrap_or_default(),
        match explain {
            Explain::Reasons => "reasons",
            Explain::Words => "words",
        },
        if *omit_scores { "omit" } else { "" },
    ] {
        add(part);
    }
    for list in [&article.targets, thread] {
        add(&list.len().to_string());
        for item in list {
            add(item);
        }
    }
    for attribute in attributes {
        add(attribute.name());
    }
    let mut id = hex(&hash.finalize());
    id.truncate(32);
    id
}
