//! Fits the stance heads, and measures them.
//!
//! Comments about two opposed claims are used for both claims, so that no sign is carried by the comment alone, and for
//! the noun phrase that the claims share ("state citizenship"), so that the head works for topics. Neutral rows are
//! targets of another article; there are half as many as rows with a side. Texts with a target of their own are taken
//! as they are. The head for persons learns from sentences with the sentiment towards a named person.

use std::path::Path;

use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

use super::{
    config::{ArticleConfig, StanceConfig},
    corpus::{Row, rows},
    dense::another,
    hashed::{Example, Settings, fit},
    measured::Measured,
    metrics::{accuracy, best, f1, macro_f1, precision},
    sets::{SetError, Sets},
};
use crate::{
    classifier::{
        hashed::Hashed,
        stance::{Comment, FEATURES, Route, StanceParams, Target, person, seen, towards_person},
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
const FOLDS: u32 = 5;
/// Numbers beside n-grams are scaled by this before fitting.
const PERSON_NUMBERS: f32 = 0.3;

/// A comment, a target and a class.
struct Labelled<'a> {
    row: &'a Row,
    target: String,
    class: usize,
    group: u32,
}

/// Fits the heads.
///
/// # Errors
/// When a set is not there or cannot be fitted.
pub fn train(
    sets: &Sets,
    config: &StanceConfig,
    lexicon: &Lexicon,
    seed: u64,
) -> Result<StanceParams, SetError> {
    let claims = opposed(&sets.all(&config.claims)?, lexicon, seed);
    let topics = targeted(sets, &config.topics)?;
    let propositions = targeted(sets, &config.propositions)?;
    let topics: Vec<&Labelled<'_>> = claims.iter().chain(&topics).collect();
    let claims = claims.iter().filter(|_| config.claims_are_propositions);
    let propositions: Vec<&Labelled<'_>> = claims.chain(&propositions).collect();
    fit_all(&topics, &propositions, &persons(sets, config, lexicon)?, config, lexicon)
}

fn fit_all(
    topics: &[&Labelled<'_>],
    propositions: &[&Labelled<'_>],
    persons: &[Example<{ person::FEATURES }>],
    config: &StanceConfig,
    lexicon: &Lexicon,
) -> Result<StanceParams, SetError> {
    let [sure_topic, sure_proposition, sure_person] = config.sure;
    let route = |head, sure| Route { head, sure, sure_neutral: config.sure_neutral };
    let general = |head, buckets, labelled, is_proposition| -> Result<Hashed, SetError> {
        let examples = examples(labelled, is_proposition, lexicon);
        let settings = Settings {
            head,
            buckets,
            l2: config.l2,
            numbers_scale: if buckets > 0 { 0.3 } else { 1.0 },
            calibrate: true,
        };
        Ok(fit(&examples.iter().collect::<Vec<_>>(), settings)?)
    };
    let proposition = (config.proposition_buckets > 0)
        .then(|| general("proposition stance", config.proposition_buckets, propositions, true))
        .transpose()?;
    let person = (config.person_buckets > 0).then(|| {
        let settings = Settings {
            head: "stance towards persons",
            buckets: config.person_buckets,
            l2: 0.25,
            numbers_scale: PERSON_NUMBERS,
            calibrate: true,
        };
        fit(&persons.iter().collect::<Vec<_>>(), settings)
    });
    Ok(StanceParams {
        topic: route(general("topic stance", config.topic_buckets, topics, false)?, sure_topic),
        proposition: proposition.map(|head| route(head, sure_proposition)),
        person: person.transpose()?.map(|head| route(head, sure_person)),
        needs_mention: config.needs_mention,
    })
}

fn examples(labelled: &[&Labelled<'_>], is_proposition: bool, lexicon: &Lexicon) -> Vec<Example<FEATURES>> {
    let mut out = Vec::with_capacity(labelled.len());
    for group in labelled.chunk_by(|a, b| std::ptr::eq(a.row, b.row)) {
        let Some(first) = group.first() else { continue };
        let text = Text::read(&first.row.text);
        let reading = Reading::new(&text, lexicon);
        let tone = Tone::new(&reading, &lexicon.valence);
        let comment = Comment::new(&text, &reading, &tone);
        for one in group {
            let Some(target) = Target::new(&one.target, lexicon) else { continue };
            let (columns, numbers) = seen(&comment, &target, is_proposition, lexicon);
            out.push(Example { columns, numbers, class: one.class, weight: 1.0, group: one.group });
        }
    }
    out
}

fn persons(
    sets: &Sets,
    config: &StanceConfig,
    lexicon: &Lexicon,
) -> Result<Vec<Example<{ person::FEATURES }>>, SetError> {
    let mut out = Vec::new();
    for row in sets.all(&config.persons)? {
        let (Some(class), Some(name)) = (sentiment(row), &row.target) else { continue };
        let Some(target) = Target::new(name, lexicon) else { continue };
        let text = Text::read(&row.text);
        let reading = Reading::new(&text, lexicon);
        let Some(mention) = person::mentions(&reading, &target).next() else { continue };
        out.push(Example {
            columns: mention.columns(),
            numbers: mention.features(&lexicon.valence),
            class,
            weight: 1.0,
            group: hash(row.article().unwrap_or(&row.id)),
        });
    }
    Ok(out)
}

fn sentiment(row: &Row) -> Option<usize> {
    match row.sentiment.as_deref()? {
        "positive" => Some(FAVOR),
        "negative" => Some(AGAINST),
        "neutral" => Some(NEUTRAL),
        _ => None,
    }
}

/// The class of a row with a stance.
pub fn stance(row: &Row) -> Option<usize> {
    match row.stance.as_deref()? {
        "favor" => Some(FAVOR),
        "against" => Some(AGAINST),
        "neutral" => Some(NEUTRAL),
        _ => None,
    }
}

/// The target of a row: its own, else the headline.
fn target(row: &Row) -> Option<&str> {
    row.target.as_deref().or(row.context.as_deref())
}

/// The rows of one article or topic belong together.
fn group(row: &Row) -> u32 {
    hash(&row.group().or_else(|| row.context.clone()).unwrap_or_else(|| row.id.clone()))
}

fn targeted<'a>(sets: &'a Sets, names: &[String]) -> Result<Vec<Labelled<'a>>, SetError> {
    let labelled = |row: &'a Row| {
        Some(Labelled { row, target: target(row)?.to_owned(), class: stance(row)?, group: group(row) })
    };
    Ok(sets.all(names)?.into_iter().filter_map(labelled).collect())
}

/// The claims of one row: the first, the second and the class of the first.
fn claims(row: &Row) -> Option<(&str, &str, usize)> {
    let claim = |name: &str| row.labels.get(name).and_then(serde_json::Value::as_str);
    let (one, two) = (claim("stance1")?, claim("stance2")?);
    let class = stance(row).filter(|class| *class != NEUTRAL)?;
    Some((one, two, if row.target.as_deref() == Some(one) { class } else { 1 - class }))
}

fn opposed<'a>(comments: &[&'a Row], lexicon: &Lexicon, seed: u64) -> Vec<Labelled<'a>> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let known: Vec<(&'a Row, &str, &str, usize)> = comments
        .iter()
        .filter_map(|row| claims(row).map(|(one, two, class)| (*row, one, two, class)))
        .collect();
    let mut out = Vec::new();
    for (i, &(row, one, two, class)) in known.iter().enumerate() {
        let mut add = |target: &str, class| {
            out.push(Labelled { row, target: target.to_owned(), class, group: group(row) });
        };
        add(one, class);
        add(two, 1 - class);
        let elsewhere = another(&mut rng, &known, |k| k.0.group() == row.group());
        if let Some(&(_, other_one, other_two, _)) = elsewhere {
            add(if i % 2 == 0 { other_one } else { other_two }, NEUTRAL);
        }
        for (k, (phrase, sign)) in phrases(one, two, lexicon).into_iter().enumerate() {
            add(&phrase, if sign > 0 { class } else { 1 - class });
            let elsewhere = another(&mut rng, &known, |k| k.0.group() == row.group());
            if let (Some(&(_, one, two, _)), 0) = (elsewhere, (i + k) % 2)
                && let Some((phrase, _)) = phrases(one, two, lexicon).into_iter().next_back()
            {
                add(&phrase, NEUTRAL);
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

/// A scored row: gold class, probabilities before anything is held back, and the label where something is told.
struct Scored {
    gold: usize,
    probabilities: [f32; 3],
    label: Option<StanceLabel>,
}

impl Scored {
    fn pair(&self) -> (usize, usize) {
        (self.gold, best(self.probabilities))
    }

    /// Which of the two sides is likelier, for a gold side.
    fn sides(&self) -> Option<(usize, usize)> {
        let [favor, against, _] = self.probabilities;
        (self.gold != NEUTRAL).then_some((self.gold, usize::from(against > favor)))
    }

    /// Gold and side, where the larger of the two sides reaches a probability.
    fn named(&self, sure: f32) -> Option<(usize, usize)> {
        let [favor, against, _] = self.probabilities;
        (self.label.is_some() && favor.max(against) >= sure)
            .then_some((self.gold, usize::from(against > favor)))
    }
}

fn score(row: &Row, params: &StanceParams, lexicon: &Lexicon, is_proposition: bool) -> Option<Scored> {
    let (gold, name) = (stance(row)?, target(row)?);
    let text = Text::read(&row.text);
    let reading = Reading::new(&text, lexicon);
    let tone = Tone::new(&reading, &lexicon.valence);
    let comment = Comment::new(&text, &reading, &tone);
    let route = params.proposition.as_ref().filter(|_| is_proposition).unwrap_or(&params.topic);
    let (columns, numbers) = seen(&comment, &Target::new(name, lexicon)?, is_proposition, lexicon);
    let told = params.probabilities(&comment, name, lexicon);
    Some(Scored {
        gold,
        probabilities: route.head.probabilities(&columns, &numbers),
        label: told.map(|(route, probabilities)| route.label(probabilities)),
    })
}

/// How often a side is named, and how often rightly, from some probabilities up.
fn coverage(set: &str, scored: &[Scored], out: &mut Vec<Measured>) {
    for sure in [0.4, 0.5, 0.6, 0.7, 0.8] {
        let named: Vec<(usize, usize)> = scored.iter().filter_map(|s| s.named(sure)).collect();
        let share = named.len() as f64 / scored.len().max(1) as f64;
        out.push(Measured::plain(
            set,
            &format!("stance: share with a side at P >= {sure}"),
            scored.len(),
            share,
        ));
        let what = format!("stance: sides right at P >= {sure}");
        out.extend(Measured::of(set, &what, &named, accuracy));
    }
}

/// Figures on sets for measuring; where targets are headlines, on the first set of topics, by headlines left out in turn.
///
/// # Errors
/// When a corpus cannot be read or fitted.
pub fn evaluate(
    data: &Path,
    sets: &Sets,
    config: &ArticleConfig,
    params: &StanceParams,
    lexicon: &Lexicon,
) -> Result<Vec<Measured>, SetError> {
    let Some(own) = &config.stance else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    if own.claims.is_empty() {
        let labelled = targeted(sets, &own.topics)?;
        let measured = targeted(sets, own.topics.get(..1).unwrap_or_default())?.len();
        let mut scored = Vec::new();
        for fold in 0..FOLDS {
            let kept: Vec<&Labelled<'_>> = labelled.iter().filter(|l| l.group % FOLDS != fold).collect();
            let params = fit_all(&kept, &[], &[], own, lexicon)?;
            let left_out = labelled.iter().take(measured).filter(|l| l.group % FOLDS == fold);
            scored.extend(left_out.filter_map(|l| score(l.row, &params, lexicon, false)));
        }
        sides("training comments, 5-fold by headline", &scored, &mut out);
        return Ok(out);
    }
    let vast = rows(&data.join("dev/vast.dev.jsonl"))?;
    let scored: Vec<Scored> = vast.iter().filter_map(|row| score(row, params, lexicon, false)).collect();
    sides("vast.dev", &scored, &mut out);
    let is_unseen = |row: &&Row| row.labels.get("few_shot_seen").is_some_and(|s| s == "0");
    let unseen: Vec<(usize, usize)> = vast
        .iter()
        .filter(is_unseen)
        .filter_map(|row| score(row, params, lexicon, false))
        .map(|s| s.pair())
        .collect();
    out.extend(Measured::of("vast.dev", "stance macro-F1, unseen topics", &unseen, |p| macro_f1(p, 3)));
    let claims = rows(&data.join("dev/perspectrum.dev.jsonl"))?;
    let scored: Vec<Scored> = claims.iter().filter_map(|row| score(row, params, lexicon, true)).collect();
    let pairs: Vec<(usize, usize)> = scored.iter().filter_map(Scored::sides).collect();
    out.extend(Measured::of("perspectrum.dev", "stance F1, two classes", &pairs, |p| macro_f1(p, 2)));
    coverage("perspectrum.dev", &scored, &mut out);
    if let Some(route) = &params.person {
        for name in ["newsmtsc_rw", "newsmtsc_mt"] {
            towards_persons(name, &rows(&data.join(format!("dev/{name}.jsonl")))?, route, lexicon, &mut out);
        }
    }
    Ok(out)
}

fn sides(set: &str, scored: &[Scored], out: &mut Vec<Measured>) {
    let pairs: Vec<(usize, usize)> = scored.iter().map(Scored::pair).collect();
    out.extend(Measured::of(set, "stance macro-F1", &pairs, |p| macro_f1(p, 3)));
    for (class, name) in ["favor", "against", "neutral"].into_iter().enumerate() {
        out.extend(Measured::of(set, &format!("stance F1 {name}"), &pairs, |p| f1(p, class)));
    }
    let sides: Vec<(usize, usize)> = scored.iter().filter_map(Scored::sides).collect();
    out.extend(Measured::of(set, "stance sign right", &sides, accuracy));
    coverage(set, scored, out);
}

fn towards_persons(set: &str, rows: &[Row], route: &Route, lexicon: &Lexicon, out: &mut Vec<Measured>) {
    let mut pairs = Vec::new();
    let mut named = Vec::new();
    for row in rows {
        let (Some(gold), Some(name)) = (sentiment(row), &row.target) else { continue };
        let text = Text::read(&row.text);
        let reading = Reading::new(&text, lexicon);
        let found = Target::new(name, lexicon)
            .and_then(|target| towards_person(&route.head, &reading, &target, lexicon))
            .map(crate::classifier::standard::softmax);
        pairs.push((gold, found.map_or(NEUTRAL, best)));
        if let Some(label @ (StanceLabel::Favor | StanceLabel::Against)) = found.map(|p| route.label(p)) {
            named.push((gold, usize::from(label == StanceLabel::Against)));
        }
    }
    out.extend(Measured::of(set, "stance towards a person, macro-F1", &pairs, |p| macro_f1(p, 3)));
    out.extend(Measured::of(set, "stance towards a person, precision of favor", &pairs, |p| {
        precision(p, FAVOR)
    }));
    out.extend(Measured::of(set, "stance towards a person, precision of against", &pairs, |p| {
        precision(p, AGAINST)
    }));
    out.extend(Measured::of(set, "stance towards a person, sides right where named", &named, accuracy));
    let share = named.len() as f64 / pairs.len().max(1) as f64;
    out.push(Measured::plain(set, "stance towards a person, share with a side", pairs.len(), share));
    let known = rows.iter().filter(|row| row.target.as_deref().is_some_and(person::is_person)).count();
    let share = known as f64 / rows.len().max(1) as f64;
    out.push(Measured::plain(set, "share of targets known to be persons", rows.len(), share));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{lists::ENGLISH, words::Roles};

    #[test]
    fn opposed_claims_give_a_noun_phrase_and_a_sign() {
        let lexicon = Lexicon { roles: Roles::new(&ENGLISH), ..Lexicon::default() };
        let found = phrases(
            "Night trains are not worth all the money",
            "Night trains are worth all the money",
            &lexicon,
        );
        assert_eq!(found, [("worth all the money".to_owned(), -1), ("night trains".to_owned(), -1)]);
        let found = phrases(
            "We should abolish the old night trains",
            "We should keep the old night trains",
            &lexicon,
        );
        assert_eq!(found, [("old night trains".to_owned(), -1)]);
        assert_eq!(phrases("Trains are late", "Trains are slow", &lexicon), []);
    }
}
