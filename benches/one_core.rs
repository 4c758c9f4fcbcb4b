//! Hashes temporary passwords on one core, as the baseline for `benches/reset.sh`.

use passdesk::domain::hash::Cost;
use passdesk::domain::hasher::{Hasher, Salt};
use passdesk::domain::temporary::TemporaryPassword;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1);
    let mut rng = StdRng::seed_from_u64(1);
    let Ok(mut hasher) = Hasher::new(Cost::DEFAULT) else { return };
    for _ in 0..count {
        let password = TemporaryPassword::generate(&mut rng);
        let salt = Salt::draw(&mut rng);
        std::hint::black_box(hasher.hash_temporary(password, salt).is_ok());
    }
}
