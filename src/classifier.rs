//! PURE, given bytes. The linear models: from a text to scores.
//!
//! One model for each language; a text in a language without a model has no scores, never the wrong model's. Scoring
//! cannot fail, takes no lock and is not async. Fitting is elsewhere (`trainer`); what is fitted comes in as an
//! [`Artifact`].
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod article;
pub mod artifact;
pub mod civility;
pub mod grams;
pub mod lists;
pub mod relevance;
pub mod sentiment;
pub mod stance;
pub mod standard;
pub mod valence;
pub mod vocabulary;
pub mod words;

use article::ArticleHeads;
use artifact::{Artifact, sha256_hex};
pub use artifact::{ArtifactError, Figure, Provenance, TrainingSet};
use civility::Civility;

use crate::{
    scores::{Attribute, AttributeScore, Language, Scores, Stance, StanceLabel},
    text::{Text, detect_language},
};

/// The models that ship inside the binary.
const EMBEDDED: [&[u8]; 2] =
    [include_bytes!("../models/english.comity"), include_bytes!("../models/korean.comity")];

/// What to score a comment for, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The comment.
    pub text: &'a Text<'a>,
    /// The primary language subtag, when the caller said it.
    pub language: Option<&'a str>,
    /// The attributes to score, in order.
    pub attributes: &'a [Attribute],
    /// Whether to take scores apart word by word.
    pub explain: bool,
    /// The headline; may be empty, as may all that follows.
    pub headline: &'a str,
    /// The summary.
    pub summary: &'a str,
    /// The body.
    pub body: &'a str,
    /// Stance targets; the headline stands in when there are none.
    pub targets: &'a [String],
    /// The comment that this one answers.
    pub parent: &'a str,
    /// Earlier comments, oldest first.
    pub thread: &'a [String],
}

impl<'a> Question<'a> {
    /// The stance targets: those given, else the headline when there is one.
    pub fn stance_targets(&self) -> impl Iterator<Item = &'a str> {
        let headline = (self.targets.is_empty() && !self.headline.trim().is_empty()).then_some(self.headline);
        self.targets.iter().map(String::as_str).chain(headline)
    }
}

/// The loaded models, one for each language.
#[derive(Debug)]
pub struct Classifier {
    models: Vec<Model>,
}

impl Classifier {
    /// The models inside the binary.
    ///
    /// # Errors
    /// When the binary was built around a damaged model.
    pub fn embedded() -> Result<Self, ArtifactError> {
        Self::from_artifacts(&EMBEDDED)
    }

    /// Reads model files. Each must be of another language.
    ///
    /// # Errors
    /// When a file is not a model, is damaged, or repeats a language.
    pub fn from_artifacts(files: &[&[u8]]) -> Result<Self, ArtifactError> {
        let mut models: Vec<Model> = Vec::with_capacity(files.len());
        for file in files {
            let model = Model::from_bytes(file)?;
            if models.iter().any(|m| m.language == model.language) {
                return Err(ArtifactError::DuplicateLanguage(model.language));
            }
            models.push(model);
        }
        models.sort_by(|a, b| a.language.cmp(&b.language));
        Ok(Self { models })
    }

    /// These models, each taking the place of the one of its language.
    #[must_use]
    pub fn replaced_by(mut self, others: Self) -> Self {
        self.models.retain(|own| others.model(&own.language).is_none());
        self.models.extend(others.models);
        self.models.sort_by(|a, b| a.language.cmp(&b.language));
        self
    }

    /// The loaded models, by language.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model of a language.
    pub fn model(&self, language: &str) -> Option<&Model> {
        self.models.iter().find(|m| m.language == language)
    }

    /// Scores a comment. What cannot be told is `None`.
    pub fn scores(&self, question: &Question<'_>) -> Scores {
        let detected = || {
            let detected = detect_language(question.text.original());
            (detected.code, detected.confidence)
        };
        let (code, confidence) = question.language.map_or_else(detected, |said| (said, 1.0));
        let model = self.model(code);
        let language = Language { code: code.to_owned(), confidence, supported: model.is_some() };
        model.map_or_else(|| unscored(question, language.clone()), |m| m.scores(question, language.clone()))
    }

    /// Takes scores apart that were made without an explanation.
    pub fn explain(&self, question: &Question<'_>, scores: &mut Scores) {
        if let Some(model) = self.model(&scores.language.code) {
            scores.attributes = model.civility.scores(question.text, question.attributes, true);
        }
    }
}

fn unknown_stances(question: &Question<'_>) -> Vec<Stance> {
    let unknown =
        |target: &str| Stance { target: target.to_owned(), label: StanceLabel::Unknown, probabilities: None };
    question.stance_targets().map(unknown).collect()
}

/// The answer for a language without a model.
fn unscored(question: &Question<'_>, language: Language) -> Scores {
    let unknown = |attribute: &Attribute| AttributeScore {
        attribute: *attribute,
        probability: None,
        explanation: None,
    };
    Scores {
        language,
        attributes: question.attributes.iter().map(unknown).collect(),
        stances: unknown_stances(question),
        on_topic: None,
        sentiment: None,
    }
}

/// A loaded model.
#[derive(Debug)]
pub struct Model {
    name: String,
    version: String,
    language: String,
    sha256: String,
    provenance: Provenance,
    civility: Civility,
    article: Option<ArticleHeads>,
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// When the file is not a model, is damaged, or its parts do not fit together.
    pub fn from_bytes(file: &[u8]) -> Result<Self, ArtifactError> {
        Self::check(Artifact::from_bytes(file)?, sha256_hex(file))
    }

    /// Makes a model of an artifact whose file has the given SHA-256.
    ///
    /// # Errors
    /// When the parts do not fit together.
    pub fn check(artifact: Artifact, sha256: String) -> Result<Self, ArtifactError> {
        let Artifact { name, version, language, provenance, civility, article } = artifact;
        let civility = Civility::check(civility)?;
        let article = article.map(ArticleHeads::check).transpose()?;
        Ok(Self { name, version, language, sha256, provenance, civility, article })
    }

    /// The name, such as "english-permissive".
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The primary language subtag.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// SHA-256 of the file, lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Whence the model came.
    pub const fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The attributes with a head.
    pub fn attributes(&self) -> Vec<Attribute> {
        self.civility.heads().iter().map(|h| h.attribute).collect()
    }

    /// Whether stance can be scored.
    pub const fn has_stance(&self) -> bool {
        self.article.is_some()
    }

    /// Whether relevance can be scored.
    pub const fn has_relevance(&self) -> bool {
        self.article.is_some()
    }

    /// Whether sentiment can be scored.
    pub const fn has_sentiment(&self) -> bool {
        self.article.is_some()
    }

    /// The civility heads.
    pub const fn civility(&self) -> &Civility {
        &self.civility
    }

    /// The heads that look at the article, if the model has them.
    pub const fn article(&self) -> Option<&ArticleHeads> {
        self.article.as_ref()
    }

    fn scores(&self, question: &Question<'_>, language: Language) -> Scores {
        let (on_topic, stances, sentiment) = match &self.article {
            Some(heads) => heads.scores(question),
            None => (None, unknown_stances(question), None),
        };
        let attributes = self.civility.scores(question.text, question.attributes, question.explain);
        Scores { language, attributes, stances, on_topic, sentiment }
    }
}
