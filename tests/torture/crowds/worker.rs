//! A worker of the crowd: it draws the next deed, runs the command or kills it, and holds the answer against the model.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::Value;

use super::model::What::{
    Add, CreateToken, Disable, Edit, Enable, EndSignIns, Flag, Grant, Guess, Passwd, Purge, Remove, Reset, Restore,
    Revoke, RevokeToken, SignIn, SignOut, Unlock, UseToken, Verify,
};
use super::model::{Account, Answer, What, arguments, is_change, kind};
use super::{Crowd, Deed, Event, SHARED, Told, worker};
use crate::common::Run;
use crate::scene::Picture;
use crate::trials::{KILLED, UNKNOWN, hash};

/// After five failed tries in a row the next one would wait. A worker stays below that.
const MOST_TRIES: u32 = 3;

/// The words about an account that is so already.
const ALREADY: [&str; 4] = ["already.", "was not locked", "had no sign-in", "nothing has changed"];

/// One command, and what it must answer.
struct Attempt {
    /// What it is, for the time that it takes.
    kind: &'static str,
    command: Command,
    input: String,
    /// `None` for what is shared: done, or somebody else was first.
    answer: Option<Answer>,
    target: String,
    deed: Deed,
    may_be_killed: bool,
}

/// What came of an attempt.
enum Came {
    Done(String),
    Nothing,
}

/// Runs one command after another, each in a process of its own.
pub struct Worker<'a> {
    crowd: &'a Crowd,
    number: usize,
    name: String,
    token: String,
    random: StdRng,
    accounts: BTreeMap<String, Account>,
    /// How much it has made, so that no name comes twice.
    made: usize,
    told: Vec<Told>,
    /// How many runs of the last command have ended before they were done.
    unfinished: u32,
    /// The last event that it has looked at.
    last: u64,
}

impl<'a> Worker<'a> {
    pub fn new(crowd: &'a Crowd, number: usize, token: String) -> Self {
        // A generator for each, so that a worker's plan does not depend on the others.
        let random = StdRng::seed_from_u64(hash((crowd.seed, number)));
        let (accounts, told) = (BTreeMap::new(), Vec::new());
        Self { crowd, number, name: worker(number), token, random, accounts, made: 0, told, unfinished: 0, last: 0 }
    }

    /// Does all its deeds, and looks whether the store has what it must have.
    pub fn works(mut self) -> BTreeMap<String, Account> {
        let stop = StopsAll(&self.crowd.over);
        for time in 0..self.crowd.times {
            if self.crowd.over.load(Relaxed) {
                break;
            }
            match self.random.random_range(0..100) {
                _ if time == 0 || self.accounts.is_empty() => self.adds(),
                0..2 => self.backs_up(),
                2..5 => self.imports(),
                5..9 => self.decides(),
                9..12 => self.looks(),
                12..16 if self.accounts.len() < 6 => self.adds(),
                16..38 => self.works_on_what_is_shared(),
                _ => self.works_on_its_own(),
            }
        }
        self.looks();
        drop(stop);
        self.accounts
    }

    fn password(&mut self) -> String {
        format!("slate {:016x} lantern", self.random.random::<u64>())
    }

    fn next(&mut self) -> usize {
        self.made += 1;
        self.made
    }

    /// An admin: the operator of this machine, or a script with a token. The record tells scripts apart.
    fn admin(&mut self, alone: bool, args: &[&str]) -> Command {
        let by_token = alone || self.random.random();
        let mut command = self.crowd.operator(self.number, args);
        if by_token {
            command.env("PASSDESK_TOKEN", &self.token);
        }
        command
    }

    fn adds(&mut self) {
        let first = self.accounts.is_empty() && self.made == 0;
        let number = self.next();
        let name = if first { self.name.clone() } else { format!("{}.a{number}", self.name) };
        let command = self.admin(false, &["users", "add", &name, "-q"]);
        let answer = Some(Account::default().answer(&Add));
        let (target, deed) = (name.clone(), Deed::Own);
        let attempt = Attempt { kind: "add", command, input: String::new(), answer, target, deed, may_be_killed: true };
        if let Came::Done(shown) = self.tries(attempt) {
            let mut account = Account::default();
            account.apply(&Add, &shown);
            self.accounts.insert(name, account);
        }
    }

    fn imports(&mut self) {
        let number = self.next();
        let names: Vec<_> = (1..=3).map(|one| format!("{}.i{number}.{one}", self.name)).collect();
        let list = self.crowd.site.home.join(&self.name).join("list.csv");
        fs::write(&list, format!("username\n{}\n", names.join("\n"))).unwrap();
        let command = self.admin(true, &["users", "import", list.to_str().unwrap()]);
        if let Came::Done(_) = self.plainly("import", command, &["import"], Deed::Own) {
            let account = Account { must_change: true, ..Account::default() };
            self.accounts.extend(names.into_iter().map(|name| (name, account.clone())));
        }
    }

    fn decides(&mut self) {
        // passdesk writes whole hours in another way.
        let value = format!("{}m", self.random.random_range(4..400) * 60 + 7);
        let command = self.admin(true, &["policy", "set", "sign-in-lifetime", &value]);
        self.plainly("policy", command, &["set-policy"], Deed::Policy(value));
    }

    /// A backup has each account of this worker as it is now: nobody else changes it meanwhile.
    fn backs_up(&mut self) {
        let file = self.crowd.site.home.join(&self.name).join(format!("{}.db", self.next()));
        let command = self.admin(true, &["store", "backup", file.to_str().unwrap()]);
        if let Came::Done(_) = self.plainly("backup", command, &["backup"], Deed::Own)
            && file.exists()
        {
            let (seen, picture) = (self.crowd.accounts(self.number, &self.name, Some(&file)), Picture::of(&file));
            self.are_as(&seen, |name| picture.account(name).hash.clone());
            fs::remove_file(file).unwrap();
        }
    }

    fn plainly(&mut self, kind: &'static str, command: Command, actions: &'static [&'static str], deed: Deed) -> Came {
        let (input, target) = (String::new(), String::new());
        self.tries(Attempt { kind, command, input, answer: Some((0, actions)), target, deed, may_be_killed: true })
    }

    fn works_on_what_is_shared(&mut self) {
        let name = SHARED[self.random.random_range(0..SHARED.len())];
        let what = self.change(true);
        let args = arguments(&what, name);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let command = self.admin(true, &args);
        let deed = Deed::Shared(what.clone(), String::new());
        let kind = kind(&what);
        let input = String::new();
        self.tries(Attempt { kind, command, input, answer: None, target: name.into(), deed, may_be_killed: true });
    }

    /// A change by an admin.
    fn change(&mut self, shared: bool) -> What {
        let role = ["auditor", "helpdesk"][self.random.random_range(0..2)];
        let number = self.next();
        let name = format!("{} {number}", self.name);
        match self.random.random_range(0..if shared { 14 } else { 18 }) {
            0..2 => Reset,
            2..5 => Edit(name),
            5..7 => Grant(role),
            7..9 => Revoke(role),
            9 => Disable,
            10 | 14 => Enable,
            11 => Flag,
            12 => Remove,
            13 => Restore,
            15 => Unlock,
            16 => EndSignIns,
            _ => Purge,
        }
    }

    fn works_on_its_own(&mut self) {
        let which = self.random.random_range(0..self.accounts.len());
        let (name, account) = self.accounts.iter().nth(which).map(|(name, is)| (name.clone(), is.clone())).unwrap();
        let number = self.next();
        let home = self.crowd.site.home.join(&self.name).join(number.to_string());
        let what = match self.random.random_range(0..22) {
            _ if account.tries > MOST_TRIES => Unlock,
            0..3 => Passwd(self.password()),
            3..5 => Verify,
            5 if account.tries < MOST_TRIES => Guess,
            6..8 => SignIn(home.clone()),
            8 if !account.homes.is_empty() => SignOut,
            9 => CreateToken(format!("t{number}")),
            10 if !account.tokens.is_empty() => UseToken,
            11 if !account.tokens.is_empty() => RevokeToken,
            _ => self.change(false),
        };
        let typed = account.password.clone().unwrap_or_else(|| "nobody has chosen one".into());
        let input = match &what {
            Passwd(new) => format!("{typed}\n{new}\n"),
            Guess => "seven herons guard no orchard\n".into(),
            _ => format!("{typed}\n"),
        };
        let mut args = arguments(&what, &name);
        if let RevokeToken = what {
            args.push(self.number_of(&name, &account.tokens.last().unwrap().0));
        }
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let mut command = match what {
            // A token revokes no token.
            Passwd(_) | Verify | Guess | SignIn(_) | SignOut | CreateToken(_) | UseToken | RevokeToken => {
                self.crowd.operator(self.number, &args)
            }
            _ => self.admin(false, &args),
        };
        match &what {
            SignIn(home) => {
                fs::create_dir(home).unwrap();
                command.env("HOME", home);
            }
            SignOut => drop(command.env("HOME", account.homes.last().unwrap())),
            UseToken => drop(command.env("PASSDESK_TOKEN", &account.tokens.last().unwrap().1)),
            _ => {}
        }
        // What is killed after it has begun to sign in counts as a failed try.
        let is_try = matches!(what, Passwd(_) | Verify | Guess | SignIn(_) | CreateToken(_));
        let may_be_killed = !is_try || account.tries < MOST_TRIES;
        let answer = account.answer(&what);
        let (answer, is_refused) = (Some(answer), answer.0 == 5);
        let (kind, deed, target) = (kind(&what), Deed::Own, name.clone());
        let came = self.tries(Attempt { kind, command, input, answer, target, deed, may_be_killed });
        let account = self.accounts.get_mut(&name).unwrap();
        if is_try {
            // So does one for an account that has no password, or lets nobody in.
            account.tries += self.unfinished + u32::from(is_refused && !account.removed);
        }
        if let Came::Done(shown) = came {
            account.apply(&what, &shown);
            if let Purge = what {
                self.accounts.remove(&name);
            }
        }
    }

    /// The number of a token.
    fn number_of(&self, owner: &str, label: &str) -> String {
        let listed = self.crowd.shown(self.number, &["tokens", "list", "--format", "jsonl"]);
        let mut rows = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.find(|row| row["username"] == owner && row["label"] == label).unwrap()["id"].to_string()
    }

    /// Runs a command, or kills it. Tries again while the store is busy. Fails the trial unless it answers as it must.
    fn tries(&mut self, mut attempt: Attempt) -> Came {
        let is_killed = attempt.may_be_killed && self.random.random_bool(0.28);
        let moment = is_killed.then(|| (self.random.random(), self.random.random()));
        self.unfinished = 0;
        if let Some(came) = self.runs(&mut attempt, moment) {
            return came;
        }
        for _ in 0..100 {
            if let Some(came) = self.runs(&mut attempt, None) {
                return came;
            }
        }
        panic!("{} {} {}: the store stays busy", self.name, attempt.kind, attempt.target);
    }

    /// Runs it once, and kills it at a moment. Returns nothing if the store is busy.
    fn runs(&mut self, attempt: &mut Attempt, moment: Option<(bool, f64)>) -> Option<Came> {
        let Attempt { kind, command, input, answer, target, deed, .. } = attempt;
        let (kind, answer) = (*kind, *answer);
        let takes = self.crowd.takes.lock().unwrap().get(kind).copied().unwrap_or(Duration::from_millis(500));
        let start = Instant::now();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        if let Some((once_it_speaks, part)) = moment {
            if once_it_speaks {
                speaks(&child, takes * 2);
                sleep(takes.mul_f64(part / 10.0));
            } else {
                sleep(takes.mul_f64(part * 1.2));
            }
            child.kill().unwrap();
        }
        let run = Run::from(child.wait_with_output().unwrap());
        let said = format!("{} {kind} {target}: exit {}\n{}{}", self.name, run.code, run.stdout, run.stderr);
        if run.code == KILLED {
            assert!(moment.is_some(), "{said}");
            self.unfinished += 1;
            (self.crowd.site.settles)(self.number);
            let came = self.finds_out(answer, target, deed, run.stdout);
            let mut tally = self.crowd.tally.lock().unwrap();
            *(if matches!(came, Came::Done(_)) { &mut tally.killed_after } else { &mut tally.killed_before }) += 1;
            return Some(came);
        }
        self.crowd.takes.lock().unwrap().insert(kind, start.elapsed());
        assert!(![1, 101, UNKNOWN].contains(&run.code), "{said}");
        if run.code == 9 {
            let (waited, patience) = (start.elapsed(), self.crowd.site.patience);
            // It waits once. The rest is what the command itself takes in a crowd.
            assert!(waited >= patience && waited < patience * 6, "busy after {waited:?}: {said}");
            self.crowd.tally.lock().unwrap().busy += 1;
            self.unfinished += 1;
            // It may have signed in before it had to wait.
            let came = self.finds_out(answer, target, deed, String::new());
            assert!(matches!(came, Came::Nothing), "it has told that the store is busy, and done it: {said}");
            return None;
        }
        let mut actions = match answer {
            Some((code, actions)) => {
                assert_eq!(run.code, code, "{said}");
                actions
            }
            // Somebody else was first.
            None if run.code == 7 => &[],
            None => {
                assert_eq!(run.code, 0, "{said}");
                action_of(deed)
            }
        };
        let is_so_already = run.code == 0 && ALREADY.iter().any(|it| run.stderr.contains(it));
        // Tries that were killed may have begun, or not.
        if is_so_already && (answer.is_none() || kind == "unlock") {
            actions = &[];
        }
        assert_eq!(is_so_already, run.code == 0 && actions.is_empty() && is_change(kind), "{said}");
        let mut tally = self.crowd.tally.lock().unwrap();
        *(if run.code == 0 { &mut tally.done } else { &mut tally.refused }) += 1;
        drop(tally);
        let deed = deed.shown(&run.stdout);
        self.told.extend(actions.iter().map(|action| Told { action, target: target.clone(), deed: deed.clone() }));
        // A sign-in of somebody who must change the password first has no effect, but an event.
        let is_done = run.code == 0 && !(is_change(kind) && actions.is_empty());
        Some(if is_done { Came::Done(run.stdout) } else { Came::Nothing })
    }

    /// What a command has done that did not tell it. The record says so.
    fn finds_out(&mut self, answer: Option<Answer>, target: &str, deed: &Deed, shown: String) -> Came {
        let (code, actions) = answer.unwrap_or_else(|| (0, action_of(deed)));
        let deed = deed.shown(&shown);
        let mut recorded = self.recorded();
        let known = recorded.len().min(self.told.len());
        let rest = recorded.split_off(known);
        self.agrees(recorded);
        let done: Vec<_> = rest.iter().map(|event| event.action.as_str()).collect();
        assert!(actions.starts_with(&done), "{}: {done:?} was recorded for {actions:?}", self.name);
        self.told.extend(actions.iter().take(done.len()).map(|action| Told {
            action,
            target: target.into(),
            deed: deed.clone(),
        }));
        let is_done = code == 0 && !actions.is_empty() && rest.len() == actions.len();
        self.agrees(rest);
        if is_done { Came::Done(shown) } else { Came::Nothing }
    }

    /// The events of this worker since it last looked.
    fn recorded(&mut self) -> Vec<Event> {
        let (newest, events) = self.crowd.events_after(self.number, self.last);
        self.last = newest;
        let (own, token) = (format!("{}.", self.name), format!("chief (token {})", self.name));
        let is_mine = |name: &String| *name == self.name || name.starts_with(&own) || *name == token;
        events.into_iter().filter(|event| is_mine(&event.actor) || is_mine(&event.target)).collect()
    }

    /// Fails the trial unless these are the deeds that were told, one event for each.
    fn agrees(&mut self, events: Vec<Event>) {
        let told: Vec<_> = self.told.drain(..).collect();
        let is = |action: &str, target: &str| (action.to_owned(), target.to_owned());
        let expected: Vec<_> = told.iter().map(|told| is(told.action, &told.target)).collect();
        let found: Vec<_> = events.iter().map(|event| is(&event.action, &event.target)).collect();
        assert_eq!(found, expected, "{}: the record is not what was told", self.name);
        self.crowd.tally.lock().unwrap().events += events.len();
        let shared = events.into_iter().zip(told).filter(|(_, told)| !matches!(told.deed, Deed::Own));
        let shared = shared.map(|(event, told)| (event.sequence, (event, told.deed)));
        self.crowd.shared.lock().unwrap().extend(shared);
    }

    /// Looks whether the record and the accounts are what they must be.
    fn looks(&mut self) {
        let recorded = self.recorded();
        self.agrees(recorded);
        let seen = self.crowd.accounts(self.number, &self.name, None);
        self.are_as(&seen, &self.crowd.site.hash);
    }

    fn are_as(&self, seen: &BTreeMap<String, Value>, hash: impl Fn(&str) -> Option<String>) {
        assert_eq!(seen.keys().collect::<Vec<_>>(), self.accounts.keys().collect::<Vec<_>>(), "{}", self.name);
        for (name, account) in &self.accounts {
            account.is_as(name, &seen[name], hash(name).as_deref());
        }
    }
}

/// Waits until a program says something, or for so long.
fn speaks(child: &Child, most: Duration) {
    let (out, err) = (child.stdout.as_ref().unwrap(), child.stderr.as_ref().unwrap());
    let mut said = [PollFd::new(out, PollFlags::IN), PollFd::new(err, PollFlags::IN)];
    let _ = poll(&mut said, Some(&most.try_into().unwrap()));
}

/// Stops all workers if one has failed.
struct StopsAll<'a>(&'a AtomicBool);

impl Drop for StopsAll<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Relaxed);
        }
    }
}

/// What the record says of a deed on a shared account.
fn action_of(deed: &Deed) -> &'static [&'static str] {
    let Deed::Shared(what, _) = deed else { return &[] };
    match what {
        Flag => &["require-change"],
        Edit(_) => &["edit"],
        Grant(_) => &["grant"],
        Revoke(_) => &["revoke"],
        Disable => &["disable"],
        Enable => &["enable"],
        Remove => &["remove"],
        Restore => &["restore"],
        _ => &["reset"],
    }
}
