//! The full verdict against a peer, in one process: `cargo bench --bench ratio`.
//!
//! Rounds of both are interleaved, so that whatever else the machine does disturbs both alike, and medians are compared. On
//! Linux it is the processor's time that counts, not the clock's: on a busy machine a longer round waits more often. The last
//! lines are the two figures that the project sets itself.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench prints what its clock says")]

mod comments;

use std::{fs, hint::black_box, sync::LazyLock, time::Instant};

use comity::moderation::Explain;
use comments::SORTS;
use rustrict::CensorStr as _;

/// Rounds of each, of which the median counts.
const ROUNDS: usize = 21;
/// Microseconds that one round should last at least: ten times the tick by which Linux accounts for them.
const ROUND: f64 = 40_000.0;

/// No round has more turns than this, whatever the clock says.
const MAX_TURNS: usize = 1 << 16;

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Microseconds that this thread has run, where the system tells, else since the beginning.
fn now() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat.split_whitespace().next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.map_or_else(|| BEGIN.elapsed().as_secs_f64() * 1e6, |n| n / 1e3)
}

/// Microseconds for one comment, of one round.
fn time(step: &mut dyn FnMut(), comments: usize, turns: usize) -> f64 {
    let begin = now();
    for _ in 0..turns {
        step();
    }
    (now() - begin) / (turns * comments) as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn main() {
    let moderator = comments::moderator();
    let mut goals = Vec::new();
    println!("{:14} {:>12} {:>12} {:>12} {:>8}", "us a comment", "verdict", "explained", "rustrict", "ratio");
    for sort in SORTS {
        let (texts, plain, explained) =
            (sort.texts(), sort.submissions(Explain::Reasons), sort.submissions(Explain::Words));
        let mut verdict = || {
            for submission in black_box(&plain) {
                black_box(comments::verdict(&moderator, submission));
            }
        };
        let mut words = || {
            for submission in black_box(&explained) {
                black_box(comments::verdict(&moderator, submission));
            }
        };
        let mut peer = || {
            for text in black_box(&texts) {
                black_box(text.is_inappropriate());
            }
        };
        let mut steps: [&mut dyn FnMut(); 3] = [&mut verdict, &mut words, &mut peer];
        let mut turns = [1; 3];
        for (turns, step) in turns.iter_mut().zip(&mut steps) {
            // Doubled until a round is long enough: one turn is over before a tick.
            while *turns < MAX_TURNS && time(step, 1, *turns) * (*turns as f64) < ROUND {
                *turns *= 2;
            }
        }
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            for ((times, step), turns) in times.iter_mut().zip(&mut steps).zip(turns) {
                times.push(time(step, texts.len(), turns));
            }
        }
        let [verdict, words, peer] = times.map(median);
        println!("{sort:14} {verdict:12.1} {words:12.1} {peer:12.1} {:8.2}", verdict / peer);
        match sort.to_string().as_str() {
            "english-250" => goals.push(format!("verdict at 250 characters: {verdict:.1} us (goal 25)")),
            "english-420" => {
                goals
                    .push(format!("verdict / rustrict at 420 characters: {:.2} (goal 0.50)", verdict / peer));
            }
            _ => {}
        }
    }
    for goal in goals {
        println!("{goal}");
    }
}
