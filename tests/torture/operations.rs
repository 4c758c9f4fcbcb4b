//! The commands that are attacked, and the law of each: what it leaves is all old or all new.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use passdesk::failure::Kind;
use serde_json::Value;

use crate::common::crowd::{BATCH, crowd, rows};
use crate::common::record::{tamper, write_record};
use crate::common::{Desk, GOOD, OTHER, Run, contents};
use crate::scene::{Account, Base, Picture, Place, Scene, shown_on};
use crate::search::Search;
use crate::trials::{Trials, UNKNOWN};

/// A command to attack.
pub struct Operation<'a> {
    pub name: &'static str,
    pub args: &'static [&'static str],
    pub input: String,
    pub base: Base<'a>,
    before: Picture,
    /// Looks at what a run left.
    judge: fn(&Left) -> Done,
}

/// How far a deed has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing has changed.
    Nothing,
    /// The first of its transactions is done, and the next run does the rest.
    Part,
    Everything,
}

impl From<bool> for Done {
    fn from(done: bool) -> Self {
        if done { Self::Everything } else { Self::Nothing }
    }
}

/// What a run has left.
pub struct Left<'a> {
    pub scene: &'a Scene<'a>,
    pub run: &'a Run,
    pub before: &'a Picture,
    pub after: Picture,
}

impl<'a> Operation<'a> {
    fn new(place: &'a Place, (name, args, input, desk, judge): &Line) -> Self {
        let base = Base::new(place, desk());
        let before = base.scene().picture();
        let input = input.iter().flat_map(|line| [line, "\n"]).collect();
        Self { name, args, input, base, before, judge: *judge }
    }

    /// Whatever happened to this run: what it left is all old or all new, and its exit code tells which.
    pub fn judge(&self, scene: &Scene, run: &Run) -> Done {
        // A look at the store puts its log in order.
        keeps_secrets(scene, run, self.args.contains(&"--output"));
        let left = Left { scene, run, before: &self.before, after: scene.picture() };
        let done = (self.judge)(&left);
        if done == Done::Nothing {
            assert_eq!(left.after.accounts, left.before.accounts, "an account has changed, and the deed is not done");
            assert_eq!(left.after.rest, left.before.rest, "something has changed, and the deed is not done");
        }
        match run.code {
            0 => assert_eq!(done, Done::Everything, "exit code 0: {}", run.stderr),
            // A part of several is done.
            11 => assert_eq!(done, Done::Part, "exit code 11: {}", run.stderr),
            // A program that a signal has ended says nothing.
            UNKNOWN | 128.. => {}
            // The list is what the command is asked for. Whoever fails to get it is told nothing of the schema.
            1 if self.name == "migration" && run.stdout.is_empty() => {}
            // It cannot be kept, and cannot be ended either.
            1 if self.name == "sign-in" && run.stderr.contains("The new sign-in could not be ended.") => {}
            // It is not sure to be on the disk, and cannot be removed.
            1 if self.name == "backup" && run.stderr.contains("copy.db could not be removed, and stays") => {}
            code => assert_eq!(done, Done::Nothing, "exit code {code}: {}", run.stderr),
        }
        scene.run_by_operator(&["store", "check"]).succeeds();
        done
    }

    /// A script can read what a run says that was asked for JSON: the failure is one object on the last line of standard
    /// error, and the result is one object or nothing. A killed program says nothing.
    pub fn is_readable(&self, run: &Run) {
        if !self.args.contains(&"json") || run.code >= 128 {
            return;
        }
        let Run { code, stdout, stderr } = run;
        let is_object = |text: &str| serde_json::from_str(text).is_ok_and(|value: Value| value.is_object());
        assert!(is_object(stdout) || *code != 0 && stdout.is_empty(), "exit code {code} with {stdout:?}: {stderr}");
        if *code != 0 {
            let failures: Vec<Value> = stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            assert_eq!(failures.len(), 1, "exit code {code} with {stderr:?}");
            let is_last = stderr.ends_with('\n') && stderr.lines().last().is_some_and(is_object);
            let named = Kind::try_from(u8::try_from(*code).unwrap()).map(Kind::code);
            assert!(is_last && failures[0]["error"]["code"].as_str() == named.ok(), "exit code {code} with {stderr:?}");
        }
    }

    /// The next run does what a killed one has not done.
    pub fn goes_on(&self, scene: &Scene) {
        let now = scene.picture();
        if now.accounts != self.before.accounts {
            return self.does_the_rest(scene, &now);
        }
        // A look at a server is recorded as a backup. To see which password is in force, alice has signed in.
        let of_looks = if ["backup", "sign-in"].contains(&self.name) { &[][..] } else { &["backup", "sign-in"] };
        let is_deed = |event: &&(String, String, String)| event.2 == "done" && !of_looks.contains(&event.0.as_str());
        let [deeds, before] = [&now, &self.before].map(|picture| picture.events.iter().filter(is_deed).count());
        if deeds != before || now.schema != self.before.schema {
            return;
        }
        // passdesk writes over nothing.
        for name in ["out", "old", "copy.db"] {
            let _ = fs::remove_file(scene.desk.home.path().join(name));
        }
        let run = scene.run_with(&self.input, self.args);
        assert_eq!(self.judge(scene, &run), Done::Everything);
    }

    /// What is done in several transactions, and into a file, is resumed.
    fn does_the_rest(&self, scene: &Scene, now: &Picture) {
        let args = match self.name {
            "import" => &AFTER_IMPORT[..],
            "bulk-file" | "batches" => self.args,
            _ => return,
        };
        let old = |name: &String| self.before.accounts.get(name).and_then(|account| account.hash.as_ref());
        let is_begun = now.accounts.iter().any(|(name, account)| account.hash.as_ref() != old(name));
        let way = if is_begun { "--resume" } else { "--output" };
        if !is_begun {
            // No row is in force. Such a file is not resumed.
            let _ = fs::remove_file(scene.desk.home.path().join("out"));
        }
        let args: Vec<_> = args.iter().map(|arg| if *arg == "--output" { way } else { arg }).collect();
        let run = scene.run(&args).succeeds();
        assert_eq!(self.judge(scene, &run), Done::Everything, "not all is done after {way}");
    }

    /// How long it takes.
    pub fn takes(&self) -> Duration {
        let scene = self.base.scene();
        let start = Instant::now();
        let run = scene.run_with(&self.input, self.args);
        let takes = start.elapsed();
        assert_eq!(self.judge(&scene, &run), Done::Everything);
        takes
    }
}

/// A command: its name, its arguments, the lines of its standard input, the home it is run in, and its law.
type Line = (&'static str, &'static [&'static str], &'static [&'static str], fn() -> Desk, fn(&Left) -> Done);

/// Resets several, and keeps their rows in a file.
const BULK_FILE: [&str; 9] = ["users", "reset", "--search", "u0", "--yes", "--format", "csv", "--output", "out"];
/// Resets whom an import has made, but given no password.
const AFTER_IMPORT: [&str; 9] = ["users", "reset", "--from", "list.csv", "--yes", "--format", "csv", "--output", "out"];

/// All of them, or the one that the only trial is about.
pub fn all<'a>(trials: &Trials<'a>) -> Vec<Operation<'a>> {
    on(trials.place, trials.form.only.as_deref())
}

/// The same, and a reset in two batches. Each of its runs takes seconds.
pub fn all_and_batches<'a>(trials: &Trials<'a>) -> Vec<Operation<'a>> {
    let mut all = all(trials);
    all.extend(made(trials.place, trials.form.only.as_deref(), &[("batches", &BULK_FILE, &[], two_batches, bulk)]));
    all
}

/// All but that one, in any place.
pub fn on<'a>(place: &'a Place, only: Option<&str>) -> Vec<Operation<'a>> {
    let all: [Line; 12] = [
        ("reset", &["users", "reset", "alice", "--yes", "-q"], &[], signed_in, reset),
        ("reset-file", &["users", "reset", "alice", "--yes", "-q", "--output", "out"], &[], signed_in, reset),
        ("reset-json", &["users", "reset", "alice", "--yes", "--format", "json"], &[], signed_in, reset),
        ("bulk", &["users", "reset", "--search", "u0", "--yes", "--format", "csv"], &[], many, bulk),
        ("bulk-file", &BULK_FILE, &[], many, bulk),
        ("passwd", &["me", "passwd", "--as", "alice", "--password-stdin"], &[GOOD, OTHER], signed_in, passwd),
        ("sign-in", &["me", "sign-in", "--as", "alice", "--password-stdin"], &[GOOD], known, sign_in),
        ("import", &["users", "import", "list.csv", "--temporary-passwords", "--output", "out"], &[], listed, import),
        ("archive", &["audit", "archive", "old", "--before", "2026-01-01"], &[], aged, archive),
        ("backup", &["store", "backup", "copy.db"], &[], known, backup),
        ("migration", &["users", "list", "--count"], &[], elder, migration),
        ("restore", &["store", "restore", "monday.db", "--yes"], &[], backed_up, restore),
    ];
    made(place, only, &all)
}

fn made<'a>(place: &'a Place, only: Option<&str>, lines: &[Line]) -> Vec<Operation<'a>> {
    let of_files = ["migration", "restore"];
    lines
        .iter()
        .filter(|(name, ..)| place.is_files() || !of_files.contains(name))
        .filter(|(name, ..)| only.is_none_or(|only| only.split(' ').next() == Some(name)))
        .map(|line| Operation::new(place, line))
        .collect()
}

fn known() -> Desk {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    desk
}

fn signed_in() -> Desk {
    let desk = known();
    desk.run_with(format!("{GOOD}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"]).succeeds();
    // Only the store knows of it now. Else alice would be the actor.
    fs::remove_dir_all(desk.home.path().join(".local")).unwrap();
    desk
}

fn many() -> Desk {
    let desk = Desk::settled();
    crowd(&desk, 5);
    desk
}

fn two_batches() -> Desk {
    let desk = Desk::settled();
    crowd(&desk, BATCH + 2);
    desk
}

fn listed() -> Desk {
    let desk = Desk::settled();
    fs::write(desk.home.path().join("list.csv"), "username,name\nada,Ada\nbea,Bea\ncleo,Cleo\n").unwrap();
    desk
}

fn aged() -> Desk {
    let desk = Desk::settled();
    tamper(&desk, || write_record(&desk, 20));
    desk.run(&["users", "edit", "root", "--name", "Root"]).succeeds();
    desk
}

fn elder() -> Desk {
    let desk = Desk::empty();
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/schema_1.db"), desk.store()).unwrap();
    fs::set_permissions(desk.store(), fs::Permissions::from_mode(0o600)).unwrap();
    desk
}

fn backed_up() -> Desk {
    let desk = known();
    desk.run(&["store", "backup", "monday.db"]).succeeds();
    desk.run(&["users", "add", "bob"]).succeeds();
    desk.run(&["users", "edit", "root", "--name", "Root"]).succeeds();
    desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds();
    desk.run(&["policy", "set", "sign-in-lifetime", "7h"]).succeeds();
    desk
}

/// What was handed over, on standard output or in the file.
fn handed_over(scene: &Scene, run: &Run) -> String {
    fs::read_to_string(scene.desk.home.path().join("out")).unwrap_or_else(|_| run.stdout.clone())
}

/// Fails the trial if a password is anywhere but where it was asked to go. On a server, the store is searched by `secrets`.
fn keeps_secrets(scene: &Scene, run: &Run, is_to_file: bool) {
    let typed = Search::new([GOOD, OTHER].map(str::to_owned));
    let handed = Search::new(shown_on(&handed_over(scene, run)));
    let home = scene.desk.home.path();
    let files = contents(home).into_iter().filter_map(|(path, bytes)| Some((path, bytes?)));
    let said = [("standard output", &run.stdout), ("standard error", &run.stderr)];
    let said = said.map(|(place, text)| (place.into(), text.clone().into_bytes()));
    for (place, bytes) in files.chain(said) {
        let asked = if is_to_file { home.join("out") } else { "standard output".into() };
        let found = [typed.find(&bytes), if place == asked { Vec::new() } else { handed.find(&bytes) }].concat();
        assert!(found.is_empty(), "a secret is in {}: {found:?}", place.display());
    }
}

/// How many events of the run say that this was done to no account.
fn recorded(left: &Left, action: &str) -> usize {
    left.after.done(action, "") - left.before.done(action, "")
}

/// Fails the trial unless these are the only accounts that are not as before.
fn only_changed(left: &Left, names: &[&str]) {
    for (name, account) in &left.before.accounts {
        if !names.contains(&name.as_str()) {
            assert_eq!(left.after.accounts.get(name), Some(account), "{name} has changed");
        }
    }
}

/// A temporary password is in force with all that belongs to it, and it was handed over; or nothing has changed.
fn is_reset(left: &Left, name: &str, password: Option<&str>) -> bool {
    let Some(password) = has_new(left, name, password) else { return false };
    assert!(left.after.account(name).takes(password), "{name} has another password than the one that was handed over");
    true
}

/// The same, without a look whether the password that was handed over is the one in force: a hash takes long.
fn has_new<'a>(left: &Left, name: &str, password: Option<&'a str>) -> Option<&'a str> {
    let (before, after) = (left.before.account(name), left.after.account(name));
    let resets = left.after.done("reset", name) - left.before.done("reset", name);
    if after.hash == before.hash {
        assert_eq!(after, before, "the hash is the old one");
        assert_eq!(resets, 0);
        return None;
    }
    assert!(after.must_change && after.temporary_until.is_some() && after.sign_ins == 0, "half of a reset: {after:?}");
    assert_eq!(resets, 1);
    Some(password.unwrap_or_else(|| panic!("{name} has a password that nobody was handed")))
}

fn reset(left: &Left) -> Done {
    let handed = handed_over(left.scene, left.run);
    let is_new = is_reset(left, "alice", crate::common::temporary_in(&handed).as_deref());
    only_changed(left, &["alice"]);
    if is_new {
        let password = crate::common::temporary_in(&handed).unwrap();
        left.scene.profile("alice", &password).exits(6);
    } else {
        left.scene.profile("alice", GOOD).succeeds();
    }
    is_new.into()
}

fn bulk(left: &Left) -> Done {
    let handed = handed_over(left.scene, left.run);
    // A killed run may leave part of a row.
    let whole = handed.rfind('\n').map_or("", |end| &handed[..=end]);
    let rows = rows(whole);
    let names: Vec<_> = left.before.accounts.keys().map(String::as_str).filter(|name| *name != "root").collect();
    let row = |name| rows.iter().find(|(whose, _)| whose == name).map(|(_, password)| password.as_str());
    // Of many, the first ones and the last one of each batch are enough.
    let is_looked_at = |number: usize| names.len() <= BATCH || [0, 1, BATCH - 1].contains(&(number % BATCH));
    let is_new = |number, name| {
        if is_looked_at(number) { is_reset(left, name, row(name)) } else { has_new(left, name, row(name)).is_some() }
    };
    let numbered = names.iter().copied().enumerate();
    let new: Vec<_> = numbered.filter(|(number, name)| is_new(*number, name)).map(|(_, name)| name).collect();
    only_changed(left, &names);
    if [0, 11].contains(&left.run.code) {
        // A pipe takes no row back. A row whose account is named as failed does not count.
        let has_failed = |name: &str| left.run.stderr.contains(&format!("\n  {name}: "));
        let told: BTreeSet<_> = rows.iter().map(|(name, _)| name.as_str()).filter(|name| !has_failed(name)).collect();
        assert_eq!(told, new.iter().copied().collect(), "told as done, and in force: {}", left.run.stderr);
    }
    let first = names[0];
    match row(first) {
        Some(password) if new.contains(&first) => left.scene.profile(first, password).exits(6),
        _ => left.scene.profile(first, GOOD).succeeds(),
    };
    let is_batch = new.len().is_multiple_of(BATCH) || new.len() == names.len();
    assert!(is_batch || names.len() <= BATCH, "a part of a batch: {new:?}");
    match new.len() {
        0 => Done::Nothing,
        all if all == names.len() => Done::Everything,
        _ => Done::Part,
    }
}

fn passwd(left: &Left) -> Done {
    let (before, after) = (left.before.account("alice"), left.after.account("alice"));
    only_changed(left, &["alice"]);
    let changes = left.after.done("change-password", "alice") - left.before.done("change-password", "alice");
    if after.hash == before.hash {
        assert_eq!(after, before);
        assert_eq!(changes, 0);
        left.scene.profile("alice", GOOD).succeeds();
        return Done::Nothing;
    }
    assert!(!after.must_change && after.temporary_until.is_none() && after.sign_ins == 0, "half a change: {after:?}");
    assert_eq!(changes, 1);
    left.scene.profile("alice", OTHER).succeeds();
    Done::Everything
}

fn sign_in(left: &Left) -> Done {
    only_changed(left, &["alice"]);
    let new = left.after.account("alice").sign_ins - left.before.account("alice").sign_ins;
    assert!(new == 0 || new == 1);
    let let_in = left.after.done("sign-in", "alice") - left.before.done("sign-in", "alice");
    // What cannot be saved is ended again. The record still says that the password was right.
    let Run { code, stderr, .. } = left.run;
    // Where nothing can be written, nothing can be said.
    let is_mute = (1..128).contains(code) && stderr.is_empty();
    let is_said = *code == UNKNOWN || stderr.contains("the sign-in cannot be kept") || is_mute;
    let is_ended_again = let_in == 1 && new == 0 && is_said;
    assert!(let_in == usize::from(new == 1) || is_ended_again, "{let_in} sign-ins are recorded: {}", left.run.stderr);
    // The file may be there without a sign-in. It then lets nobody in.
    let is_signed_in = left.scene.run(&["me", "profile"]).code == 0;
    if is_signed_in {
        assert_eq!(new, 1);
    }
    if left.run.code == 0 {
        assert!(is_signed_in);
    }
    left.scene.profile("alice", GOOD).succeeds();
    (new == 1).into()
}

fn import(left: &Left) -> Done {
    let names = ["ada", "bea", "cleo"];
    let handed = handed_over(left.scene, left.run);
    let there = names.iter().filter(|name| left.after.accounts.contains_key(**name)).count();
    only_changed(left, &[]);
    assert!(there == 0 || there == names.len(), "{there} of {} accounts", names.len());
    assert_eq!(left.after.done("import", ""), usize::from(there > 0));
    let mut with_password = 0;
    for name in names.iter().filter(|_| there > 0) {
        let account = left.after.account(name);
        if account.hash.is_some() {
            with_password += 1;
            let whole = handed.rfind('\n').map_or("", |end| &handed[..=end]);
            let rows = rows(whole);
            let (_, password) = rows.iter().find(|(whose, _)| whose == name).expect("nobody was handed the password");
            left.scene.profile(name, password).exits(6);
            assert!(account.must_change && account.temporary_until.is_some());
            assert_eq!(left.after.done("reset", name), 1);
        }
    }
    match (there, with_password) {
        (0, _) => Done::Nothing,
        (all, with) if all == with => Done::Everything,
        _ => Done::Part,
    }
}

fn archive(left: &Left) -> Done {
    let (kept, file) = (left.after.events.len(), left.scene.desk.home.path().join("old"));
    let is_out = kept < left.before.events.len();
    assert_eq!(recorded(left, "archive"), usize::from(is_out), "what went out, and the event that says so");
    left.scene.run(&["audit", "verify"]).succeeds();
    if is_out {
        assert!(file.exists(), "events are in no file");
        left.scene.run(&["audit", "verify", "--archive", "old"]).succeeds();
    }
    assert_eq!(left.after.accounts, left.before.accounts);
    is_out.into()
}

fn migration(left: &Left) -> Done {
    let who = |picture: &Picture| -> Vec<_> {
        picture
            .accounts
            .iter()
            .map(|(name, account)| {
                let Account { hash, must_change, temporary_until, sign_ins, .. } = account.clone();
                (name.clone(), hash, must_change, temporary_until, sign_ins)
            })
            .collect()
    };
    assert_eq!(who(&left.after), who(left.before));
    assert!(left.after.schema == 1 || left.after.schema == 9, "{}", left.after.schema);
    (left.after.schema == 9).into()
}

fn backup(left: &Left) -> Done {
    let file = left.scene.desk.home.path().join("copy.db");
    assert_eq!(left.after.accounts, left.before.accounts);
    assert_eq!(left.after.rest, left.before.rest);
    let refused = ("backup".to_owned(), String::new(), "refused".to_owned());
    let (recorded, recalled) =
        (recorded(left, "backup"), left.after.events.iter().filter(|event| **event == refused).count());
    // It is recorded first. Where that cannot be recalled, the event stands without a copy.
    assert!(recalled <= recorded && recorded <= 1, "{recorded} backups are recorded, and {recalled} recalled");
    if !file.exists() {
        return Done::Nothing;
    }
    assert_eq!(recorded, 1, "nobody recorded the backup");
    let copy = Picture::of(&file);
    assert_eq!((&copy.accounts, &copy.rest), (&left.before.accounts, &left.before.rest));
    let last = copy.events.last().map(|(action, _, outcome)| (action.as_str(), outcome.as_str()));
    assert_eq!(last, Some(("backup", "done")), "the record of the copy does not end with the backup");
    Done::Everything
}

fn restore(left: &Left) -> Done {
    if left.after.accounts.contains_key("bob") {
        assert_eq!(recorded(left, "restore-store"), 0, "nothing is restored");
        return Done::Nothing;
    }
    let backup = Picture::of(&left.scene.desk.home.path().join("monday.db"));
    assert_eq!((&left.after.accounts, &left.after.rest), (&backup.accounts, &backup.rest));
    let restored = ("restore-store".to_owned(), String::new(), "done".to_owned());
    assert_eq!(left.after.events, [backup.events, vec![restored]].concat(), "the record is not the one of the backup");
    left.scene.profile("alice", GOOD).succeeds();
    Done::Everything
}
