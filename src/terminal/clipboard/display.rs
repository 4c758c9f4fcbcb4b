//! The X11 or Wayland display of a clipboard: which one it is, and whether it answers. On such a display, the process
//! that copied a text also hands it out. When that process ends, the display loses the text. But a clipboard manager
//! may have read it by then, and may bring it back.

use std::ffi::OsString;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use arboard::{Clipboard, SetExtLinux as _};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

use super::words;
use crate::failure::{Failure, Kind};

/// How long a display across the network may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the clipboard loses its text when the holder ends.
pub const GOES_WITH_ITS_HOLDER: bool = true;

/// The display as the environment names it.
#[derive(Debug, Clone, Default)]
pub struct Display {
    /// The socket of a Wayland compositor (`WAYLAND_DISPLAY`, in `XDG_RUNTIME_DIR`).
    pub wayland: Option<PathBuf>,
    /// The X11 display (`DISPLAY`).
    pub x11: Option<OsString>,
    /// Whether this is an ssh session.
    pub over_ssh: bool,
    /// Other variables that a client needs to connect.
    kept: Vec<(&'static str, OsString)>,
}

impl Display {
    /// The display that `set`, a lookup in the environment, names.
    pub fn from_environment(set: impl Fn(&str) -> Option<OsString>) -> Self {
        // An absolute name stands for itself.
        let folder = set("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        let wayland = set("WAYLAND_DISPLAY").map(|name| folder.join(name));
        // `unix:0` means the same as `:0`, but not every library can read it.
        let x11 = set("DISPLAY").map(|display| match display.to_str().and_then(|text| text.strip_prefix("unix:")) {
            Some(number) => format!(":{number}").into(),
            None => display,
        });
        let over_ssh = set("SSH_CONNECTION").is_some() || set("SSH_TTY").is_some();
        let mut kept: Vec<_> =
            ["HOME", "XDG_RUNTIME_DIR"].into_iter().filter_map(|name| Some((name, set(name)?))).collect();
        // A holder has another working folder than the command.
        let cookies = set("XAUTHORITY").map(|path| std::path::absolute(&path).map_or(path, PathBuf::into_os_string));
        kept.extend(cookies.map(|path| ("XAUTHORITY", path)));
        Self { wayland, x11, over_ssh, kept }
    }

    /// Each display that answers, alone and in the order to try. With both in its environment, a client that may not
    /// use the first would silently use the second.
    #[must_use]
    pub fn each(&self) -> Vec<Self> {
        let wayland = Self { x11: None, ..self.clone() };
        let x11 = Self { wayland: None, ..self.clone() };
        [wayland, x11].into_iter().filter(Self::answers).collect()
    }

    /// Gives a holder only the variables of this display. The holder lives longer than a token that the environment may
    /// hold.
    pub fn prepare(&self, holder: &mut Command) {
        holder.env_clear().envs(self.kept.iter().map(|(name, value)| (name, value)));
        holder.envs(self.x11.as_ref().map(|display| ("DISPLAY", display)));
        holder.envs(self.wayland.as_ref().map(|socket| ("WAYLAND_DISPLAY", socket)));
    }

    /// The failure for a display that answers but refuses the use of its clipboard.
    #[must_use]
    pub fn closed(&self) -> Failure {
        let (message, hint) = match &self.x11 {
            Some(display) if self.wayland.is_none() => (
                format!("the X11 display {} does not let this user in", display.display()),
                "check XAUTHORITY; through sudo, use --copy=osc52 or --output FILE",
            ),
            _ => (
                "this Wayland compositor has no data-control protocol, which --copy needs".into(),
                "let your terminal copy it with --copy=osc52, or leave --copy out",
            ),
        };
        Failure::new(Kind::NotDelivered, message).hint(hint)
    }

    /// Refuses with a reason if there is no display, or none that answers.
    pub fn check(&self) -> Result<(), Failure> {
        if self.answers() {
            return Ok(());
        }
        let refuse = |message: String, hint: &str| Err(Failure::new(Kind::NotDelivered, message).hint(hint));
        let name = match (&self.wayland, &self.x11) {
            (Some(socket), _) => format!("the Wayland display {}", socket.display()),
            (None, Some(display)) => format!("the X11 display {}", display.display()),
            (None, None) if self.over_ssh => {
                return refuse(
                    "this is an ssh session without a display, so there is no clipboard here".into(),
                    "let your terminal copy it with --copy=osc52, or leave --copy out",
                );
            }
            (None, None) => {
                return refuse(
                    "there is no display, so there is no clipboard".into(),
                    "let your terminal copy it with --copy=osc52, or leave --copy out",
                );
            }
        };
        refuse(format!("{name} does not answer"), "is it still running? leave --copy out, or name another display")
    }

    /// Whether something answers at the place of a display.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.wayland.as_deref().is_some_and(|socket| takes(SocketAddrUnix::new(socket)))
            || self.x11.as_ref().and_then(|display| display.to_str()).is_some_and(x11_answers)
    }
}

/// Puts the secret on the clipboard, and keeps it there until another program takes over.
pub fn serve(secret: &str) -> Result<(), String> {
    // Whatever goes wrong, the library reports the error of X11.
    let mut clipboard = Clipboard::new().map_err(|_| words::CLOSED.to_owned())?;
    clipboard.set().exclude_from_history().wait().text(secret).map_err(|error| error.to_string())
}

/// Connects as X(7) says: `[host]:number[.screen]`. Without a host, it uses a local socket.
fn x11_answers(display: &str) -> bool {
    let Some((host, rest)) = display.rsplit_once(':') else { return false };
    let Ok(number) = rest.split('.').next().unwrap_or_default().parse::<u16>() else { return false };
    if host.is_empty() {
        let path = format!("/tmp/.X11-unix/X{number}");
        return takes(SocketAddrUnix::new(path.as_str())) || abstract_answers(&path);
    }
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let Some(port) = 6_000_u16.checked_add(number) else { return false };
    let mut addresses = (host, port).to_socket_addrs().into_iter().flatten();
    addresses.any(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}

/// Whether a server listens there and takes connections. If its queue is full, a connection would wait for ever.
fn takes(address: rustix::io::Result<SocketAddrUnix>) -> bool {
    let at_once = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    address.is_ok_and(|address| {
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, at_once, None);
        socket.is_ok_and(|socket| connect(&socket, &address).is_ok())
    })
}

/// Linux has the same socket under an abstract name, without a file.
#[cfg(target_os = "linux")]
fn abstract_answers(path: &str) -> bool {
    takes(SocketAddrUnix::new_abstract_name(path.as_bytes()))
}

#[cfg(not(target_os = "linux"))]
fn abstract_answers(_: &str) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixListener, UnixStream};

    use rustix::net::{bind, listen};

    use super::*;

    #[test]
    fn what_is_the_matter_is_said_in_one_sentence() {
        let nowhere = Display::default();
        let ssh = Display { over_ssh: true, ..Display::default() };
        let dead = Display { x11: Some(":4711".into()), ..Display::default() };
        let asleep = Display { wayland: Some("/nowhere/wayland-0".into()), ..Display::default() };
        for (display, said) in [
            (nowhere, "there is no display"),
            (ssh, "this is an ssh session"),
            (dead, "the X11 display :4711 does not answer"),
            (asleep, "the Wayland display /nowhere/wayland-0 does not answer"),
        ] {
            let failure = display.check().unwrap_err();
            assert_eq!(failure.kind, Kind::NotDelivered);
            assert!(failure.message.starts_with(said), "{}", failure.message);
        }
    }

    #[test]
    fn a_display_answers_as_long_as_somebody_listens() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("wayland-0");
        let listener = UnixListener::bind(&socket).unwrap();
        let display = Display { wayland: Some(socket), ..Display::default() };
        assert!(display.answers());
        drop(listener);
        assert!(!display.answers());
    }

    #[test]
    fn a_display_at_which_too_many_wait_does_not_answer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wayland-0");
        let listener = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).unwrap();
        bind(&listener, &SocketAddrUnix::new(&path).unwrap()).unwrap();
        listen(&listener, 0).unwrap();
        // One connection may wait.
        let _waits = UnixStream::connect(&path).unwrap();
        let display = Display { wayland: Some(path), ..Display::default() };
        assert!(!display.answers());
    }

    #[test]
    fn what_is_no_x11_display_does_not_answer() {
        for name in ["", ":", ":x", "0", ":70000", "localhost:65000"] {
            assert!(!x11_answers(name), "{name}");
        }
    }
}
