//! What passdesk is built from: the crates that deny.toml lets in, each with its sum, and each that takes secrets with a note.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use toml::Table;

use super::docs::page;

/// What makes hashes and random numbers. All below these sees passwords, too.
const HASHES: [&str; 14] = [
    "argon2",
    "base16ct",
    "base64",
    "bcrypt",
    "blake2",
    "pbkdf2",
    "rand",
    "scrypt",
    "sha-crypt",
    "sha1",
    "sha2",
    "unicode-normalization",
    "yescrypt",
    "zeroize",
];
/// What may be typed as the README has it. A line with `--locked` is run before.
const AS_IN_THE_README: [&str; 2] = ["cargo test", "cargo run -- demo"];

static LAWS: LazyLock<Table> = LazyLock::new(|| table("deny.toml"));
static LOCK: LazyLock<Table> = LazyLock::new(|| table("Cargo.lock"));
/// What is built on Linux, tests included.
static BUILT: LazyLock<Value> = LazyLock::new(|| {
    let metadata = ["metadata", "--locked", "--all-features", "--format-version=1"];
    let linux = ["--filter-platform", "x86_64-unknown-linux-gnu"];
    let said = Command::new(env!("CARGO")).args(metadata).args(linux).current_dir(home()).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).unwrap()
});

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn table(name: &str) -> Table {
    fs::read_to_string(home().join(name)).unwrap().parse().unwrap()
}

/// A list of deny.toml. An entry is a text, or has one under `key`.
fn list<'a>(section: &str, name: &str, key: &'a str) -> impl Iterator<Item = &'static str> + use<'a> {
    let section = section.split('.').fold(&*LAWS, |table, part| table[part].as_table().unwrap());
    let entries = section[name].as_array().unwrap();
    assert!(!entries.is_empty(), "{name} is empty");
    entries.iter().map(move |entry| entry.as_str().or_else(|| entry[key].as_str()).unwrap())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The crates that are built, but for passdesk.
fn built() -> impl Iterator<Item = &'static Value> {
    let packages = BUILT["packages"].as_array().unwrap();
    assert!(packages.len() > 300, "{}", packages.len());
    packages.iter().filter(|package| !package["source"].is_null())
}

/// The names and versions in Cargo.lock, but for passdesk.
fn locked() -> impl Iterator<Item = &'static Table> {
    let packages = LOCK["package"].as_array().unwrap().iter().map(|package| package.as_table().unwrap());
    packages.filter(|package| package["name"].as_str() != Some("passdesk"))
}

/// The notes of docs/audits.md: crate, version and note. The version is empty where the crate takes no secret.
fn notes() -> Vec<(&'static str, &'static str, &'static str)> {
    let rows = page("audits.md").lines().filter_map(|line| line.strip_prefix("| `"));
    let notes = rows.map(|row| {
        let (of, note) = row.split_once("` | ").unwrap();
        let (name, version) = of.split_once(' ').unwrap_or((of, ""));
        (name, version, note.trim_end_matches('|').trim())
    });
    notes.collect()
}

/// Those that passdesk needs, from `first` on: names and versions. `leads` says of which kinds of need, as cargo names them.
fn needed(first: impl Fn(&str) -> bool, leads: &[Option<&str>]) -> BTreeSet<(&'static str, &'static str)> {
    let by_id = |list: &'static Value| -> BTreeMap<&str, &Value> {
        list.as_array().unwrap().iter().map(|entry| (text(entry, "id"), entry)).collect()
    };
    let (packages, nodes) = (by_id(&BUILT["packages"]), by_id(&BUILT["resolve"]["nodes"]));
    let needs = |id: &str| {
        let is_led_to =
            |dep: &&Value| dep["dep_kinds"].as_array().unwrap().iter().any(|of| leads.contains(&of["kind"].as_str()));
        nodes[id]["deps"].as_array().unwrap().iter().filter(is_led_to).map(|dep| text(dep, "pkg"))
    };
    let root = BUILT["resolve"]["root"].as_str().unwrap();
    let mut open: Vec<&str> = needs(root).filter(|id| first(text(packages[id], "name"))).collect();
    let mut all = BTreeSet::new();
    while let Some(id) = open.pop() {
        // A macro is no part of the program.
        let is_part = leads.len() > 1 || packages[id]["targets"][0]["kind"][0] != "proc-macro";
        if is_part && all.insert((text(packages[id], "name"), text(packages[id], "version"))) {
            open.extend(needs(id));
        }
    }
    all
}

#[test]
fn every_crate_is_of_one_registry_and_has_its_sum() {
    for package in locked() {
        let field = |key: &str| package.get(key).and_then(|value| value.as_str()).unwrap_or_default();
        let is_sum = field("checksum").len() == 64 && field("checksum").bytes().all(|byte| byte.is_ascii_hexdigit());
        let registry = field("source").strip_prefix("registry+").unwrap_or_default();
        assert!(is_sum && registry.ends_with("/crates.io-index"), "{package:?}");
    }
}

#[test]
fn no_crate_is_banned() {
    let banned: BTreeSet<_> = list("bans", "deny", "crate").collect();
    for package in built() {
        assert!(!banned.contains(text(package, "name")), "{}", package["name"]);
    }
}

#[test]
fn no_crate_has_a_feature_that_is_banned() {
    for law in LAWS["bans"]["features"].as_array().unwrap() {
        let (name, version) = law["crate"].as_str().map(|of| of.split_once(':').unwrap_or((of, ""))).unwrap();
        let banned: Vec<_> = law["deny"].as_array().unwrap().iter().map(|feature| feature.as_str().unwrap()).collect();
        let is_it = |id: &str| {
            built().any(|p| text(p, "id") == id && text(p, "name") == name && text(p, "version").starts_with(version))
        };
        let nodes = BUILT["resolve"]["nodes"].as_array().unwrap();
        let node = nodes.iter().find(|node| is_it(text(node, "id"))).unwrap_or_else(|| panic!("{name} is not built"));
        for feature in node["features"].as_array().unwrap() {
            assert!(!banned.contains(&feature.as_str().unwrap()), "{name} {feature}");
        }
    }
}

#[test]
fn every_licence_is_on_the_list() {
    let allowed: BTreeSet<_> = list("licenses", "allow", "").collect();
    let holds = |licence: &str| allowed.contains(licence.trim_matches(['(', ')', ' ']));
    for package in built() {
        let licence = text(package, "license").replace('/', " OR ");
        assert!(licence.split(" AND ").all(|part| part.split(" OR ").any(holds)), "{}: {licence}", package["name"]);
    }
}

#[test]
fn a_crate_has_two_versions_only_where_it_is_said_why() {
    let skipped: BTreeSet<_> = list("bans", "skip", "crate").collect();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, version) in needed(|_| true, &[None, Some("build")]) {
        if !skipped.contains(&*format!("{name}@{version}")) {
            versions.entry(name).or_default().push(version);
        }
    }
    for (name, versions) in versions {
        assert!(versions.len() == 1, "{name}: {versions:?}");
    }
}

#[test]
fn only_known_crates_run_code_while_passdesk_is_built() {
    let known: BTreeSet<_> = list("bans.build", "allow-build-scripts", "").collect();
    let is_script = |target: &Value| target["kind"][0] == "custom-build";
    for package in built().filter(|package| package["targets"].as_array().unwrap().iter().any(is_script)) {
        assert!(known.contains(text(package, "name")), "look at the build.rs of {}", package["name"]);
    }
}

#[test]
fn every_ban_and_every_exception_has_its_reason() {
    let bans = LAWS["bans"].as_table().unwrap();
    let entries = ["deny", "features", "skip"].map(|name| bans[name].as_array().unwrap());
    for entry in entries.into_iter().chain([LAWS["advisories"]["ignore"].as_array().unwrap()]).flatten() {
        assert!(
            entry.get("reason").is_some_and(|reason| reason.as_str().is_some_and(|why| !why.is_empty())),
            "{entry:?}"
        );
    }
}

#[test]
fn no_version_is_left_open() {
    let own = table("Cargo.toml");
    for (name, of) in ["dependencies", "dev-dependencies"].iter().flat_map(|kind| own[*kind].as_table().unwrap()) {
        let version = of.as_str().or_else(|| of.get("version")?.as_str()).unwrap_or("*");
        assert!(!version.contains('*'), "{name}");
    }
}

#[test]
fn every_script_builds_what_is_locked() {
    let builds = Regex::new(
        r"\bcargo(?: [+]\w+)? (bench|build|check|clippy|deb|deny|doc|install|metadata|run|rustc|test|tree)\b",
    )
    .unwrap();
    let scripts = fs::read_dir(home().join(".ci")).unwrap().map(|entry| entry.unwrap().path());
    let mut seen = 0;
    for path in scripts.chain(["build", "sbom"].map(|name| home().join("packaging").join(name))) {
        let script = fs::read_to_string(&path).unwrap();
        // What goes on in the next line is one line here.
        let script = script.replace("\\\n", " ");
        for line in script.lines().map(str::trim).filter(|line| !line.starts_with(['#', '"']) && builds.is_match(line))
        {
            let may = line.contains("--locked") || AS_IN_THE_README.contains(&line) || line.starts_with("echo ");
            assert!(may, "{}: {line}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn every_installation_that_a_document_names_is_of_what_is_locked() {
    let folders = [home().to_owned(), home().join("docs")].into_iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let documents =
        folders.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "md"));
    let mut seen = 0;
    for path in documents {
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| line.contains("cargo install")) {
            assert!(line.contains("cargo install --locked"), "{}: {line}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 2, "{seen}");
}

#[test]
fn every_note_is_about_the_version_that_is_locked() {
    let locked: BTreeSet<_> = locked().map(|p| (p["name"].as_str().unwrap(), p["version"].as_str().unwrap())).collect();
    for (name, version, note) in notes().into_iter().filter(|(_, version, _)| !version.is_empty()) {
        assert!(locked.contains(&(name, version)), "look at {name} again: {version} is no longer built");
        assert!(!note.is_empty(), "{name}");
    }
}

#[test]
fn every_crate_that_passdesk_names_has_a_note() {
    let own = table("Cargo.toml");
    let noted: BTreeSet<_> = notes().into_iter().map(|(name, _, _)| name).collect();
    for name in own["dependencies"].as_table().unwrap().keys() {
        assert!(noted.contains(&**name), "{name} has no note in docs/audits.md");
    }
}

#[test]
fn all_that_a_password_passes_on_its_way_to_a_hash_has_a_note() {
    let noted: BTreeSet<_> = notes().into_iter().map(|(name, version, _)| (name, version)).collect();
    let parts = needed(|name| HASHES.contains(&name), &[None]);
    assert!(HASHES.iter().all(|name| parts.iter().any(|part| part.0 == *name)));
    for part in parts {
        assert!(noted.contains(&part), "{part:?} has no note in docs/audits.md");
    }
}
