//! A search for secrets, in whatever form they could have been kept.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Finds secrets in bytes, in every form in which they could have been kept. Case does not matter.
pub struct Search {
    secrets: Vec<String>,
    /// The forms, by how they begin. Each has the number of its secret.
    forms: HashMap<[u8; 4], Vec<(usize, Vec<u8>)>>,
    begins: Vec<bool>,
}

/// The forms of a secret: as it is, backwards, without hyphens, its halves, UTF-16, hexadecimal digits, Base64,
/// percent-encoded. For a token, also the bytes that it stands for.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    let bare = secret.replace('-', "");
    let backwards: String = secret.chars().rev().collect();
    for text in [secret, &bare, &backwards] {
        let bytes = text.as_bytes();
        let (first, second) = bytes.split_at(bytes.len() / 2);
        forms.extend([bytes.to_vec(), first.to_vec(), second.to_vec()]);
        // The other byte order has the same bytes, one further.
        forms.push(bytes.iter().flat_map(|byte| [*byte, 0]).take(bytes.len() * 2 - 1).collect());
        forms.push(base16ct::lower::encode_string(bytes).into_bytes());
        for before in 0..3 {
            let coded = STANDARD.encode([&vec![0; before], bytes].concat());
            let whole = coded.as_bytes()[..(before + bytes.len()) * 8 / 6].to_vec();
            forms.push(whole[[0, 2, 3][before]..].to_vec());
        }
    }
    for space in ["%20", "+"] {
        forms.push(secret.replace(' ', space).into_bytes());
    }
    forms.extend(secret.strip_prefix("pdsk_").and_then(|digits| base16ct::lower::decode_vec(digits).ok()));
    for form in &mut forms {
        form.make_ascii_lowercase();
    }
    forms
}

impl Search {
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let secrets: Vec<_> = secrets.into_iter().collect();
        let (mut all, mut begins) = (HashMap::<_, Vec<_>>::new(), vec![false; 1 << 16]);
        for (number, secret) in secrets.iter().enumerate() {
            for form in forms(secret) {
                begins[usize::from(u16::from_le_bytes([form[0], form[1]]))] = true;
                all.entry([form[0], form[1], form[2], form[3]]).or_default().push((number, form));
            }
        }
        Self { secrets, forms: all, begins }
    }

    /// The secrets in these bytes, each with what stands around it.
    pub fn find(&self, bytes: &[u8]) -> Vec<(&str, String)> {
        let bytes = bytes.to_ascii_lowercase();
        let mut found = Vec::new();
        for (place, window) in bytes.windows(4).enumerate() {
            if !self.begins[usize::from(u16::from_le_bytes([window[0], window[1]]))] {
                continue;
            }
            let Some(forms) = self.forms.get(window) else { continue };
            for (secret, _) in forms.iter().filter(|(_, form)| bytes[place..].starts_with(form)) {
                let around = &bytes[place.saturating_sub(40)..(place + 80).min(bytes.len())];
                found.push((self.secrets[*secret].as_str(), String::from_utf8_lossy(around).into_owned()));
            }
        }
        found
    }
}
