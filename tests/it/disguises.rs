//! Tables of disguises and of innocents: abuse must not get through by being respelt, and nothing harmless may be held for
//! looking like it. The tables are `tests/cases/{abuse_en,abuse_ko,innocents}.tsv`, our own sentences.

use std::{fs, path::Path};

use comity::{
    classifier::Classifier,
    moderation::{
        AuthorDraft, CommentDraft, Decision, Policies, ReasonCode, Submission, SubmissionDraft, Verdict,
    },
    moderator::Moderator,
};

/// At least this share of disguised abuse is not approved where the plain form is not.
const CAUGHT: f64 = 0.97;
/// At most this share of innocents is not approved.
const HELD: f64 = 0.02;
const ATLEAST: usize = 300;

pub(crate) fn table(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Judges by scores; a disguise is a reason, but no cause to hold anything.
pub(crate) fn moderator() -> Moderator {
    with_policy("[defaults.length]\nmin = 0\n")
}

fn with_policy(toml: &str) -> Moderator {
    let policies = Policies::parse(toml).unwrap();
    Moderator::new(Classifier::embedded().unwrap(), policies)
}

pub(crate) fn verdict(moderator: &Moderator, text: &str, language: &str) -> Verdict {
    let comment = CommentDraft {
        text: text.to_owned(),
        language: language.to_owned(),
        author: AuthorDraft { authenticated: true, ..AuthorDraft::default() },
        ..CommentDraft::default()
    };
    let submission =
        Submission::parse(SubmissionDraft { comment: Some(comment), ..SubmissionDraft::default() });
    moderator.moderate(&submission.unwrap(), moderator.policies().named("default").unwrap()).verdict
}

fn shift(word: &str, first: char, to: u32) -> String {
    let base = u32::from(first);
    word.chars()
        .map(|c| if c.is_ascii_lowercase() { char::from_u32(u32::from(c) - base + to).unwrap() } else { c })
        .collect()
}

fn swap(word: &str, pairs: &[(char, char)]) -> String {
    word.chars().map(|c| pairs.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to)).collect()
}

fn between(word: &str, mark: &str) -> String {
    word.chars().map(String::from).collect::<Vec<_>>().join(mark)
}

/// The second letter of a longer word as a star.
fn masked(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    letters.iter().enumerate().map(|(i, c)| if i == 1 && letters.len() > 3 { '*' } else { *c }).collect()
}

/// A Hangul syllable as its jamo, in the letters of a keyboard.
fn split_jamo(word: &str) -> String {
    const LEADS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
    const VOWELS: &str = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
    const TAILS: &str = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
    let mut out = String::new();
    for c in word.chars() {
        let index = u32::from(c).wrapping_sub(0xac00) as usize;
        if index >= 11_172 {
            out.push(c);
            continue;
        }
        out.extend(LEADS.chars().nth(index / 588));
        out.extend(VOWELS.chars().nth(index % 588 / 28));
        out.extend(TAILS.chars().nth(index % 28).filter(|tail| *tail != ' '));
    }
    out
}

type Disguise = (&'static str, fn(&str) -> String);

const ENGLISH: [Disguise; 15] = [
    ("capitals", |w| w.to_uppercase()),
    ("alternating capitals", |w| {
        w.chars().enumerate().map(|(i, c)| if i % 2 == 0 { c.to_ascii_uppercase() } else { c }).collect()
    }),
    ("full width", |w| shift(w, 'a', 0xff41)),
    ("mathematical bold", |w| shift(w, 'a', 0x1d41a)),
    ("circled", |w| shift(w, 'a', 0x24d0)),
    ("zero-width spaces", |w| between(w, "\u{200b}")),
    ("soft hyphens", |w| between(w, "\u{ad}")),
    ("combining marks", |w| w.chars().flat_map(|c| [c, '\u{336}']).collect()),
    ("Cyrillic look-alikes", |w| {
        swap(w, &[('a', 'а'), ('e', 'е'), ('o', 'о'), ('c', 'с'), ('i', 'і'), ('s', 'ѕ')])
    }),
    ("Greek look-alikes", |w| swap(w, &[('a', 'α'), ('o', 'ο'), ('u', 'υ'), ('i', 'ι')])),
    ("digits for letters", |w| swap(w, &[('a', '4'), ('e', '3'), ('i', '1'), ('o', '0')])),
    ("spaced out", |w| between(w, " ")),
    ("dots between", |w| between(w, ".")),
    ("stretched", |w| {
        w.chars().flat_map(|c| std::iter::repeat_n(c, if "aeiou".contains(c) { 4 } else { 1 })).collect()
    }),
    ("masked", masked),
];

const KOREAN: [Disguise; 7] = [
    ("zero-width spaces", |w| between(w, "\u{200b}")),
    ("digits between", |w| between(w, "1")),
    ("dots between", |w| between(w, ".")),
    ("spaced out", |w| between(w, " ")),
    ("split jamo", split_jamo),
    ("decomposed", |w| {
        let leads = |i: u32| char::from_u32(0x1100 + i / 588).unwrap();
        w.chars()
            .flat_map(|c| {
                let i = u32::from(c).wrapping_sub(0xac00);
                if i >= 11_172 {
                    return vec![c];
                }
                let tail = (i % 28 > 0).then(|| char::from_u32(0x11a7 + i % 28).unwrap());
                let vowel = char::from_u32(0x1161 + i % 588 / 28).unwrap();
                [Some(leads(i)), Some(vowel), tail].into_iter().flatten().collect()
            })
            .collect()
    }),
    ("emoji between", |w| between(w, "🙂")),
];

/// The abusive text of a row, with a neutral rest: where the rest of its own sentence would be held by itself, a plain
/// sentence carries the words instead.
fn carried(moderator: &Moderator, row: &[String], language: &str) -> String {
    let rest = row[1].split(',').fold(row[0].clone(), |text, word| text.replace(word, ""));
    if verdict(moderator, &rest, language).decision == Decision::Approve {
        return row[0].clone();
    }
    let (before, words, after) = match language {
        "ko" => ("이 글을 쓴 분께 한마디만 하겠습니다. 당신은", row[1].replace(',', " "), "입니다."),
        _ => (
            "one word to whoever wrote this piece about the harbour: you are",
            row[1].replace(',', " and "),
            "to me",
        ),
    };
    assert_eq!(verdict(moderator, &format!("{before} {after}"), language).decision, Decision::Approve);
    format!("{before} {words} {after}")
}

/// Every abusive word of a text, disguised.
fn disguised(text: &str, words: &str, disguise: fn(&str) -> String) -> String {
    words.split(',').fold(text.to_owned(), |text, word| text.replace(word, &disguise(word)))
}

#[test]
fn disguised_abuse_is_not_approved() {
    let moderator = moderator();
    let weighs_disguises =
        with_policy("[defaults]\nlength = { min = 0 }\ndisguise = { action = \"hold\" }\n");
    let (mut tried, mut missed, mut told) = (0, Vec::new(), 0);
    for (file, language, disguises) in
        [("abuse_en.tsv", "en", &ENGLISH[..]), ("abuse_ko.tsv", "ko", &KOREAN[..])]
    {
        for row in table(file) {
            let plain = carried(&moderator, &row, language);
            if verdict(&moderator, &plain, language).decision == Decision::Approve {
                continue;
            }
            for (name, disguise) in disguises {
                let text = disguised(&plain, &row[1], *disguise);
                if text == plain {
                    continue;
                }
                tried += 1;
                let reasons = verdict(&weighs_disguises, &text, language).reasons;
                told += usize::from(reasons.iter().any(|r| r.code == ReasonCode::DisguisedText));
                if verdict(&moderator, &text, language).decision == Decision::Approve {
                    missed.push(format!("{name}: {text}"));
                }
            }
        }
    }
    let caught = 1.0 - missed.len() as f64 / tried as f64;
    assert!(tried >= ATLEAST, "only {tried} disguises were tried");
    assert!(caught >= CAUGHT, "{caught:.4} of {tried} caught; missed:\n{}", missed.join("\n"));
    assert!(told * 2 > tried, "a disguise is a reason of its own in only {told} of {tried}");
}

#[test]
fn innocents_are_approved() {
    let moderator = moderator();
    let rows = table("innocents.tsv");
    let held: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let verdict = verdict(&moderator, &row[2], &row[0]);
            let details: Vec<&str> = verdict.reasons.iter().map(|r| r.moderator_detail.as_str()).collect();
            (verdict.decision != Decision::Approve).then(|| format!("{} {}: {details:?}", row[1], row[2]))
        })
        .collect();
    assert!(rows.len() >= ATLEAST, "only {} innocents", rows.len());
    let share = held.len() as f64 / rows.len() as f64;
    assert!(share <= HELD, "{} of {} held:\n{}", held.len(), rows.len(), held.join("\n"));
}

#[test]
fn an_explanation_adds_up_over_a_thousand_texts() {
    let moderator = moderator();
    let mut texts: Vec<(String, String)> = Vec::new();
    for row in table("innocents.tsv") {
        texts.push((row[2].clone(), row[0].clone()));
        texts.push((format!("{} 👩‍👩‍👧🙂 {}", row[2], between("really", "\u{200b}")), row[0].clone()));
    }
    for (file, language, disguises) in
        [("abuse_en.tsv", "en", &ENGLISH[..]), ("abuse_ko.tsv", "ko", &KOREAN[..])]
    {
        for row in table(file) {
            texts.extend(
                disguises.iter().map(|(_, d)| (disguised(&row[0], &row[1], *d), language.to_owned())),
            );
        }
    }
    assert!(texts.len() >= 1000, "only {} texts", texts.len());
    for (text, language) in texts {
        let read = comity::text::Text::read(&text);
        let model = moderator.classifier().model(&language).unwrap();
        let attributes = model.attributes();
        let boundaries: Vec<usize> =
            unicode_segmentation::UnicodeSegmentation::grapheme_indices(&*text, true)
                .map(|(at, _)| at)
                .chain([text.len()])
                .collect();
        for score in model.civility().scores(&read, &attributes, true) {
            let (probability, parts) = (score.probability.unwrap(), score.explanation.unwrap());
            let sum: f64 =
                parts.bias + parts.rest + parts.contributions.iter().map(|c| c.log_odds).sum::<f64>();
            let expected = 1.0 / (1.0 + (-sum).exp());
            assert!((expected - f64::from(probability)).abs() < 1e-4, "{text}: {expected} {probability}");
            for contribution in &parts.contributions {
                let span = contribution.span;
                assert!(
                    boundaries.contains(&span.begin)
                        && boundaries.contains(&span.end)
                        && span.begin < span.end,
                    "{text}: {span:?} splits a character"
                );
            }
        }
    }
}
