//! From messages to JSON schemas, as proto3 JSON reads and writes them: any field may be null, an enum may be given by name
//! or number, 64-bit integers are strings.

use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};
use serde_json::{Map, Value, json};

use super::comments::Comments;
use crate::http::error::with;

/// The messages and enums that the contract is made of; what Google defines has schemas of its own.
const PACKAGE: &str = "comity.moderation.v1";

/// Fields without which a call of its own is refused (an item of a batch is answered in its place): all are of the same type.
const REQUIRED: [(&str, &str); 2] = [("ModerateCommentRequest", "comment"), ("CheckDraftRequest", "comment")];

/// Schemas by the names of their messages and enums.
pub(super) struct Schemas(Map<String, Value>);

impl Schemas {
    pub(super) fn of(set: &FileDescriptorSet, comments: &Comments) -> Self {
        let mut schemas = Map::new();
        for file in set.file.iter().filter(|file| file.package() == PACKAGE) {
            for message in &file.message_type {
                schemas.insert(message.name().to_owned(), object(message, comments));
            }
            for known in &file.enum_type {
                schemas.insert(known.name().to_owned(), names(known, comments));
            }
        }
        schemas.insert("Status".to_owned(), status());
        Self(schemas)
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

/// The last part of a full name.
pub(super) fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A reference to the schema of a message or enum.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{}", short(name))})
}

/// The schema of the body of a call: a message with the field that it must have, if any.
pub(super) fn body(name: &str) -> Value {
    match REQUIRED.iter().find(|(message, _)| *message == short(name)) {
        Some((_, field)) => json!({"allOf": [
            reference(name),
            {"required": [field], "properties": {*field: reference("Comment")}},
        ]}),
        None => reference(name),
    }
}

/// The message of a full name.
pub(super) fn message<'a>(set: &'a FileDescriptorSet, name: &str) -> Option<&'a DescriptorProto> {
    let messages =
        set.file.iter().filter(|file| file.package() == PACKAGE).flat_map(|file| &file.message_type);
    messages.into_iter().find(|message| message.name() == short(name))
}

/// The schema of a field that stands in the address, where everything is text.
pub(super) fn in_address(field: &FieldDescriptorProto) -> Value {
    if field.r#type() == Type::Int32 {
        json!({"type": "integer", "format": "int32"})
    } else {
        json!({"type": "string"})
    }
}

fn object(message: &DescriptorProto, comments: &Comments) -> Value {
    let mut properties = Map::new();
    for field in &message.field {
        let said = comments.at(&[message.name(), field.name()]);
        properties.insert(field.json_name().to_owned(), with(property(field), "description", said.into()));
    }
    json!({
        "type": "object",
        "description": comments.at(&[message.name()]),
        "properties": properties,
        "additionalProperties": false,
    })
}

fn property(field: &FieldDescriptorProto) -> Value {
    let one = value(field);
    if field.label() == Label::Repeated {
        return json!({"type": ["array", "null"], "items": one});
    }
    let mut schema = one;
    match schema.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(known) => *known = json!([known.clone(), "null"]),
        None => schema = json!({"anyOf": [schema, {"type": "null"}]}),
    }
    schema
}

fn value(field: &FieldDescriptorProto) -> Value {
    match field.r#type() {
        Type::Bool => json!({"type": "boolean"}),
        Type::Double | Type::Float => json!({"type": ["number", "string"]}),
        Type::Int32 | Type::Sint32 | Type::Sfixed32 => {
            json!({"type": ["integer", "string"], "format": "int32"})
        }
        Type::Uint32 | Type::Fixed32 => {
            json!({"type": ["integer", "string"], "format": "uint32", "minimum": 0})
        }
        Type::Int64 | Type::Sint64 | Type::Sfixed64 => {
            json!({"type": ["string", "integer"], "format": "int64"})
        }
        Type::Uint64 | Type::Fixed64 => json!({"type": ["string", "integer"], "format": "uint64"}),
        Type::String => json!({"type": "string"}),
        Type::Bytes => json!({"type": "string", "format": "byte"}),
        Type::Message | Type::Group if field.type_name() == ".google.protobuf.Timestamp" => {
            json!({"type": "string", "format": "date-time"})
        }
        Type::Message | Type::Group if field.type_name() == ".google.protobuf.Duration" => {
            json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?s$"})
        }
        Type::Message | Type::Group | Type::Enum => reference(field.type_name()),
    }
}

fn names(known: &EnumDescriptorProto, comments: &Comments) -> Value {
    let said = known
        .value
        .iter()
        .map(|value| format!("{}: {}", value.name(), comments.at(&[known.name(), value.name()])));
    let description = std::iter::once(comments.at(&[known.name()]).to_owned()).chain(said);
    json!({
        "description": description.collect::<Vec<_>>().join("\n"),
        "anyOf": [
            {"type": "string", "enum": known.value.iter().map(EnumValueDescriptorProto::name).collect::<Vec<_>>()},
            {"type": "integer", "format": "int32"},
        ],
    })
}

/// google.rpc.Status, of an item of a batch.
fn status() -> Value {
    json!({
        "type": "object",
        "description": "What was wrong with an item.",
        "properties": {
            "code": {"type": "integer", "description": "The number in google.rpc.Code."},
            "message": {"type": "string"},
            "details": {"type": "array", "items": {"type": "object"}},
        },
    })
}
