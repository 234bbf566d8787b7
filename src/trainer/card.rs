//! The model card and the figures, from what was measured.

use std::fmt::Write as _;

use serde_json::json;

use super::{config::Config, measured::Measured};
use crate::classifier::artifact::Artifact;

/// A table of figures in Markdown.
pub fn table(measured: &[Measured]) -> String {
    let mut out =
        String::from("| set | label and metric | rows | value | 95 % interval |\n|---|---|---|---|---|\n");
    for m in measured {
        let rows = if m.rows == 0 { String::new() } else { m.rows.to_string() };
        let interval = m.interval.map_or_else(String::new, |i| format!("{:.3} to {:.3}", i.0, i.1));
        let _infallible = writeln!(out, "| {} | {} | {rows} | {:.3} | {interval} |", m.set, m.what, m.value);
    }
    out
}

/// The figures as JSON.
///
/// # Errors
/// When a figure cannot be written as JSON, which finite numbers always can.
pub fn json(artifact: &Artifact, measured: &[Measured]) -> Result<String, serde_json::Error> {
    let figures: Vec<_> = measured
        .iter()
        .map(|m| {
            json!({ "set": m.set, "what": m.what, "rows": m.rows, "value": m.value,
                "interval": m.interval })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(
        &json!({ "name": artifact.name, "version": artifact.version, "language": artifact.language, "figures": figures }),
    )?;
    text.push('\n');
    Ok(text)
}

/// The model card (Mitchell et al. 2019): what the model is for, what it learnt from, what it can and cannot do.
pub fn markdown(artifact: &Artifact, config: &Config, measured: &[Measured]) -> String {
    let mut sets = String::new();
    for s in &artifact.provenance.sets {
        let _infallible = writeln!(sets, "| {} | {} | {} | `{}` |", s.name, s.license, s.rows, s.sha256);
    }
    let blocks: Vec<String> =
        artifact.civility.vocabulary.spec.iter().map(|b| format!("{b:?}").to_lowercase()).collect();
    let article = artifact.article.as_ref();
    let has = |name, has: bool| has.then_some(name);
    let beside: Vec<&str> = [
        has("relevance", article.is_some_and(|heads| heads.relevance.is_some())),
        has("stance", article.is_some_and(|heads| heads.stance.is_some())),
        has("sentiment", article.is_some_and(|heads| heads.sentiment.is_some())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let article = if beside.is_empty() {
        "It has no relevance, stance or sentiment: those are unknown.".to_owned()
    } else {
        format!("Beside them: {}. What is not named here is unknown.", beside.join(", "))
    };
    let heads: Vec<&str> = artifact.civility.heads.iter().map(|h| h.attribute.name()).collect();
    format!(
        include_str!("card.md"),
        name = artifact.name,
        version = artifact.version,
        language = artifact.language,
        heads = heads.join(", "),
        blocks = blocks.join(", "),
        license = config.license,
        article = article,
        columns = artifact.civility.vocabulary.keys.len(),
        sets = sets,
        table = table(measured),
        code = artifact.provenance.code_version,
    )
}
