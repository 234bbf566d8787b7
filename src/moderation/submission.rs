//! A whole call: a comment, its article, the thread, and how to judge it.
//!
//! [`Submission::parse`] is the one door. What has passed it is within every limit of the contract, so nothing
//! behind it checks sizes again, and judging cannot fail.

use super::{
    article::{Article, ArticleDraft},
    comment::{Comment, CommentDraft, MAX_ID_BYTES, MAX_TEXT_BYTES},
    violation::{Violation, Violations},
};
use crate::scores::Attribute;

/// The most earlier comments.
pub const MAX_THREAD_COMMENTS: usize = 20;

/// How much explanation a verdict carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Explain {
    /// Reasons.
    #[default]
    Reasons,
    /// Reasons, and what every word contributed to every score.
    Words,
}

/// A call as it came, unchecked. The one door to [`Submission`].
#[derive(Debug, Clone, Default)]
pub struct SubmissionDraft {
    /// The comment; required.
    pub comment: Option<CommentDraft>,
    /// The article.
    pub article: Option<ArticleDraft>,
    /// Earlier comments, oldest first.
    pub thread: Vec<String>,
    /// The attributes to score; empty means all.
    pub attributes: Vec<Attribute>,
    /// How much explanation.
    pub explain: Explain,
    /// The caller's identifier.
    pub request_id: String,
    /// Whether scores are left out of the answer.
    pub omit_scores: bool,
}

/// A checked call: every size within its limit, every tag well formed.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The comment.
    pub comment: Comment,
    /// The article.
    pub article: Article,
    /// Earlier comments, oldest first.
    pub thread: Vec<String>,
    /// The attributes to score, in order, without duplicates; never empty.
    pub attributes: Vec<Attribute>,
    /// How much explanation.
    pub explain: Explain,
    /// The caller's identifier.
    pub request_id: String,
    /// Whether scores are left out of the answer.
    pub omit_scores: bool,
}

impl Submission {
    /// Checks a call.
    ///
    /// # Errors
    /// Every violation at once, in field order.
    pub fn parse(draft: SubmissionDraft) -> Result<Self, Vec<Violation>> {
        let mut violations = Violations::default();
        if draft.comment.is_none() {
            violations.add("comment", "REQUIRED", "missing, exactly one is needed".to_owned());
        }
        let comment = draft.comment.map(|comment| Comment::check(comment, &mut violations));
        let article = Article::check(draft.article.unwrap_or_default(), &mut violations);
        for (i, text) in draft.thread.iter().take(MAX_THREAD_COMMENTS).enumerate() {
            violations.bytes(format!("thread[{i}]"), text, MAX_TEXT_BYTES);
        }
        violations.items("thread", &draft.thread, MAX_THREAD_COMMENTS);
        violations.bytes("request_id", &draft.request_id, MAX_ID_BYTES);
        violations.or(comment.map(|comment| Self {
            comment,
            article,
            thread: draft.thread,
            attributes: wanted(&draft.attributes),
            explain: draft.explain,
            request_id: draft.request_id,
            omit_scores: draft.omit_scores,
        }))
    }
}

/// The attributes asked for, in the order of the contract and without duplicates; all when none was named.
fn wanted(asked: &[Attribute]) -> Vec<Attribute> {
    Attribute::ALL.into_iter().filter(|a| asked.is_empty() || asked.contains(a)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::{
        article::{MAX_BODY_BYTES, MAX_HEADLINE_BYTES, MAX_SUMMARY_BYTES, MAX_TARGET_BYTES, MAX_URL_BYTES},
        comment::AuthorDraft,
    };

    fn call() -> SubmissionDraft {
        let comment = CommentDraft { text: "A fair point.".into(), ..CommentDraft::default() };
        SubmissionDraft { comment: Some(comment), ..SubmissionDraft::default() }
    }

    fn fields(draft: SubmissionDraft) -> Vec<String> {
        Submission::parse(draft).map_or_else(|v| v.into_iter().map(|v| v.field).collect(), |_| Vec::new())
    }

    #[test]
    fn a_call_without_a_comment_is_refused() {
        let violations = Submission::parse(SubmissionDraft::default()).unwrap_err();
        assert_eq!(violations.len(), 1);
        assert_eq!((violations[0].field.as_str(), violations[0].reason), ("comment", "REQUIRED"));
    }

    #[test]
    fn every_part_at_its_limit_is_taken() {
        let id = "i".repeat(MAX_ID_BYTES);
        let text = "t".repeat(MAX_TEXT_BYTES);
        let draft = SubmissionDraft {
            comment: Some(CommentDraft {
                id: id.clone(),
                text: text.clone(),
                language: "en-GB".into(),
                author: AuthorDraft { id: id.clone(), ..AuthorDraft::default() },
                parent_text: text.clone(),
            }),
            article: Some(ArticleDraft {
                id: id.clone(),
                url: "u".repeat(MAX_URL_BYTES),
                headline: "h".repeat(MAX_HEADLINE_BYTES),
                summary: "s".repeat(MAX_SUMMARY_BYTES),
                body: "b".repeat(MAX_BODY_BYTES),
                targets: vec!["t".repeat(MAX_TARGET_BYTES); 8],
                language: "ko".into(),
            }),
            thread: vec![text; MAX_THREAD_COMMENTS],
            request_id: id,
            ..SubmissionDraft::default()
        };
        assert_eq!(fields(draft), Vec::<String>::new());
    }

    #[test]
    fn all_violations_are_named_at_once_in_field_order() {
        let long_id = "i".repeat(MAX_ID_BYTES + 1);
        let long_text = "t".repeat(MAX_TEXT_BYTES + 1);
        let mut targets = vec!["peace talks".to_owned(); 9];
        targets[1] = " \t".into();
        targets[2] = "t".repeat(MAX_TARGET_BYTES + 1);
        let mut thread = vec!["earlier".to_owned(); 21];
        thread[3].clone_from(&long_text);
        let draft = SubmissionDraft {
            comment: Some(CommentDraft {
                id: long_id.clone(),
                text: long_text.clone(),
                language: "not a tag".into(),
                author: AuthorDraft { id: long_id.clone(), ..AuthorDraft::default() },
                parent_text: long_text,
            }),
            article: Some(ArticleDraft {
                id: long_id.clone(),
                url: "u".repeat(MAX_URL_BYTES + 1),
                headline: "h".repeat(MAX_HEADLINE_BYTES + 1),
                summary: "s".repeat(MAX_SUMMARY_BYTES + 1),
                body: "b".repeat(MAX_BODY_BYTES + 1),
                targets,
                language: "?".into(),
            }),
            thread,
            request_id: long_id,
            ..SubmissionDraft::default()
        };
        assert_eq!(
            fields(draft),
            [
                "comment.id",
                "comment.text",
                "comment.language",
                "comment.author.id",
                "comment.parent_text",
                "article.id",
                "article.url",
                "article.headline",
                "article.summary",
                "article.body",
                "article.targets[1]",
                "article.targets[2]",
                "article.targets[8]",
                "article.language",
                "thread[3]",
                "thread[20]",
                "request_id",
            ]
        );
    }

    #[test]
    fn violations_never_repeat_the_text() {
        let secret = "zebra ".repeat(4_000);
        let mut draft = call();
        draft.thread = vec![secret.clone()];
        draft.comment = Some(CommentDraft { text: secret, ..CommentDraft::default() });
        let violations = Submission::parse(draft).unwrap_err();
        assert!(!format!("{violations:?}").contains("zebra"));
    }

    #[test]
    fn no_attribute_named_means_all() {
        assert_eq!(Submission::parse(call()).unwrap().attributes, Attribute::ALL);
    }

    #[test]
    fn attributes_are_put_in_order_without_duplicates() {
        let attributes = vec![Attribute::Threat, Attribute::Toxicity, Attribute::Threat];
        let submission = Submission::parse(SubmissionDraft { attributes, ..call() }).unwrap();
        assert_eq!(submission.attributes, [Attribute::Toxicity, Attribute::Threat]);
    }
}
