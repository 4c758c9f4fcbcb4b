//! Writers stand in line. SQLite alone has each of them look now and then whether it is their turn, so that some are
//! overtaken until they give up.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
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
}

/// A place at the head of the line, until it is dropped.
pub struct Place {
    /// `None` if there is no line: the engine's own lock is the one that counts.
    file: Option<Arc<File>>,
    /// How long to wait for whoever does not stand in line.
    pub patience: Duration,
}

impl Line {
    /// The line of the store at this path. It is made by the first one to stand in it.
    pub fn of(store: &Path) -> Self {
        Self { path: Some(beside(store, "-lock")), file: None }
    }

    /// Waits until it is one's turn, but no longer than one has patience. Who is still waiting then tries once, out of turn:
    /// whoever stands at the head may have been stopped before they began to write.
    #[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
    pub fn stand(&mut self, patience: Duration) -> Place {
        let Some(file) = self.file() else { return Place { file: None, patience } };
        if file.try_lock().is_ok() {
            return Place { file: Some(file), patience };
        }
        let began = Instant::now();
        let file = wait(file, patience);
        Place { file, patience: patience.saturating_sub(began.elapsed()) }
    }

    fn file(&mut self) -> Option<Arc<File>> {
        if let (None, Some(path)) = (&self.file, &self.path) {
            let nofollow = OFlags::NOFOLLOW.bits().cast_signed();
            let opened = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(OURS_ONLY)
                .custom_flags(nofollow)
                .open(path);
            self.file = opened.ok().map(Arc::new);
        }
        self.file.clone()
    }
}

/// Waits in the kernel's queue, which knows no deadline: so a thread waits there, and whoever loses patience leaves it.
fn wait(file: Arc<File>, patience: Duration) -> Option<Arc<File>> {
    if patience.is_zero() {
        return None;
    }
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

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let _ = file.unlock();
        }
    }
}
