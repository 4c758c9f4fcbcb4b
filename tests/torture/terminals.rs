//! Every prompt of every command, and what may happen there. Afterwards the terminal is as it was, the shell has got
//! nothing that was typed before, and the store holds what the exit code says.
//!
//! A trial types a command line into a shell with job control, answers up to a prompt, and lets one event happen. `dash`
//! leaves the terminal as it finds it. `bash`, `zsh` and `fish` edit their lines, and so take it over at each prompt.

mod dialogues;
mod struck;
mod window;

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rustix::process::{Signal, kill_process};

use self::dialogues::Manner::{Arrived, Bar, Hushed, Last, Line, List, Page, Pager, Shell};
use self::dialogues::{Dialogue, End, Manner, dialogues};
use self::struck::Struck;
use self::window::{Kind, Window, has_ended, size};
use crate::common::Desk;
use crate::common::crowd::crowd;
use crate::common::record::{tamper, write_record};
use crate::scene::{Base, Picture, Place, Scene, shown_on};
use crate::trials::Trials;

/// Far more than anything takes, so that a slow machine fails no trial.
const PATIENCE: Duration = Duration::from_mins(1);
/// The part of the trials that the form of minutes runs, and how many at once on a core. Most of them wait.
const SHARE: usize = 3;
const STRUCK_SHARE: usize = 11;
const AT_ONCE: usize = 8;
const GLANCE: Duration = Duration::from_millis(5);
/// A key counts alone if this much time is before it.
const ALONE: Duration = Duration::from_millis(150);
/// When to press a key again.
const PRESS_AGAIN: Duration = Duration::from_secs(5);

/// What somebody types who thinks of the shell already. A shell that gets it makes a file.
const AHEAD: &str = "touch PWNED";
/// This many lines of it are more than a terminal and its queue hold.
const PASTED: usize = 2_000;
/// How many lines are typed ahead. The terminal holds them all.
const TYPED: usize = 100;

/// What happens at a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// It is answered, and so are those after it.
    Answers,
    /// So is it, and more is typed than is asked for.
    Pastes,
    /// A signal to the program.
    Signal(Signal),
    /// A key that ends it: Ctrl-C, Ctrl-\ and Ctrl-D.
    Key(u8),
    /// It stops, and `fg` continues it.
    Stops(Stop),
    /// It stops, `bg` continues it, and `fg` brings it back.
    Background,
    /// It stops, and the shell ends it.
    Killed,
    /// So it is, after a stop that it cannot catch.
    KilledByForce,
    /// It stops, `bg` continues it, and the shell ends it.
    KilledBehind,
    /// It begins in the background.
    Begins,
    /// The window gets another size.
    Resize,
    /// The window is closed.
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    CtrlZ,
    Signal,
}

const EVENTS: [Event; 18] = [
    Event::Answers,
    Event::Pastes,
    Event::Signal(Signal::INT),
    Event::Signal(Signal::TERM),
    Event::Signal(Signal::HUP),
    Event::Signal(Signal::QUIT),
    Event::Key(b'\x03'),
    Event::Key(b'\x1c'),
    Event::Key(b'\x04'),
    Event::Stops(Stop::CtrlZ),
    Event::Stops(Stop::Signal),
    Event::Background,
    Event::Killed,
    Event::KilledByForce,
    Event::KilledBehind,
    Event::Begins,
    Event::Resize,
    Event::Close,
];

impl Manner {
    /// Whether this can be there, and means something of its own.
    fn has(self, event: Event) -> bool {
        match self {
            // Nothing can be drawn there.
            Line | Arrived | Hushed | Last | Pager | Shell | Bar if event == Event::KilledByForce => false,
            // Each of these has its own keys.
            Pager => !matches!(event, Event::Pastes | Event::Key(_) | Event::Signal(Signal::INT | Signal::QUIT)),
            Shell => !matches!(
                event,
                Event::Pastes
                    | Event::Key(_)
                    | Event::Stops(_)
                    | Event::Background
                    | Event::Killed
                    | Event::KilledBehind
                    | Event::Begins
                    | Event::Signal(Signal::INT | Signal::QUIT)
            ),
            Bar => !matches!(event, Event::Pastes | Event::Key(4) | Event::Begins | Event::KilledBehind),
            Line | Arrived | List | Page => event != Event::Pastes,
            Hushed | Last => true,
        }
    }

    /// What is typed before the event. It is half a line where whole ones are answers.
    fn ahead(self) -> String {
        match self {
            Line | Arrived | Hushed | Last | List => AHEAD.into(),
            Page => format!("{AHEAD}\r"),
            Pager | Shell | Bar => String::new(),
        }
    }

    /// The exit codes that this ending may have.
    fn codes(self, event: Event) -> Vec<i32> {
        let killed = |signal: Signal| 128 + signal.as_raw();
        match event {
            Event::Signal(Signal::INT) | Event::Key(3) => vec![if self == Page { 0 } else { 130 }],
            Event::Signal(signal) => vec![killed(signal)],
            Event::Killed | Event::KilledByForce | Event::KilledBehind => vec![killed(Signal::TERM)],
            Event::Key(0x1c) => vec![killed(Signal::QUIT)],
            Event::Key(_) => vec![match self {
                Arrived => 12,
                Last => 8,
                Page => 0,
                _ => 130,
            }],
            // What is pasted is no password, three times.
            Event::Pastes => vec![5, 8],
            _ => unreachable!("{event:?} does not end it"),
        }
    }
}

/// How often more is typed while the last password is hashed, and how often that came before the end.
#[derive(Default)]
struct Ahead {
    all: AtomicU64,
    in_time: AtomicU64,
}

/// A trial: an event at one prompt of a dialogue.
struct Trial {
    dialogue: &'static Dialogue,
    at: usize,
    event: Event,
    kind: Kind,
}

impl Display for Trial {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let (ground, line, ..) = self.dialogue;
        write!(f, "{line}, ground {ground}, prompt {}: {:?} in {:?}", self.at + 1, self.event, self.kind)
    }
}

/// The homes that the commands run in, and what their stores hold.
fn grounds(place: &Place) -> Vec<(Base<'_>, Picture)> {
    let plain = || {
        let desk = Desk::settled();
        for name in ["alice", "newbie", "gone"] {
            desk.like_root(name, 0);
        }
        crowd(&desk, 30);
        tamper(&desk, || write_record(&desk, 40));
        desk.sql(
            "UPDATE accounts SET must_change = TRUE, temporary_until = 9000000000 WHERE username = 'newbie';
             UPDATE accounts SET removed_at = 1 WHERE username = 'gone';
             UPDATE accounts SET must_change = FALSE, temporary_until = NULL WHERE username LIKE 'u0%';
             UPDATE accounts SET state = 'disabled' WHERE username = 'u001';
             UPDATE accounts SET locked_at = 1 WHERE username = 'u002';
             UPDATE accounts SET roles = 1 WHERE username = 'u003';
             INSERT INTO sign_ins (id, account_id, secret_sha256, created_at, expires_at, label, roles)
             SELECT 99, id, randomblob(32), 1, 9000000000, 'nightly', 0 FROM accounts WHERE username = 'u004'",
        );
        desk
    };
    let backed_up = plain();
    backed_up.run(&["store", "backup", "monday.db"]).succeeds();
    backed_up.run(&["users", "edit", "alice", "--name", "Alice"]).succeeds();
    let signed_in = plain();
    signed_in.run_as("root", &["me", "sign-in"]).succeeds();
    let closed = plain();
    if place.is_files() {
        closed.run_as("root", &["policy", "set", "operator-access", "off"]).succeeds();
    }
    let listed = Desk::settled();
    // Each of these hashes is wrapped in a slow one.
    let hash = format!("{{SSHA}}{}==", "A".repeat(38));
    let rows: Vec<_> = (0..60).map(|number| format!("new{number},{hash}")).collect();
    fs::write(listed.home.path().join("many.csv"), format!("username,password_hash\n{}\n", rows.join("\n"))).unwrap();
    let bases = [backed_up, signed_in, closed, listed].map(|desk| Base::new(place, desk));
    bases.into_iter().map(|base| (base.scene().picture(), base)).map(|(picture, base)| (base, picture)).collect()
}

/// Fails the trial unless the store holds what this end means. Without an answer, it holds a deed and its event, or
/// neither. A temporary password that is in force was shown.
#[track_caller]
fn holds(scene: &Scene, before: &Picture, has_changed: Option<bool>, shown: &str) {
    let after = scene.picture();
    let is_same = after.accounts == before.accounts && after.rest == before.rest;
    let has_changed = has_changed.unwrap_or(!is_same);
    assert_eq!(!is_same, has_changed, "whether the store has changed");
    let deeds = |picture: &Picture| -> Vec<_> {
        // Nothing else is changed by these. A look at a server is recorded as a backup.
        let counts = |action: &str| action != "backup" && (has_changed || !["sign-in", "verify"].contains(&action));
        let deeds = picture.events.iter().filter(|(action, _, outcome)| outcome == "done" && counts(action));
        deeds.cloned().collect()
    };
    assert_eq!(deeds(&after) != deeds(before), has_changed, "whether the record has a deed: {:?}", deeds(&after));
    let hash = |picture: &Picture, name: &str| picture.accounts.get(name).and_then(|account| account.hash.clone());
    let is_new = |name: &str| hash(&after, name) != hash(before, name);
    let reset = after.accounts.iter().filter(|(name, account)| account.temporary_until.is_some() && is_new(name));
    // To compare all with all would take long.
    for (name, account) in reset.take(3) {
        let is_shown = shown_on(shown).iter().any(|secret| account.takes(secret));
        assert!(is_shown, "{name} has a temporary password that was not shown:\n{shown}");
    }
}

impl Trial {
    fn all(place: &Place) -> Vec<Self> {
        let prompts = dialogues(place).flat_map(|dialogue| (0..dialogue.2.len()).map(move |at| (dialogue, at)));
        let with = prompts.flat_map(|(dialogue, at)| EVENTS.map(|event| (dialogue, at, event)));
        let mut all: Vec<_> = with
            // Answered is a dialogue only as a whole, and begun as well.
            .filter(|(_, at, event)| *at == 0 || !matches!(event, Event::Answers | Event::Begins))
            .filter(|(dialogue, at, event)| dialogue.2[*at].0.has(*event))
            .flat_map(|(dialogue, at, event)| {
                [Kind::Dash, Kind::Bash, Kind::Zsh, Kind::Fish].map(|kind| Self { dialogue, at, event, kind })
            })
            .collect();
        // zsh and fish leave the rest of a line out if QUIT has ended what is before it, and do not say how that ended.
        let quits = |event| matches!(event, Event::Signal(Signal::QUIT) | Event::Key(0x1c));
        all.retain(|trial| matches!(trial.kind, Kind::Dash | Kind::Bash) || !quits(trial.event));
        // Only bash mends the modes that a stop by force leaves.
        all.retain(|trial| trial.kind == Kind::Bash || trial.event != Event::KilledByForce);
        all.sort_by_key(|trial| trial.kind as usize);
        all
    }

    fn run(&self, grounds: &[(Base, Picture)], ahead: &Ahead) {
        let (ground, line, prompts, end) = self.dialogue;
        let (base, before) = &grounds[*ground];
        let scene = base.scene();
        let mut window = Window::open(&scene, self.kind);
        window.run("true");
        let modes = window.modes();
        if self.event == Event::Begins {
            window.send(&format!("passdesk {line} &\r"));
            let program = window.program();
            window.until_state(program, &['T']);
            window.send(&self.kind.line("fg"));
        } else {
            window.send(&self.kind.line(&format!("passdesk {line}")));
        }
        for prompt in &prompts[..self.at] {
            window.reaches(prompt);
            window.answer(prompt);
        }
        window.reaches(&prompts[self.at]);
        let manner = prompts[self.at].0;
        let is_changed = manner == Page && *end == End::Changed;
        if self.event == Event::Close {
            window.send(&manner.ahead());
            let shown = window.shuts();
            holds(&scene, before, (manner != Bar).then_some(is_changed), &shown);
            return;
        }
        let changed = if let Some(code) = self.happens(&mut window, &modes) {
            let mut codes = manner.codes(self.event);
            // It may be done by then.
            codes.extend((manner == Bar).then_some(0));
            assert!(codes.contains(&code), "exit code {code}, not {codes:?}:\n{}", window.text());
            Some(if manner == Bar { code == 0 } else { is_changed })
        } else {
            let is_in_time = window.answer_all(&prompts[self.at..]);
            if prompts.last().is_some_and(|last| last.0 == Hushed) {
                ahead.all.fetch_add(1, Relaxed);
                ahead.in_time.fetch_add(u64::from(is_in_time), Relaxed);
            }
            if !is_in_time {
                // The shell gets what was typed to it.
                window.run("true");
                holds(&scene, before, Some(*end == End::Changed), &window.shuts());
                return;
            }
            let code = window.code();
            // `fg` of fish does not tell how its job ended.
            if self.kind != Kind::Fish {
                assert_eq!(code, if let End::Fails(code) = end { *code } else { 0 }, "{}", window.text());
            }
            Some(*end == End::Changed)
        };
        window.is_as_it_was(&modes);
        if manner != Bar && manner != Shell {
            window.has_got_nothing();
        }
        let shown = window.closes();
        holds(&scene, before, changed, &shown);
    }

    /// Lets the event happen at the prompt that is there. Returns the exit code if that has ended the command.
    fn happens(&self, window: &mut Window, modes: &str) -> Option<i32> {
        let prompt = &self.dialogue.2[self.at];
        let manner = prompt.0;
        match self.event {
            Event::Pastes => window.send(&format!("{AHEAD}\r").repeat(PASTED)),
            Event::Signal(signal) => {
                window.send(&manner.ahead());
                kill_process(window.program(), signal).unwrap();
            }
            Event::Key(key) => {
                // Ctrl-D ends the input of an empty line only, and a key at a screen counts alone.
                if key != 4 {
                    window.send(&manner.ahead());
                }
                if matches!(manner, List | Page) {
                    sleep(ALONE);
                }
                window.send(&char::from(key).to_string());
            }
            Event::Stops(how) => {
                window.send(&manner.ahead());
                window.stops(how, modes);
                window.send(&self.kind.line("fg"));
                window.reaches(prompt);
                return None;
            }
            Event::Background => {
                window.stops(Stop::Signal, modes);
                let program = window.program();
                window.send("bg\r");
                if manner != Bar {
                    // It may be stopped still.
                    window.run("true");
                    window.until_state(program, &['T']);
                }
                window.run("true");
                assert_eq!(window.modes(), modes, "the terminal is changed from the background");
                window.send(&self.kind.line("fg"));
                window.reaches(prompt);
                return None;
            }
            Event::Killed | Event::KilledByForce | Event::KilledBehind => {
                let program = window.program();
                if self.event == Event::KilledByForce {
                    kill_process(program, Signal::STOP).unwrap();
                    window.until("shell> ");
                } else {
                    window.stops(Stop::Signal, modes);
                }
                if self.event == Event::KilledBehind {
                    window.send("bg\r");
                    window.run("true");
                    window.until_state(program, &['T']);
                }
                window.kills_job(program, modes);
                window.settles();
                return Some(128 + Signal::TERM.as_raw());
            }
            Event::Resize => {
                for (columns, rows) in [(40, 10), (1, 1), (200, 60), (80, 24)] {
                    size(window.master(), columns, rows);
                    window.look(GLANCE);
                }
                if matches!(manner, List | Page) {
                    window.reaches(prompt);
                }
                return None;
            }
            Event::Answers | Event::Begins | Event::Close => return None,
        }
        Some(window.code())
    }
}

/// Several events at moments that the number of the trial decides.
struct Anywhen {
    seed: u64,
    number: u64,
}

impl Display for Anywhen {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "random {}", self.number)
    }
}

impl Anywhen {
    fn run(&self, place: &Place, grounds: &[(Base, Picture)]) {
        let random = &mut StdRng::seed_from_u64(self.seed);
        // A pager that gets several signals at once has ways of its own.
        let own: Vec<_> = dialogues(place).filter(|dialogue| dialogue.2[0].0 != Pager).collect();
        let (ground, line, prompts, end) = own.choose(random).unwrap();
        let kind = *[Kind::Dash, Kind::Bash].choose(random).unwrap();
        let (base, before) = &grounds[*ground];
        let scene = base.scene();
        let mut window = Window::open(&scene, kind);
        window.run("true");
        let modes = window.modes();
        window.send(&kind.line(&format!("passdesk {line}")));
        let own = prompts.iter().take_while(|prompt| prompt.0 != Pager).count();
        let last = random.random_range(0..own);
        for prompt in &prompts[..last] {
            window.reaches(prompt);
            window.answer(prompt);
        }
        let program = window.program();
        let reaches = random.random();
        if reaches {
            window.reaches(&prompts[last]);
            let opens_pager = prompts.get(last + 1).is_some_and(|next| next.0 == Pager);
            if random.random() && prompts[last].0 != Shell && !opens_pager {
                window.answer(&prompts[last]);
            }
        }
        for _ in 0..random.random_range(0..4) {
            sleep(Duration::from_millis(random.random_range(0..40)));
            let signals: &[Signal] = match random.random_range(0..4) {
                0 => &[Signal::TSTP, Signal::CONT],
                1 => &[Signal::CONT, Signal::WINCH, Signal::CONT],
                2 => &[Signal::TTOU, Signal::TTIN],
                _ => {
                    size(window.master(), random.random_range(1..200), random.random_range(1..60));
                    &[]
                }
            };
            for signal in signals {
                // It may have ended.
                let _ = kill_process(program, *signal);
                sleep(Duration::from_micros(random.random_range(0..2_000)));
            }
        }
        size(window.master(), 80, 24);
        // Whether the shell has stopped it by now or not, this ends it.
        let deadline = Instant::now() + PATIENCE;
        while !has_ended(program) {
            // A program that has just begun dies by INT, and dash then leaves the rest of its line out.
            let signals = [Signal::TERM, Signal::HUP, Signal::QUIT, Signal::INT];
            let signal = *signals[..if reaches { 4 } else { 3 }].choose(random).unwrap();
            let _ = kill_process(program, signal);
            let _ = kill_process(program, Signal::CONT);
            assert!(Instant::now() < deadline, "it does not end:\n{}", window.text());
            window.look(Duration::from_millis(20));
        }
        window.code();
        window.settles();
        window.is_as_it_was(&modes);
        let shown = window.closes();
        let after = scene.picture();
        holds(&scene, before, None, &shown);
        if after.accounts != before.accounts || after.rest != before.rest {
            let was_last = prompts[last + 1..].iter().all(|prompt| prompt.0 == Page);
            assert!(*end == End::Changed && was_last, "something has changed");
        }
    }
}

pub fn run(trials: &Trials) -> String {
    let grounds = grounds(trials.place);
    let mut all = Trial::all(trials.place);
    if !trials.form.long && trials.form.only.is_none() {
        all.retain(|trial| matches!(trial.kind, Kind::Dash | Kind::Bash));
    }
    // A look at a server takes longer.
    let rarely = if trials.place.is_files() { 1 } else { 3 };
    let all = trials.some(all, SHARE * rarely);
    let shells = if trials.form.long { 4 } else { 2 };
    let ahead = Ahead::default();
    trials.at_once(AT_ONCE, all, |trial| trial.run(&grounds, &ahead));
    let (ahead, in_time) = (ahead.all.into_inner(), ahead.in_time.into_inner());
    trials.expect_one_in(10, in_time, ahead, "were in time with what is typed ahead");
    let struck = AtomicUsize::new(0);
    let stops = trials.some(Struck::all(trials.place), STRUCK_SHARE * rarely);
    let tried = stops.len();
    trials.at_once(AT_ONCE, stops, |trial| {
        struck.fetch_add(usize::from(trial.run(&grounds)), Relaxed);
    });
    let struck = struck.into_inner();
    assert!(trials.form.only.is_some() || struck * 4 >= tried, "{struck} of {tried} were stopped at a call");
    let random = if trials.form.long { 10_000 } else { 60 };
    trials.at_once(AT_ONCE, (0..random).map(|number| Anywhen { seed: trials.form.number(number), number }), |trial| {
        trial.run(trials.place, &grounds);
    });
    let all: Vec<_> = dialogues(trials.place).collect();
    let prompts: usize = all.iter().map(|dialogue| dialogue.2.len()).sum();
    format!(
        "{prompts} prompts of {} dialogues, {} events, {shells} shells, {in_time} of {ahead} typed ahead in time, {struck} \
         stops between two calls, {random} runs with several events at random moments.",
        all.len(),
        EVENTS.len()
    )
}
