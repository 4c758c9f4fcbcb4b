//! The hashes of Django: `pbkdf2_sha256$1000000$salt$hash` and the like.

use super::{Brought, Refused, Result, base64, crypt, kept, of_pbkdf2, pbkdf2, prf, scrypt, weak};

/// Reads a hash of Django. `None` if it begins otherwise.
pub fn read(text: &str) -> Option<Result<Brought>> {
    let (algorithm, rest) = text.split_once('$')?;
    Some(match algorithm {
        "pbkdf2_sha256" | "pbkdf2_sha1" => of_pbkdf2(read_pbkdf2(algorithm, rest)),
        // The rest begins with the kind, without a dollar or with one.
        "argon2" => kept("argon2", &format!("${}", rest.trim_start_matches('$'))),
        "bcrypt" => crypt(rest).unwrap_or(Err(Refused::Damaged("bcrypt"))),
        "bcrypt_sha256" => kept("bcrypt", text),
        "scrypt" => {
            let hash = read_scrypt(rest).ok_or(Refused::Damaged("scrypt"));
            hash.and_then(|hash| kept("scrypt", &hash.text()))
        }
        "md5" | "unsalted_md5" => Err(weak("MD5")),
        "sha1" | "unsalted_sha1" => Err(weak("SHA-1")),
        "crypt" => Err(weak("DES crypt")),
        _ => return None,
    })
}

fn read_pbkdf2(algorithm: &str, rest: &str) -> Option<pbkdf2::Hash> {
    let mut parts = rest.split('$');
    let rounds = parts.next()?.parse().ok()?;
    let (salt, hash) = (parts.next()?, parts.next()?);
    let none = parts.next().is_none();
    pbkdf2::Hash::new(prf(algorithm)?, rounds, salt.into(), base64::decoded(hash)?).filter(|_| none)
}

/// Reads N, the salt, r, p and the hash.
fn read_scrypt(rest: &str) -> Option<scrypt::Hash> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [n, salt, r, p, hash] = parts.as_slice() else { return None };
    let n: u64 = n.parse().ok().filter(|n: &u64| n.is_power_of_two())?;
    let cost = scrypt::Cost { log_n: u8::try_from(n.ilog2()).ok()?, r: r.parse().ok()?, p: p.parse().ok()? };
    scrypt::Hash::new(cost, salt.as_bytes().to_vec(), base64::decoded(hash)?)
}
