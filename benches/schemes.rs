//! How long one hash of each kind takes: at the highest cost that passdesk evaluates, and at usual ones.
//!
//! `cargo bench --bench schemes`
//!
//! The best of several runs counts, since the machine only ever adds to it.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures by the real clock")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use passdesk::domain::credential::matches;
use passdesk::domain::hash::Scheme;
use passdesk::domain::secret::TypedPassword;

const RUNS: usize = 5;

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
    "sha512-crypt 1000000,16",
    "sha512-crypt 5000,16",
    "yescrypt ln=16,r=32",
    "yescrypt ln=12,r=32",
    "yescrypt ln=10,r=8",
];

fn main() -> io::Result<()> {
    let password = TypedPassword::new("seven herons guard an orchard".to_owned().into());
    let mut out = io::stdout().lock();
    writeln!(out, "{:<28}{:>10}", "scheme", "best ms")?;
    for text in SCHEMES {
        let scheme = Scheme::of_stored(text).unwrap();
        let once = || {
            let begun = Instant::now();
            let _ = matches(None, &password, &[scheme]);
            begun.elapsed()
        };
        let best: Duration = (0..RUNS).map(|_| once()).min().unwrap_or_default();
        writeln!(out, "{text:<28}{:>10.1}", best.as_secs_f64() * 1e3)?;
    }
    Ok(())
}
