//! What the environment decides: where the store, sign-ins and tokens are, and whether to use colours.

use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use zeroize::Zeroizing;

use crate::cli::ColorChoice;
use crate::terminal::clipboard::display::Display;
use crate::terminal::pager::PagerCommand;
use crate::token_source::TokenSource;

/// The path of the store: the one that was named, or the default. The default is `/var/lib/passdesk/passdesk.db` for
/// root. Other users have it in their data folder (XDG Base Directory Specification).
pub fn store_path(named: Option<&Path>, is_root: bool) -> anyhow::Result<PathBuf> {
    if let Some(path) = named {
        return Ok(path.to_owned());
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

fn folders() -> anyhow::Result<impl etcetera::BaseStrategy> {
    etcetera::choose_base_strategy().context("there is no home folder; name the store with --store")
}

/// Which display there is, and whether this is an ssh session.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
#[must_use]
pub fn display() -> Display {
    Display::from_environment(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

/// Where a token is: `PASSDESK_TOKEN_FILE` first, then `PASSDESK_TOKEN`. An empty variable counts as a bad token. A
/// script whose token could not be read must not go on as somebody else.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
#[must_use]
pub fn token() -> TokenSource {
    match (std::env::var_os("PASSDESK_TOKEN_FILE"), std::env::var_os("PASSDESK_TOKEN")) {
        (Some(path), _) => TokenSource::File(path.into()),
        (None, Some(token)) => TokenSource::Variable(Zeroizing::new(token.into_vec())),
        (None, None) => TokenSource::Nowhere,
    }
}

/// The system's zone: a link into its folder of zones, or a file of that form.
const LOCAL: &str = "/etc/localtime";
/// The system's folder of zones.
const ZONES: &str = "/usr/share/zoneinfo/";

/// The zone of `TZ`, else the system's, else UTC. `TZ` is a name, a rule (POSIX), or the path of the system's zone or of
/// one in the system's folder. No other file is opened, and `TZDIR` does not count: through sudo, such a file would be
/// opened with the rights of another user.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
    let named = std::env::var_os("TZ").map_or_else(|| Some(LOCAL.into()), |named| named.into_string().ok());
    named.and_then(|named| zone(&named, Path::new(LOCAL))).unwrap_or(TimeZone::UTC)
});

fn zone(named: &str, local: &Path) -> Option<TimeZone> {
    let zones = TimeZoneDatabase::from_dir(ZONES).unwrap_or_else(|_| TimeZoneDatabase::bundled());
    let named = named.strip_prefix(':').unwrap_or(named);
    if named != LOCAL {
        let name = named.strip_prefix(ZONES).unwrap_or(named);
        return zones.get(name).or_else(|_| TimeZone::posix(name)).ok();
    }
    let link = std::fs::read_link(local).unwrap_or_default();
    let name = link.to_str().and_then(|link| link.rsplit_once("zoneinfo/")).map(|(_, name)| name);
    name.and_then(|name| zones.get(name).ok()).or_else(|| TimeZone::tzif("", &std::fs::read(local).ok()?).ok())
}

/// What shows a list that is longer than the screen: `PAGER`, else `less -R`. `None` if `PAGER` is empty, or the terminal
/// cannot move its cursor.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
#[must_use]
pub fn pager() -> Option<PagerCommand> {
    if std::env::var_os("TERM").is_none_or(|term| term == "dumb") {
        return None;
    }
    let named = std::env::var_os("PAGER").map_or_else(|| Some("less -R".into()), |pager| pager.into_string().ok());
    let mut words = shlex::split(&named?)?.into_iter();
    let has_options = std::env::var_os("LESS").is_some();
    Some(PagerCommand { program: words.next()?, args: words.collect(), has_options })
}

/// Whether to use colours on a stream. `--color` decides first, then `NO_COLOR` and `TERM=dumb`. Otherwise a terminal
/// gets colours.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
#[must_use]
pub fn coloured(choice: ColorChoice, is_terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
            is_terminal && !refused && !dumb
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::{Timestamp, readable};

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
}
