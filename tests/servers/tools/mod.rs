//! Servers of PostgreSQL, made for one test each. They listen on the loopback alone.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "a test waits for what other processes do")]
#![allow(clippy::disallowed_macros, reason = "a test program shows its output if it fails")]
#![allow(clippy::zombie_processes, reason = "the keeper of the ground ends what was started there")]

/// Tells what a test has seen, to whoever wants to know: `cargo test … -- --nocapture`.
pub fn note(seen: &str) {
    println!("{}", seen.trim_end());
}

pub mod cluster;
pub mod ground;
pub mod home;
pub mod judge;
pub mod server;
