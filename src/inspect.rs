//! Policies and models in print, for the commands `policy check` and `model show`.

use std::io::{self, Write};

use crate::{classifier::Classifier, moderation::Policies, pb, service};

/// Prints name and hash of each policy, one a line.
///
/// # Errors
/// When output cannot be written.
pub fn policies(policies: &Policies, mut output: impl Write) -> io::Result<()> {
    for policy in policies.iter() {
        writeln!(output, "{}  {}", policy.sha256(), policy.name())?;
    }
    output.flush()
}

/// Prints each model: name, version, language, hash, what it scores, the data it was trained on, its figures. As JSON,
/// what GetModel answers.
///
/// # Errors
/// When output cannot be written.
pub fn models(classifier: &Classifier, json: bool, mut output: impl Write) -> io::Result<()> {
    if json {
        serde_json::to_writer_pretty(&mut output, &service::models(classifier))?;
        return writeln!(output);
    }
    for model in service::models(classifier).models {
        let scored = model.attributes().map(|each| short(each.as_str_name())).collect::<Vec<_>>();
        let others =
            [("stance", model.stance), ("relevance", model.relevance), ("sentiment", model.sentiment)];
        let others = others.iter().filter(|(_, has)| *has).map(|(name, _)| (*name).to_owned());
        writeln!(output, "{} {}", model.name, model.version)?;
        writeln!(output, "  language  {}", model.language)?;
        writeln!(output, "  sha256    {}", model.sha256)?;
        writeln!(output, "  scores    {}", scored.into_iter().chain(others).collect::<Vec<_>>().join(", "))?;
        for head in &model.targets {
            writeln!(
                output,
                "  target    {:?}, fitted on {} comments, {}",
                head.target, head.rows, head.sha256
            )?;
        }
        training(&model.training.unwrap_or_default(), &mut output)?;
    }
    Ok(())
}

fn training(training: &pb::Training, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "  fitted by comity {}", training.code_version)?;
    writeln!(output, "  trained on")?;
    for set in &training.sets {
        writeln!(output, "    {:<24} {:>9} rows  {:<16} {}", set.name, set.rows, set.license, set.sha256)?;
    }
    writeln!(output, "  figures")?;
    for figure in &training.figures {
        writeln!(output, "    {:<40} {:.3}", figure.name, figure.value)?;
    }
    Ok(())
}

fn short(name: &str) -> String {
    name.trim_start_matches("ATTRIBUTE_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(print: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut output = Vec::new();
        print(&mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn every_policy_is_listed_with_its_hash() {
        let all = Policies::parse("[site.herald]\nlogin_required = true\n").unwrap();
        let text = printed(|output| policies(&all, output));
        let names: Vec<&str> = text.lines().filter_map(|line| line.split("  ").nth(1)).collect();
        assert_eq!(names, ["default", "herald"]);
        assert!(text.lines().all(|line| line.len() > 64));
    }

    #[test]
    fn models_are_printed_with_hash_and_licences() {
        let classifier = Classifier::embedded().unwrap();
        let text = printed(|output| models(&classifier, false, output));
        for model in classifier.models() {
            assert!(text.contains(model.sha256()));
            assert!(model.provenance().sets.iter().all(|set| text.contains(&set.license)));
        }
        let json = printed(|output| models(&classifier, true, output));
        let answer: pb::GetModelResponse = serde_json::from_str(&json).unwrap();
        assert_eq!(answer, service::models(&classifier));
    }
}
