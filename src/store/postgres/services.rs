//! The service file: names for groups of parameters (PostgreSQL 15, 34.17).

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::address::BadAddress;
use super::files;
use super::url::{Settings, known, list_of_known};
use crate::domain::text::{quoted, shown};

/// What a service file says of one service.
pub(super) struct Service {
    /// The file.
    pub file: PathBuf,
    /// Its parameters.
    pub settings: Settings,
    /// Its password, if the file has one.
    pub password: Option<Zeroizing<Vec<u8>>>,
}

/// Finds a service. It is looked for in the file that `PGSERVICEFILE` names, else in `~/.pg_service.conf`; then in the
/// file of the system.
pub(super) fn find(
    name: &str,
    variable: &dyn Fn(&str) -> Option<OsString>,
    home: Option<&Path>,
) -> Result<Service, BadAddress> {
    let named = variable("PGSERVICEFILE").map(PathBuf::from);
    let is_named = named.is_some();
    let own = named.or_else(|| home.map(|home| home.join(".pg_service.conf")));
    let folder = variable("PGSYSCONFDIR").map_or_else(|| "/etc/postgresql-common".into(), PathBuf::from);
    let files = [own.map(|own| (own, is_named)), Some((folder.join("pg_service.conf"), false))];

    let mut looked = Vec::new();
    for (file, must_exist) in files.into_iter().flatten() {
        let content = match files::content(&file, |error| error, |_| Ok(())) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => {
                looked.push(shown(&file));
                continue;
            }
            Err(error) => {
                return Err(BadAddress::Unusable {
                    message: format!("the service file {} cannot be read: {error}", shown(&file)),
                    hint: "PGSERVICEFILE names the service file; without it, it is ~/.pg_service.conf".into(),
                });
            }
        };
        if let Some((settings, password)) = group(&content, name).map_err(|fault| fault.told(&file))? {
            return Ok(Service { file, settings, password });
        }
        looked.push(shown(&file));
    }
    Err(BadAddress::Unusable {
        message: format!("there is no service {} in {}", quoted(name), looked.join(" or ")),
        hint: format!("write a line {} into one of them, and its parameters below", quoted(&format!("[{name}]"))),
    })
}

/// What is wrong with a line.
struct Fault {
    line: usize,
    message: String,
    hint: String,
}

impl Fault {
    fn told(self, file: &Path) -> BadAddress {
        let message = format!("line {} of the service file {} {}", self.line, shown(file), self.message);
        BadAddress::Unusable { message, hint: self.hint }
    }
}

type Group = (Settings, Option<Zeroizing<Vec<u8>>>);

/// The first group of that name, if there is one. Other groups are not looked at. Where a parameter stands twice, the
/// first one counts.
fn group(content: &[u8], name: &str) -> Result<Option<Group>, Fault> {
    let heading = format!("[{name}]");
    let lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).enumerate();
    let mut lines = lines.skip_while(|(_, line)| !line.starts_with(heading.as_bytes()));
    if lines.next().is_none() {
        return Ok(None);
    }
    let (mut settings, mut password) = (Settings::new(), None);
    for (number, line) in lines.take_while(|(_, line)| !line.starts_with(b"[")) {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let fault = |message: &str, hint: &str| Fault { line: number + 1, message: message.into(), hint: hint.into() };
        let pair = line.iter().position(|byte| *byte == b'=').map(|at| (&line[..at], &line[at + 1..]));
        let Some((key, value)) = pair else {
            return Err(fault("is no parameter", "a line has the form 'host=db1', without spaces around '='"));
        };
        if key == b"password" {
            password = password.or_else(|| Some(Zeroizing::new(value.to_vec())));
            continue;
        }
        // The key of a line that has gone wrong may be a part of a password: it is not repeated.
        let Some(key) = std::str::from_utf8(key).ok().and_then(known) else {
            return Err(fault("has a parameter that is not known here", &list_of_known()));
        };
        if key == "service" {
            return Err(fault("names another service", "write the parameters of that service here instead"));
        }
        match std::str::from_utf8(value) {
            Ok(value) if !value.contains('\0') => settings.entry(key).or_insert_with(|| value.into()),
            _ => return Err(fault("is not UTF-8", "save the file as UTF-8")),
        };
    }
    Ok(Some((settings, password.filter(|password| !password.is_empty()))))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The folders of a home and of a system, with a file each.
    fn folders(own: &str, systems: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".pg_service.conf"), own).unwrap();
        fs::write(folder.path().join("pg_service.conf"), systems).unwrap();
        folder
    }

    fn found(folder: &Path, name: &str, service_file: Option<&Path>) -> Result<Service, BadAddress> {
        let variable = |asked: &str| match asked {
            "PGSERVICEFILE" => service_file.map(Into::into),
            "PGSYSCONFDIR" => Some(folder.into()),
            _ => None,
        };
        find(name, &variable, Some(folder))
    }

    fn host(folder: &Path, name: &str, service_file: Option<&Path>) -> String {
        found(folder, name, service_file).unwrap_or_else(|error| panic!("{error}")).settings["host"].clone()
    }

    fn refused(folder: &Path, name: &str, service_file: Option<&Path>) -> String {
        match found(folder, name, service_file) {
            Err(BadAddress::Unusable { message, .. }) => message,
            Err(error) => panic!("{error:?}"),
            Ok(_) => panic!("it is taken"),
        }
    }

    #[test]
    fn the_named_file_comes_first_then_that_of_the_home_then_that_of_the_system() {
        let folder = folders("[a]\nhost=own\n", "[a]\nhost=systems\n[b]\nhost=systems\n[c]\nhost=systems\n");
        let named = folder.path().join("named");
        fs::write(&named, "[b]\nhost=named").unwrap();
        for (name, service_file, expected) in [
            ("a", None, "own"),
            ("b", None, "systems"),
            ("b", Some(&*named), "named"),
            // A named file takes the place of that of the home.
            ("a", Some(&*named), "systems"),
            ("c", Some(&*named), "systems"),
        ] {
            assert_eq!(host(folder.path(), name, service_file), expected, "{name}");
        }
    }

    #[test]
    fn a_group_ends_at_the_next_one_and_what_stands_first_counts() {
        let text = "host=none\n[ab]\n=\n[a]\n\n # comment\n  host=one \r\nhost=two\n[a]\nport=1\n[c]\nnonsense";
        let folder = folders(text, "");
        let service = found(folder.path(), "a", None).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(service.settings, Settings::from([("host", "one".into())]));
    }

    #[test]
    fn a_value_may_have_an_equals_sign_and_spaces_in_front() {
        let folder = folders("[a]\nhost= a=b", "");
        assert_eq!(host(folder.path(), "a", None), " a=b");
    }

    #[test]
    fn a_password_in_a_service_file_is_taken() {
        let folder = folders("[a]\npassword=s3cret=\npassword=other\n[b]\npassword=\n", "");
        let password = |name| found(folder.path(), name, None).ok().unwrap().password;
        assert_eq!(password("a").as_deref().map(Vec::as_slice), Some(&b"s3cret="[..]));
        assert!(password("b").is_none());
    }

    #[test]
    fn a_service_that_is_in_no_file_is_named_with_the_files() {
        let folder = folders("", "[ab]");
        let message = refused(folder.path(), "a", None);
        let [own, systems] = [".pg_service.conf", "pg_service.conf"].map(|name| folder.path().join(name));
        assert_eq!(message, format!("there is no service 'a' in {} or {}", own.display(), systems.display()));
    }

    #[test]
    fn a_named_file_must_exist() {
        let folder = folders("[a]", "[a]");
        let message = refused(folder.path(), "a", Some(Path::new("/nowhere/services")));
        assert!(message.starts_with("the service file /nowhere/services cannot be read: "), "{message}");
    }

    #[test]
    fn a_line_that_is_not_understood_is_named_by_its_number_and_not_repeated() {
        for (line, expected) in [
            ("s3cret", "is no parameter"),
            ("s3cret=1", "has a parameter that is not known here"),
            ("host =s3cret", "has a parameter that is not known here"),
            ("service=s3cret", "names another service"),
        ] {
            let folder = folders(&format!("# services\n[a]\n{line}\n"), "");
            let message = refused(folder.path(), "a", None);
            let file = folder.path().join(".pg_service.conf");
            assert_eq!(message, format!("line 3 of the service file {} {expected}", file.display()), "{line}");
        }
    }
}
