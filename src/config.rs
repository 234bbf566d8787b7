//! From what was typed to what was checked. The only reader of flags, environment, policy and model files.
//!
//! Everything that can be wrong with a configuration is found here, before a port is bound or a line is read: each
//! error names the flag or key. `args` holds the flags and their help.

mod args;
mod files;

use std::{
    ffi::OsString,
    io::{self, Write as _},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use ::http::HeaderValue;
use clap::{CommandFactory as _, Parser as _};
use tokio_rustls::rustls::ServerConfig;

use self::args::{Args, Command, ModelCommand, PolicyCommand};
pub use self::files::Source;
use crate::{
    articles::{Articles, Bounds, StoreError},
    classifier::{ArtifactError, Classifier},
    feedback::Feedback,
    gate::{Tokens, TokensError},
    http::coral::{Secrets, SecretsError},
    moderation::{Policies, PolicyError},
    moderator::Moderator,
    server::{Address, Limits, tls::TlsError},
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
    Serve(Box<Serve>),
    /// Judge JSON Lines from standard input.
    Moderate {
        /// What judges.
        moderator: Box<Moderator>,
    },
    /// Print the policies of a file.
    CheckPolicy {
        /// The policies.
        policies: Box<Policies>,
    },
    /// Print the models.
    ShowModel {
        /// The models.
        classifier: Box<Classifier>,
        /// Whether as JSON.
        json: bool,
    },
}

/// How to serve.
#[derive(Debug)]
pub struct Serve {
    /// Where to listen, at least once. Port 0 takes any free one, which is then logged.
    pub listen: Vec<Address>,
    /// The mode of the files of Unix domain sockets.
    pub socket_mode: u32,
    /// Where metrics and probes are answered, if anywhere.
    pub admin: Option<SocketAddr>,
    /// Where the HTTP edge listens, if anywhere.
    pub http: Vec<Address>,
    /// The origins of pages that may call over HTTP.
    pub origins: Vec<HeaderValue>,
    /// The secrets that Coral signs with, where Coral is answered.
    pub coral: Option<Source<Secrets>>,
    /// Where the scores that clients suggest are kept, if anywhere.
    pub feedback: Option<Feedback>,
    /// Articles that callers put.
    pub articles: Articles,
    /// What clients may do.
    pub limits: Limits,
    /// What judges.
    pub moderator: Source<Moderator>,
    /// TLS on TCP, unless it is off.
    pub tls: Option<Source<Arc<ServerConfig>>>,
    /// The tokens of callers, unless none are needed.
    pub tokens: Option<Source<Tokens>>,
    /// Whether files are read again when they change, and not only on SIGHUP.
    pub watch: bool,
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
    /// Certificate or key is wrong.
    #[error("{flag} {}: {error}", path.display())]
    Tls {
        /// The flag that names the file.
        flag: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: TlsError,
    },
    /// The file of tokens is wrong.
    #[error("--tokens: {}: {error}", path.display())]
    Tokens {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: TokensError,
    },
    /// An address that others reach, in plain text, without anybody having said that this is meant.
    #[error(
        "{flag} {address}: other machines could connect, and comments would pass in plain text; set --tls-cert and \
         --tls-key, or say --insecure if something else protects the connection"
    )]
    PlainText {
        /// The flag that names the address.
        flag: &'static str,
        /// The address.
        address: Address,
    },
    /// The file of Coral's secrets is wrong.
    #[error("--coral-secrets: {}: {error}", path.display())]
    Coral {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: SecretsError,
    },
    /// Articles cannot be kept where they should be.
    #[error("--articles: {}: {error}", path.display())]
    Articles {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: StoreError,
    },
    /// Feedback cannot be kept where it should be.
    #[error("--feedback: {}: {error}", path.display())]
    Feedback {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
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
            Command::Serve(serve) => Task::Serve(Box::new(Serve::check(*serve)?)),
            Command::Moderate(sources) => {
                Task::Moderate { moderator: Box::new(files::moderator(&sources)?.first) }
            }
            Command::Policy { command: PolicyCommand::Check { file } } => {
                Task::CheckPolicy { policies: Box::new(files::policies("FILE", &file)?) }
            }
            Command::Model { command: ModelCommand::Show { model, targets, json } } => {
                Task::ShowModel { classifier: Box::new(files::classifier(&model, targets.as_deref())?), json }
            }
        };
        Ok(Self { log, task })
    }
}

impl Serve {
    fn check(args: args::Serve) -> Result<Self, ConfigError> {
        let limits = args.limits();
        let tls = match (args.tls_cert, args.tls_key) {
            (Some(cert), Some(key)) => Some(files::tls(cert, key, args.tls_client_ca)?),
            // clap asks for both or neither.
            _ => None,
        };
        let listens = args.listen.iter().map(|address| ("--listen", address));
        for (flag, address) in
            listens.chain(args.http_listen.iter().map(|address| ("--http-listen", address)))
        {
            let reachable = matches!(address, Address::Tcp(tcp) if !tcp.ip().to_canonical().is_loopback());
            if reachable && tls.is_none() && !args.insecure {
                return Err(ConfigError::PlainText { flag, address: address.clone() });
            }
        }
        let bounds = Bounds { max_bytes: args.articles_max_bytes, ttl: args.articles_ttl };
        Ok(Self {
            http: args.http_listen,
            origins: args.cors_origin,
            coral: args.coral_secrets.map(files::coral_secrets).transpose()?,
            feedback: args
                .feedback
                .map(|path| files::feedback(path, args.feedback_max_bytes, args.feedback_text))
                .transpose()?,
            articles: files::articles(args.articles, bounds)?,
            listen: args.listen,
            socket_mode: args.socket_mode,
            admin: args.admin_listen,
            limits,
            moderator: files::moderator(&args.sources)?,
            tls,
            tokens: args.tokens.map(files::tokens).transpose()?,
            watch: !args.no_watch,
        })
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

#[cfg(test)]
mod tests {
    use std::fs;

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

    fn listen(words: &[&str]) -> Vec<String> {
        let Task::Serve(serve) = read(words).unwrap().task else { panic!("not a server") };
        serve.listen.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_flags_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_guide_for_operators_explains_every_flag() {
        let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md")).unwrap();
        let args = Args::command();
        let serve = args.find_subcommand("serve").unwrap();
        let flags: Vec<String> = serve
            .get_arguments()
            .chain(args.get_arguments())
            .filter_map(|a| a.get_long())
            .map(|l| format!("`--{l}`"))
            .collect();
        assert!(flags.len() > 20, "{flags:?}");
        let missing: Vec<&String> = flags.iter().filter(|flag| !guide.contains(*flag)).collect();
        assert!(missing.is_empty(), "docs/operations.md does not explain {missing:?}");
    }

    #[test]
    fn no_command_means_serve() {
        assert_eq!(listen(&[]), ["127.0.0.1:50051"]);
        assert_eq!(listen(&["--listen", "[::1]:7"]), ["[::1]:7"]);
        assert_eq!(listen(&["serve", "--listen", "[::1]:7"]), ["[::1]:7"]);
    }

    #[test]
    fn several_addresses_can_be_listened_on() {
        let both = ["unix:/run/comity.sock", "127.0.0.1:7"];
        assert_eq!(listen(&["--listen", both[0], "--listen", both[1]]), both);
        assert_eq!(listen(&["--listen", &both.join(",")]), both);
    }

    #[test]
    fn plain_text_for_other_machines_must_be_meant() {
        for address in ["0.0.0.0:7", "[::]:7", "10.0.0.1:7"] {
            let error = read(&["--listen", address]).unwrap_err().to_string();
            assert!(error.contains(address) && error.contains("--insecure"), "{error}");
            assert_eq!(listen(&["--listen", address, "--insecure"]), [address]);
        }
        assert_eq!(listen(&["--listen", "[::ffff:127.0.0.1]:7"]).len(), 1);
        let error = read(&["--http-listen", "0.0.0.0:8"]).unwrap_err().to_string();
        assert!(error.contains("--http-listen 0.0.0.0:8"), "{error}");
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
        assert!(message(&["--tokens", "/does/not/exist"]).starts_with("--tokens"));
        assert!(message(&["--tls-cert", "/does/not/exist"]).contains("--tls-key"));
        assert!(
            message(&["--tls-cert", "/does/not/exist", "--tls-key", "/nor/this"]).starts_with("--tls-cert")
        );
        assert!(message(&["--socket-mode", "888"]).contains("--socket-mode"));
        assert!(message(&["--cors-origin", "news.example"]).contains("--cors-origin"));
        assert!(message(&["--coral-secrets", "/does/not/exist"]).starts_with("--coral-secrets"));
        assert!(message(&["--feedback", "/does/not/exist"]).starts_with("--feedback"));
        assert!(message(&["--feedback-text"]).contains("--feedback"));
        assert!(message(&["--articles", "/does/not/exist"]).starts_with("--articles"));
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
