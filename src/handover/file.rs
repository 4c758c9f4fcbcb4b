//! A file as the way out.

use std::io;
use std::mem;
use std::ops::Range;
use std::path::Path;

use super::{Handed, Means, WayOut};
use crate::failure::Result;
use crate::files::OutputFile;
use crate::made::Made;
use crate::terminal::output::Output;

/// A file of secrets.
pub struct ToFile {
    file: Box<dyn OutputFile>,
    /// The places of the latest rows, if each row can be deleted again.
    rows: Vec<Range<u64>>,
    /// The places of the rows whose secrets did not come into force.
    dead: Vec<Range<u64>>,
}

impl ToFile {
    /// Writes to the end of this file.
    #[must_use]
    pub fn new(file: Box<dyn OutputFile>) -> Self {
        Self { file, rows: Vec::new(), dead: Vec::new() }
    }
}

impl WayOut for ToFile {
    fn hand_over(&mut self, _: &mut Means<'_>, handed: &Handed<'_>) -> Result<()> {
        let before = self.file.append(handed.bytes);
        let before = before.map_err(|error| handed.unwritten(&self.file.path().display().to_string(), &error))?;
        let mut end = before + (handed.bytes.len() - handed.rows.iter().sum::<usize>()) as u64;
        let place = |row: &usize| {
            let begins = end;
            end += *row as u64;
            begins..end
        };
        self.rows = handed.rows.iter().map(place).collect();
        Ok(())
    }

    fn is_bare(&self, bare_in_a_file: bool) -> bool {
        bare_in_a_file
    }

    fn handed(&self) -> String {
        format!("written to {}", self.file.path().display())
    }

    fn is_on_terminal(&self, _: &dyn Output) -> bool {
        false
    }

    fn confirmed(&self) -> String {
        format!("is in {}, and in force", self.file.path().display())
    }

    fn keep(&mut self, means: &mut Means<'_>) {
        self.file.keep();
        means.terminal.spare(self.file.path());
    }

    fn file(&self) -> Option<&Path> {
        Some(self.file.path())
    }

    fn stays(&self) -> bool {
        self.file.stays()
    }

    fn doomed(&self) -> Option<Made> {
        self.file.doomed()
    }

    fn take_back_latest(&mut self, _: &mut Means<'_>) -> bool {
        self.file.take_back().is_ok()
    }

    fn strike(&mut self, is_dead: &[bool]) {
        let latest = mem::take(&mut self.rows).into_iter().zip(is_dead);
        self.dead.extend(latest.filter(|(_, is_dead)| **is_dead).map(|(row, _)| row));
    }

    fn leave_out(&mut self) -> io::Result<()> {
        if self.dead.is_empty() { Ok(()) } else { self.file.retain(u64::MAX, &mem::take(&mut self.dead)) }
    }
}
