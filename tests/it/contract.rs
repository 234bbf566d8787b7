//! The contract as a snapshot: whoever changes a name, number or type sees it in the review.

use std::fmt::Write as _;

use comity::pb;
use prost::Message as _;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::Label,
};

#[test]
fn the_contract_is_as_reviewed() {
    let files = FileDescriptorSet::decode(pb::DESCRIPTOR).unwrap();
    let mut text = String::new();
    let mut own: Vec<_> =
        files.file.into_iter().filter(|file| file.package().starts_with("comity.")).collect();
    own.sort_by(|a, b| a.name().cmp(b.name()));
    for file in &own {
        writeln!(text, "# {}", file.name()).unwrap();
        for service in &file.service {
            writeln!(text, "service {}", service.name()).unwrap();
            for method in &service.method {
                let stream = |on: bool| if on { "stream " } else { "" };
                writeln!(
                    text,
                    "  {}({}{}) -> {}{}",
                    method.name(),
                    stream(method.client_streaming()),
                    method.input_type(),
                    stream(method.server_streaming()),
                    method.output_type()
                )
                .unwrap();
            }
        }
        file.message_type.iter().for_each(|message| print_message(message, &mut text));
        file.enum_type.iter().for_each(|each| print_enum(each, &mut text));
    }
    insta::assert_snapshot!(text);
}

fn print_message(message: &DescriptorProto, text: &mut String) {
    writeln!(text, "message {}", message.name()).unwrap();
    for field in &message.field {
        let oneof = field.oneof_index.and_then(|i| message.oneof_decl.get(usize::try_from(i).unwrap()));
        let oneof =
            oneof.filter(|_| !field.proto3_optional()).map(|oneof| format!(" oneof {}", oneof.name()));
        writeln!(
            text,
            "  {} {} = {}{}",
            kind(field),
            field.name(),
            field.number(),
            oneof.unwrap_or_default()
        )
        .unwrap();
    }
    message.nested_type.iter().for_each(|nested| print_message(nested, text));
    message.enum_type.iter().for_each(|nested| print_enum(nested, text));
}

fn print_enum(each: &EnumDescriptorProto, text: &mut String) {
    writeln!(text, "enum {}", each.name()).unwrap();
    for value in &each.value {
        writeln!(text, "  {} = {}", value.name(), value.number()).unwrap();
    }
}

fn kind(field: &FieldDescriptorProto) -> String {
    let name = if field.type_name().is_empty() {
        field.r#type().as_str_name().trim_start_matches("TYPE_").to_lowercase()
    } else {
        field.type_name().trim_start_matches('.').to_owned()
    };
    if field.label() == Label::Repeated {
        format!("repeated {name}")
    } else if field.proto3_optional() {
        format!("optional {name}")
    } else {
        name
    }
}
