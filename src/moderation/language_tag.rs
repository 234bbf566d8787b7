//! BCP-47 language tags, reduced to what rules and models ask for: the primary subtag.
//!
//! Well-formedness is that of RFC 5646, section 2.2.9. Whether subtags are registered is not asked, except that no primary
//! subtag of four letters or more is (section 2.2.1), so that "english" is refused.

use oxilangtag::LanguageTag;

/// The primary subtag in lower case; `None` when the tag is not well formed, and empty when it is well formed but
/// names no one language ("und", "mul", "mis" and "zxx", private use as a whole, "x-…", and the grandfathered "i-…"). The
/// languages with models may also be written as in ISO 639-2: "eng" and "kor".
pub fn primary_subtag(tag: &str) -> Option<String> {
    let parsed = LanguageTag::parse(tag).ok()?;
    let primary = parsed.as_str().split('-').next().unwrap_or_default().to_ascii_lowercase();
    let named = match primary.as_str() {
        "und" | "mul" | "mis" | "zxx" => "",
        "eng" => "en",
        "kor" => "ko",
        subtag if subtag.len() < 2 => "",
        subtag => subtag,
    };
    (primary.len() < 4).then(|| named.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_reduced_to_its_primary_subtag_in_lower_case() {
        for (tag, expected) in [
            ("en", "en"),
            ("EN-us", "en"),
            ("ko-Kore-KR", "ko"),
            ("zh-Hant", "zh"),
            ("zh-min-nan", "zh"),
            ("eng", "en"),
            ("kor-KR", "ko"),
        ] {
            assert_eq!(primary_subtag(tag).as_deref(), Some(expected), "{tag}");
        }
    }

    #[test]
    fn a_private_or_collective_tag_names_no_language() {
        for tag in ["und", "und-Latn", "mul", "zxx", "MIS"] {
            assert_eq!(primary_subtag(tag).as_deref(), Some(""), "{tag}");
        }
        assert_eq!(primary_subtag("x-house-style").as_deref(), Some(""));
        assert_eq!(primary_subtag("i-klingon").as_deref(), Some(""));
    }

    #[test]
    fn a_malformed_tag_is_refused() {
        for tag in
            ["", "e", "english_please", "en-", "-", "ko KR", "한국어", "en--US", "abcdefghi", "english"]
        {
            assert_eq!(primary_subtag(tag), None, "{tag}");
        }
    }
}
