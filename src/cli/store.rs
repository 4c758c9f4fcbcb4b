//! `passdesk store …`.

/// The store itself.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the path of the store
    Path,
}
