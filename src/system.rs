//! The operating system: the time, who runs this, and what it must not keep of us.

use std::ffi::OsString;

use anyhow::Context as _;
use jiff::Timestamp;
use rand::rngs::SysRng;
use rand::{CryptoRng, TryRng as _};
use rustix::process::{Resource, Rlimit, getegid, geteuid, getgid, getuid, setrlimit};

use crate::domain::actor::Operator;
use crate::domain::clock::Clock;
use crate::failure::{Failure, Kind, Result};

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed in")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }
}

/// The system's random generator. If it fails there is nothing left to do but stop.
pub fn random() -> anyhow::Result<impl CryptoRng> {
    let mut probe = [0; 1];
    SysRng.try_fill_bytes(&mut probe).context("the system has no random numbers")?;
    Ok(rand::rand_core::UnwrapErr(SysRng))
}

/// Refuses to run with borrowed rights, and sees to it that no secret ends up in a core dump.
pub fn secure() -> Result<()> {
    if getuid() != geteuid() || getgid() != getegid() {
        return Err(Failure::new(Kind::Failed, "passdesk does not run set-user-id or set-group-id")
            .hint("take the bit away with chmod, and let people in with a sudo rule; the README shows one"));
    }
    // Where one of these is not to be had, the other still holds.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    Ok(())
}

/// A user name from the environment, which may hold anything: what cannot be one is not repeated.
fn os_name(text: &str) -> String {
    let possible = text.len() <= 64 && text.chars().all(|c| c.is_alphanumeric() || "._-@\\$".contains(c));
    if possible { text.to_owned() } else { "an impossible name".to_owned() }
}

/// Whether root runs this.
#[must_use]
pub fn is_root() -> bool {
    geteuid().is_root()
}

/// The user id of whoever called sudo, where it was called.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub fn sudo_caller() -> Option<u32> {
    std::env::var_os("SUDO_UID")?.to_str()?.parse().ok()
}

/// Whether somebody runs this as another user, through sudo. Root has no need to borrow anybody's rights.
#[must_use]
pub fn is_through_sudo() -> bool {
    sudo_caller().is_some_and(|caller| caller != 0 && caller != geteuid().as_raw())
}

/// Who runs this.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub fn operator() -> Operator {
    let uid = getuid().as_raw();
    let os_user =
        nix::unistd::User::from_uid(uid.into()).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
    let sudo_caller = std::env::var_os("SUDO_USER").map(|name: OsString| os_name(&name.to_string_lossy()));
    Operator { uid, os_user, sudo_caller: sudo_caller.filter(|name| !name.is_empty()) }
}
