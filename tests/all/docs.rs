//! The README and the docs are correct. Every command on every page is run, page after page, in one home.

#![allow(clippy::unwrap_used, clippy::panic, clippy::allow_attributes, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "the path of the shell is the test's own")]
#![allow(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use crate::common::pty::Pty;
use crate::common::{Desk, OTHER};
use regex::Regex;

/// The pages in reading order. A later page uses the store of the earlier ones.
pub const PAGES: [(&str, &str); 16] = [
    ("README.md", include_str!("../../README.md")),
    ("admin.md", include_str!("../../docs/admin.md")),
    ("yourself.md", include_str!("../../docs/yourself.md")),
    ("scripts.md", include_str!("../../docs/scripts.md")),
    ("other-programs.md", include_str!("../../docs/other-programs.md")),
    ("record.md", include_str!("../../docs/record.md")),
    ("team.md", include_str!("../../docs/team.md")),
    ("store.md", include_str!("../../docs/store.md")),
    ("postgres.md", include_str!("../../docs/postgres.md")),
    ("security.md", include_str!("../../docs/security.md")),
    ("audits.md", include_str!("../../docs/audits.md")),
    ("standards.md", include_str!("../../docs/standards.md")),
    ("SECURITY.md", include_str!("../../SECURITY.md")),
    ("performance.md", include_str!("../../docs/performance.md")),
    ("other-systems.md", include_str!("../../docs/other-systems.md")),
    ("moving-in.md", include_str!("../../docs/moving-in.md")),
];
/// What the table of standards says where nothing can be shown.
const NO_TEST: &str = "no test: there is nothing to test";
const ADA: &str = "sixteen otters juggle quietly";

/// A fenced block: the word after the fence, and the content.
struct Block {
    kind: String,
    lines: Vec<String>,
}

/// A command, and the output below it.
struct Shown {
    command: String,
    lines: Vec<String>,
}

/// The text of a page.
pub fn page(name: &str) -> &'static str {
    PAGES.iter().find(|(page, _)| *page == name).unwrap().1
}

fn blocks() -> Vec<Block> {
    PAGES.iter().flat_map(|(_, text)| blocks_of(text)).collect()
}

fn blocks_of(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(kind), None) => open = Some(Block { kind: kind.into(), lines: Vec::new() }),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.lines.push(line.into());
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    blocks
}

impl Block {
    fn commands(&self) -> Vec<Shown> {
        let mut shown: Vec<Shown> = Vec::new();
        for line in &self.lines {
            if let Some(command) = line.strip_prefix("$ ") {
                shown.push(Shown { command: command.into(), lines: Vec::new() });
            } else if let Some(last) = shown.last_mut() {
                last.lines.push(line.clone());
            }
        }
        shown
    }
}

/// The text without what differs between runs: passwords, moments, paths, and the user of this machine.
fn settled(text: &str, desk: &Desk) -> String {
    static OWN: LazyLock<[(Regex, &str); 8]> = LazyLock::new(|| {
        [
            (r"\x1b\[[0-9;?]*[A-Za-z]", ""),
            (r"\b([2-9a-hjkmnp-z]{4}-){4}[2-9a-hjkmnp-z]{4}\b", "PASSWORD"),
            (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\dZ| UTC)", "MOMENT"),
            (r"(today|tomorrow|yesterday|on \d{4}-\d\d-\d\d) at \d\d:\d\d UTC", "MOMENT"),
            (r"\((in [a-z0-9 ]+|[a-z0-9 ]+ ago|just now)\)", "(SPAN)"),
            (r"\b[0-9a-f]{64}\b", "HEAD"),
            (r"\b[0-9a-f]{32}\b", "OPERATION"),
            (r"operator [\w.-]+ \(uid \d+(, sudo by [\w.-]+)?\)", "operator SOMEBODY"),
        ]
        .map(|(pattern, word)| (Regex::new(pattern).unwrap(), word))
    });
    let text = text.replace(&desk.store().display().to_string(), "/var/lib/passdesk/passdesk.db");
    OWN.iter().fold(text, |text, (pattern, word)| pattern.replace_all(&text, *word).into_owned())
}

/// A shell whose path has what a reader would have.
fn shell(desk: &Desk, command: &str) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_passdesk"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell
        .env_clear()
        .env("PATH", path)
        .env("HOME", desk.home.path())
        .env("PASSDESK_STORE", desk.store())
        .env("TZ", "UTC");
    shell.env("NO_COLOR", "1").args(["-c", command]).current_dir(desk.home.path()).stdin(Stdio::null());
    shell
}

fn runs_as_shown(desk: &Desk, shown: &Shown) {
    let run = shell(desk, &format!("exec 2>&1\n{}", shown.command)).output().unwrap();
    let printed = String::from_utf8(run.stdout).unwrap();
    let expected: String = shown.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    assert_eq!(settled(&printed, desk), settled(&expected, desk), "$ {}", shown.command);
}

/// Runs a command on a terminal, with the answers that the page shows. `current` is the password of alice.
fn runs_on_a_terminal(desk: &Desk, shown: &Shown, current: &mut String) {
    let mut pty = Pty::start(&shell(desk, &shown.command));
    let new = if current.as_str() == OTHER { ADA } else { OTHER };
    for line in &shown.lines {
        match line.as_str() {
            "Password of alice:" => pty.answer(line, current),
            "New password:" | "New password again:" => pty.answer(line, new),
            question if question.ends_with("[y/N] y") => {
                pty.until("[y/N] ");
                pty.send("y\r");
            }
            shell if shell.contains("'exit' ends") => {
                pty.until(shell);
                pty.send("exit\r");
            }
            _ => {}
        }
    }
    let transcript = pty.end().exits(0).transcript;
    let mut rest = settled(&transcript, desk);
    for line in shown.lines.iter().filter(|line| !line.is_empty()) {
        let line = settled(line, desk);
        let Some(at) = rest.find(&line) else { panic!("$ {}: {line:?} is not next in {rest:?}", shown.command) };
        rest = rest.split_off(at + line.len());
    }
    if shown.lines.iter().any(|line| line.starts_with("New password")) {
        new.clone_into(current);
    }
    if let Some(temporary) = crate::common::temporary_in(&transcript) {
        *current = temporary;
    }
}

#[test]
fn every_command_shows_what_stands_below_it() {
    let desk = Desk::empty();
    let mut alices = String::new();
    for block in blocks() {
        match block.kind.as_str() {
            "console" => block.commands().iter().for_each(|shown| runs_as_shown(&desk, shown)),
            "terminal" => {
                for shown in block.commands() {
                    runs_on_a_terminal(&desk, &shown, &mut alices);
                }
            }
            // A script gets the name that its second line gives it.
            "sh" if block.lines[0] == "#!/bin/sh" => {
                let name = block.lines[1].split_whitespace().nth(1).unwrap();
                fs::write(desk.home.path().join(name), block.lines.join("\n") + "\n").unwrap();
            }
            _ => {}
        }
    }
}

#[test]
#[ignore = "takes long"]
fn the_runbook_goes_on_where_the_store_was_busy_and_says_what_it_did() {
    let desk = Desk::with_alice();
    for name in ["bob", "carol"] {
        desk.run(&["users", "add", name, "-q"]).succeeds();
    }
    let script =
        blocks().into_iter().find(|block| block.lines.get(1).is_some_and(|line| line.contains("reset-list.sh")));
    fs::write(desk.home.path().join("reset-list.sh"), script.unwrap().lines.join("\n") + "\n").unwrap();
    let runs = |list: &str, out: &str| {
        fs::write(desk.home.path().join("list"), list).unwrap();
        let run = shell(&desk, &format!("sh reset-list.sh list {out}")).output().unwrap();
        let rows = fs::read_to_string(desk.home.path().join(out)).map_or(0, |text| text.lines().count());
        (run.status.code().unwrap(), String::from_utf8(run.stdout).unwrap(), rows)
    };
    // The first two accounts wait for five seconds each.
    let writer = rusqlite::Connection::open(desk.store()).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (code, said, rows) = thread::scope(|scope| {
        let run = scope.spawn(|| runs("alice\nbob\ncarol\n", "busy"));
        thread::sleep(Duration::from_secs(12));
        writer.execute_batch("ROLLBACK").unwrap();
        run.join().unwrap()
    });
    assert_eq!((code, rows), (0, 4), "{said}");
    assert!(said.starts_with("all reset"), "{said}");
    assert_eq!(
        runs("alice\n", "busy"),
        (12, "nothing was reset: busy exists already, or cannot be written\n".into(), 4)
    );
    assert_eq!(runs("alice\nnobody\n", "some").0, 11);
    assert_eq!(runs("\n\n", "none"), (0, "nobody to reset: list names no account\n".into(), 0));
    assert_eq!(runs("nobody\n", "unknown"), (3, "nothing was reset (exit 3)\n".into(), 0));
}

#[test]
fn every_command_in_the_text_is_among_those_that_are_run() {
    let commands = blocks().iter().flat_map(Block::commands).map(|shown| shown.command).collect::<Vec<_>>();
    let run = commands.join("\n");
    let scripts: String = blocks().iter().flat_map(|block| block.lines.clone()).collect::<Vec<_>>().join("\n");
    let named = Regex::new("`(passdesk [a-z][^`]*)`").unwrap();
    let text: String = PAGES.iter().map(|(_, text)| *text).collect();
    for (_, [command]) in named.captures_iter(&text).map(|found| found.extract()) {
        let fixed: Vec<&str> =
            command.split(' ').take_while(|word| !word.starts_with(char::is_uppercase) && *word != "…").collect();
        let fixed = fixed.join(" ");
        assert!(run.contains(&fixed) || scripts.contains(&fixed), "{command}");
    }
}

#[test]
fn the_two_commands_of_the_first_screen_are_those_that_are_checked() {
    let setup: Vec<_> =
        blocks_of(page("README.md")).into_iter().filter(|block| block.kind == "sh" && block.lines.len() == 1).collect();
    let commands: Vec<_> = setup.iter().map(|block| block.lines[0].as_str()).collect();
    assert_eq!(commands, ["cargo run -- demo", "cargo test"]);
    let checked = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/run")).unwrap();
    for command in commands {
        assert!(checked.lines().any(|line| line == command), "{command}");
    }
}

#[test]
fn each_key_of_a_detail_and_each_code_of_a_refusal_is_documented() {
    use passdesk::domain::audit::{DetailKey, Reason};
    let names = DetailKey::ALL.map(DetailKey::name).into_iter().chain(Reason::ALL.map(Reason::code));
    for name in names {
        assert!(page("record.md").contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn every_exit_code_of_the_program_is_in_the_table() {
    use passdesk::failure::Kind;
    for kind in Kind::ALL {
        let row = format!("| {} | `{}` |", kind.exit_code(), kind.code());
        assert!(page("scripts.md").contains(&row), "{row}");
    }
}

#[test]
#[ignore = "needs shellcheck"]
fn the_scripts_are_good_shell() {
    for block in blocks().iter().filter(|block| block.kind == "sh") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script.sh");
        fs::write(&path, block.lines.join("\n") + "\n").unwrap();
        let checked = Command::new("shellcheck").args(["--shell=sh"]).arg(&path).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    }
}

#[test]
fn the_readme_is_read_in_one_sitting() {
    assert!(page("README.md").lines().count() <= 160);
}

#[test]
fn every_page_is_among_those_that_are_run() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.strip_suffix(".md").is_none() || PAGES.iter().any(|(page, _)| *page == name), "{name}");
    }
}

#[test]
fn every_test_that_the_standards_name_is_there() {
    let row = Regex::new(r"^\| [0-9][^|]*\|[^|]*\|[^|]*\| ([^|]*) \|$").unwrap();
    let test = Regex::new(r"^`([\w/]+\.rs)::(\w+)`$").unwrap();
    let rows = page("standards.md").lines().filter(|line| line.starts_with("| ") && !line.starts_with("| § "));
    let mut seen = 0;
    for line in rows {
        let shown = &row.captures(line).unwrap_or_else(|| panic!("not a row: {line}"))[1];
        for name in shown.split(", ").filter(|name| ![NO_TEST, "`.ci/package`"].contains(name)) {
            let (file, law) =
                test.captures(name).map(|found| found.extract().1).map(|[file, law]| (file, law)).unwrap();
            let folder = if file.contains('/') { "" } else { "tests/all/" };
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(file);
            let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            // Laws for every engine, and those that need a display, stand in the list of a macro.
            let lists = fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default() + &source;
            let is_test = Regex::new(&format!(r"#\[test\]\n(?:\s*(?:#\[|//).*\n)*\s*fn {law}\b")).unwrap();
            let is_listed = Regex::new(&format!(r"(?m)^\s*{law},?$")).unwrap();
            let is_there = source.contains(&format!("fn {law}"));
            assert!(is_there && (is_test.is_match(&source) || is_listed.is_match(&lists)), "{name}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

/// The anchor of a heading: small letters, hyphens for spaces, no other sign.
fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .collect::<String>()
        .replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r##"(?:\]\(|\bsrc(?:set)?=")([^)"#:]*)(?:#([^)"]*))?[)"]"##).unwrap();
    for (name, text) in PAGES {
        let folder = if ["README.md", "SECURITY.md"].contains(&name) { "" } else { "docs/" };
        for found in link.captures_iter(text) {
            let (file, heading) = (&found[1], found.get(2).map(|heading| heading.as_str()));
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(if file.is_empty() { name } else { file });
            assert!(path.exists(), "{name}: {file}");
            if let Some(heading) = heading {
                let target = fs::read_to_string(&path).unwrap();
                let mut headings = target
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .map(|line| anchor(line.trim_start_matches('#').trim()));
                assert!(headings.any(|there| there == heading), "{name}: {file}#{heading}");
            }
        }
    }
}
