//! `passdesk policy set blocklist FILE`: reads a list of any size, and makes its filter.
//!
//! The list is read once to be counted, and once more for each part of the filter. So the memory stays the same.

use std::fs::File;
use std::io::{self, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::Context as _;

use crate::commands::Desk;
use crate::domain::blocklist::{BLOCK_BYTES, LONGEST_LINE, Place, blocks, entry, is_hash};
use crate::domain::digest::{Digesting, FileDigest};
use crate::domain::text::UTF_16;
use crate::failure::{Failure, Kind, Result};
use crate::input;

/// How many blocks of the filter are made at once: 32 MiB.
const PART: usize = (32 << 20) / BLOCK_BYTES;
/// How many lines are read between two progress reports.
const LINES: u64 = 100_000;

/// What a list has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its entries.
    pub entries: u64,
    /// Its lines that are no entries, and were left out.
    pub skipped: u64,
    /// The digest of all of it.
    pub file: FileDigest,
}

/// A file with one password on each line.
struct List {
    name: String,
    file: File,
    start: u64,
    skips: bool,
    /// How many bytes of how many have been read, in all passes.
    done: u64,
}

/// Reads a list. Returns what it has, and its filter for a store of this name, in a file without a name.
pub fn read(desk: &mut Desk<'_>, path: &Path, skips: bool, salt: &str) -> Result<(Found, File)> {
    let (file, start) = desk.files.rereadable(path)?;
    let length = file.metadata().map_or(0, |file| file.len().saturating_sub(start));
    let mut list = List { name: input::named(path), file, start, skips, done: 0 };
    desk.terminal.begin_progress("reading, in MiB", length >> 20);
    let found = list.pass(&mut |done| desk.terminal.advance(done >> 20), |_| {});
    desk.terminal.end_progress();
    let found = found?;
    let parts = blocks(found.entries).div_ceil(PART as u64);
    desk.terminal.begin_progress("making, in MiB", (parts * length) >> 20);
    list.done = 0;
    let filter = list.filter(found, salt, &mut |done| desk.terminal.advance(done >> 20));
    desk.terminal.end_progress();
    Ok((found, filter?))
}

impl List {
    fn filter(&mut self, found: Found, salt: &str, told: &mut dyn FnMut(u64)) -> Result<File> {
        if found.entries == 0 {
            return Err(Failure::new(Kind::Usage, format!("{} has no entry", self.name))
                .hint("write one password on each line; 'passdesk policy unset blocklist' takes a blocklist out"));
        }
        let count = blocks(found.entries);
        let mut filter = input::nameless()?;
        for first in (0..count).step_by(PART) {
            let size = usize::try_from(count - first).map_or(PART, |rest| rest.min(PART));
            let mut part = vec![0; size * BLOCK_BYTES];
            let again = self.pass(told, |text| {
                let place = Place::of(text, salt, count);
                let at = place.block.checked_sub(first).and_then(|at| usize::try_from(at).ok());
                if let Some(block) = at.and_then(|at| part.chunks_mut(BLOCK_BYTES).nth(at)) {
                    place.mark(block);
                }
            })?;
            if again != found {
                return Err(Failure::new(Kind::Conflict, format!("somebody is writing {}", self.name))
                    .hint("wait until the file is complete, and try again"));
            }
            filter.write_all(&part).context("there is no room for the blocklist")?;
        }
        filter.rewind().context("the blocklist cannot be read again")?;
        Ok(filter)
    }

    /// Reads the whole list, and hands each entry over.
    fn pass(&mut self, told: &mut dyn FnMut(u64), mut each: impl FnMut(&str)) -> Result<Found> {
        let unreadable = |error: io::Error| Failure::new(Kind::Usage, format!("the blocklist cannot be read: {error}"));
        self.file.seek(SeekFrom::Start(self.start)).map_err(unreadable)?;
        let mut reader = BufReader::new(&self.file);
        let (mut number, mut entries, mut skipped, mut digest) = (0, 0, 0, Digesting::default());
        let mut line = Vec::new();
        loop {
            let read = one_line(&mut reader, &mut line, &mut digest).map_err(unreadable)?;
            if read == 0 {
                return Ok(Found { entries, skipped, file: digest.end() });
            }
            number += 1;
            self.done += read;
            if number % LINES == 0 {
                told(self.done);
            }
            match entry(&line) {
                Ok(None) => {}
                Ok(Some(text)) if entries == 0 && is_hash(&text) => return Err(self.has_hashes(number)),
                Ok(Some(text)) => {
                    entries += 1;
                    each(&text);
                }
                Err(what) if self.skips && what != UTF_16 => skipped += 1,
                Err(what) => return Err(self.is_bad(number, what)),
            }
        }
    }

    fn has_hashes(&self, number: u64) -> Failure {
        Failure::new(Kind::Usage, format!("line {number} of {} is a hash, not a password", self.name))
            .hint("name a list of passwords themselves, one on each line; nothing has changed")
    }

    fn is_bad(&self, number: u64, what: &str) -> Failure {
        let failure = Failure::new(Kind::Usage, format!("line {number} of {} {what}", self.name));
        failure.hint(if what == UTF_16 {
            "write one password on each line, in UTF-8; nothing has changed"
        } else {
            "write one password on each line, in UTF-8; --skip-invalid leaves such lines out; nothing has changed"
        })
    }
}

/// Reads a line without its end, `\n` or `\r\n`. Of a line that is too long, only the beginning is kept. Returns how many
/// bytes there were.
fn one_line(reader: &mut impl io::BufRead, line: &mut Vec<u8>, digest: &mut Digesting) -> io::Result<u64> {
    // One byte more is too many, and two may be the end.
    const ENOUGH: usize = LONGEST_LINE + 3;
    line.clear();
    let mut read = 0;
    loop {
        let bytes = reader.fill_buf()?;
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let taken = &bytes[..end.unwrap_or(bytes.len())];
        let is_over = end.is_some() || taken.is_empty();
        digest.take(taken);
        line.extend_from_slice(&taken[..taken.len().min(ENOUGH - line.len())]);
        read += taken.len() as u64;
        let count = taken.len();
        reader.consume(count);
        if is_over {
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(read);
        }
    }
}
