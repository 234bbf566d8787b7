//! Sentences of our own in 24 languages, English with foreign names, and either language with what belongs to none: links, names
//! and laughter. `tests/cases/languages.tsv`: the language, the text.

use comity::text::Text;

use super::disguises::table;

#[test]
fn other_languages_are_not_taken_for_ours_nor_ours_for_others() {
    let rows = table("languages.tsv");
    let ours = ["en", "ko"];
    let wrong: Vec<(&String, &str)> = rows
        .iter()
        .map(|row| (row, Text::read(&row[1]).language().code))
        .filter(|(row, found)| *found != row[0] && (ours.contains(found) || ours.contains(&row[0].as_str())))
        .map(|(row, found)| (&row[1], found))
        .collect();
    assert!(rows.len() > 80 && wrong.len() <= 1, "{wrong:#?}");
}

#[test]
fn a_disguised_text_is_in_the_language_that_it_is_read_in() {
    for text in
        ["ｙｏｕ ａｒｅ ａ ｐａｔｈｅｔｉｃ ｍａｎ", "𝐲𝐨𝐮 𝐚𝐫𝐞 𝐚 𝐩𝐚𝐭𝐡𝐞𝐭𝐢𝐜 𝐦𝐚𝐧", "уоu аrе а раthеtіс mаn"]
    {
        assert_eq!(Text::read(text).language().code, "en", "{text}");
    }
}
