//! How far a long run has come: a bar on standard error, where that is a terminal, and nothing anywhere else.

use std::fmt;
use std::time::Duration;

use indicatif::{HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often the bar is drawn.
const PACE: Duration = Duration::from_millis(100);
const STYLE: &str = "{msg} {bar:24} {human_pos} of {human_len}, {rate}/s, {eta} left";

/// A bar of so many steps. A thread of its own draws it: a terminal that takes nothing, after Ctrl-S say, must not hold
/// up whoever counts the steps, with the store locked perhaps.
pub fn bar(what: &str, total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(STYLE) {
        bar.set_style(style.progress_chars("##-").with_key("rate", rate));
    }
    bar.set_message(what.to_owned());
    if !bar.is_hidden() {
        bar.enable_steady_tick(PACE);
    }
    bar
}

/// Whole steps, and below ten with a digit behind the point: a hash that is dear takes seconds.
fn rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    let rate = state.per_sec();
    let whole = if rate < 10.0 { format!("{rate:.1}") } else { HumanFloatCount(rate.round()).to_string() };
    // A bar that cannot be drawn is not drawn.
    let _ = out.write_str(&whole);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_one() {
        ProgressStyle::with_template(STYLE).unwrap();
    }
}
