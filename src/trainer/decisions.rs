//! What the shipped default policy does with labelled comments, and what other thresholds would do.

use std::fmt::Write as _;

use crate::{
    classifier::Model,
    moderation::{AuthorDraft, Comment, CommentDraft, Decision, Policies, judge},
    scores::{Attribute, Language, Scores},
    text::Text,
};

use super::measured::Measured;

/// Shares of comments that the table of thresholds asks for, in percent.
const SHARES: [f64; 7] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0];

/// The decision of the default policy by scores alone: lengths and log-in do not count.
pub fn by_default(model: &Model, policies: &Policies, text: &str) -> Option<Decision> {
    let policy = policies.named("default")?;
    let draft = CommentDraft {
        text: text.to_owned(),
        author: AuthorDraft { authenticated: true, ..AuthorDraft::default() },
        ..CommentDraft::default()
    };
    let comment = Comment::parse(draft).ok()?;
    let read = Text::read(&comment.text);
    let attributes = policy.needed_attributes();
    let scores = Scores {
        language: Language { code: model.language().to_owned(), confidence: 1.0, supported: true },
        attributes: model.civility().scores(&read, &attributes, false),
        stances: Vec::new(),
        on_topic: None,
        sentiment: None,
    };
    let verdict = judge(&comment, &read, &scores, policy);
    let by_scores = verdict.reasons.iter().filter(|reason| reason.attribute.is_some());
    Some(by_scores.map(|reason| reason.action).max().unwrap_or(Decision::Approve))
}

/// Shares held or rejected among civil and among uncivil comments, from decisions with whether the comment is uncivil.
pub fn shares(set: &str, decided: &[(Decision, bool)]) -> Vec<Measured> {
    let mut out = Vec::new();
    for (is_uncivil, who) in [(false, "civil"), (true, "uncivil")] {
        let of: Vec<Decision> = decided.iter().filter(|d| d.1 == is_uncivil).map(|d| d.0).collect();
        let share = |is: &dyn Fn(Decision) -> bool| {
            of.iter().filter(|decision| is(**decision)).count() as f64 / of.len().max(1) as f64
        };
        out.push(Measured::plain(
            set,
            &format!("share of {who} not approved by default"),
            of.len(),
            share(&|d| d != Decision::Approve),
        ));
        out.push(Measured::plain(
            set,
            &format!("share of {who} rejected by default"),
            of.len(),
            share(&|d| d == Decision::Reject),
        ));
    }
    out
}

/// For shares of comments to hold: the threshold that holds so many, and what it catches, as a Markdown table.
pub fn thresholds(attribute: Attribute, scored: &[(f64, bool)]) -> String {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let total = |is: bool| sorted.iter().filter(|row| row.1 == is).count().max(1) as f64;
    let mut out = format!(
        "| hold | {} from | of the labelled caught | of the others held | held rightly |\n|---|---|---|---|---|\n",
        attribute.name()
    );
    for share in SHARES {
        let count = ((share / 100.0 * sorted.len() as f64).round() as usize).clamp(1, sorted.len().max(1));
        let Some(&(least, _)) = sorted.get(count - 1) else { continue };
        let held: Vec<&(f64, bool)> = sorted.iter().take_while(|row| row.0 >= least).collect();
        let right = held.iter().filter(|row| row.1).count() as f64;
        let wrong = held.len() as f64 - right;
        let _infallible = writeln!(
            out,
            "| {:.1} % | {least:.3} | {:.1} % | {:.1} % | {:.1} % |",
            held.len() as f64 / sorted.len() as f64 * 100.0,
            right / total(true) * 100.0,
            wrong / total(false) * 100.0,
            right / held.len().max(1) as f64 * 100.0,
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_found_for_a_share() {
        let scored: Vec<(f64, bool)> = (0..100).map(|i| (f64::from(i) / 100.0, i >= 90)).collect();
        let table = thresholds(Attribute::Toxicity, &scored);
        assert!(table.contains("| 5.0 % | 0.950 | 50.0 % | 0.0 % | 100.0 % |"), "{table}");
        assert!(table.contains("| 20.0 % | 0.800 | 100.0 % | 11.1 % | 50.0 % |"), "{table}");
    }

    #[test]
    fn decisions_are_counted_apart_for_civil_and_uncivil() {
        let decided = [
            (Decision::Approve, false),
            (Decision::Hold, false),
            (Decision::Reject, true),
            (Decision::Hold, true),
        ];
        let values: Vec<f64> = shares("test", &decided).iter().map(|m| m.value).collect();
        assert_eq!(values, [0.5, 0.0, 1.0, 0.5]);
    }
}
