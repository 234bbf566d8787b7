//! # What it checks
//! DISGUISED_TEXT: words written so as to escape filters: look-alike letters, leet, letters set apart, hidden
//! characters, stars.
//!
//! # Why
//! Disguises are undone before anything is scored, so an insult is found with or without one. A site may still
//! want a person to look at readers who try.
//!
//! # Limits
//! Off by default: a stylised word is no offence. Stretched words ("sooo") are never counted, they are common
//! emphasis.
//!
//! # Source
//! Unicode Technical Standard #39 (confusables); the kinds are those of [`DisguiseKind`].

use crate::{
    moderation::{DisguiseRule, ReasonCode, finding::Finding},
    text::{DisguiseKind, Text},
};

pub(super) fn finding(text: &Text<'_>, rule: DisguiseRule) -> Option<Finding> {
    let spans: Vec<_> =
        text.disguises().iter().filter(|d| d.kind != DisguiseKind::Stretched).map(|d| d.span).collect();
    (!spans.is_empty() && spans.len() >= rule.min_count as usize).then(|| {
        let detail = format!("{} disguised words, fewer than {} pass", spans.len(), rule.min_count);
        Finding::new(ReasonCode::DisguisedText, rule.action, detail).at(spans)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::Decision;

    #[test]
    fn disguised_words_are_pointed_at_from_the_minimum_on() {
        let text = Text::read("what a ｃｒｏｏｋｅｄ lot");
        let rule = |min_count| DisguiseRule { min_count, action: Decision::Hold };
        let found = finding(&text, rule(1)).unwrap();
        assert!(found.spans.iter().all(|span| span.begin >= 7 && span.end <= 28), "{:?}", found.spans);
        assert_eq!(finding(&text, rule(100)), None);
    }

    #[test]
    fn a_stretched_word_is_emphasis_and_no_disguise() {
        let rule = DisguiseRule { min_count: 1, action: Decision::Reject };
        assert_eq!(finding(&Text::read("That was sooooo long."), rule), None);
    }

    #[test]
    fn plain_text_is_not_disguised() {
        let rule = DisguiseRule { min_count: 1, action: Decision::Reject };
        assert_eq!(finding(&Text::read("The treaty was signed in 1971. 조약은 체결되었다."), rule), None);
    }
}
