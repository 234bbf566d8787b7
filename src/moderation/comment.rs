//! A reader's comment and its author, checked once at the door.
//!
//! A blank text is not an error: it is a comment that the rules will reject. Nothing here looks at what the text
//! says.

use super::violation::{Violation, Violations};

/// The longest text of a comment, of its parent and of each earlier comment, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 20_480;
/// The longest identifier of a comment, author, article or request, in bytes of UTF-8.
pub const MAX_ID_BYTES: usize = 256;

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

/// A checked comment.
#[derive(Debug, Clone)]
pub struct Comment {
    /// The caller's identifier, at most [`MAX_ID_BYTES`].
    pub id: String,
    /// The text, at most [`MAX_TEXT_BYTES`]; may be blank.
    pub text: String,
    /// The primary language subtag in lower case, when the caller said one.
    pub language: Option<String>,
    /// Who wrote it.
    pub author: Author,
    /// The comment that this one answers, at most [`MAX_TEXT_BYTES`]; may be empty.
    pub parent_text: String,
}

/// A checked author.
#[derive(Debug, Clone, Default)]
pub struct Author {
    /// The caller's identifier, at most [`MAX_ID_BYTES`]; may be empty.
    pub id: String,
    /// Whether logged in.
    pub authenticated: bool,
    /// Comments approved before; `None` when unknown, and then no rule about new authors applies.
    pub approved_count: Option<u32>,
    /// Comments rejected before; `None` when unknown.
    pub rejected_count: Option<u32>,
}

impl Comment {
    /// Checks a comment.
    ///
    /// # Errors
    /// Every violation, in field order, under the path "comment".
    pub fn parse(draft: CommentDraft) -> Result<Self, Vec<Violation>> {
        let mut violations = Violations::default();
        let comment = Self::check(draft, &mut violations);
        violations.or(Some(comment))
    }

    /// Checks a comment; it may be used only if `violations` stays empty.
    pub(super) fn check(draft: CommentDraft, violations: &mut Violations) -> Self {
        let CommentDraft { id, text, language, author, parent_text } = draft;
        violations.bytes("comment.id", &id, MAX_ID_BYTES);
        violations.bytes("comment.text", &text, MAX_TEXT_BYTES);
        let language = violations.language("comment.language", &language);
        violations.bytes("comment.author.id", &author.id, MAX_ID_BYTES);
        violations.bytes("comment.parent_text", &parent_text, MAX_TEXT_BYTES);
        let AuthorDraft { id: author_id, authenticated, approved_count, rejected_count } = author;
        let author = Author { id: author_id, authenticated, approved_count, rejected_count };
        Self { id, text, language, author, parent_text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_exactly_the_limit_is_taken() {
        let text = "a".repeat(MAX_TEXT_BYTES);
        assert_eq!(
            Comment::parse(CommentDraft { text, ..CommentDraft::default() }).unwrap().text.len(),
            20_480
        );
    }

    #[test]
    fn a_text_one_byte_over_the_limit_is_refused_with_size_and_limit() {
        let text = "a".repeat(MAX_TEXT_BYTES + 1);
        let violations = Comment::parse(CommentDraft { text, ..CommentDraft::default() }).unwrap_err();
        assert_eq!(
            violations,
            [Violation {
                field: "comment.text".into(),
                description: "20,481 bytes, at most 20,480".into(),
                reason: "TOO_MANY_BYTES",
            }]
        );
    }

    #[test]
    fn a_blank_text_is_a_comment() {
        assert_eq!(Comment::parse(CommentDraft::default()).unwrap().text, "");
    }

    #[test]
    fn an_author_keeps_what_is_known() {
        let author = AuthorDraft {
            id: "reader-7".into(),
            authenticated: true,
            approved_count: Some(3),
            rejected_count: None,
        };
        let comment = Comment::parse(CommentDraft { author, ..CommentDraft::default() }).unwrap();
        assert!(comment.author.authenticated);
        assert_eq!((comment.author.approved_count, comment.author.rejected_count), (Some(3), None));
    }
}
