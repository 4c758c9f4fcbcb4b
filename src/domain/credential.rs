//! The credential of an account, and how a password is checked against it.

use jiff::Timestamp;
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::hash::{Cost, Scheme, StoredHash};
use super::secret::TypedPassword;
use super::temporary;

/// The longest password in bytes. A longer one is refused, never cut.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// How often the password of an account has been replaced. A caller that proved a password names the revision it
/// proved. A new hash of the same password does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordRevision(pub i64);

impl PasswordRevision {
    /// The revision of an account's first password.
    pub const FIRST: Self = Self(1);
}

/// The credential of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The hash of its password.
    pub hash: StoredHash,
    /// The revision of the password.
    pub revision: PasswordRevision,
    /// When it expires, if it is a temporary password.
    pub temporary_until: Option<Timestamp>,
}

impl Credential {
    /// Whether this is its password. A temporary password matches in upper and lower case, with or without hyphens. At
    /// most one hash is evaluated.
    #[must_use]
    pub fn matches(&self, typed: &TypedPassword) -> bool {
        if typed.byte_len() > MAX_PASSWORD_BYTES {
            return false;
        }
        if self.hash.is_of_normalized() {
            return self.hash.is_of(self.normalized(typed).as_bytes());
        }
        self.hash.is_of(typed.as_typed().as_bytes())
    }

    /// A new hash of this cost, if the stored hash has another kind or cost. `typed` is the password.
    pub fn rehashed(
        &self,
        typed: &TypedPassword,
        cost: Cost,
        rng: &mut dyn CryptoRng,
    ) -> anyhow::Result<Option<StoredHash>> {
        if self.hash.is_current(cost) {
            return Ok(None);
        }
        StoredHash::of(self.normalized(typed).as_bytes(), cost, rng).map(Some)
    }

    /// The password as passdesk hashes it.
    fn normalized(&self, typed: &TypedPassword) -> Zeroizing<String> {
        self.temporary_until.and_then(|_| temporary::canonical(typed)).unwrap_or_else(|| typed.normalized())
    }
}

/// Whether this is the password. The account may not exist, or may not be allowed in.
///
/// One hash of each of these schemes is evaluated, in this order. So the time does not depend on the answer or its
/// reason. The account's own hash takes the place of the scheme that covers it.
#[must_use]
pub fn matches(credential: Option<&Credential>, typed: &TypedPassword, schemes: &[Scheme]) -> bool {
    let mut left = credential.filter(|_| typed.byte_len() <= MAX_PASSWORD_BYTES);
    let mut matched = false;
    let own = left.and_then(|credential| credential.hash.scheme());
    // The longer a password is, the longer some schemes take.
    let password = typed.as_typed().as_bytes();
    let password = &password[..password.len().min(MAX_PASSWORD_BYTES)];
    for scheme in schemes {
        match own.filter(|own| scheme.covers(*own)).and_then(|own| Some((own, left.take()?))) {
            Some((own, credential)) => {
                matched = credential.matches(typed);
                scheme.take_rest(own, password);
            }
            None => scheme.take(password),
        }
    }
    // No scheme covers the hash only if somebody has just changed it.
    let matched = matched || left.is_some_and(|credential| credential.matches(typed));
    // Another program may have let somebody choose none.
    matched && !typed.is_empty()
}

/// Fails unless there is enough memory for a hash of each of these schemes. Without this check, a lack of memory would
/// look like a wrong password, or end the program.
pub fn have_room(schemes: &[Scheme]) -> anyhow::Result<()> {
    let most = schemes.iter().map(|scheme| scheme.bytes()).max().unwrap_or_default();
    // It is reserved, and given back before anything is written to it.
    Vec::<u8>::new()
        .try_reserve_exact(usize::try_from(most)?)
        .map_err(|error| anyhow::anyhow!("there is not enough memory to hash a password: {error}"))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use zeroize::Zeroizing;

    use super::*;
    use crate::domain::hash::CAP;
    use crate::domain::temporary::TemporaryPassword;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    fn typed(text: &str) -> TypedPassword {
        TypedPassword::new(Zeroizing::new(text.into()))
    }

    fn permanent(text: &str) -> Credential {
        let hash = StoredHash::of_typed(&typed(text), CHEAP, &mut StdRng::seed_from_u64(1)).unwrap();
        Credential { hash, revision: PasswordRevision(1), temporary_until: None }
    }

    fn temporary(hash: StoredHash) -> Credential {
        Credential { hash, revision: PasswordRevision(1), temporary_until: Some(Timestamp::UNIX_EPOCH) }
    }

    #[test]
    fn the_hash_is_an_argon2id_phc_string_of_the_cost_asked_for() {
        let hash = StoredHash::of_typed(&typed("x"), Cost::DEFAULT, &mut StdRng::seed_from_u64(1)).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn a_password_matches_in_either_normalization_form() {
        assert!(permanent("cafe\u{301} au lait").matches(&typed("caf\u{e9} au lait")));
    }

    #[test]
    fn a_permanent_password_is_taken_verbatim() {
        let credential = permanent("2345-6789-abcd-efgh-jkmn");
        assert!(!credential.matches(&typed("23456789abcdefghjkmn")));
        assert!(!credential.matches(&typed("2345-6789-ABCD-efgh-jkmn")));
        assert!(!credential.matches(&typed(" 2345-6789-abcd-efgh-jkmn")));
    }

    #[test]
    fn a_temporary_password_is_taken_in_either_case_and_without_hyphens() {
        let mut rng = StdRng::seed_from_u64(3);
        let password = TemporaryPassword::generate(&mut rng);
        let password = StoredHash::of_temporary(password, CHEAP, &mut rng).unwrap();
        let credential = temporary(password.clone());
        assert!(credential.matches(&typed(&password.reveal().to_uppercase().replace('-', ""))));
    }

    #[test]
    fn a_password_is_never_cut() {
        let longest = "x".repeat(MAX_PASSWORD_BYTES);
        let credential = permanent(&longest);
        assert!(credential.matches(&typed(&longest)));
        assert!(!credential.matches(&typed(&format!("{longest}y"))));
    }

    #[test]
    fn a_stored_row_that_asks_for_4_gib_is_nobodys_and_not_evaluated() {
        let greedy = permanent("secret").hash.as_str().replace("m=8,", "m=4194304,");
        assert!(StoredHash::from_store(greedy.clone()).scheme().is_none());
        let credential = Credential { hash: StoredHash::from_store(greedy), ..permanent("x") };
        assert!(!credential.matches(&typed("secret")));
    }

    #[test]
    fn a_damaged_hash_matches_nothing() {
        for phc in ["", "x", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$12$abcdefghijklmnopqrstuv"] {
            let credential = Credential { hash: StoredHash::from_store(phc.into()), ..permanent("x") };
            assert!(!credential.matches(&typed("")));
        }
    }

    #[test]
    fn a_password_matches_whichever_costs_are_evaluated_with_it() {
        let other = Cost { memory_kib: 16, ..CHEAP };
        let whole = permanent("secret");
        for costs in [&[][..], &[CHEAP], &[other], &[CHEAP, other], &[other, CHEAP]] {
            let schemes: Vec<_> = costs.iter().copied().map(Scheme::own).collect();
            assert!(matches(Some(&whole), &typed("secret"), &schemes), "{costs:?}");
            assert!(!matches(Some(&whole), &typed("guess"), &schemes), "{costs:?}");
            assert!(!matches(None, &typed("secret"), &schemes), "{costs:?}");
        }
    }

    #[test]
    fn there_is_room_for_what_a_site_may_choose() {
        have_room(&[CHEAP, Cost { lanes: 1, ..CAP }].map(Scheme::own)).unwrap();
    }

    #[test]
    fn what_would_not_be_evaluated_has_no_scheme_to_make_up_for() {
        let whole = permanent("secret").hash;
        assert_eq!(whole.scheme(), Some(Scheme::own(CHEAP)));
        let (without_hash, _) = whole.as_str().rsplit_once('$').unwrap();
        let (without_salt, _) = without_hash.rsplit_once('$').unwrap();
        let unknown_version = whole.as_str().replace("v=19", "v=20");
        for phc in [without_hash, without_salt, &unknown_version] {
            assert_eq!(StoredHash::from_store(phc.into()).scheme(), None, "{phc}");
        }
    }

    #[test]
    fn a_hash_of_another_cost_is_renewed_and_still_of_the_same_password() {
        let (cost, mut rng) = (Cost { memory_kib: 16, passes: 2, lanes: 1 }, StdRng::seed_from_u64(2));
        let credential = permanent("x");
        let renewed = credential.rehashed(&typed("x"), cost, &mut rng).unwrap().unwrap();
        assert_eq!(renewed.scheme(), Some(Scheme::own(cost)));
        let renewed = Credential { hash: renewed, ..credential };
        assert!(renewed.matches(&typed("x")));
        assert!(renewed.rehashed(&typed("x"), cost, &mut rng).unwrap().is_none());
        assert!(renewed.rehashed(&typed("x"), CHEAP, &mut rng).unwrap().is_some());
    }

    #[test]
    fn a_renewed_temporary_password_is_still_taken_in_either_case() {
        let mut rng = StdRng::seed_from_u64(3);
        let password = TemporaryPassword::generate(&mut rng);
        let password = StoredHash::of_temporary(password, CHEAP, &mut rng).unwrap();
        let credential = temporary(password.clone());
        let shouted = typed(&password.reveal().to_uppercase());
        let cost = Cost { memory_kib: 16, passes: 2, lanes: 1 };
        let renewed = credential.rehashed(&shouted, cost, &mut rng).unwrap().unwrap();
        assert!(temporary(renewed).matches(&typed(password.reveal())));
    }
}
