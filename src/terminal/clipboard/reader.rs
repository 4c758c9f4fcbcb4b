//! Reads the clipboard as another program does that pastes, in a separate process. On X11 and Wayland the text comes
//! from the holder. The holder owns the text, so it would ask itself and not the display.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use arboard::Clipboard;
use zeroize::Zeroizing;

use super::{READER, apart, words};

/// How long the clipboard may take. The process that started this one may have ended by then.
const PATIENCE: Duration = Duration::from_secs(4);

/// Whether another program reads this on the clipboard.
pub fn reads(secret: &str) -> io::Result<bool> {
    let mut reader = Command::new(std::env::current_exe()?)
        .arg(READER)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = Zeroizing::new(String::with_capacity(secret.len() + 1));
    line.push_str(secret);
    line.push('\n');
    // If the reader has ended, it has not read it.
    let _ = reader.stdin.take().map(|mut input| input.write_all(line.as_bytes()));
    Ok(reader.wait()?.success())
}

/// Compares the clipboard with a line of standard input. Fails if they differ.
pub fn run() -> anyhow::Result<()> {
    let expected = words::next(&mut apart::input()?).context("there is nothing to look for")?;
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        let read = Clipboard::new().and_then(|mut clipboard| clipboard.get_text()).map(Zeroizing::new);
        // The send fails only when the process is about to end.
        let _ = said.send(read.is_ok_and(|read| *read == *expected));
    });
    ensure!(heard.recv_timeout(PATIENCE).context("the display hangs")?, "something else is on the clipboard");
    Ok(())
}
