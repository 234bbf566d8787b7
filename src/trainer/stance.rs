//! Fits the stance head on readers' comments about two opposed claims, and measures it.
//!
//! Each comment is used for both claims, so that no sign is carried by the comment alone, and for the noun phrase that
//! the claims share ("state citizenship"), so that the head works for topics. Neutral rows are targets of another
//! article; there are as many as favor and as against.

use std::path::Path;

use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

use super::{
    corpus::{CorpusError, Row, rows},
    dense::{another, three},
    metrics::{best, f1, macro_f1},
    valence::reader_comments,
};
use crate::{
    classifier::{
        stance::{FEATURES, StanceParams, Target, features},
        valence::Tone,
        words::{Lexicon, Reading, hash, role},
    },
    scores::StanceLabel,
    text::Text,
};

const FAVOR: usize = 0;
const AGAINST: usize = 1;
const NEUTRAL: usize = 2;
/// Words of a shared noun phrase, at most.
const MAX_PHRASE: usize = 6;

/// A comment (by place), a target and a class.
struct Labelled {
    comment: usize,
    target: String,
    class: usize,
}

/// Fits the head.
///
/// # Errors
/// When a corpus cannot be read or fitted.
pub fn train(data: &Path, lexicon: &Lexicon, seed: u64) -> Result<StanceParams, CorpusError> {
    let comments = reader_comments(data)?;
    let labelled = labelled(&comments, lexicon, seed);
    let mut measured: Vec<[f32; FEATURES]> = Vec::new();
    let mut classes = Vec::new();
    for group in labelled.chunk_by(|a, b| a.comment == b.comment) {
        let Some(row) = group.first().and_then(|l| comments.get(l.comment)) else { continue };
        let text = Text::read(&row.text);
        let reading = Reading::new(&text, lexicon);
        let tone = Tone::new(&reading, &lexicon.valence);
        for one in group {
            if let Some(target) = Target::new(&one.target, lexicon) {
                measured.push(features(&reading, &tone, &target, lexicon));
                classes.push(one.class);
            }
        }
    }
    let (standard, classes) = three("stance", &measured, &classes)?;
    Ok(StanceParams { standard, classes })
}

/// The claims of one row: the first, the second and the class of the first.
fn claims(row: &Row) -> Option<(&str, &str, usize)> {
    let claim = |name: &str| row.labels.get(name).and_then(serde_json::Value::as_str);
    let (one, two) = (claim("stance1")?, claim("stance2")?);
    let class = match row.stance.as_deref()? {
        "favor" => FAVOR,
        "against" => AGAINST,
        _ => return None,
    };
    Some((one, two, if row.target.as_deref() == Some(one) { class } else { 1 - class }))
}

fn labelled(comments: &[Row], lexicon: &Lexicon, seed: u64) -> Vec<Labelled> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let known: Vec<(usize, &Row, &str, &str, usize)> = comments
        .iter()
        .enumerate()
        .filter_map(|(i, r)| claims(r).map(|(one, two, class)| (i, r, one, two, class)))
        .collect();
    let mut out = Vec::new();
    for (i, &(comment, row, one, two, class)) in known.iter().enumerate() {
        let mut add = |target: &str, class| out.push(Labelled { comment, target: target.to_owned(), class });
        add(one, class);
        add(two, 1 - class);
        let elsewhere = another(&mut rng, &known, |k| k.1.group() == row.group());
        if let Some(&(_, _, other_one, other_two, _)) = elsewhere {
            add(if i % 2 == 0 { other_one } else { other_two }, NEUTRAL);
        }
        for (k, (phrase, sign)) in phrases(one, two, lexicon).into_iter().enumerate() {
            add(&phrase, if sign > 0 { class } else { 1 - class });
            let elsewhere = another(&mut rng, &known, |k| k.1.group() == row.group());
            if let (Some(&(_, _, one, two, _)), 0) = (elsewhere, (i + k) % 2) {
                if let Some((phrase, _)) = phrases(one, two, lexicon).into_iter().next_back() {
                    add(&phrase, NEUTRAL);
                }
            }
        }
    }
    out
}

/// Phrases that two opposed claims share, each without stop words at its ends, and whether the first claim is for it (1)
/// or against it (-1): the longest run of words, and the words with which both begin. None when the claims do not differ
/// in polarity outside the run.
fn phrases(one: &str, two: &str, lexicon: &Lexicon) -> Vec<(String, i32)> {
    let cut = |claim: &str| -> Vec<String> {
        let clean = |w: &str| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('’', "'");
        claim.split_whitespace().map(clean).filter(|w| !w.is_empty()).collect()
    };
    let (one, two) = (cut(one), cut(two));
    let same =
        |i: usize, j: usize| one.iter().skip(i).zip(two.iter().skip(j)).take_while(|(a, b)| a == b).count();
    let starts = (0..one.len()).flat_map(|i| (0..two.len()).map(move |j| (i, j)));
    let longest =
        starts.map(|(i, j)| (i, j, same(i, j))).fold((0, 0, 0), |a, b| if b.2 > a.2 { b } else { a });
    let mut out: Vec<_> = [longest, (0, 0, same(0, 0))]
        .into_iter()
        .filter_map(|run| phrase(&one, &two, run, lexicon))
        .collect();
    out.dedup();
    out
}

fn phrase(
    one: &[String],
    two: &[String],
    (at_one, at_two, length): (usize, usize, usize),
    lexicon: &Lexicon,
) -> Option<(String, i32)> {
    let has = |word: &str, bits| lexicon.roles.of(hash(word)) & bits != 0;
    let sign = |claim: &[String], at: usize| {
        let outside =
            claim.iter().enumerate().filter(|(i, _)| !(at..at + length).contains(i)).map(|(_, w)| w);
        let (negated, banned) = outside.fold((false, false), |(negated, banned), w| {
            let turned = has(w, role::TARGET_NEGATION) || w.ends_with("n't");
            (negated || turned, banned || has(w, role::TARGET_BAN))
        });
        if negated == banned { 1 } else { -1 }
    };
    let (sign_one, sign_two) = (sign(one, at_one), sign(two, at_two));
    let shared = one.get(at_one..at_one + length)?;
    let says = |w: &String| !has(w, role::STOP | role::DEMAND);
    let (first, last) = (shared.iter().position(says)?, shared.iter().rposition(says)?);
    let shared = shared.get(first..=last)?;
    (sign_one != sign_two && shared.len() <= MAX_PHRASE).then(|| (shared.join(" "), sign_one))
}

/// Figures on sets for measuring.
///
/// # Errors
/// When a corpus cannot be read.
pub fn evaluate(
    data: &Path,
    params: &StanceParams,
    lexicon: &Lexicon,
) -> Result<Vec<(String, f64)>, CorpusError> {
    let mut out = Vec::new();
    let (mut all, mut unseen, mut sides, mut named, mut right) =
        (Vec::new(), Vec::new(), Vec::new(), 0.0, 0.0);
    let (mut count, mut mentioned) = (0.0, 0.0);
    for row in rows(&data.join("dev/vast.dev.jsonl"))? {
        let Some((gold, probabilities, label)) = scored(&row, params, lexicon) else { continue };
        let pair = (gold, best(probabilities));
        all.push(pair);
        if row.labels.get("few_shot_seen").is_some_and(|s| s == "0") {
            unseen.push(pair);
        }
        let [favor, against, _] = probabilities;
        if gold != NEUTRAL {
            sides.push((gold, usize::from(against > favor)));
        }
        count += 1.0;
        mentioned += f64::from(u8::from(label.is_some()));
        if let Some(StanceLabel::Favor | StanceLabel::Against) = label {
            named += 1.0;
            right += f64::from(u8::from(pair.0 == pair.1));
        }
    }
    out.push(("stance vast.dev macro-F1".to_owned(), macro_f1(&all, 3)));
    out.push(("stance vast.dev macro-F1, unseen topics".to_owned(), macro_f1(&unseen, 3)));
    out.push(("stance vast.dev F1 favor".to_owned(), f1(&all, FAVOR)));
    out.push(("stance vast.dev F1 against".to_owned(), f1(&all, AGAINST)));
    out.push(("stance vast.dev F1 neutral".to_owned(), f1(&all, NEUTRAL)));
    out.push(("stance vast.dev sign right".to_owned(), super::metrics::accuracy(&sides)));
    out.push(("stance vast.dev share scored".to_owned(), mentioned / count));
    out.push(("stance vast.dev share with a side named".to_owned(), named / count));
    out.push(("stance vast.dev named sides right".to_owned(), right / named));
    let claims: Vec<(usize, usize)> = rows(&data.join("dev/perspectrum.dev.jsonl"))?
        .iter()
        .filter_map(|row| scored(row, params, lexicon))
        .map(|(gold, [favor, against, _], _)| (gold, usize::from(against > favor)))
        .collect();
    out.push(("stance perspectrum.dev F1, two classes".to_owned(), macro_f1(&claims, 2)));
    Ok(out)
}

/// The gold class, the probabilities before anything is held back, and the label where something is scored.
fn scored(
    row: &Row,
    params: &StanceParams,
    lexicon: &Lexicon,
) -> Option<(usize, [f32; 3], Option<StanceLabel>)> {
    let gold = match row.stance.as_deref()? {
        "favor" => FAVOR,
        "against" => AGAINST,
        _ => NEUTRAL,
    };
    let target = row.target.as_deref()?;
    let text = Text::read(&row.text);
    let reading = Reading::new(&text, lexicon);
    let tone = Tone::new(&reading, &lexicon.valence);
    let measured = features(&reading, &tone, &Target::new(target, lexicon)?, lexicon);
    let stance = params.stance(&reading, &tone, target, lexicon);
    Some((gold, params.probabilities(&measured), stance.probabilities.map(|_| stance.label)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{lists::ENGLISH, words::Roles};

    #[test]
    fn opposed_claims_give_a_noun_phrase_and_a_sign() {
        let lexicon = Lexicon { roles: Roles::new(&ENGLISH), ..Lexicon::default() };
        let found =
            phrases("Night trains are not worth the money", "Night trains are worth the money", &lexicon);
        assert_eq!(found, [("worth the money".to_owned(), -1), ("night trains".to_owned(), -1)]);
        let found = phrases("We should abolish night trains", "We should keep night trains", &lexicon);
        assert_eq!(found, [("night trains".to_owned(), -1)]);
        assert_eq!(phrases("Trains are late", "Trains are slow", &lexicon), []);
    }
}
