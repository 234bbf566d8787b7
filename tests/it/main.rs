//! Black-box tests: the real server on a free port with a generated client, and the real binary. No mocks, no sleeps.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod binary;
mod calls;
mod cases;
mod contract;
mod coral;
mod disguises;
mod drain;
mod equality;
mod gate;
mod health;
mod hostile;
mod http;
mod languages;
mod offsets;
mod operator;
mod perspective;
mod reload;
mod secured;
mod server;
mod tidy;
mod violations;
mod web;
mod written;
