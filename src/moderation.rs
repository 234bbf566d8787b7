//! PURE. What a site asks of a comment: form rules and policy, from facts and scores to a verdict.
//!
//! Nothing here fails on a comment: parsing a call can fail (every violation is named at once), judging cannot.
//! In reading order: [`Submission`] is what was asked, [`Policy`] what the site wants, `form` and `scored` hold
//! one rule a file, [`judge()`] puts their findings together into a [`Verdict`].
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod article;
mod comment;
mod finding;
mod form;
mod judge;
mod language_tag;
mod messages;
mod policy;
mod scored;
mod submission;
mod verdict;
mod violation;

pub use article::{
    Article, ArticleDraft, MAX_BODY_BYTES, MAX_HEADLINE_BYTES, MAX_SUMMARY_BYTES, MAX_TARGET_BYTES,
    MAX_TARGETS, MAX_URL_BYTES,
};
pub use comment::{Author, AuthorDraft, Comment, CommentDraft, MAX_ID_BYTES, MAX_TEXT_BYTES};
pub use judge::{check_draft, judge, point};
pub use language_tag::primary_subtag;
pub use policy::{
    AttributeRule, CountUnit, DisguiseRule, LengthRule, LinksRule, MAX_COUNT, MAX_NAME_BYTES,
    MAX_PHRASE_BYTES, MAX_PHRASES, Policies, Policy, PolicyError, RepetitionRule, Rules, ShoutingRule,
};
pub use submission::{Explain, MAX_THREAD_COMMENTS, Submission, SubmissionDraft};
pub use verdict::{Decision, Draft, Length, Reason, ReasonCode, Verdict};
pub use violation::Violation;
