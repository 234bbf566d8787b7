//! 480 comments as readers write them, English and Korean, with what a fair person would decide: no model has learnt from
//! them. `tests/cases/written.tsv`, our own sentences; docs/models.md shows what the default policy makes of them.

use std::{collections::BTreeMap, fs, path::Path};

use comity::{
    classifier::Classifier,
    moderation::{AuthorDraft, CommentDraft, Decision, Policies, Submission, SubmissionDraft},
    moderator::Moderator,
};

/// At least this share of the civil ones is approved.
const APPROVED: f64 = 0.98;
/// At least this share of the others is not.
const HELD: f64 = 0.65;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// For each decision and kind, in English and in Korean: how many were decided so, and of how many.
fn decided() -> BTreeMap<(String, String), [(usize, usize); 2]> {
    let policies = Policies::parse("defaults.length.min = 0").unwrap();
    let moderator = Moderator::new(Classifier::embedded().unwrap(), policies);
    let policy = moderator.policies().named("default").unwrap();
    let mut counts = BTreeMap::new();
    for line in file("tests/cases/written.tsv").lines() {
        let [language, decision, kind, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let comment = CommentDraft {
            text: text.to_owned(),
            language: language.to_owned(),
            author: AuthorDraft { authenticated: true, ..AuthorDraft::default() },
            ..CommentDraft::default()
        };
        let draft = SubmissionDraft { comment: Some(comment), ..SubmissionDraft::default() };
        let verdict = moderator.moderate(&Submission::parse(draft).unwrap(), policy).verdict;
        let as_expected = (verdict.decision == Decision::Approve) == (decision == "approve");
        let both: &mut [(usize, usize); 2] =
            counts.entry((decision.to_owned(), kind.to_owned())).or_default();
        let (right, all) = &mut both[usize::from(language == "ko")];
        (*right, *all) = (*right + usize::from(as_expected), *all + 1);
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
    let guide = file("docs/models.md");
    let missing: Vec<String> = rows.filter(|row| !guide.contains(row)).collect();
    assert!(missing.is_empty(), "docs/models.md lacks:\n{}", missing.join("\n"));
}
