//! The contract as an OpenAPI 3.1 document, made from the descriptor set: `schemas` turns messages into schemas, `comments`
//! finds what the proto files say of each.

mod comments;
mod schemas;

use std::sync::LazyLock;

use axum::{Router, http::header::CONTENT_TYPE, routing::get};
use prost::Message as _;
use prost_types::{FileDescriptorSet, MethodDescriptorProto};
use serde_json::{Map, Value, json};

use self::{comments::Comments, schemas::Schemas};
use super::{
    Edge,
    error::with,
    json::{ROUTES, Route},
    shape::HTTP,
};
use crate::{moderator::SERVICE_VERSION, pb, telemetry::metrics};

/// Where the document is.
pub(super) const PATH: &str = "/openapi.json";

/// The names of its calls in metrics and traces.
pub(super) const NAMES: metrics::Method =
    metrics::Method { grpc_type: HTTP, grpc_service: "openapi", grpc_method: "Document" };

/// The descriptor set is a part of the program: that it can be read is tested.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let set = FileDescriptorSet::decode(pb::DESCRIPTOR).unwrap_or_default();
    document(&set).to_string()
});

pub(super) fn routes() -> Router<Edge> {
    Router::new().route(PATH, get(|| async { ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()) }))
}

fn document(set: &FileDescriptorSet) -> Value {
    let comments = Comments::of(set);
    let mut paths = Map::new();
    for route in &ROUTES {
        let verb = route.verb.as_str().to_ascii_lowercase();
        paths.insert(route.path.replace("{*", "{"), json!({verb: operation(set, route, &comments)}));
    }
    let mut schemas = Schemas::of(set, &comments).into_map();
    schemas.insert("Failure".to_owned(), failure());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "comity",
            "version": SERVICE_VERSION,
            "description": "Judges readers' comments under news articles. Generated from the gRPC contract; bodies are proto3 JSON.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {"Failure": {
                "description": "The call was refused.",
                "content": {"application/json": {"schema": schemas::reference("Failure")}},
            }},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"bearer": []}],
    })
}

fn operation(set: &FileDescriptorSet, route: &Route, comments: &Comments) -> Value {
    let services = set.file.iter().flat_map(|file| &file.service);
    let method = services.flat_map(|service| &service.method).find(|method| method.name() == route.rpc);
    let Some(method) = method else { return Value::Null };
    let mut operation = json!({
        "operationId": route.rpc,
        "description": comments.at(&[method.name()]),
        "parameters": parameters(set, route, method, comments),
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {"application/json": {"schema": schemas::reference(method.output_type())}},
            },
            "default": {"$ref": "#/components/responses/Failure"},
        },
    });
    if route.verb != http::Method::GET {
        let wanted = field_type(set, method, route.body);
        let content = json!({"application/json": {"schema": schemas::body(&wanted)}});
        operation = with(operation, "requestBody", json!({"required": true, "content": content}));
    }
    operation
}

/// The fields of a request that stand in the address.
fn parameters(
    set: &FileDescriptorSet,
    route: &Route,
    method: &MethodDescriptorProto,
    comments: &Comments,
) -> Vec<Value> {
    let in_path = route.path.split_once('{').map(|(_, rest)| rest.trim_matches(['*', '}']));
    if let Some(name) = in_path {
        let schema = json!({"type": "string", "minLength": 1});
        return vec![json!({"name": name, "in": "path", "required": true, "schema": schema})];
    }
    if route.verb != http::Method::GET {
        return Vec::new();
    }
    let request = schemas::message(set, method.input_type());
    let fields = request.iter().flat_map(|request| &request.field);
    fields
        .map(|field| {
            json!({
                "name": field.json_name(),
                "in": "query",
                "description": comments.at(&[schemas::short(method.input_type()), field.name()]),
                "schema": schemas::in_address(field),
            })
        })
        .collect()
}

/// The type of the body: that of a field of the request, or the request.
fn field_type(set: &FileDescriptorSet, method: &MethodDescriptorProto, field: &str) -> String {
    let request = schemas::message(set, method.input_type());
    let found = request.and_then(|request| request.field.iter().find(|known| known.name() == field));
    found.map_or(method.input_type(), |field| field.type_name()).to_owned()
}

/// google.rpc.Status in the envelope of AIP-193.
fn failure() -> Value {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": {"error": {
            "type": "object",
            "required": ["code", "message", "status", "details"],
            "properties": {
                "code": {"type": "integer", "description": "The number of HTTP."},
                "message": {"type": "string", "description": "What is wrong, for a developer."},
                "status": {"type": "string", "description": "The name in google.rpc.Code."},
                "details": {"type": "array", "items": {
                    "type": "object",
                    "required": ["@type"],
                    "properties": {"@type": {"type": "string"}},
                }},
            },
        }},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed() -> Value {
        serde_json::from_str(&DOCUMENT).unwrap()
    }

    #[test]
    fn every_route_is_described_in_the_words_of_the_contract() {
        let document = parsed();
        for route in &ROUTES {
            let path = route.path.replace("{*", "{");
            let operation = &document["paths"][path][route.verb.as_str().to_ascii_lowercase()];
            assert_eq!(operation["operationId"], route.rpc);
            assert!(operation["description"].as_str().unwrap().ends_with('.'), "{operation}");
        }
        let body =
            &document["paths"]["/v1/articles/{id}"]["put"]["requestBody"]["content"]["application/json"];
        assert_eq!(body["schema"]["$ref"], "#/components/schemas/Article");
        let asked = &document["paths"]["/v1/policies"]["get"]["parameters"][0];
        assert_eq!((asked["name"].as_str(), asked["in"].as_str()), (Some("pageSize"), Some("query")));
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(map) => {
                    found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    map.values().for_each(|value| references(value, found));
                }
                Value::Array(list) => list.iter().for_each(|value| references(value, found)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        let document = parsed();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 30, "{}", found.len());
        for reference in found {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }
}
