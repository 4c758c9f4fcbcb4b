//! Where a script's token comes from: a file, or an environment variable.

use std::fs::{Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::domain::sign_in::SignInSecret;
use crate::domain::text::{shell_word, shown, utf_8};
use crate::failure::{Failure, Kind, Result};
use crate::folders;
use crate::named_file::{self, Links};

/// A longer text is no token, and is not read to its end.
const LONGEST: usize = 256;

/// Where a token is, if anywhere.
pub enum TokenSource {
    /// There is none.
    Nowhere,
    /// In the environment. It is copied only when it is read, and that copy is wiped.
    Variable(Box<dyn Fn() -> Zeroizing<Vec<u8>> + Send>),
    /// On the first line of a file.
    File(PathBuf),
}

/// What was found there.
pub enum GivenToken {
    /// A text in the form of a token.
    Token(SignInSecret),
    /// Any other text.
    Malformed,
}

impl TokenSource {
    /// Reads the token. Its file must be an ordinary one that others cannot get at. A file that passdesk keeps for itself
    /// is refused. Through sudo, no file is opened.
    pub fn read(&self, through_sudo: bool, is_kept: impl Fn(&Metadata) -> bool) -> Result<Option<GivenToken>> {
        let read = |bytes: &[u8], unusable: &dyn Fn(&str) -> Failure| {
            let text = utf_8(bytes).map_err(unusable)?;
            Ok(Some(SignInSecret::from_token(text.trim_end()).map_or(GivenToken::Malformed, GivenToken::Token)))
        };
        match self {
            Self::Nowhere => Ok(None),
            Self::Variable(bytes) => read(&bytes(), &|what| {
                Failure::new(Kind::Usage, format!("the token in PASSDESK_TOKEN {what}"))
                    .hint("copy the token as it was shown; it begins with 'pdsk_'")
            }),
            Self::File(path) if through_sudo => Err(not_through_sudo(path)),
            Self::File(path) => read(&first_line(path, is_kept)?, &|what| unusable(path, what)),
        }
    }
}

fn unusable(path: &Path, what: &str) -> Failure {
    Failure::new(Kind::Usage, format!("the token file {} {what}", shown(path)))
        .hint("PASSDESK_TOKEN_FILE names a file with a token on its first line")
}

/// The failure for a token file named through sudo. The file would be read with the rights of the borrowed user. The
/// caller could act by a token that they cannot read.
fn not_through_sudo(path: &Path) -> Failure {
    unusable(path, "is not opened through sudo")
        .hint("pass the token itself; sudo must keep it: T=$(cat FILE); PASSDESK_TOKEN=${T:?} sudo … passdesk …")
}

/// The failure for a file that others can get at.
fn open_to_others(path: &Path, file: &Metadata) -> Failure {
    let what = format!("is open to others (mode {:04o})", file.mode() & 0o7777);
    let remedy = if folders::is_read_only(path) {
        "its mount is read-only: have it mounted with mode 0400, or below a folder that others cannot enter".into()
    } else {
        format!("then: chmod 600 {}", shell_word(&shown(path)))
    };
    unusable(path, &what).hint(format!("if somebody may have read it, revoke the token; {remedy}"))
}

/// Whether others cannot get at a file, whatever its mode says. A folder above may be closed to them. Or the file is a
/// secret that root has mounted into a container: it lies in memory, and nothing there can change its mode.
fn is_out_of_reach(path: &Path, file: &Metadata) -> io::Result<bool> {
    // A second name may lie anywhere.
    if file.nlink() != 1 {
        return Ok(false);
    }
    Ok((file.uid() == 0 && folders::is_read_only(path) && is_in_memory(path))
        || folders::closed(&path.canonicalize()?)?)
}

#[cfg(target_os = "linux")]
fn is_in_memory(path: &Path) -> bool {
    // These are tmpfs and ramfs (linux/magic.h). The numbers fit into the lowest 32 bits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the rest is a sign, or nothing")]
    rustix::fs::statfs(path).is_ok_and(|system| [0x0102_1994, 0x8584_58f6].contains(&(system.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_: &Path) -> bool {
    false
}

fn first_line(path: &Path, is_kept: impl Fn(&Metadata) -> bool) -> Result<Zeroizing<Vec<u8>>> {
    let unreadable = |error: io::Error| unusable(path, &format!("cannot be read: {error}"));
    let will_do = |file: &Metadata| {
        if !file.is_file() {
            return Err(unusable(path, "is not an ordinary file"));
        }
        if is_kept(file) {
            return Err(unusable(path, "is one of passdesk's own files"));
        }
        if file.mode() & 0o077 != 0 && !is_out_of_reach(path, file).map_err(unreadable)? {
            return Err(open_to_others(path, file));
        }
        Ok(())
    };
    let (file, _) = named_file::open(path, OpenOptions::new().read(true), Links::Followed, unreadable, will_do)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    file.take(LONGEST as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    bytes.truncate(end);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn secret() -> SignInSecret {
        SignInSecret::generate(&mut StdRng::seed_from_u64(1))
    }

    fn file(folder: &Path, text: impl AsRef<[u8]>, mode: u32) -> TokenSource {
        let path = folder.join("token");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        TokenSource::File(path)
    }

    fn variable(text: impl AsRef<[u8]>) -> TokenSource {
        let text = text.as_ref().to_owned();
        TokenSource::Variable(Box::new(move || Zeroizing::new(text.clone())))
    }

    fn is_the_token(source: &TokenSource) -> bool {
        matches!(source.read(false, |_| false), Ok(Some(GivenToken::Token(token))) if token.digest() == secret().digest())
    }

    #[test]
    fn the_token_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        for rest in ["", "\n", "\r\n", "\nmore\n"] {
            for mark in ["", "\u{feff}"] {
                let text = format!("{mark}{}{rest}", *secret().to_token());
                assert!(is_the_token(&file(folder.path(), &text, 0o600)), "{text:?}");
                let line = text.lines().next().unwrap_or_default();
                assert!(is_the_token(&variable(line)), "{line:?}");
            }
        }
    }

    #[test]
    fn what_is_no_token_is_malformed_and_never_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for text in [&b""[..], b"\n", b"pdsk_12", &[b'x'; 5_000]] {
            assert!(matches!(file(folder.path(), text, 0o600).read(false, |_| false), Ok(Some(GivenToken::Malformed))));
        }
    }

    #[test]
    fn what_is_not_utf_8_is_refused_and_said_to_be_so() {
        let folder = tempfile::tempdir().unwrap();
        for (text, what) in [
            (&b"\xff"[..], "is not UTF-8"),
            (b"pdsk_\xfc\n", "is not UTF-8"),
            (b"\xff\xfep\0d\0", "is UTF-16, not UTF-8"),
            ("pdsk_\u{fffd}".as_bytes(), "stands for lost text"),
        ] {
            for source in [file(folder.path(), text, 0o600), variable(text)] {
                let failure = source.read(false, |_| false).err().unwrap();
                assert!(failure.kind == Kind::Usage && failure.message.contains(what), "{}", failure.message);
            }
        }
    }

    #[test]
    fn a_file_that_is_not_there_or_open_to_others_is_refused() {
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        assert!(TokenSource::File(folder.path().join("nowhere")).read(false, |_| false).is_err());
        for mode in [0o640, 0o604, 0o620] {
            assert!(
                file(folder.path(), secret().to_token().as_bytes(), mode).read(false, |_| false).is_err(),
                "{mode:o}"
            );
        }
    }
}
