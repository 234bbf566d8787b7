//! PLACEHOLDER
use unicode_segmentation::UnicodeSegmentation as _;

/// The graphemes that a person sees, with runs of white space as one space and the ends trimmed.
pub fn visible_graphemes(text: &str) -> impl Iterator<Item = &str> {
    text.trim().graphemes(true)
}
