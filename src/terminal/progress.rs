//! How far a long run has come: a bar on standard error, where that is a terminal, and nothing anywhere else.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the bar is drawn.
const PACE: Duration = Duration::from_millis(100);
const STYLE: &str = "{msg} {bar:24} {human_pos} of {human_len}, {per_sec}, {eta} left";

/// A bar of so many steps. A thread of its own draws it: a terminal that takes nothing, after Ctrl-S say, must not hold
/// up whoever counts the steps, with the store locked perhaps.
pub fn bar(what: &str, total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(STYLE) {
        bar.set_style(style.progress_chars("##-"));
    }
    bar.set_message(what.to_owned());
    if !bar.is_hidden() {
        bar.enable_steady_tick(PACE);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_one() {
        ProgressStyle::with_template(STYLE).unwrap();
    }
}
