//! Copies a secret by asking the terminal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Handed, Means, WayOut, not_delivered};
use crate::failure::{Failure, Kind, Result};
use crate::terminal::{Phase, Terminal};

/// The terminal's own clipboard.
pub struct Osc52;

impl WayOut for Osc52 {
    fn hand_over(&mut self, means: &mut Means<'_>, handed: &Handed<'_>) -> Result<()> {
        ask(means.terminal, handed.bare())
    }

    fn is_bare(&self, _: bool) -> bool {
        true
    }

    fn handed(&self) -> String {
        "copied".into()
    }

    fn confirmed(&self) -> String {
        "is on your terminal's clipboard, and in force".into()
    }
}

/// Asks the terminal to copy a secret (xterm, "Operating System Commands", 52). The terminal does not answer, so the
/// person is asked.
fn ask(terminal: &mut dyn Terminal, secret: &[u8]) -> Result<()> {
    let begins = b"\x1b]52;c;";
    // The secret is encoded in place. Encoders that append use buffers of their own, which nobody wipes.
    let mut sequence = Zeroizing::new(vec![0; begins.len() + secret.len().div_ceil(3) * 4 + 1]);
    let (start, rest) = sequence.split_at_mut(begins.len());
    start.copy_from_slice(begins);
    let coded = STANDARD.encode_slice(secret, rest).map_err(|error| not_delivered(error.to_string()))?;
    rest[coded] = b'\x07';
    let sent = terminal.pass_on(&sequence);
    // The person may take long to answer.
    drop(sequence);
    let arrived = sent.and_then(|()| {
        terminal.enter(Phase::Asking);
        let arrived = terminal.confirm(
            "The terminal was asked to copy it. It does not say whether it did.\nPaste it where it belongs: has it arrived?",
            "leave --copy out, or use --output",
        );
        terminal.enter(Phase::Delivering);
        arrived
    });
    arrived.map_err(|error| {
        let failure = Failure::from(error);
        match failure.kind {
            Kind::Cancelled => not_delivered("the terminal has not copied it; nothing has changed")
                .hint("check whether your terminal and tmux let programs copy, or leave --copy out"),
            _ => Failure { kind: Kind::NotDelivered, ..failure },
        }
    })
}
