//! Compiles the contract: proto files to Rust by protox and prost, with no protoc, plus proto3 JSON by pbjson.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use prost::Message as _;

const ROOT: &str = "proto";
const SERVICE: &str = "proto/comity/moderation/v1/service.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let files = protox::compile([SERVICE], [ROOT])?;
    let descriptor = files.encode_to_vec();
    fs::write(out.join("descriptor.bin"), &descriptor)?;

    // The codec asks a message for its name.
    let mut names = prost_build::Config::new();
    names.enable_type_names();
    tonic_prost_build::configure()
        .codec_path("crate::wire::BoundedCodec")
        .compile_well_known_types(true)
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_fds_with_config(files, names)?;
    pbjson_build::Builder::new()
        .register_descriptors(&descriptor)?
        .build(&[".comity.moderation.v1", ".google.rpc"])?;
    take_null(&out.join("comity.moderation.v1.serde.rs"))
}

/// Has every field take null for its default value (ProtoJSON Format, "Null values"), as pbjson has only messages do.
fn take_null(generated: &Path) -> Result<(), Box<dyn Error>> {
    let code: Option<Vec<String>> = fs::read_to_string(generated)?
        .lines()
        .map(|line| {
            let Some((before, value)) = line.split_once("Some(map_.next_value") else {
                return Some(line.to_owned());
            };
            let (kind, value) = value.split_once("()?")?;
            let (value, after) = value.rsplit_once(')')?;
            let kind = kind.strip_prefix("::<").and_then(|kind| kind.strip_suffix('>')).unwrap_or("_");
            Some(format!("{before}map_.next_value::<Option<{kind}>>()?.map(|it| it{value}){after}"))
        })
        .collect();
    Ok(fs::write(generated, code.ok_or("pbjson writes in a new form")?.join("\n"))?)
}
