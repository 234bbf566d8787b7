//! # What it checks
//! TOO_MANY_LINKS: the number of web and e-mail addresses in the comment.
//!
//! # Why
//! A link or two are a source; more are mostly advertising.
//!
//! # Limits
//! Counts addresses, not where they lead; the same address twice counts twice. Points at the links beyond the
//! maximum, not at those allowed.
//!
//! # Source
//! The habit of comment systems to hold a comment with more than two links (WordPress, "comment_max_links").

use crate::{
    moderation::{LinksRule, ReasonCode, finding::Finding},
    text::Text,
};

pub(super) fn finding(text: &Text<'_>, rule: LinksRule) -> Option<Finding> {
    let links = text.links();
    let beyond: Vec<_> = links.iter().skip(rule.max as usize).copied().collect();
    (!beyond.is_empty()).then(|| {
        let detail = format!("{} links, at most {}", links.len(), rule.max);
        Finding::new(ReasonCode::TooManyLinks, rule.action, detail).at(beyond)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::Decision;

    #[test]
    fn the_links_beyond_the_maximum_are_pointed_at() {
        let text = "See https://one.example/a and https://two.example/b and https://three.example/c there.";
        let rule = |max| LinksRule { max, action: Decision::Hold };
        assert_eq!(finding(&Text::read(text), rule(3)), None);
        let found = finding(&Text::read(text), rule(2)).unwrap();
        assert_eq!(found.detail, "3 links, at most 2");
        let [span] = found.spans.as_slice() else { panic!("one link is beyond the maximum") };
        assert_eq!(text.get(span.begin..span.end), Some("https://three.example/c"));
    }

    #[test]
    fn a_text_without_links_passes_even_where_none_is_allowed() {
        let rule = LinksRule { max: 0, action: Decision::Reject };
        assert_eq!(finding(&Text::read("The treaty was signed in Vienna."), rule), None);
    }
}
