//! Each command line that asks something, with all its prompts.

use self::End::{Changed, Fails, Same};
use self::Manner::{Arrived, Bar, Hushed, Last, Line, List, Page, Pager, Shell};
use crate::scene::Place;

/// What stands at a prompt, and so what an event does there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// A line with echo.
    Line,
    /// A line with echo, about a password that was handed over.
    Arrived,
    /// A line without echo.
    Hushed,
    /// A line without echo after the last try. Whatever is typed, the command has failed.
    Last,
    /// A list to pick from.
    List,
    /// A password that is in force already.
    Page,
    /// A pager, which has keys of its own.
    Pager,
    /// The shell of the demo.
    Shell,
    /// No prompt: a long run with a progress bar.
    Bar,
}

/// How a dialogue ends whose prompts are all answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With exit code 0, and the store has changed.
    Changed,
    /// With exit code 0, and it is as it was.
    Same,
    /// With this code, and it is as it was.
    Fails(i32),
}

/// A prompt: its manner, what is shown, and the keys that answer it.
pub type Prompt = (Manner, &'static str, &'static str);

/// Which home the command runs in.
pub type Ground = usize;
pub const PLAIN: Ground = 0;
/// `root` is signed in.
pub const SIGNED_IN: Ground = 1;
/// An operator has to sign in, too.
pub const CLOSED: Ground = 2;
/// A list whose import takes a while.
pub const LISTED: Ground = 3;

/// A command line with all its prompts.
pub type Dialogue = (Ground, &'static str, &'static [Prompt], End);

pub const CURRENT: Prompt = (Hushed, "Password of alice: ", "brass lantern over wet slate\r");
pub const OF_ROOT: Prompt = (Hushed, "Password of root: ", "brass lantern over wet slate\r");
pub const OF_NEWBIE: Prompt = (Hushed, "Password of newbie: ", "brass lantern over wet slate\r");
pub const NEW: Prompt = (Hushed, "New password: ", "seven herons guard the orchard\r");
pub const AGAIN: Prompt = (Hushed, "New password again: ", "seven herons guard the orchard\r");
pub const WEAK: Prompt = (Hushed, "New password: ", "alice2026\r");
pub const YES: Prompt = (Line, "[y/N] ", "y\r");
pub const USERNAME: Prompt = (Line, "Username [", "alice\r");
pub const PAGE: Prompt = (Page, "It is in force.", "q");
pub const PAGER: Prompt = (Pager, "USERNAME", "q");

/// A new prompt is a line here.
const DIALOGUES: &[Dialogue] = &[
    (PLAIN, "users reset alice", &[YES], Changed),
    (PLAIN, "users reset alice u001", &[YES], Changed),
    (PLAIN, "users reset --search u0 --format csv", &[(Line, "Type 30 to continue: ", "30\r")], Changed),
    (PLAIN, "users reset", &[(List, "Type to narrow", "\r"), YES], Changed),
    (PLAIN, "users reset alice --screen", &[YES, PAGE], Changed),
    (PLAIN, "users reset alice --copy=osc52", &[YES, (Arrived, "arrived? [y/N] ", "y\r")], Changed),
    (PLAIN, "users reset alice --as root", &[OF_ROOT, YES], Changed),
    (PLAIN, "users add bob --screen", &[PAGE], Changed),
    (PLAIN, "users require-change --search u00", &[YES], Changed),
    (PLAIN, "users unlock --search u00", &[YES], Changed),
    (PLAIN, "users disable --search u00", &[YES], Changed),
    (PLAIN, "users enable --search u00", &[YES], Changed),
    (PLAIN, "users sign-out --search u00", &[YES], Changed),
    (PLAIN, "users remove --search u00", &[YES], Changed),
    (PLAIN, "users restore --state removed", &[YES], Changed),
    (PLAIN, "users grant auditor --search u00", &[YES], Changed),
    (PLAIN, "users revoke auditor --search u00", &[YES], Changed),
    (PLAIN, "users disable --search u0", &[(Line, "to continue: ", "29\r")], Changed),
    (PLAIN, "users purge", &[YES], Changed),
    (PLAIN, "users purge gone", &[YES], Changed),
    (PLAIN, "users list", &[PAGER], Same),
    (PLAIN, "users list --as root", &[OF_ROOT, PAGER], Same),
    (CLOSED, "users list", &[(Line, "Username [", "root\r"), OF_ROOT, PAGER], Same),
    (PLAIN, "audit list", &[(Pager, "OUTCOME", "q")], Same),
    (PLAIN, "recover root", &[YES], Changed),
    (PLAIN, "recover root --screen", &[YES, PAGE], Changed),
    (PLAIN, "store restore monday.db", &[YES], Changed),
    (PLAIN, "init --store other.db --admin root --screen", &[PAGE], Same),
    (PLAIN, "verify alice", &[(Hushed, "Password: ", "brass lantern over wet slate\r")], Same),
    (PLAIN, "me profile --as alice", &[CURRENT], Same),
    (PLAIN, "me sign-in", &[USERNAME, CURRENT], Changed),
    (PLAIN, "me sign-in --as newbie", &[OF_NEWBIE, NEW, AGAIN], Changed),
    (PLAIN, "me passwd", &[USERNAME, CURRENT, NEW, AGAIN], Changed),
    (SIGNED_IN, "me passwd", &[OF_ROOT, NEW, AGAIN], Changed),
    (PLAIN, "me passwd --as alice", &[CURRENT, WEAK, WEAK, WEAK, (Last, "Press Enter to leave: ", "\r")], Fails(8)),
    (SIGNED_IN, "tokens create nightly --expires-in 1d", &[OF_ROOT], Changed),
    (SIGNED_IN, "tokens create nightly --expires-in 1d --screen", &[OF_ROOT, PAGE], Changed),
    (PLAIN, "demo --shell", &[(Shell, "ends", "exit\r")], Same),
    (LISTED, "users import many.csv", &[(Bar, "wrapping", "")], Changed),
];

/// Those that there are for stores in this place. A saved sign-in belongs to a store, and no closed store is copied to a
/// server. Stores that are made or restored are files.
pub fn dialogues(place: &Place) -> impl Iterator<Item = &'static Dialogue> {
    let is_files = place.is_files();
    DIALOGUES.iter().filter(move |(ground, line, ..)| {
        is_files || ([PLAIN, LISTED].contains(ground) && !line.starts_with("init ") && !line.starts_with("store "))
    })
}
