//! Between signals and transactions. A process that is stopped inside a transaction keeps everybody from writing, and one
//! that is ended there has not said what holds. So whoever acts on a signal waits until no transaction is open.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{SigSet, SigmaskHow, Signal};

/// Passed by whoever opens a transaction, and closed while somebody acts on a signal.
#[derive(Clone, Default)]
pub struct Gate {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// How many have passed, and not come back.
    inside: u32,
    /// Whether somebody acts on a signal, or waits to.
    closed: bool,
}

/// As long as it is held, no signal is acted on.
pub struct Pass {
    gate: Gate,
    /// What was blocked before, if more is now.
    blocked: Option<SigSet>,
}

impl Gate {
    /// Waits for whoever acts on a signal, and passes. Who has passed already need not wait again.
    #[must_use]
    pub fn pass(&self) -> Pass {
        let state = self.lock();
        let mut state = self
            .shared
            .changed
            .wait_while(state, |state| state.closed && state.inside == 0)
            .unwrap_or_else(PoisonError::into_inner);
        state.inside += 1;
        Pass { gate: self.clone(), blocked: None }
    }

    /// The same for whoever writes, and shows meanwhile how far it has come: in the background, the terminal does not stop
    /// the program for it.
    #[must_use]
    pub fn pass_to_write(&self) -> Pass {
        let mut pass = self.pass();
        let stops = SigSet::from_iter([Signal::SIGTTIN, Signal::SIGTTOU]);
        pass.blocked = stops.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok();
        pass
    }

    /// Acts on a signal once nobody is inside; nobody passes meanwhile.
    pub fn act<T>(&self, act: impl FnOnce() -> T) -> T {
        let mut state = self.lock();
        state.closed = true;
        let state = self.shared.changed.wait_while(state, |state| state.inside > 0);
        drop(state.unwrap_or_else(PoisonError::into_inner));
        // Opened again even if acting panics: nobody may wait for a thread that is gone.
        let _opened = Closed(self);
        act()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the gate again when it goes.
struct Closed<'a>(&'a Gate);

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        self.0.lock().closed = false;
        self.0.shared.changed.notify_all();
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(blocked) = &self.blocked {
            // Restoring what was there cannot fail.
            let _ = blocked.thread_set_mask();
        }
        let mut state = self.gate.lock();
        state.inside -= 1;
        if state.closed {
            self.gate.shared.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_signal_is_acted_on_once_nobody_is_inside_and_nobody_passes_meanwhile() {
        let gate = Gate::default();
        let (tell, told) = mpsc::channel();
        let outer = gate.pass();
        thread::scope(|scope| {
            let (acting, telling) = (gate.clone(), tell.clone());
            scope.spawn(move || {
                acting.act(|| {
                    telling.send("acts").unwrap();
                    thread::sleep(Duration::from_millis(50));
                    telling.send("has acted").unwrap();
                });
            });
            while !gate.lock().closed {
                thread::yield_now();
            }
            // Who is inside may go further in, whoever waits outside.
            drop(gate.pass());
            tell.send("leaves").unwrap();
            drop(outer);
            told.recv_timeout(Duration::from_mins(1)).unwrap();
            let (passing, telling) = (gate.clone(), tell.clone());
            scope.spawn(move || {
                let _pass = passing.pass();
                telling.send("passes").unwrap();
            });
            drop(tell);
            assert_eq!(told.iter().collect::<Vec<_>>(), ["acts", "has acted", "passes"]);
        });
    }

    #[test]
    fn whoever_panics_while_acting_leaves_the_gate_open() {
        let gate = Gate::default();
        let acting = gate.clone();
        thread::spawn(move || acting.act(|| panic!("on purpose"))).join().unwrap_err();
        assert!(!gate.lock().closed);
    }

    #[test]
    fn inside_the_terminal_stops_nobody_and_outside_it_may_again() {
        let blocked = || SigSet::thread_get_mask().unwrap().contains(Signal::SIGTTOU);
        let gate = Gate::default();
        let outer = gate.pass_to_write();
        drop(gate.pass_to_write());
        assert!(blocked());
        drop(outer);
        assert!(!blocked());
    }
}
