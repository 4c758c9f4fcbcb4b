//! How a secret is handed over.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{ValueEnum, ValueHint};

/// The heading over the ways out.
const HANDOVER: &str = "How the secret is handed over";

/// Which way a temporary password or a token goes out.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = HANDOVER)]
pub struct WayFlags {
    /// Print the bare secret
    #[arg(short, long)]
    pub quiet: bool,
    /// Write it to a new file that only you can read
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = new_file(),
          conflicts_with = "copy")]
    pub output: Option<PathBuf>,
    /// Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh
    #[arg(long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true,
          default_missing_value = "clipboard", conflicts_with = "quiet", hide_possible_values = true)]
    pub copy: Option<Copier>,
    /// Show it on a screen that vanishes when you leave it
    #[arg(long, conflicts_with_all = ["quiet", "output", "copy"])]
    pub screen: bool,
    /// Encrypt it to a key: age1..., an SSH public key, a file of such keys, or 'account' for the key that the account keeps
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath, allow_hyphen_values = true, conflicts_with = "screen")]
    pub encrypt_to: Vec<String>,
    /// How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]
    #[arg(long, value_name = "DURATION", conflicts_with_all = ["quiet", "output"], allow_hyphen_values = true)]
    pub clear_after: Option<String>,
}

/// Who copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Copier {
    /// This program, to the clipboard of the display.
    Clipboard,
    /// The terminal, by an escape sequence.
    Osc52,
}

/// How a temporary password is handed over.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct TemporaryFlags {
    /// Which way it goes out.
    #[command(flatten)]
    pub way_out: WayFlags,
    /// How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]
    #[arg(help_heading = HANDOVER, long, value_name = "DURATION", allow_hyphen_values = true)]
    pub expires_in: Option<String>,
}

/// Parses the path of a new file. Many programs take `-` as standard output, and nobody wants a file of that name.
pub(super) fn new_file() -> impl TypedValueParser<Value = PathBuf> {
    let refusal = "it does not stand for standard output here, and a file of that name is ./-";
    PathBufValueParser::new().try_map(move |path| if path == Path::new("-") { Err(refusal) } else { Ok(path) })
}
