//! What the administrator of a machine decided for all who use passdesk there: `/etc/passdesk/config.toml`.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::unistd::User;
use serde::Deserialize;

use crate::failure::{Failure, Kind, Result};

/// Where it is.
const FILE: &str = "/etc/passdesk/config.toml";
/// A longer file is no configuration, in bytes.
const LONGEST: u64 = 64 << 10;

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Site {
    /// The store: a file, or the address of a server.
    pub store: Option<PathBuf>,
    /// The user to whom the store belongs. Everybody else comes to it through the door.
    pub run_as: Option<String>,
}

impl Site {
    /// Reads the file. Without one, the site has decided nothing.
    pub fn read() -> Result<Self> {
        match Self::text(Path::new(FILE), 0) {
            Ok(text) => Self::of(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(unusable(&error.to_string())),
        }
    }

    /// The text of a file that only its owner can write.
    fn text(path: &Path, owner: u32) -> io::Result<String> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.uid() != owner || metadata.mode() & 0o022 != 0 {
            return Err(io::Error::other("it must belong to root, and nobody else may write it"));
        }
        let mut text = String::new();
        file.take(LONGEST + 1).read_to_string(&mut text)?;
        // What is behind the end may decide something.
        if text.len() as u64 > LONGEST { Err(io::Error::other("it is longer than 64 KiB")) } else { Ok(text) }
    }

    /// What a text says.
    pub fn of(text: &str) -> Result<Self> {
        let site: Self = toml::from_str(text).map_err(|error| unusable(error.message()))?;
        let is_absolute =
            site.store.as_ref().is_none_or(|store| store.is_absolute() || crate::config::is_server(store));
        if !is_absolute {
            return Err(unusable("the path of the store must begin with a /"));
        }
        if site.run_as.is_some() && site.store.is_none() {
            return Err(unusable("run-as needs a store"));
        }
        Ok(site)
    }

    /// The user to whom the store belongs, if that is decided here.
    pub fn owner(&self) -> Result<Option<User>> {
        let Some(name) = &self.run_as else { return Ok(None) };
        match User::from_name(name) {
            Ok(Some(user)) => Ok(Some(user)),
            Ok(None) => Err(unusable(&format!("this machine has no user {name}"))),
            Err(error) => Err(unusable(&format!("the user {name} cannot be looked up: {error}"))),
        }
    }

    /// Whether this location is that of the site's store.
    #[must_use]
    pub fn has(&self, location: &Path) -> bool {
        let same = |store: &PathBuf| store == location || fs::canonicalize(location).is_ok_and(|path| path == *store);
        self.store.as_ref().is_some_and(same)
    }
}

fn unusable(what: &str) -> Failure {
    Failure::new(Kind::StoreUnusable, format!("{FILE} cannot be used: {what}"))
        .hint("an administrator of this machine mends it; it has two keys, store and run-as")
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_names_the_store_and_its_owner() {
        let site = Site::of("store = \"/var/lib/passdesk/passdesk.db\"\nrun-as = \"passdesk\"\n").unwrap();
        assert!(site.has(Path::new("/var/lib/passdesk/passdesk.db")) && !site.has(Path::new("/other.db")));
        assert_eq!(site.run_as.as_deref(), Some("passdesk"));
        let server = Site::of("store = 'postgres://db1/passdesk'").unwrap();
        assert_eq!((server.store, server.run_as), (Some("postgres://db1/passdesk".into()), None));
        assert_eq!(Site::of("").unwrap(), Site::default());
    }

    #[test]
    fn what_it_does_not_know_is_refused_and_not_passed_over() {
        for text in ["stor = '/x'", "store = 7", "store = 'x.db'", "store =", "run-as = 'passdesk'", "[store]"] {
            assert_eq!(Site::of(text).unwrap_err().kind, Kind::StoreUnusable, "{text}");
        }
    }

    #[test]
    fn a_file_that_is_too_long_is_refused_and_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for (length, is_taken) in [(LONGEST, true), (LONGEST + 1, false)] {
            fs::write(&path, "#".repeat(usize::try_from(length).unwrap())).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
            let owner = fs::metadata(&path).unwrap().uid();
            assert_eq!(Site::text(&path, owner).is_ok(), is_taken, "{length}");
        }
    }

    #[test]
    fn a_file_that_others_can_write_decides_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "store = '/x'").unwrap();
        let owner = fs::metadata(&path).unwrap().uid();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(Site::text(&path, owner).is_ok());
        assert!(Site::text(&path, owner + 1).is_err());
        for mode in [0o664, 0o646] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(Site::text(&path, owner).is_err(), "{mode:o}");
        }
    }
}
