//! STUB, dropped at merge.

/// The primary subtag.
pub(super) fn primary_subtag(tag: &str) -> Option<String> {
    let primary = tag.split('-').next()?.to_lowercase();
    (tag.len() < 36 && (2..=8).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic()))
        .then_some(primary)
}
