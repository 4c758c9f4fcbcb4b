//! The password file (PostgreSQL 15, 34.16), and how a password is kept out of messages.

use std::fs::Metadata;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::files;
use crate::domain::text::{neutral, shell_word, shown};

/// What a password is for, as a line of the file names it.
pub(super) struct Wanted<'a> {
    /// The host, or the folder of the socket. It is `localhost` for the default folder.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// The database.
    pub database: &'a str,
    /// The user.
    pub user: &'a str,
}

/// Why there is no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    /// No file is named, and there is no home folder that could have one.
    Nowhere,
    /// There is no file.
    NoFile(PathBuf),
    /// The file is not used: others can get at it. It has this mode.
    Open(PathBuf, u32),
    /// The file cannot be read.
    Unread(PathBuf, String),
    /// No line of the file is for it.
    NoLine(PathBuf),
    /// The first line for it has no password.
    Blank(PathBuf),
}

impl Missing {
    /// What is wrong, after the word "and", and what to do.
    pub(super) fn told(&self, wanted: &Wanted) -> (String, String) {
        let line = wanted.line();
        match self {
            Self::Nowhere => (
                "there is no home folder that could have a password file".into(),
                format!("name a file with passfile in the address, or with PGPASSFILE; write the line {line} into it"),
            ),
            Self::NoFile(path) => (
                format!("there is no password file {}", shown(path)),
                format!("write the line {line} into it, then: chmod 600 {}", shell_word(&shown(path))),
            ),
            Self::Open(path, mode) => (
                format!("the password file {} is not used, since it is open to others (mode {mode:04o})", shown(path)),
                format!(
                    "if somebody may have read it, change the password; then: chmod 600 {}",
                    shell_word(&shown(path))
                ),
            ),
            Self::Unread(path, why) => (
                format!("the password file {} cannot be read: {why}", shown(path)),
                "make it an ordinary file of your own, with mode 0600".into(),
            ),
            Self::NoLine(path) => (
                format!("the password file {} has no line for it", shown(path)),
                format!("write the line {line} into it; the first line that matches counts"),
            ),
            Self::Blank(path) => (
                format!("the line for it in the password file {} has no password", shown(path)),
                format!("the line has the form {line}; the first line that matches counts"),
            ),
        }
    }
}

impl Wanted<'_> {
    /// A line of the file for this.
    fn line(&self) -> String {
        let escaped = |text: &str| shown(text.replace('\\', "\\\\").replace(':', "\\:"));
        let [host, database, user] = [self.host, self.database, self.user].map(escaped);
        format!("'{host}:{}:{database}:{user}:PASSWORD'", self.port)
    }

    /// The password of a line, if the line is for this.
    fn password_of(&self, line: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let port = self.port.to_string();
        let names = [self.host, &port, self.database, self.user];
        let mut rest = line;
        for name in names {
            rest = after(rest, name.as_bytes())?;
        }
        let mut password = Zeroizing::new(Vec::with_capacity(rest.len()));
        let mut bytes = rest.iter().copied().peekable();
        while let Some(byte) = bytes.next().filter(|byte| *byte != b':') {
            let escaped = if byte == b'\\' { bytes.next() } else { None };
            password.push(escaped.unwrap_or(byte));
        }
        Some(password)
    }
}

/// What follows the first field of a line, if the field matches the name.
fn after<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    if let Some(rest) = line.strip_prefix(b"*:") {
        return Some(rest);
    }
    let mut rest = line;
    for expected in name {
        // As in libpq, a colon that the name has need not be escaped.
        rest = rest.strip_prefix(b"\\").unwrap_or(rest).strip_prefix(&[*expected])?;
    }
    rest.strip_prefix(b":")
}

/// A password file, or why there is none.
pub(super) struct PasswordFile {
    path: PathBuf,
    content: Result<Zeroizing<Vec<u8>>, Missing>,
}

impl PasswordFile {
    /// Reads the file. It is used only if nobody else can get at it.
    pub(super) fn read(path: Option<&Path>) -> Self {
        let Some(path) = path else {
            return Self { path: PathBuf::new(), content: Err(Missing::Nowhere) };
        };
        let unread = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Missing::NoFile(path.into()),
            _ => Missing::Unread(path.into(), error.to_string()),
        };
        let content = files::content(path, unread, |file: &Metadata| {
            let mode = file.mode() & 0o7777;
            let for_others = mode & 0o077;
            if for_others == 0 { Ok(()) } else { Err(Missing::Open(path.into(), mode)) }
        });
        Self { path: path.into(), content }
    }

    /// The password on the first line for this, or why there is none.
    pub(super) fn find(&self, wanted: &Wanted) -> Result<Zeroizing<Vec<u8>>, Missing> {
        let content = self.content.as_ref().map_err(Clone::clone)?;
        let mut lines = content.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#"));
        let password = lines.find_map(|line| {
            let end = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
            wanted.password_of(&line[..end])
        });
        match password {
            Some(password) if password.is_empty() => Err(Missing::Blank(self.path.clone())),
            Some(password) => Ok(password),
            None => Err(Missing::NoLine(self.path.clone())),
        }
    }
}

/// What stands in the place of a password.
const BLOT: &str = "***";

/// The longest answer of a server that a message repeats, in characters.
const LONGEST: usize = 300;

/// What a server says, as a message repeats it. The password is blotted out, wherever it stands. The text is one line,
/// neutral, and cut with `…` if it is long.
#[must_use]
pub fn redacted(text: &str, password: &[u8]) -> String {
    let clean = blotted(text, password);
    let clean = neutral(&clean.replace(['\n', '\r', '\t'], " ")).into_owned();
    if clean.chars().count() <= LONGEST {
        return clean;
    }
    clean.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The same text without the password. Places where it overlaps itself are one blot.
fn blotted(text: &str, password: &[u8]) -> String {
    // A message is text. A password that is not could only stand there in parts.
    let Some(password) = std::str::from_utf8(password).ok().filter(|password| !password.is_empty()) else {
        return text.into();
    };
    let mut blots: Vec<Range<usize>> = Vec::new();
    let starts = text.char_indices().map(|(at, _)| at).filter(|at| text[*at..].starts_with(password));
    for start in starts {
        let end = start + password.len();
        match blots.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => blots.push(start..end),
        }
    }
    let (mut clean, mut from) = (String::with_capacity(text.len()), 0);
    for blot in blots {
        clean.push_str(&text[from..blot.start]);
        clean.push_str(BLOT);
        from = blot.end;
    }
    clean + &text[from..]
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const WANTED: Wanted = Wanted { host: "db1", port: 5432, database: "passdesk", user: "desk" };

    /// A file of this mode.
    fn file(content: &[u8], mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, content).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        file
    }

    fn found(content: &str, wanted: &Wanted) -> String {
        let file = file(content.as_bytes(), 0o600);
        match PasswordFile::read(Some(file.path())).find(wanted) {
            Ok(password) => format!("={}", String::from_utf8_lossy(&password)),
            Err(Missing::NoLine(path)) if path == file.path() => "no line".into(),
            Err(Missing::Blank(path)) if path == file.path() => "blank".into(),
            Err(missing) => panic!("{missing:?}"),
        }
    }

    #[test]
    fn the_first_line_that_matches_has_the_password() {
        for (content, expected) in [
            ("db1:5432:passdesk:desk:s3cret", "=s3cret"),
            ("db1:5432:passdesk:desk:s3cret\n", "=s3cret"),
            ("db1:5432:passdesk:desk:s3cret\r\n", "=s3cret"),
            ("*:*:*:*:s3cret", "=s3cret"),
            ("db1:5432:*:desk:one\n*:*:*:*:two", "=one"),
            ("*:*:*:*:two\ndb1:5432:passdesk:desk:one", "=two"),
            ("db2:*:*:*:one\ndb1:*:*:*:two", "=two"),
            ("#db1:5432:passdesk:desk:one\n\ndb1:*:*:*:two", "=two"),
            ("\\d\\b1:5432:passdesk:desk:s3cret", "=s3cret"),
            ("*:*:*:*:a\\:b\\\\c\\d", "=a:b\\cd"),
            ("*:*:*:*:a:b", "=a"),
            ("*:*:*:*:a b\\", "=a b\\"),
            ("", "no line"),
            ("db1:5432:passdesk:desk", "no line"),
            ("db1:5433:*:*:s3cret", "no line"),
            ("*:*:other:*:s3cret", "no line"),
            ("*:*:*:other:s3cret", "no line"),
            ("db:*:*:*:s3cret", "no line"),
            ("db11:*:*:*:s3cret", "no line"),
            ("DB1:*:*:*:s3cret", "no line"),
            ("**:*:*:*:s3cret", "no line"),
            (" db1:*:*:*:s3cret", "no line"),
            ("\\*:*:*:*:s3cret", "no line"),
            // What stands first counts, even if it says nothing.
            ("db1:*:*:*:\n*:*:*:*:two", "blank"),
        ] {
            assert_eq!(found(content, &WANTED), expected, "{content}");
        }
    }

    #[test]
    fn a_backslash_in_a_name_is_escaped_and_a_colon_may_be() {
        let wanted = Wanted { host: "::1", database: "a\\b", ..WANTED };
        for (content, expected) in [
            ("\\:\\:1:*:a\\\\b:*:s3cret", "=s3cret"),
            ("::1:*:a\\\\b:*:s3cret", "=s3cret"),
            ("*:*:a\\b:*:s3cret", "no line"),
        ] {
            assert_eq!(found(content, &wanted), expected, "{content}");
        }
        assert_eq!(wanted.line(), "'\\:\\:1:5432:a\\\\b:desk:PASSWORD'");
    }

    #[test]
    fn the_line_that_a_hint_gives_is_found() {
        for host in ["db1", "::1", "/run/a:b\\c", "*"] {
            let wanted = Wanted { host, ..WANTED };
            assert_eq!(found(wanted.line().trim_matches('\''), &wanted), "=PASSWORD", "{host}");
        }
    }

    #[test]
    fn a_file_that_others_can_get_at_is_not_used() {
        for (mode, is_used) in [
            (0o600, true),
            (0o400, true),
            (0o700, true),
            (0o640, false),
            (0o604, false),
            (0o620, false),
            (0o602, false),
            (0o644, false),
            (0o610, false),
        ] {
            let file = file(b"*:*:*:*:s3cret", mode);
            let found = PasswordFile::read(Some(file.path())).find(&WANTED);
            assert_eq!(found.is_ok(), is_used, "{mode:o}");
            if let Err(missing) = found {
                assert_eq!(missing, Missing::Open(file.path().into(), mode));
            }
        }
    }

    #[test]
    fn a_comment_is_for_nothing() {
        assert_eq!(found("#db1:*:*:*:s3cret", &Wanted { host: "#db1", ..WANTED }), "no line");
    }

    #[test]
    fn a_password_need_not_be_text() {
        let file = file(b"*:*:*:*:\xff\xfe", 0o600);
        let password = PasswordFile::read(Some(file.path())).find(&WANTED).unwrap();
        assert_eq!(*password, b"\xff\xfe");
    }

    #[test]
    fn each_reason_has_its_sentence_and_its_remedy() {
        let path = || PathBuf::from("/home/desk/.pgpass");
        let line = "'db1:5432:passdesk:desk:PASSWORD'";
        for (missing, message, hint) in [
            (Missing::Nowhere, "there is no home folder", line),
            (Missing::NoFile(path()), "there is no password file /home/desk/.pgpass", line),
            (Missing::Open(path(), 0o644), "is open to others (mode 0644)", "chmod 600 /home/desk/.pgpass"),
            (Missing::Unread(path(), "denied".into()), "cannot be read: denied", "mode 0600"),
            (Missing::NoLine(path()), "/home/desk/.pgpass has no line for it", line),
            (Missing::Blank(path()), "/home/desk/.pgpass has no password", line),
        ] {
            let told = missing.told(&WANTED);
            assert!(told.0.contains(message), "{}", told.0);
            assert!(told.1.contains(hint), "{}", told.1);
        }
    }

    #[test]
    fn what_is_missing_is_known_by_what_was_found() {
        let missing = |path| PasswordFile::read(path).find(&WANTED).err();
        assert_eq!(missing(None), Some(Missing::Nowhere));
        assert_eq!(missing(Some(Path::new("/nowhere/.pgpass"))), Some(Missing::NoFile("/nowhere/.pgpass".into())));
        assert!(matches!(missing(Some(Path::new("/"))), Some(Missing::Unread(..))));
    }

    #[test]
    fn a_password_never_stands_in_what_a_server_says() {
        for (text, password, expected) in [
            ("no s3cret here", "", "no s3cret here"),
            ("no s3cret here", "s3cret", "no *** here"),
            ("s3crets3cret", "s3cret", "***"),
            ("ababa", "aba", "***"),
            ("aba aba", "aba", "*** ***"),
            ("é\u{1b}é", "é\u{1b}", "***é"),
            ("a\nb", "a\nb", "***"),
            ("pass*", "*", "pass***"),
        ] {
            assert_eq!(redacted(text, password.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_password_that_the_cut_would_halve_is_blotted_out_first() {
        let text = format!("{}s3cret", "x".repeat(LONGEST - 3));
        assert_eq!(redacted(&text, b"s3cret"), format!("{}***", "x".repeat(LONGEST - 3)));
    }

    #[test]
    fn what_a_server_says_is_one_neutral_line_of_at_most_300_characters() {
        assert_eq!(redacted("a\r\nb\tc\u{1b}[31m\u{202e}", b""), "a  b c<U+001B>[31m<U+202E>");
        for length in [299, 300, 301, 1000] {
            let told = redacted(&"é".repeat(length), b"x");
            assert_eq!(told.chars().count(), length.min(300));
            assert_eq!(told.ends_with('…'), length > 300);
        }
    }
}
