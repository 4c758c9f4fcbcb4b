//! A stop by force, right after one of the calls that look at the terminal or change it. A shell has the terminal then.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use super::dialogues::Manner::{Hushed, Last, Pager, Shell};
use super::dialogues::{Dialogue, PLAIN, Prompt, dialogues};
use super::window::{Kind, Window, has_ended};
use super::{GLANCE, PATIENCE, holds};
use crate::scene::{Base, Picture, Place};

/// No command makes more of these calls before it waits at its last prompt.
const CALLS: usize = 60;

/// How it goes on.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// The shell ends it while it is stopped.
    Killed,
    /// It comes to the front again.
    Foreground,
    /// It goes on in the background before that.
    Background,
}

/// A trial.
pub struct Struck {
    dialogue: &'static Dialogue,
    at: usize,
    then: Then,
}

impl Display for Struck {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{}: stopped at call {}, then {:?}", self.dialogue.1, self.at, self.then)
    }
}

/// The prompts up to the first one for a secret. What is typed there may be typed to the shell.
fn open(dialogue: &Dialogue) -> &'static [Prompt] {
    let secret = dialogue.2.iter().position(|prompt| matches!(prompt.0, Hushed | Last));
    &dialogue.2[..secret.map_or(dialogue.2.len(), |at| at + 1)]
}

impl Struck {
    /// One dialogue of each kind.
    pub fn all(place: &Place) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let mut is_new = |dialogue: &&Dialogue| {
            let manners: Vec<_> = open(dialogue).iter().map(|prompt| prompt.0 as usize).collect();
            let is_plain = dialogue.0 == PLAIN && !matches!(dialogue.2[0].0, Pager | Shell);
            is_plain && seen.insert(manners)
        };
        let own: Vec<_> = dialogues(place).filter(&mut is_new).collect();
        let ways = [Then::Killed, Then::Foreground, Then::Background];
        let at_each = own.into_iter().flat_map(|dialogue| (1..=CALLS).map(move |at| (dialogue, at)));
        at_each.flat_map(|(dialogue, at)| ways.map(|then| Self { dialogue, at, then })).collect()
    }

    /// Returns whether one of the calls has stopped it.
    pub fn run(&self, grounds: &[(Base, Picture)]) -> bool {
        let (ground, line, ..) = self.dialogue;
        let (base, before) = &grounds[*ground];
        let scene = base.scene();
        let mut window = Window::open(&scene, Kind::Bash);
        window.run("true");
        let modes = window.modes();
        let traced = format!("strace -D -f -o calls -e trace=ioctl -e inject=ioctl:signal=STOP:when={}", self.at);
        window.send(&Kind::Bash.line(&format!("{traced} passdesk {line}")));
        let struck = self.answers(&mut window);
        if struck != Some(false) {
            window.until("shell> ");
            let program = window.program();
            // The tracer counts the calls of each thread, and would stop the program again.
            kill_process(tracer_of(program), Signal::KILL).unwrap();
            // An answer may have come to the shell.
            window.send("\r");
            window.run("true");
            self.goes_on(&mut window, program, &modes);
        }
        window.settles();
        window.is_as_it_was(&modes);
        let shown = window.closes();
        holds(&scene, before, None, &shown);
        struck == Some(true)
    }

    /// Answers the prompts until a call has stopped it. Returns `Some(false)` if none has, and `None` if it was stopped at
    /// the last prompt by hand.
    fn answers(&self, window: &mut Window) -> Option<bool> {
        let is_stopped = |window: &mut Window, text: &str| window.until_one_of(&[text, "Stopped"]) == 1;
        for prompt in open(self.dialogue) {
            if is_stopped(window, prompt.1) {
                return Some(true);
            }
            if matches!(prompt.0, Hushed | Last) {
                kill_process(window.program(), Signal::STOP).unwrap();
                return None;
            }
            window.answer(prompt);
        }
        Some(is_stopped(window, "ended "))
    }

    fn goes_on(&self, window: &mut Window, program: Pid, modes: &str) {
        match self.then {
            Then::Killed => return window.kills_job(program, modes),
            Then::Foreground => {}
            Then::Background => {
                let idle = window.modes_now();
                window.send("bg\r");
                window.until("shell> ");
                // It stops again, unless it needs the terminal no longer. Before that, it may throw away what is typed.
                window.until_state(program, &['T', 'Z']);
                window.finds(&[&idle, modes]);
                window.run("true");
                if has_ended(program) {
                    return;
                }
            }
        }
        window.send(&Kind::Bash.line("fg"));
        for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() / 4 {
            if window.ends_within(program, GLANCE * 4) {
                break;
            }
            // What it does when nobody answers any longer.
            let _ = kill_process(program, Signal::INT);
        }
        window.code();
    }
}

fn tracer_of(process: Pid) -> Pid {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_pid())).unwrap();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:")).unwrap();
    Pid::from_raw(tracer.trim().parse().unwrap()).unwrap()
}
