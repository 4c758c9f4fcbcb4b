//! Writers stand in line. SQLite alone has each of them look now and then whether it is their turn, so that some are
//! overtaken until they give up.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::ground::beside;
use super::open::OURS_ONLY;

/// Where writers stand in line: a file beside the store that nobody writes. The kernel keeps the order, and lets the next
/// one in when a writer is done, or is gone in whatever way (flock(2)).
#[derive(Default)]
pub struct Line {
    /// `None` for a store that nobody else knows of.
    path: Option<PathBuf>,
    file: Option<Arc<File>>,
    /// Whether somebody stands at the head who does not go on: it is not waited for twice.
    is_stuck: bool,
}

/// The turn to write, until it is dropped.
pub struct Turn {
    /// `None` if there is no line: the engine's own lock is the one that counts.
    file: Option<Arc<File>>,
    /// How long to wait for whoever does not stand in line.
    pub patience: Duration,
}

impl Line {
    /// The line of the store at this path. It is made by the first one to stand in it.
    pub fn of(store: &Path) -> Self {
        Self { path: Some(beside(store, "-lock")), ..Self::default() }
    }

    /// Waits for one's turn, but no longer than one has patience. Who is still waiting then tries once, out of turn: whoever
    /// stands at the head may have been stopped before they began to write.
    #[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
    pub fn wait(&mut self, patience: Duration) -> Turn {
        let Some(file) = self.file() else { return Turn { file: None, patience } };
        if file.try_lock().is_ok() {
            return Turn { file: Some(file), patience };
        }
        if self.is_stuck || patience.is_zero() {
            return Turn { file: None, patience };
        }
        let began = Instant::now();
        let file = wait(file, patience);
        if file.is_none() {
            self.is_stuck = true;
            // A lock is that of whoever shares a description: the one that is still waited for is not used again.
            self.file = None;
        }
        Turn { file, patience: patience.saturating_sub(began.elapsed()) }
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
    // A umask only ever takes rights away; here it must not take the owner's.
    if file.metadata()?.mode() & OURS_ONLY != OURS_ONLY {
        file.set_permissions(Permissions::from_mode(OURS_ONLY))?;
    }
    Ok(file)
}

/// Waits in the kernel's queue, which knows no deadline: so a thread waits there, and whoever loses patience leaves it.
fn wait(file: Arc<File>, patience: Duration) -> Option<Arc<File>> {
    // Without room for a message that nobody takes.
    let (tell, told) = mpsc::sync_channel(0);
    let waiting = Arc::clone(&file);
    let waits = thread::Builder::new().name("line".into()).spawn(move || {
        // Nobody waits for it any more: it is the next one's turn.
        if waiting.lock().is_ok() && tell.send(()).is_err() {
            let _ = waiting.unlock();
        }
    });
    (waits.is_ok() && told.recv_timeout(patience).is_ok()).then_some(file)
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let _ = file.unlock();
        }
    }
}
