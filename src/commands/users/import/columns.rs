//! The header: what each column holds.

use csv::ByteRecord;

use crate::domain::Invalid;
use crate::domain::text::quoted;
use crate::terminal::records::ACCOUNT;

/// The names of the columns, each with its other name in `users list`.
const NAMES: [(&str, &str); 4] =
    [("username", "username"), ("name", "display_name"), ("email", "email"), ("role", "roles")];

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
    /// Columns that `users list` writes but an import cannot set.
    pub ignored: Vec<String>,
}

impl Columns {
    /// Reads a header. An unknown name is a fault: otherwise its column would be lost silently.
    pub fn of(header: &ByteRecord) -> Result<Self, Invalid> {
        let hint = "the columns are username, name, email and role, in any order";
        let named: Vec<String> =
            header.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_lowercase()).collect();
        let mut places = [None; NAMES.len()];
        let mut ignored = Vec::new();
        let mut unknown = None;
        for (place, name) in named.iter().enumerate() {
            let twice = || Invalid::new(format!("the column {} is there twice", quoted(name)), hint);
            if let Some(which) = NAMES.iter().position(|(ours, listed)| name == ours || name == listed) {
                if places[which].replace(place).is_some() {
                    return Err(twice());
                }
            } else if ACCOUNT.contains(&name.as_str()) {
                if ignored.contains(name) {
                    return Err(twice());
                }
                ignored.push(name.clone());
            } else {
                unknown.get_or_insert(place);
            }
        }
        let [username, name, email, roles] = places;
        let Some(username) = username else {
            let line = quoted(&named.join(","));
            let hint =
                if named.len() == 1 && line.contains([';', '\t']) { "separate the cells by commas" } else { hint };
            return Err(Invalid::new(format!("the first line, {line}, is not a header: it has no 'username'"), hint));
        };
        if let Some(place) = unknown {
            let what = match named[place].as_str() {
                "" => format!("column {} has no name", place + 1),
                name => format!("the column {} is unknown", quoted(name)),
            };
            return Err(Invalid::new(what, hint));
        }
        Ok(Self { count: named.len(), username, name, email, roles, ignored })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &[&str]) -> Result<Columns, String> {
        Columns::of(&header.to_vec().into()).map_err(|invalid| invalid.message)
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
        assert_eq!(found.ignored.len(), ACCOUNT.len() - 4);
        assert!(found.ignored.contains(&"state".to_owned()));
    }

    #[test]
    fn an_unknown_column_is_named() {
        assert_eq!(columns(&["username", "e-mial"]), Err("the column 'e-mial' is unknown".into()));
        assert_eq!(columns(&["username", "name", ""]), Err("column 3 has no name".into()));
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
        let semicolons = Columns::of(&vec!["username;name"].into()).unwrap_err();
        assert_eq!(semicolons.hint, "separate the cells by commas");
    }
}
