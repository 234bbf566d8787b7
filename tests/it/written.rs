//! 480 comments as readers write them, English and Korean, with what a fair person would decide: no model has learnt from
//! them. `tests/cases/written.tsv`, our own sentences; docs/models.md shows what the default policy makes of them.

use std::{collections::BTreeMap, fs, path::Path};

use comity::moderation::Decision;

use super::disguises::{moderator, table, verdict};

/// At least this share of the civil ones is approved.
const APPROVED: f64 = 0.98;
/// At least this share of the others is not.
const HELD: f64 = 0.65;

/// For each decision and kind, in English and in Korean: how many were decided so, and of how many.
fn decided() -> BTreeMap<(String, String), [(usize, usize); 2]> {
    let moderator = moderator();
    let mut counts = BTreeMap::new();
    for row in table("written.tsv") {
        let [language, decision, kind, text] = &row[..] else { panic!("{row:?}") };
        let is_approved = verdict(&moderator, text, language).decision == Decision::Approve;
        let both: &mut [(usize, usize); 2] = counts.entry((decision.clone(), kind.clone())).or_default();
        let (right, all) = &mut both[usize::from(language == "ko")];
        (*right, *all) = (*right + usize::from(is_approved == (decision == "approve")), *all + 1);
    }
    counts
}

#[test]
fn written_comments_are_decided_as_the_guide_says() {
    let counts = decided();
    for (decision, least) in [("approve", APPROVED), ("hold", HELD)] {
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
