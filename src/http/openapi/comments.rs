//! What the proto files say of each thing.

use std::collections::HashMap;

use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// Field numbers of descriptor.proto, of which the paths of comments are made.
const MESSAGE: i32 = 4;
const ENUM: i32 = 5;
const SERVICE: i32 = 6;
const FIELD: i32 = 2;
const METHOD: i32 = 2;
const VALUE: i32 = 2;

/// Comments by name: of a message, enum or method by its own, of a field or value by the name of what it is in, and its own.
pub(super) struct Comments(HashMap<Vec<String>, String>);

impl Comments {
    pub(super) fn of(set: &FileDescriptorSet) -> Self {
        Self(set.file.iter().flat_map(found).collect())
    }

    /// What is said of it; nothing when nothing is.
    pub(super) fn at(&self, name: &[&str]) -> &str {
        let name: Vec<String> = name.iter().map(|part| (*part).to_owned()).collect();
        self.0.get(&name).map(String::as_str).unwrap_or_default()
    }
}

fn found(file: &FileDescriptorProto) -> Vec<(Vec<String>, String)> {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    locations
        .filter_map(|location| {
            let said = location.leading_comments.as_deref()?;
            let said = said.lines().map(str::trim).collect::<Vec<_>>().join(" ");
            Some((name(file, &location.path)?, said.trim().to_owned()))
        })
        .collect()
}

/// The name of what stands at a path.
fn name(file: &FileDescriptorProto, path: &[i32]) -> Option<Vec<String>> {
    let at = |n: &i32| usize::try_from(*n).ok();
    let names = match path {
        [MESSAGE, message] => vec![file.message_type.get(at(message)?)?.name()],
        [MESSAGE, message, FIELD, field] => {
            let message = file.message_type.get(at(message)?)?;
            vec![message.name(), message.field.get(at(field)?)?.name()]
        }
        [ENUM, known] => vec![file.enum_type.get(at(known)?)?.name()],
        [ENUM, known, VALUE, value] => {
            let known = file.enum_type.get(at(known)?)?;
            vec![known.name(), known.value.get(at(value)?)?.name()]
        }
        [SERVICE, service, METHOD, method] => {
            vec![file.service.get(at(service)?)?.method.get(at(method)?)?.name()]
        }
        _ => return None,
    };
    Some(names.into_iter().map(str::to_owned).collect())
}
