//! Files of other programs, as they are. Each gives rows as a CSV file does.

mod colons;
mod django;
mod ldif;

use super::columns::Columns;
use super::rows::{Faults, Row, optional};
use crate::cli::users::Source;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::hash::elsewhere::Brought;
use crate::domain::text::counted;
use crate::store::Newcomer;

/// How many accounts that are left out are named.
const NAMED: usize = 5;

/// What a file holds.
#[derive(Default)]
pub struct Given {
    /// Each row with its line: the account, or all faults of the row.
    pub rows: Vec<(u64, Result<Row, Invalid>)>,
    /// The names of accounts that are left out. Nobody could sign in to them there either.
    pub left_out: Vec<String>,
}

/// Reads a file of a program. Whoever has ended there by now is left out.
pub fn read(source: Source, bytes: &[u8], now: Timestamp) -> Result<(Columns, Given), Invalid> {
    let (given, columns) = match source {
        Source::Csv => return Err(Invalid::new("a CSV file has a header", "leave out --source")),
        Source::Shadow => (colons::shadow(bytes, now), Columns::of_source(false)),
        Source::Htpasswd => (colons::htpasswd(bytes), Columns::of_source(false)),
        Source::Django => (django::read(bytes)?, Columns::of_source(true)),
        Source::Ldif => (ldif::read(bytes, now), Columns::of_source(true)),
    };
    if given.rows.is_empty() {
        let what = format!("the file has no account of which {} is the source", source.name());
        return Err(Invalid::new(what, "look at the file, and at --source"));
    }
    Ok((columns, given))
}

impl Given {
    /// What is left out, in a sentence.
    pub fn said_left_out(&self) -> Option<String> {
        let count = self.left_out.len();
        let named = self.left_out.get(..NAMED).unwrap_or(&self.left_out).join(", ");
        let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
        let accounts = counted(count as u64, "account");
        (count > 0).then(|| format!("Left out {accounts} to which nobody can sign in there: {named}{more}."))
    }
}

/// The words of an account in a file.
#[derive(Default)]
struct Words<'a> {
    username: &'a str,
    name: &'a str,
    email: &'a str,
    /// When the account ends, if it does.
    expires_at: Option<Timestamp>,
}

/// A row of these words.
fn row(words: &Words<'_>, brought: Option<Brought>) -> Result<Row, Invalid> {
    let mut faults = Faults::default();
    let username = faults.read_text(words.username, |text| text.parse().map(Some));
    let display_name = faults.read_text(words.name, str::parse);
    let email = faults.read_text(words.email, optional);
    match (username, faults.0) {
        (Some(username), None) => {
            let newcomer = Newcomer { expires_at: words.expires_at, ..Newcomer::new(username, display_name, email) };
            Ok(Row { newcomer, brought })
        }
        (_, why) => Err(why.unwrap_or_else(|| Invalid::new("the username is missing", "add one"))),
    }
}
