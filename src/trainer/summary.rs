//! The table of the README, from the figures beside the models: written by `comity-train summary`, held to them by a test.

use std::{fmt::Write as _, path::Path};

use serde::Deserialize;

/// The figures of a model, as `card::json` writes them.
#[derive(Debug, Deserialize)]
struct Figures {
    figures: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    set: String,
    what: String,
    value: f64,
    interval: Option<(f64, f64)>,
}

/// What a row shows: the file, the set and figure in it, how readers know them, and what a BERT that was fine-tuned on the
/// same corpus reaches on its test split (published with the Unhealthy Comments corpus).
struct Shown(&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const ENGLISH: &str = "english.json";
const KOREAN: &str = "korean.json";
const KOREAN_SA: &str = "korean-share-alike.json";
const ENGLISH_SA: &str = "english-share-alike.json";
const UCC: &str = "Unhealthy Comments (Globe and Mail)";
const SFU: &str = "SFU (Globe and Mail)";
const JIGSAW: &str = "Wikipedia talk pages (Jigsaw)";

#[rustfmt::skip]
const ROWS: [Shown; 36] = [
    Shown(ENGLISH, "ucc.val", "hostile AUC", UCC, "hostile", ".843"),
    Shown(ENGLISH, "ucc.val", "antagonize AUC", UCC, "antagonising", ".824"),
    Shown(ENGLISH, "ucc.val", "condescending AUC", UCC, "condescending", ".775"),
    Shown(ENGLISH, "ucc.val", "dismissive AUC", UCC, "dismissive", ".816"),
    Shown(ENGLISH, "ucc.val", "sarcastic AUC", UCC, "sarcastic", ".668"),
    Shown(ENGLISH, "ucc.val", "generalisation_unfair AUC", UCC, "generalising", ".745"),
    Shown(ENGLISH, "ucc.val", "civil AUC", UCC, "unhealthy", ".761"),
    Shown(ENGLISH, "c3", "civil AUC", SFU, "toxic", ""),
    Shown(ENGLISH, "c3", "constructive_binary AUC", SFU, "constructive", ""),
    Shown(ENGLISH, "ctc", "civil AUC", SFU, "toxic, small set", ""),
    Shown(ENGLISH, "fox", "civil AUC", "Fox News", "hateful", ""),
    Shown(ENGLISH, "jigsaw_wiki.test", "toxic AUC", JIGSAW, "toxic", ""),
    Shown(ENGLISH, "jigsaw_wiki.test", "severe_toxic AUC", JIGSAW, "severely toxic", ""),
    Shown(ENGLISH, "jigsaw_wiki.test", "obscene AUC", JIGSAW, "profanity", ""),
    Shown(ENGLISH, "jigsaw_wiki.test", "insult AUC", JIGSAW, "insult", ""),
    Shown(ENGLISH, "jigsaw_wiki.test", "threat AUC", JIGSAW, "threat", ""),
    Shown(ENGLISH, "jigsaw_wiki.test", "identity_hate AUC", JIGSAW, "identity attack", ""),
    Shown(ENGLISH, "wiki_tox_fuzzed.test", "civil AUC", "Wikipedia, disguised", "toxic", ""),
    Shown(ENGLISH, "madlibs", "civil AUC", "Madlibs (identities)", "toxic", ""),
    Shown(ENGLISH, "madlibs", "BPSN AUC: lowest of identities", "Madlibs (identities)", "BPSN, lowest of 50", ""),
    Shown(ENGLISH, "madlibs", "BNSP AUC: lowest of identities", "Madlibs (identities)", "BNSP, lowest of 50", ""),
    Shown(ENGLISH, "training comments, 5-fold by article", "relevance AUC, headline and summary", "New York Times", "on topic", ""),
    Shown(ENGLISH, "training comments, 5-fold by article", "relevance AUC, with 5 earlier comments", "New York Times", "on topic, with 5 earlier comments", ""),
    Shown(ENGLISH, "vast.dev", "stance macro-F1", "VAST", "stance towards a topic, macro-F1", ""),
    Shown(ENGLISH_SA, "perspectrum.dev", "stance F1, two classes", "Perspectrum", "stance towards a claim, F1, share-alike model", ""),
    Shown(ENGLISH, "newsmtsc_rw", "stance towards a person, macro-F1", "NewsMTSC", "stance towards a person, macro-F1", ""),
    Shown(ENGLISH, "te_sentiment.val", "sentiment macro-recall", "TweetEval", "sentiment, macro-recall", ""),
    Shown(KOREAN, "beep.dev", "civil AUC", "BEEP (Korean news)", "uncivil", ""),
    Shown(KOREAN, "kmhas.test", "civil AUC", "K-MHaS (Korean news)", "uncivil", ""),
    Shown(KOREAN, "kmhas.test", "classes=profanity AUC", "K-MHaS (Korean news)", "profanity", ""),
    Shown(KOREAN, "nsmc_test_sample", "sentiment accuracy, two classes", "NSMC", "sentiment, accuracy", ""),
    Shown(KOREAN_SA, "beep.dev", "civil AUC", "BEEP, share-alike model", "uncivil", ""),
    Shown(KOREAN_SA, "kmhas.test", "civil AUC", "K-MHaS, share-alike model", "uncivil", ""),
    Shown(KOREAN_SA, "beep.dev", "relevance AUC, headline", "BEEP, share-alike model", "on topic", ""),
    Shown(KOREAN_SA, "training comments, 5-fold by headline", "stance sign right", "BEEP, share-alike model", "right side of two, 5-fold", ""),
    Shown(KOREAN_SA, "training comments, 5-fold by headline", "stance macro-F1", "BEEP, share-alike model", "stance, macro-F1, 5-fold", ""),
];

/// The table, from the figures in a folder of models.
///
/// # Errors
/// When a file cannot be read or lacks a figure.
pub fn table(models: &Path) -> Result<String, String> {
    let mut out = String::from("| set | label | comity | 95 % interval | BERT |\n|---|---|---|---|---|\n");
    for Shown(file, set, what, known_as, label, bert) in ROWS {
        let path = models.join(file);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let all: Figures =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let found = all.figures.iter().find(|figure| figure.set == set && figure.what == what);
        let found = found.ok_or_else(|| format!("{}: no figure {set} {what}", path.display()))?;
        let interval =
            found.interval.map_or_else(String::new, |i| format!("{} to {}", short(i.0), short(i.1)));
        let _infallible =
            writeln!(out, "| {known_as} | {label} | {} | {interval} | {bert} |", short(found.value));
    }
    Ok(out)
}

/// Three digits, without the zero before the point.
fn short(value: f64) -> String {
    format!("{value:.3}").trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_shows_the_figures_of_the_shipped_models() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let table = table(&root.join("models")).unwrap();
        let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
        assert!(readme.contains(&table), "README.md is stale; comity-train summary prints:\n{table}");
    }

    #[test]
    fn a_missing_figure_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(ENGLISH), r#"{"figures": []}"#).unwrap();
        assert!(table(folder.path()).unwrap_err().ends_with("no figure ucc.val hostile AUC"));
    }
}
