//! A progress bar on standard error. It appears only on a terminal.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{
    HumanDuration, HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike,
};

use super::{device, output};

/// How often the bar is drawn.
const PACE: Duration = Duration::from_millis(100);
/// How often it is drawn at most, in times a second.
const FASTEST: u8 = 20;
const STYLE: &str = "{msg} {bar:24} {human_pos} of {human_len}{pace}";
const NARROW: &str = "{msg} {human_pos} of {human_len}{pace}";
/// The largest width of the bar, in columns.
const WIDTH: u16 = 80;

/// A bar with this many steps. A separate thread draws it. Ctrl-S can stop a terminal, and that must not hold up the
/// counting thread. That thread may have locked the store.
pub fn bar(what: &str, total: u64, width: Option<u16>) -> ProgressBar {
    let is_drawn = io::stderr().is_terminal();
    let target = if is_drawn {
        ProgressDrawTarget::term_like_with_hz(Box::new(InFront::default()), FASTEST)
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let style = if width.is_some_and(|width| width < WIDTH) { NARROW } else { STYLE };
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("##-").with_key("pace", pace));
    }
    bar.set_message(what.to_owned());
    if is_drawn {
        bar.enable_steady_tick(PACE);
    }
    bar
}

/// Standard error, while this job has the terminal. In the background, a bar would be drawn over what the shell shows.
#[derive(Debug, Default)]
struct InFront {
    /// What is drawn and not shown yet.
    drawn: Mutex<Vec<u8>>,
}

impl InFront {
    fn draw(&self, text: &str) -> io::Result<()> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes())
    }

    /// Moves the cursor. A terminal takes 0 for 1.
    fn step(&self, distance: usize, direction: char) -> io::Result<()> {
        if distance == 0 { Ok(()) } else { self.draw(&format!("\x1b[{distance}{direction}")) }
    }
}

impl TermLike for InFront {
    fn width(&self) -> u16 {
        output::width(&io::stderr()).unwrap_or(WIDTH)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.step(lines, 'A')
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.step(lines, 'B')
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.step(columns, 'C')
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.step(columns, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.draw(&format!("{text}\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.draw(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.draw("\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let drawn = std::mem::take(&mut *self.drawn.lock().unwrap_or_else(PoisonError::into_inner));
        if device::is_away(io::stderr()) { Ok(()) } else { io::stderr().write_all(&drawn) }
    }
}

/// The rate and the time left, once a first step tells them. A slow hash takes seconds, so rates below ten a second
/// have a decimal.
fn pace(state: &ProgressState, out: &mut dyn fmt::Write) {
    if state.pos() == 0 {
        return;
    }
    let rate = state.per_sec();
    let rate = if rate < 10.0 { format!("{rate:.1}") } else { HumanFloatCount(rate.round()).to_string() };
    // A bar that cannot be drawn is left out.
    let _ = write!(out, ", {rate}/s, {:#} left", HumanDuration(state.eta()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_style_is_one() {
        for style in [STYLE, NARROW] {
            ProgressStyle::with_template(style).unwrap();
        }
    }
}
