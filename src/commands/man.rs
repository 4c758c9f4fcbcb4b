//! `passdesk man`.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::cli::Cli;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};

/// Writes a manual page for each command into a folder, and says where they are. No page replaces a file that passdesk
/// keeps for itself. A caller through sudo is refused: the pages would be written with the rights of the borrowed user.
pub fn run(dir: &Path, through_sudo: bool, is_own: impl Fn(&Path) -> bool) -> Result<String> {
    if through_sudo {
        return Err(super::not_through_sudo("man", "run it as yourself, without sudo"));
    }
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    pages_of(&command, &mut pages);
    if let Some(page) = pages.iter().map(|page| dir.join(page.get_filename())).find(|path| is_own(path)) {
        return Err(Failure::new(Kind::Usage, format!("{} is one of passdesk's own files", shown(page)))
            .hint("name another folder"));
    }
    fs::create_dir_all(dir)
        .and_then(|()| pages.iter().try_for_each(|page| write(page, dir)))
        .with_context(|| format!("the manual pages cannot be written to {}", shown(dir)))?;
    Ok(format!("The manual pages are in {}; read one with 'man -l'.", shown(dir)))
}

fn pages_of(command: &clap::Command, pages: &mut Vec<Man>) {
    command.get_subcommands().filter(|command| !command.is_hide_set()).for_each(|command| pages_of(command, pages));
    pages.push(Man::new(command.clone()));
}

/// Writes a page beside its place, and renames it into place in one step. A file or a link there is replaced. Nothing
/// is ever written through a link.
fn write(page: &Man, dir: &Path) -> io::Result<()> {
    let readable = Permissions::from_mode(0o644);
    let mut file = tempfile::Builder::new().prefix(".passdesk").permissions(readable).tempfile_in(dir)?;
    page.render(file.as_file_mut())?;
    file.flush()?;
    file.persist(dir.join(page.get_filename()))?;
    Ok(())
}
