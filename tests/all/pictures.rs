//! The pictures in README and docs show what the program prints. `PICTURES=overwrite cargo test --test all pictures::`
//! draws them again, as does the same with `-- --ignored`. Look at the difference afterwards.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "whoever draws the pictures again says so in the environment")]

use std::fs;
use std::path::Path;

use anstyle_svg::{Palette, Term};
use regex::Regex;

use crate::cli::sample;
use crate::common::tmux::Window;
use crate::common::{Desk, Run};

/// White paper and a dark screen, each with readable colours.
const LOOKS: [(&str, Term); 2] = [
    ("light", Term::new().fg_color(colour(0x1f_2328)).bg_color(colour(0xff_ffff)).palette(LIGHT)),
    ("dark", Term::new().fg_color(colour(0xe6_edf3)).bg_color(colour(0x0d_1117)).palette(DARK)),
];

/// Black, red, green, yellow, blue, magenta, cyan and white, then the bright ones. Each has a contrast of at least 4.5
/// to its background (`WCAG 2.2 §1.4.3`).
const LIGHT: Palette = palette([
    0x1f_2328, 0xb3_1d28, 0x11_6329, 0x8a_5a00, 0x09_50ae, 0x7a_3aa8, 0x0b_6673, 0x57_606a, 0x57_606a, 0xb3_1d28,
    0x11_6329, 0x8a_5a00, 0x09_50ae, 0x7a_3aa8, 0x0b_6673, 0x1f_2328,
]);
const DARK: Palette = palette([
    0x8b_949e, 0xff_7b72, 0x56_d364, 0xe3_b341, 0x79_c0ff, 0xd2_a8ff, 0x76_e3ea, 0xe6_edf3, 0x8b_949e, 0xff_7b72,
    0x56_d364, 0xe3_b341, 0x79_c0ff, 0xd2_a8ff, 0x76_e3ea, 0xff_ffff,
]);

const fn rgb(value: u32) -> anstyle::RgbColor {
    let [_, red, green, blue] = value.to_be_bytes();
    anstyle::RgbColor(red, green, blue)
}

const fn colour(value: u32) -> anstyle::Color {
    anstyle::Color::Rgb(rgb(value))
}

const fn palette(values: [u32; 16]) -> Palette {
    let mut colours = [rgb(0); 16];
    let mut at = 0;
    while at < colours.len() {
        colours[at] = rgb(values[at]);
        at += 1;
    }
    Palette(colours)
}

/// The text without what differs between runs: passwords and moments.
fn settled(text: &str) -> String {
    [
        (r"([2-9a-hjkmnp-z]{4}-){4}[2-9a-hjkmnp-z]{4}\b", "nk5r-8vw3-dcqj-7xym-2htf"),
        (r"(today|tomorrow) at \d\d:\d\d UTC", "$1 at 09:00 UTC"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (pattern, word)| Regex::new(pattern).unwrap().replace_all(&text, word).into_owned())
}

/// Compares a picture of this text with the existing one.
#[track_caller]
fn is_shown(name: &str, text: &str) {
    let text = settled(text);
    for (look, term) in LOOKS {
        let drawn = term.render_svg(&text);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/pictures/{name}-{look}.svg"));
        if std::env::var_os("PICTURES").is_some_and(|value| value == "overwrite") {
            fs::write(&path, &drawn).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap_or_default() == drawn, "{} is not what is printed", path.display());
    }
}

/// The output of a command in colour, below the command line.
fn printed(desk: &Desk, args: &[&str], code: i32) -> String {
    let run = Run::from(desk.command(&[args, &["--color", "always"]].concat()).output().unwrap()).exits(code);
    format!("$ passdesk {}\n{}{}", args.join(" "), run.stdout, run.stderr)
}

#[test]
fn the_list_is_as_it_is_printed() {
    is_shown("list", &printed(&sample(), &["users", "list"], 0));
}

#[test]
fn a_reset_is_as_it_is_printed() {
    is_shown("reset", &printed(&sample(), &["users", "reset", "alice", "--yes"], 0));
}

#[test]
fn a_failure_is_as_it_is_printed() {
    is_shown("failure", &printed(&sample(), &["users", "reset", "alicia", "--yes"], 3));
}

/// The content of a window, with its colours.
fn coloured(window: &Window<'_>) -> String {
    let screen = window.tmux(&["capture-pane", "-p", "-e", "-N"]);
    // Spaces at the end of a line may belong to a coloured block.
    let lines: Vec<&str> =
        screen.lines().map(|line| if line.contains('\x1b') { line } else { line.trim_end() }).collect();
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines[..end].join("\n") + "\n"
}

#[test]
#[ignore = "needs tmux"]
fn the_list_to_pick_from_is_as_it_is_shown() {
    let desk = sample();
    let mut window = Window::open(&desk);
    window.begin("users reset");
    window.sees("Type to narrow");
    is_shown("picker", &coloured(&window));
    window.press("Escape");
}

#[test]
#[ignore = "needs tmux"]
fn the_confirmation_screen_is_as_it_is_shown() {
    let desk = sample();
    let mut window = Window::open(&desk);
    window.hand_over("users reset alice --yes --screen");
    is_shown("screen", &coloured(&window));
    window.press("q");
}

#[test]
fn every_picture_is_on_a_page() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pictures")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_on = |(page, text): &(&str, &str)| {
            let folder = if *page == "README.md" { "docs/" } else { "" };
            text.contains(&format!("=\"{folder}pictures/{name}\""))
        };
        assert!(crate::docs::PAGES.iter().any(is_on), "{name}");
    }
}
