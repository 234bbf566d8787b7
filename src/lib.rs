//! Comment moderation for news sites: a comment and its article in, an explained verdict out.
//!
//! A comment is parsed once into facts, a linear model turns facts into scores, a policy turns facts and scores
//! into a verdict. The three steps are pure functions; sockets, files, clocks and the environment live at the
//! edges. In reading order:
//!
//! - [`text`], [`scores`]: what a text is, and the words in which scores are given
//! - [`moderation`]: comment, article, form rules, policy, verdict
//! - [`classifier`]: the linear model
//! - [`moderator`]: where they meet
//! - [`pb`], [`service`], [`server`]: the contract and the gRPC edge
//! - `sparse_logistic`, `metrics`, `calibration` (feature `train`): fitting and judging a linear model
//! - [`config`], [`telemetry`], [`replay`]: flags, logs and the JSON Lines command

pub mod classifier;
pub mod moderation;
pub mod moderator;
pub mod pb;
pub mod scores;
#[cfg(feature = "train")]
pub mod sparse_logistic;
pub mod text;
#[cfg(feature = "train")]
pub mod trainer;
