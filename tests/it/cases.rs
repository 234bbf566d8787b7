//! Runs `tests/cases/*.toml`: comments for people to read, each with the verdict that is expected and one line of why.

use std::{collections::BTreeMap, fs, path::Path};

use comity::{
    classifier::Classifier,
    moderation::{
        ArticleDraft, AuthorDraft, CommentDraft, Decision, Policies, ReasonCode, Submission, SubmissionDraft,
        Verdict,
    },
    moderator::Moderator,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Policies for the cases of this file; the built-in defaults when absent.
    #[serde(default)]
    policy_toml: String,
    #[serde(rename = "case")]
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Why the verdict is right. Asserted only to be there.
    why: String,
    text: String,
    #[serde(default)]
    policy: String,
    #[serde(default)]
    headline: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    parent: String,
    #[serde(default)]
    thread: Vec<String>,
    #[serde(default)]
    language: String,
    #[serde(default)]
    authenticated: bool,
    approved_count: Option<u32>,
    decision: Expected,
    /// Reasons that must be given, such as "TOO_SHORT".
    #[serde(default)]
    reasons: Vec<String>,
    /// Whether no other reason may be given.
    #[serde(default)]
    exact: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expected {
    Approve,
    Hold,
    Reject,
    NotApprove,
}

impl Expected {
    fn holds(self, decision: Decision) -> bool {
        match self {
            Self::Approve => decision == Decision::Approve,
            Self::Hold => decision == Decision::Hold,
            Self::Reject => decision == Decision::Reject,
            Self::NotApprove => decision != Decision::Approve,
        }
    }
}

/// The code as the contract writes it.
fn name(code: ReasonCode) -> String {
    let mut name = String::new();
    for c in format!("{code:?}").chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_uppercase());
    }
    name
}

/// All reason codes, from the contract.
fn all_codes() -> Vec<String> {
    (1..)
        .map_while(|number| comity::pb::ReasonCode::try_from(number).ok())
        .map(|code| code.as_str_name().trim_start_matches("REASON_CODE_").to_owned())
        .collect()
}

fn files() -> BTreeMap<String, File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let file =
                toml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
            (name, file)
        })
        .collect()
}

fn submission(case: &Case) -> Submission {
    let author = AuthorDraft {
        authenticated: case.authenticated,
        approved_count: case.approved_count,
        ..Default::default()
    };
    let comment = CommentDraft {
        text: case.text.clone(),
        language: case.language.clone(),
        author,
        parent_text: case.parent.clone(),
        ..Default::default()
    };
    let article = ArticleDraft {
        headline: case.headline.clone(),
        summary: case.summary.clone(),
        body: case.body.clone(),
        ..Default::default()
    };
    let draft = SubmissionDraft {
        comment: Some(comment),
        article: Some(article),
        thread: case.thread.clone(),
        ..Default::default()
    };
    Submission::parse(draft).unwrap_or_else(|violations| panic!("{}: {violations:?}", case.name))
}

/// What is wrong with a verdict; `None` when it is as expected.
fn complaint(case: &Case, verdict: &Verdict) -> Option<String> {
    let given: Vec<String> = verdict.reasons.iter().map(|reason| name(reason.code)).collect();
    let missing = case.reasons.iter().any(|reason| !given.contains(reason));
    let surplus = case.exact && given.iter().any(|reason| !case.reasons.contains(reason));
    if case.decision.holds(verdict.decision) && !missing && !surplus {
        return None;
    }
    let scores: Vec<String> = verdict.reasons.iter().map(|reason| reason.moderator_detail.clone()).collect();
    Some(format!(
        "expected {:?} {:?}{}, got {:?} {given:?} {scores:?}",
        case.decision,
        case.reasons,
        if case.exact { " exactly" } else { "" },
        verdict.decision
    ))
}

/// Every case with its verdict, under "FILE: NAME".
fn judged() -> Vec<(String, Case, Verdict)> {
    let mut judged = Vec::new();
    for (file_name, file) in files() {
        let policies =
            Policies::parse(&file.policy_toml).unwrap_or_else(|error| panic!("{file_name}: {error}"));
        let moderator = Moderator::new(Classifier::embedded().unwrap(), policies);
        for case in file.cases {
            let title = format!("{file_name}: {}", case.name);
            let policy = moderator.policies().named(&case.policy);
            let policy = policy.unwrap_or_else(|| panic!("{title}: no policy {:?}", case.policy));
            let verdict = moderator.moderate(&submission(&case), policy).verdict;
            judged.push((title, case, verdict));
        }
    }
    judged
}

#[test]
fn every_case_gets_the_verdict_that_is_expected() {
    let judged = judged();
    let known = all_codes();
    let mut complaints = Vec::new();
    for (title, case, verdict) in &judged {
        if case.why.trim().is_empty() {
            complaints.push(format!("{title}: says no why"));
        }
        for unknown in case.reasons.iter().filter(|reason| !known.contains(reason)) {
            complaints.push(format!("{title}: there is no reason {unknown}"));
        }
        complaints.extend(complaint(case, verdict).map(|complaint| format!("{title}: {complaint}")));
    }
    assert!(
        complaints.is_empty(),
        "{} of {} cases:\n{}",
        complaints.len(),
        judged.len(),
        complaints.join("\n")
    );
}

#[test]
fn every_reason_code_is_produced_by_a_case() {
    let judged = judged();
    let given = |code: &String| {
        judged.iter().any(|(_, case, verdict)| {
            case.reasons.contains(code) && verdict.reasons.iter().any(|reason| name(reason.code) == *code)
        })
    };
    let missing: Vec<String> = all_codes().into_iter().filter(|code| !given(code)).collect();
    assert!(missing.is_empty(), "no case expects and gets {missing:?}");
}

#[test]
fn names_of_cases_are_unique() {
    let mut titles: Vec<String> = judged().into_iter().map(|(title, ..)| title).collect();
    titles.sort();
    assert!(titles.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn the_policy_for_korean_news_holds_earlier_and_changes_nothing_else() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/policy-korean-news.toml");
    let news = Policies::parse(&fs::read_to_string(path).unwrap()).unwrap();
    let same =
        Policies::parse("[defaults.attributes]\ntoxicity = { hold_at = 0.4, reject_at = 0.97 }\n").unwrap();
    let sha256 = |policies: &Policies| policies.named("default").unwrap().sha256().to_owned();
    assert_eq!(sha256(&news), sha256(&same));
    assert_ne!(sha256(&news), sha256(&Policies::parse("").unwrap()));
}
