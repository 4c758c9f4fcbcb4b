//! A progress bar on standard error. It appears only on a terminal.

use std::fmt;
use std::time::Duration;

use indicatif::{HumanDuration, HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often the bar is drawn.
const PACE: Duration = Duration::from_millis(100);
const STYLE: &str = "{msg} {bar:24} {human_pos} of {human_len}{pace}";
const NARROW: &str = "{msg} {human_pos} of {human_len}{pace}";
/// The largest width of the bar, in columns.
const WIDTH: u16 = 80;

/// A bar with this many steps. A separate thread draws it. Ctrl-S can stop a terminal, and that must not hold up the
/// counting thread. That thread may have locked the store.
pub fn bar(what: &str, total: u64, width: Option<u16>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let style = if width.is_some_and(|width| width < WIDTH) { NARROW } else { STYLE };
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("##-").with_key("pace", pace));
    }
    bar.set_message(what.to_owned());
    if !bar.is_hidden() {
        bar.enable_steady_tick(PACE);
    }
    bar
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
