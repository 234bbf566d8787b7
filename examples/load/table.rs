//! The whole comparison in one go.
//!
//! The two that make the ratio take turns in short rounds, so that what else runs on the machine meets both; the ratio is
//! the median of the rounds. Beside it stands the ratio of processor time, server and generator together, which says the
//! same and depends less on the company.

use std::{fs, time::Duration};

use crate::{
    calls::{Mode, Requests, connect},
    empty_target::EmptyTarget,
    flags::Flags,
    overload::Overload,
    run::Run,
    tally::{Tally, quantile},
    target::Target,
};

/// How many rounds unary and empty take turns.
const ROUNDS: u32 = 5;

/// Calls outstanding, and connections, of the closed loops.
const CONCURRENCY: usize = 32;

/// Batches outstanding: two for each of two cores.
const BATCHES: usize = 4;

/// What the ratio should be.
const GOAL: f64 = 0.70;

/// Runs the comparison and prints it as it goes.
pub(crate) async fn print(flags: &Flags, target: &Target, empty: &EmptyTarget) -> anyhow::Result<()> {
    let (requests, processes) = (Requests::new(), target.processes());
    let to_comity = connect(&target.address, flags.connections, 1).await?;
    let to_empty = connect(&empty.address, flags.connections, 1).await?;
    println!("{}", target.described());
    println!("{}", empty.described());
    println!("{} comments; load average at the start: {}\n", requests.all().len(), load_average());
    println!("{}", heading());

    let closed = |mode, concurrency, duration| Run {
        mode,
        concurrency,
        rate: None,
        pause: Duration::ZERO,
        warm_up: flags.warm_up.min(Duration::from_millis(500)),
        duration,
    };
    let slice = closed(Mode::Unary, CONCURRENCY, flags.duration / ROUNDS);
    let (mut all_empty, mut all_unary, mut ratios) = (None::<Tally>, None::<Tally>, Vec::new());
    for _ in 0..ROUNDS {
        let of_empty = slice.over(&to_empty, &requests, &empty.processes()).await?;
        let of_unary = slice.over(&to_comity, &requests, &processes).await?;
        ratios.push(of_unary.throughput() / of_empty.throughput().max(1.0));
        gather(&mut all_empty, of_empty)?;
        gather(&mut all_unary, of_unary)?;
    }
    let how = format!("closed, {CONCURRENCY} outstanding, {} connections", flags.connections);
    let capacity = all_unary.as_ref().map_or(0.0, Tally::throughput);
    let mut spent = Vec::new();
    for (name, tally) in [("empty rpc", all_empty), ("unary", all_unary)] {
        if let Some(tally) = tally {
            println!("{}", row(name, &how, &tally));
            spent.push(tally.spent_us());
        }
    }

    let streamed =
        closed(Mode::Stream, CONCURRENCY, flags.duration).over(&to_comity, &requests, &processes).await?;
    println!(
        "{}",
        row("stream", &format!("closed, {CONCURRENCY} on the way, {} streams", flags.connections), &streamed)
    );
    let batched =
        closed(Mode::Batch, BATCHES, flags.duration).over(&to_comity, &requests, &processes).await?;
    println!("{}", row("batch of 64", &format!("closed, {BATCHES} batches outstanding"), &batched));
    let half = (capacity / 2.0).max(1.0);
    let open = Run { rate: Some(half), concurrency: 1024, ..closed(Mode::Unary, 0, flags.duration) };
    println!(
        "{}",
        row(
            "unary",
            &format!("open, {half:.0}/s (half of closed)"),
            &open.over(&to_comity, &requests, &processes).await?
        )
    );

    println!("\noverload");
    let overload = Overload { capacity, outstanding: flags.flood, duration: flags.duration };
    for line in overload.told(target, &requests).await? {
        println!("  {line}");
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios.get(ratios.len() / 2).copied().unwrap_or_default();
    let shown: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    println!("\nload average at the end: {}; ratio by round: {}", load_average(), shown.join(" "));
    if let [empty, unary] = spent[..]
        && unary > 0.0
    {
        println!(
            "processor time of a call: {empty:.0} us empty, {unary:.0} us unary, ratio {:.2}",
            empty / unary
        );
    }
    println!("unary/empty ratio: {ratio:.2} (goal {GOAL:.2})");
    Ok(())
}

fn gather(all: &mut Option<Tally>, tally: Tally) -> anyhow::Result<()> {
    if let Some(all) = all {
        return all.add(&tally);
    }
    *all = Some(tally);
    Ok(())
}

/// The columns of [`row`].
pub(crate) fn heading() -> String {
    format!(
        "{:<12} {:<42} {:>10} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}  codes",
        "rpc", "load", "comments/s", "cpu us", "p50 ms", "p90", "p99", "p99.9", "max"
    )
}

/// One run in a line.
pub(crate) fn row(name: &str, how: &str, tally: &Tally) -> String {
    let at = |q| quantile(&tally.answered, q);
    format!(
        "{name:<12} {how:<42} {:>10.0} {:>8.0} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>8.2}  {}",
        tally.throughput(),
        tally.spent_us(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        at(1.0),
        tally.codes()
    )
}

/// How busy the machine was in the last one, five and fifteen minutes.
fn load_average() -> String {
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    loads.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
