//! PURE. What a site asks of a comment: form rules and policy, from facts and scores to a verdict.
//!
//! Nothing here fails on a comment: parsing a call can fail (every violation is named at once), judging cannot.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod submission;
mod verdict;

pub use submission::{
    Article, ArticleDraft, Author, AuthorDraft, Comment, CommentDraft, Explain, Submission, SubmissionDraft,
    Violation,
};
pub use verdict::{Decision, Draft, Length, Reason, ReasonCode, Verdict};
