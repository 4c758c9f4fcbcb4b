//! The line between the halves: messages, each with a body that may hold a secret.

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The longest message without its body, in bytes.
const LONGEST_MESSAGE: u32 = 16 << 20;
/// The longest body of any message, in bytes. The longest input is a little shorter.
pub const LONGEST_BODY: u32 = (1 << 30) + (1 << 10);
/// The longest command line, in bytes: as much as Linux takes.
pub const LONGEST_COMMAND: u32 = 4 << 20;
/// How much is read of a body before there is more room for it, in bytes.
const STEP: usize = 64 << 10;

/// One end of the line. A message is its length and that of its body, four bytes each (little-endian), then the message as
/// JSON, then the body. Only the body holds secrets.
pub struct Line {
    stream: UnixStream,
    /// Held while a message is written.
    writing: Mutex<()>,
}

/// The body of a message.
pub type Body = Zeroizing<Vec<u8>>;

/// The text in a body.
pub fn text(body: &Body) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    text.push_str(std::str::from_utf8(body).map_err(io::Error::other)?);
    Ok(text)
}

/// The path in a body.
pub fn path(body: &Body) -> &Path {
    Path::new(OsStr::from_bytes(body))
}

impl Line {
    /// A line over this stream.
    pub fn over(stream: UnixStream) -> Self {
        Self { stream, writing: Mutex::default() }
    }

    /// Sends a message.
    pub fn send(&self, message: &impl Serialize, body: &[u8]) -> io::Result<()> {
        let message = serde_json::to_vec(message)?;
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(io::Error::other).map(u32::to_le_bytes);
        let head = [length(&message)?, length(body)?].concat();
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stream = &self.stream;
        stream.write_all(&[head, message].concat())?;
        stream.write_all(body)
    }

    /// Sends a message that may be left out. It is, if the other half does not read.
    pub fn send_if_read(&self, message: &impl Serialize) {
        let mut room = [PollFd::new(&self.stream, PollFlags::OUT)];
        if poll(&mut room, Some(&Timespec::default())).is_ok_and(|ready| ready > 0) {
            // If the other half is gone, the next question finds that out.
            let _ = self.send(message, &[]);
        }
    }

    /// Waits for a message. `None` if the other half is gone. `room` says how many bytes its body has at most, once it
    /// comes.
    pub fn receive<T: DeserializeOwned>(&self, room: impl FnOnce() -> u32) -> io::Result<Option<(T, Body)>> {
        let mut stream = &self.stream;
        let mut head = [0; 8];
        match stream.read_exact(&mut head) {
            Err(error) if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
                return Ok(None);
            }
            read => read?,
        }
        let both = u64::from_le_bytes(head);
        let [length, body] = [both & 0xffff_ffff, both >> 32].map(|length| u32::try_from(length).unwrap_or(u32::MAX));
        if length > LONGEST_MESSAGE || body > room() {
            return Err(io::Error::other("a message is too long"));
        }
        let message = self.bytes(length)?;
        let body = self.bytes(body)?;
        Ok(Some((serde_json::from_slice(&message)?, body)))
    }

    /// As many bytes. They take no more than twice the memory of what has come. Each smaller buffer is wiped.
    fn bytes(&self, length: u32) -> io::Result<Body> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let mut bytes = Zeroizing::new(vec![0; length.min(STEP)]);
        (&self.stream).read_exact(&mut bytes)?;
        while bytes.len() < length {
            let read = bytes.len();
            let mut longer = Zeroizing::new(Vec::with_capacity(length.min(2 * read)));
            longer.extend_from_slice(&bytes);
            longer.resize(length.min(2 * read), 0);
            (&self.stream).read_exact(&mut longer[read..])?;
            bytes = longer;
        }
        Ok(bytes)
    }

    /// Waits until the other half is gone.
    pub fn until_gone(&self) {
        let stream = self.stream.as_fd();
        // With no event asked for, only the end is told. A signal may interrupt the waiting.
        while !matches!(poll(&mut [PollFd::new(&stream, PollFlags::empty())], None), Ok(ready) if ready > 0) {}
    }

    /// Ends the line. Nothing more is sent or received by either half.
    pub fn hang_up(&self) {
        // If the other half is gone already, there is nothing to end.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Line, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Line::over(ours), theirs)
    }

    #[test]
    fn what_is_sent_arrives_in_order_with_its_body() {
        let (here, there) = pair();
        let there = Line::over(there);
        here.send(&"one", b"first").unwrap();
        here.send(&"two", b"").unwrap();
        for (message, body) in [("one", &b"first"[..]), ("two", b"")] {
            let (got, with) = there.receive::<String>(|| LONGEST_BODY).unwrap().unwrap();
            assert_eq!((got.as_str(), with.as_slice()), (message, body));
        }
        drop(here);
        assert!(there.receive::<String>(|| LONGEST_BODY).unwrap().is_none());
    }

    #[test]
    fn a_message_that_is_too_long_cut_off_or_no_json_is_an_error() {
        let json =
            |text: &str| [&u32::try_from(text.len()).unwrap().to_le_bytes()[..], &[0; 4], text.as_bytes()].concat();
        let long = [u32::MAX.to_le_bytes(), [0; 4]].concat();
        let body = [[2, 0, 0, 0], [0, 0, 0, 255]].concat();
        let short = json("\"one\"")[..9].to_vec();
        for bytes in [long, body, short, json("one"), json("7")] {
            let (here, mut there) = pair();
            there.write_all(&bytes).unwrap();
            drop(there);
            assert!(here.receive::<String>(|| LONGEST_BODY).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_long_body_arrives_whole_and_none_longer_than_there_is_room() {
        for length in [STEP - 1, STEP, STEP + 1, 5 * STEP + 7] {
            let (here, there) = pair();
            let body: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let sent = body.clone();
            let there = std::thread::spawn(move || Line::over(there).send(&"it", &sent));
            let (_, got) = here.receive::<String>(|| LONGEST_BODY).unwrap().unwrap();
            assert!(*got == body, "{length}");
            there.join().unwrap().unwrap();
        }
        let (here, there) = pair();
        Line::over(there).send(&"it", &[0; 101]).unwrap();
        assert!(here.receive::<String>(|| 100).is_err());
    }

    #[test]
    fn what_may_be_left_out_never_waits_for_the_other_half() {
        let (here, _there) = pair();
        for _ in 0..1_000_000 {
            here.send_if_read(&"step");
        }
    }

    #[test]
    fn a_line_that_is_hung_up_is_gone_for_the_other_half() {
        let (here, there) = pair();
        let there = Line::over(there);
        here.hang_up();
        there.until_gone();
        assert!(there.receive::<String>(|| LONGEST_BODY).unwrap().is_none());
    }
}
