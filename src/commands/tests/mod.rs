//! Commands against real SQLite, with a scripted person, a settable clock and a seeded random generator.

mod accounts;
mod copy;
mod elsewhere;
mod handed;
mod many;
mod me;
mod pam;
mod reset;
mod restore;
mod sealed;
mod tokens;
mod unknown;

use std::collections::VecDeque;
use std::fs::Metadata;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::Desk;
use crate::cli::Global;
use crate::cli::users::{Add, Many, Reset};
use crate::cli::ways::{TemporaryFlags, WayFlags};
use crate::config;
use crate::domain::account::Account;
use crate::domain::actor::Operator;
use crate::domain::clock::{Clock, Timestamp, UTC};
use crate::domain::credential::Credential;
use crate::domain::hash::{Cost, Scheme};
use crate::domain::operation::OperationId;
use crate::domain::pam::PamFacts;
use crate::domain::policy::Policy;
use crate::domain::role::Role;
use crate::domain::secret::TypedPassword;
use crate::domain::target::Target;
use crate::domain::throttle::Tries;
use crate::door::{self, Front};
use crate::failure::{Failure, Hint, Kind, Result};
use crate::files::{Files, LocalFiles};
use crate::handover::Means;
use crate::made::Made;
use crate::sign_in_files::{SignInFiles, SignIns};
use crate::store::sqlite::SqliteStores;
use crate::store::{StoreFile as _, Stores};
use crate::terminal::clipboard::Clipboard;
use crate::terminal::format::Format;
use crate::terminal::output::{Layout, Output};
use crate::terminal::screen::{ScreenKey, ScreenPage};
use crate::terminal::{Answer, Ask, Note, Phase, Pick, Progress, PromptError, Screen, Search, Signals, Terminal};
use crate::token_source::TokenSource;

const OPERATION: OperationId = OperationId([7; 16]);
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
const GOOD: &str = "brass lantern over wet slate";
const OTHER: &str = "seven herons guard the orchard";
/// The phases from the commit of what was delivered. Once it is done, nobody is told any longer that it is not in force.
const PUT_IN_FORCE: [Phase; 4] = [Phase::Committing, Phase::Between, Phase::Between, Phase::Telling];

/// A question that the person expects, and the answer.
#[derive(Debug)]
enum Step {
    Secret(&'static str, String),
    Text(&'static str, &'static str),
    Confirm(&'static str),
    Decline(&'static str),
    Leave(&'static str),
    Piped(String),
    Key(ScreenKey),
    /// Types a text, and picks this line of the matches.
    Pick(&'static str, &'static str),
}

/// A person who follows a script. A prompt out of order or a leftover step fails the test.
#[derive(Default)]
struct Person {
    script: VecDeque<Step>,
    present: bool,
    notes: Vec<String>,
    /// What was meant for the terminal itself.
    passed_on: Vec<u8>,
    /// The secret and the status of each page that was painted.
    pages: Vec<(String, String)>,
    has_left: bool,
    phases: Vec<Phase>,
    /// What each progress bar was about.
    bars: Vec<String>,
    doomed: Vec<Made>,
    /// A signal comes after this many commits.
    interrupted_after: Option<usize>,
    at_question: Option<Box<dyn FnOnce() + Send>>,
}

impl Person {
    fn next(&mut self, asked: &str) -> Step {
        self.script.pop_front().unwrap_or_else(|| panic!("nobody expected to be asked {asked:?}"))
    }

    fn is_there(&self, instead: &str) -> Answer<()> {
        if self.present { Ok(()) } else { Err(PromptError::NoTerminal { instead: instead.into() }) }
    }
}

fn typed(text: &str) -> TypedPassword {
    TypedPassword::new(Zeroizing::new(text.into()))
}

impl Ask for Person {
    fn is_interactive(&self) -> bool {
        self.present
    }

    fn ask_secret(&mut self, prompt: &str, instead: &str) -> Answer<TypedPassword> {
        self.is_there(instead)?;
        match self.next(prompt) {
            Step::Secret(expected, answer) if expected == prompt => Ok(typed(&answer)),
            Step::Leave(expected) if expected == prompt => Err(PromptError::Cancelled),
            step => panic!("asked for the secret {prompt:?} at {step:?}"),
        }
    }

    fn ask_text(&mut self, prompt: &str, offer: Option<&str>, instead: &str) -> Answer<String> {
        self.is_there(instead)?;
        match self.next(prompt) {
            Step::Text(expected, "") if expected == prompt => Ok(offer.unwrap_or_default().into()),
            Step::Text(expected, answer) if expected == prompt => Ok(answer.into()),
            step => panic!("asked for {prompt:?} at {step:?}"),
        }
    }

    fn confirm(&mut self, question: &str, instead: &str) -> Answer<()> {
        self.is_there(instead)?;
        if let Some(meanwhile) = self.at_question.take() {
            meanwhile();
        }
        match self.next(question) {
            Step::Confirm(expected) if expected == question => Ok(()),
            Step::Decline(expected) if expected == question => Err(PromptError::Cancelled),
            step => panic!("asked {question:?} at {step:?}"),
        }
    }

    fn confirm_by_typing(&mut self, question: &str, text: &str, instead: &str) -> Answer<()> {
        self.is_there(instead)?;
        match self.next(question) {
            Step::Text(expected, answer) if expected == question && answer == text => Ok(()),
            Step::Text(expected, _) if expected == question => Err(PromptError::Cancelled),
            step => panic!("asked to type {text:?} for {question:?} at {step:?}"),
        }
    }

    fn piped_secret(&mut self) -> Answer<TypedPassword> {
        match self.next("a line of standard input") {
            Step::Piped(line) => Ok(typed(&line)),
            step => panic!("read standard input at {step:?}"),
        }
    }
}

impl Pick for Person {
    fn pick(&mut self, question: &str, search: Search<'_>, instead: &str) -> Result<usize> {
        self.is_there(instead)?;
        match self.next(question) {
            Step::Pick(text, line) => {
                let found = search(text)?;
                Ok(found.iter().position(|it| it == line).unwrap_or_else(|| panic!("{line:?} is not in {found:?}")))
            }
            Step::Leave(expected) if expected == question => Err(PromptError::Cancelled.into()),
            step => panic!("asked to pick at {step:?}"),
        }
    }
}

impl Screen for Person {
    fn can_draw(&self, _: &str) -> Answer<()> {
        Ok(())
    }

    fn paint(&mut self, page: &ScreenPage) -> Answer<()> {
        self.is_there("")?;
        self.pages.push((page.secret.to_string(), page.status.clone()));
        Ok(())
    }

    fn forget_typed(&mut self) {}

    fn key(&mut self) -> Answer<ScreenKey> {
        match self.next("a key") {
            Step::Key(key) => Ok(key),
            step => panic!("waited for a key at {step:?}"),
        }
    }

    fn leave_screen(&mut self) {
        self.has_left = true;
    }

    fn pass_on(&mut self, bytes: &[u8]) -> Answer<()> {
        self.is_there("")?;
        self.passed_on.extend_from_slice(bytes);
        Ok(())
    }
}

impl Note for Person {
    fn note(&mut self, text: &str) {
        self.notes.push(text.into());
    }
}

impl Progress for Person {
    fn begin_progress(&mut self, what: &str, _: u64) {
        self.bars.push(what.into());
    }

    fn advance(&mut self, _: u64) {}

    fn end_progress(&mut self) {}
}

impl Signals for Person {
    fn enter(&mut self, phase: Phase) {
        self.phases.push(phase);
    }

    fn hint_if_cut_off(&mut self, _hint: Hint) {}

    fn interrupted(&self) -> bool {
        self.interrupted_after
            .is_some_and(|done| self.phases.iter().filter(|p| **p == Phase::Committing).count() >= done)
    }

    fn doom(&mut self, made: Made) {
        self.doomed.push(made);
    }

    fn lend(&mut self, _: &mut Command) -> io::Result<ExitStatus> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn spare(&mut self, path: &Path) {
        self.doomed.retain(|doomed| doomed.path() != path);
    }
}

/// Standard output that keeps what is written. It takes a limited number of bytes and then fails.
struct Kept {
    bytes: Vec<u8>,
    room: usize,
    is_null: bool,
    is_open_to_others: bool,
    layout: Layout,
    meanwhile: Option<Box<dyn FnOnce() + Send>>,
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile();
        }
        let taken = bytes.len().min(self.room - self.bytes.len());
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output for Kept {
    fn layout(&self) -> Layout {
        self.layout
    }

    fn is_open_to_others(&self) -> bool {
        self.is_open_to_others
    }

    fn dead_end(&self) -> Option<String> {
        self.is_null.then(|| "the null device".into())
    }
}

/// A clipboard that keeps what was copied, and how it ended.
#[derive(Default)]
struct KeptClipboard {
    text: Option<String>,
    clear_after: Option<std::time::Duration>,
    stays: bool,
    is_gone: bool,
    /// When another program copies something.
    replaced: Option<Replaced>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Replaced {
    BeforeTheCommit,
    DuringTheCommit,
}

impl Clipboard for KeptClipboard {
    fn check(&self) -> Result<()> {
        if self.is_gone { Err(Failure::new(Kind::NotDelivered, "there is no display")) } else { Ok(()) }
    }

    fn copy(&mut self, secret: &[u8], clear_after: Option<std::time::Duration>) -> Result<()> {
        self.check()?;
        self.text = Some(String::from_utf8(secret.to_vec()).unwrap());
        self.clear_after = clear_after;
        Ok(())
    }

    fn committing(&mut self) -> Result<()> {
        if self.text.is_some() && self.replaced == Some(Replaced::BeforeTheCommit) {
            return Err(Failure::new(Kind::NotDelivered, "something else has just been copied"));
        }
        Ok(())
    }

    fn committed(&mut self) -> bool {
        self.stays = self.text.is_some() && self.replaced.is_none();
        self.stays
    }

    fn clear(&mut self) -> bool {
        self.text.take().is_some()
    }
}

/// A clock that stands still until a test moves it, even while a question waits.
#[derive(Clone)]
struct SetClock(Arc<Mutex<Timestamp>>);

impl SetClock {
    fn pass(&self, hours: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_hours(hours);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A desk with a store on a disk. Everything else on it is made for tests.
struct Site {
    folder: TempDir,
    stores: SqliteStores,
    sign_ins: SignInFiles,
    clock: SetClock,
    rng: StdRng,
    policy: Policy,
    /// The token of the next command.
    token: TokenSource,
    clipboard: KeptClipboard,
}

/// What one command left behind.
struct Ran {
    outcome: Result<()>,
    stdout: String,
    notes: String,
    phases: Vec<Phase>,
    passed_on: String,
    pages: Vec<(String, String)>,
    has_left: bool,
}

impl Ran {
    #[track_caller]
    fn succeeds(self) -> Self {
        if let Err(failure) = &self.outcome {
            panic!("{failure:?}");
        }
        self
    }

    #[track_caller]
    fn fails(self, kind: Kind) -> String {
        match self.outcome {
            Err(failure) if failure.kind == kind => failure.message,
            outcome => panic!("expected {kind:?}, not {outcome:?}"),
        }
    }

    fn password(&self) -> String {
        self.stdout.trim_end().to_owned()
    }
}

/// How one command is called.
#[derive(Default)]
struct Call {
    global: Global,
    script: Vec<Step>,
    absent: bool,
    room: Option<usize>,
    null: bool,
    interrupted_after: Option<usize>,
    /// What another person does while the result is written.
    meanwhile: Option<Box<dyn FnOnce() + Send>>,
    /// What another person does while a question waits.
    at_question: Option<Box<dyn FnOnce() + Send>>,
    /// What PAM says, if PAM asks.
    pam: Option<PamFacts>,
}

fn as_user(username: &str, script: Vec<Step>) -> Call {
    Call { global: Global { as_username: Some(username.into()), ..Global::default() }, script, ..Call::default() }
}

fn format(format: Format) -> Call {
    Call { global: Global { format, ..Global::default() }, ..Call::default() }
}

impl Site {
    /// A store with a global-admin `root`.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = SetClock(Arc::new(Mutex::new("2026-11-22T08:00:00Z".parse().unwrap())));
        let mut site = Self {
            stores: SqliteStores::at(&folder.path().join("store.db"), clock.clone(), OPERATION).unwrap(),
            sign_ins: SignInFiles::in_folder(Some(folder.path().join("state")), None),
            folder,
            clock,
            rng: StdRng::seed_from_u64(1),
            policy: Policy { cost: CHEAP, schemes: vec![Scheme::own(CHEAP)], ..Policy::default() },
            token: TokenSource::Nowhere,
            clipboard: KeptClipboard::default(),
        };
        let init =
            crate::cli::init::Init { admin: Some("root".into()), name: String::new(), email: None, handover: quiet() };
        site.call(Call::default(), |desk| super::init::run(desk, &init)).succeeds();
        site
    }

    fn call(&mut self, call: Call, run: impl FnOnce(&mut Desk<'_>) -> Result<()>) -> Ran {
        let mut person = Person {
            script: call.script.into(),
            present: !call.absent,
            interrupted_after: call.interrupted_after,
            at_question: call.at_question,
            ..Person::default()
        };
        let mut kept = Kept {
            bytes: Vec::new(),
            room: call.room.unwrap_or(usize::MAX),
            is_null: call.null,
            is_open_to_others: false,
            layout: Layout::default(),
            meanwhile: call.meanwhile,
        };
        let token = std::mem::replace(&mut self.token, TokenSource::Nowhere);
        let (stores, sign_ins, clipboard) = (&self.stores, &self.sign_ins, &mut self.clipboard);
        let (rng, policy, global, pam) = (&mut self.rng, self.policy.clone(), call.global, call.pam);
        let at_a_desk = |sign_ins: &dyn SignIns, files: &dyn Files, with: Means<'_>| {
            run(&mut Desk {
                stores,
                places: &|_| unreachable!("there is one store"),
                workshop: None,
                sign_ins,
                files,
                terminal: with.terminal,
                output: with.output,
                clipboard: with.clipboard,
                rng,
                zone: &UTC,
                operation: OPERATION,
                operator: Operator { uid: 0, os_user: "opal".into(), sudo_caller: None, role: None, is_guest: false },
                through_sudo: false,
                policy,
                pam,
                global,
            })
        };
        let (here, there) = (&mut person, &mut kept);
        let with_files = |work: &mut dyn FnMut(&LocalFiles<'_>)| {
            let keeps = |file: &Metadata| stores.has(file) || sign_ins.have(file);
            let claims = |path: &Path| stores.claims(path) || sign_ins.claim(path);
            work(&LocalFiles { keeps: &keeps, claims: &claims, token, through_sudo: false });
        };
        let outcome = if config::variable("PASSDESK_TEST_DOOR").is_some() {
            let front = |serve: &mut dyn FnMut(&mut dyn Terminal, &mut Front<'_>)| {
                with_files(&mut |files| serve(here, &mut Front { output: there, clipboard, files, sign_ins }));
            };
            door::through(front, |half| {
                let [mut terminal, mut output, mut clipboard] = [(); 3].map(|()| half.clone());
                let with = Means { terminal: &mut terminal, output: &mut output, clipboard: &mut clipboard };
                at_a_desk(half, half, with)
            })
        } else {
            let (mut at_a_desk, mut outcome) = (Some(at_a_desk), Ok(()));
            with_files(&mut |files| {
                let with = Means { terminal: here, output: there, clipboard };
                outcome = at_a_desk.take().unwrap()(sign_ins, files, with);
            });
            outcome
        };
        assert!(person.script.is_empty(), "never asked: {:?}", person.script);
        Ran {
            outcome,
            stdout: String::from_utf8(kept.bytes).unwrap(),
            notes: person.notes.join("\n"),
            phases: person.phases,
            pages: person.pages,
            has_left: person.has_left,
            passed_on: String::from_utf8(person.passed_on).unwrap(),
        }
    }

    /// Adds an account and returns its temporary password.
    fn add(&mut self, username: &str, roles: &[Role]) -> String {
        let add = Add {
            username: username.into(),
            name: format!("Name of {username}"),
            email: None,
            role: roles.to_vec(),
            key: None,
            handover: quiet(),
        };
        self.call(Call::default(), |desk| super::users::add::run(desk, &add)).succeeds().password()
    }

    /// Adds an account that has chosen [`GOOD`] as its password.
    fn settled(&mut self, username: &str, roles: &[Role]) {
        let temporary = self.add(username, roles);
        let mut call = as_user(username, vec![Step::Piped(temporary), Step::Piped(GOOD.into())]);
        call.global.password_stdin = true;
        self.call(call, super::me::passwd::run).succeeds();
    }

    fn account(&self, username: &str) -> Account {
        let target: Target = username.parse().unwrap();
        self.stores.open().unwrap().account(&target).unwrap().unwrap()
    }

    fn credential(&self, username: &str) -> Credential {
        let username = username.parse().unwrap();
        self.stores.open().unwrap().credential(&username).unwrap().unwrap().1.unwrap()
    }

    /// Everything about an account that a refusal must not change. Failed sign-ins are counted.
    fn state(&self, username: &str) -> (Account, String) {
        let account = Account { tries: Tries::default(), untold_failures: 0, ..self.account(username) };
        (account, self.credential(username).hash.as_str().to_owned())
    }

    fn lets_in(&self, username: &str, password: &str) -> bool {
        self.credential(username).matches(&typed(password))
    }

    fn pass(&self, hours: i64) {
        self.clock.pass(hours);
    }
}

fn quiet() -> TemporaryFlags {
    TemporaryFlags { way_out: WayFlags { quiet: true, ..WayFlags::default() }, expires_in: None }
}

fn reset(ids: &[&str]) -> Reset {
    Reset { ids: ids.iter().map(|&id| id.into()).collect(), ..Reset::default() }
}

fn many(ids: &[&str]) -> Many {
    Many { ids: ids.iter().map(|&id| id.into()).collect(), ..Many::default() }
}

fn secret(prompt: &'static str, answer: &str) -> Step {
    Step::Secret(prompt, answer.into())
}
