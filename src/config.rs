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
    path::PathBuf,
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};

use self::args::{Args, Command, ModelCommand, PolicyCommand, Sources};
use crate::{
    classifier::{ArtifactError, Classifier},
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
            Command::Model { command: ModelCommand::Show { model, json } } => {
                Task::ShowModel { classifier: classifier(&model)?, json }
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
    Ok(Moderator::new(classifier(&sources.model)?, policies))
}

fn policies(flag: &'static str, path: PathBuf) -> Result<Policies, ConfigError> {
    match fs::read_to_string(&path) {
        Ok(toml) => Policies::parse(&toml).map_err(|error| ConfigError::Policy { flag, path, error }),
        Err(error) => Err(ConfigError::Unreadable { flag, path, error }),
    }
}

/// The embedded models; a model from a file takes the place of the one of its language.
fn classifier(files: &[PathBuf]) -> Result<Classifier, ConfigError> {
    let embedded =
        Classifier::embedded().map_err(|error| ConfigError::Model { path: PathBuf::new(), error })?;
    files.iter().try_fold(embedded, |models, path| {
        let bytes = fs::read(path).map_err(|error| ConfigError::Unreadable {
            flag: "--model",
            path: path.clone(),
            error,
        })?;
        let replacement = Classifier::from_artifacts(&[&bytes])
            .map_err(|error| ConfigError::Model { path: path.clone(), error })?;
        Ok(models.replaced_by(replacement))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
