//! From what was typed to what was checked. The only reader of flags, environment, policy and model files.
//!
//! Everything that can be wrong with a configuration is found here, before a port is bound or a line is read: each
//! error names the flag or key. `args` holds the flags and their help.

mod args;

use std::{
    ffi::OsString,
    fs,
    io::{self, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};

use self::args::{Args, Command, ModelCommand, PolicyCommand, Sources};
use crate::{
    classifier::{ArtifactError, Classifier, target::LoadedTarget},
    moderation::{Policies, PolicyError},
    moderator::Moderator,
    server::Limits,
    telemetry::Log,
};

/// EX_USAGE of sysexits.h.
const WRONG_CONFIGURATION: u8 = 64;

/// A checked configuration: what to do, and what to log of it.
#[derive(Debug)]
pub struct Config {
    /// What is logged, and how.
    pub log: Log,
    /// What to do.
    pub task: Task,
}

/// What to do.
#[derive(Debug)]
pub enum Task {
    /// Serve gRPC.
    Serve {
        /// Where to listen. Port 0 takes any free one, which is then logged.
        listen: SocketAddr,
        /// What clients may do.
        limits: Limits,
        /// What judges.
        moderator: Box<Moderator>,
    },
    /// Judge JSON Lines from standard input.
    Moderate {
        /// What judges.
        moderator: Box<Moderator>,
    },
    /// Print the policies of a file.
    CheckPolicy {
        /// The policies.
        policies: Policies,
    },
    /// Print the models.
    ShowModel {
        /// The models.
        classifier: Classifier,
        /// Whether as JSON.
        json: bool,
    },
}

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The command line or an environment variable is wrong; the message names it. Also a call for help.
    #[error("{0}")]
    Usage(#[from] clap::Error),
    /// A file cannot be read.
    #[error("{flag}: cannot read {}: {error}", path.display())]
    Unreadable {
        /// The flag that names the file.
        flag: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A policy file is wrong.
    #[error("{flag}: {}: {error}", path.display())]
    Policy {
        /// The flag that names the file.
        flag: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong, with key and line.
        error: PolicyError,
    },
    /// The built-in policy is wrong.
    #[error("the built-in policy: {0}")]
    BuiltInPolicy(PolicyError),
    /// A model artifact is wrong.
    #[error("{}: {error}", if path.as_os_str().is_empty() { "the embedded model".to_owned() } else { format!("--model: {}", path.display()) })]
    Model {
        /// The file; empty for the embedded model.
        path: PathBuf,
        /// What is wrong.
        error: ArtifactError,
    },
    /// The head of a target is wrong.
    #[error("--targets: {}: {error}", path.display())]
    Target {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: ArtifactError,
    },
}

impl Config {
    /// Reads flags, environment and files. `arguments` begins with the name of the program.
    ///
    /// # Errors
    /// The first thing that is wrong, with the name of its flag or key.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, ConfigError> {
        let args = Args::try_parse_from(with_default_command(arguments.into_iter().collect()))?;
        let log = args.log()?;
        let task = match args.command {
            Command::Serve(serve) => Task::Serve {
                listen: serve.listen,
                limits: serve.limits(),
                moderator: Box::new(moderator(&serve.sources)?),
            },
            Command::Moderate(sources) => Task::Moderate { moderator: Box::new(moderator(&sources)?) },
            Command::Policy { command: PolicyCommand::Check { file } } => {
                Task::CheckPolicy { policies: policies("FILE", file)? }
            }
            Command::Model { command: ModelCommand::Show { model, targets, json } } => {
                Task::ShowModel { classifier: classifier(&model, targets.as_deref())?, json }
            }
        };
        Ok(Self { log, task })
    }
}

impl ConfigError {
    /// Tells the user what is wrong, or what they asked to know, and gives the exit code: 64 (EX_USAGE of sysexits.h),
    /// or 0 after `--help` and `--version`.
    pub fn report(&self) -> ExitCode {
        if let Self::Usage(usage) = self {
            // With standard error gone there is nobody left to tell.
            let _ = usage.print();
            if !usage.use_stderr() {
                return ExitCode::SUCCESS;
            }
        } else {
            let _ = writeln!(io::stderr(), "comity: {self}");
        }
        ExitCode::from(WRONG_CONFIGURATION)
    }
}

/// `serve` is what is meant when only flags are given: `comity --listen X` is `comity serve --listen X`.
fn with_default_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let args = Args::command();
    let about_itself = ["-h", "--help", "-V", "--version", "help"];
    let says_what = |word: &OsString| {
        about_itself.iter().any(|known| word == known)
            || args.get_subcommands().any(|known| word == known.get_name())
    };
    let first_is_flag = arguments.get(1).is_none_or(|word| word.to_string_lossy().starts_with('-'));
    if first_is_flag && !arguments.iter().skip(1).any(says_what) {
        arguments.insert(1.min(arguments.len()), "serve".into());
    }
    arguments
}

fn moderator(sources: &Sources) -> Result<Moderator, ConfigError> {
    let policies = match &sources.policy {
        Some(path) => policies("--policy", path.clone())?,
        None => Policies::parse("").map_err(ConfigError::BuiltInPolicy)?,
    };
    Ok(Moderator::new(classifier(&sources.model, sources.targets.as_deref())?, policies))
}

/// The models with the heads of all files NAME.target in a folder, in order of their names.
fn with_targets(models: Classifier, folder: &Path) -> Result<Classifier, ConfigError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        |error| ConfigError::Unreadable { flag: "--targets", path, error }
    };
    let refused = |path: &Path| {
        let path = path.to_owned();
        |error| ConfigError::Target { path, error }
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        paths.push(entry.map_err(unreadable(folder))?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "target"));
    paths.sort();
    paths.into_iter().try_fold(models, |models, path| {
        let bytes = fs::read(&path).map_err(unreadable(&path))?;
        let head = LoadedTarget::from_bytes(&bytes).map_err(refused(&path))?;
        models.with_targets(vec![head]).map_err(refused(&path))
    })
}

fn policies(flag: &'static str, path: PathBuf) -> Result<Policies, ConfigError> {
    match fs::read_to_string(&path) {
        Ok(toml) => Policies::parse(&toml).map_err(|error| ConfigError::Policy { flag, path, error }),
        Err(error) => Err(ConfigError::Unreadable { flag, path, error }),
    }
}

/// The embedded models; a model from a file takes the place of the one of its language. Then heads for recurring targets.
fn classifier(files: &[PathBuf], targets: Option<&Path>) -> Result<Classifier, ConfigError> {
    let embedded =
        Classifier::embedded().map_err(|error| ConfigError::Model { path: PathBuf::new(), error })?;
    let models = files.iter().try_fold(embedded, |models, path| {
        let bytes = fs::read(path).map_err(|error| ConfigError::Unreadable {
            flag: "--model",
            path: path.clone(),
            error,
        })?;
        let replacement = Classifier::from_artifacts(&[&bytes])
            .map_err(|error| ConfigError::Model { path: path.clone(), error })?;
        Ok::<_, ConfigError>(models.replaced_by(replacement))
    })?;
    match targets {
        Some(folder) => with_targets(models, folder),
        None => Ok(models),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{
        hashed::Hashed,
        stance::Route,
        standard::{Linear, Standard},
        target::{self, TargetHead},
    };

    fn read(words: &[&str]) -> Result<Config, ConfigError> {
        Config::read(["comity"].iter().chain(words).map(OsString::from))
    }

    fn listen(words: &[&str]) -> SocketAddr {
        let Task::Serve { listen, .. } = read(words).unwrap().task else { panic!("not a server") };
        listen
    }

    #[test]
    fn the_flags_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn no_command_means_serve() {
        assert_eq!(listen(&[]).port(), 50_051);
        assert_eq!(listen(&["--listen", "[::1]:7"]).port(), 7);
        assert_eq!(listen(&["serve", "--listen", "[::1]:7"]).port(), 7);
    }

    #[test]
    fn a_misspelt_command_is_refused() {
        assert!(read(&["sevre"]).unwrap_err().to_string().contains("sevre"));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_flag() {
        let message = |words: &[&str]| read(words).unwrap_err().to_string();
        assert!(message(&["--listen", "nowhere"]).contains("--listen"));
        assert!(message(&["--drain-timeout", "soon"]).contains("--drain-timeout"));
        assert!(message(&["--log-level", "comity=loud"]).contains("--log-level"));
        assert!(message(&["--policy", "/does/not/exist.toml"]).starts_with("--policy"));
        assert!(message(&["moderate", "--model", "/does/not/exist"]).starts_with("--model"));
    }

    #[test]
    fn a_wrong_policy_names_file_and_key() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "[defaults.length]\nmin = -3\n").unwrap();
        let error = read(&["policy", "check", file.path().to_str().unwrap()]).unwrap_err();
        assert!(error.to_string().contains("defaults.length.min"), "{error}");
    }

    /// A folder with the head of one target, fitted on top of the model with the given SHA-256.
    fn targets(model_sha256: &str) -> tempfile::TempDir {
        let numbers = || vec![0.0; target::FEATURES];
        let linear = || Linear { weights: numbers(), intercept: 0.0 };
        let standard = Standard { means: numbers(), scales: vec![1.0; target::FEATURES] };
        let head = Hashed { standard, classes: [linear(), linear(), linear()], ..Hashed::default() };
        let head = TargetHead {
            target: "rent control".to_owned(),
            language: "en".to_owned(),
            model_sha256: model_sha256.to_owned(),
            route: Route { head, sure: 0.6, sure_neutral: 0.6 },
            rows: 40,
            labelled_sha256: String::new(),
            figures: Vec::new(),
        };
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("rent.target"), head.to_bytes().unwrap()).unwrap();
        fs::write(folder.path().join("notes.txt"), "not a head").unwrap();
        folder
    }

    #[test]
    fn heads_of_targets_are_loaded_on_top_of_their_model() {
        let embedded = Classifier::embedded().unwrap();
        let folder = targets(embedded.model("en").unwrap().sha256());
        let config = read(&["moderate", "--targets", folder.path().to_str().unwrap()]).unwrap();
        let Task::Moderate { moderator } = config.task else { panic!("not a replay") };
        let heads = moderator.classifier().model("en").unwrap().targets();
        assert_eq!(heads.iter().map(|h| h.head().target.as_str()).collect::<Vec<_>>(), ["rent control"]);
        let shown = read(&["model", "show", "--targets", folder.path().to_str().unwrap()]).unwrap();
        let Task::ShowModel { classifier, .. } = shown.task else { panic!("shows no model") };
        assert_eq!(classifier.model("en").unwrap().targets().len(), 1);
    }

    #[test]
    fn two_heads_for_one_target_are_refused() {
        let embedded = Classifier::embedded().unwrap();
        let folder = targets(embedded.model("en").unwrap().sha256());
        fs::copy(folder.path().join("rent.target"), folder.path().join("same.target")).unwrap();
        let error =
            read(&["moderate", "--targets", folder.path().to_str().unwrap()]).unwrap_err().to_string();
        assert!(error.contains("same.target") && error.contains("rent control"), "{error}");
    }

    #[test]
    fn a_head_for_another_model_or_a_damaged_one_is_refused_by_name() {
        let message = |folder: &tempfile::TempDir| {
            read(&["moderate", "--targets", folder.path().to_str().unwrap()]).unwrap_err().to_string()
        };
        let foreign = message(&targets("0123"));
        assert!(foreign.contains("rent.target") && foreign.contains("model 0123"), "{foreign}");
        let folder = targets("0123");
        fs::write(folder.path().join("rent.target"), "short").unwrap();
        let damaged = message(&folder);
        assert!(damaged.starts_with("--targets") && damaged.contains("5 bytes"), "{damaged}");
    }
}
