//! The hashes of LDAP servers and of Dovecot: the name of the kind in braces, and the hash behind it.

use super::super::salted::Kind;
use super::{Brought, MOST_SALT, Refused, Result, SaltedDigest, base64, crypt, of_pbkdf2, pbkdf2, prf, unsalted, weak};

/// How 389-ds and `FreeIPA` write PBKDF2 in one piece: the rounds, the salt, and the hash.
const ROUNDS_BYTES: usize = 4;
const SALT_BYTES: usize = 64;

/// Reads a hash of this scheme.
pub fn read(scheme: &str, rest: &str) -> Result<Brought> {
    let fast = |kind: Kind| {
        let digest = base64::decoded(rest).and_then(|bytes| SaltedDigest::of(kind, &bytes));
        match digest {
            Some(digest) if digest.salt() > MOST_SALT => Err(Refused::LongSalt("salted SHA")),
            Some(digest) => Ok(Brought::Fast(digest)),
            None => Err(Refused::Damaged("salted SHA")),
        }
    };
    match scheme.to_ascii_uppercase().as_str() {
        "SSHA" => fast(Kind::Ssha),
        "SSHA256" => fast(Kind::Ssha256),
        "SSHA512" => fast(Kind::Ssha512),
        "CRYPT" | "BLF-CRYPT" | "SHA256-CRYPT" | "SHA512-CRYPT" | "ARGON2" | "ARGON2I" | "ARGON2ID" | "BCRYPT" => {
            // OpenLDAP writes bcrypt and SHA-crypt behind {CRYPT}, too.
            if rest.starts_with(['!', '*']) {
                return Err(Refused::Locked);
            }
            crypt(rest).unwrap_or_else(|| Err(unsalted(rest)))
        }
        "PBKDF2" if rest.starts_with("$1$") => of_pbkdf2(of_dovecot(rest)),
        "PBKDF2_SHA256" | "PBKDF2_SHA512" | "PBKDF2_SHA1" => of_pbkdf2(in_one_piece(scheme, rest)),
        "PBKDF2" | "PBKDF2-SHA1" | "PBKDF2-SHA256" | "PBKDF2-SHA512" => of_pbkdf2(in_three(scheme, rest)),
        "MD5-CRYPT" => Err(weak("MD5-crypt")),
        "DES-CRYPT" => Err(weak("DES crypt")),
        "SHA" | "SHA1" => Err(weak("an unsalted SHA-1")),
        "SHA256" => Err(weak("an unsalted SHA-256")),
        "SHA512" => Err(weak("an unsalted SHA-512")),
        "MD5" | "SMD5" | "PLAIN-MD5" | "LDAP-MD5" | "HMAC-MD5" | "CRAM-MD5" | "DIGEST-MD5" | "NS-MTA-MD5" => {
            Err(weak("MD5"))
        }
        "NT" | "NTLM" | "LANMAN" | "LM" => Err(weak("the hash of Windows NT")),
        "PLAIN" | "CLEAR" | "CLEARTEXT" => Err(weak("plain text")),
        "SASL" | "KERBEROS" => Err(Refused::KeptElsewhere),
        _ => Err(Refused::Unknown),
    }
}

/// `{PBKDF2_SHA256}` of 389-ds before 2.0, and of `FreeIPA`.
fn in_one_piece(scheme: &str, rest: &str) -> Option<pbkdf2::Hash> {
    let bytes = base64::decoded(rest)?;
    let (rounds, rest) = bytes.split_first_chunk::<ROUNDS_BYTES>()?;
    let (salt, hash) = rest.split_at_checked(SALT_BYTES)?;
    pbkdf2::Hash::new(prf(scheme)?, u32::from_be_bytes(*rounds), salt.to_vec(), hash.to_vec())
}

/// `{PBKDF2-SHA512}10000$salt$hash` of 389-ds and `OpenLDAP`.
fn in_three(scheme: &str, rest: &str) -> Option<pbkdf2::Hash> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [rounds, salt, hash] = parts.as_slice() else { return None };
    pbkdf2::Hash::new(prf(scheme)?, rounds.parse().ok()?, base64::decoded(salt)?, base64::decoded(hash)?)
}

/// `{PBKDF2}$1$salt$5000$hash` of Dovecot: with SHA-1, and the hash in hexadecimal digits.
fn of_dovecot(rest: &str) -> Option<pbkdf2::Hash> {
    let parts: Vec<&str> = rest.strip_prefix("$1$")?.split('$').collect();
    let [salt, rounds, hash] = parts.as_slice() else { return None };
    let hash = base16ct::lower::decode_vec(hash).ok()?;
    pbkdf2::Hash::new(prf("pbkdf2")?, rounds.parse().ok()?, salt.as_bytes().to_vec(), hash)
}
