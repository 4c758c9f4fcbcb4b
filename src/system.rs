//! The operating system: the time, who runs this, and what it must not store of this process.

use std::fs::read_to_string;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use nix::unistd::User;
use rand::rngs::SysRng;
use rand::{CryptoRng, TryRng as _};
use rustix::process::{Resource, Rlimit, getegid, geteuid, getgid, getrlimit, getuid, setrlimit};
use signal_hook::consts::SIGXFSZ;

use crate::config::variable;
use crate::domain::actor::Operator;
use crate::domain::clock::{Clock, before, to_the_second};
use crate::failure::{Failure, Kind, Result};

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed in")]
    fn now(&self) -> Timestamp {
        // A clock set beyond the range of a timestamp gives the last or the first one.
        let now = Timestamp::try_from(SystemTime::now());
        let beyond = |_| if SystemTime::now() < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
        to_the_second(now.unwrap_or_else(beyond))
    }
}

/// The system's clock, put back by this long.
pub struct Slow(pub SignedDuration);

impl Clock for Slow {
    fn now(&self) -> Timestamp {
        before(SystemClock.now(), self.0)
    }
}

/// The system's random generator. If it fails, the program can only stop.
pub fn random() -> anyhow::Result<impl CryptoRng> {
    let mut probe = [0; 1];
    SysRng.try_fill_bytes(&mut probe).context("the system has no random numbers")?;
    Ok(rand::rand_core::UnwrapErr(SysRng))
}

/// Refuses to run with borrowed rights (set-user-ID or set-group-ID), and prevents core dumps, which could hold secrets.
pub fn secure() -> Result<()> {
    if getuid() != geteuid() || getgid() != getegid() {
        return Err(Failure::new(Kind::Failed, "passdesk does not run set-user-id or set-group-id")
            .hint("remove that bit with chmod, and use a sudo rule; the Debian package brings one"));
    }
    // If one of the two is not available, the other still protects.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    Ok(())
}

/// Makes a write beyond the file size limit (`ulimit -f`) fail, as on a full disk. Otherwise the system would end the
/// program without a word (setrlimit, `RLIMIT_FSIZE`).
pub fn outlive_file_limit() {
    // Nobody reads this flag, since the write itself fails.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// The free memory to assume if nothing tells it, in bytes.
const FREE_UNSAID: u64 = 512 << 20;

/// How much memory can still be taken, in bytes. It is the least of three: what the system leaves, what the control
/// group leaves, and what the limit on the address space leaves.
#[must_use]
pub fn free_memory() -> u64 {
    [free_in_system(), free_in_group(), free_in_address_space()].into_iter().flatten().min().unwrap_or(FREE_UNSAID)
}

/// `MemAvailable` (proc(5)).
fn free_in_system() -> Option<u64> {
    Some(named_number(&read_to_string("/proc/meminfo").ok()?, "MemAvailable:")? * 1024)
}

/// By the memory controller of cgroup v2. Its file cache counts as free, since it is dropped under pressure.
fn free_in_group() -> Option<u64> {
    let groups = read_to_string("/proc/self/cgroup").ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let read = |name: &str| read_to_string(format!("/sys/fs/cgroup{group}/{name}")).ok();
    let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
    let files = named_number(&read("memory.stat")?, "inactive_file").unwrap_or(0);
    Some(number("memory.max")?.saturating_sub(number("memory.current")?.saturating_sub(files)))
}

fn free_in_address_space() -> Option<u64> {
    let most = getrlimit(Resource::As).current?;
    let taken = named_number(&read_to_string("/proc/self/status").ok()?, "VmSize:")? * 1024;
    Some(most.saturating_sub(taken))
}

/// The number after a name at the start of a line.
fn named_number(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

/// A user name from the environment, which may hold anything. A text that cannot be a user name is not repeated.
fn os_name(text: &str) -> String {
    let possible = text.len() <= 64 && text.chars().all(|c| c.is_alphanumeric() || "._-+@\\$".contains(c));
    if possible { text.to_owned() } else { "an impossible name".to_owned() }
}

/// Whether root runs this.
#[must_use]
pub fn is_root() -> bool {
    geteuid().is_root()
}

/// Whether this user runs this.
#[must_use]
pub fn is(user: &User) -> bool {
    geteuid().as_raw() == user.uid.as_raw()
}

/// This program.
pub fn program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("the path of this program is not known")
}

/// The user id of the user who called sudo, if sudo was used.
#[must_use]
pub fn sudo_caller() -> Option<u32> {
    variable("SUDO_UID")?.to_str()?.parse().ok()
}

/// Whether the program runs as another user, through sudo. Root as the caller does not count: root need not
/// borrow rights.
#[must_use]
pub fn is_through_sudo() -> bool {
    sudo_caller().is_some_and(|caller| caller != 0 && caller != geteuid().as_raw())
}

/// Who runs this.
#[must_use]
pub fn operator() -> Operator {
    let uid = getuid().as_raw();
    Operator { uid, os_user: os_user(uid), sudo_caller: sudo_user(), role: None, is_guest: false }
}

/// The name of the user who called sudo, if sudo was used.
#[must_use]
pub fn sudo_user() -> Option<String> {
    variable("SUDO_USER").map(|name| os_name(&name.to_string_lossy()))
}

/// A caller for whom the store's owner runs this. Only root is an operator then. `sudo_caller` is what root says of who
/// called sudo.
#[must_use]
pub fn caller(uid: u32, sudo_caller: Option<&str>) -> Operator {
    let is_root = uid == 0;
    let sudo_caller = sudo_caller.filter(|_| is_root).map(os_name);
    Operator { uid, os_user: os_user(uid), sudo_caller, role: None, is_guest: !is_root }
}

/// The name of a user, or the number if there is no name.
fn os_user(uid: u32) -> String {
    User::from_uid(uid.into()).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}

/// The user's shell, on a store. The shell has sign-ins of its own, beside the store.
pub fn shell(store: &Path) -> io::Result<Command> {
    let beside = store.parent().unwrap_or(store);
    let own = program().map_err(io::Error::other)?;
    let path = variable("PATH");
    let path = path.iter().flat_map(std::env::split_paths);
    let path = own.parent().map(Path::to_owned).into_iter().chain(path);
    let mut shell = Command::new(variable("SHELL").unwrap_or_else(|| "/bin/sh".into()));
    shell
        .env("PASSDESK_STORE", store)
        .env("XDG_STATE_HOME", beside)
        .env("PATH", std::env::join_paths(path).map_err(io::Error::other)?);
    Ok(shell)
}
