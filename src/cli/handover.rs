//! How a secret is handed over.

use std::path::PathBuf;

use clap::ValueHint;

/// Which way a temporary password or a token goes out.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct WayOut {
    /// Print the bare secret and a line end, nothing else
    #[arg(short, long)]
    pub quiet: bool,
    /// Write to a new file, of mode 0600, instead of standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// How a temporary password is handed over.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Handover {
    /// Which way it goes out.
    #[command(flatten)]
    pub way_out: WayOut,
    /// How long the temporary password lives, as 90m, 8h or 2d [default: the policy's, 24h]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    pub expires_in: Option<String>,
}
