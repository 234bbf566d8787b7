//! How long each step of a verdict takes, and how long a peer takes for the same texts: `cargo bench --bench verdict`.
//!
//! One iteration reads all comments of a sort, so the time of one comment is a third of what is shown for every length but
//! 2000. `ratio` divides what is shown here; `instructions` counts what does not depend on the machine's load.

mod comments;

use comity::{
    classifier::{Model, civility::Civility},
    moderation::Explain,
    text::Text,
};
use comments::{SORTS, Sort, Tongue};
use divan::{Bencher, black_box, counter::ItemsCount};
use rustrict::CensorStr as _;

fn main() {
    divan::main();
}

fn each(bencher: Bencher<'_, '_>, sort: Sort, mut step: impl FnMut(&str)) {
    let texts = sort.texts();
    bencher.counter(ItemsCount::new(texts.len())).bench_local(|| {
        for text in black_box(&texts) {
            step(text);
        }
    });
}

#[divan::bench(args = SORTS)]
fn normalise(bencher: Bencher<'_, '_>, sort: Sort) {
    each(bencher, sort, |text| {
        black_box(Text::read(text));
    });
}

#[divan::bench(args = SORTS)]
fn language(bencher: Bencher<'_, '_>, sort: Sort) {
    let texts = sort.texts();
    let texts: Vec<Text<'_>> = texts.iter().map(|text| Text::read(text)).collect();
    bencher.counter(ItemsCount::new(texts.len())).bench_local(|| {
        for text in black_box(&texts) {
            black_box(text.language());
        }
    });
}

#[divan::bench(args = SORTS)]
fn features(bencher: Bencher<'_, '_>, sort: Sort) {
    let (moderator, texts) = (comments::moderator(), sort.texts());
    let code = if sort.tongue == Tongue::English { "en" } else { "ko" };
    let vocabulary = moderator.classifier().model(code).map(Model::civility).map(Civility::vocabulary);
    let texts: Vec<Text<'_>> = texts.iter().map(|text| Text::read(text)).collect();
    bencher.counter(ItemsCount::new(texts.len())).bench_local(|| {
        for text in black_box(&texts) {
            black_box(vocabulary.map(|vocabulary| vocabulary.row(text)));
        }
    });
}

#[divan::bench(args = SORTS)]
fn all_heads(bencher: Bencher<'_, '_>, sort: Sort) {
    heads(bencher, sort, false);
}

#[divan::bench(args = SORTS)]
fn all_heads_explained(bencher: Bencher<'_, '_>, sort: Sort) {
    heads(bencher, sort, true);
}

fn heads(bencher: Bencher<'_, '_>, sort: Sort, explain: bool) {
    let (moderator, texts) = (comments::moderator(), sort.texts());
    let texts: Vec<Text<'_>> = texts.iter().map(|text| Text::read(text)).collect();
    bencher.counter(ItemsCount::new(texts.len())).bench_local(|| {
        for text in black_box(&texts) {
            black_box(comments::heads(moderator.classifier(), text, explain));
        }
    });
}

#[divan::bench(args = SORTS)]
fn full_verdict(bencher: Bencher<'_, '_>, sort: Sort) {
    verdict(bencher, sort, Explain::Reasons);
}

#[divan::bench(args = SORTS)]
fn full_verdict_explained(bencher: Bencher<'_, '_>, sort: Sort) {
    verdict(bencher, sort, Explain::Words);
}

fn verdict(bencher: Bencher<'_, '_>, sort: Sort, explain: Explain) {
    let (moderator, submissions) = (comments::moderator(), sort.submissions(explain));
    bencher.counter(ItemsCount::new(submissions.len())).bench_local(|| {
        for submission in black_box(&submissions) {
            black_box(comments::verdict(&moderator, submission));
        }
    });
}

#[divan::bench(args = SORTS)]
fn peer_rustrict(bencher: Bencher<'_, '_>, sort: Sort) {
    each(bencher, sort, |text| {
        black_box(text.is_inappropriate());
    });
}
