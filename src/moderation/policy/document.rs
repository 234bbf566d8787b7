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
        from.remove(key).map_or_else(|| Ok(DeTable::new()), |value| self.into_table(value, key))
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
            let table = self.into_table(value, key)?;
            tables.push((name.into_inner().into_owned(), table));
        }
        Ok(tables)
    }

    fn into_table(&self, value: Spanned<DeValue<'a>>, key: &str) -> Result<DeTable<'a>, PolicyError> {
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Ok(table),
            other => {
                let message = format!("{key} is a {}, must be a table", other.type_str());
                Err(PolicyError::form(self.source, Some(span), &message))
            }
        }
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
