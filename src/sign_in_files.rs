//! The file in which a user's sign-in is kept between two commands.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use crate::domain::sign_in::SignInSecret;

/// A folder with a file for each store somebody is signed in to. Both are the user's alone.
pub struct SignInFiles {
    folder: PathBuf,
}

impl SignInFiles {
    /// The files in this folder, which need not exist.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, store: &str) -> PathBuf {
        self.folder.join(format!("{store}.sign-in"))
    }

    /// The sign-in kept for a store. Refuses a file that others can read.
    pub fn load(&self, store: &str) -> anyhow::Result<Option<SignInSecret>> {
        let path = self.path(store);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        if file.metadata()?.mode() & 0o077 != 0 {
            bail!("{} is open to others; sign out, and in again", path.display());
        }
        let mut text = Zeroizing::new(String::with_capacity(256));
        file.take(128).read_to_string(&mut text).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(SignInSecret::from_hex(text.trim_end()))
    }

    /// Keeps a sign-in for a store, in place of the one before. A reader sees the old one or the new one.
    pub fn save(&self, store: &str, secret: &SignInSecret) -> anyhow::Result<()> {
        let (path, folder) = (self.path(store), &self.folder);
        let unfinished = path.with_extension(format!("{}.new", std::process::id()));
        let write = || -> io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            // What a process of the same number left when it was killed is nobody's.
            let _ = fs::remove_file(&unfinished);
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
            file.write_all(secret.to_hex().as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().with_context(|| format!("the sign-in cannot be kept in {}", path.display()))
    }

    /// Forgets the sign-in for a store.
    pub fn remove(&self, store: &str) -> anyhow::Result<()> {
        let path = self.path(store);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be removed", path.display()))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

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
        let files = SignInFiles::in_folder(folder.path().join("a/b"));
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
    fn the_file_and_its_folder_are_the_users_alone() {
        let folder = tempfile::tempdir().unwrap();
        let files = SignInFiles::in_folder(folder.path().join("a"));
        files.save("store", &secret(1)).unwrap();
        assert_eq!(fs::metadata(&files.folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(files.path("store")).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = SignInFiles::in_folder(folder.path().to_owned());
        files.save("store", &secret(1)).unwrap();
        fs::set_permissions(files.path("store"), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(files.load("store").is_err());
    }
}
