//! The model card and the figures, from what was measured.

use std::fmt::Write as _;

use serde_json::json;

use super::evaluate::Measured;
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
pub fn markdown(artifact: &Artifact, measured: &[Measured]) -> String {
    let mut sets = String::new();
    for s in &artifact.provenance.sets {
        let _infallible = writeln!(sets, "| {} | {} | {} | `{}` |", s.name, s.license, s.rows, s.sha256);
    }
    let blocks: Vec<String> =
        artifact.civility.vocabulary.spec.iter().map(|b| format!("{b:?}").to_lowercase()).collect();
    let article = if artifact.article.is_some() {
        "Beside them: relevance, stance and sentiment, over words shared with the article, word valences and hashed words."
    } else {
        "It has no relevance, stance or sentiment: those are unknown."
    };
    let heads: Vec<&str> = artifact.civility.heads.iter().map(|h| h.attribute.name()).collect();
    format!(
        include_str!("card.md"),
        name = artifact.name,
        version = artifact.version,
        language = artifact.language,
        heads = heads.join(", "),
        blocks = blocks.join(", "),
        article = article,
        columns = artifact.civility.vocabulary.keys.len(),
        sets = sets,
        table = table(measured),
        code = artifact.provenance.code_version,
    )
}
