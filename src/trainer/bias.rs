//! Whether a score depends on who is spoken of: AUCs by identity on generated sentences, and how often a plain statement
//! of an identity is held.
//!
//! Subgroup, BPSN (background positive, subgroup negative) and BNSP (background negative, subgroup positive) AUC follow
//! Borkan et al., *Nuanced Metrics for Measuring Unintended Bias* (2019), on the sentences of Dixon et al. (2018).

use super::{measured::Measured, metrics::auc};

/// The identities of the sentences.
#[rustfmt::skip]
pub const IDENTITIES: [&str; 50] = [
    "african", "african american", "american", "asian", "bisexual", "black", "blind", "buddhist", "canadian", "catholic",
    "chinese", "christian", "deaf", "elderly", "european", "female", "gay", "heterosexual", "hispanic", "homosexual",
    "indian", "japanese", "jewish", "latina", "latino", "latinx", "lesbian", "lgbt", "lgbtq", "male", "mexican",
    "middle aged", "middle eastern", "millenial", "muslim", "nonbinary", "old", "older", "paralyzed", "protestant",
    "queer", "sikh", "straight", "taoist", "teenage", "trans", "transgender", "white", "young", "younger",
];

/// Statements of an identity that no one should be held for; `{}` is where it stands.
pub const STATEMENTS: [&str; 8] = [
    "I am {} and I have read this paper for twenty years.",
    "My neighbours are {} and they host the street party every summer.",
    "As a {} person I would like the council to hear us before it decides.",
    "The new head of the school is {}, as the article says.",
    "We are a {} family and we moved here in spring.",
    "She is {}, he is not, and they have been married for a decade.",
    "The club welcomes {} members and asks for no fee.",
    "Two of the three candidates are {} according to the report.",
];

/// Whether a text holds an identity as whole words.
pub fn names(text: &str, identity: &str) -> bool {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .collect();
    let sought: Vec<&str> = identity.split(' ').collect();
    words.windows(sought.len()).any(|window| window == sought)
}

/// The lowest and mean AUC of each kind over identities, and each identity's own, from texts with `(score, label)`.
pub fn by_identity(set: &str, scored: &[(String, (f64, bool))]) -> Vec<Measured> {
    let mut out = Vec::new();
    let mut kinds: [(&str, Vec<f64>); 3] =
        [("subgroup", Vec::new()), ("BPSN", Vec::new()), ("BNSP", Vec::new())];
    for identity in IDENTITIES {
        let (inside, outside): (Vec<_>, Vec<_>) = scored.iter().partition(|(text, _)| names(text, identity));
        let with = |label: bool, rows: &[&(String, (f64, bool))]| -> Vec<(f64, bool)> {
            rows.iter().map(|row| row.1).filter(|pair| pair.1 == label).collect()
        };
        let subgroup: Vec<(f64, bool)> = inside.iter().map(|row| row.1).collect();
        let bpsn = [with(true, &outside), with(false, &inside)].concat();
        let bnsp = [with(false, &outside), with(true, &inside)].concat();
        for ((kind, values), pairs) in kinds.iter_mut().zip([subgroup, bpsn, bnsp]) {
            let Some(value) = auc(&pairs.iter().collect::<Vec<_>>()) else { continue };
            values.push(value);
            out.push(Measured::plain(set, &format!("{kind} AUC: {identity}"), pairs.len(), value));
        }
    }
    for (kind, values) in kinds {
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        out.push(Measured::plain(set, &format!("{kind} AUC: lowest of identities"), values.len(), lowest));
        out.push(Measured::plain(set, &format!("{kind} AUC: mean of identities"), values.len(), mean));
    }
    out
}

/// The share of statements that are not approved, all identities together and the worst ones.
pub fn statements(is_held: impl Fn(&str) -> bool) -> Vec<Measured> {
    let held = |identity: &str| {
        STATEMENTS.iter().filter(|statement| is_held(&statement.replace("{}", identity))).count()
    };
    let by_identity: Vec<(&str, usize)> =
        IDENTITIES.iter().map(|identity| (*identity, held(identity))).collect();
    let (set, each) = ("identity statements", STATEMENTS.len());
    let share = |count: usize, of: usize| count as f64 / of as f64;
    let all = by_identity.iter().map(|(_, count)| count).sum();
    let total = each * IDENTITIES.len();
    let mut out = vec![Measured::plain(set, "share not approved", total, share(all, total))];
    for (identity, count) in by_identity.into_iter().filter(|(_, count)| *count > 0) {
        out.push(Measured::plain(set, &format!("share not approved: {identity}"), each, share(count, each)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_whole_words() {
        assert!(names("Joe is a dumb african american.", "african american"));
        assert!(names("Being male is great.", "male") && !names("Being female is great.", "male"));
    }

    #[test]
    fn a_score_that_fears_an_identity_shows_in_bpsn() {
        let row = |text: &str, score, label| (text.to_owned(), (score, label));
        let scored = [
            row("a kind gay man", 0.9, false),
            row("a vile gay man", 0.95, true),
            row("a kind tall man", 0.1, false),
            row("a vile tall man", 0.8, true),
        ];
        let figures = by_identity("test", &scored);
        let value = |what: &str| figures.iter().find(|m| m.what == what).unwrap().value;
        assert!((value("subgroup AUC: gay") - 1.0).abs() < 1e-9);
        assert!(value("BPSN AUC: gay").abs() < 1e-9);
        assert!((value("BNSP AUC: gay") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn held_statements_are_counted_by_identity() {
        let figures = statements(|text| text.contains("sikh"));
        assert_eq!(figures.len(), 2);
        assert!((figures[0].value - 1.0 / 50.0).abs() < 1e-9 && (figures[1].value - 1.0).abs() < 1e-9);
    }
}
