//! The messages of the contract as its descriptor set describes them: which fields hold text, and which hold messages.

use std::{collections::HashMap, sync::LazyLock};

use prost::Message as _;
use prost_types::{
    DescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

use crate::pb;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// A message, by its full name.
    Message(String),
    /// Numbers or enumerations, any number of which may stand in one value.
    Packed,
    /// One number or enumeration, or bytes.
    Other,
}

/// A field of a message.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) is_repeated: bool,
}

/// The fields of a message, by tag.
pub(super) type Shape = HashMap<u32, Field>;

/// The fields of a message of the contract, by its full name. A message that it does not know has none.
pub(super) fn of(message: &str) -> &'static Shape {
    static SHAPES: LazyLock<HashMap<String, Shape>> = LazyLock::new(read);
    static NONE: LazyLock<Shape> = LazyLock::new(Shape::new);
    SHAPES.get(message).unwrap_or(&NONE)
}

fn read() -> HashMap<String, Shape> {
    // Our own build made these bytes; a test reads them.
    let set = FileDescriptorSet::decode(pb::DESCRIPTOR).unwrap_or_default();
    let mut shapes = HashMap::new();
    for file in &set.file {
        for message in &file.message_type {
            add(&mut shapes, file.package(), message);
        }
    }
    shapes
}

/// Adds a message and those that are declared within it.
fn add(shapes: &mut HashMap<String, Shape>, scope: &str, message: &DescriptorProto) {
    let name = format!("{scope}.{}", message.name());
    message.nested_type.iter().for_each(|inner| add(shapes, &name, inner));
    let shape = message.field.iter().map(|field| {
        let is_repeated = field.label() == Label::Repeated;
        let kind = if field.r#type() == Type::String {
            Kind::Text
        } else if field.r#type() == Type::Message {
            Kind::Message(field.type_name().trim_start_matches('.').to_owned())
        } else if is_repeated && field.r#type() != Type::Bytes {
            Kind::Packed
        } else {
            Kind::Other
        };
        (field.number() as u32, Field { name: field.name().to_owned(), kind, is_repeated })
    });
    shapes.insert(name, shape.collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_their_names_and_kinds() {
        let batch = of("comity.moderation.v1.BatchModerateCommentsRequest");
        let requests = batch.values().find(|field| field.name == "requests").unwrap();
        assert!(requests.is_repeated);
        assert_eq!(requests.kind, Kind::Message("comity.moderation.v1.ModerateCommentRequest".to_owned()));
        let comment = of("comity.moderation.v1.Comment");
        assert!(comment.values().any(|field| field.name == "text" && field.kind == Kind::Text));
        assert!(of("comity.moderation.v1.Nothing").is_empty());
    }
}
