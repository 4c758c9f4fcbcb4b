//! The public keys that a command line names, and the key that an account keeps.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Desk;
use crate::domain::name::Username;
use crate::domain::public_key::{self, BadLine, PublicKey};
use crate::domain::sealing::Recipients;
use crate::domain::text::counted;
use crate::failure::{Failure, Kind, Result};
use crate::input;

/// What stands for the key that an account keeps.
pub const OWN: &str = "account";

/// The largest file of keys, in bytes.
const MOST: usize = 1 << 20;

/// What a flag names: keys, or a file of them that has not been read yet.
enum Source {
    Keys(Vec<PublicKey>),
    File(PathBuf),
}

/// What `--encrypt-to` names. Its files are read when the actor may do what they are for.
pub struct NamedKeys {
    sources: Vec<Source>,
    own: bool,
}

/// To whom secrets are encrypted.
pub struct Keys {
    /// The keys that the command line names.
    named: Vec<PublicKey>,
    /// Whether each account's own key is one of them.
    own: bool,
}

impl NamedKeys {
    /// Reads the keys on the command line. `None` if nothing is to be encrypted. This comes before anything is opened.
    pub fn of(written: &[String], desk: &Desk<'_>) -> Result<Option<Self>> {
        let named = written.iter().filter(|text| *text != OWN);
        let sources = named.map(|text| Source::of(desk, "--encrypt-to", text)).collect::<Result<_>>()?;
        Ok((!written.is_empty()).then_some(Self { sources, own: written.iter().any(|text| text == OWN) }))
    }

    /// The same where no account has a key yet.
    pub fn of_newcomer(written: &[String], desk: &Desk<'_>, hint: &str) -> Result<Option<Self>> {
        if written.iter().any(|text| text == OWN) {
            return Err(Failure::new(Kind::Usage, "the new account has no key").hint(hint));
        }
        Self::of(written, desk)
    }

    /// Reads the files, too.
    pub fn read(self, desk: &Desk<'_>) -> Result<Keys> {
        let mut named = Vec::new();
        for source in self.sources {
            for key in source.read(desk)? {
                if !named.contains(&key) {
                    named.push(key);
                }
            }
        }
        Ok(Keys { named, own: self.own })
    }
}

impl Keys {
    /// Whether an account needs a key of its own.
    pub fn need_own(&self) -> bool {
        self.own
    }

    /// Refuses an account to whose owner nothing can be encrypted.
    pub fn suit(&self, username: &Username, own: Option<&PublicKey>) -> Result<()> {
        if !self.own {
            return Ok(());
        }
        let key = own.ok_or_else(|| no_key(username))?;
        Recipients::of(std::slice::from_ref(key)).map(drop).map_err(|why| {
            let message = format!("the public key of {username} cannot be used: {}", why.message);
            Failure::new(Kind::NotDelivered, message).hint(give(username))
        })
    }

    /// The keys for one account, each once.
    pub fn with(&self, own: Option<&PublicKey>) -> Vec<PublicKey> {
        let own = own.filter(|key| self.own && !self.named.contains(key));
        self.named.iter().chain(own).cloned().collect()
    }

    /// Who can open the secret of one account.
    pub fn recipients(&self, username: &Username, own: Option<&PublicKey>) -> Result<Recipients> {
        self.suit(username, own)?;
        Ok(Recipients::of(&self.with(own))?)
    }
}

/// The failure for an account without a key.
pub fn no_key(username: &Username) -> Failure {
    Failure::new(Kind::NotDelivered, format!("{username} has no public key")).hint(give(username))
}

fn give(username: &Username) -> String {
    format!("give the account one with 'passdesk users edit {username} --key KEY', or name one with --encrypt-to")
}

/// The key that an account is to keep.
pub struct OwnKey(Option<Source>);

impl OwnKey {
    /// Reads the key on the command line. An empty text means none.
    pub fn of(text: &str, desk: &Desk<'_>) -> Result<Self> {
        Ok(Self(if text.is_empty() { None } else { Some(Source::of(desk, "--key", text)?) }))
    }

    /// Whether it is to keep one.
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Reads its file, too.
    pub fn read(self, desk: &Desk<'_>) -> Result<Option<PublicKey>> {
        let Some(source) = self.0 else { return Ok(None) };
        let mut keys = source.read(desk)?;
        match (keys.pop(), keys.len()) {
            (key @ Some(_), 0) => Ok(key),
            (_, more) => {
                let message = format!("there are {}, and an account keeps one", counted(more as u64 + 1, "key"));
                Err(Failure::new(Kind::Usage, message).hint("name a file with one key, or the key itself"))
            }
        }
    }
}

/// Refuses standard input for keys where it is needed for something else.
pub fn refuse_stdin(written: &[String], what_else: &str) -> Result<()> {
    if !written.iter().any(|text| input::is_stdin(Path::new(text))) {
        return Ok(());
    }
    Err(Failure::new(Kind::Usage, format!("standard input cannot be both {what_else} and a list of keys"))
        .hint("name the key itself, or a file"))
}

impl Source {
    /// Reads a text with keys. Any other text names a file.
    fn of(desk: &Desk<'_>, flag: &str, text: &str) -> Result<Self> {
        if public_key::is_meant(text) {
            return public_key::listed(text).map(Self::Keys).map_err(|bad| bad.why.into());
        }
        let path = PathBuf::from(text);
        if desk.global.password_stdin {
            refuse_stdin(&[text.to_owned()], "a password")?;
        }
        desk.refuse_to_read_through_sudo(flag, &path)?;
        Ok(Self::File(path))
    }

    /// The keys. There is at least one.
    fn read(self, desk: &Desk<'_>) -> Result<Vec<PublicKey>> {
        let path = match self {
            Self::Keys(keys) => return Ok(keys),
            Self::File(path) => path,
        };
        let file = desk.files.read(&path).map_err(|failure| match failure.hint {
            None => failure.hint("a key is age1…, a line of an SSH public key, or a file of them"),
            Some(_) => failure,
        })?;
        // It may be a private key, named by mistake.
        let bytes = Zeroizing::new(file.bytes);
        let name = input::named(&path);
        let refused =
            |what: &str| Failure::new(Kind::Usage, format!("{name} {what}")).hint("name a file of public keys");
        if bytes.len() > MOST {
            return Err(refused("has more than 1 MiB, and is no list of keys"));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| refused("is not text"))?;
        let keys = public_key::listed(text).map_err(|BadLine { line, why }| {
            Failure::new(Kind::Usage, format!("{name}, line {line}: {}", why.message)).hint(why.hint)
        })?;
        if keys.is_empty() { Err(refused("has no key in it")) } else { Ok(keys) }
    }
}
