//! A policy file: `[defaults]`, `[site.NAME]` and `[site.NAME.section.NAME]`, each laid over what it inherits from.
//!
//! Tables are merged key by key (a list is replaced as a whole) before they are read, so that a policy is checked
//! as it will apply, and an error still knows its line. The built-in defaults lie at the bottom.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize as _;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

use super::{MAX_NAME_BYTES, Policy, PolicyError, draft::PolicyDraft};
use crate::moderation::form::Phrases;

const BUILT_IN: &str = include_str!("defaults.toml");

/// All policies of a file.
#[derive(Debug, Clone)]
pub struct Policies {
    defaults: Policy,
    named: BTreeMap<String, Policy>,
}

impl Policies {
    /// Reads a policy file. An empty file gives the built-in defaults.
    ///
    /// # Errors
    /// The first thing that is wrong: the form with its line, or a value with its key and limit.
    pub fn parse(toml: &str) -> Result<Self, PolicyError> {
        let mut reader = Reader { source: toml, compiled: BTreeMap::new() };
        let built_in = DeTable::parse(BUILT_IN)
            .map_err(|error| PolicyError::form(BUILT_IN, error.span(), error.message()))?
            .into_inner();
        let mut document = DeTable::parse(toml)
            .map_err(|error| PolicyError::form(toml, error.span(), error.message()))?
            .into_inner();

        let defaults_table = overlay(built_in, reader.table(&mut document, "defaults")?);
        let defaults = reader.policy("default".to_owned(), "defaults", defaults_table.clone())?;
        let mut named = BTreeMap::new();
        for (site, mut table) in reader.named_tables(&mut document, "site")? {
            let sections = reader.named_tables(&mut table, "section")?;
            let site_table = overlay(defaults_table.clone(), table);
            let path = format!("site.{site}");
            named.insert(site.clone(), reader.policy(site.clone(), &path, site_table.clone())?);
            for (section, table) in sections {
                let (name, path) = (format!("{site}/{section}"), format!("{path}.section.{section}"));
                named.insert(name.clone(), reader.policy(name, &path, overlay(site_table.clone(), table))?);
            }
        }
        match document.keys().next() {
            Some(key) => {
                Err(reader.form(key, &format!("unknown key {:?}, expected defaults or site", key.get_ref())))
            }
            None => Ok(Self { defaults, named }),
        }
    }

    /// The policy of a name: "SITE", "SITE/SECTION"; "" and "default" give the defaults.
    pub fn named(&self, name: &str) -> Option<&Policy> {
        match name {
            "" | "default" => Some(&self.defaults),
            _ => self.named.get(name),
        }
    }

    /// All policies, sorted by name, the defaults first.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        std::iter::once(&self.defaults).chain(self.named.values())
    }
}

/// Reads the tables of one file. Equal phrase lists are compiled once.
struct Reader<'a> {
    source: &'a str,
    compiled: BTreeMap<Vec<String>, Arc<Phrases>>,
}

impl<'a> Reader<'a> {
    fn policy(&mut self, name: String, path: &str, table: DeTable<'a>) -> Result<Policy, PolicyError> {
        let draft = PolicyDraft::deserialize(Deserializer::from(Spanned::new(0..0, table)))
            .map_err(|error| PolicyError::form(self.source, error.span(), error.message()))?;
        let rules = draft.check(path)?;
        let banned = self.phrases(&format!("{path}.phrases.banned"), &rules.banned_phrases)?;
        let suspect = self.phrases(&format!("{path}.phrases.suspect"), &rules.suspect_phrases)?;
        Ok(Policy::new(name, rules, banned, suspect))
    }

    fn phrases(&mut self, key: &str, listed: &[String]) -> Result<Arc<Phrases>, PolicyError> {
        if let Some(known) = self.compiled.get(listed) {
            return Ok(Arc::clone(known));
        }
        let phrases = Arc::new(Phrases::compile(key, listed)?);
        self.compiled.insert(listed.to_vec(), Arc::clone(&phrases));
        Ok(phrases)
    }

    /// Takes the table under `key` out of `from`; an absent one is empty.
    fn table(&self, from: &mut DeTable<'a>, key: &str) -> Result<DeTable<'a>, PolicyError> {
        from.remove(key).map_or_else(|| Ok(DeTable::new()), |value| self.table_of(value, key))
    }

    /// Takes the tables under `key` out of `from`, by their names.
    fn named_tables(
        &self,
        from: &mut DeTable<'a>,
        key: &str,
    ) -> Result<Vec<(String, DeTable<'a>)>, PolicyError> {
        let mut tables = Vec::new();
        for (name, value) in self.table(from, key)? {
            if !is_name(name.get_ref()) {
                let message = format!(
                    "the name of a {key} has {} bytes, must be 1 to {MAX_NAME_BYTES} letters, digits, dots, \
                     underscores or hyphens, and not \"default\"",
                    name.get_ref().len()
                );
                return Err(self.form(&name, &message));
            }
            let table = self.table_of(value, key)?;
            tables.push((name.into_inner().into_owned(), table));
        }
        Ok(tables)
    }

    fn table_of(&self, value: Spanned<DeValue<'a>>, key: &str) -> Result<DeTable<'a>, PolicyError> {
        let (span, kind) = (value.span(), value.get_ref().type_str());
        let DeValue::Table(table) = value.into_inner() else {
            let message = format!("{key} is a {kind}, must be a table");
            return Err(PolicyError::form(self.source, Some(span), &message));
        };
        Ok(table)
    }

    fn form<T>(&self, at: &Spanned<T>, message: &str) -> PolicyError {
        PolicyError::form(self.source, Some(at.span()), message)
    }
}

/// Whether a site or section may be called this. "default" would hide the defaults.
fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name != "default"
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Lays one table over another, key by key.
fn overlay<'a>(mut base: DeTable<'a>, over: DeTable<'a>) -> DeTable<'a> {
    for (key, value) in over {
        let below = base.remove(key.get_ref().as_ref()).map(Spanned::into_inner);
        let span = value.span();
        let merged = match (below, value.into_inner()) {
            (Some(DeValue::Table(below)), DeValue::Table(above)) => DeValue::Table(overlay(below, above)),
            (_, above) => above,
        };
        base.insert(key, Spanned::new(span, merged));
    }
    base
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        moderation::{Decision, MAX_PHRASES},
        scores::Attribute,
    };

    const SHIPPED: &str = include_str!("../../../deploy/policy.toml");

    fn refusal(toml: &str) -> String {
        Policies::parse(toml).map(|_| ()).unwrap_err().to_string()
    }

    fn hash(toml: &str, name: &str) -> String {
        Policies::parse(toml).unwrap().named(name).unwrap().sha256().to_owned()
    }

    #[test]
    fn an_empty_file_gives_the_built_in_defaults() {
        let policies = Policies::parse("").unwrap();
        let rules = policies.named("").unwrap().rules();
        assert_eq!((rules.length.min, rules.length.max, rules.login_required), (50, 0, false));
        assert_eq!(rules.disguise, None);
        assert_eq!(policies.named("default").unwrap().needed_attributes(), Attribute::ALL[..6]);
        assert_eq!(policies.iter().map(Policy::name).collect::<Vec<_>>(), ["default"]);
    }

    #[test]
    fn the_shipped_file_repeats_the_built_in_defaults() {
        assert_eq!(hash(SHIPPED, ""), hash("", ""));
    }

    #[test]
    fn the_shipped_examples_ask_for_what_they_say() {
        let policies = Policies::parse(SHIPPED).unwrap();
        let names: Vec<_> = policies.iter().map(Policy::name).collect();
        assert_eq!(names, ["default", "diplomacy-daily", "diplomacy-daily/letters", "peninsula-post"]);
        let daily = policies.named("diplomacy-daily").unwrap().rules();
        assert_eq!((daily.length.min, daily.length.max, daily.login_required), (50, 0, false));
        let letters = policies.named("diplomacy-daily/letters").unwrap().rules();
        assert_eq!((letters.length.min, letters.hold_new_authors_below), (200, 1));
        assert_eq!((letters.links.unwrap().max, &letters.attributes), (1, &daily.attributes));
        let post = policies.named("peninsula-post").unwrap().rules();
        assert_eq!((post.length.min, post.length.max, post.login_required), (0, 250, true));
        assert_eq!(post.languages, ["en", "ko"]);
    }

    #[test]
    fn an_unknown_policy_is_not_found() {
        let policies = Policies::parse(SHIPPED).unwrap();
        for name in ["diplomacy", "diplomacy-daily/", "/letters", "letters", "DEFAULT"] {
            assert!(policies.named(name).is_none(), "{name}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_name_and_line() {
        for (toml, key, line) in [
            ("[defaults]\nlogin = true", "login", "line 2, column 1"),
            ("[site.a]\n\nlength = { minimum = 3 }", "minimum", "line 3, column 12"),
            ("[site.a.section.b]\nsection = {}", "section", "line 2"),
            ("[defaults.attributes]\nrude = { hold_at = 0.5 }", "rude", "line 2"),
            ("[default]\n", "default", "line 1, column 2"),
        ] {
            let refusal = refusal(toml);
            assert!(refusal.contains(key) && refusal.contains(line), "{toml:?}: {refusal}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_with_its_line() {
        for toml in ["[defaults]\nlanguages = 5", "[site]\na = 5", "[site.a]\nlength = 5", "\nsite = 1"] {
            assert!(refusal(toml).starts_with("line 2, "), "{toml:?}: {}", refusal(toml));
        }
    }

    #[test]
    fn a_value_out_of_range_is_refused_with_key_value_and_limit() {
        for (toml, expected) in [
            ("site.a.length.min = -1", "site.a.length.min is -1, must be between 0 and 20480"),
            (
                "site.a.length = { min = 9, max = 8 }",
                "site.a.length.min is 9, must be at most site.a.length.max, which is 8",
            ),
            (
                "defaults.shouting.min_upper_share = 1.5",
                "defaults.shouting.min_upper_share is 1.5, must be between 0 and 1",
            ),
            (
                "defaults.off_topic.hold_below = nan",
                "defaults.off_topic.hold_below is NaN, must be between 0 and 1",
            ),
            (
                "site.a.section.b.attributes.threat.hold_at = 2",
                "site.a.section.b.attributes.threat.hold_at is 2, must be between 0 and 1",
            ),
            (
                "site.a.attributes.threat.hold_at = 0.95",
                "site.a.attributes.threat.hold_at is 0.95, must be at most site.a.attributes.threat.reject_at, which is 0.9",
            ),
            (
                "site.a.languages = [\"en\", \"?\"]",
                "site.a.languages[1] is \"?\", must be a BCP-47 language tag",
            ),
            (
                "site.a.phrases.banned = [\"\"]",
                "site.a.phrases.banned[0] is empty, must have at least one visible character",
            ),
        ] {
            assert_eq!(refusal(toml), expected);
        }
    }

    #[test]
    fn too_many_or_too_long_phrases_are_refused() {
        let list = |n: usize| format!("defaults.phrases.banned = [{}]", "\"a\",".repeat(n));
        assert!(Policies::parse(&list(MAX_PHRASES)).is_ok());
        assert_eq!(
            refusal(&list(MAX_PHRASES + 1)),
            "defaults.phrases.banned is a list of 10001, must be at most 10000"
        );
        let long = format!("defaults.phrases.suspect = [\"{}\"]", "a".repeat(257));
        assert_eq!(refusal(&long), "defaults.phrases.suspect[0] is 257 bytes long, must be at most 256");
    }

    #[test]
    fn a_merit_takes_no_threshold() {
        assert!(
            refusal("defaults.attributes.constructive.hold_at = 0.5").contains("attributes.constructive")
        );
    }

    #[test]
    fn names_are_short_and_plain_and_never_default() {
        assert!(Policies::parse(&format!("[site.{}]", "n".repeat(64))).is_ok());
        for name in [&"n".repeat(65), "\"\"", "\"a/b\"", "\"신문\"", "default"] {
            assert!(refusal(&format!("[site.{name}]")).contains("name of a site"), "{name}");
        }
    }

    #[test]
    fn every_inherited_rule_can_be_switched_off() {
        let toml = "[site.a]\nlength.min = 0\nlinks.action = \"approve\"\nshouting.action = \"approve\"\n\
                    repetition.action = \"approve\"\noff_topic.hold_below = 0\nattributes.threat = { hold_at = \
                    \"never\", reject_at = \"never\" }\nunsupported_language = \"approve\"";
        let policies = Policies::parse(toml).unwrap();
        let rules = policies.named("a").unwrap().rules();
        assert_eq!((rules.length.min, rules.links, rules.shouting, rules.repetition), (0, None, None, None));
        assert_eq!((rules.off_topic_hold_below, rules.unsupported_language), (None, Decision::Approve));
        assert!(rules.attributes.iter().all(|rule| rule.attribute != Attribute::Threat));
    }

    #[test]
    fn a_list_replaces_the_inherited_one() {
        let toml = "defaults.phrases.banned = [\"one\", \"two\"]\nsite.a.phrases.banned = [\"three\"]";
        let policies = Policies::parse(toml).unwrap();
        assert_eq!(policies.named("a").unwrap().rules().banned_phrases, ["three"]);
    }

    #[test]
    fn the_hash_changes_when_and_only_when_the_rules_do() {
        let same =
            ["", "[site.a]", "site.a.length.min = 50", "site.a.links = { max = 2, action = \"hold\" }"];
        for toml in same {
            let policies = Policies::parse(toml).unwrap();
            let name = if toml.is_empty() { "" } else { "a" };
            assert_eq!(policies.named(name).unwrap().sha256(), hash("", ""), "{toml}");
        }
        for toml in [
            "defaults.length.min = 51",
            "defaults.phrases.suspect = [\"x\"]",
            "defaults.disguise.action = \"hold\"",
        ] {
            assert_ne!(hash(toml, ""), hash("", ""), "{toml}");
        }
        let off = "site.a.shouting = { action = \"approve\" }";
        let off_with_other_numbers = "site.a.shouting = { action = \"approve\", min_letters = 3 }";
        assert_eq!(hash(off, "a"), hash(off_with_other_numbers, "a"));
    }

    proptest! {
        #[test]
        fn no_string_makes_parsing_panic(toml in any::<String>()) {
            let _ = Policies::parse(&toml);
        }

        #[test]
        fn no_near_policy_makes_parsing_panic(at in 0..SHIPPED.len(), cut in 0..40_usize, put in "[\\PC\n]{0,8}") {
            let begin = SHIPPED.floor_char_boundary(at);
            let end = SHIPPED.floor_char_boundary((begin + cut).min(SHIPPED.len())).max(begin);
            let _ = Policies::parse(&format!("{}{put}{}", SHIPPED.get(..begin).unwrap(), SHIPPED.get(end..).unwrap()));
        }
    }
}
