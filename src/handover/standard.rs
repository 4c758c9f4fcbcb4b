//! Standard output.

use super::{Handed, Means, WayOut, not_delivered};
use crate::failure::Result;
use crate::terminal::output::{Layout, Output};

/// Standard output as the way out.
pub struct Standard {
    /// Whether a warning is still due that others can read the output.
    is_open_to_others: bool,
}

impl Standard {
    /// Takes standard output. Fails if nobody would see what is written to it. Anybody may read what is sealed.
    pub fn open(output: &dyn Output, sealed: bool) -> Result<Self> {
        match output.dead_end() {
            Some(device) => Err(not_delivered(format!("standard output is {device}: nobody would see it there"))
                .hint("write to a terminal, a pipe, or a file with --output FILE")),
            None => Ok(Self { is_open_to_others: !sealed && output.is_open_to_others() }),
        }
    }
}

impl WayOut for Standard {
    fn hand_over(&mut self, means: &mut Means<'_>, handed: &Handed<'_>) -> Result<()> {
        if std::mem::take(&mut self.is_open_to_others) {
            means.terminal.note("Note that others can read the file that standard output goes to.");
        }
        let written = means.output.write_all(handed.bytes).and_then(|()| means.output.flush());
        written.map_err(|error| handed.unwritten("standard output", &error))
    }

    fn layout(&self, output: &dyn Output) -> Layout {
        output.layout()
    }
}
