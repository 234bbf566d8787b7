//! Trains and measures models. Everything is read from a data folder that the caller names.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use comity::{
    classifier::{
        Model,
        article::ArticleHeads,
        artifact::{Artifact, Provenance, TrainingSet, sha256_hex},
    },
    trainer::{
        card, civility::Pool, config::Config, corpus, evaluate, relevance, sentiment, stance, valence,
    },
};

/// Trains and measures comity's models.
#[derive(Debug, Parser)]
#[command(name = "comity-train", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fits a model: writes NAME.comity, NAME.md (the card) and NAME.json (the figures) beside the configuration.
    Fit {
        /// The configuration, such as models/english.toml.
        #[arg(long)]
        config: PathBuf,
        /// The folder of labelled comments, with train/ and dev/ below it.
        #[arg(long)]
        data: PathBuf,
    },
    /// Measures a model on the development sets and prints the table.
    Evaluate {
        /// The model.
        #[arg(long, default_value = "models/english.comity")]
        model: PathBuf,
        /// The folder of labelled comments.
        #[arg(long)]
        data: PathBuf,
    },
}

/// The seed of what is drawn while measuring.
const SEED: u64 = 20_261_122;

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Fit { config, data } => require(&data).and_then(|()| fit(&config, &data)),
        Command::Evaluate { model, data } => require(&data).and_then(|()| evaluate(&model, &data)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command-line tool tells its user what it does")]
fn say(line: &str) {
    eprintln!("{line}");
}

fn require(data: &Path) -> Result<()> {
    if !data.join("train").is_dir() {
        bail!("skipped: {} has no folder train/ with labelled comments", data.display());
    }
    Ok(())
}

fn fit(config_path: &Path, data: &Path) -> Result<()> {
    let settings =
        fs::read_to_string(config_path).with_context(|| format!("cannot read {}", config_path.display()))?;
    let mut config: Config =
        toml::from_str(&settings).with_context(|| format!("in {}", config_path.display()))?;
    config.heads.sort_by_key(|head| head.attribute);
    let mut sets = BTreeMap::new();
    let mut provenance =
        Provenance { settings, code_version: env!("CARGO_PKG_VERSION").to_owned(), ..Provenance::default() };
    for set in &config.sets {
        let folder = if set.ours { config_path.parent().unwrap_or(Path::new(".")) } else { data };
        let (rows, sha256) = corpus::rows_and_hash(&folder.join(&set.file))?;
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        provenance.sets.push(TrainingSet {
            name: set.name.clone(),
            license: set.license.clone(),
            rows: count,
            sha256,
        });
        sets.insert(set.name.clone(), rows);
    }
    for source in config.heads.iter().flat_map(|head| &head.rows) {
        let rows = sets.get(&source.set).with_context(|| format!("no set is named {:?}", source.set))?;
        if source.over <= 0.0 || !rows.iter().any(|row| row.number(&source.label).is_some()) {
            bail!("set {:?} has no label {:?} over {}", source.set, source.label, source.over);
        }
    }
    let civility = Pool::gather(&config, &sets).fit(&config, say)?;
    let article = config.article_heads.then(|| article_heads(data, config.seed)).transpose()?;
    let Config { name, version, language, seed, .. } = config;
    let mut artifact = Artifact { name, version, language, provenance, civility, article };
    let measured = evaluate::all(&Model::check(artifact.clone(), String::new())?, data, seed)?;
    artifact.provenance.figures = measured.iter().map(evaluate::Measured::figure).collect();
    let bytes = artifact.to_bytes()?;
    let path = config_path.with_extension("comity");
    fs::write(&path, &bytes)?;
    fs::write(config_path.with_extension("md"), card::markdown(&artifact, &measured))?;
    fs::write(config_path.with_extension("json"), card::json(&artifact, &measured)?)?;
    say(&card::table(&measured));
    say(&format!("{} ({} bytes, SHA-256 {})", path.display(), bytes.len(), sha256_hex(&bytes)));
    Ok(())
}

fn article_heads(data: &Path, seed: u64) -> Result<ArticleHeads> {
    let lexicon = valence::train(data)?;
    say("words learnt");
    let relevance = relevance::train(data, &lexicon, seed)?;
    let stance = stance::train(data, &lexicon, seed)?;
    let sentiment = sentiment::train(data, &lexicon)?;
    say("relevance, stance and sentiment fitted");
    Ok(ArticleHeads { lexicon, relevance, stance, sentiment })
}

#[expect(clippy::print_stdout, reason = "the table is this command's answer")]
fn evaluate(model: &Path, data: &Path) -> Result<()> {
    let bytes = fs::read(model).with_context(|| format!("cannot read {}", model.display()))?;
    let measured = evaluate::all(&Model::from_bytes(&bytes)?, data, SEED)?;
    println!("{}", card::table(&measured));
    Ok(())
}
