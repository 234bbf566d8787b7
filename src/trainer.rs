//! Offline: labelled comments in, parameters out. Only with the feature `train`.
//!
//! Every head is fitted through the featurisers that serve it, so that a trained and a served score agree.

pub mod corpus;
pub mod dense;
pub mod metrics;
pub mod relevance;
pub mod sentiment;
pub mod stance;
pub mod valence;
