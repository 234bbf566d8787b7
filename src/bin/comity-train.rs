//! Trains and measures models. Everything is read from a data folder that the caller names.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use comity::{
    classifier::{
        Figure, Model, Provenance,
        artifact::{Artifact, sha256_hex},
    },
    scores::Attribute,
    trainer::{
        article, card,
        civility::{Calibrated, Pool},
        config::Config,
        evaluate,
        measured::Measured,
        sets::Sets,
        site::{self, Site},
        summary,
        target::Labelled,
    },
};
use indicatif::ProgressBar;

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
    /// Prints the table of the README from the figures beside the models.
    Summary {
        /// The folder of models.
        #[arg(long, default_value = "models")]
        models: PathBuf,
    },
    /// Prints what holding 0.5 to 40 % of a site's own labelled comments would catch, with the threshold for each.
    Thresholds {
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Fits a stance head for one recurring target on labelled comments, on top of the general head; `serve --targets DIR`
    /// loads it. Refuses to write one that cross-validation does not find better.
    Target {
        /// The target, as requests name it.
        #[arg(long)]
        target: String,
        /// JSON Lines with `text` and `stance` (favor, against, neutral), at least 40; or tab-separated with a header.
        #[arg(long)]
        labelled: PathBuf,
        /// The model.
        #[arg(long, default_value = "models/english.comity")]
        model: PathBuf,
        /// Where the head goes, such as targets/congestion-charge.target; without it, only figures are printed.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Calibrates one head on a site's own labelled comments (two numbers) and writes the model anew.
    Calibrate {
        #[command(flatten)]
        site: SiteArgs,
        /// Where the calibrated model goes.
        #[arg(long)]
        out: PathBuf,
    },
}

/// A site's own labelled comments, and the head that they are for.
#[derive(Debug, clap::Args)]
struct SiteArgs {
    /// The model.
    #[arg(long, default_value = "models/english.comity")]
    model: PathBuf,
    /// JSON Lines with `text` and the label, at least 100.
    #[arg(long)]
    file: PathBuf,
    /// Where the label is: `civil` (1 is uncivil), `labels.NAME` or `soft.NAME`; positive from 0.5 on.
    #[arg(long, default_value = "civil")]
    label: String,
    /// The attribute, as policies name it.
    #[arg(long, default_value = "toxicity", value_parser = attribute)]
    attribute: Attribute,
}

impl SiteArgs {
    fn site(&self) -> Site<'_> {
        Site { file: &self.file, label: &self.label, attribute: self.attribute }
    }

    fn artifact(&self) -> Result<Artifact> {
        let bytes = fs::read(&self.model).with_context(|| format!("cannot read {}", self.model.display()))?;
        Artifact::from_bytes(&bytes).with_context(|| format!("in {}", self.model.display()))
    }
}

fn attribute(name: &str) -> Result<Attribute, String> {
    let found = Attribute::ALL.into_iter().find(|attribute| attribute.name() == name);
    found.ok_or_else(|| format!("must be one of {}", Attribute::ALL.map(Attribute::name).join(", ")))
}

/// The seed of cross-validation.
const SEED: u64 = 20_261_122;

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Fit { config, data } => require(&data).and_then(|()| fit(&config, &data)),
        Command::Evaluate { model, data } => require(&data).and_then(|()| evaluate(&model, &data)),
        Command::Summary { models } => summary(&models),
        Command::Thresholds { site } => thresholds(&site),
        Command::Target { target, labelled, model, out } => {
            fit_target(&target, &labelled, &model, out.as_deref())
        }
        Command::Calibrate { site, out } => calibrate(&site, &out),
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

/// A progress bar over the steps of a fit, with a line for each step that is done.
struct Progress(ProgressBar);

impl Progress {
    /// Each head is fitted twice and calibrated; texts, columns, article heads and figures are steps too.
    fn new(heads: usize) -> Self {
        let bar = ProgressBar::new(heads as u64 * 3 + 4);
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self(bar)
    }

    fn step(&self, line: &str) {
        self.0.suspend(|| say(line));
        self.0.inc(1);
    }

    fn done(&self) {
        self.0.finish_and_clear();
    }
}

fn require(data: &Path) -> Result<()> {
    for (folder, what) in [("train", "to learn from"), ("dev", "to measure on")] {
        if !data.join(folder).is_dir() {
            bail!("skipped: {} has no folder {folder}/ with labelled comments {what}", data.display());
        }
    }
    Ok(())
}

fn configuration(settings: &str) -> Result<Config> {
    let mut config: Config = toml::from_str(settings)?;
    config.check()?;
    config.heads.sort_by_key(|head| head.attribute);
    Ok(config)
}

fn fit(config_path: &Path, data: &Path) -> Result<()> {
    let settings =
        fs::read_to_string(config_path).with_context(|| format!("cannot read {}", config_path.display()))?;
    let config = configuration(&settings).with_context(|| format!("in {}", config_path.display()))?;
    let (sets, provenance) = Sets::load(&config, data, folder(config_path))?;
    let mut provenance = Provenance {
        settings,
        code_version: env!("CARGO_PKG_VERSION").to_owned(),
        sets: provenance,
        ..Provenance::default()
    };
    let progress = Progress::new(config.heads.len());
    let (civility, calibrated) =
        Pool::gather(&config, sets.by_name()).fit(&config, |line| progress.step(line))?;
    for head in calibrated {
        let figures = Calibrated::names(head.attribute).into_iter().zip([head.slope, head.shift]);
        let rounded = |value: f64| (value * 1e4).round() / 1e4;
        provenance.figures.extend(figures.map(|(name, value)| Figure { name, value: rounded(value) }));
    }
    progress.step("fitting the heads that look at the article");
    let article =
        config.article.as_ref().map(|heads| article::train(&sets, heads, config.seed)).transpose()?;
    progress.step("measuring");
    let Config { name, version, language, .. } = config.clone();
    let mut artifact =
        Artifact { name, version, language, provenance: provenance.clone(), civility, article };
    let model = Model::check(artifact.clone(), String::new())?;
    let measured = evaluate::all(&model, &config, &sets, data)?;
    provenance.figures.extend(measured.iter().map(Measured::figure));
    artifact.provenance = provenance;
    let bytes = artifact.to_bytes()?;
    let path = config_path.with_extension("comity");
    write(&path, &bytes)?;
    write(&config_path.with_extension("md"), card::markdown(&artifact, &config, &measured))?;
    write(&config_path.with_extension("json"), card::json(&artifact, &measured)?)?;
    progress.done();
    say(&card::table(&measured));
    say(&format!("{} ({} bytes, SHA-256 {})", path.display(), bytes.len(), sha256_hex(&bytes)));
    Ok(())
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

#[expect(clippy::print_stdout, reason = "the table is this command's answer")]
fn evaluate(path: &Path, data: &Path) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let model = Model::from_bytes(&bytes).with_context(|| format!("in {}", path.display()))?;
    let config = configuration(&model.provenance().settings)?;
    let (sets, _) = Sets::load(&config, data, folder(path))?;
    let measured = evaluate::all(&model, &config, &sets, data)?;
    println!("{}", card::table(&measured));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is this command's answer")]
fn summary(models: &Path) -> Result<()> {
    print!("{}", summary::table(models).map_err(anyhow::Error::msg)?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is this command's answer")]
fn thresholds(args: &SiteArgs) -> Result<()> {
    let model = Model::check(args.artifact()?, String::new())?;
    print!("{}", site::threshold_table(&model, &args.site())?);
    Ok(())
}

fn calibrate(args: &SiteArgs, out: &Path) -> Result<()> {
    let mut artifact = args.artifact()?;
    let done = site::recalibrate(&mut artifact, &args.site())?;
    fs::write(out, artifact.to_bytes()?).with_context(|| format!("cannot write {}", out.display()))?;
    say(&format!(
        "{} calibrated on {} comments: slope {:.3}, intercept {:.3}; expected calibration error {:.3} before, {:.3} after \
         (two-fold); written to {}",
        args.attribute.name(),
        done.rows,
        done.slope,
        done.intercept,
        done.before,
        done.after,
        out.display(),
    ));
    Ok(())
}

fn fit_target(target: &str, labelled: &Path, model: &Path, out: Option<&Path>) -> Result<()> {
    let bytes = fs::read(model).with_context(|| format!("cannot read {}", model.display()))?;
    let model = Model::from_bytes(&bytes).with_context(|| format!("in {}", model.display()))?;
    let labelled = Labelled::read(&model, target, labelled)?;
    for (size, f1) in labelled.curve(SEED)? {
        let name = if size == 0 { "general head".to_owned() } else { format!("{size} comments") };
        say(&format!("{name:>14}: macro-F1 {f1:.3}"));
    }
    let (head, report) = labelled.fit(&model, target, SEED)?;
    say(&format!(
        "{} comments, 5-fold: macro-F1 {:.3}, general head {:.3}, better in {:.0} % of resamples; a side is named from {:.2}: \
         for {:.0} % of comments, {:.0} % rightly",
        report.rows,
        report.own,
        report.general,
        report.better * 100.0,
        report.sure,
        report.coverage * 100.0,
        report.precision * 100.0,
    ));
    if let Some(path) = out {
        fs::write(path, head.to_bytes()?).with_context(|| format!("cannot write {}", path.display()))?;
        say(&format!("written to {}", path.display()));
    }
    Ok(())
}
