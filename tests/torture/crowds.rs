//! Crowds: 64 workers use one store at once, and a tenth of their commands is killed.
//!
//! Each worker has accounts of its own. A model says what they must be by now, and what the next command must answer. All
//! collide on four shared accounts and on the policy: there the record gives the order. The deeds in that order must lead
//! to what the store holds. A killed command has done its deed if the record says so, and then with all that belongs to it.

mod model;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::model::What::Add;
use self::model::{Account, What};
use self::worker::Worker;
use crate::common::{Desk, GOOD, Run};
use crate::scene::Picture;
use crate::trials::{Engine, Trials};

const WORKERS: usize = 64;
const SHARED: [&str; 4] = ["s1", "s2", "s3", "s4"];
/// An event of the record.
#[derive(Clone, Debug)]
struct Event {
    sequence: u64,
    actor: String,
    action: String,
    target: String,
    detail: Value,
}

/// A deed that was told as done. The record must have it.
struct Told {
    action: &'static str,
    target: String,
    deed: Deed,
}

/// What the order of the record is asked for.
#[derive(Clone)]
enum Deed {
    /// Of a worker's own account.
    Own,
    /// Of a shared account, with what was shown.
    Shared(What, String),
    /// How long a sign-in lives from now on.
    Policy(String),
}

/// The program, as run by a worker.
type Program = Box<dyn Fn(usize, &[&str]) -> Command + Sync>;
/// The hash of an account's password.
type Hash = Box<dyn Fn(&str) -> Option<String> + Sync>;

impl Deed {
    /// The same, with what the command has shown.
    fn shown(&self, shown: &str) -> Self {
        match self {
            Self::Shared(what, _) => Self::Shared(what.clone(), shown.to_owned()),
            other => other.clone(),
        }
    }
}

/// Where the store is.
struct Site {
    command: Program,
    hash: Hash,
    /// Waits until nothing of a worker's killed command goes on.
    settles: Box<dyn Fn(usize) + Sync>,
    /// For how long a writer waits before it is told that the store is busy.
    patience: Duration,
    home: PathBuf,
}

#[derive(Default)]
struct Tally {
    done: usize,
    refused: usize,
    busy: usize,
    killed_before: usize,
    killed_after: usize,
    events: usize,
}

struct Crowd {
    site: Site,
    seed: u64,
    times: usize,
    /// The deeds on what is shared, by the number of their events.
    shared: Mutex<BTreeMap<u64, (Event, Deed)>>,
    /// How long each command takes here.
    takes: Mutex<BTreeMap<&'static str, Duration>>,
    tally: Mutex<Tally>,
    over: AtomicBool,
}

pub fn run(trials: &Trials) -> String {
    let mut figures = String::new();
    trials.one(&"crowd", || figures = crowd(trials));
    figures
}

fn crowd(trials: &Trials) -> String {
    let times = if trials.form.long { 1_000 } else { 20 };
    let site = match trials.form.engine {
        Engine::Sqlite => in_a_file(),
        Engine::Postgres => on_a_server(),
    };
    let crowd = Crowd {
        site,
        seed: trials.form.seed,
        times,
        shared: Mutex::default(),
        takes: Mutex::default(),
        tally: Mutex::default(),
        over: AtomicBool::new(false),
    };
    let (mut shared, tokens) = crowd.begin();
    let start = Instant::now();
    let workers: Vec<_> = thread::scope(|scope| {
        let begin = |number: usize| Worker::new(&crowd, number, tokens[number].clone());
        let all: Vec<_> = (0..WORKERS).map(|number| scope.spawn(move || begin(number).works())).collect();
        all.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let takes = start.elapsed().as_secs();
    crowd.end(&mut shared, &workers);
    let Tally { done, refused, busy, killed_before, killed_after, events } = crowd.tally.into_inner().unwrap();
    let (killed, patience) = (killed_before + killed_after, crowd.site.patience);
    assert!(killed * 12 >= WORKERS * times, "only {killed} were killed");
    // Most programs that have told of their deed are quicker to end than to be killed. A few kills say nothing.
    assert!(
        killed < 1_000 || killed_after * 100 >= killed,
        "only {killed_after} of {killed} were killed after their deed"
    );
    format!(
        "{WORKERS} processes at once, {} commands in {takes} s: {done} done, {refused} refused as they must be, \
         {killed} killed, {killed_after} of these after their deed. \
         {busy} runs were told that the store is busy, after {} s or more. {events} events, each of one deed.",
        WORKERS * times,
        patience.as_secs()
    )
}

fn in_a_file() -> Site {
    let desk = Desk::settled();
    let (home, store) = (desk.home.path().to_owned(), desk.store());
    Site {
        command: Box::new(move |_, args| desk.command(args)),
        hash: Box::new(move |name| {
            let sql = "SELECT password_hash FROM credentials WHERE username = ?1";
            rusqlite::Connection::open(&store).unwrap().query_row(sql, [name], |row| row.get(0)).unwrap()
        }),
        settles: Box::new(|_| ()),
        patience: Duration::from_secs(5),
        home,
    }
}

#[cfg(feature = "postgres")]
fn on_a_server() -> Site {
    use crate::tools::home::Home;
    use crate::tools::server::Server;

    let server = std::sync::Arc::new(Server::new());
    let home = Home::with_store(&server.ground, server.url());
    let folder = home.folder.path().to_owned();
    let (url, seen, asked) = (server.url(), server.clone(), server);
    Site {
        command: Box::new(move |number, args| {
            let mut command = home.command(args);
            command.env("PASSDESK_STORE", format!("{url}?application_name=w{number:02}"));
            command
        }),
        hash: Box::new(move |name| {
            let sql = format!("SELECT password_hash FROM passdesk.credentials WHERE username = '{name}'");
            Some(seen.sql(&sql)).filter(|hash| !hash.is_empty())
        }),
        settles: Box::new(move |number| {
            let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'w{number:02}'");
            while asked.sql(&sql) != "0" {
                thread::sleep(Duration::from_millis(20));
            }
        }),
        patience: Duration::from_secs(10),
        home: folder,
    }
}

#[cfg(not(feature = "postgres"))]
fn on_a_server() -> Site {
    panic!("this program was built without the feature postgres")
}

impl Crowd {
    /// The program, run by the operator.
    fn operator(&self, number: usize, args: &[&str]) -> Command {
        let mut command = (self.site.command)(number, args);
        command.env("HOME", self.site.home.join(worker(number)));
        command
    }

    fn shown(&self, number: usize, args: &[&str]) -> String {
        Run::from(self.operator(number, args).output().unwrap()).succeeds().stdout
    }

    fn run(&self, args: &[&str]) -> String {
        self.shown(0, args)
    }

    /// Makes the shared accounts, and a token of an admin for each worker.
    fn begin(&self) -> (BTreeMap<&'static str, Account>, Vec<String>) {
        let password = self.run(&["users", "add", "chief", "--role", "global-admin", "-q"]);
        let mut passwd = self.operator(0, &["me", "passwd", "--as", "chief", "--password-stdin"]);
        started(&mut passwd, &format!("{password}{GOOD}\n")).succeeds();
        let shared = SHARED.map(|name| {
            let mut account = Account::default();
            account.apply(&Add, &self.run(&["users", "add", name, "-q"]));
            (name, account)
        });
        let token = |number: usize| {
            fs::create_dir(self.site.home.join(worker(number))).unwrap();
            let create = ["tokens", "create", &worker(number), "--expires-in", "30d", "-q"];
            let mut create = self.operator(number, &[&create[..], &["--as", "chief", "--password-stdin"]].concat());
            started(&mut create, &format!("{GOOD}\n")).succeeds().stdout.trim_end().to_owned()
        };
        (shared.into(), (0..WORKERS).map(token).collect())
    }

    /// The events after this one that were done.
    fn events_after(&self, number: usize, last: u64) -> (u64, Vec<Event>) {
        let args = ["audit", "list", "--after", &last.to_string(), "--format", "jsonl"];
        let listed = self.shown(number, &args);
        let all: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let newest = all.last().map_or(last, |event| event["sequence"].as_u64().unwrap());
        let text = |event: &Value, field: &str| event[field].as_str().unwrap().to_owned();
        let done = all.iter().filter(|event| event["outcome"] == "done").map(|event| Event {
            sequence: event["sequence"].as_u64().unwrap(),
            actor: text(event, "actor"),
            action: text(event, "action"),
            target: text(event, "target"),
            detail: event["detail"].clone(),
        });
        (newest, done.collect())
    }

    /// The account of this name and those below it, as the store has them.
    fn accounts(&self, number: usize, name: &str, store: Option<&Path>) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        for state in [&[][..], &["--state", "removed"]] {
            let mut args = [&["users", "list", "--search", name, "--format", "jsonl"], state].concat();
            args.extend(store.iter().flat_map(|store| ["--store", store.to_str().unwrap()]));
            let listed = self.shown(number, &args);
            let rows = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            all.extend(rows.map(|row| (row["username"].as_str().unwrap().to_owned(), row)));
        }
        // A worker writes its name into the accounts that all share.
        all.retain(|username, _| username.split('.').next() == Some(name));
        all
    }

    /// Nothing was lost: the deeds in the order of the record lead to what the store holds.
    fn end(&self, shared: &mut BTreeMap<&'static str, Account>, workers: &[BTreeMap<String, Account>]) {
        let mut lifetime = "8h".to_owned();
        for (event, deed) in self.shared.lock().unwrap().values() {
            match deed {
                Deed::Policy(value) => {
                    assert_eq!(event.detail["value_before"], lifetime, "a setting was lost: {event:?}");
                    lifetime.clone_from(value);
                }
                Deed::Shared(what, shown) => {
                    let account = shared.get_mut(event.target.as_str()).unwrap();
                    let before: BTreeSet<_> = account.roles.iter().copied().collect();
                    if let Some(recorded) = event.detail["roles_before"].as_array() {
                        let recorded: BTreeSet<_> = recorded.iter().filter_map(Value::as_str).collect();
                        assert_eq!(recorded, before, "a role was lost: {event:?}");
                    }
                    let (_, actions) = account.answer(what);
                    assert_eq!(actions, [event.action.as_str()], "{account:?} cannot have come to {event:?}");
                    account.apply(what, shown);
                }
                Deed::Own => {}
            }
        }
        let policy = self.run(&["policy", "show", "--format", "jsonl"]);
        let setting = policy.lines().find(|line| line.contains("\"sign-in-lifetime\"")).unwrap();
        assert_eq!(serde_json::from_str::<Value>(setting).unwrap()["value"], lifetime);
        for (name, account) in shared.iter() {
            account.is_as(name, &self.accounts(0, name, None)[*name], (self.site.hash)(name).as_deref());
        }
        self.run(&["audit", "verify"]);
        self.run(&["store", "check"]);
        let copy = self.site.home.join("copy.db");
        self.run(&["store", "copy", "--to", copy.to_str().unwrap()]);
        let picture = Picture::of(&copy);
        let models = workers.iter().flatten().map(|(name, account)| (name.as_str(), account));
        let models: BTreeMap<_, _> = models.chain(shared.iter().map(|(name, account)| (*name, account))).collect();
        for (name, account) in &models {
            let sign_ins = usize::try_from(picture.account(name).sign_ins).unwrap();
            assert_eq!(sign_ins, account.sign_ins, "{name} has {sign_ins} sign-ins: {account:?}");
        }
        // The others are root and chief.
        assert_eq!(picture.accounts.len(), models.len() + 2, "accounts that nobody made");
    }
}

/// The name of a worker, and of its first account.
fn worker(number: usize) -> String {
    format!("w{number:02}")
}

/// Runs a command with this input.
fn started(command: &mut Command, input: &str) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap().into()
}
