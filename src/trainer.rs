//! The offline trainer: corpora to linfa fit to artifact, model card and figures.
//!
//! With `sparse_logistic` and `calibration` the only room that names linfa. It reads corpora from a folder that the caller names, featurises them with the
//! server's own functions, and writes an [`Artifact`](crate::classifier::artifact::Artifact). Everything is seeded and
//! summed in a fixed order: two runs over the same data give the same bytes.

pub mod annotations;
pub mod article;
pub mod bias;
pub mod card;
pub mod civility;
pub mod config;
pub mod corpus;
pub mod decisions;
pub mod dense;
pub mod evaluate;
pub mod fit;
pub mod hashed;
pub mod measured;
pub mod metrics;
pub mod pointing;
pub mod relevance;
pub mod sentiment;
pub mod sets;
pub mod site;
pub mod stance;
pub mod summary;
pub mod target;
pub mod valence;
