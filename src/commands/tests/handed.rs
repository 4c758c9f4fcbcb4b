//! What is left of a handover where a part of it does not come into force.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
use crate::handover::{
    Disclosure, Form, Handover, OnScreen, Osc52, Results, Standard, TemporaryDisclosure, ToFile, TokenDisclosure,
    WayOut,
};

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
        let kept = Kept {
            bytes: Vec::new(),
            room: usize::MAX,
            is_null: false,
            is_open_to_others: false,
            layout: Layout::default(),
            meanwhile: None,
        };
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

    fn file_way(&mut self, format: Format) -> Handover {
        let way = Box::new(ToFile::new(self.file()));
        self.of_several(way, format)
    }

    fn standard_way(&mut self, format: Format) -> Handover {
        let way = Box::new(Standard::open(&self.kept, false).unwrap());
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
    let mut handover = around.file_way(Format::Csv);
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
        let mut handover = around.file_way(format);
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
fn what_a_commit_that_panics_may_have_put_in_force_stays() {
    let mut around = Around::new();
    let mut handover = around.file_way(Format::Csv);
    let batch = vec![(about("a"), secret_of())];
    let panics = AssertUnwindSafe(|| {
        let _ = handover.issue_batch(&mut around.means(), batch, |_| panic!("in the middle"));
    });
    assert!(catch_unwind(panics).is_err());
    drop(handover);
    assert_eq!(around.left(), Some(HEADER.to_owned() + &rows(&["a"])));
}

#[test]
fn texts_in_a_row_have_an_empty_line_between_them() {
    let mut around = Around::new();
    let mut handover = around.file_way(Format::Text);
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
        let mut handover = around.file_way(format);
        assert!(!handover.can_be_resumed(), "nothing is in it");
        around.issue(&mut handover, &[("a", true)]);
        assert_eq!(handover.can_be_resumed(), may);
        let mut handover = around.standard_way(format);
        around.issue(&mut handover, &[("a", true)]);
        assert!(!handover.can_be_resumed());
    }
}

#[test]
fn a_list_is_ended_and_an_empty_one_is_written_only_where_it_is_wanted() {
    for (format, empty) in [(Format::Json, "[]\n"), (Format::Csv, HEADER), (Format::Jsonl, "")] {
        let mut around = Around::new();
        around.file_way(format).close_empty(&mut around.means()).unwrap();
        assert_eq!(around.left().as_deref(), Some(empty));
        let mut around = Around::new();
        around.file_way(format).close(&mut around.means()).unwrap();
        assert_eq!(around.left(), None, "nothing was handed over");
        around.standard_way(format).close(&mut around.means()).unwrap();
        assert_eq!(around.kept.bytes, b"");
        assert!(!around.person.phases.contains(&Phase::Telling));
        let mut around = Around::new();
        let mut handover = around.file_way(format);
        around.issue(&mut handover, &[("a", true)]);
        handover.close(&mut around.means()).unwrap();
        assert_eq!(around.left().unwrap().ends_with("\n]\n"), format == Format::Json);
        assert!(around.person.phases.contains(&Phase::Telling));
    }
}

#[test]
fn an_end_that_cannot_be_written_leaves_in_force_what_is() {
    let mut around = Around::new();
    let mut handover = around.standard_way(Format::Json);
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

#[test]
fn on_standard_output_nothing_is_taken_back_and_a_header_comes_once() {
    let mut around = Around::new();
    let mut handover = around.standard_way(Format::Csv);
    around.issue(&mut handover, &[("a", false)]);
    around.issue(&mut handover, &[("b", true)]);
    handover.close(&mut around.means()).unwrap();
    assert_eq!(String::from_utf8(around.kept.bytes).unwrap(), HEADER.to_owned() + &rows(&["a", "b"]));
}

#[test]
fn a_progress_bar_is_shown_where_it_does_not_stand_in_the_output() {
    for (to_file, width, is_shown) in [(true, Some(80), true), (false, Some(80), false), (false, None, true)] {
        let mut around = Around::new();
        around.kept.layout.width = width;
        let handover = if to_file { around.file_way(Format::Text) } else { around.standard_way(Format::Text) };
        handover.begin_parts(&mut around.means(), Some(("resetting", 3)));
        assert_eq!(around.person.bars.is_empty(), !is_shown);
    }
}

#[test]
fn a_text_is_laid_out_for_the_terminal_that_shows_it() {
    for (to_file, is_broken) in [(true, false), (false, true)] {
        let mut around = Around::new();
        around.kept.layout.width = Some(20);
        let mut handover = if to_file { around.file_way(Format::Text) } else { around.standard_way(Format::Text) };
        around.issue(&mut handover, &[("a", true)]);
        let text = if to_file { around.left().unwrap() } else { String::from_utf8(around.kept.bytes).unwrap() };
        assert_eq!(text.starts_with("Temporary password\n"), is_broken, "{text}");
    }
}

#[test]
fn of_an_output_that_others_can_read_a_note_is_made_unless_it_is_sealed() {
    for (is_open, sealed, is_noted) in [(true, false, true), (false, false, false), (true, true, false)] {
        let mut around = Around::new();
        around.kept.is_open_to_others = is_open;
        let way = Box::new(Standard::open(&around.kept, sealed).unwrap());
        let form = Form { sealed, ..several(Format::Csv) };
        let mut handover = Handover::begin::<TemporaryDisclosure>(way, &mut around.person, form);
        let secret = if sealed { secret_of().sealed(&recipients()).unwrap() } else { secret_of() };
        handover.issue(&mut around.means(), about("a"), secret, |_| Ok(())).unwrap();
        assert_eq!(!around.person.notes.is_empty(), is_noted);
    }
}

#[test]
fn a_file_is_removed_if_the_program_is_ended_before_anything_is_in_force() {
    let mut around = Around::new();
    let mut handover = around.file_way(Format::Csv);
    assert_eq!(around.person.doomed.len(), 1);
    around.issue(&mut handover, &[("a", true)]);
    assert_eq!(around.person.doomed.len(), 0);
}

/// Hands a single secret over, and says what is told of it: the notes, and the failure.
fn told(
    way: impl FnOnce(&Around) -> Box<dyn WayOut>,
    sealed: bool,
    format: Format,
    committed: Result<()>,
    script: Vec<Step>,
) -> (String, String) {
    let mut around = Around::new();
    (around.person.script, around.person.present) = (script.into(), true);
    let form = Form { format, quiet: false, several: false, sealed };
    let mut handover = Handover::begin::<TemporaryDisclosure>(way(&around), &mut around.person, form);
    let secret = if sealed { secret_of().sealed(&recipients()).unwrap() } else { secret_of() };
    let outcome = handover.issue(&mut around.means(), about("a"), secret, |_| committed);
    let folder = around.folder.path().display().to_string();
    let words = |text: String| text.replace(&folder, "");
    (words(around.person.notes.join("\n")), words(outcome.err().map(|failure| failure.message).unwrap_or_default()))
}

const ARRIVED: &str = "The terminal was asked to copy it. It does not say whether it did.\n\
                       Paste it where it belongs: has it arrived?";

#[test]
fn what_is_in_force_is_said_with_where_it_is() {
    let to_file = |around: &Around| Box::new(ToFile::new(around.file())) as Box<dyn WayOut>;
    let standard = |around: &Around| Box::new(Standard::open(&around.kept, false).unwrap()) as Box<dyn WayOut>;
    let osc52 = |_: &Around| Box::new(Osc52) as Box<dyn WayOut>;
    let screen = |_: &Around| Box::new(OnScreen::new(None)) as Box<dyn WayOut>;
    let text = Format::Text;
    let note = |said: &str| format!("The temporary password of a {said}.");
    assert_eq!(told(to_file, false, text, Ok(()), vec![]).0, note("is in /output, and in force"));
    assert_eq!(told(standard, false, text, Ok(()), vec![]).0, note("is in force"));
    let arrived = || vec![Step::Confirm(ARRIVED)];
    assert_eq!(told(osc52, false, text, Ok(()), arrived()).0, note("is on your terminal's clipboard, and in force"));
    let leaves = vec![Step::Key(ScreenKey::Leave)];
    assert_eq!(told(screen, false, text, Ok(()), leaves).0, note("was on the screen, and is in force"));
    let opens = "\nIt is encrypted. Its owner opens it:\n    age -d -i key.txt /output";
    assert_eq!(told(to_file, true, text, Ok(()), vec![]).0, note("is in /output, and in force") + opens);
    assert_eq!(told(to_file, true, Format::Csv, Ok(()), vec![]).0, note("is in /output, and in force"));
    assert_eq!(told(standard, true, text, Ok(()), vec![]).0, note("is in force"), "the text says how");
}

#[test]
fn what_is_not_in_force_is_said_with_what_was_done_with_it() {
    let to_file = |around: &Around| Box::new(ToFile::new(around.file())) as Box<dyn WayOut>;
    let osc52 = |_: &Around| Box::new(Osc52) as Box<dyn WayOut>;
    let is_not = "for a is NOT in force, and nothing has changed: somebody else was first";
    let (notes, failure) = told(to_file, false, Format::Text, Err(refused()), vec![]);
    assert_eq!((&*notes, failure), ("", format!("the temporary password written to /output {is_not}")));
    let (_, failure) = told(osc52, false, Format::Text, Err(refused()), vec![Step::Confirm(ARRIVED)]);
    assert_eq!(failure, format!("the temporary password copied {is_not}"));
    let (_, failure) = told(osc52, false, Format::Text, Ok(()), vec![Step::Decline(ARRIVED)]);
    assert_eq!(failure, "the terminal has not copied it; nothing has changed");
    let (_, failure) = told(to_file, false, Format::Text, Err(Failure::cancelled()), vec![]);
    let is_cancelled = "is NOT in force, and nothing has changed: cancelled";
    assert_eq!(failure, format!("the temporary password written to /output for a {is_cancelled}"));
    let lost = Failure::new(Kind::OutcomeUnknown, "the server went away");
    let (notes, failure) = told(to_file, false, Format::Text, Err(lost), vec![]);
    let may = "the temporary password written to /output for a may be in force, or not: the server went away";
    assert_eq!((&*notes, &*failure), ("", may));
}

#[test]
fn where_there_is_no_terminal_nothing_is_delivered_by_one() {
    for way in [Box::new(Osc52) as Box<dyn WayOut>, Box::new(OnScreen::new(None))] {
        let mut around = Around::new();
        let form = Form { several: false, ..several(Format::Text) };
        let mut handover = Handover::begin::<TemporaryDisclosure>(way, &mut around.person, form);
        let refused = handover.issue(&mut around.means(), about("a"), secret_of(), |_| panic!("nobody has it"));
        assert_eq!(refused.unwrap_err().kind, Kind::NotDelivered);
    }
}

#[test]
fn a_result_of_nothing_is_an_empty_list() {
    for (format, text) in [(Format::Json, "[]\n"), (Format::Csv, "target,id,username,change,outcome,operation\n")] {
        let mut around = Around::new();
        Results::begin(around.file(), format, &mut around.means()).close(&mut around.means()).unwrap();
        assert_eq!(around.left().as_deref(), Some(text));
    }
}
