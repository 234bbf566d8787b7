//! One step on the comments of one sort, so many times, for a counter of instructions to watch:
//! `instructions STEP SORT TIMES`. `instructions.sh` runs it twice and prints the difference for one comment.
#![allow(clippy::print_stdout, reason = "without arguments it says what it could do")]

mod comments;

use std::{env, hint::black_box};

use comity::{
    classifier::{Model, civility::Civility},
    moderation::Explain,
    text::Text,
};
use comments::{SORTS, Sort, Tongue};
use rustrict::CensorStr as _;

const STEPS: [&str; 8] = [
    "normalise",
    "language",
    "features",
    "heads",
    "heads-explained",
    "verdict",
    "verdict-explained",
    "rustrict",
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [step, sort, times] = arguments.as_slice() else {
        println!("{}", STEPS.join(" "));
        println!("{}", SORTS.map(|sort| sort.to_string()).join(" "));
        return;
    };
    if let (Some(sort), Ok(times)) = (Sort::named(sort), times.parse()) {
        run(step, sort, times);
    }
}

/// Does a step so many times for each comment.
fn run(step: &str, sort: Sort, times: usize) {
    let (moderator, texts) = (comments::moderator(), sort.texts());
    let classifier = moderator.classifier();
    let code = if sort.tongue == Tongue::English { "en" } else { "ko" };
    let vocabulary = classifier.model(code).map(Model::civility).map(Civility::vocabulary);
    let read: Vec<Text<'_>> = texts.iter().map(|text| Text::read(text)).collect();
    let explain = if step.ends_with("explained") { Explain::Words } else { Explain::Reasons };
    let submissions = sort.submissions(explain);
    for _ in 0..times {
        for ((text, read), submission) in texts.iter().zip(&read).zip(&submissions) {
            match step {
                "normalise" => drop(black_box(Text::read(text))),
                "language" => _ = black_box(read.language()),
                "features" => drop(black_box(vocabulary.map(|vocabulary| vocabulary.row(read)))),
                "heads" => _ = black_box(comments::heads(classifier, read, false)),
                "heads-explained" => _ = black_box(comments::heads(classifier, read, true)),
                "verdict" | "verdict-explained" => _ = black_box(comments::verdict(&moderator, submission)),
                "rustrict" => _ = black_box(text.is_inappropriate()),
                _ => {}
            }
        }
    }
}
