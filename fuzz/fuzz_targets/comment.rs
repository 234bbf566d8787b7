//! Any bytes decode to a request or are refused; nothing panics.
#![no_main]

use comity::pb;
use libfuzzer_sys::fuzz_target;
use prost::Message as _;

fuzz_target!(|bytes: &[u8]| {
    let _ = pb::ModerateCommentRequest::decode(bytes);
});
