//! Comment moderation for news sites: a comment and its article in, an explained verdict out.
//!
//! A comment is parsed once into facts, linear models turn facts into scores, a policy turns facts and scores
//! into a verdict. The three steps are pure functions; sockets, files, clocks and the environment live at the
//! edges. In reading order:
//!
//! - [`text`], [`scores`]: what a text is, and the words in which scores are given
//! - [`moderation`]: comment, article, form rules, policy, verdict
//! - [`classifier`]: the linear models
//! - [`moderator`]: where they meet
//! - [`pb`], [`wire`], [`service`], [`server`]: the contract and the gRPC edge
//! - [`gate`], [`http`]: what every call passes; the HTTP edge
//! - [`articles`], [`feedback`]: what is kept between calls
//! - [`config`], [`telemetry`]: flags and logs
//! - [`replay`], [`inspect`]: the JSON Lines command; policies and models in print
//! - `trainer`, `sparse_logistic`, `calibration`, `metrics` (feature `train`): from labelled comments to a model

pub mod articles;
#[cfg(feature = "train")]
pub mod calibration;
pub mod classifier;
pub mod config;
pub mod feedback;
pub mod gate;
pub mod http;
pub mod inspect;
#[cfg(feature = "train")]
pub mod metrics;
pub mod moderation;
pub mod moderator;
pub mod pb;
mod refusal;
pub mod reload;
pub mod replay;
pub mod scores;
pub mod serve;
pub mod server;
pub mod service;
#[cfg(feature = "train")]
pub mod sparse_logistic;
pub mod telemetry;
pub mod text;
#[cfg(feature = "train")]
pub mod trainer;
pub mod wire;
