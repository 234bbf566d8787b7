//! # What it checks
//! SHOUTING: the share of upper case among the letters of the comment as it was written.
//!
//! # Why
//! A comment in capitals reads as shouting and drowns the others.
//!
//! # Limits
//! Letters without case (Hangul, Han, Arabic and others) count as lower case, so that a Korean comment does not shout
//! because it names NATO and the IAEA. Links are left out. Abbreviations count as
//! any other word; the minimum of letters keeps short ones harmless.
//!
//! # Source
//! RFC 1855 (netiquette), section 2.1.1: "UPPER CASE LOOKS AS IF YOU'RE SHOUTING".

use crate::{
    moderation::{ReasonCode, ShoutingRule, finding::Finding},
    text::{Text, is_letter},
};

pub(super) fn finding(text: &Text<'_>, rule: ShoutingRule) -> Option<Finding> {
    let (mut upper, mut cased, mut letters, mut done) = (0_u32, 0_u32, 0_u32, 0);
    let links = text.links().iter().map(|link| (link.begin, link.end));
    for (begin, end) in links.chain([(text.original().len(), 0)]) {
        for c in text.original().get(done..begin).unwrap_or_default().chars().filter(|&c| is_letter(c)) {
            let is_upper = c.is_uppercase();
            upper += u32::from(is_upper);
            cased += u32::from(is_upper || c.is_lowercase());
            letters += 1;
        }
        done = done.max(end);
    }
    if cased == 0 || cased < rule.min_letters {
        return None;
    }
    let share = upper as f32 / letters as f32;
    (share >= rule.min_upper_share).then(|| {
        let detail = format!(
            "{share:.2} of {letters} letters are upper case, shouting from {:.2} of {}",
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
    fn acronyms_among_letters_without_case_do_not_shout() {
        assert!(!shouts("LH와 SH, GH가 함께 짓는 GTX-A 역세권 PF 사업에 KDB와 IBK, NH까지 들어왔네요"));
        assert!(shouts("WAKE UP KOREA YOU ARE BEING ROBBED 진짜"));
    }

    #[test]
    fn letters_without_case_are_exempt() {
        assert!(!shouts("한국과 미국의 외교 장관이 서울에서 만나 NATO 문제를 논의했다고 합니다"));
    }
}
