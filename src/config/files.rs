//! What is read from files, and how to read it again.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio_rustls::rustls::ServerConfig;

use super::{ConfigError, args::SourceArgs};
use crate::{
    articles::{Articles, Bounds},
    classifier::{Classifier, target::LoadedTarget},
    feedback::Feedback,
    gate::Tokens,
    http::coral::Secrets,
    moderation::Policies,
    moderator::Moderator,
    reload::Fingerprint,
    server::tls::{self, Pem, TlsError},
};

/// Something that was read from files and can be read again.
pub struct Source<T> {
    /// What it is, in one word for log and metrics.
    pub what: &'static str,
    /// The files, and folders of files, that it was read from.
    pub paths: Vec<PathBuf>,
    /// What they held before they were read.
    pub seen: Fingerprint,
    /// What was read at the start.
    pub first: T,
    /// Reads them again.
    pub load: Box<dyn Fn() -> Result<T, ConfigError> + Send>,
}

impl<T> std::fmt::Debug for Source<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("what", &self.what).field("paths", &self.paths).finish_non_exhaustive()
    }
}

impl<T> Source<T> {
    fn read(
        what: &'static str,
        paths: Vec<PathBuf>,
        load: impl Fn() -> Result<T, ConfigError> + Send + 'static,
    ) -> Result<Self, ConfigError> {
        // First, so that what changes meanwhile is read again.
        let seen = Fingerprint::of(&paths);
        Ok(Self { what, paths, seen, first: load()?, load: Box::new(load) })
    }
}

/// The models with the heads for recurring targets, and the policies.
pub(super) fn moderator(sources: &SourceArgs) -> Result<Source<Moderator>, ConfigError> {
    let SourceArgs { policy, model, targets } = sources.clone();
    let paths = policy.iter().chain(&model).chain(&targets).cloned().collect();
    Source::read("moderator", paths, move || {
        let policies = match &policy {
            Some(path) => policies("--policy", path)?,
            None => Policies::parse("").map_err(ConfigError::BuiltInPolicy)?,
        };
        Ok(Moderator::new(classifier(&model, targets.as_deref())?, policies))
    })
}

/// The certificates and key that the server shows, and whose clients it takes.
pub(super) fn tls(
    certificates: PathBuf,
    key: PathBuf,
    client_authorities: Option<PathBuf>,
) -> Result<Source<Arc<ServerConfig>>, ConfigError> {
    let paths = [Some(&certificates), Some(&key), client_authorities.as_ref()].into_iter().flatten().cloned();
    Source::read("tls", paths.collect(), move || {
        let pem = Pem {
            certificates: bytes("--tls-cert", &certificates)?,
            key: bytes("--tls-key", &key)?,
            client_authorities: client_authorities
                .as_deref()
                .map(|path| bytes("--tls-client-ca", path))
                .transpose()?,
        };
        tls::config(&pem).map_err(|error| {
            let (flag, path) = match &error {
                TlsError::Certificates(_) | TlsError::Pair(_) => ("--tls-cert", Some(&certificates)),
                TlsError::Key(_) => ("--tls-key", Some(&key)),
                TlsError::Authorities(_) | TlsError::Authority(_) | TlsError::ClientAuthorities(_) => {
                    ("--tls-client-ca", client_authorities.as_ref())
                }
            };
            ConfigError::Tls { flag, path: path.cloned().unwrap_or_default(), error }
        })
    })
}

/// The tokens of callers.
pub(super) fn tokens(path: PathBuf) -> Result<Source<Tokens>, ConfigError> {
    Source::read("tokens", vec![path.clone()], move || {
        Tokens::parse(&text("--tokens", &path)?)
            .map_err(|error| ConfigError::Tokens { path: path.clone(), error })
    })
}

/// The secrets that Coral signs with.
pub(super) fn coral_secrets(path: PathBuf) -> Result<Source<Secrets>, ConfigError> {
    Source::read("coral_secrets", vec![path.clone()], move || {
        Secrets::parse(&text("--coral-secrets", &path)?)
            .map_err(|error| ConfigError::Coral { path: path.clone(), error })
    })
}

/// Where the scores that clients suggest are kept.
pub(super) fn feedback(path: PathBuf, max_bytes: u64, keeps_text: bool) -> Result<Feedback, ConfigError> {
    Feedback::open(path.clone(), max_bytes, keeps_text).map_err(|error| ConfigError::Feedback { path, error })
}

/// Where articles are kept: in memory, or in a file too.
pub(super) fn articles(path: Option<PathBuf>, bounds: Bounds) -> Result<Articles, ConfigError> {
    match path {
        Some(path) => Articles::in_file(&path, bounds).map_err(|error| ConfigError::Articles { path, error }),
        None => Ok(Articles::in_memory(bounds)),
    }
}

/// The policies of a file.
pub(super) fn policies(flag: &'static str, path: &Path) -> Result<Policies, ConfigError> {
    Policies::parse(&text(flag, path)?).map_err(|error| ConfigError::Policy {
        flag,
        path: path.to_owned(),
        error,
    })
}

/// The embedded models; a model from a file takes the place of the one of its language. Then heads for recurring targets.
pub(super) fn classifier(files: &[PathBuf], targets: Option<&Path>) -> Result<Classifier, ConfigError> {
    let embedded =
        Classifier::embedded().map_err(|error| ConfigError::Model { path: PathBuf::new(), error })?;
    let models = files.iter().try_fold(embedded, |models, path| {
        let replacement = Classifier::from_artifacts(&[&bytes("--model", path)?])
            .map_err(|error| ConfigError::Model { path: path.clone(), error })?;
        Ok::<_, ConfigError>(models.replaced_by(replacement))
    })?;
    match targets {
        Some(folder) => with_targets(models, folder),
        None => Ok(models),
    }
}

/// The models with the heads of all files NAME.target in a folder, in order of their names.
fn with_targets(models: Classifier, folder: &Path) -> Result<Classifier, ConfigError> {
    let listed = fs::read_dir(folder).map_err(unreadable("--targets", folder))?;
    let mut paths = Vec::new();
    for entry in listed {
        paths.push(entry.map_err(unreadable("--targets", folder))?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "target"));
    paths.sort();
    paths.into_iter().try_fold(models, |models, path| {
        let refused = |error| ConfigError::Target { path: path.clone(), error };
        let head = LoadedTarget::from_bytes(&bytes("--targets", &path)?).map_err(refused)?;
        models.with_targets(vec![head]).map_err(refused)
    })
}

fn bytes(flag: &'static str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    fs::read(path).map_err(unreadable(flag, path))
}

fn text(flag: &'static str, path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(unreadable(flag, path))
}

fn unreadable(flag: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ConfigError {
    let path = path.to_owned();
    move |error| ConfigError::Unreadable { flag, path, error }
}
