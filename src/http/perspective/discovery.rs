//! The discovery document, by which Google's client libraries make themselves at run time.

use axum::{
    extract::{Query, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE, header::HOST, uri::Authority},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tonic::Code;

use crate::http::error::Failure;

/// The document; its address stands for where it was asked for.
const DOCUMENT: &str = include_str!("discovery.json");
const ADDRESS: &str = "{address}";

/// What stands in the document when a caller names no host.
const NO_HOST: &str = "localhost";

#[derive(Deserialize)]
struct Parameters {
    version: Option<String>,
}

/// What stands before the path of the document; none when a path is not that of the document.
pub(super) fn prefix(path: &str) -> Option<&str> {
    path.strip_suffix("/$discovery/rest").or_else(|| path.strip_suffix("/%24discovery/rest"))
}

/// The document with the address by which the caller reached it. `tls` says whether this process speaks TLS; a proxy
/// before it that does says so in X-Forwarded-Proto.
pub(super) fn answer(request: &Request, tls: bool) -> Response {
    let version = Query::<Parameters>::try_from_uri(request.uri()).ok().and_then(|query| query.0.version);
    if version.is_some_and(|version| version != "v1alpha1") {
        let message = "there is only version=v1alpha1";
        return Failure::new(StatusCode::NOT_FOUND, Code::NotFound, "NO_SUCH_VERSION", message)
            .into_response();
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    // Each proxy appends its own: the first is what the caller speaks.
    let forwarded = header("x-forwarded-proto").and_then(|protocols| protocols.split(',').next());
    let is_https = tls || forwarded.is_some_and(|protocol| protocol.trim().eq_ignore_ascii_case("https"));
    let scheme = if is_https { "https" } else { "http" };
    let host = host(request.headers()).or_else(|| request.uri().authority().cloned());
    let host = host.as_ref().map_or(NO_HOST, Authority::as_str);
    let path = prefix(request.uri().path()).unwrap_or_default();
    // What the caller chose must not end the string in which it stands.
    let address = serde_json::Value::String(format!("{scheme}://{host}{path}/")).to_string();
    let document = DOCUMENT.replace(ADDRESS, address.trim_matches('"'));
    ([(CONTENT_TYPE, "application/json")], document).into_response()
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(HOST)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_json_and_knows_one_address() {
        let document: serde_json::Value = serde_json::from_str(DOCUMENT).unwrap();
        assert_eq!((&document["rootUrl"], &document["baseUrl"]), (&ADDRESS.into(), &ADDRESS.into()));
        assert_eq!(
            document["resources"]["comments"]["methods"]["analyze"]["flatPath"],
            "v1alpha1/comments:analyze"
        );
    }

    #[test]
    fn a_path_has_the_document_at_its_end() {
        assert_eq!(prefix("/$discovery/rest"), Some(""));
        assert_eq!(prefix("/news/%24discovery/rest"), Some("/news"));
        assert_eq!(prefix("/$discovery/rest/more"), None);
    }
}
