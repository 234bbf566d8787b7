//! PURE, given bytes. The linear model: from text to scores.
//!
//! PLACEHOLDER
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod lists;
pub mod relevance;
pub mod sentiment;
pub mod stance;
pub mod standard;
pub mod valence;
pub mod words;

use crate::{
    scores::{Attribute, Scores},
    text::Text,
};

/// What to score a comment for, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The comment.
    pub text: &'a Text<'a>,
    /// The primary language subtag, when the caller said it.
    pub language: Option<&'a str>,
    /// The attributes to score, in order.
    pub attributes: &'a [Attribute],
    /// Whether to take scores apart word by word.
    pub explain: bool,
    /// The headline; may be empty, as may all that follows.
    pub headline: &'a str,
    /// The summary.
    pub summary: &'a str,
    /// The body.
    pub body: &'a str,
    /// Stance targets; the headline stands in when there are none.
    pub targets: &'a [String],
    /// The comment that this one answers.
    pub parent: &'a str,
    /// Earlier comments, oldest first.
    pub thread: &'a [String],
}

/// The loaded models, one for each language.
#[derive(Debug)]
pub struct Classifier {
    models: Vec<Model>,
}

/// A loaded model.
#[derive(Debug)]
pub struct Model {
    /// SHA-256 of the artifact, lower-case hexadecimal.
    pub sha256: String,
}

impl Classifier {
    /// The loaded models.
    pub fn models(&self) -> &[Model] {
        &self.models
    }
    /// Scores a comment. Never fails; what cannot be told is `None`.
    pub fn scores(&self, question: &Question<'_>) -> Scores {
        let _ = question;
        todo!()
    }
}
