//! Streams that do not block. Other programs share standard input, output and error, and may have set `O_NONBLOCK`.
//! Then a write fails whenever the reader is slow, and the rest of a list would be lost.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// A stream that waits until it can be read or written.
pub struct Patient<S>(pub S);

impl<S: Write + AsFd> Write for Patient<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait(&self.0, PollFlags::OUT)?,
                done => return done,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<S: Read + AsFd> Read for Patient<S> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait(&self.0, PollFlags::IN)?,
                done => return done,
            }
        }
    }
}

/// Waits as long as it takes. If the other end is gone, the next read or write says so.
fn wait(stream: &impl AsFd, until: PollFlags) -> io::Result<()> {
    match poll(&mut [PollFd::new(stream, until)], None) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
