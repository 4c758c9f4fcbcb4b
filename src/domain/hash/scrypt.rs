//! scrypt (RFC 7914): `$scrypt$ln=17,r=8,p=1$salt$hash`.

use ::scrypt::Params;

use super::{Evaluated, Scheme, base64, same};

/// What an evaluation of scrypt costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// The binary logarithm of N.
    pub log_n: u8,
    /// The size of a block.
    pub r: u32,
    /// How often it is done.
    pub p: u32,
}

impl Cost {
    /// Reads `ln=17,r=8,p=1`.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let mut number = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
        let (log_n, r, p): (u32, _, _) = (number("ln")?, number("r")?, number("p")?);
        let cost = Self { log_n: u8::try_from(log_n).ok()?, r, p };
        (parts.next().is_none() && cost.params().is_some()).then_some(cost)
    }

    fn params(self) -> Option<Params> {
        // The library multiplies all three.
        let is_moderate = (1..=30).contains(&self.log_n) && self.r <= 1 << 16 && self.p <= 1 << 16;
        if is_moderate { Params::new(self.log_n, self.r, self.p).ok() } else { None }
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ln={},r={},p={}", self.log_n, self.r, self.p)
    }
}

/// A hash of scrypt.
pub struct Hash {
    cost: Cost,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Hash {
    pub fn new(cost: Cost, salt: Vec<u8>, output: Vec<u8>) -> Option<Self> {
        (cost.params().is_some() && (16..=64).contains(&output.len())).then_some(Self { cost, salt, output })
    }

    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$scrypt$")?.split('$');
        let cost = Cost::read(parts.next()?)?;
        let (salt, hash) = (base64::decoded(parts.next()?)?, base64::decoded(parts.next()?)?);
        Self::new(cost, salt, hash).filter(|_| parts.next().is_none())
    }

    /// The text that [`Self::read`] reads.
    pub fn text(&self) -> String {
        let [salt, hash] = [&self.salt, &self.output].map(|bytes| base64::encoded(bytes));
        format!("$scrypt${}${salt}${hash}", self.cost)
    }
}

impl Evaluated for Hash {
    fn scheme(&self) -> Scheme {
        Scheme::Scrypt(self.cost)
    }

    fn salt(&self) -> usize {
        self.salt.len()
    }

    fn is_of(&self, password: &[u8]) -> bool {
        let output = evaluate(self.cost, password, &self.salt);
        output.is_some_and(|output| same(&output[..self.output.len()], &self.output))
    }
}

fn evaluate(cost: Cost, password: &[u8], salt: &[u8]) -> Option<[u8; 64]> {
    let mut output = [0; 64];
    ::scrypt::scrypt(password, salt, &cost.params()?, &mut output).ok()?;
    Some(output)
}

/// Takes as long as an evaluation.
pub fn take(cost: Cost, password: &[u8]) {
    std::hint::black_box(evaluate(cost, password, &[0; 16]));
}
