//! # What it checks
//! LOGIN_REQUIRED: whether the author is logged in, where the site asks for that.
//!
//! # Why
//! Some sites take comments only from readers who stand behind an account.
//!
//! # Limits
//! Believes what the caller says about the author.
//!
//! # Source
//! The "log in to comment" forms of news sites.

use crate::moderation::{Author, Decision, ReasonCode, finding::Finding};

pub(super) fn finding(author: &Author, required: bool) -> Option<Finding> {
    (required && !author.authenticated).then(|| {
        Finding::new(ReasonCode::LoginRequired, Decision::Reject, "the author is not logged in".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_reader_who_is_not_logged_in_is_stopped_and_only_where_required() {
        for (required, authenticated, found) in
            [(true, false, true), (true, true, false), (false, false, false), (false, true, false)]
        {
            let author = Author { authenticated, ..Author::default() };
            assert_eq!(finding(&author, required).is_some(), found, "{required} {authenticated}");
        }
    }
}
