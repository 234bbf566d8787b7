//! The contract by path, in proto3 JSON. The table is what google.api.http annotations would say.

use axum::{
    Json, Router,
    extract::{
        Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::Method,
    response::{IntoResponse as _, Response},
    routing::{get, post, put},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Edge, body, call, error::Failure, shape::HTTP};
use crate::{
    gate::{self, MODERATION},
    pb::{self, moderation_service_server::ModerationService as _},
    refusal::Refusal,
    service::MAX_MESSAGE_BYTES,
    telemetry::metrics,
};

/// One method of the contract: how it is called, where, and its name.
pub(super) struct Route {
    pub(super) verb: Method,
    pub(super) path: &'static str,
    pub(super) rpc: &'static str,
    /// The field of the request that the body is; empty when the body is the request.
    pub(super) body: &'static str,
}

/// Every method of the contract that is no stream.
pub(super) const ROUTES: [Route; 7] = [
    Route { verb: Method::POST, path: "/v1/comments:moderate", rpc: "ModerateComment", body: "" },
    Route { verb: Method::POST, path: "/v1/comments:batchModerate", rpc: "BatchModerateComments", body: "" },
    Route { verb: Method::POST, path: "/v1/comments:checkDraft", rpc: "CheckDraft", body: "" },
    Route { verb: Method::GET, path: "/v1/model", rpc: "GetModel", body: "" },
    Route { verb: Method::GET, path: "/v1/policies", rpc: "ListPolicies", body: "" },
    Route { verb: Method::GET, path: "/v1/policies/{*name}", rpc: "GetPolicy", body: "" },
    Route { verb: Method::PUT, path: "/v1/articles/{id}", rpc: "PutArticle", body: "article" },
];

/// The names of a call in metrics; none when it is no method of the contract.
pub(super) fn names(verb: &Method, path: &str) -> Option<metrics::Method> {
    // The routes of GET answer HEAD as well.
    let verb = if *verb == Method::HEAD { &Method::GET } else { verb };
    let at = |route: &&Route| {
        let place = route.path.split('{').next().unwrap_or_default();
        route.verb == *verb && if place == route.path { path == place } else { path.starts_with(place) }
    };
    let route = ROUTES.iter().find(at)?;
    Some(metrics::Method { grpc_type: HTTP, grpc_service: MODERATION, grpc_method: route.rpc })
}

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/v1/comments:moderate", post(moderate))
        .route("/v1/comments:batchModerate", post(batch))
        .route("/v1/comments:checkDraft", post(check_draft))
        .route("/v1/model", get(model))
        .route("/v1/policies", get(policies))
        .route("/v1/policies/{*name}", get(policy))
        .route("/v1/articles/{id}", put(put_article))
}

/// Answers with what the method of the contract answers.
macro_rules! answer {
    ($edge:expr, $method:ident, $message:expr, $call:expr) => {{
        let mut request = tonic::Request::new($message);
        request.extensions_mut().insert::<gate::Call>($call);
        json($edge.moderation.$method(request).await)
    }};
}

fn json<T: Serialize>(answer: Result<tonic::Response<T>, tonic::Status>) -> Result<Response, Failure> {
    Ok(Json(answer?.into_inner()).into_response())
}

async fn read<T: DeserializeOwned + Send + 'static>(request: Request) -> Result<T, Failure> {
    body::message(request, MAX_MESSAGE_BYTES).await
}

async fn moderate(State(edge): State<Edge>, request: Request) -> Result<Response, Failure> {
    let call = call(&request);
    answer!(edge, moderate_comment, read::<pb::ModerateCommentRequest>(request).await?, call)
}

async fn batch(State(edge): State<Edge>, request: Request) -> Result<Response, Failure> {
    let call = call(&request);
    answer!(edge, batch_moderate_comments, read::<pb::BatchModerateCommentsRequest>(request).await?, call)
}

async fn check_draft(State(edge): State<Edge>, request: Request) -> Result<Response, Failure> {
    let call = call(&request);
    answer!(edge, check_draft, read::<pb::CheckDraftRequest>(request).await?, call)
}

async fn model(State(edge): State<Edge>, request: Request) -> Result<Response, Failure> {
    answer!(edge, get_model, pb::GetModelRequest {}, call(&request))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[derive(Default)]
struct Page {
    #[serde(alias = "page_size")]
    page_size: i32,
    #[serde(alias = "page_token")]
    page_token: String,
}

async fn policies(
    State(edge): State<Edge>,
    page: Result<Query<Page>, QueryRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let Query(Page { page_size, page_token }) =
        page.map_err(|wrong| Refusal::violation("query", "MALFORMED_QUERY", body::told(&wrong.body_text())))?;
    answer!(edge, list_policies, pb::ListPoliciesRequest { page_size, page_token }, call(&request))
}

async fn policy(
    State(edge): State<Edge>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    answer!(edge, get_policy, pb::GetPolicyRequest { name: part("name", name)? }, call(&request))
}

async fn put_article(
    State(edge): State<Edge>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let (id, call) = (part("id", id)?, call(&request));
    let mut article: pb::Article = read(request).await?;
    if !article.id.is_empty() && article.id != id {
        let description = "differs from the id in the path; leave it out, or give the same";
        return Err(Refusal::violation("article.id", "DIFFERENT_ID", description).into());
    }
    article.id = id;
    answer!(edge, put_article, pb::PutArticleRequest { article: Some(article) }, call)
}

/// A part of the path.
fn part(field: &str, found: Result<Path<String>, PathRejection>) -> Result<String, Failure> {
    match found {
        Ok(Path(part)) => Ok(part),
        Err(wrong) => Err(Refusal::violation(field, "MALFORMED_PATH", body::told(&wrong.body_text())).into()),
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    #[test]
    fn every_method_of_the_contract_but_the_stream_has_a_path() {
        let set = prost_types::FileDescriptorSet::decode(pb::DESCRIPTOR).unwrap();
        let service =
            set.file.iter().flat_map(|file| &file.service).find(|s| s.name() == "ModerationService");
        let unary = service.unwrap().method.iter().filter(|method| !method.client_streaming());
        let mut wanted: Vec<&str> = unary.map(prost_types::MethodDescriptorProto::name).collect();
        let mut there: Vec<&str> = ROUTES.iter().map(|route| route.rpc).collect();
        wanted.sort_unstable();
        there.sort_unstable();
        assert_eq!(there, wanted);
    }

    #[test]
    fn names_come_from_the_table_and_nowhere_else() {
        let name = |verb, path| names(&verb, path).map_or("", |method| method.grpc_method);
        assert_eq!(name(Method::POST, "/v1/comments:moderate"), "ModerateComment");
        assert_eq!(name(Method::GET, "/v1/policies"), "ListPolicies");
        assert_eq!(name(Method::HEAD, "/v1/policies"), "ListPolicies");
        assert_eq!(name(Method::GET, "/v1/policies/herald/sports"), "GetPolicy");
        assert_eq!(name(Method::PUT, "/v1/articles/a%20b"), "PutArticle");
        assert_eq!(name(Method::GET, "/v1/comments:moderate"), "");
        assert_eq!(name(Method::POST, "/v1/comments:moderated"), "");
    }
}
