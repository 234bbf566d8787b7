//! What clients of the Perspective API send, checked as that API checks it.

use std::{collections::BTreeMap, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _, IgnoredAny},
};

use super::{error::Error, sentences::utf16};
use crate::{
    http::{
        body,
        markup::{Plain, text_of},
    },
    moderation::{MAX_ID_BYTES, MAX_TEXT_BYTES},
    wire::readable,
};

/// The largest text of a context, in bytes.
const MAX_CONTEXT_BYTES: usize = 1_048_576;

/// The most languages of a request, and the longest tag, in bytes (BCP 47, section 4.4.1).
const MAX_LANGUAGES: usize = 16;
const MAX_TAG_BYTES: usize = 35;

/// The largest request that may be JSON5, in bytes, and the most objects and lists in it.
const MAX_RELAXED_BYTES: usize = 65_536;
const MAX_RELAXED_NESTING: usize = 64;

/// `comments:analyze`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Analyze {
    #[serde(default)]
    pub(super) comment: Option<Entry>,
    #[serde(default)]
    pub(super) context: Option<Context>,
    #[serde(default, alias = "requested_attributes")]
    pub(super) requested_attributes: Option<BTreeMap<String, Option<Wanted>>>,
    #[serde(default, deserialize_with = "one_or_more")]
    pub(super) languages: Vec<String>,
    #[serde(default, alias = "do_not_store")]
    pub(super) do_not_store: Option<bool>,
    #[serde(default, alias = "client_token")]
    pub(super) client_token: Option<String>,
    #[serde(default, alias = "session_id")]
    pub(super) session_id: Option<String>,
    #[serde(default, alias = "community_id")]
    pub(super) community_id: Option<String>,
    #[serde(default, alias = "span_annotations")]
    pub(super) span_annotations: Option<bool>,
    #[serde(default, alias = "drop_unsupported_attributes")]
    pub(super) drop_unsupported_attributes: Option<bool>,
}

/// `comments:suggestscore`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Suggest {
    #[serde(default)]
    pub(super) comment: Option<Entry>,
    #[serde(default)]
    pub(super) context: Option<Context>,
    #[serde(default, alias = "attribute_scores")]
    pub(super) attribute_scores: Option<BTreeMap<String, Option<AttributeScores>>>,
    #[serde(default, deserialize_with = "one_or_more")]
    pub(super) languages: Vec<String>,
    #[serde(default, alias = "do_not_store")]
    pub(super) do_not_store: Option<bool>,
    #[serde(default, alias = "client_token")]
    pub(super) client_token: Option<String>,
    #[serde(default, alias = "session_id")]
    pub(super) session_id: Option<String>,
    #[serde(default, alias = "community_id")]
    pub(super) community_id: Option<String>,
}

/// A text.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
}

/// What a comment refers to.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Context {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) entries: Option<Vec<Entry>>,
    #[serde(default, alias = "article_and_parent_comment", skip_serializing_if = "Option::is_none")]
    pub(super) article_and_parent_comment: Option<ArticleAndParent>,
}

/// The article, and the comment to which this one answers.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ArticleAndParent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) article: Option<Entry>,
    #[serde(default, alias = "parent_comment", skip_serializing_if = "Option::is_none")]
    pub(super) parent_comment: Option<Entry>,
}

/// How an attribute is wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default, alias = "score_type")]
    pub(super) score_type: Option<String>,
    #[serde(default, alias = "score_threshold", deserialize_with = "number")]
    pub(super) score_threshold: Option<f32>,
}

/// A client's own scores of one attribute.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AttributeScores {
    #[serde(default, alias = "summary_score", skip_serializing_if = "Option::is_none")]
    pub(super) summary_score: Option<Score>,
    #[serde(default, alias = "span_scores", skip_serializing_if = "Option::is_none")]
    pub(super) span_scores: Option<Vec<SpanScore>>,
}

/// A score.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Score {
    #[serde(default, deserialize_with = "number_or_zero")]
    pub(super) value: f32,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
}

/// A score of a part of the text, by UTF-16 code units.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpanScore {
    #[serde(default, deserialize_with = "number_or_zero")]
    pub(super) begin: usize,
    #[serde(default, deserialize_with = "number_or_zero")]
    pub(super) end: usize,
    pub(super) score: Score,
}

/// A number, also in quotes, as proto3 JSON has it; null is none.
fn number<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + FromStr,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number<T> {
        Plain(T),
        Quoted(String),
    }
    Option::deserialize(value)?
        .map(|number| match number {
            Number::Plain(number) => Ok(number),
            Number::Quoted(text) => text.parse().or(Err(D::Error::custom("not a number"))),
        })
        .transpose()
}

fn number_or_zero<'de, D, T>(value: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + FromStr + Default,
{
    Ok(number(value)?.unwrap_or_default())
}

/// A list, or one element without its brackets, as that API takes it; null is an empty one.
fn one_or_more<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Listed {
        One(String),
        All(Vec<String>),
    }
    Ok(match Option::deserialize(value)? {
        None => Vec::new(),
        Some(Listed::One(one)) => vec![one],
        Some(Listed::All(all)) => all,
    })
}

/// Parses a request. One without a body is one without a comment.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    if bytes.trim_ascii().is_empty() {
        return Err(empty());
    }
    let wrong = |why: &str| Error::invalid(format!("Invalid JSON payload received. {why}"));
    let bytes = &*readable(bytes);
    // A list would be taken for the fields in their order.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(wrong("Not an object."));
    }
    let parsed = body::parse(bytes).or_else(|why| body::parse(&strict(bytes).ok_or(why)?));
    parsed.map_err(|why: String| wrong(&why))
}

/// A request of which people type the names without quotes, as that API's own guide does (JSON5), as strict JSON; none where
/// it is that already, or neither.
fn strict(bytes: &[u8]) -> Option<Vec<u8>> {
    // Its reader knows no limit to nesting.
    let nested = || bytes.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
    let is_small = bytes.len() <= MAX_RELAXED_BYTES && nested() <= MAX_RELAXED_NESTING;
    if !is_small || serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        return None;
    }
    let relaxed: serde_json::Value = json5::from_str(str::from_utf8(bytes).ok()?).ok()?;
    serde_json::to_vec(&relaxed).ok()
}

fn empty() -> Error {
    Error::wrong("COMMENT_EMPTY", "Comment must be non-empty.")
}

/// A text as its reader sees it, with the way back to what was sent.
#[derive(Debug)]
pub(super) struct Read {
    sent: String,
    markup: Option<Plain>,
}

impl Read {
    pub(super) fn text(&self) -> &str {
        self.markup.as_ref().map_or(&self.sent, Plain::text)
    }

    /// Where stretches of the text stand in what was sent, in UTF-16 code units.
    pub(super) fn origins(&self, stretches: &[std::ops::Range<usize>]) -> Vec<std::ops::Range<usize>> {
        match &self.markup {
            Some(plain) => {
                let sent: Vec<_> = stretches.iter().map(|stretch| plain.origin(stretch)).collect();
                utf16(&self.sent, &sent)
            }
            None => utf16(&self.sent, stretches),
        }
    }

    /// How long what was sent is, in UTF-16 code units.
    pub(super) fn utf16_len(&self) -> usize {
        self.sent.encode_utf16().count()
    }
}

impl Entry {
    /// Whether it is HTML.
    fn is_html(&self) -> Result<bool, Error> {
        match self.kind.as_deref() {
            None | Some("PLAIN_TEXT" | "TEXT_TYPE_UNSPECIFIED") => Ok(false),
            Some("HTML") => Ok(true),
            Some(_) => Err(Error::invalid("Unknown text type")),
        }
    }

    /// The text as its reader sees it.
    fn text(self) -> Result<String, Error> {
        let is_html = self.is_html()?;
        let sent = self.text.unwrap_or_default();
        Ok(if is_html { text_of(&sent) } else { sent })
    }

    fn read(self) -> Result<Read, Error> {
        let is_html = self.is_html()?;
        let sent = self.text.unwrap_or_default();
        let markup = is_html.then(|| Plain::read(&sent));
        Ok(Read { sent, markup })
    }
}

/// Refuses what is kept or told again at more than its length.
pub(super) fn bounded(tags: &[String], ids: [(&str, Option<&String>); 3]) -> Result<(), Error> {
    if tags.len() > MAX_LANGUAGES || tags.iter().any(|tag| tag.len() > MAX_TAG_BYTES) {
        let message = format!("languages: at most {MAX_LANGUAGES} tags of {MAX_TAG_BYTES} bytes");
        return Err(Error::invalid(message));
    }
    for (name, id) in ids {
        let bytes = id.map_or(0, String::len);
        if bytes > MAX_ID_BYTES {
            return Err(Error::invalid(format!("{name}: {bytes} bytes, at most {MAX_ID_BYTES}")));
        }
    }
    Ok(())
}

/// The comment of a request.
pub(super) fn comment(entry: Option<Entry>) -> Result<Read, Error> {
    let entry = entry.unwrap_or_default();
    let bytes = entry.text.as_ref().map_or(0, String::len);
    if bytes > MAX_TEXT_BYTES {
        return Err(Error::wrong("COMMENT_TOO_LONG", "Comment text too long."));
    }
    let read = entry.read()?;
    if read.text().trim().is_empty() { Err(empty()) } else { Ok(read) }
}

/// Refuses a context that is of two kinds, too large, or of an unknown type.
pub(super) fn checked(context: &Context) -> Result<(), Error> {
    let Context { entries, article_and_parent_comment: pair } = context;
    if entries.is_some() && pair.is_some() {
        return Err(Error::invalid(
            "Context can have either entries or article_and_parent_comment, but both fields were populated.",
        ));
    }
    let sized = |name: &str, entry: &Entry| {
        let bytes = entry.text.as_ref().map_or(0, String::len);
        if bytes > MAX_CONTEXT_BYTES {
            let message = format!("context {name}: {bytes} bytes, at most {MAX_CONTEXT_BYTES}");
            return Err(Error::invalid(message));
        }
        Ok(())
    };
    // Taken and not used, as there.
    for (i, entry) in entries.iter().flatten().enumerate() {
        sized(&format!("entries[{i}]"), entry)?;
    }
    if let Some(ArticleAndParent { article, parent_comment }) = pair {
        for (name, entry) in [("article", article), ("parentComment", parent_comment)] {
            let Some(entry) = entry else { continue };
            sized(name, entry)?;
            entry.is_html()?;
        }
    }
    Ok(())
}

/// The texts of article and parent comment; empty where there is none.
pub(super) fn context(context: Option<Context>) -> Result<(String, String), Error> {
    let context = context.unwrap_or_default();
    checked(&context)?;
    let ArticleAndParent { article, parent_comment } = context.article_and_parent_comment.unwrap_or_default();
    let mut parent = parent_comment.unwrap_or_default().text()?;
    // It helps to tell the topic, and its beginning does as well.
    let ends = 0..=parent.len().min(MAX_TEXT_BYTES);
    parent.truncate(ends.rev().find(|end| parent.is_char_boundary(*end)).unwrap_or_default());
    Ok((article.unwrap_or_default().text()?, parent))
}
