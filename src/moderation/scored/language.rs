//! # What it checks
//! UNSUPPORTED_LANGUAGE: whether the site takes the language, and whether a loaded model scores it.
//!
//! # Why
//! A comment that no model reads has no scores; letting it through unseen would be a hole in the fence.
//!
//! # Limits
//! Compares primary subtags only ("pt" covers "pt-BR"). Short comments may be detected wrongly; the caller's own tag
//! wins over detection.
//!
//! # Source
//! RFC 5646, section 2.2.1 (primary language subtag).

use crate::{
    moderation::{Decision, ReasonCode, Rules, finding::Finding},
    scores::Language,
};

pub(super) fn finding(language: &Language, rules: &Rules) -> Option<Finding> {
    let taken = rules.languages.is_empty() || rules.languages.contains(&language.code);
    if rules.unsupported_language == Decision::Approve || (taken && language.supported) {
        return None;
    }
    let why = if taken { "no loaded model scores it" } else { "the site does not take it" };
    let detail = format!("language {:?} at confidence {:.2}: {why}", language.code, language.confidence);
    Some(Finding::new(ReasonCode::UnsupportedLanguage, rules.unsupported_language, detail))
}
