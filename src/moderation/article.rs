//! The article under which a comment stands, checked once at the door.
//!
//! Every part may be empty; a comment without an article is judged all the same. The address is never fetched.

use super::{
    comment::MAX_ID_BYTES,
    violation::{Violation, Violations},
};

/// The longest address, in bytes of UTF-8.
pub const MAX_URL_BYTES: usize = 2_048;
/// The longest headline, in bytes of UTF-8.
pub const MAX_HEADLINE_BYTES: usize = 4_096;
/// The longest summary, in bytes of UTF-8.
pub const MAX_SUMMARY_BYTES: usize = 20_480;
/// The longest body, in bytes of UTF-8: 1 MiB.
pub const MAX_BODY_BYTES: usize = 1_048_576;
/// The most stance targets.
pub const MAX_TARGETS: usize = 8;
/// The longest stance target, in bytes of UTF-8.
pub const MAX_TARGET_BYTES: usize = 1_024;

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
    /// Stance targets as sent, none of them blank; the headline stands in when there are none.
    pub targets: Vec<String>,
    /// The primary language subtag in lower case.
    pub language: Option<String>,
}

impl Article {
    /// Checks an article by itself.
    ///
    /// # Errors
    /// Every violation at once, in field order.
    pub fn parse(draft: ArticleDraft) -> Result<Self, Vec<Violation>> {
        let mut violations = Violations::default();
        let article = Self::check(draft, &mut violations);
        violations.or(Some(article))
    }

    /// Checks an article; it may be used only if `violations` stays empty.
    pub(super) fn check(draft: ArticleDraft, violations: &mut Violations) -> Self {
        let ArticleDraft { id, url, headline, summary, body, targets, language } = draft;
        violations.bytes("article.id", &id, MAX_ID_BYTES);
        violations.bytes("article.url", &url, MAX_URL_BYTES);
        violations.bytes("article.headline", &headline, MAX_HEADLINE_BYTES);
        violations.bytes("article.summary", &summary, MAX_SUMMARY_BYTES);
        violations.bytes("article.body", &body, MAX_BODY_BYTES);
        for (i, target) in targets.iter().take(MAX_TARGETS).enumerate() {
            let field = format!("article.targets[{i}]");
            if target.trim().is_empty() {
                violations.add(field, "BLANK", "blank, at least one visible character".to_owned());
            } else {
                violations.bytes(field, target, MAX_TARGET_BYTES);
            }
        }
        violations.items("article.targets", &targets, MAX_TARGETS);
        let language = violations.language("article.language", &language);
        Self { id, url, headline, summary, body, targets, language }
    }
}
