//! A list that is longer than the screen goes through a pager. No secret ever does.

use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::guard::Guard;
use super::output::{Layout, Output, StandardOutput};

/// The command line of a pager.
pub struct PagerCommand {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Whether the environment says how `less` is to work. If not, it is told to take colours.
    pub has_options: bool,
}

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
        Self { rows: output.rows().into(), output, guard, command, way: Way::Kept(Vec::new()) }
    }

    fn start(&self) -> io::Result<(Child, ChildStdin)> {
        let mut pager = Command::new(&self.command.program);
        pager.args(&self.command.args).stdin(Stdio::piped());
        if !self.command.has_options {
            pager.env("LESS", "R");
        }
        let mut pager = self.guard.lend(&mut pager)?;
        let input = pager.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok((pager, input))
    }

    /// Writes what was kept to the pager, or, if there is none, to standard output.
    fn let_go(&mut self, kept: &[u8]) -> io::Result<()> {
        self.way = Way::Straight;
        match self.start() {
            Ok((pager, mut input)) => {
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
            Way::Straight => self.output.write(bytes),
            Way::Pager(_, input) => input.write(bytes),
            Way::Kept(kept) => {
                kept.extend_from_slice(bytes);
                if kept.split(|byte| *byte == b'\n').count() > self.rows {
                    let kept = std::mem::take(kept);
                    self.let_go(&kept)?;
                }
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output for Paged {
    fn layout(&self) -> Layout {
        self.output.layout()
    }

    fn dead_end(&self) -> Option<String> {
        Some("a pager".into())
    }

    fn is_open_to_others(&self) -> bool {
        self.output.is_open_to_others()
    }

    fn finish(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.way, Way::Straight) {
            Way::Kept(kept) => self.output.write_all(&kept),
            Way::Straight => Ok(()),
            Way::Pager(pager, input) => {
                drop(input);
                self.guard.take_back(pager).map(drop)
            }
        }
    }
}

impl Drop for Paged {
    fn drop(&mut self) {
        // A failure is told after this, below the list.
        let _ = self.finish();
    }
}
