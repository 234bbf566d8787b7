//! From the path of a call to the names in metrics and traces: a closed set, so that no caller can add to it.

use crate::telemetry::metrics::Method;

/// Which rules a method falls under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// grpc.health.v1.
    Health,
    /// grpc.reflection, both versions.
    Reflection,
    /// What is shown to everyone, or checks by itself who calls.
    Public,
    /// The contract, and whatever is unknown.
    Other,
}

pub(crate) const MODERATION: &str = "comity.moderation.v1.ModerationService";
const HEALTH: &str = "grpc.health.v1.Health";

const UNARY: &str = "unary";
const BIDI: &str = "bidi_stream";

/// Every method that is served: service, method, type.
const METHODS: [(Kind, &str, &str, &str); 12] = [
    (Kind::Other, MODERATION, "ModerateComment", UNARY),
    (Kind::Other, MODERATION, "BatchModerateComments", UNARY),
    (Kind::Other, MODERATION, "StreamModerateComments", BIDI),
    (Kind::Other, MODERATION, "CheckDraft", UNARY),
    (Kind::Other, MODERATION, "GetModel", UNARY),
    (Kind::Other, MODERATION, "ListPolicies", UNARY),
    (Kind::Other, MODERATION, "GetPolicy", UNARY),
    (Kind::Other, MODERATION, "PutArticle", UNARY),
    (Kind::Health, HEALTH, "Check", UNARY),
    (Kind::Health, HEALTH, "Watch", "server_stream"),
    (Kind::Reflection, "grpc.reflection.v1.ServerReflection", "ServerReflectionInfo", BIDI),
    (Kind::Reflection, "grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo", BIDI),
];

/// The method at a path.
pub(crate) fn method(path: &str) -> (Kind, Method) {
    let (service, name) = path.strip_prefix('/').and_then(|path| path.split_once('/')).unwrap_or_default();
    let known = METHODS.iter().find(|(_, grpc_service, grpc_method, _)| {
        // The longest names differ in their middle; the method tells most of them apart at once.
        *grpc_method == name && *grpc_service == service
    });
    let (kind, grpc_service, grpc_method, grpc_type) =
        known.copied().unwrap_or((Kind::Other, "unknown", "unknown", "unknown"));
    (kind, Method { grpc_type, grpc_service, grpc_method })
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    #[test]
    fn every_method_of_the_contract_has_its_names() {
        let set = prost_types::FileDescriptorSet::decode(crate::pb::DESCRIPTOR).unwrap();
        let mut found = 0;
        for file in set.file {
            for service in file.service.iter().filter(|service| service.name() == "ModerationService") {
                for wanted in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), wanted.name());
                    let (kind, method) = method(&path);
                    assert_eq!((kind, method.grpc_method), (Kind::Other, wanted.name()));
                    assert_eq!(method.grpc_type, if wanted.client_streaming() { BIDI } else { UNARY });
                    found += 1;
                }
            }
        }
        assert_eq!(found, 8);
    }

    #[test]
    fn whatever_else_is_called_has_one_name() {
        for path in ["", "/", "//", "/a/b/c", "/comity.moderation.v1.ModerationService/Drop", "*"] {
            assert_eq!(method(path).1.grpc_method, "unknown", "{path}");
        }
        assert_eq!(method("/grpc.health.v1.Health/Check").0, Kind::Health);
    }
}
