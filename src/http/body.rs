//! Bodies: read whole, within a limit, and turned into messages.
//!
//! Two bytes of JSON can become a structure of hundreds: so the objects and elements of a body are counted first, without
//! making anything of them.

use std::fmt;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::error::Category;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{encoding, error::Failure};
use crate::{
    refusal::{Busy, Refusal},
    service::MAX_INLINE_BYTES,
    wire::readable,
};

/// The most objects of a body: a full batch has four for each of its 256 comments.
const MAX_OBJECTS: usize = 1_100;

/// The most members of all objects and elements of all lists of a body together.
const MAX_ELEMENTS: usize = 32_768;

/// The most of a name or message that is told, in bytes: callers choose some of it.
const MAX_TOLD: usize = 200;

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// A body that is larger, or that breaks off.
pub(super) async fn read(mut body: Body, limit: usize) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Refusal::TooLarge { limit });
    }
    // Copied, because each piece keeps the buffer that it came in: one byte each, they would hold many times their size.
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| refused(&error))?;
        let piece = frame.data_ref().map_or(&[][..], |data| data);
        if read.len() + piece.len() > limit {
            return Err(Refusal::TooLarge { limit });
        }
        read.extend_from_slice(piece);
        // What inflates is always ready: others would wait for the whole of it.
        tokio::task::coop::consume_budget().await;
    }
    Ok(read.into())
}

/// Why a body ended early: the gate found no room for it, it is not compressed as it says, or its sender is gone.
fn refused(error: &(dyn std::error::Error + 'static)) -> Refusal {
    let causes = || std::iter::successors(Some(error), |error| error.source());
    if let Some(fault) = causes().filter_map(|cause| cause.downcast_ref()).find_map(encoding::fault) {
        return fault;
    }
    let status = causes().find_map(|cause| cause.downcast_ref::<Status>());
    let retry = status.and_then(Status::get_details_retry_info).and_then(|info| info.retry_delay);
    retry.map_or(Refusal::BrokenOff, |retry_after| Refusal::Busy { cause: Busy::Memory, retry_after })
}

/// Reads a message of the contract from a body of JSON.
///
/// # Errors
/// Another type of content, a body that is too large, or one that is no such message: the failure names the place.
pub(super) async fn message<T: DeserializeOwned + Send + 'static>(
    request: Request,
    limit: usize,
) -> Result<T, Failure> {
    let kind = request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind.is_some_and(|kind| !is_json(kind)) {
        let message = "the body must be application/json";
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::InvalidArgument,
            "WRONG_CONTENT_TYPE",
            message,
        ));
    }
    let bytes = read(request.into_body(), limit).await?;
    let parsed = if bytes.len() <= MAX_INLINE_BYTES {
        parse(&bytes)
    } else {
        // A large one takes milliseconds, for which others must not wait.
        tokio::task::spawn_blocking(move || parse(&bytes)).await.or(Err(Refusal::Internal))?
    };
    Ok(parsed.map_err(|why| Refusal::violation("body", "MALFORMED_JSON", why))?)
}

fn is_json(kind: &[u8]) -> bool {
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    kind.eq_ignore_ascii_case(b"application/json")
}

/// Parses JSON with a bound on what it may become. The error says what is wrong and where, and repeats no value.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let bytes = &*readable(bytes);
    let mut count = Count::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let counted = count.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    counted.map_err(|error| wrong("", &error))?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| wrong(&error.path().to_string(), error.inner()))
}

/// What is wrong with a body, without any of its values: they may be a comment.
fn wrong(path: &str, error: &serde_json::Error) -> String {
    let told = error.to_string();
    if error.classify() != Category::Data {
        return told;
    }
    let what = match told.split([':', '`']).next().unwrap_or_default().trim() {
        "invalid type" => "is of the wrong type",
        "invalid value" | "invalid length" => "has a value that cannot be taken",
        "unknown field" => "is not a field",
        "unknown variant" => "is not one of the names that there are",
        // These name fields that there are and counts, and nothing that came.
        _ if ["more than ", "missing field ", "duplicate field "]
            .iter()
            .any(|known| told.starts_with(known)) =>
        {
            return told;
        }
        _ => "is malformed",
    };
    let is_name =
        !path.is_empty() && path.len() <= MAX_TOLD && path.bytes().all(|byte| byte.is_ascii_graphic());
    let place = match path {
        "." => "the body",
        _ if is_name => path,
        _ => "something",
    };
    format!("{place} {what}, at line {} column {}", error.line(), error.column())
}

/// As much of what came in an address as may be told.
pub(super) fn told(message: &str) -> String {
    match message.char_indices().find(|(at, c)| at + c.len_utf8() > MAX_TOLD) {
        Some((end, _)) => format!("{} ...", message.split_at(end).0),
        None => message.to_owned(),
    }
}

/// Counts objects and elements until there are too many.
#[derive(Debug, Default)]
struct Count {
    objects: usize,
    elements: usize,
}

impl Count {
    fn count_element<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(E::custom(format!("more than {MAX_ELEMENTS} members and elements")));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Count {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Count {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.objects += 1;
        if self.objects > MAX_OBJECTS {
            return Err(A::Error::custom(format!("more than {MAX_OBJECTS} objects")));
        }
        while map.next_key::<IgnoredAny>()?.is_some() {
            self.count_element()?;
            map.next_value_seed(&mut *self)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(&mut *self)?.is_some() {
            self.count_element()?;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb;

    #[test]
    fn a_body_cannot_become_more_than_a_full_batch() {
        let batch = |n: usize| format!(r#"{{"requests":[{}]}}"#, vec!["{}"; n].join(","));
        let parsed = parse::<pb::BatchModerateCommentsRequest>(batch(1_000).as_bytes()).unwrap();
        assert_eq!(parsed.requests.len(), 1_000);
        let error = parse::<pb::BatchModerateCommentsRequest>(batch(2_000_000).as_bytes()).unwrap_err();
        assert!(error.contains("more than 1100 objects"), "{error}");
        let thread = format!(r#"{{"thread":[{}]}}"#, vec![r#""""#; 40_000].join(","));
        let error = parse::<pb::ModerateCommentRequest>(thread.as_bytes()).unwrap_err();
        assert!(error.contains("more than 32768 members and elements"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_no_value() {
        let error = |body: &str| parse::<pb::ModerateCommentRequest>(body.as_bytes()).unwrap_err();
        assert_eq!(error(r#"{"comment":{"txt":"a"}}"#), "comment.txt is not a field, at line 1 column 17");
        assert_eq!(
            error(r#"{"comment":{"text":7}}"#),
            "comment.text is of the wrong type, at line 1 column 20"
        );
        assert!(error(r#"{"comment":{"text":"a","text":"b"}}"#).starts_with("duplicate field `text`"));
        assert!(error(r#"{"explain":"ALL"}"#).starts_with("explain is not one of the names"));
        assert!(error("{").starts_with("EOF while parsing"));
        for secret in [
            r#"{"comment":"an idiot, in private"}"#,
            r#"{"explain":"an idiot, in private"}"#,
            r#"{"comment":{"an idiot, in private":1}}"#,
            r#"{"comment":{"createTime":"an idiot, in private"}}"#,
            r#"{"comment":{"author":{"approvedCount":"an idiot, in private"}}}"#,
            r#""an idiot, in private""#,
        ] {
            assert!(!error(secret).contains("idiot"), "{}", error(secret));
        }
        for broken in [&b""[..], b"{} {}", b"\xff", b"[[[[", &b"[".repeat(100_000)] {
            parse::<pb::ModerateCommentRequest>(broken).unwrap_err();
        }
    }

    #[test]
    fn json_is_known_with_and_without_parameters() {
        assert!(is_json(b"application/json") && is_json(b"Application/JSON; charset=utf-8"));
        assert!(!is_json(b"text/plain") && !is_json(b"application/jsonp") && !is_json(b""));
    }
}
