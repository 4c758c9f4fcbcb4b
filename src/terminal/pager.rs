//! A list that is longer than the screen goes through a pager. No secret ever does.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::Phase;
use super::guard::Guard;
use super::output::{Layout, Output, StandardOutput, height};

/// A program and its arguments.
pub type PagerCommand = Vec<OsString>;

/// Standard output, as long as it takes no more rows than the screen has. Then a pager shows it.
pub struct Paged {
    output: StandardOutput,
    guard: Guard,
    /// The screen has so many rows.
    rows: usize,
    command: PagerCommand,
    way: Way,
}

enum Way {
    /// It may still fit on the screen. This is all of it.
    Kept(Vec<u8>),
    /// The pager has it.
    Pager(Child, ChildStdin),
    /// Standard output has it.
    Straight,
}

impl Paged {
    pub(super) fn new(output: StandardOutput, guard: Guard, command: PagerCommand) -> Self {
        let rows = height(&output.file).into();
        Self { output, guard, rows, command, way: Way::Kept(Vec::new()) }
    }

    fn start(&self) -> io::Result<(Child, ChildStdin)> {
        let [program, args @ ..] = self.command.as_slice() else { return Err(io::ErrorKind::NotFound.into()) };
        let mut pager = Command::new(program);
        pager.args(args).stdin(Stdio::piped()).env_remove("PASSDESK_TOKEN").env_remove("PASSDESK_TOKEN_FILE");
        let mut pager = pager.spawn()?;
        let input = pager.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok((pager, input))
    }

    /// Writes what was kept to the pager, or, if there is none, to standard output.
    fn let_go(&mut self, kept: &[u8]) -> io::Result<()> {
        self.way = Way::Straight;
        match self.start() {
            Ok((pager, mut input)) => {
                self.guard.enter(Phase::Paging);
                let written = input.write_all(kept);
                self.way = Way::Pager(pager, input);
                written
            }
            // A list in one piece is better than none.
            Err(_) => self.output.write_all(kept),
        }
    }
}

impl Write for Paged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.way {
            Way::Straight => return self.output.write(bytes),
            Way::Pager(_, input) => return input.write(bytes),
            Way::Kept(kept) => kept.extend_from_slice(bytes),
        }
        if let Way::Kept(kept) = &mut self.way
            && kept.split(|byte| *byte == b'\n').count() > self.rows
        {
            let kept = std::mem::take(kept);
            self.let_go(&kept)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output for Paged {
    fn layout(&self) -> Layout {
        self.output.layout()
    }

    fn dead_end(&self) -> Option<&'static str> {
        self.output.dead_end()
    }

    fn is_open_to_others(&self) -> bool {
        self.output.is_open_to_others()
    }

    fn finish(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.way, Way::Straight) {
            Way::Kept(kept) => self.output.write_all(&kept),
            Way::Straight => Ok(()),
            Way::Pager(mut pager, input) => {
                drop(input);
                let ended = pager.wait();
                self.guard.enter(Phase::Idle);
                ended.map(drop)
            }
        }
    }
}

impl Drop for Paged {
    fn drop(&mut self) {
        // A failure is told after the list that it interrupts. That the list is not seen then is the smaller evil.
        let _ = self.finish();
    }
}
