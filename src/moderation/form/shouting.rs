//! # What it checks
//! SHOUTING: the share of upper case among the cased letters of the comment as it was written.
//!
//! # Why
//! A comment in capitals reads as shouting and drowns the others.
//!
//! # Limits
//! Letters without case (Hangul, Han, Arabic and others) are not counted on either side, so a Korean comment with
//! "NATO" in it needs `min_letters` Latin letters before it can shout. Links are left out. Abbreviations count as
//! any other word; the minimum of letters keeps short ones harmless.
//!
//! # Source
//! RFC 1855 (netiquette), section 2.1.1: "UPPER CASE LOOKS AS IF YOU'RE SHOUTING".

use crate::{
    moderation::{ReasonCode, ShoutingRule, finding::Finding},
    text::Text,
};

pub(super) fn finding(text: &Text<'_>, rule: ShoutingRule) -> Option<Finding> {
    let (mut upper, mut lower, mut done) = (0_u32, 0_u32, 0);
    let links = text.links().iter().map(|link| (link.begin, link.end));
    for (begin, end) in links.chain([(text.original().len(), 0)]) {
        for letter in text.original().get(done..begin).unwrap_or_default().chars() {
            upper += u32::from(letter.is_uppercase());
            lower += u32::from(letter.is_lowercase());
        }
        done = done.max(end);
    }
    let cased = upper + lower;
    if cased == 0 || cased < rule.min_letters {
        return None;
    }
    let share = upper as f32 / cased as f32;
    (share >= rule.min_upper_share).then(|| {
        let detail = format!(
            "{share:.2} of {cased} cased letters are upper case, shouting from {:.2} of {}",
            rule.min_upper_share, rule.min_letters
        );
        Finding::new(ReasonCode::Shouting, rule.action, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::Decision;

    fn shouts(text: &str) -> bool {
        let rule = ShoutingRule { min_upper_share: 0.7, min_letters: 20, action: Decision::Hold };
        finding(&Text::read(text), rule).is_some()
    }

    #[test]
    fn capitals_throughout_shout() {
        assert!(shouts("THIS TREATY IS A DISGRACE AND NOBODY READ IT"));
    }

    #[test]
    fn ordinary_sentences_do_not_shout() {
        assert!(!shouts("The UN, NATO and the EU signed it; nobody else did."));
    }

    #[test]
    fn the_minimum_of_letters_is_exact() {
        assert!(!shouts(&"A".repeat(19)));
        assert!(shouts(&"A".repeat(20)));
    }

    #[test]
    fn the_share_is_exact() {
        assert!(shouts(&format!("{}{}", "A".repeat(14), "a".repeat(6))));
        assert!(!shouts(&format!("{}{}", "A".repeat(13), "a".repeat(7))));
    }

    #[test]
    fn links_are_left_out() {
        assert!(!shouts("read https://news.example/THE-WHOLE-TREATY-IN-CAPITAL-LETTERS please"));
    }

    #[test]
    fn letters_without_case_are_exempt() {
        assert!(!shouts("한국과 미국의 외교 장관이 서울에서 만나 NATO 문제를 논의했다고 합니다"));
    }
}
