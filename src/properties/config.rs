//! What the administrator of a machine, a sign-in and a token have left in files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::{Choices, is_told};
use crate::domain::text::BYTE_ORDER_MARK;
use crate::failure::{Failure, Kind};
use crate::sign_in_files::{SignInFiles, SignIns as _};
use crate::site::Site;
use crate::token_source::{GivenToken, TokenSource};

const SITE: &[u8] = b"# The site.\nstore = \"/var/lib/passdesk/passdesk.db\"\nrun-as = 'passdesk'\n";
const DIGITS: &[u8] = b"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF\n";

/// A site, a sign-in and a token are read as they were written, or they are refused.
pub fn config(bytes: &[u8]) {
    site(&String::from_utf8_lossy(bytes));
    let mut choices = Choices::of(bytes);
    site(&String::from_utf8_lossy(&choices.changed(SITE)));
    let folder = tempfile::tempdir().expect("there is room for a folder");
    sign_in(&choices.changed(DIGITS), folder.path());
    let token = [choices.one_of(&[&b""[..], BYTE_ORDER_MARK]), &b"pdsk_"[..], DIGITS].concat();
    token_of(&choices.changed(&token), folder.path());
}

fn site(text: &str) {
    match Site::of(text) {
        Ok(site) => {
            // Each character as TOML spells any.
            let spelled =
                |text: &str| text.chars().fold(String::new(), |all, c| format!("{all}\\U{:08X}", u32::from(c)));
            let line = |key: &str, text: Option<&str>| {
                text.map_or_else(String::new, |text| format!("{key} = \"{}\"\n", spelled(text)))
            };
            let store = site.store.as_deref();
            assert!(store.is_none_or(|store| store.is_absolute() || crate::config::is_server(store)), "{site:?}");
            assert!(site.run_as.is_none() || store.is_some(), "{site:?}");
            let written = line("store", store.and_then(Path::to_str)) + &line("run-as", site.run_as.as_deref());
            assert_eq!(Site::of(&written).ok(), Some(site));
        }
        Err(failure) => {
            assert_eq!(failure.kind, Kind::StoreUnusable);
            is_told(&failure);
        }
    }
}

fn sign_in(bytes: &[u8], folder: &Path) {
    write(&folder.join("store.sign-in"), bytes);
    match SignInFiles::in_folder(Some(folder.to_owned()), None).load("store") {
        Ok(secret) => {
            let secret = secret.expect("the file is there");
            assert_eq!(trimmed(bytes), *secret.to_hex());
        }
        Err(error) => is_told(&error.into()),
    }
}

/// In a file, a token is a line.
fn token_of(bytes: &[u8], folder: &Path) {
    let file = folder.join("token");
    write(&file, bytes);
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let copy = line.to_vec();
    let variable = TokenSource::Variable(Box::new(move || Zeroizing::new(copy.clone())));
    let [found, in_file] = [variable, TokenSource::File(file)]
        .map(|source| source.read(false, |_| false).map_err(|failure| kind_of_told(&failure)));
    let token = |found: Result<Option<GivenToken>, Kind>| match found {
        Ok(Some(GivenToken::Token(token))) => Some(token.to_token()),
        Ok(Some(GivenToken::Malformed)) | Err(Kind::Usage) => None,
        _ => unreachable!("there is a token, and it is neither taken nor refused"),
    };
    let [found, in_file] = [found, in_file].map(token);
    assert_eq!(found, in_file);
    if let Some(token) = found {
        assert_eq!(trimmed(line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)), *token);
    }
}

/// The text, as it is without spaces behind it and without capitals.
fn trimmed(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_ascii_lowercase()
}

fn kind_of_told(failure: &Failure) -> Kind {
    is_told(failure);
    failure.kind
}

/// Writes a file that its owner alone can read.
fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("there is room for a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("the file is ours");
}
