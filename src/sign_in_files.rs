//! The file that keeps a user's sign-in between two commands.

use std::fs::{self, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context as _, anyhow};
use zeroize::Zeroizing;

use crate::domain::sign_in::SignInSecret;
use crate::domain::text::shown;
use crate::folders;
use crate::made::{Fleeting, Made, missing_folders, names_in, sync_folder_of};
use crate::named_file::{self, Links};

/// Where the caller's sign-ins are kept between two commands, by the name of their store.
pub trait SignIns {
    /// The saved sign-in for a store. Refuses anything but a sign-in that only the user can read.
    fn load(&self, store: &str) -> anyhow::Result<Option<SignInSecret>>;

    /// The same, for ending the sign-in. The user must own the file, but its mode does not matter. A sign-in that
    /// others could read has to end all the more.
    fn load_to_end(&self, store: &str) -> anyhow::Result<Option<SignInSecret>>;

    /// Saves a sign-in for a store, in place of the old one. A reader sees either the old one or the new one.
    fn save(&self, store: &str, secret: &SignInSecret) -> anyhow::Result<()>;

    /// Deletes the saved sign-in for a store.
    fn remove(&self, store: &str) -> anyhow::Result<()>;
}

/// A folder with one file for each store that the user is signed in to. Only the user can read the files, and the
/// folder if it was made here. A caller through sudo has a separate file. So several people who act as one user share
/// no sign-in.
pub struct SignInFiles {
    folder: Option<PathBuf>,
    sudo_caller: Option<u32>,
}

impl SignInFiles {
    /// The files in this folder, which need not exist. Without a folder, no sign-in can be kept.
    #[must_use]
    pub fn in_folder(folder: Option<PathBuf>, sudo_caller: Option<u32>) -> Self {
        Self { folder, sudo_caller }
    }

    fn path(&self, store: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.as_ref().context("there is no home folder for a sign-in; use --as instead")?;
        // The name comes from the store, or from the other half of a shared host.
        anyhow::ensure!(store.bytes().all(|byte| byte.is_ascii_alphanumeric()), "this is no name of a store");
        Ok(folder.join(match self.sudo_caller {
            Some(uid) => format!("{store}.uid-{uid}.sign-in"),
            None => format!("{store}.sign-in"),
        }))
    }

    /// Refuses a folder that others can rearrange. They could replace one sign-in with another.
    fn closed(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        match folders::fault(&folder.canonicalize()?, false)? {
            Some(fault) => Err(io::Error::other(fault.message)),
            None => Ok(()),
        }
    }

    /// Reads a sign-in from a file that will do.
    fn read(
        &self,
        store: &str,
        will_do: impl FnOnce(&Metadata) -> Result<(), String>,
    ) -> anyhow::Result<Option<SignInSecret>> {
        let Ok(path) = self.path(store) else { return Ok(None) };
        let unfit = |fault: String| {
            anyhow!("the sign-in in {} cannot be used: {fault}; 'passdesk me sign-out' removes it", shown(&path))
        };
        // `None` says that there is no sign-in.
        let unread = |error: io::Error| {
            let is_absent = error.kind() == io::ErrorKind::NotFound;
            (!is_absent).then(|| anyhow::Error::from(error).context(format!("{} cannot be read", shown(&path))))
        };
        let opened = named_file::open(&path, OpenOptions::new().read(true), Links::Refused, unread, |file| {
            let fault = if file.is_file() { will_do(file) } else { Err("it is not a file".into()) };
            fault.map_err(|fault| Some(unfit(fault)))
        });
        let file = match opened {
            Ok((file, _)) => file,
            Err(None) => return Ok(None),
            Err(Some(error)) => return Err(error),
        };
        let mut text = Zeroizing::new(Vec::with_capacity(256));
        file.take(128).read_to_end(&mut text)?;
        match std::str::from_utf8(&text).ok().and_then(|text| SignInSecret::from_hex(text.trim_end())) {
            Some(secret) => Ok(Some(secret)),
            None => Err(unfit("it holds no sign-in".into())),
        }
    }

    /// Whether an existing file is one of these. It does not matter who is signed in by it, or under which name it was
    /// found.
    #[must_use]
    pub fn have(&self, file: &Metadata) -> bool {
        let Some(folder) = &self.folder else { return false };
        names_in(folder).unwrap_or_default().iter().any(|name| {
            fs::symlink_metadata(folder.join(name))
                .is_ok_and(|kept| (kept.dev(), kept.ino()) == (file.dev(), file.ino()))
        })
    }

    /// Whether a file at this path would be one of these, or stand among them.
    #[must_use]
    pub fn claim(&self, path: &Path) -> bool {
        let beside = absolute(path).ok().and_then(|path| path.parent()?.canonicalize().ok());
        beside.is_some() && beside == self.folder.as_ref().and_then(|folder| folder.canonicalize().ok())
    }
}

impl SignIns for SignInFiles {
    fn load(&self, store: &str) -> anyhow::Result<Option<SignInSecret>> {
        self.read(store, |file| {
            if !is_own(file) {
                return Err("it belongs to somebody else".into());
            }
            match file.mode() & 0o7777 {
                mode if mode & 0o077 != 0 => Err(format!("it is open to others (mode {mode:04o})")),
                _ => self.closed().map_err(|error| error.to_string()),
            }
        })
    }

    fn load_to_end(&self, store: &str) -> anyhow::Result<Option<SignInSecret>> {
        if let Ok(path) = self.path(store)
            && let Ok(file) = fs::symlink_metadata(&path)
            && file.is_file()
            && is_own(&file)
            && file.mode() & 0o400 == 0
            && self.closed().is_ok()
        {
            // If this fails, the reading fails too.
            let _ = fs::set_permissions(&path, Permissions::from_mode(file.mode() | 0o400));
        }
        self.read(store, |file| if is_own(file) { Ok(()) } else { Err("it belongs to somebody else".into()) })
    }

    fn save(&self, store: &str, secret: &SignInSecret) -> anyhow::Result<()> {
        let path = self.path(store)?;
        let write = || -> io::Result<()> {
            let folder = path.parent().unwrap_or(&path);
            // They go again if this fails, unless something is in them by then.
            let _made_folders = missing_folders(folder)?;
            self.closed()?;
            let (mut file, unfinished) = Made::unfinished(folder, format!("{store}.").as_ref(), ".new")?;
            let unfinished = Fleeting(unfinished);
            file.write_all(secret.to_hex().as_bytes())?;
            file.sync_all()?;
            let placed = unfinished.0.clone().replace(&path)?;
            // Without this, the name might be gone after a power cut.
            sync_folder_of(&path).inspect_err(|_| placed.discard())
        };
        write().with_context(|| format!("the sign-in cannot be kept in {}", shown(&path)))
    }

    fn remove(&self, store: &str) -> anyhow::Result<()> {
        let Ok(path) = self.path(store) else { return Ok(()) };
        match fs::remove_file(&path) {
            Ok(()) => sync_folder_of(&path)
                .with_context(|| format!("{} is removed, but may come back after a power cut", shown(&path))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be removed", shown(&path))),
        }
    }
}

fn is_own(file: &Metadata) -> bool {
    file.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, chown};

    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn secret(seed: u64) -> SignInSecret {
        SignInSecret::generate(&mut StdRng::seed_from_u64(seed))
    }

    fn loaded(files: &SignInFiles) -> Option<crate::domain::sign_in::SignInDigest> {
        files.load("store").unwrap().map(|secret| secret.digest())
    }

    #[test]
    fn a_sign_in_is_kept_replaced_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let files = SignInFiles::in_folder(Some(folder.path().join("a/b")), None);
        assert_eq!(loaded(&files), None);
        for seed in [1, 2] {
            files.save("store", &secret(seed)).unwrap();
            assert_eq!(loaded(&files), Some(secret(seed).digest()));
        }
        assert!(files.load("other").unwrap().is_none());
        files.remove("store").unwrap();
        files.remove("store").unwrap();
        assert_eq!(loaded(&files), None);
    }

    #[test]
    fn people_who_come_through_sudo_do_not_share_a_sign_in() {
        let folder = tempfile::tempdir().unwrap();
        let of = |caller| SignInFiles::in_folder(Some(folder.path().to_owned()), caller);
        for (seed, caller) in [(1, None), (2, Some(1000)), (3, Some(1001))] {
            of(caller).save("store", &secret(seed)).unwrap();
        }
        of(Some(1001)).remove("store").unwrap();
        assert_eq!(loaded(&of(None)), Some(secret(1).digest()));
        assert_eq!(loaded(&of(Some(1000))), Some(secret(2).digest()));
        assert_eq!(loaded(&of(Some(1001))), None);
    }

    #[test]
    fn the_file_and_its_folder_are_the_users_alone() {
        let folder = tempfile::tempdir().unwrap();
        let files = SignInFiles::in_folder(Some(folder.path().join("a")), None);
        files.save("store", &secret(1)).unwrap();
        assert_eq!(fs::metadata(folder.path().join("a")).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(files.path("store").unwrap()).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_open_to_others_is_refused_with_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let files = SignInFiles::in_folder(Some(folder.path().to_owned()), None);
        files.save("store", &secret(1)).unwrap();
        for mode in [0o640, 0o604, 0o610] {
            fs::set_permissions(files.path("store").unwrap(), Permissions::from_mode(mode)).unwrap();
            let Err(refused) = files.load("store") else { panic!("{mode:o}") };
            assert!(refused.to_string().contains(&format!("open to others (mode {mode:04o})")), "{refused}");
        }
    }

    #[test]
    fn what_is_no_sign_in_is_refused_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let files = SignInFiles::in_folder(Some(folder.path().to_owned()), None);
        let path = files.path("store").unwrap();
        for text in [&b""[..], b"abc", b"\xff\xff", &[b'0'; 5_000]] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            assert!(files.load("store").is_err());
            files.remove("store").unwrap();
        }
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(files.load("store").is_err());
    }

    #[test]
    fn without_a_folder_there_is_no_sign_in_and_none_is_kept() {
        let files = SignInFiles::in_folder(None, None);
        assert!(files.load("store").unwrap().is_none());
        assert!(files.save("store", &secret(1)).is_err());
        files.remove("store").unwrap();
    }

    #[test]
    fn a_file_of_somebody_else_is_refused_to_sign_in_and_to_sign_out() {
        let folder = tempfile::tempdir().unwrap();
        let files = SignInFiles::in_folder(Some(folder.path().to_owned()), None);
        files.save("store", &secret(1)).unwrap();
        let path = files.path("store").unwrap();
        if fs::metadata(&path).unwrap().uid() != 0 {
            // Only root can give files away.
            return;
        }
        chown(&path, Some(65_534), None).unwrap();
        for loaded in [files.load("store"), files.load_to_end("store")] {
            let Err(refused) = loaded else { panic!("it was taken") };
            assert!(refused.to_string().contains("it belongs to somebody else"), "{refused}");
        }
    }

    #[test]
    fn in_a_folder_that_others_can_rearrange_no_sign_in_is_kept_or_taken() {
        let folder = tempfile::tempdir().unwrap();
        let files = SignInFiles::in_folder(Some(folder.path().to_owned()), Some(1000));
        files.save("store", &secret(1)).unwrap();
        for mode in [0o770, 0o1777] {
            fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
            let Err(refused) = files.load("store") else { panic!("it was taken") };
            assert!(refused.to_string().contains("lets others rename files (mode "), "{refused}");
            assert!(files.save("store", &secret(2)).is_err());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
            // It can still be ended.
            assert_eq!(files.load_to_end("store").unwrap().map(|kept| kept.digest()), Some(secret(1).digest()));
        }
    }

    #[test]
    fn what_is_named_beside_a_sign_in_is_claimed() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("kept");
        fs::create_dir(&kept).unwrap();
        let files = SignInFiles::in_folder(Some(kept.clone()), None);
        assert!(files.claim(&kept.join("another.sign-in")) && files.claim(&kept.join("../kept/x")));
        assert!(!files.claim(&folder.path().join("x")) && !files.claim(Path::new("x")));
    }
}
