//! Compiles the contract: proto files to Rust by protox and prost, with no protoc, plus proto3 JSON by pbjson.

use std::{env, error::Error, fs, path::PathBuf};

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
    Ok(())
}
