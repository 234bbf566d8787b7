//! A look at an encoded message before anything is made of it.

use prost::{
    DecodeError,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};

use super::shapes::{self, Field, Kind, Shape};
use crate::refusal::Refusal;

/// The most fields that one message may have, repeats included: a full batch has 256.
pub(super) const MAX_FIELDS: usize = 1024;

/// The most fields that a request may have with all the messages within it. A full batch of full requests has some 20,000.
pub(super) const MAX_ALL_FIELDS: usize = 32_768;

/// As many messages within each other as prost reads.
const MAX_DEPTH: u32 = 100;

/// What the bytes of a message were found to be.
#[derive(Debug)]
pub(super) enum Found {
    /// Fit to be decoded.
    Sound,
    /// Fit to be decoded in this form: halves of surrogate pairs became U+FFFD, three bytes for three.
    Mended(Vec<u8>),
}

/// Counts the fields of a message and of those within it, and reads its texts. What is malformed otherwise is left to
/// prost to name.
///
/// Halves of surrogate pairs are what some clients send of an emoji that was cut in two (protobuf.js encodes each half on
/// its own); a browser's `TextEncoder` would have made U+FFFD of them (Encoding Standard, "convert to a scalar value
/// string"), and so does this.
///
/// # Errors
/// A violation that names the field: too many fields, or a text that is not UTF-8.
pub(super) fn inspect(message: &[u8], name: &str) -> Result<Found, Refusal> {
    let left = if name.ends_with("Request") { MAX_ALL_FIELDS } else { usize::MAX };
    let mut inspection = Inspection { whole: message, left, mended: None };
    match inspection.message(0, message, shapes::of(name), MAX_DEPTH) {
        Ok(()) => Ok(inspection.mended.map_or(Found::Sound, Found::Mended)),
        Err(Wrong { path, reason, description }) => Err(Refusal::violation(path, reason, description)),
    }
}

struct Inspection<'a> {
    whole: &'a [u8],
    /// How many more fields there may be.
    left: usize,
    mended: Option<Vec<u8>>,
}

/// What is wrong with a field, by its path from the message at hand.
struct Wrong {
    path: String,
    reason: &'static str,
    description: String,
}

impl Inspection<'_> {
    /// Inspects the message whose bytes begin at `at` of the whole.
    fn message(&mut self, at: usize, message: &[u8], shape: &Shape, depth: u32) -> Result<(), Wrong> {
        let mut rest = message;
        let mut fields = 0;
        while !rest.is_empty() && depth > 0 {
            let Ok((tag, wire)) = decode_key(&mut rest) else { return Ok(()) };
            let start = message.len() - rest.len();
            let field = shape.get(&tag);
            fields += 1;
            if fields > MAX_FIELDS || self.left == 0 {
                return Err(too_many(message, tag, field, fields > MAX_FIELDS));
            }
            self.left -= 1;
            let Ok(value) = value(wire, tag, &mut rest) else { return Ok(()) };
            let (Some(field), Some(value)) = (field, value) else { continue };
            let at = at + message.len() - rest.len() - value.len();
            let path = || match occurrences(message, start, tag) {
                index if field.is_repeated => format!("{}[{}]", field.name, index - 1),
                _ => field.name.clone(),
            };
            match &field.kind {
                Kind::Text if !self.text(at, value) => {
                    let description = "not UTF-8, as every text must be".to_owned();
                    return Err(Wrong { path: path(), reason: "NOT_UTF8", description });
                }
                Kind::Message(name) => self
                    .message(at, value, shapes::of(name), depth - 1)
                    .map_err(|wrong| Wrong { path: format!("{}.{}", path(), wrong.path), ..wrong })?,
                // Each of its numbers takes a byte or more.
                Kind::Packed if value.len() > self.left => {
                    return Err(too_many(message, tag, Some(field), false));
                }
                Kind::Packed => self.left -= value.len(),
                Kind::Text | Kind::Other => {}
            }
        }
        Ok(())
    }

    /// Whether a text is UTF-8, or was but for halves of surrogate pairs, which are mended.
    fn text(&mut self, mut at: usize, mut text: &[u8]) -> bool {
        while let Err(error) = str::from_utf8(text) {
            let (_, wrong) = text.split_at(error.valid_up_to());
            let [0xED, 0xA0..=0xBF, 0x80..=0xBF, after @ ..] = wrong else { return false };
            at += error.valid_up_to();
            let mended = self.mended.get_or_insert_with(|| self.whole.to_vec());
            if let Some(half) = mended.get_mut(at..at + 3) {
                half.copy_from_slice("\u{fffd}".as_bytes());
            }
            (at, text) = (at + 3, after);
        }
        true
    }
}

/// Reads past the value of a field; gives its bytes where it has a length.
fn value<'a>(wire: WireType, tag: u32, rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, DecodeError> {
    if wire != WireType::LengthDelimited {
        skip_field(wire, tag, rest, DecodeContext::default())?;
        return Ok(None);
    }
    let before = *rest;
    let mut after = before;
    let length = usize::try_from(decode_varint(&mut after)?).unwrap_or(usize::MAX);
    skip_field(wire, tag, rest, DecodeContext::default())?;
    Ok(after.get(..length))
}

/// How often a field stands in the first bytes of a message, the one whose key ends there included.
fn occurrences(message: &[u8], until: usize, tag: u32) -> usize {
    let mut rest = message.get(..until).unwrap_or_default();
    let mut count = 0;
    while let Ok((found, wire)) = decode_key(&mut rest) {
        count += usize::from(found == tag);
        if skip_field(wire, found, &mut rest, DecodeContext::default()).is_err() {
            break;
        }
    }
    count
}

fn too_many(message: &[u8], tag: u32, field: Option<&Field>, in_one: bool) -> Wrong {
    let count = match field.map(|field| &field.kind) {
        Some(Kind::Packed) => "too many".to_owned(),
        _ => occurrences(message, message.len(), tag).to_string(),
    };
    let (most, whole) = if in_one { (MAX_FIELDS, "message") } else { (MAX_ALL_FIELDS, "request") };
    Wrong {
        path: field.map_or_else(|| format!("field {tag}"), |field| field.name.clone()),
        reason: "TOO_MANY",
        description: format!("{count} values, at most {most} fields are read of one {whole}"),
    }
}

#[cfg(test)]
mod tests {
    use prost::{Message as _, Name as _};

    use super::*;
    use crate::pb;

    fn request(text: &str) -> pb::ModerateCommentRequest {
        let comment = pb::Comment { text: text.to_owned(), ..Default::default() };
        pb::ModerateCommentRequest { comment: Some(comment), ..Default::default() }
    }

    fn batch(requests: Vec<pb::ModerateCommentRequest>) -> Vec<u8> {
        pb::BatchModerateCommentsRequest { requests }.encode_to_vec()
    }

    fn inspect_batch(message: &[u8]) -> Result<Found, String> {
        inspect(message, &pb::BatchModerateCommentsRequest::full_name())
            .map_err(|refusal| refusal.to_string())
    }

    /// The same bytes with one run in place of another of the same length.
    fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
        [&bytes[..at], to, &bytes[at + from.len()..]].concat()
    }

    #[test]
    fn too_many_fields_are_named_without_being_read() {
        assert!(matches!(inspect_batch(&batch(vec![request(""); MAX_FIELDS])), Ok(Found::Sound)));
        let said = inspect_batch(&[0x0a, 0x00].repeat(3_000_000)).unwrap_err();
        assert_eq!(said, "requests: 3000000 values, at most 1024 fields are read of one message");
    }

    #[test]
    fn fields_within_messages_count_too() {
        let article = pb::Article { targets: vec![String::new(); MAX_FIELDS + 1], ..Default::default() };
        let crowded = pb::ModerateCommentRequest { article: Some(article), ..request("a") };
        let said = inspect_batch(&batch(vec![request("a"), crowded])).unwrap_err();
        assert_eq!(
            said,
            "requests[1].article.targets: 1025 values, at most 1024 fields are read of one message"
        );
        let thread = vec![String::new(); 200];
        let full = pb::ModerateCommentRequest { thread, ..request("a") };
        let said = inspect_batch(&batch(vec![full; 256])).unwrap_err();
        assert!(said.ends_with("at most 32768 fields are read of one request"), "{said}");
    }

    #[test]
    fn numbers_in_one_value_count_too() {
        let attributes = vec![1; MAX_ALL_FIELDS];
        let packed = pb::ModerateCommentRequest { attributes, ..request("a") };
        let said = inspect_batch(&batch(vec![packed])).unwrap_err();
        assert!(said.starts_with("requests[0].attributes: too many values"), "{said}");
    }

    #[test]
    fn half_an_emoji_becomes_the_replacement_character() {
        let sound = batch(vec![request("fine"), request("cut ??? here ???")]);
        let cut = replaced(&sound, b"cut ??? here ???", b"cut \xED\xA0\xBD here \xED\xB8\x80");
        let Ok(Found::Mended(mended)) = inspect_batch(&cut) else { panic!() };
        let read = pb::BatchModerateCommentsRequest::decode(&mended[..]).unwrap();
        let texts: Vec<&str> = read.requests.iter().map(|r| &*r.comment.as_ref().unwrap().text).collect();
        assert_eq!(texts, ["fine", "cut \u{fffd} here \u{fffd}"]);
    }

    #[test]
    fn a_text_that_is_not_utf8_is_named() {
        let bytes = replaced(&batch(vec![request("fine"), request("???")]), b"???", b"\xFFab");
        let said = inspect_batch(&bytes).unwrap_err();
        assert_eq!(said, "requests[1].comment.text: not UTF-8, as every text must be");
    }

    #[test]
    fn what_is_malformed_otherwise_is_left_to_the_decoder() {
        for bytes in [&[0x0a, 0xff][..], &[], &[0x0a, 0x05, 0x01], &[0x07], &[0x0b, 0x0b]] {
            assert!(matches!(inspect_batch(bytes), Ok(Found::Sound)), "{bytes:?}");
        }
    }
}
