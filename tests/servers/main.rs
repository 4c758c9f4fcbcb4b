//! What holds on a server of PostgreSQL, seen from outside: real servers are killed, frozen, cut off and revived. To cut
//! a network, and to fill a disk, takes root.

#[path = "../all/common/mod.rs"]
mod common;
mod tools;

mod clocks;
mod doubt;
mod failovers;
mod frozen;
mod grounds;
mod lists;
mod many_hands;
mod patroni;
mod refusals;
mod revived;
mod timed;
mod traces;
