//! Reads the small files that an address leads to. They may hold passwords.

use std::fs::{Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::named_file::{self, Links};

/// A larger file is none of these, in bytes.
const LARGEST: u64 = 16 << 20;

/// The content of an ordinary file that `will_do`. `unread` says why it could not be read.
pub(super) fn content<E>(
    path: &Path,
    unread: impl Fn(io::Error) -> E,
    will_do: impl FnOnce(&Metadata) -> Result<(), E>,
) -> Result<Zeroizing<Vec<u8>>, E> {
    let (file, metadata) = named_file::open(path, OpenOptions::new().read(true), Links::Followed, &unread, |file| {
        let fault = if !file.is_file() {
            Some("it is no ordinary file")
        } else if file.len() > LARGEST {
            Some("it is too large")
        } else {
            None
        };
        fault.map_or(Ok(()), |fault| Err(unread(io::Error::other(fault))))?;
        will_do(file)
    })?;
    // A buffer that grows leaves copies. There is room for all that is read, and for the look for more.
    let length = metadata.len().min(LARGEST);
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 64));
    file.take(length).read_to_end(&mut content).map_err(unread)?;
    Ok(content)
}
