//! The display of X11 or Wayland that a clipboard belongs to: which one it is, and whether it answers. What is on such a
//! clipboard is handed out by the process that put it there. When that ends without having cleared it, it is gone from the
//! display itself; but a clipboard manager may have read it by then, and bring it back.

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

/// Whether the display forgets what is on the clipboard when its holder ends.
pub const GOES_WITH_ITS_HOLDER: bool = true;

/// What the environment says of a display.
#[derive(Debug, Clone, Default)]
pub struct Display {
    /// The socket of a Wayland compositor (`WAYLAND_DISPLAY`, in `XDG_RUNTIME_DIR`).
    pub wayland: Option<PathBuf>,
    /// The X11 display (`DISPLAY`).
    pub x11: Option<OsString>,
    /// Whether this is an ssh session.
    pub over_ssh: bool,
    /// What else whoever connects to a display needs.
    kept: Vec<(&'static str, OsString)>,
}

impl Display {
    /// What `set` says of the environment.
    pub fn from_environment(set: impl Fn(&str) -> Option<OsString>) -> Self {
        // An absolute name stands for itself.
        let folder = set("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        let wayland = set("WAYLAND_DISPLAY").map(|name| folder.join(name));
        // `unix:0` is another way to write `:0`, which not every library reads.
        let x11 = set("DISPLAY").map(|display| match display.to_str().and_then(|text| text.strip_prefix("unix:")) {
            Some(number) => format!(":{number}").into(),
            None => display,
        });
        let over_ssh = set("SSH_CONNECTION").is_some() || set("SSH_TTY").is_some();
        let mut kept: Vec<_> =
            ["HOME", "XDG_RUNTIME_DIR"].into_iter().filter_map(|name| Some((name, set(name)?))).collect();
        // A holder is not where the command is.
        let cookies = set("XAUTHORITY").map(|path| std::path::absolute(&path).map_or(path, PathBuf::into_os_string));
        kept.extend(cookies.map(|path| ("XAUTHORITY", path)));
        Self { wayland, x11, over_ssh, kept }
    }

    /// Each display that answers, in the order in which they are to be tried, without the other: whoever finds both, and may
    /// not use the first, uses the second without a word.
    #[must_use]
    pub fn each(&self) -> Vec<Self> {
        let wayland = Self { x11: None, ..self.clone() };
        let x11 = Self { wayland: None, ..self.clone() };
        [wayland, x11].into_iter().filter(Self::answers).collect()
    }

    /// Has a holder find the same display, and nothing else: it lives longer than a token that the environment may hold.
    pub fn prepare(&self, holder: &mut Command) {
        holder.env_clear().envs(self.kept.iter().map(|(name, value)| (name, value)));
        holder.envs(self.x11.as_ref().map(|display| ("DISPLAY", display)));
        holder.envs(self.wayland.as_ref().map(|socket| ("WAYLAND_DISPLAY", socket)));
    }

    /// Says why a display that answers lets nobody use its clipboard.
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

    /// Refuses, and says why, where there is no display or none that answers.
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

    /// Whether something answers where a display should be.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.wayland.as_deref().is_some_and(|socket| takes(SocketAddrUnix::new(socket)))
            || self.x11.as_ref().and_then(|display| display.to_str()).is_some_and(x11_answers)
    }
}

/// Puts the secret on the clipboard, and keeps it there until another program takes it over.
pub fn serve(secret: &str) -> Result<(), String> {
    // Whatever is the matter, the error is that of X11.
    let mut clipboard = Clipboard::new().map_err(|_| words::CLOSED.to_owned())?;
    clipboard.set().exclude_from_history().wait().text(secret).map_err(|error| error.to_string())
}

/// Connects as X(7) has it: `[host]:number[.screen]`, without a host to a local socket.
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

/// Whether somebody listens there who takes whoever comes: where too many wait already, one more would wait for ever.
fn takes(address: rustix::io::Result<SocketAddrUnix>) -> bool {
    let at_once = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    address.is_ok_and(|address| {
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, at_once, None);
        socket.is_ok_and(|socket| connect(&socket, &address).is_ok())
    })
}

/// Linux has the same socket under a name that is no file's.
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
        // One may wait.
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
