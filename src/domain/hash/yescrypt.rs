//! yescrypt: `$y$j9T$…`, as Debian's /etc/shadow has it.

use ::yescrypt::{Mode, Params};

use super::{Evaluated, Scheme, base64, same};

const HASH_BYTES: usize = 32;

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
    cost: Cost,
    salt: Vec<u8>,
    output: [u8; HASH_BYTES],
}

impl Hash {
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$y$")?.split('$');
        let written = parts.next()?;
        let params: Params = written.parse().ok()?;
        let cost = Cost { log_n: u8::try_from(params.n().checked_ilog2()?).ok()?, r: params.r() };
        // Other parameters make it work longer. No program that makes these hashes sets one.
        let is_plain = cost.params().is_some_and(|plain| plain.to_string() == written);
        let (salt, output) = (base64::of_crypt(parts.next()?)?, base64::of_crypt(parts.next()?)?.try_into().ok()?);
        (is_plain && parts.next().is_none()).then_some(Self { cost, salt, output })
    }
}

impl Evaluated for Hash {
    fn scheme(&self) -> Scheme {
        Scheme::Yescrypt(self.cost)
    }

    fn salt(&self) -> usize {
        self.salt.len()
    }

    fn is_of(&self, password: &[u8]) -> bool {
        evaluate(self.cost, password, &self.salt).is_some_and(|output| same(&output, &self.output))
    }
}

fn evaluate(cost: Cost, password: &[u8], salt: &[u8]) -> Option<[u8; HASH_BYTES]> {
    let mut output = [0; HASH_BYTES];
    ::yescrypt::yescrypt(password, salt, &cost.params()?, &mut output).ok()?;
    Some(output)
}

/// Takes as long as an evaluation.
pub fn take(cost: Cost, password: &[u8]) {
    std::hint::black_box(evaluate(cost, password, &[0; 16]));
}
