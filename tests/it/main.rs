//! Black-box tests: the real server on a free port with a generated client, and the real binary. No mocks, no sleeps.

mod binary;
mod calls;
mod cases;
mod contract;
mod drain;
mod equality;
mod health;
mod offsets;
mod server;
mod tidy;
mod violations;
