//! The names that the columns of a list of accounts have, in English, Dutch and French.

use unicode_normalization::UnicodeNormalization as _;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The username.
    Username,
    /// The display name.
    Name,
    /// The e-mail address.
    Email,
    /// The roles.
    Roles,
    /// The hash of the password.
    Hash,
    /// The public key of its owner.
    PublicKey,
    /// Its last day.
    ExpiresOn,
}

/// The names of each column, as [`key`] has them.
const NAMES: [(Column, &[&str]); 7] = [
    (
        Column::Username,
        &[
            "username",
            "user",
            "login",
            "loginname",
            "gebruikersnaam",
            "inlognaam",
            "nomdutilisateur",
            "utilisateur",
            "identifiant",
        ],
    ),
    (
        Column::Name,
        &[
            "name",
            "displayname",
            "fullname",
            "naam",
            "volledigenaam",
            "weergavenaam",
            "nom",
            "nomcomplet",
            "nomaffiche",
            "nomdaffichage",
        ],
    ),
    (
        Column::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "mailaddress",
            "emailadres",
            "mailadres",
            "courriel",
            "adressemail",
            "adresseemail",
            "adresseelectronique",
            "adressedecourriel",
        ],
    ),
    (Column::Roles, &["role", "roles", "rol", "rollen"]),
    (Column::Hash, &["passwordhash", "hash", "hashedpassword", "wachtwoordhash", "hashdumotdepasse"]),
    (
        Column::PublicKey,
        &["publickey", "sshkey", "sshpublickey", "publiekesleutel", "openbaresleutel", "clepublique", "clessh"],
    ),
    (Column::ExpiresOn, &["expireson", "expiresat", "lastday", "laatstedag", "dernierjour"]),
];

/// What the column of this name holds; `None` if nobody knows.
pub fn column(name: &str) -> Option<Column> {
    let key = key(name);
    NAMES.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(column, _)| *column)
}

/// A name without case, accents, spaces and signs: `E-mail Address` and `email_address` are the same.
pub fn key(name: &str) -> String {
    name.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_by_its_names_in_three_languages_however_they_are_written() {
        for (column_is, names) in [
            (
                Column::Username,
                &["username", "User name", "user-name", "LOGIN", "Gebruikersnaam", "Nom d\u{2019}utilisateur"][..],
            ),
            (Column::Name, &["Full name", "Display_Name", "Volledige naam", "Nom complet", "Nom affiché"]),
            (Column::Email, &["E-mail", "Email address", "E-mailadres", "Adresse e-mail", "Adresse électronique"]),
            (Column::Roles, &["role", "Roles", "Rôle", "rollen"]),
            (Column::ExpiresOn, &["expires_on", "Last day", "Laatste dag", "Dernier jour"]),
        ] {
            for name in names {
                assert_eq!(column(name), Some(column_is), "{name}");
            }
        }
        for name in ["", "phone", "e-mial", "id", "-"] {
            assert_eq!(column(name), None, "{name}");
        }
    }
}
