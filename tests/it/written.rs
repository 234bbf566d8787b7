//! 1,280 comments as readers write them, English and Korean, with what a fair person would decide: no model has learnt from
//! them. `tests/cases/written.tsv`, on which models are chosen, `blind.tsv` and `blind_6.tsv`, on which versions 4 and 6 were
//! measured once and not chosen: our own sentences. docs/models.md shows what the default policy makes of them.

use std::{collections::BTreeMap, fs, path::Path};

use comity::moderation::Decision;

use super::disguises::{moderator, table, verdict};

/// For each decision and kind, in English and in Korean: how many were decided so, and of how many.
fn decided(file: &str) -> BTreeMap<(String, String), [(usize, usize); 2]> {
    let moderator = moderator();
    let mut counts = BTreeMap::new();
    for row in table(file) {
        let [language, decision, kind, text] = &row[..] else { panic!("{row:?}") };
        let is_approved = verdict(&moderator, text, language).decision == Decision::Approve;
        let both: &mut [(usize, usize); 2] = counts.entry((decision.clone(), kind.clone())).or_default();
        let (right, all) = &mut both[usize::from(language == "ko")];
        (*right, *all) = (*right + usize::from(is_approved == (decision == "approve")), *all + 1);
    }
    counts
}

/// Checks that the guide says how the comments of a file are decided, and that at least such shares of the civil ones are
/// approved and of the others not.
fn check(file: &str, approved: f64, held: f64) {
    let counts = decided(file);
    for (decision, least) in [("approve", approved), ("hold", held)] {
        let of = counts.iter().filter(|((d, _), _)| d == decision).flat_map(|(_, both)| both);
        let (right, all) = of.fold((0, 0), |(right, all), (r, a)| (right + r, all + a));
        assert!(all >= 200 && right as f64 >= least * all as f64, "{decision}: {right} of {all}");
    }
    let rows = counts.iter().map(|((decision, kind), [(en, en_all), (ko, ko_all)])| {
        format!("| {decision} | {} | {en} of {en_all} | {ko} of {ko_all} |", kind.replace('_', " "))
    });
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/models.md")).unwrap();
    let missing: Vec<String> = rows.filter(|row| !guide.contains(row)).collect();
    assert!(missing.is_empty(), "docs/models.md lacks:\n{}", missing.join("\n"));
}

#[test]
fn written_comments_are_decided_as_the_guide_says() {
    check("written.tsv", 0.98, 0.65);
}

#[test]
fn blind_comments_are_decided_as_the_guide_says() {
    check("blind.tsv", 0.90, 0.55);
}

#[test]
fn comments_blind_for_version_6_are_decided_as_the_guide_says() {
    check("blind_6.tsv", 0.85, 0.50);
}
