//! From the loaded models to the wire.

use super::attribute;
use crate::{
    classifier::{Classifier, Model, Provenance, target::LoadedTarget},
    pb,
};

/// All loaded models, and the version of the service.
pub(crate) fn models(classifier: &Classifier) -> pb::GetModelResponse {
    pb::GetModelResponse {
        models: classifier.models().iter().map(model).collect(),
        service_version: crate::moderator::SERVICE_VERSION.to_owned(),
    }
}

fn model(model: &Model) -> pb::Model {
    pb::Model {
        name: model.name().to_owned(),
        version: model.version().to_owned(),
        sha256: model.sha256().to_owned(),
        language: model.language().to_owned(),
        attributes: model.attributes().into_iter().map(|each| attribute(each).into()).collect(),
        stance: model.has_stance(),
        relevance: model.has_relevance(),
        sentiment: model.has_sentiment(),
        training: Some(training(model.provenance())),
        targets: model.targets().iter().map(target).collect(),
    }
}

fn target(loaded: &LoadedTarget) -> pb::TargetHead {
    let head = loaded.head();
    pb::TargetHead {
        target: head.target.clone(),
        sha256: loaded.sha256().to_owned(),
        rows: head.rows,
        figures: head.figures.iter().map(figure).collect(),
    }
}

fn figure(figure: &crate::classifier::Figure) -> pb::Figure {
    pb::Figure { name: figure.name.clone(), value: figure.value }
}

fn training(provenance: &Provenance) -> pb::Training {
    let set = |set: &crate::classifier::TrainingSet| pb::TrainingSet {
        name: set.name.clone(),
        license: set.license.clone(),
        rows: set.rows,
        sha256: set.sha256.clone(),
    };
    pb::Training {
        sets: provenance.sets.iter().map(set).collect(),
        settings: provenance.settings.clone(),
        code_version: provenance.code_version.clone(),
        figures: provenance.figures.iter().map(figure).collect(),
    }
}
