//! The header: what each column holds.

use csv::ByteRecord;

use crate::commands::users::column_names::{Column, column, key};
use crate::domain::Invalid;
use crate::domain::text::{quoted, trimmed};
use crate::terminal::records::ACCOUNT;

/// The position of each cell in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// How many cells a row has.
    pub count: usize,
    /// The username.
    pub username: usize,
    /// The name of its owner.
    pub name: Option<usize>,
    /// The e-mail address.
    pub email: Option<usize>,
    /// The roles.
    pub roles: Option<usize>,
    /// The hash of the password.
    pub hash: Option<usize>,
    /// The public key.
    pub public_key: Option<usize>,
    /// The last day.
    pub expires_on: Option<usize>,
    /// Columns that are left out: those that `users list` writes but an import cannot set, and unknown ones.
    pub ignored: Vec<String>,
}

impl Columns {
    /// Reads a header. An unknown name is a fault, since its column would be lost silently. `unknown_too` leaves unknown
    /// columns out.
    pub fn of(header: &ByteRecord, unknown_too: bool) -> Result<Self, Invalid> {
        let hint =
            "the columns are username, name, email, role, public_key, expires_on and password_hash, in any order";
        let named: Vec<String> = header.iter().map(|cell| trimmed(&String::from_utf8_lossy(cell)).to_owned()).collect();
        let (mut username, mut name, mut email, mut roles) = (None, None, None, None);
        let (mut public_key, mut expires_on, mut hash) = (None, None, None);
        let (mut ignored, mut unknown): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for (place, cell) in named.iter().enumerate() {
            let is_second = match column(cell) {
                Some(Column::Username) => username.replace(place).is_some(),
                Some(Column::Name) => name.replace(place).is_some(),
                Some(Column::Email) => email.replace(place).is_some(),
                Some(Column::Roles) => roles.replace(place).is_some(),
                Some(Column::Hash) => hash.replace(place).is_some(),
                Some(Column::PublicKey) => public_key.replace(place).is_some(),
                Some(Column::ExpiresOn) => expires_on.replace(place).is_some(),
                None if is_listed(cell) => {
                    let is_second = ignored.iter().any(|earlier| key(earlier) == key(cell));
                    ignored.push(cell.clone());
                    is_second
                }
                None => {
                    unknown.push(if cell.is_empty() { format!("no. {}", place + 1) } else { cell.clone() });
                    false
                }
            };
            if is_second {
                return Err(Invalid::new(format!("the column {} is there twice", quoted(cell)), hint));
            }
        }
        let Some(username) = username else {
            // The line is not repeated: it may be a hash.
            return Err(Invalid::new(
                "the first line is not a header: it has no 'username'",
                format!("{hint}; --source says which program wrote another file"),
            ));
        };
        if unknown_too {
            ignored.append(&mut unknown);
        }
        if !unknown.is_empty() {
            let all = unknown.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
            let what = match unknown.len() {
                1 => format!("the column {all} is unknown"),
                _ => format!("the columns {all} are unknown"),
            };
            return Err(Invalid::new(what, format!("--ignore-columns leaves unknown columns out; {hint}")));
        }
        Ok(Self { count: named.len(), username, name, email, roles, public_key, expires_on, hash, ignored })
    }

    /// The columns of a file of another program: the username and the hash. Some have names and addresses, too. An end in
    /// it is for new accounts alone: one that exists has its own.
    pub fn of_source(has_names: bool) -> Self {
        let (name, email) = (has_names.then_some(0), has_names.then_some(0));
        let (roles, public_key, expires_on, ignored) = (None, None, None, Vec::new());
        Self { count: 0, username: 0, name, email, roles, public_key, expires_on, hash: Some(0), ignored }
    }
}

/// Whether `users list` writes a column of this name.
fn is_listed(name: &str) -> bool {
    ACCOUNT.iter().any(|listed| key(listed) == key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &[&str]) -> Result<Columns, String> {
        Columns::of(&header.to_vec().into(), false).map_err(|invalid| invalid.message)
    }

    #[test]
    fn columns_are_known_by_name_in_any_order_whatever_the_case() {
        let found = columns(&["Role", " E-MAIL ".replace('-', "").as_str(), "USERNAME", "name"]).unwrap();
        assert_eq!((found.username, found.name, found.email, found.roles), (2, Some(3), Some(1), Some(0)));
        let found = columns(&["username"]).unwrap();
        assert_eq!((found.count, found.name, found.email, found.roles), (1, None, None, None));
    }

    #[test]
    fn what_a_list_has_is_known_and_what_of_it_is_ignored_is_named() {
        let found = columns(ACCOUNT).unwrap();
        assert_eq!((found.username, found.name, found.email, found.roles), (1, Some(2), Some(3), Some(4)));
        assert_eq!(found.public_key, Some(ACCOUNT.len() - 1));
        assert_eq!(found.expires_on, Some(ACCOUNT.len() - 2));
        assert_eq!(found.ignored.len(), ACCOUNT.len() - 6);
        assert!(found.ignored.contains(&"state".to_owned()));
    }

    #[test]
    fn an_unknown_column_is_named() {
        assert_eq!(columns(&["username", "e-mial"]), Err("the column 'e-mial' is unknown".into()));
        assert_eq!(columns(&["username", "Phone", "", "name"]), Err("the columns 'Phone', 'no. 3' are unknown".into()));
    }

    #[test]
    fn unknown_columns_are_left_out_where_that_is_asked_for() {
        let found = Columns::of(&vec!["Login", "Phone", "Full name"].into(), true).unwrap();
        assert_eq!((found.username, found.name, found.ignored), (0, Some(2), vec!["Phone".to_owned()]));
    }

    #[test]
    fn no_column_is_there_twice_under_whichever_of_its_names() {
        for header in [["username", "Username"], ["id", "id"]] {
            let header = [header.as_slice(), &["username"]].concat();
            assert!(columns(&header).is_err_and(|message| message.ends_with("is there twice")), "{header:?}");
        }
        assert!(columns(&["username", "name", "display_name"]).is_err());
    }

    #[test]
    fn a_first_line_without_a_username_is_no_header() {
        assert!(columns(&["alice", "Alice"]).is_err_and(|message| message.contains("is not a header")));
    }
}
