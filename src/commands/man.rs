//! `passdesk man`.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_mangen::Man;

use super::Desk;
use crate::cli::Cli;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};

/// Writes a manual page for each command into a folder.
pub fn run(desk: &mut Desk<'_>, dir: &Path) -> Result<()> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    pages_of(&command, &mut pages);
    if let Some(page) = pages.iter().map(|page| dir.join(page.get_filename())).find(|path| desk.claims(path)) {
        return Err(Failure::new(Kind::Usage, format!("{} is a file of passdesk's own", shown(page)))
            .hint("name another folder"));
    }
    let is_there = dir.is_dir();
    if !is_there {
        desk.refuse_through_sudo("man", "name a folder that is there")?;
    }
    let made = if is_there { Ok(()) } else { fs::create_dir_all(dir) };
    made.and_then(|()| pages.iter().try_for_each(|page| write(page, dir)))
        .with_context(|| format!("the manual pages cannot be written to {}", shown(dir)))?;
    desk.terminal.note(&format!("The manual pages are in {}; read one with 'man -l'.", shown(dir)));
    Ok(())
}

fn pages_of(command: &clap::Command, pages: &mut Vec<Man>) {
    command.get_subcommands().filter(|command| !command.is_hide_set()).for_each(|command| pages_of(command, pages));
    pages.push(Man::new(command.clone()));
}

/// Writes a page beside its place, and puts it there in one step: what stands there, a link among them, is replaced and
/// never written through.
fn write(page: &Man, dir: &Path) -> io::Result<()> {
    let readable = Permissions::from_mode(0o644);
    let mut file = tempfile::Builder::new().prefix(".passdesk").permissions(readable).tempfile_in(dir)?;
    page.render(file.as_file_mut())?;
    file.flush()?;
    file.persist(dir.join(page.get_filename()))?;
    Ok(())
}
