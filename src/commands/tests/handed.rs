//! What is left of a handover where a part of it does not come into force.

use std::fs;

use super::*;
use crate::domain::account::State;
use crate::domain::delivery::Undelivered;
use crate::domain::delivery::made_up::undelivered;
use crate::domain::hash::StoredHash;
use crate::domain::public_key::made_up::AGE;
use crate::domain::role::Roles;
use crate::domain::sealing::Recipients;
use crate::domain::sign_in::SignInDigest;
use crate::files::OutputFile;
use crate::handover::{Disclosure, Form, Handover, Standard, TemporaryDisclosure, ToFile, TokenDisclosure, WayOut};

const HEADER: &str = "username,temporary_password,expires_at,operation\n";

/// A desk without a store.
struct Around {
    folder: TempDir,
    person: Person,
    kept: Kept,
    clipboard: KeptClipboard,
}

impl Around {
    fn new() -> Self {
        let kept = Kept { bytes: Vec::new(), room: usize::MAX, is_null: false, meanwhile: None };
        let (person, clipboard) = (Person::default(), KeptClipboard::default());
        Self { folder: tempfile::tempdir().unwrap(), person, kept, clipboard }
    }

    fn means(&mut self) -> Means<'_> {
        Means { terminal: &mut self.person, output: &mut self.kept, clipboard: &mut self.clipboard }
    }

    fn file(&self) -> Box<dyn OutputFile> {
        let token = TokenSource::Nowhere;
        let files = LocalFiles { keeps: &|_| false, claims: &|_| false, token, through_sudo: false };
        files.create(&self.folder.path().join("output")).unwrap()
    }

    fn filed(&mut self, format: Format) -> Handover {
        let way = Box::new(ToFile::new(self.file()));
        self.of_several(way, format)
    }

    fn of_several(&mut self, way: Box<dyn WayOut>, format: Format) -> Handover {
        Handover::begin::<TemporaryDisclosure>(way, &mut self.person, several(format))
    }

    /// What is in the file, if there is one.
    fn left(&self) -> Option<String> {
        fs::read_to_string(self.folder.path().join("output")).ok()
    }

    /// Hands over a batch of which only these come into force.
    fn issue(&mut self, handover: &mut Handover, batch: &[(&str, bool)]) {
        let outcomes = batch.iter().map(|(_, comes)| if *comes { Ok(()) } else { Err(refused()) }).collect();
        let batch = batch.iter().map(|(username, _)| (about(username), secret_of())).collect();
        handover.issue_batch(&mut self.means(), batch, |_| Ok(outcomes)).unwrap();
    }
}

fn several(format: Format) -> Form {
    Form { format, quiet: false, several: true, sealed: false }
}

fn about(username: &str) -> TemporaryDisclosure {
    TemporaryDisclosure {
        username: username.parse().unwrap(),
        display_name: "".parse().unwrap(),
        state: State::MustChange,
        now: Timestamp::UNIX_EPOCH,
        until: Timestamp::UNIX_EPOCH,
        zone: &UTC,
        operation: OPERATION,
    }
}

fn about_token() -> TokenDisclosure {
    let TemporaryDisclosure { username, display_name, now, until, zone, .. } = about("a");
    TokenDisclosure { username, display_name, label: "nightly".parse().unwrap(), roles: Roles::NONE, now, until, zone }
}

fn secret_hash() -> StoredHash {
    StoredHash::from_store("$argon2id$".into())
}

fn secret_of() -> Undelivered<StoredHash> {
    undelivered(secret_hash())
}

fn recipients() -> Recipients {
    Recipients::of(&[AGE[0].parse().unwrap()]).unwrap()
}

fn refused() -> Failure {
    Failure::new(Kind::Conflict, "somebody else was first")
}

fn rows(usernames: &[&str]) -> String {
    let row = |username: &&str| format!("{username},,1970-01-01T00:00:00Z,{OPERATION}\n");
    usernames.iter().map(row).collect()
}

#[test]
fn a_file_has_the_rows_that_came_into_force_and_no_others() {
    let mut around = Around::new();
    let mut handover = around.filed(Format::Csv);
    around.issue(&mut handover, &[("a", true), ("b", false), ("c", true)]);
    around.issue(&mut handover, &[("d", false), ("e", true)]);
    around.issue(&mut handover, &[("f", false), ("g", false)]);
    around.issue(&mut handover, &[("h", true)]);
    assert_eq!(handover.file(), Some(&*around.folder.path().join("output")));
    handover.close(&mut around.means()).unwrap();
    assert_eq!(around.left(), Some(HEADER.to_owned() + &rows(&["a", "c", "e", "h"])));
}

#[test]
fn a_batch_of_which_nothing_came_into_force_is_taken_back_and_the_next_one_begins_in_its_place() {
    for (format, whole) in [
        (Format::Csv, HEADER.to_owned() + &rows(&["b"])),
        (Format::Json, "[\n".into()),
        (Format::Text, "Temporary password for b,".into()),
    ] {
        let mut around = Around::new();
        let mut handover = around.filed(format);
        around.issue(&mut handover, &[("a", false)]);
        assert_eq!(around.left().as_deref(), Some(""));
        around.issue(&mut handover, &[("b", true)]);
        handover.close(&mut around.means()).unwrap();
        let left = around.left().unwrap();
        assert!(left.starts_with(&whole) && !left.contains("for a"), "{left}");
        if format == Format::Json {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&left).unwrap().as_array().map(Vec::len), Some(1));
        }
    }
}

#[test]
fn a_batch_that_cannot_be_delivered_leaves_the_one_before_as_it_is() {
    let mut around = Around::new();
    let way = Box::new(ToFile::new(around.file()));
    let form = Form { sealed: true, ..several(Format::Csv) };
    let mut handover = Handover::begin::<TemporaryDisclosure>(way, &mut around.person, form);
    let one = vec![(about("a"), secret_of().sealed(&recipients()).unwrap())];
    handover.issue_batch(&mut around.means(), one, |_| Ok(vec![Ok(())])).unwrap();
    let before = around.left().unwrap();
    assert!(before.contains("a,"));
    let unsealed = vec![(about("b"), secret_of())];
    let refused = handover.issue_batch(&mut around.means(), unsealed, |_| panic!("nobody has it"));
    assert_eq!(refused.map(drop).unwrap_err().kind, Kind::NotDelivered);
    handover.close(&mut around.means()).unwrap();
    assert_eq!(around.left(), Some(before));
}

#[test]
fn texts_in_a_row_have_an_empty_line_between_them() {
    let mut around = Around::new();
    let mut handover = around.filed(Format::Text);
    around.issue(&mut handover, &[("a", true), ("b", true)]);
    around.issue(&mut handover, &[("c", true)]);
    handover.close(&mut around.means()).unwrap();
    let left = around.left().unwrap();
    let before: Vec<_> = left.split("Temporary password for").map(|text| text.ends_with("\n\n")).collect();
    assert_eq!((before, left.starts_with("Temp")), (vec![false, true, true, false], true));
}

#[test]
fn a_run_can_be_resumed_once_its_file_stays_and_if_its_rows_are_lines() {
    for (format, may) in [(Format::Csv, true), (Format::Jsonl, true), (Format::Json, false), (Format::Text, false)] {
        let mut around = Around::new();
        let mut handover = around.filed(format);
        assert!(!handover.can_be_resumed(), "nothing is in it");
        around.issue(&mut handover, &[("a", true)]);
        assert_eq!(handover.can_be_resumed(), may);
        let standard = Box::new(Standard::open(&around.kept, false).unwrap());
        let mut handover = around.of_several(standard, format);
        around.issue(&mut handover, &[("a", true)]);
        assert!(!handover.can_be_resumed());
    }
}

#[test]
fn a_list_is_ended_and_an_empty_one_is_written_only_where_it_is_wanted() {
    for (format, empty) in [(Format::Json, "[]\n"), (Format::Csv, HEADER), (Format::Jsonl, "")] {
        let mut around = Around::new();
        around.filed(format).close_empty(&mut around.means()).unwrap();
        assert_eq!(around.left().as_deref(), Some(empty));
        let mut around = Around::new();
        around.filed(format).close(&mut around.means()).unwrap();
        assert_eq!(around.left(), None, "nothing was handed over");
        assert!(!around.person.phases.contains(&Phase::Telling));
        let mut around = Around::new();
        let mut handover = around.filed(format);
        around.issue(&mut handover, &[("a", true)]);
        handover.close(&mut around.means()).unwrap();
        assert_eq!(around.left().unwrap().ends_with("\n]\n"), format == Format::Json);
        assert!(around.person.phases.contains(&Phase::Telling));
    }
}

#[test]
fn an_end_that_cannot_be_written_leaves_in_force_what_is() {
    let mut around = Around::new();
    let standard = Box::new(Standard::open(&around.kept, false).unwrap());
    let mut handover = around.of_several(standard, Format::Json);
    around.issue(&mut handover, &[("a", true)]);
    around.kept.room = around.kept.bytes.len();
    let failure = handover.close(&mut around.means()).unwrap_err();
    assert_eq!(failure.kind, Kind::Failed);
    assert!(failure.message.starts_with("it is in force, but "), "{}", failure.message);
}

/// Whether a single secret goes out without a word.
fn goes_out_bare<D: Disclosure>(
    about: D,
    known_by: D::KnownBy,
    to_file: bool,
    [quiet, several, sealed]: [bool; 3],
) -> bool {
    let mut around = Around::new();
    let way: Box<dyn WayOut> = if to_file {
        Box::new(ToFile::new(around.file()))
    } else {
        Box::new(Standard::open(&around.kept, sealed).unwrap())
    };
    let form = Form { format: Format::Text, quiet, several, sealed };
    let mut handover = Handover::begin::<D>(way, &mut around.person, form);
    let secret = undelivered(known_by);
    let secret = if sealed { secret.sealed(&recipients()).unwrap() } else { secret };
    handover.issue(&mut around.means(), about, secret, |_| Ok(())).unwrap();
    let text = if to_file { around.left().unwrap() } else { String::from_utf8(around.kept.bytes).unwrap() };
    !text.contains("It expires")
}

#[test]
fn a_secret_goes_out_bare_if_that_was_asked_for_or_a_program_opens_its_file() {
    let password = |to_file, form| goes_out_bare(about("a"), secret_hash(), to_file, form);
    let token = |to_file, form| goes_out_bare(about_token(), SignInDigest([1; 32]), to_file, form);
    let [plain, quiet, sealed, many_sealed] =
        [[false, false, false], [true, false, false], [false, false, true], [false, true, true]];
    assert_eq!([plain, quiet, sealed, many_sealed].map(|form| password(true, form)), [false, true, true, false]);
    assert_eq!([plain, quiet, sealed].map(|form| password(false, form)), [false, true, false]);
    assert_eq!([plain, quiet, sealed].map(|form| token(true, form)), [true, true, true]);
    assert_eq!([plain, quiet, sealed].map(|form| token(false, form)), [false, true, false]);
}
