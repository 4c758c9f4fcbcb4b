//! The gate between signals and transactions. A process stopped inside a transaction keeps all others from writing. A
//! process ended inside one has not told the outcome. So a signal has its effect only when no transaction is open.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{SigSet, SigmaskHow, Signal};

/// Code that opens a transaction passes the gate. It is closed while a signal is acted on.
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
    /// How many passes are held.
    inside: u32,
    /// How many threads act on a signal, or wait to do so.
    closed: u32,
    /// How many of these signals end the program.
    ending: u32,
    /// How many such signals were put off.
    put_off: u32,
}

/// While a pass is held, no signal is acted on.
pub struct Pass {
    gate: Gate,
    /// Held if this pass is that of a writer.
    unstopped: Option<Unstopped>,
}

/// While this is held, the terminal does not stop this thread in the background: neither a write nor a change of its
/// modes.
pub struct Unstopped {
    /// The signals that were blocked before.
    blocked: Option<SigSet>,
}

impl Unstopped {
    /// Begins now.
    #[must_use]
    pub fn begin() -> Self {
        let stops = SigSet::from_iter([Signal::SIGTTIN, Signal::SIGTTOU]);
        Self { blocked: stops.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok() }
    }
}

impl Drop for Unstopped {
    fn drop(&mut self) {
        if let Some(blocked) = &self.blocked {
            // Restoring the old mask cannot fail.
            let _ = blocked.thread_set_mask();
        }
    }
}

impl Gate {
    /// Passes the gate. Waits first if a signal is being acted on. If another pass is held already, this one does not
    /// wait.
    #[must_use]
    pub fn pass(&self) -> Pass {
        let state = self.lock();
        let mut state = self
            .shared
            .changed
            .wait_while(state, |state| state.closed > 0 && state.inside == 0)
            .unwrap_or_else(PoisonError::into_inner);
        state.inside += 1;
        Pass { gate: self.clone(), unstopped: None }
    }

    /// The same for a writer that shows its progress. Writing to the terminal from the background does not stop it.
    #[must_use]
    pub fn pass_to_write(&self) -> Pass {
        let mut pass = self.pass();
        pass.unstopped = Some(Unstopped::begin());
        pass
    }

    /// Acts on a signal once no pass is held. Meanwhile nobody can pass.
    pub fn act<T>(&self, act: impl FnOnce() -> T) -> T {
        self.close(false, act)
    }

    /// The same for a signal that ends the program. Whoever only waits inside gives up.
    pub fn end<T>(&self, act: impl FnOnce() -> T) -> T {
        self.close(true, act)
    }

    /// A signal that ends the program was put off. Whoever only waits inside gives up.
    pub fn put_off(&self) {
        self.lock().put_off += 1;
    }

    /// Says whether a signal has asked for the end from now on. Then nobody waits any longer for a busy store. What was
    /// begun before a signal is still written down after it.
    pub fn ends_from_now(&self) -> impl Fn() -> bool + use<> {
        let (gate, before) = (self.clone(), self.lock().put_off);
        move || {
            let state = gate.lock();
            state.ending > 0 || state.put_off > before
        }
    }

    fn close<T>(&self, ending: bool, act: impl FnOnce() -> T) -> T {
        let mut state = self.lock();
        state.closed += 1;
        state.ending += u32::from(ending);
        let state = self.shared.changed.wait_while(state, |state| state.inside > 0);
        drop(state.unwrap_or_else(PoisonError::into_inner));
        // The gate opens again even if `act` panics. Otherwise others would wait for a thread that is gone.
        let _opened = Closed { gate: self, ending };
        act()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the gate again when dropped.
struct Closed<'a> {
    gate: &'a Gate,
    ending: bool,
}

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.closed -= 1;
        state.ending -= u32::from(self.ending);
        drop(state);
        self.gate.shared.changed.notify_all();
    }
}

impl Pass {
    /// Lets a signal in that this pass has held back. If that ends the program, this never returns.
    pub fn give_way(self) {
        let gate = self.gate.clone();
        drop(self);
        drop(gate.pass());
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        // Before anybody acts on a signal.
        drop(self.unstopped.take());
        let mut state = self.gate.lock();
        state.inside -= 1;
        if state.closed > 0 {
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
            while gate.lock().closed == 0 {
                thread::yield_now();
            }
            // A thread inside may pass again, even if a signal waits outside.
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
        assert_eq!(gate.lock().closed, 0);
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

    #[test]
    fn whoever_waits_inside_is_to_end_by_a_signal_from_now_on_and_by_none_before() {
        let gate = Gate::default();
        gate.put_off();
        let is_to_end = gate.ends_from_now();
        assert!(!is_to_end());
        gate.act(|| assert!(!is_to_end()));
        gate.end(|| assert!(is_to_end()));
        assert!(!is_to_end());
        gate.put_off();
        assert!(is_to_end());
    }

    #[test]
    fn the_gate_stays_closed_until_the_last_signal_was_acted_on() {
        let gate = Gate::default();
        let is_to_end = gate.ends_from_now();
        gate.end(|| {
            gate.act(|| ());
            assert!(is_to_end() && gate.lock().closed == 1);
        });
        assert_eq!(gate.lock().closed, 0);
    }
}
