//! The public keys that a command line names, and the key that an account keeps.

use std::path::Path;

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

/// To whom secrets are encrypted.
pub struct Keys {
    /// The keys that the command line names.
    named: Vec<PublicKey>,
    /// Whether each account's own key is one of them.
    own: bool,
}

impl Keys {
    /// Reads what `--encrypt-to` names. `None` if nothing is to be encrypted. This comes before anything is asked.
    pub fn of(written: &[String], desk: &Desk<'_>) -> Result<Option<Self>> {
        if written.is_empty() {
            return Ok(None);
        }
        let mut keys = Self { named: Vec::new(), own: false };
        for text in written {
            if text == OWN {
                keys.own = true;
            } else {
                for key in read(desk, "--encrypt-to", text)? {
                    if !keys.named.contains(&key) {
                        keys.named.push(key);
                    }
                }
            }
        }
        Ok(Some(keys))
    }

    /// The same where no account has a key yet.
    pub fn of_newcomer(written: &[String], desk: &Desk<'_>, hint: &str) -> Result<Option<Self>> {
        if written.iter().any(|text| text == OWN) {
            return Err(Failure::new(Kind::Usage, "the new account has no key").hint(hint));
        }
        Self::of(written, desk)
    }

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

/// The one key that an account is to keep. `None` if the text is empty.
pub fn kept(desk: &Desk<'_>, text: &str) -> Result<Option<PublicKey>> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut keys = read(desk, "--key", text)?;
    match (keys.pop(), keys.len()) {
        (key @ Some(_), 0) => Ok(key),
        (_, more) => {
            let message = format!("there are {}, and an account keeps one", counted(more as u64 + 1, "key"));
            Err(Failure::new(Kind::Usage, message).hint("name a file with one key, or the key itself"))
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

/// The keys in a text, or in the file that it names. There is at least one.
fn read(desk: &Desk<'_>, flag: &str, text: &str) -> Result<Vec<PublicKey>> {
    if public_key::is_meant(text) {
        return public_key::listed(text).map_err(|bad| bad.why.into());
    }
    let path = Path::new(text);
    if input::is_stdin(path) && desk.global.password_stdin {
        refuse_stdin(&[text.to_owned()], "a password")?;
    }
    desk.refuse_to_read_through_sudo(flag, path)?;
    let file = desk.read(path).map_err(|failure| match failure.hint {
        None => failure.hint("a key is age1…, a line of an SSH public key, or a file of them"),
        Some(_) => failure,
    })?;
    // It may be a private key, named by mistake.
    let bytes = Zeroizing::new(file.bytes);
    let name = input::named(path);
    let refused = |what: &str| Failure::new(Kind::Usage, format!("{name} {what}")).hint("name a file of public keys");
    if bytes.len() > MOST {
        return Err(refused("has more than 1 MiB, and is no list of keys"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| refused("is not text"))?;
    let keys = public_key::listed(text).map_err(|BadLine { line, why }| {
        Failure::new(Kind::Usage, format!("{name}, line {line}: {}", why.message)).hint(why.hint)
    })?;
    if keys.is_empty() { Err(refused("has no key in it")) } else { Ok(keys) }
}
