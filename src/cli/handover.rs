//! How a temporary password is handed over.

use std::path::PathBuf;

use clap::ValueHint;

/// How a temporary password is handed over.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Handover {
    /// Print the bare password and a line end, nothing else
    #[arg(short, long)]
    pub quiet: bool,
    /// Write to a new file, of mode 0600, instead of standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// How long the temporary password lives, as 90m, 8h or 2d [default: 24h]
    #[arg(long, value_name = "DURATION")]
    pub expires_in: Option<String>,
}
