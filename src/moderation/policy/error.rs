//! Why a policy file was refused. Says where: by line and column for the form, by key for the values.

use std::ops::Range;

/// The longest name of a site or section, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// Why a policy file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The file is not TOML, or a value has the wrong type, or a key is unknown (the message names it).
    #[error("line {line}, column {column}: {message}")]
    Form {
        /// Line, from 1.
        line: usize,
        /// Column in code points, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A value is out of its range.
    #[error("{key} is {value}, {limit}")]
    Value {
        /// The path of the key, such as "site.herald.length.min".
        key: String,
        /// The value, or the size of a phrase; never a phrase itself.
        value: String,
        /// What it may be.
        limit: String,
    },
}

impl PolicyError {
    /// Something is wrong with the form of `source` at a range of bytes.
    pub(super) fn form(source: &str, at: Option<Range<usize>>, message: &str) -> Self {
        let before = source.get(..at.map_or(0, |range| range.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Self::Form { line, column, message: message.trim().replace('\n', ", ") }
    }

    /// A value is out of its range.
    pub(in crate::moderation) fn value(
        key: impl Into<String>,
        value: &impl ToString,
        limit: impl Into<String>,
    ) -> Self {
        Self::Value { key: key.into(), value: value.to_string(), limit: limit.into() }
    }
}
