//! The credential of a Keycloak export: a JSON object with `secretData` and `credentialData`.

use serde_json::Value;

use super::{Brought, Refused, Result, base64, kept, of_pbkdf2, pbkdf2, prf};

/// Reads a credential.
pub fn read(text: &str) -> Result<Brought> {
    let credential: Value = serde_json::from_str(text).map_err(|_| Refused::Damaged("Keycloak"))?;
    let (secret, data) = (inner(&credential["secretData"]), inner(&credential["credentialData"]));
    let field = |name: &str| secret[name].as_str().and_then(base64::decoded);
    let (Some(salt), Some(hash)) = (field("salt"), field("value")) else { return Err(Refused::Damaged("Keycloak")) };
    let rounds = data["hashIterations"].as_u64().and_then(|rounds| u32::try_from(rounds).ok()).unwrap_or_default();
    match data["algorithm"].as_str() {
        Some("argon2") => {
            // Each parameter is a list of one text.
            let parameter = |name: &str| data["additionalParameters"][name][0].as_str().unwrap_or_default();
            let version = if parameter("version") == "1.0" { 16 } else { 19 };
            let [salt, hash] = [&salt, &hash].map(|bytes| base64::encoded(bytes));
            let [kind, memory, lanes] = ["type", "memory", "parallelism"].map(parameter);
            kept("argon2", &format!("$argon2{kind}$v={version}$m={memory},t={rounds},p={lanes}${salt}${hash}"))
        }
        Some(name) => match prf(name) {
            Some(prf) => of_pbkdf2(pbkdf2::Hash::new(prf, rounds, salt, hash)),
            None => Err(Refused::Unknown),
        },
        None => Err(Refused::Damaged("Keycloak")),
    }
}

/// An object, which Keycloak writes as a text.
fn inner(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        other => other.clone(),
    }
}
