//! BCP-47 language tags, reduced to what rules and models ask for: the primary subtag.
//!
//! Well-formedness is that of RFC 5646, section 2.2.9; whether the subtags are registered is not asked.

use oxilangtag::LanguageTag;

/// The primary subtag in lower case; `None` when the tag is not well formed, and empty when it is well formed but
/// names no language (private use as a whole, "x-…", and the grandfathered "i-…").
pub fn primary_subtag(tag: &str) -> Option<String> {
    let parsed = LanguageTag::parse(tag).ok()?;
    let primary = parsed.as_str().split('-').next().filter(|subtag| subtag.len() > 1).unwrap_or_default();
    Some(primary.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_reduced_to_its_primary_subtag_in_lower_case() {
        for (tag, expected) in
            [("en", "en"), ("EN-us", "en"), ("ko-Kore-KR", "ko"), ("zh-Hant", "zh"), ("zh-min-nan", "zh")]
        {
            assert_eq!(primary_subtag(tag).as_deref(), Some(expected), "{tag}");
        }
    }

    #[test]
    fn a_private_tag_names_no_language() {
        assert_eq!(primary_subtag("x-house-style").as_deref(), Some(""));
        assert_eq!(primary_subtag("i-klingon").as_deref(), Some(""));
    }

    #[test]
    fn a_malformed_tag_is_refused() {
        for tag in ["", "e", "english_please", "en-", "-", "ko KR", "한국어", "en--US", "abcdefghi"] {
            assert_eq!(primary_subtag(tag), None, "{tag}");
        }
    }
}
