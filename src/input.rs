//! What somebody hands in: a file, or standard input.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use crate::failure::{Failure, Kind, Result};

/// Reads all of it, so that nothing waits for the rest later on; `-` is standard input. It may have so many bytes.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let is_standard = path == Path::new("-");
    let shown = if is_standard { "standard input".to_owned() } else { path.display().to_string() };
    if is_standard && io::stdin().is_terminal() {
        return Err(Failure::new(
            Kind::Usage,
            "standard input is a terminal, and '-' reads what a pipe or a file holds",
        )
        .hint("name the file, or pipe it in"));
    }
    let source: io::Result<Box<dyn Read>> =
        if is_standard { Ok(Box::new(io::stdin())) } else { File::open(path).map(|file| Box::new(file) as _) };
    let mut bytes = Vec::new();
    let read = source.and_then(|source| source.take(limit + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        Failure::new(Kind::Failed, format!("{shown} cannot be read: {error}")).hint("name a file that you can read")
    })?;
    if bytes.len() as u64 > limit {
        return Err(Failure::new(Kind::Usage, format!("{shown} has more than {} MiB", limit >> 20))
            .hint("split it into several"));
    }
    Ok(bytes)
}
