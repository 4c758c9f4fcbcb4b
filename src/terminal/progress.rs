//! How far a long run has come: a bar on standard error, where that is a terminal, and nothing anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the bar is drawn, at most, per second.
const DRAWN_A_SECOND: u8 = 10;
const STYLE: &str = "{msg} {bar:24} {human_pos} of {human_len}, {per_sec}, {eta} left";

/// A bar of so many steps.
pub fn bar(what: &str, total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(DRAWN_A_SECOND));
    if let Ok(style) = ProgressStyle::with_template(STYLE) {
        bar.set_style(style.progress_chars("##-"));
    }
    bar.set_message(what.to_owned());
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
