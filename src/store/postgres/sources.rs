//! Where the parameters of an address come from: the address, the service file, the environment, the defaults.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio_postgres::config::ChannelBinding;

use super::address::{BadAddress, FORM, Host, PORT, SOCKETS, is_folder};
use super::services::Service;
use super::url::{KNOWN, Settings, encoded};
use crate::domain::text::{quoted, shown};

/// What `sslmode` must be over a network.
const VERIFIED: &str = "verify-full";
/// The other modes that there are.
const WEAKER: [&str; 5] = ["disable", "allow", "prefer", "require", "verify-ca"];
/// What `target_session_attrs` must be.
const WRITING: &str = "read-write";
/// Where the password file is, below the home folder.
pub(super) const PASSWORD_FILE: &str = ".pgpass";
/// Where the root certificates are, below the home folder.
pub(super) const ROOTS: &str = ".postgresql/root.crt";

/// The value of a parameter, and where it stands.
pub(super) struct Found {
    /// The value.
    pub value: String,
    at: String,
}

impl Found {
    /// The error for a value that is wrong. It does not repeat the value.
    fn wrong(&self, problem: &str, hint: &str) -> BadAddress {
        BadAddress::Usage { message: format!("{} {problem}", self.at), hint: hint.into() }
    }
}

/// Where the parameters come from, the first one first.
pub(super) struct Sources<'a> {
    /// What the address sets.
    pub typed: Settings,
    /// What the service file says of the service, if one is named.
    pub service: Option<Service>,
    /// The variables of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The home folder.
    pub home: Option<&'a Path>,
    /// The name of the OS user.
    pub os_user: &'a str,
}

impl Sources<'_> {
    /// A parameter. An empty one is as if unset, except a host and a port: there, it is the default.
    pub(super) fn get(&self, name: &'static str) -> Result<Option<Found>, BadAddress> {
        match self.typed(name) {
            Some(value) => Ok(Some(Found { value: value.into(), at: format!("{name} in the address") })),
            None => self.below(name),
        }
    }

    fn typed(&self, name: &str) -> Option<&str> {
        set(&self.typed, name)
    }

    /// A parameter, as if the address did not have it.
    fn below(&self, name: &'static str) -> Result<Option<Found>, BadAddress> {
        if let Some((service, value)) = self.service.as_ref().and_then(|s| Some((s, set(&s.settings, name)?))) {
            let at = format!("{name} in the service file {}", shown(&service.file));
            return Ok(Some(Found { value: value.into(), at }));
        }
        if let Some((variable, value)) = variable_of(name).and_then(|of| Some((of, (self.variable)(of)?))) {
            let found = value.into_string().map(|value| Found { value, at: variable.into() });
            return found.map(Some).map_err(|_| BadAddress::Usage {
                message: format!("{variable} is not UTF-8"),
                hint: "set it to UTF-8 text, or unset it".into(),
            });
        }
        let default = match name {
            "user" => self.os_user,
            "port" => "5432",
            "sslmode" => VERIFIED,
            "channel_binding" => "require",
            "connect_timeout" => "3",
            "target_session_attrs" => WRITING,
            "application_name" => "passdesk",
            _ => return Ok(None),
        };
        Ok(Some(Found { value: default.into(), at: format!("the default of {name}") }))
    }

    /// A file: the one that is named, else one in the home folder.
    pub(super) fn file(&self, name: &'static str, default: &str) -> Result<Option<PathBuf>, BadAddress> {
        let named = self.get(name)?.map(|found| found.value.into());
        Ok(named.or_else(|| self.home.map(|home| home.join(default))))
    }

    /// The hosts, as names, addresses and folders.
    pub(super) fn places(&self) -> Result<Vec<String>, BadAddress> {
        let Some(found) = self.get("host")? else { return Ok(vec![SOCKETS.into()]) };
        let places = found.value.split(',').map(|place| if place.is_empty() { SOCKETS } else { place });
        let places: Vec<_> = places.map(String::from).collect();
        // TLS verifies the name, so it must be one.
        if places.iter().all(|place| is_folder(place) || ServerName::try_from(place.as_str()).is_ok()) {
            return Ok(places);
        }
        Err(found.wrong("is no list of host names, IP addresses and folders of sockets", FORM))
    }

    /// A port for each host.
    pub(super) fn ports(&self, hosts: usize) -> Result<Vec<u16>, BadAddress> {
        let Some(found) = self.get("port")? else { return Ok(vec![PORT; hosts]) };
        let ports = found.value.split(',').map(|port| match port.trim() {
            "" => Some(PORT),
            port => port.parse().ok().filter(|port| *port > 0),
        });
        let ports: Option<Vec<_>> = ports.collect();
        // The text may be the end of a password with signs in it. It is not repeated.
        let ports = ports.ok_or_else(|| found.wrong("is no number from 1 to 65535", FORM))?;
        match ports[..] {
            [port] => Ok(vec![port; hosts]),
            _ if ports.len() == hosts => Ok(ports),
            _ => Err(found.wrong(
                &format!("names {} ports for {hosts} hosts", ports.len()),
                "name one port, or as many as there are hosts",
            )),
        }
    }

    /// Over a network, the name of the server must be verified.
    pub(super) fn check_mode(&self, has_tcp: bool) -> Result<(), BadAddress> {
        let Some(found) = self.get("sslmode")? else { return Ok(()) };
        let weaker = WEAKER.into_iter().find(|mode| *mode == found.value);
        match weaker {
            None if found.value != VERIFIED => {
                Err(found.wrong("is no mode that there is", "leave sslmode out: without it, it is verify-full"))
            }
            Some(mode) if has_tcp => Err(found.wrong(
                &format!("is {}: only verify-full is taken over a network", quoted(mode)),
                "leave sslmode out, or make it verify-full; a server on this machine can be reached by its unix socket",
            )),
            _ => Ok(()),
        }
    }

    /// A server that does not write is no use.
    pub(super) fn check_target(&self) -> Result<(), BadAddress> {
        match self.get("target_session_attrs")? {
            Some(found) if found.value != WRITING => Err(found.wrong(
                "is not read-write: passdesk needs a server that writes",
                "leave target_session_attrs out: without it, it is read-write",
            )),
            _ => Ok(()),
        }
    }

    /// Whether the password must be bound to the TLS connection.
    pub(super) fn channel_binding(&self) -> Result<ChannelBinding, BadAddress> {
        let Some(found) = self.get("channel_binding")? else { return Ok(ChannelBinding::Require) };
        match found.value.as_str() {
            "require" => Ok(ChannelBinding::Require),
            "prefer" => Ok(ChannelBinding::Prefer),
            "disable" => Ok(ChannelBinding::Disable),
            _ => Err(found.wrong(
                "is none of require, prefer and disable",
                "leave channel_binding out: without it, it is require",
            )),
        }
    }

    /// The limit of a connection. As in libpq, one second is two, and less is no limit.
    pub(super) fn connect_timeout(&self) -> Result<Option<Duration>, BadAddress> {
        let Some(found) = self.get("connect_timeout")? else { return Ok(None) };
        match found.value.trim().parse::<i32>() {
            Ok(seconds) => Ok(u64::try_from(seconds).ok().filter(|s| *s > 0).map(|s| Duration::from_secs(s.max(2)))),
            Err(_) => Err(found.wrong("is no number of seconds", "write a whole number, as in connect_timeout=3")),
        }
    }

    /// What the address sets and would not be the same without it.
    fn telling(&self, name: &'static str) -> Result<Option<&str>, BadAddress> {
        let Some(typed) = self.typed(name) else { return Ok(None) };
        let below = match name {
            "passfile" => self.default_file(name, PASSWORD_FILE)?,
            "sslrootcert" => self.default_file(name, ROOTS)?,
            _ => self.below(name)?.map(|found| found.value),
        };
        Ok(Some(typed).filter(|typed| below.as_deref() != Some(typed)))
    }

    fn default_file(&self, name: &'static str, default: &str) -> Result<Option<String>, BadAddress> {
        let named = self.below(name)?.map(|found| found.value);
        Ok(named.or_else(|| self.home.and_then(|home| Some(home.join(default).to_str()?.into()))))
    }

    /// The address as it was given, in one form.
    pub(super) fn shown(&self, hosts: &[Host]) -> Result<String, BadAddress> {
        let mut out = String::from("postgres://");
        if let Some(user) = self.typed("user") {
            out.push_str(&encoded(user));
            out.push('@');
        }
        let has_hosts = self.typed("host").is_some();
        let port_below = self.below("port")?.and_then(|found| found.value.trim().parse().ok());
        for (at, host) in hosts.iter().enumerate().filter(|_| has_hosts) {
            out.push_str(if at == 0 { "" } else { "," });
            if host.is_tcp() && host.place.contains(':') {
                let _ = write!(out, "[{}]", host.place);
            } else {
                out.push_str(&encoded(&host.place));
            }
            // Of several hosts, one without a port has the default, whatever PGPORT says.
            let is_plain = if hosts.len() > 1 {
                host.port == PORT
            } else {
                self.typed("port").is_none() || port_below == Some(host.port)
            };
            if !is_plain {
                let _ = write!(out, ":{}", host.port);
            }
        }
        out.push('/');
        out.push_str(&encoded(self.typed("dbname").unwrap_or_default()));
        let mut separator = '?';
        for name in KNOWN.into_iter().filter(|name| !matches!(*name, "host" | "user" | "dbname")) {
            if let Some(value) = self.telling(name)?.filter(|_| name != "port" || !has_hosts) {
                let _ = write!(out, "{separator}{name}={}", encoded(value));
                separator = '&';
            }
        }
        Ok(out)
    }
}

/// A parameter that is set. An empty host or port is set, too.
fn set<'a>(settings: &'a Settings, name: &str) -> Option<&'a str> {
    settings.get(name).map(String::as_str).filter(|value| !value.is_empty() || matches!(name, "host" | "port"))
}

/// The variable that sets a parameter.
fn variable_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "host" => "PGHOST",
        "port" => "PGPORT",
        "user" => "PGUSER",
        "dbname" => "PGDATABASE",
        "service" => "PGSERVICE",
        "sslmode" => "PGSSLMODE",
        "sslrootcert" => "PGSSLROOTCERT",
        "passfile" => "PGPASSFILE",
        "channel_binding" => "PGCHANNELBINDING",
        "connect_timeout" => "PGCONNECT_TIMEOUT",
        _ => return None,
    })
}
