//! How far a long run has come: a bar on standard error, where that is a terminal, and nothing anywhere else.

use std::fmt;
use std::time::Duration;

use indicatif::{HumanDuration, HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often the bar is drawn.
const PACE: Duration = Duration::from_millis(100);
const STYLE: &str = "{msg} {bar:24} {human_pos} of {human_len}{pace}";
const NARROW: &str = "{msg} {human_pos} of {human_len}{pace}";
/// How many columns the wide one takes at the most.
const WIDTH: u16 = 80;

/// A bar of so many steps. A thread of its own draws it: a terminal that takes nothing, after Ctrl-S say, must not hold
/// up whoever counts the steps, with the store locked perhaps.
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

/// The rate and the time left, once there is a step to tell them by. A hash that is dear takes seconds: below ten a second
/// there is a digit behind the point.
fn pace(state: &ProgressState, out: &mut dyn fmt::Write) {
    if state.pos() == 0 {
        return;
    }
    let rate = state.per_sec();
    let rate = if rate < 10.0 { format!("{rate:.1}") } else { HumanFloatCount(rate.round()).to_string() };
    // A bar that cannot be drawn is not drawn.
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
