//! PLACEHOLDER for parse. A comment, its author, its article and how to judge it.

use crate::scores::Attribute;

/// What was wrong with one field of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field's path, such as "comment.text" or "article.targets[8]".
    pub field: String,
    /// What is wrong: value size and limit, never the value itself.
    pub description: String,
    /// A stable name in UPPER_SNAKE_CASE, such as "TOO_MANY_BYTES".
    pub reason: &'static str,
}

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
    /// Whether the call leaves no trace in the log.
    pub do_not_log: bool,
}

/// A comment as it came.
#[derive(Debug, Clone, Default)]
pub struct CommentDraft {
    /// The caller's identifier.
    pub id: String,
    /// The text.
    pub text: String,
    /// BCP-47 tag, or empty.
    pub language: String,
    /// Who wrote it.
    pub author: AuthorDraft,
    /// The comment that this one answers.
    pub parent_text: String,
}

/// An author as it came.
#[derive(Debug, Clone, Default)]
pub struct AuthorDraft {
    /// The caller's identifier.
    pub id: String,
    /// Whether logged in.
    pub authenticated: bool,
    /// Comments approved before.
    pub approved_count: Option<u32>,
    /// Comments rejected before.
    pub rejected_count: Option<u32>,
}

/// An article as it came.
#[derive(Debug, Clone, Default)]
pub struct ArticleDraft {
    /// The caller's identifier.
    pub id: String,
    /// The address.
    pub url: String,
    /// The headline.
    pub headline: String,
    /// The summary.
    pub summary: String,
    /// The body.
    pub body: String,
    /// Stance targets.
    pub targets: Vec<String>,
    /// BCP-47 tag, or empty.
    pub language: String,
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
    /// Whether the call leaves no trace in the log.
    pub do_not_log: bool,
}

/// A checked comment.
#[derive(Debug, Clone)]
pub struct Comment {
    /// The caller's identifier.
    pub id: String,
    /// The text, at most 20,480 bytes.
    pub text: String,
    /// The primary language subtag in lower case, when the caller said one.
    pub language: Option<String>,
    /// Who wrote it.
    pub author: Author,
    /// The comment that this one answers; may be empty.
    pub parent_text: String,
}

/// A checked author.
pub type Author = AuthorDraft;

/// A checked article; all fields may be empty.
#[derive(Debug, Clone, Default)]
pub struct Article {
    /// The caller's identifier.
    pub id: String,
    /// The address.
    pub url: String,
    /// The headline.
    pub headline: String,
    /// The summary.
    pub summary: String,
    /// The body.
    pub body: String,
    /// Stance targets as sent; the headline stands in when there are none.
    pub targets: Vec<String>,
    /// The primary language subtag in lower case.
    pub language: Option<String>,
}
