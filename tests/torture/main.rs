//! Attacks the five promises for as long as it is told, and stops at the first broken one.
//!
//! ```text
//! cargo test --test torture                            each part, for some minutes
//! cargo test --test torture -- --long                  each part, for hours
//! cargo test --test torture -- kills --only 'reset pwrite64 3'   one trial again
//! ```
//!
//! A part is a file. It makes trials out of a plan, or out of a seed. Each trial has its own store, and a name that
//! repeats it. Some parts need root, strace or gdb: see CONTRIBUTING.md.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a trial that cannot go on has failed")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a trial looks behind the store, and waits")]
#![allow(clippy::disallowed_macros, reason = "this program prints what it tried")]

#[path = "../all/common/mod.rs"]
mod common;

mod disk;
mod kills;
mod operations;
mod power;
mod scene;
mod tracer;
mod trials;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use crate::trials::{Form, Trials};

/// A part: its name, and what runs it. It returns what it tried, in figures.
type Part = (&'static str, fn(&Trials) -> String);

const PARTS: [Part; 2] = [("kills", kills::run), ("power", power::run)];

/// Attacks the promises.
#[derive(Parser)]
#[command(name = "torture")]
struct Args {
    /// The parts to run; all by default.
    parts: Vec<String>,
    #[command(flatten)]
    form: Form,
}

fn main() -> ExitCode {
    let Args { parts, form } = Args::parse();
    if let Some(unknown) = parts.iter().find(|name| PARTS.iter().all(|(known, _)| known != name)) {
        let known: Vec<_> = PARTS.iter().map(|(name, _)| *name).collect();
        eprintln!("There is no part {unknown:?}. The parts: {}.", known.join(", "));
        return ExitCode::from(2);
    }
    println!("seed {}", form.seed);
    for (name, run) in PARTS.iter().filter(|(name, _)| parts.is_empty() || parts.iter().any(|part| part == name)) {
        let start = Instant::now();
        let trials = Trials::new(&form, name);
        let figures = run(&trials);
        println!("{name:<10} {figures} {} trials, {} s.", trials.count(), start.elapsed().as_secs());
    }
    ExitCode::SUCCESS
}
