//! The walls between modules: which module may name which. clippy.toml holds the rest.

use std::fs;
use std::path::{Path, PathBuf};

/// Which module must not name which words. Tests may name everything.
const WALLS: [(&str, &[&str]); 12] = [
    (
        "domain",
        &[
            "crate::store",
            "crate::handover",
            "crate::terminal",
            "crate::commands",
            "crate::cli",
            "crate::failure",
            "std::fs",
            "clap::",
        ],
    ),
    ("store", &["crate::terminal", "crate::handover", "crate::commands", "crate::cli", "crate::failure", "clap::"]),
    // An engine stores rows, and knows no rules.
    ("store/sqlite", &["Refusal", "Throttle", "authority", "events::", "Entry"]),
    ("store/postgres", &["Refusal", "Throttle", "authority::", "events::", "Entry", "crate::store::sqlite"]),
    ("store/sql", &["Refusal", "Throttle", "authority", "events::", "Entry"]),
    ("terminal", &["crate::store", "crate::commands", "crate::cli", "crate::handover"]),
    ("handover", &["crate::store", "crate::commands", "crate::cli"]),
    ("files", &["crate::store", "crate::commands", "crate::cli", "crate::handover", "crate::terminal"]),
    ("door", &["crate::store", "crate::commands", "crate::cli", "crate::handover"]),
    ("cli", &["crate::commands"]),
    (
        "commands",
        &[
            "rusqlite",
            "SqliteStores",
            "SqliteEngine",
            "tokio",
            "PostgresStores",
            "std::env",
            "SystemClock",
            "Console::open",
        ],
    ),
    ("failure", &["crate::commands", "crate::handover", "crate::terminal"]),
];

fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name() != "tests").flat_map(|entry| sources(&entry.path())).collect()
}

#[test]
fn no_room_names_what_is_behind_a_wall() {
    for (room, forbidden) in WALLS {
        let files = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room));
        assert!(!files.is_empty(), "{room} is gone");
        for file in files {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let own = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for name in forbidden {
                assert!(!own.contains(name), "{} names {name}", file.display());
            }
        }
    }
}

#[test]
fn only_the_room_of_an_engine_names_its_library() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert!(sources(&src).len() > 20, "the house is gone");
    for (room, library) in [("store/sqlite", "rusqlite"), ("store/postgres", "tokio")] {
        for file in sources(&src).into_iter().filter(|file| !file.starts_with(src.join(room))) {
            let text = fs::read_to_string(&file).unwrap_or_default();
            assert!(!text.contains(library), "{}", file.display());
        }
    }
}

#[test]
fn only_what_reads_keys_and_what_seals_name_age() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = ["public_key.rs", "sealing.rs"].map(|file| src.join("domain").join(file));
    for file in sources(&src) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let is_part_of_a_word = |at: usize| text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let names = text.match_indices("age::").any(|(at, _)| !is_part_of_a_word(at));
        assert!(rooms.contains(&file) || !names, "{}", file.display());
    }
}

#[test]
fn only_the_door_takes_a_typed_password_out_of_its_type() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in sources(&src) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        assert!(file.starts_with(src.join("door")) || !text.contains(".handed_on("), "{}", file.display());
    }
}

#[test]
fn only_the_handing_over_and_the_demonstration_take_secrets_to_somebody() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in sources(&src) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let may = file.starts_with(src.join("handover")) || file == src.join("commands/demo.rs");
        let takes = |line: &str| line.starts_with("impl") && line.contains(" Courier<") && line.contains(" for ");
        assert!(may || !text.lines().any(takes), "{}", file.display());
    }
}

#[test]
fn only_what_was_made_is_removed_and_nothing_is_named_by_a_process_number() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // A saved sign-in is deleted by its name, which is passdesk's own.
    let rooms = ["made.rs", "sign_in_files.rs"].map(|file| src.join(file));
    for file in sources(&src) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let own = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for name in ["remove_file(", "remove_dir(", "remove_dir_all("] {
            assert!(rooms.contains(&file) || !own.contains(name), "{} names {name}", file.display());
        }
        assert!(!own.contains("process::id"), "{}", file.display());
    }
}

/// Where memory is short, there is no further thread. `spawn` panics then, and a `Builder` says so. The processes of the
/// clipboard may end: the command learns it.
#[test]
fn a_thread_that_cannot_be_started_is_no_panic() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = ["holder.rs", "reader.rs"].map(|file| src.join("terminal/clipboard").join(file));
    let tests = [src.join("store/contract"), src.join("store/postgres/tests.rs")];
    for file in sources(&src).into_iter().filter(|file| !rooms.contains(file)) {
        if tests.iter().any(|room| file.starts_with(room)) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap_or_default();
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        for name in ["thread::spawn(", "scope.spawn("] {
            assert!(!own.contains(name), "{} names {name}", file.display());
        }
    }
}

/// What proptest tries everywhere, cargo-fuzz tries where a nightly Rust is.
#[test]
fn each_property_has_a_law_and_a_target() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let laws = fs::read_to_string(home.join("src/properties/mod.rs")).unwrap();
    let law = regex::Regex::new(r"(?m)^        \w+: (\w+), \d+, \d+;$").unwrap();
    let mut laws: Vec<_> = law.captures_iter(&laws).map(|law| law[1].to_owned()).collect();
    let targets = fs::read_dir(home.join("fuzz/targets")).unwrap();
    let mut targets: Vec<_> =
        targets.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    laws.sort();
    targets.sort();
    assert!(laws.len() > 10, "{laws:?}");
    assert_eq!(laws, targets);
}
