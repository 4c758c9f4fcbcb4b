//! The door between the two halves of a shared host.
//!
//! The store belongs to a user of its own. The front half runs as the person. It does all that names a file, a display
//! or a terminal. The back half runs as the store's owner, and runs the command. It opens nothing that a caller names.
//! Between the two is a socket, and sudo has opened the door.
//!
//! The back half asks, and the front half answers, one at a time. What the back half sees as its terminal, its files and
//! its clipboard are those of the front half. So a command is written once, and works with the door and without.
//!
//! Each half may die at any moment:
//!
//! - If the front half is gone, the back half ends, once no transaction is open. Nothing is committed unless the front half
//!   has said that signals are put off ([`Phase::Committing`]).
//! - If the back half is gone, the front half says what that means in its phase: not in force, not known, or done.

mod answers;
mod back;
mod front;
mod knock;
mod line;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod protocol;
mod remote;

pub use self::back::Visit;
pub use self::front::Front;
pub use self::knock::Knock;
pub use self::protocol::Caller;
#[cfg(test)]
pub use self::remote::Remote;
#[cfg(doc)]
use crate::terminal::Phase;

/// The only argument of the back half.
pub const BACK_HALF: &str = "back-half";

/// Runs both halves here: `run` gets the other half that `front` is, with this terminal. For tests.
#[cfg(test)]
pub fn through<T>(
    front: impl FnOnce(&mut dyn FnMut(&mut dyn crate::terminal::Terminal, &mut Front<'_>)) + Send,
    run: impl FnOnce(&Remote) -> T,
) -> T {
    let (here, there) = std::os::unix::net::UnixStream::pair().unwrap();
    std::thread::scope(|scope| {
        let front = scope.spawn(move || {
            let line = line::Line::over(here);
            front(&mut |terminal, front| {
                let opened = front::Opened::for_anything();
                drop(front.serve(terminal, &line, opened));
            });
        });
        let line = std::sync::Arc::new(line::Line::over(there));
        let watch = back::Watch::over(line.clone(), crate::gate::Gate::default());
        watch.listen().unwrap();
        let remote = Remote::behind(watch);
        let done = run(&remote);
        line.hang_up();
        if let Err(panic) = front.join() {
            std::panic::resume_unwind(panic);
        }
        done
    })
}
