//! The pictures in README and docs show what the program prints. `PICTURES=overwrite cargo test --test all pictures::`, and
//! the same with `-- --ignored`, draws them again: look at the difference.

use std::fs;
use std::path::Path;

use anstyle_svg::Term;
use regex::Regex;

use crate::cli::sample;
use crate::common::tmux::Window;
use crate::common::{Desk, Run};

/// White paper and a dark screen, with colours that can be read on each.
const LOOKS: [(&str, Term); 2] = [
    ("light", Term::new().fg_color(rgb(0x1f, 0x23, 0x28)).bg_color(rgb(0xff, 0xff, 0xff))),
    ("dark", Term::new().fg_color(rgb(0xe6, 0xed, 0xf3)).bg_color(rgb(0x0d, 0x11, 0x17))),
];

const fn rgb(r: u8, g: u8, b: u8) -> anstyle::Color {
    anstyle::Color::Rgb(anstyle::RgbColor(r, g, b))
}

/// The same text for every run: no password and no moment of its own.
fn settled(text: &str) -> String {
    [
        (r"\b([2-9a-hjkmnp-z]{4}-){4}[2-9a-hjkmnp-z]{4}\b", "nk5r-8vw3-dcqj-7xym-2htf"),
        (r"(today|tomorrow) at \d\d:\d\d UTC", "$1 at 09:00 UTC"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (pattern, word)| Regex::new(pattern).unwrap().replace_all(&text, word).into_owned())
}

/// Compares a picture of this text with the one that is there.
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

/// What a command prints, in colour, with the command above it.
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

/// What stands in a window, with its colours.
fn coloured(window: &Window<'_>) -> String {
    let screen = window.tmux(&["capture-pane", "-p", "-e"]);
    let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
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
    let pages: String = crate::docs::PAGES.iter().map(|(_, text)| *text).collect();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pictures")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(pages.contains(&format!("pictures/{name}")), "{name}");
    }
}
