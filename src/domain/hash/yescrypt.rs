//! yescrypt: `$y$j9T$…`, as Debian's /etc/shadow has it.

use ::yescrypt::{Mode, Params, PasswordVerifier as _, Yescrypt};

use super::{Evaluated, Scheme};

/// What an evaluation of yescrypt costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// The binary logarithm of N.
    pub log_n: u8,
    /// The size of a block.
    pub r: u32,
}

impl Cost {
    /// Reads `ln=12,r=32`.
    pub fn read(text: &str) -> Option<Self> {
        let (log_n, r) = text.strip_prefix("ln=")?.split_once(",r=")?;
        let cost = Self { log_n: log_n.parse().ok()?, r: r.parse().ok()? };
        cost.params().map(|_| cost)
    }

    fn params(self) -> Option<Params> {
        let is_moderate = (2..=30).contains(&self.log_n) && self.r <= 1 << 16;
        if is_moderate { Params::new(Mode::default(), 1 << self.log_n, self.r, 1).ok() } else { None }
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ln={},r={}", self.log_n, self.r)
    }
}

/// A hash of yescrypt.
pub struct Hash {
    text: String,
    cost: Cost,
}

impl Hash {
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$y$")?.split('$');
        let written = parts.next()?;
        let params: Params = written.parse().ok()?;
        let cost = Cost { log_n: u8::try_from(params.n().checked_ilog2()?).ok()?, r: params.r() };
        // Other parameters make it work longer. No program that makes these hashes sets one.
        let is_plain = cost.params().is_some_and(|plain| plain.to_string() == written);
        let is_whole =
            parts.next().is_some() && parts.next().is_some_and(|hash| hash.len() == 43) && parts.next().is_none();
        (is_plain && is_whole).then(|| Self { text: text.to_owned(), cost })
    }
}

impl Evaluated for Hash {
    fn scheme(&self) -> Scheme {
        Scheme::Yescrypt(self.cost)
    }

    fn is_of(&self, password: &[u8]) -> bool {
        Yescrypt::default().verify_password(password, self.text.as_str()).is_ok()
    }
}

/// Takes as long as an evaluation.
pub fn take(cost: Cost, password: &[u8]) {
    if let Some(params) = cost.params() {
        let mut nobodys = [0; 32];
        // Only the time it takes matters.
        let _ = ::yescrypt::yescrypt(password, &[0; 16], &params, &mut nobodys);
    }
}
