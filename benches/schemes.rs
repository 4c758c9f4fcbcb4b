//! How long one hash of each kind takes: at the highest cost that passdesk evaluates, and at usual ones.
//!
//! `cargo bench --bench schemes`
//!
//! Each is measured with a usual password, and with the longest one: SHA-crypt reads the password up to twice a round.
//! The time of the processor counts, and the best of several runs. So it matters little what else the machine does.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::fs;
use std::io::{self, Write as _};

use passdesk::domain::credential::{MAX_PASSWORD_BYTES, matches};
use passdesk::domain::hash::Scheme;
use passdesk::domain::secret::TypedPassword;

const RUNS: usize = 5;
/// A run takes at least so many nanoseconds. The clock of the processor ticks a few times in it.
const RUN: u64 = 200_000_000;

/// Schemes as a store keeps them. The first of each kind is the highest.
const SCHEMES: [&str; 24] = [
    "m=262144,t=4,p=1",
    "m=102400,t=2,p=8",
    "m=65536,t=3,p=1",
    "m=19456,t=2,p=1",
    "argon2i m=32768,t=4,p=1",
    "bcrypt 14",
    "bcrypt 12",
    "bcrypt 10",
    "bcrypt 5",
    "pbkdf2-sha1 3000000",
    "pbkdf2-sha1 1000",
    "pbkdf2-sha256 3000000",
    "pbkdf2-sha256 1000000",
    "pbkdf2-sha512 2000000",
    "pbkdf2-sha512 210000",
    "scrypt ln=18,r=8,p=2",
    "scrypt ln=14,r=8,p=5",
    "scrypt ln=10,r=8,p=1",
    "sha256-crypt 1000000,16",
    "sha512-crypt 656000,16",
    "sha512-crypt 5000,16",
    "yescrypt ln=16,r=32",
    "yescrypt ln=12,r=32",
    "yescrypt ln=10,r=8",
];

/// How long the processor has worked for this thread.
fn nanoseconds() -> u64 {
    let all = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    all.split(' ').next().unwrap().parse().unwrap()
}

fn main() -> io::Result<()> {
    let [usual, longest] = ["seven herons guard an orchard".to_owned(), "x".repeat(MAX_PASSWORD_BYTES)]
        .map(|password| TypedPassword::new(password.into()));
    let mut out = io::stdout().lock();
    writeln!(out, "{:<28}{:>10}{:>12}", "scheme", "best ms", "longest ms")?;
    for text in SCHEMES {
        let scheme = Scheme::of_stored(text).unwrap();
        let once = |password| {
            let (begun, mut count) = (nanoseconds(), 0);
            while nanoseconds() - begun < RUN {
                let _ = matches(None, password, &[scheme]);
                count += 1;
            }
            (nanoseconds() - begun) / count
        };
        let best = |password| (0..RUNS).map(|_| once(password)).min().unwrap_or_default() / 100_000;
        let [usual, longest] = [&usual, &longest].map(best);
        writeln!(out, "{text:<28}{:>8}.{}{:>10}.{}", usual / 10, usual % 10, longest / 10, longest % 10)?;
    }
    Ok(())
}
