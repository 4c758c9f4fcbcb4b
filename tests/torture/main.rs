//! Attacks the five promises for as long as it is told, and stops at the first broken one.
//!
//! ```text
//! cargo test --test torture                            each part, for some minutes
//! cargo test --test torture -- --long                  each part, for hours
//! cargo test --test torture -- kills --only 'reset pwrite64 3'   one trial again
//! ```
//!
//! A part is a file. It makes trials out of a plan, or out of a seed. Each trial has its own store, and a name that
//! repeats it. CONTRIBUTING.md says what they need.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a trial that cannot go on has failed")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a trial looks behind the store, and waits")]
#![allow(clippy::disallowed_macros, reason = "this program prints what it tried")]

#[path = "../all/common/mod.rs"]
mod common;
#[cfg(feature = "postgres")]
#[path = "../servers/tools/mod.rs"]
mod tools;

mod crowds;
mod damage;
mod disk;
mod failing;
mod kills;
mod operations;
mod power;
mod scene;
mod search;
mod secrets;
mod terminals;
mod tracer;
mod trials;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode};

use clap::Parser;

use crate::scene::Place;
use crate::trials::{Form, Trials};

/// A part of the attack.
struct Part {
    name: &'static str,
    /// The programs that it runs on files, besides those of all parts.
    tools: &'static [&'static str],
    /// The same on servers, if it also attacks stores there.
    on_servers: Option<&'static [&'static str]>,
    /// Returns what it tried, in figures.
    run: fn(&Trials) -> String,
}

const PARTS: [Part; 7] = [
    Part { name: "kills", tools: &[], on_servers: Some(&[]), run: kills::run },
    Part { name: "failing", tools: &["mkfs.ext4"], on_servers: Some(&[]), run: failing::run },
    Part { name: "power", tools: &[], on_servers: None, run: power::run },
    Part { name: "damage", tools: &[], on_servers: None, run: damage::run },
    Part { name: "crowds", tools: &[], on_servers: Some(&[]), run: crowds::run },
    Part { name: "secrets", tools: &["Xvfb", "xclip", "sway"], on_servers: Some(&[]), run: secrets::run },
    Part { name: "terminals", tools: &SHELLS, on_servers: Some(&SHELLS), run: terminals::run },
];

/// The programs that an attack on terminals runs.
const SHELLS: [&str; 4] = ["dash", "zsh", "fish", "less"];

/// The programs that all parts run. Without one of them a trial would fail that broke no promise.
const TOOLS: [&str; 4] = ["strace", "timeout", "prlimit", "unshare"];

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
    if let Some(unknown) = parts.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
        let known: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        eprintln!("There is no part {unknown:?}. The parts: {}.", known.join(", "));
        return ExitCode::from(2);
    }
    let Some(place) = Place::of(form.engine) else {
        eprintln!("Build it with --features postgres.");
        return ExitCode::from(2);
    };
    println!("seed {}", form.seed);
    let mut tried = 0;
    let is_asked_for = |name: &str| parts.is_empty() || parts.iter().any(|part| part == name);
    let tools = |part: &Part| if place.is_files() { Some(part.tools) } else { part.on_servers };
    let asked: Vec<_> =
        PARTS.iter().filter(|part| is_asked_for(part.name)).filter_map(|part| Some((part, tools(part)?))).collect();
    let own = asked.iter().flat_map(|(_, tools)| *tools);
    if let Some(missing) = TOOLS.iter().chain(own).find(|tool| Command::new(tool).arg("--version").output().is_err()) {
        eprintln!("{missing} is not installed. Install the Debian packages that .ci/run installs.");
        return ExitCode::from(2);
    }
    for (Part { name, run, .. }, _) in asked {
        let trials = Trials::new(&form, &place, name);
        let Ok(figures) = catch_unwind(AssertUnwindSafe(|| run(&trials))) else { return ExitCode::FAILURE };
        println!("{name:<10} {figures} {} trials, {} s.", trials.count(), trials.seconds());
        tried += trials.count();
    }
    if tried == 0 {
        eprintln!("Nothing was tried: no trial has that name.");
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}
