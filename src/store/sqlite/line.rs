//! Makes writers wait in line. With SQLite alone, each writer checks now and then whether it is its turn. So some are
//! overtaken until they give up.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::ground::beside;
use super::open::OURS_ONLY;
use crate::store::{Result, StoreError};

/// How often whoever waits looks for a signal.
pub const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The line of writers: a file beside the store that nobody writes. The kernel keeps the order. It lets the next writer
/// in when the one before is done, or has ended in any way (flock(2)).
#[derive(Default)]
pub struct Line {
    /// `None` for a store that nobody else knows.
    path: Option<PathBuf>,
    file: Option<Arc<File>>,
    /// Whether the writer at the head does not go on. Nobody waits for it twice.
    is_stuck: bool,
}

/// The turn to write, until it is dropped.
pub struct Turn {
    /// `None` if there is no line. Only the engine's own lock protects the store then.
    file: Option<Arc<File>>,
    /// How long to wait for writers that do not stand in line.
    pub patience: Duration,
}

impl Turn {
    /// Whether it is the turn of the line. Without it, others may write.
    pub fn is_held(&self) -> bool {
        self.file.is_some()
    }
}

impl Line {
    /// The line of the store at this path. The first writer in line makes the file.
    pub fn of(store: &Path) -> Self {
        Self { path: Some(beside(store, "-lock")), ..Self::default() }
    }

    /// Waits for the turn to write, but no longer than `patience`. After that the caller tries once, out of turn. The
    /// writer at the head may have been stopped before it began to write. If `is_to_end` says so, the answer
    /// is [`StoreError::Stopped`].
    #[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
    pub fn wait(&mut self, patience: Duration, is_to_end: &dyn Fn() -> bool) -> Result<Turn> {
        let Some(file) = self.file() else { return Ok(Turn { file: None, patience }) };
        if file.try_lock().is_ok() {
            return Ok(Turn { file: Some(file), patience });
        }
        if self.is_stuck || patience.is_zero() {
            return Ok(Turn { file: None, patience });
        }
        let began = Instant::now();
        let left = || Some(patience.saturating_sub(began.elapsed())).filter(|left| !left.is_zero());
        let file = wait(file, || left().filter(|_| !is_to_end()));
        if file.is_none() {
            // A thread may still wait for the lock of this open file. The lock would count for everybody who shares the
            // file. So the file is not used again.
            self.file = None;
            if is_to_end() {
                return Err(StoreError::Stopped);
            }
            self.is_stuck = true;
        }
        Ok(Turn { file, patience: left().unwrap_or_default() })
    }

    fn file(&mut self) -> Option<Arc<File>> {
        if let (None, Some(path)) = (&self.file, &self.path) {
            self.file = open(path).ok().map(Arc::new);
        }
        self.file.clone()
    }
}

fn open(path: &Path) -> io::Result<File> {
    let nofollow = OFlags::NOFOLLOW.bits().cast_signed();
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(OURS_ONLY).custom_flags(nofollow);
    let file = options.open(path)?;
    // A umask only takes rights away. Here it must not take the owner's.
    if file.metadata()?.mode() & OURS_ONLY != OURS_ONLY {
        file.set_permissions(Permissions::from_mode(OURS_ONLY))?;
    }
    Ok(file)
}

/// Waits in the kernel's queue, which has no deadline. So a thread waits there, and the caller leaves it once `left` says
/// that no patience is left.
fn wait(file: Arc<File>, left: impl Fn() -> Option<Duration>) -> Option<Arc<File>> {
    // The channel has no room, so a message without a receiver fails.
    let (tell, told) = mpsc::sync_channel(0);
    let waiting = Arc::clone(&file);
    let waits = thread::Builder::new().name("line".into()).spawn(move || {
        // The caller no longer waits. The next writer gets the turn.
        if waiting.lock().is_ok() && tell.send(()).is_err() {
            let _ = waiting.unlock();
        }
    });
    let has_turn = || {
        while let Some(left) = left() {
            match told.recv_timeout(left.min(LOOK_EVERY)) {
                Err(RecvTimeoutError::Timeout) => {}
                told => return told.is_ok(),
            }
        }
        false
    };
    (waits.is_ok() && has_turn()).then_some(file)
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let _ = file.unlock();
        }
    }
}
