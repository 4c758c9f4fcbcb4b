//! What the environment decides: where the store, sign-ins and tokens are, and whether to use colours.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use zeroize::Zeroizing;

use crate::cli::ColorChoice;
use crate::domain::pam::PamFacts;
use crate::terminal::Nature;
use crate::terminal::clipboard::display::Display;
use crate::terminal::pager::PagerCommand;
use crate::token_source::TokenSource;

/// A variable of the environment. One that is empty is as if it were unset.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
#[must_use]
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The store that `PASSDESK_STORE` names.
#[must_use]
pub fn named_store() -> Option<PathBuf> {
    variable("PASSDESK_STORE").map(PathBuf::from)
}

/// The folder for what the store's owner throws away, on a shared host. The caller's folder is not for that.
static WORKSHOP: OnceLock<PathBuf> = OnceLock::new();

/// Takes a folder for what is thrown away.
pub fn take_workshop(folder: PathBuf) {
    // There is only one.
    let _ = WORKSHOP.set(folder);
}

/// The folder for what is thrown away.
#[must_use]
pub fn temporary_folder() -> PathBuf {
    if let Some(folder) = WORKSHOP.get() {
        return folder.clone();
    }
    Some(std::env::temp_dir()).filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| "/tmp".into())
}

/// Whether a location is the address of a PostgreSQL server. Any other one is the path of a file.
#[must_use]
pub fn is_server(location: &Path) -> bool {
    let location = location.as_os_str().as_encoded_bytes();
    ["postgres://", "postgresql://"].iter().any(|scheme| location.starts_with(scheme.as_bytes()))
}

/// Whether a location is a mistyped address: it begins with a word and `:/`. A file of that name can be named with `./`.
#[must_use]
pub fn is_mistyped_address(location: &Path) -> bool {
    let location = location.as_os_str().to_string_lossy();
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    location.split_once(":/").is_some_and(|(before, _)| is_word(before))
}

/// The path of the store: the one that was named, that of the site, or the default. The default is `/var/lib/passdesk/passdesk.db` for
/// root. Other users have it in their data folder (XDG Base Directory Specification).
pub fn store_path(named: Option<&Path>, site: Option<PathBuf>, is_root: bool) -> anyhow::Result<PathBuf> {
    if let Some(path) = named.map(Path::to_owned).or(site) {
        return Ok(path);
    }
    if is_root {
        return Ok("/var/lib/passdesk/passdesk.db".into());
    }
    Ok(folders()?.data_dir().join("passdesk/passdesk.db"))
}

/// The folder of the user's sign-ins.
pub fn sign_in_folder() -> anyhow::Result<PathBuf> {
    let folders = folders()?;
    Ok(folders.state_dir().unwrap_or_else(|| folders.data_dir()).join("passdesk"))
}

/// The user's home folder.
#[must_use]
pub fn home() -> Option<PathBuf> {
    folders().ok().map(|folders| folders.home_dir().to_owned())
}

fn folders() -> anyhow::Result<impl etcetera::BaseStrategy> {
    etcetera::choose_base_strategy().context("there is no home folder; name the store with --store")
}

/// Which display there is, and whether this is an ssh session.
#[must_use]
pub fn display() -> Display {
    Display::from_environment(variable)
}

/// Where a token is: `PASSDESK_TOKEN_FILE` first, then `PASSDESK_TOKEN`.
#[must_use]
pub fn token() -> TokenSource {
    let token = || variable("PASSDESK_TOKEN").map(|token| Zeroizing::new(token.into_vec()));
    match (variable("PASSDESK_TOKEN_FILE"), token()) {
        (Some(path), _) => TokenSource::File(path.into()),
        (None, Some(_)) => TokenSource::Variable(Box::new(move || token().unwrap_or_default())),
        (None, None) => TokenSource::Nowhere,
    }
}

/// What PAM says in the environment of a program that it runs (`pam_exec`(8)).
#[must_use]
pub fn pam() -> PamFacts {
    let said = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
    PamFacts::new(said("PAM_USER"), said("PAM_RHOST").as_deref(), said("PAM_SERVICE").as_deref())
}

/// The system's zone: a link into its folder of zones, or a file of that form.
const LOCAL: &str = "/etc/localtime";
/// The system's folder of zones.
const ZONES: &str = "/usr/share/zoneinfo/";

/// What `TZ` is for a caller at the other end of the door.
static ZONE_OF_CALLER: OnceLock<Option<OsString>> = OnceLock::new();

/// Takes the zone of a caller, as `TZ` names it, in the place of that of this process.
pub fn take_zone(named: Option<String>) {
    // There is only one caller.
    let _ = ZONE_OF_CALLER.set(named.map(OsString::from));
}

/// The zone of `TZ`, else the system's, else UTC. `TZ` is a name, a rule (POSIX), or the path of the system's zone or of
/// one in the system's folder. No other file is opened, and `TZDIR` does not count: through sudo, such a file would be
/// opened with the rights of another user.
pub static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
    let named = ZONE_OF_CALLER.get().cloned().unwrap_or_else(|| variable("TZ"));
    let named = named.map_or_else(|| Some(LOCAL.into()), |named| named.into_string().ok());
    named.and_then(|named| zone(&named, Path::new(LOCAL))).unwrap_or(TimeZone::UTC)
});

fn zone(named: &str, local: &Path) -> Option<TimeZone> {
    let named = named.strip_prefix(':').unwrap_or(named);
    if named != LOCAL {
        let name = named.strip_prefix(ZONES).unwrap_or(named);
        return by_name(name).or_else(|| TimeZone::posix(name).ok());
    }
    let link = std::fs::read_link(local).unwrap_or_default();
    let name = link.to_str().and_then(|link| link.rsplit_once("zoneinfo/")).map(|(_, name)| name);
    name.and_then(by_name).or_else(|| TimeZone::tzif("", &std::fs::read(local).ok()?).ok())
}

/// A zone by its name in the system's folder, or by its name in any case. Only its own file is read: to look through the
/// folder would take as long as all else that a short command does.
fn by_name(name: &str) -> Option<TimeZone> {
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return None;
    }
    let file = std::fs::read(Path::new(ZONES).join(name)).ok();
    file.and_then(|file| TimeZone::tzif(name, &file).ok()).or_else(|| TimeZoneDatabase::bundled().get(name).ok())
}

/// What shows a list that is longer than the screen: `PAGER`, else `less -R`. `None` if the terminal is dumb.
#[must_use]
pub fn pager() -> Option<PagerCommand> {
    if is_dumb() {
        return None;
    }
    let named = variable("PAGER").map_or_else(|| Some("less -R".into()), |pager| pager.into_string().ok());
    let mut words = shlex::split(&named?)?.into_iter();
    let has_options = variable("LESS").is_some();
    Some(PagerCommand { program: words.next()?, args: words.collect(), has_options })
}

/// Whether the terminal obeys no escape sequences, as far as `TERM` says.
fn is_dumb() -> bool {
    variable("TERM").is_none_or(|term| term == "dumb")
}

/// What the environment says about the terminal. ssh sets `SSH_TTY` only where it gives one.
#[must_use]
pub fn terminal() -> Nature {
    let is_bare_ssh = variable("SSH_CONNECTION").is_some() && variable("SSH_TTY").is_none();
    Nature { is_dumb: is_dumb(), is_bare_ssh }
}

/// Whether to use colours on a stream. `--color` decides first, then `NO_COLOR` and `TERM`. Otherwise a terminal gets
/// colours.
#[must_use]
pub fn coloured(choice: ColorChoice, is_terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => is_terminal && variable("NO_COLOR").is_none() && !is_dumb(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::{Timestamp, readable};

    #[test]
    fn a_mistyped_address_is_no_path() {
        for location in ["postgre://desk@db1/passdesk", "Postgres://db1/x", "postgres:/db1/x", "http://db1", "db1:/x"] {
            assert!(is_mistyped_address(Path::new(location)) && !is_server(Path::new(location)), "{location}");
        }
        for location in ["store.db", "./postgre://db1/x", "/srv/a:/b", "../a:/b", "a/b:/c", ":/x", "é:/x"] {
            assert!(!is_mistyped_address(Path::new(location)), "{location}");
        }
    }

    #[test]
    fn the_zone_of_the_system_is_a_link_to_a_zone_or_a_copy_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let [link, copy, none] = ["link", "copy", "none"].map(|name| folder.path().join(name));
        let amsterdam = format!("{ZONES}Europe/Amsterdam");
        std::os::unix::fs::symlink(&amsterdam, &link).unwrap();
        std::fs::copy(&amsterdam, &copy).unwrap();
        for local in [link, copy] {
            for named in ["/etc/localtime", ":/etc/localtime"] {
                let told = readable(Timestamp::UNIX_EPOCH, &zone(named, &local).unwrap());
                assert_eq!(told, "1970-01-01 01:00 CET", "{}", local.display());
            }
        }
        assert!(zone(LOCAL, &none).is_none());
    }

    #[test]
    fn a_zone_is_a_name_in_any_case_a_path_in_the_systems_folder_or_a_rule_and_no_other_file() {
        let none = Path::new("/nowhere");
        let path = format!(":{ZONES}Europe/Amsterdam");
        for named in ["Europe/Amsterdam", "europe/amsterdam", &path, "CET-1CEST,M3.5.0,M10.5.0/3"] {
            let told = readable(Timestamp::UNIX_EPOCH, &zone(named, none).unwrap());
            assert_eq!(told, "1970-01-01 01:00 CET", "{named}");
        }
        for named in
            ["../zoneinfo/Europe/Amsterdam", "/etc/../etc/localtime", "Europe//Amsterdam", "Europe", "zone.tab"]
        {
            assert!(zone(named, none).is_none(), "{named}");
        }
    }
}
