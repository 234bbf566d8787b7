//! STUB, dropped at merge: the linear model.
#![allow(
    missing_docs,
    clippy::unused_self,
    clippy::missing_errors_doc,
    clippy::unnecessary_wraps,
    reason = "stub"
)]

use crate::{
    scores::{
        Attribute, AttributeScore, Contribution, Explanation, Language, Scores, Sentiment, Stance,
        StanceLabel,
    },
    text::Text,
};

#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub text: &'a Text<'a>,
    pub language: Option<&'a str>,
    pub attributes: &'a [Attribute],
    pub explain: bool,
    pub headline: &'a str,
    pub summary: &'a str,
    pub body: &'a str,
    pub targets: &'a [String],
    pub parent: &'a str,
    pub thread: &'a [String],
}

#[derive(Debug, Clone)]
pub struct Classifier {
    models: Vec<Model>,
}

#[derive(Debug, Clone)]
pub struct Model {
    provenance: Provenance,
}

#[derive(Debug, Clone, Default)]
pub struct Provenance {
    pub sets: Vec<TrainingSet>,
    pub settings: String,
    pub code_version: String,
    pub figures: Vec<Figure>,
}

#[derive(Debug, Clone)]
pub struct TrainingSet {
    pub name: String,
    pub license: String,
    pub rows: u32,
    pub sha256: String,
}

#[derive(Debug, Clone)]
pub struct Figure {
    pub name: String,
    pub value: f64,
}

#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    #[error("not a model artifact")]
    Magic,
}

impl Model {
    pub fn name(&self) -> &str {
        "stub"
    }
    pub fn version(&self) -> &str {
        "0"
    }
    pub fn sha256(&self) -> &str {
        "00"
    }
    pub fn language(&self) -> &str {
        "en"
    }
    pub fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Toxicity, Attribute::Insult]
    }
    pub fn has_stance(&self) -> bool {
        false
    }
    pub fn has_relevance(&self) -> bool {
        false
    }
    pub fn has_sentiment(&self) -> bool {
        true
    }
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }
}

impl Classifier {
    pub fn from_artifacts(artifacts: &[&[u8]]) -> Result<Self, ArtifactError> {
        if artifacts.iter().any(|a| !a.starts_with(b"COMITY")) {
            return Err(ArtifactError::Magic);
        }
        Self::embedded()
    }
    pub fn embedded() -> Result<Self, ArtifactError> {
        let provenance = Provenance {
            sets: vec![TrainingSet {
                name: "stub".into(),
                license: "CC0-1.0".into(),
                rows: 3,
                sha256: "00".into(),
            }],
            settings: "none".into(),
            code_version: "0".into(),
            figures: vec![Figure { name: "stub AUC".into(), value: 0.5 }],
        };
        Ok(Self { models: vec![Model { provenance }] })
    }
    pub fn replaced_by(self, other: Self) -> Self {
        other
    }
    pub fn models(&self) -> &[Model] {
        &self.models
    }
    pub fn scores(&self, question: &Question<'_>) -> Scores {
        let rude = question.text.folded().contains("idiot");
        let p = if rude { 0.99 } else { 0.01 };
        let supported = question.language.is_none_or(|l| l == "en");
        let score = |&attribute: &Attribute| {
            let known = supported && attribute <= Attribute::IdentityAttack;
            let contributions = question
                .text
                .tokens()
                .iter()
                .map(|t| Contribution {
                    span: question.text.origin(t.begin as usize..t.end as usize),
                    term: question
                        .text
                        .folded()
                        .get(t.begin as usize..t.end as usize)
                        .unwrap_or("")
                        .to_owned(),
                    log_odds: 0.5,
                })
                .collect();
            AttributeScore {
                attribute,
                probability: known.then_some(p),
                explanation: (known && question.explain).then_some(Explanation {
                    contributions,
                    rest: 0.0,
                    bias: -1.0,
                }),
            }
        };
        Scores {
            language: Language {
                code: question.language.unwrap_or("en").to_owned(),
                confidence: 1.0,
                supported,
            },
            attributes: question.attributes.iter().map(score).collect(),
            stances: question
                .targets
                .iter()
                .map(|t| Stance { target: t.clone(), label: StanceLabel::Unknown, probabilities: None })
                .collect(),
            on_topic: None,
            sentiment: Some(Sentiment { positive: 0.2, neutral: 0.5, negative: 0.3 }),
        }
    }
}
