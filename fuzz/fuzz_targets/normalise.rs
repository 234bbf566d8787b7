//! Reading a text never panics, folding twice is folding once, and every folded stretch leads back to whole
//! graphemes of the original.
#![no_main]

use comity::text::{Span, Text, visible_graphemes};
use libfuzzer_sys::fuzz_target;
use unicode_segmentation::UnicodeSegmentation as _;

fuzz_target!(|original: &str| {
    let text = Text::read(original);
    assert!(text.folded().len() <= original.len() * 6 + 8);
    assert_eq!(Text::read(text.folded()).folded(), text.folded());

    let bounds: Vec<usize> = original.grapheme_indices(true).map(|(at, _)| at).chain([original.len()]).collect();
    let whole = |span: Span| {
        span.begin <= span.end
            && bounds.binary_search(&span.begin).is_ok()
            && bounds.binary_search(&span.end).is_ok()
    };
    for (at, c) in text.folded().char_indices() {
        assert!(whole(text.origin(at..at + c.len_utf8())));
    }
    assert!(text.disguises().iter().all(|d| whole(d.span)));
    assert!(text.links().iter().all(|&link| whole(link)));

    let mut last = 0;
    for token in text.tokens() {
        assert!(last <= token.begin && token.begin < token.end);
        assert!(text.folded().get(token.begin as usize..token.end as usize).is_some());
        last = token.end;
    }
    assert!(visible_graphemes(original).count() <= bounds.len());
    assert!((0.0..=1.0).contains(&text.language().confidence));
});
