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
pub mod hashed;
pub mod lists;
pub mod mixed;
pub mod polarity;
pub mod relevance;
pub mod sentiment;
pub mod stance;
pub mod standard;
pub mod target;
pub mod valence;
pub mod vocabulary;
pub mod words;

use article::ArticleHeads;
use artifact::{Artifact, sha256_hex};
pub use artifact::{ArtifactError, Figure, Provenance, TrainingSet};
use civility::{Civility, Sight};
use target::{LoadedTarget, TargetHead};

use crate::{
    scores::{Attribute, AttributeScore, Language, Scores, Sentiment, Stance, StanceLabel},
    text::Text,
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
    /// A comment alone: no attributes, no article.
    pub const fn about(text: &'a Text<'a>) -> Self {
        Question {
            text,
            language: None,
            attributes: &[],
            explain: false,
            headline: "",
            summary: "",
            body: "",
            targets: &[],
            parent: "",
            thread: &[],
        }
    }

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

    /// The same models with heads for recurring targets.
    ///
    /// # Errors
    /// When two heads are for the same target, or a head was fitted on top of a model that is not among these.
    pub fn with_targets(mut self, heads: Vec<LoadedTarget>) -> Result<Self, ArtifactError> {
        for loaded in heads {
            let TargetHead { target, model_sha256, .. } = loaded.head();
            let Some(model) = self.models.iter_mut().find(|m| m.has_stance() && m.sha256 == *model_sha256)
            else {
                return Err(ArtifactError::ForeignTarget {
                    target: target.clone(),
                    fitted_on: model_sha256.clone(),
                });
            };
            if model.targets.iter().any(|other| other.is_for(target)) {
                return Err(ArtifactError::DuplicateTarget(target.clone()));
            }
            model.targets.push(loaded);
        }
        Ok(self)
    }

    /// The loaded models, by language.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model of a language.
    pub fn model(&self, language: &str) -> Option<&Model> {
        self.models.iter().find(|m| m.language == language)
    }

    /// The models that score a text in a language: that of the language, then any of another script in which a phrase
    /// stands, such as an English insult in a Korean comment. None when the language has no model.
    pub fn models_for(&self, text: &Text<'_>, language: &str) -> Vec<&Model> {
        let Some(own) = self.model(language) else { return Vec::new() };
        let others =
            self.models.iter().filter(|other| mixed::holds_phrase_of(text, &other.language, &own.language));
        std::iter::once(own).chain(others).collect()
    }

    /// Scores a comment. What cannot be told is `None`. Of a text in several scripts, each attribute has the largest
    /// probability that any of the models gives.
    pub fn scores(&self, question: &Question<'_>) -> Scores {
        self.score(question).scores
    }

    /// [`Self::scores`], with what they were read from.
    pub fn score(&self, question: &Question<'_>) -> Scored<'_> {
        let detected = || {
            let detected = question.text.language();
            (detected.code, detected.confidence)
        };
        let (code, confidence) = question.language.map_or_else(detected, |said| (said, 1.0));
        let model = self.model(code);
        let language = Language { code: code.to_owned(), confidence, supported: model.is_some() };
        let Some(model) = model else {
            return Scored { scores: unscored(question, language), models: Vec::new(), sights: Vec::new() };
        };
        let models = self.models_for(question.text, code);
        let sights: Vec<Sight> = models.iter().map(|model| model.civility.read(question.text)).collect();
        let attributes = attributes(&models, &sights, question, question.explain);
        let (on_topic, stances, sentiment) = model.around(question);
        Scored { scores: Scores { language, attributes, stances, on_topic, sentiment }, models, sights }
    }
}

/// Scores with what they were read from, so that they can be taken apart without reading the comment again.
#[derive(Debug)]
pub struct Scored<'a> {
    /// The scores.
    pub scores: Scores,
    /// The models that scored, as of [`Classifier::models_for`].
    pub models: Vec<&'a Model>,
    sights: Vec<Sight>,
}

impl Scored<'_> {
    /// Takes the scores of some attributes apart that were made without an explanation. The question is the one they were
    /// made for.
    pub fn explain(&mut self, question: &Question<'_>, attributes: &[Attribute]) {
        let question = Question { attributes, ..*question };
        for one in self::attributes(&self.models, &self.sights, &question, true) {
            if let Some(score) = self.scores.attributes.iter_mut().find(|s| s.attribute == one.attribute) {
                *score = one;
            }
        }
    }
}

fn attributes(
    models: &[&Model],
    sights: &[Sight],
    question: &Question<'_>,
    explain: bool,
) -> Vec<AttributeScore> {
    let scored = models
        .iter()
        .zip(sights)
        .map(|(model, sight)| model.civility.scores_of(question.text, sight, question.attributes, explain));
    scored.reduce(mixed::larger).unwrap_or_default()
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
    targets: Vec<LoadedTarget>,
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
        Ok(Self { name, version, language, sha256, provenance, civility, article, targets: Vec::new() })
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
    pub fn has_stance(&self) -> bool {
        self.article.as_ref().is_some_and(|heads| heads.stance.is_some())
    }

    /// Whether relevance can be scored.
    pub fn has_relevance(&self) -> bool {
        self.article.as_ref().is_some_and(|heads| heads.relevance.is_some())
    }

    /// Whether sentiment can be scored.
    pub fn has_sentiment(&self) -> bool {
        self.article.as_ref().is_some_and(|heads| heads.sentiment.is_some())
    }

    /// The heads for recurring targets.
    pub fn targets(&self) -> &[LoadedTarget] {
        &self.targets
    }

    /// The civility heads.
    pub const fn civility(&self) -> &Civility {
        &self.civility
    }

    /// The heads that look at the article, if the model has them.
    pub const fn article(&self) -> Option<&ArticleHeads> {
        self.article.as_ref()
    }

    /// P(on topic), stances and sentiment.
    fn around(&self, question: &Question<'_>) -> (Option<f32>, Vec<Stance>, Option<Sentiment>) {
        match &self.article {
            Some(heads) => heads.scores(question, &self.targets),
            None => (None, unknown_stances(question), None),
        }
    }
}
