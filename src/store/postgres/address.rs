//! Where a PostgreSQL store is, and how it is connected to. An address means what it means to psql (PostgreSQL 15, 34.1
//! and 34.15). It demands more: no password in it, TLS that verifies the server's name, and a server that writes.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;
use zeroize::Zeroizing;

use super::passwords::{Missing, PasswordFile, Wanted, redacted};
use super::services;
use super::sources::{Found, PASSWORD_FILE, ROOTS, Sources};
use super::tls::{self, Authorities};
use super::url;
use crate::domain::text::shown;

/// The form of an address, as a hint gives it.
pub(super) const FORM: &str = "an address is postgres://USER@HOST,HOST/DATABASE";
/// The folder of the socket, on Debian.
pub(super) const SOCKETS: &str = "/var/run/postgresql";
/// The port of a server.
pub(super) const PORT: u16 = 5432;

/// Why there is no address, or why it cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// What was asked for is wrong.
    #[error("{message}")]
    Usage {
        /// What is wrong with it.
        message: String,
        /// What to do.
        hint: String,
    },
    /// A file that the address needs is missing or wrong.
    #[error("{message}")]
    Unusable {
        /// What is wrong with it.
        message: String,
        /// What to do.
        hint: String,
    },
}

/// A server that an address names.
pub struct Host {
    /// A name, an IP address, or the folder of a socket.
    pub(super) place: String,
    /// Its port.
    pub(super) port: u16,
    /// The password for it, or why there is none.
    password: Result<Zeroizing<Vec<u8>>, Missing>,
}

impl Host {
    /// Whether it is reached over a network. Otherwise it is reached over a unix socket.
    #[must_use]
    pub fn is_tcp(&self) -> bool {
        !is_folder(&self.place)
    }

    /// The host as a message names it: `db1`, `db1:5433`, `/run/postgresql`.
    #[must_use]
    pub fn shown(&self) -> String {
        let place = shown(&self.place);
        let place = if self.place.contains(':') && self.is_tcp() { format!("[{place}]") } else { place };
        if self.port == PORT { place } else { format!("{place}:{}", self.port) }
    }
}

/// Whether a host is the folder of a socket.
pub(super) fn is_folder(place: &str) -> bool {
    place.starts_with('/')
}

/// The address of a store on a server.
pub struct Address {
    shown: String,
    hosts: Vec<Host>,
    user: String,
    database: String,
    application_name: String,
    channel_binding: ChannelBinding,
    connect_timeout: Option<Duration>,
    authorities: Authorities,
    has_password_variable: bool,
}

impl Address {
    /// Reads an address. What it leaves open is in the service file, else in `variable`, else it has a default. The
    /// password file is read, too. An error repeats neither the address nor a password.
    pub fn read(
        url: &str,
        variable: &dyn Fn(&str) -> Option<OsString>,
        home: Option<&Path>,
        os_user: &str,
    ) -> Result<Self, BadAddress> {
        let typed = url::read(url)?;
        let mut sources = Sources { typed, service: None, variable, home, os_user };
        if let Some(Found { value: name, .. }) = sources.get("service")? {
            sources.service = Some(services::find(&name, variable, home)?);
        }
        let text = |name| sources.get(name).map(|found| found.map_or_else(String::new, |found| found.value));
        let user = text("user")?;
        let database = sources.get("dbname")?.map_or_else(|| user.clone(), |found| found.value);
        let places = sources.places()?;
        sources.check_mode(places.iter().any(|place| !is_folder(place)))?;
        sources.check_target()?;

        let ports = sources.ports(places.len())?;
        let file = PasswordFile::read(sources.file("passfile", PASSWORD_FILE)?.as_deref());
        let password = |place: &str, port| match sources.service.as_ref().and_then(|service| service.password.as_ref())
        {
            Some(password) => Ok(password.clone()),
            None => file.find(&wanted(place, port, &database, &user)),
        };
        let hosts = places.into_iter().zip(ports);
        let hosts: Vec<_> = hosts.map(|(place, port)| Host { password: password(&place, port), place, port }).collect();
        let authorities = match sources.file("sslrootcert", ROOTS)? {
            Some(file) if file == Path::new("system") => Authorities::System,
            Some(file) => Authorities::File(file),
            None => Authorities::Nowhere,
        };
        Ok(Self {
            shown: sources.shown(&hosts)?,
            application_name: text("application_name")?,
            channel_binding: sources.channel_binding()?,
            connect_timeout: sources.connect_timeout()?,
            has_password_variable: variable("PGPASSWORD").is_some(),
            hosts,
            user,
            database,
            authorities,
        })
    }

    /// The address as it was given, in one form and without a secret. What says the same as the default is left out. In
    /// the same surroundings, it reads as the same address.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The servers, in the order in which they are tried.
    #[must_use]
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// How to connect to one of the hosts. `connect_timeout=0` sets no limit, as in psql: the caller has one.
    #[must_use]
    pub fn config(&self, host: &Host) -> Config {
        let mut config = Config::new();
        config
            .port(host.port)
            .user(&self.user)
            .dbname(&self.database)
            .application_name(&self.application_name)
            .target_session_attrs(TargetSessionAttrs::ReadWrite);
        if host.is_tcp() {
            config.host(&host.place).ssl_mode(SslMode::Require).channel_binding(self.channel_binding);
        } else {
            config.host_path(&host.place).ssl_mode(SslMode::Disable).channel_binding(ChannelBinding::Disable);
        }
        config
            .keepalives_idle(Duration::from_secs(2))
            .keepalives_interval(Duration::from_secs(1))
            .keepalives_retries(2)
            .tcp_user_timeout(Duration::from_secs(3));
        if let Some(timeout) = self.connect_timeout {
            config.connect_timeout(timeout);
        }
        if let Ok(password) = &host.password {
            config.password(password);
        }
        config
    }

    /// Why there is no password for the host, if there is none. It is said when the host asks for one.
    #[must_use]
    pub fn password_missing(&self, host: &Host) -> Option<BadAddress> {
        let missing = host.password.as_ref().err()?;
        let (reason, mut hint) = missing.told(&wanted(&host.place, host.port, &self.database, &self.user));
        if self.has_password_variable {
            hint.push_str("; PGPASSWORD is not read");
        }
        Some(BadAddress::Unusable { message: format!("{} asks for a password, and {reason}", host.shown()), hint })
    }

    /// What makes TLS connections. Without a host on a network there is none, and no file is read.
    pub fn tls(&self) -> Result<Option<MakeRustlsConnect>, BadAddress> {
        if self.hosts.iter().any(Host::is_tcp) { tls::connector(&self.authorities).map(Some) } else { Ok(None) }
    }

    /// What a host says, as a message repeats it: see [`redacted`].
    #[must_use]
    pub fn redacted(&self, host: &Host, text: &str) -> String {
        redacted(text, host.password.as_ref().map_or(&[], |password| password))
    }
}

/// What a password file names a host, a database and a user by.
fn wanted<'a>(place: &'a str, port: u16, database: &'a str, user: &'a str) -> Wanted<'a> {
    Wanted { host: if place == SOCKETS { "localhost" } else { place }, port, database, user }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use tokio_postgres::config::Host as Place;

    use super::*;

    /// The surroundings of an address: variables, and a home folder.
    struct Surroundings {
        variables: BTreeMap<&'static str, String>,
        home: tempfile::TempDir,
    }

    fn surroundings<const N: usize>(variables: [(&'static str, &str); N]) -> Surroundings {
        let variables = variables.map(|(name, value)| (name, value.to_owned()));
        // No test looks into the folder of the system.
        let nowhere = ("PGSYSCONFDIR", "/nowhere".to_owned());
        Surroundings { variables: [nowhere].into_iter().chain(variables).collect(), home: tempfile::tempdir().unwrap() }
    }

    impl Surroundings {
        fn with(self, name: &str, content: &str) -> Self {
            let path = self.home.path().join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
            self
        }

        fn read(&self, url: &str) -> Result<Address, BadAddress> {
            let variable = |name: &str| self.variables.get(name).filter(|value| !value.is_empty()).map(Into::into);
            Address::read(url, &variable, Some(self.home.path()), "osuser")
        }

        fn address(&self, url: &str) -> Address {
            self.read(url).unwrap_or_else(|error| panic!("{url}: {error}"))
        }

        fn usage(&self, url: &str) -> String {
            match self.read(url) {
                Err(BadAddress::Usage { message, .. }) => message,
                Err(error) => panic!("{url}: {error:?}"),
                Ok(_) => panic!("{url} is taken"),
            }
        }
    }

    /// User, hosts and database.
    fn place(address: &Address) -> String {
        let hosts: Vec<_> = address.hosts().iter().map(Host::shown).collect();
        format!("{} {} {}", address.user, hosts.join(" "), address.database)
    }

    /// All that an address says.
    fn all(address: &Address) -> String {
        let configs: Vec<_> = address.hosts().iter().map(|host| format!("{:?}", address.config(host))).collect();
        let missing: Vec<_> = address.hosts().iter().map(|host| address.password_missing(host)).collect();
        format!("{} {configs:?} {missing:?} {:?}", place(address), address.authorities)
    }

    #[test]
    fn an_address_names_hosts_in_every_form() {
        for (url, expected) in [
            ("postgres://", "osuser /var/run/postgresql osuser"),
            ("postgres:///x", "osuser /var/run/postgresql x"),
            ("postgres://desk@db1,db2/passdesk", "desk db1 db2 passdesk"),
            ("postgresql://desk@/", "desk /var/run/postgresql desk"),
            ("postgres://db1:5433,db2,db3:5432/x", "osuser db1:5433 db2 db3 x"),
            ("postgres://db1,db2/x?port=5433", "osuser db1:5433 db2:5433 x"),
            ("postgres://db1,db2/x?port=,5433", "osuser db1 db2:5433 x"),
            ("postgres://[::1],[fe80::2]:5433/x", "osuser [::1] [fe80::2]:5433 x"),
            ("postgres://%2Frun%2Fpg:5433/x", "osuser /run/pg:5433 x"),
            ("postgres:///x?host=/run/pg,db1", "osuser /run/pg db1 x"),
            ("postgres://,db2/x", "osuser /var/run/postgresql db2 x"),
            ("postgres://:5433/x", "osuser /var/run/postgresql:5433 x"),
            ("postgres://db1/x?host=db2&user=a&dbname=y", "a db2 y"),
        ] {
            assert_eq!(place(&surroundings([]).address(url)), expected, "{url}");
        }
    }

    #[test]
    fn the_address_comes_before_the_service_the_service_before_the_variables_and_these_before_the_defaults() {
        let variables =
            [("PGHOST", "var"), ("PGPORT", "3"), ("PGUSER", "var"), ("PGDATABASE", "var"), ("PGSSLROOTCERT", "/var")];
        let services = "[s]\nhost=ser\nport=2\nuser=ser\ndbname=ser\n[t]\nhost=ser";
        let with_services = surroundings(variables).with(".pg_service.conf", services);
        for (url, expected) in [
            ("postgres://url@url:1/url?service=s", "url url:1 url"),
            ("postgres:///url?service=s", "ser ser:2 url"),
            ("postgres:///?service=s", "ser ser:2 ser"),
            ("postgres:///?service=t", "var ser:3 var"),
            ("postgres://", "var var:3 var"),
        ] {
            assert_eq!(place(&with_services.address(url)), expected, "{url}");
        }
    }

    #[test]
    fn each_variable_means_what_it_means_to_psql() {
        let all_of = |name, value| all(&surroundings([(name, value)]).address("postgres://db1"));
        for (name, value, expected) in [
            ("PGPORT", "5433", "db1:5433"),
            ("PGUSER", "desk", "desk db1 desk"),
            ("PGDATABASE", "x", "osuser db1 x"),
            ("PGSSLROOTCERT", "/etc/root.crt", "File(\"/etc/root.crt\")"),
            ("PGSSLROOTCERT", "system", "System"),
            ("PGPASSFILE", "/nowhere/passwords", "there is no password file /nowhere/passwords"),
            ("PGCHANNELBINDING", "prefer", "channel_binding: Prefer"),
            ("PGCONNECT_TIMEOUT", "7", "connect_timeout: Some(7s)"),
        ] {
            let all = all_of(name, value);
            assert!(all.contains(expected), "{name}: {all}");
        }
        let with_services = surroundings([("PGSERVICE", "s")]).with(".pg_service.conf", "[s]\nhost=db2");
        assert_eq!(place(&with_services.address("postgres://")), "osuser db2 osuser");
        assert_eq!(
            place(&surroundings([("PGHOST", "db1,/run/pg")]).address("postgres://")),
            "osuser db1 /run/pg osuser"
        );
    }

    #[test]
    fn an_empty_variable_is_as_if_unset() {
        let names = ["PGHOST", "PGPORT", "PGUSER", "PGSSLMODE", "PGSERVICE", "PGCHANNELBINDING", "PGCONNECT_TIMEOUT"];
        let empty = surroundings(names.map(|name| (name, "")));
        assert_eq!(place(&empty.address("postgres://")), "osuser /var/run/postgresql osuser");
    }

    #[test]
    fn several_hosts_in_the_address_have_the_default_port_whatever_the_variable_says() {
        let with_port = surroundings([("PGPORT", "5433")]);
        assert_eq!(place(&with_port.address("postgres://db1,db2")), "osuser db1 db2 osuser");
        assert_eq!(place(&with_port.address("postgres:///?host=db1,db2")), "osuser db1:5433 db2:5433 osuser");
    }

    #[test]
    fn over_a_network_only_verify_full_is_taken() {
        for mode in ["disable", "allow", "prefer", "require", "verify-ca"] {
            let services = format!("[s]\nsslmode={mode}");
            let weak = surroundings([("PGSSLMODE", mode)]).with(".pg_service.conf", &services);
            for (url, whence) in [
                (format!("postgres://db1/?sslmode={mode}"), "sslmode in the address"),
                (format!("postgres://%2Frun%2Fpg,db1/?sslmode={mode}"), "sslmode in the address"),
                ("postgres://db1/?service=s".into(), "sslmode in the service file "),
                ("postgres://db1/".into(), "PGSSLMODE"),
            ] {
                let message = weak.usage(&url);
                assert!(message.starts_with(whence), "{message}");
                assert!(
                    message.ends_with(&format!("is '{mode}': only verify-full is taken over a network")),
                    "{message}"
                );
            }
            assert!(weak.read("postgres://db1/?sslmode=verify-full").is_ok());
            assert!(weak.read("postgres:///?service=s").is_ok(), "a socket needs no TLS");
        }
    }

    #[test]
    fn a_value_that_makes_no_sense_is_refused_with_its_place_and_not_repeated() {
        let plain = surroundings([]);
        for (url, expected) in [
            ("postgres://db1:s3cret/x", "port in the address is no number from 1 to 65535"),
            ("postgres://db1:0/x", "port in the address is no number from 1 to 65535"),
            ("postgres://db1:65536/x", "port in the address is no number from 1 to 65535"),
            ("postgres://db1,db2,db3/x?port=1,2", "port in the address names 2 ports for 3 hosts"),
            ("postgres:///x?sslmode=s3cret", "sslmode in the address is no mode that there is"),
            (
                "postgres://db1/x?channel_binding=s3cret",
                "channel_binding in the address is none of require, prefer and disable",
            ),
            ("postgres://db1/x?connect_timeout=s3cret", "connect_timeout in the address is no number of seconds"),
            (
                "postgres://db1/x?target_session_attrs=any",
                "target_session_attrs in the address is not read-write: passdesk needs a server that writes",
            ),
            (
                "postgres://s3%20cret/x",
                "host in the address is no list of host names, IP addresses and folders of sockets",
            ),
        ] {
            assert_eq!(plain.usage(url), expected, "{url}");
        }
        let wrong = surroundings([("PGPORT", "x"), ("PGCONNECT_TIMEOUT", "x")]);
        assert_eq!(wrong.usage("postgres://db1/"), "PGPORT is no number from 1 to 65535");
    }

    #[test]
    fn the_limit_of_a_connection_is_three_seconds_or_what_libpq_makes_of_it() {
        let limit = |url| surroundings([]).address(url).connect_timeout.map(|limit| limit.as_secs());
        for (url, expected) in [
            ("postgres://", Some(3)),
            ("postgres://?connect_timeout=7", Some(7)),
            ("postgres://?connect_timeout=1", Some(2)),
            ("postgres://?connect_timeout=0", None),
            ("postgres://?connect_timeout=-1", None),
        ] {
            assert_eq!(limit(url), expected, "{url}");
        }
    }

    #[test]
    fn a_host_on_a_network_is_connected_to_by_tls_with_channel_binding() {
        let address = surroundings([]).with(".pgpass", "*:*:*:*:s3cret").address("postgres://desk@db1:5433/x");
        let host = &address.hosts()[0];
        assert!(host.is_tcp());
        let config = address.config(host);
        assert_eq!(config.get_hosts(), [Place::Tcp("db1".into())]);
        assert_eq!(config.get_ports(), [5433]);
        assert_eq!(config.get_ssl_mode(), SslMode::Require);
        assert_eq!(config.get_channel_binding(), ChannelBinding::Require);
        assert_eq!([config.get_user(), config.get_dbname()], [Some("desk"), Some("x")]);
        assert_eq!(config.get_password(), Some(&b"s3cret"[..]));
        assert_eq!(config.get_application_name(), Some("passdesk"));
        assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert!(config.get_keepalives());
        assert_eq!(config.get_keepalives_idle().as_secs(), 2);
        assert_eq!(config.get_keepalives_interval().map(|interval| interval.as_secs()), Some(1));
        assert_eq!(config.get_keepalives_retries(), Some(2));
        assert_eq!(config.get_tcp_user_timeout().map(Duration::as_secs), Some(3));
        assert_eq!(config.get_connect_timeout().map(Duration::as_secs), Some(3));
    }

    #[test]
    fn a_socket_has_no_tls_and_no_channel_binding() {
        let address = surroundings([]).address("postgres://%2Frun%2Fpg/x?channel_binding=require&sslmode=verify-full");
        let host = &address.hosts()[0];
        assert!(!host.is_tcp());
        let config = address.config(host);
        assert_eq!(config.get_hosts(), [Place::Unix("/run/pg".into())]);
        assert_eq!(config.get_ssl_mode(), SslMode::Disable);
        assert_eq!(config.get_channel_binding(), ChannelBinding::Disable);
        assert_eq!(config.get_password(), None);
    }

    #[test]
    fn tls_is_set_up_only_for_a_host_on_a_network() {
        let without_roots = surroundings([]);
        assert!(matches!(without_roots.address("postgres://").tls(), Ok(None)));
        for url in ["postgres://db1", "postgres://%2Frun%2Fpg,db1"] {
            let Err(BadAddress::Unusable { message, .. }) = without_roots.address(url).tls() else { panic!("{url}") };
            assert!(message.ends_with(".postgresql/root.crt is missing"), "{message}");
        }
    }

    #[test]
    fn each_host_has_the_password_of_its_own_line() {
        let lines = "db1:5432:x:desk:one\ndb1:5433:x:desk:two\nlocalhost:*:*:*:three\n/run/pg:*:*:*:four\n";
        let with_file = surroundings([]).with(".pgpass", lines);
        for (url, expected) in [
            ("postgres://desk@db1,db1:5433/x", "one two"),
            ("postgres:///x", "three"),
            ("postgres://%2Frun%2Fpg,localhost/x", "four three"),
            // Only the default folder is the local host, by the name that it has in libpq.
            ("postgres://%2Frun%2Fpostgresql/x", "-"),
            ("postgres://desk@db1/y", "-"),
        ] {
            let address = with_file.address(url);
            let passwords: Vec<_> = address
                .hosts()
                .iter()
                .map(|host| host.password.as_ref().map_or("-".into(), |password| String::from_utf8_lossy(password)))
                .collect();
            assert_eq!(passwords.join(" "), expected, "{url}");
        }
    }

    #[test]
    fn the_password_of_a_service_comes_before_the_password_file() {
        let both = surroundings([]).with(".pgpass", "*:*:*:*:file").with(".pg_service.conf", "[s]\npassword=service");
        let address = both.address("postgres://db1/x?service=s");
        assert_eq!(address.config(&address.hosts()[0]).get_password(), Some(&b"service"[..]));
    }

    #[test]
    fn the_parameter_names_the_password_file_before_the_variable_and_this_before_the_home_folder() {
        let home =
            surroundings([]).with("one", "*:*:*:*:one").with("two", "*:*:*:*:two").with(".pgpass", "*:*:*:*:three");
        let [one, two] = ["one", "two"].map(|name| home.home.path().join(name).to_str().unwrap().to_owned());
        let password = |surroundings: &Surroundings, url: &str| {
            let address = surroundings.address(url);
            String::from_utf8(address.config(&address.hosts()[0]).get_password().unwrap().to_vec()).unwrap()
        };
        assert_eq!(password(&home, "postgres://"), "three");
        let named = Surroundings { variables: [("PGPASSFILE", two)].into(), ..home };
        assert_eq!(password(&named, "postgres://"), "two");
        assert_eq!(password(&named, &format!("postgres://?passfile={one}")), "one");
    }

    #[test]
    fn a_missing_password_is_told_with_the_reason_and_one_that_is_there_is_not() {
        let told = |surroundings: &Surroundings| {
            let address = surroundings.address("postgres://desk@db1:5433/x");
            address.password_missing(&address.hosts()[0])
        };
        assert_eq!(told(&surroundings([]).with(".pgpass", "*:*:*:*:s3cret")), None);
        let Some(BadAddress::Unusable { message, hint }) = told(&surroundings([("PGPASSWORD", "s3cret")])) else {
            panic!("nothing is told")
        };
        assert!(message.starts_with("db1:5433 asks for a password, and there is no password file /"), "{message}");
        assert!(hint.contains("'db1:5433:x:desk:PASSWORD'"), "{hint}");
        assert!(hint.ends_with("; PGPASSWORD is not read"), "{hint}");
    }

    #[test]
    fn what_a_host_says_is_without_its_password() {
        let address = surroundings([]).with(".pgpass", "db1:*:*:*:s3cret").address("postgres://db1,db2");
        let [one, two] = address.hosts() else { panic!("there are two") };
        assert_eq!(address.redacted(one, "no s3cret"), "no ***");
        assert_eq!(address.redacted(two, "no s3cret"), "no s3cret");
    }

    #[test]
    fn an_address_is_shown_in_one_form() {
        let plain = surroundings([]);
        let port = surroundings([("PGPORT", "5433")]);
        let more = surroundings([("PGCHANNELBINDING", "disable"), ("PGHOST", "db8,db9")]);
        let root = format!("{}/.postgresql/root.crt", plain.home.path().display());
        let root = format!("postgres://db1/?sslrootcert={root}");
        for (surroundings, url, expected) in [
            (&plain, "postgres://", "postgres:///"),
            (&plain, "postgresql://desk@db1,db2/passdesk", "postgres://desk@db1,db2/passdesk"),
            (&plain, "postgres://db1:5432,db2:05433", "postgres://db1,db2:5433/"),
            (&plain, "postgres://db1:05432/", "postgres://db1/"),
            (
                &plain,
                "postgres:///x?host=/run/pg&user=d@sk".replace('@', "%40").as_str(),
                "postgres://d%40sk@%2Frun%2Fpg/x",
            ),
            (&plain, "postgres://[::1]:5433/a%2Fb", "postgres://[::1]:5433/a%2Fb"),
            (&plain, "postgres://:5433/x", "postgres:///x?port=5433"),
            (&plain, "postgres://,db2", "postgres://%2Fvar%2Frun%2Fpostgresql,db2/"),
            (&plain, "postgres://db1?sslmode=verify-full&channel_binding=require", "postgres://db1/"),
            (&plain, "postgres://db1?target_session_attrs=read-write&connect_timeout=3", "postgres://db1/"),
            (&plain, "postgres://db1?application_name=passdesk&sslmode=", "postgres://db1/"),
            (&plain, &root, "postgres://db1/"),
            (
                &plain,
                "postgres://db1?connect_timeout=7&channel_binding=prefer&passfile=/a b",
                "postgres://db1/?passfile=%2Fa%20b&channel_binding=prefer&connect_timeout=7",
            ),
            // What differs from the variable is said, and no more.
            (&port, "postgres://db1", "postgres://db1/"),
            (&port, "postgres://db1:5433", "postgres://db1/"),
            (&port, "postgres://db1:5432", "postgres://db1:5432/"),
            (&port, "postgres://db1/?port=", "postgres://db1:5432/"),
            (&port, "postgres://db1,db2", "postgres://db1,db2/"),
            (&port, "postgres:///?host=db1,db2", "postgres://db1:5433,db2:5433/"),
            (&more, "postgres://db1?channel_binding=require", "postgres://db1/?channel_binding=require"),
            (&more, "postgres:///?port=5433,5434", "postgres:///?port=5433%2C5434"),
            (&more, "postgres:///?host=", "postgres://%2Fvar%2Frun%2Fpostgresql/"),
        ] {
            let address = surroundings.address(url);
            assert_eq!(address.shown(), expected, "{url}");
            let again = surroundings.address(expected);
            assert_eq!(all(&again), all(&address), "{url}");
            assert_eq!(again.shown(), expected, "{url}");
        }
    }

    #[test]
    fn an_address_is_shown_without_what_the_service_file_says() {
        let services = "[s]\nhost=db1\npassword=s3cret\n";
        let address = surroundings([]).with(".pg_service.conf", services).address("postgres:///x?service=s");
        assert_eq!(address.shown(), "postgres:///x?service=s");
    }

    #[test]
    fn without_a_home_folder_an_address_is_read_and_what_is_missing_is_told() {
        let address = Address::read("postgres://db1", &|_| None, None, "desk").ok().unwrap();
        assert_eq!(address.authorities, Authorities::Nowhere);
        assert!(address.password_missing(&address.hosts()[0]).is_some());
    }
}
