//! What PAM says of somebody who wants in. The caller of a service chooses some of it, so it is bounded here.

use serde::{Deserialize, Serialize};

use super::audit::{Detail, DetailKey};
use super::name::Username;
use super::target::Target;

/// The most characters of a host. This is room for an IPv6 address with its zone.
const MAX_HOST: usize = 64;
/// The most characters of a service.
const MAX_SERVICE: usize = 32;

/// What `pam_exec` passes on of one login.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PamFacts {
    user: Option<String>,
    host: Option<String>,
    service: Option<String>,
}

impl PamFacts {
    /// The facts as PAM names them: `PAM_USER`, `PAM_RHOST` and `PAM_SERVICE`. A text that cannot be a host or a service
    /// is not repeated. Of a longer name of a host, the end stays: nobody chooses the end freely.
    #[must_use]
    pub fn new(user: Option<String>, host: Option<&str>, service: Option<&str>) -> Self {
        let host = host.map(|host| match possible(host, ".:%_-[]") {
            Some(host) if host.len() > MAX_HOST => format!("…{}", &host[host.len() - MAX_HOST..]),
            Some(host) => host.to_owned(),
            None => "an impossible host".to_owned(),
        });
        let service = service.map(|service| {
            let service = possible(service, "._-").filter(|service| service.len() <= MAX_SERVICE);
            service.unwrap_or("an impossible service").to_owned()
        });
        Self { user, host, service }
    }

    /// Whether PAM names somebody.
    #[must_use]
    pub fn names_somebody(&self) -> bool {
        self.user.is_some()
    }

    /// The account that PAM means. It is a username, letter by letter: to the operating system, `Alice` is not `alice`,
    /// and an e-mail address in an account is no user of the system.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        let user = self.user.as_deref()?;
        let username: Username = user.parse().ok()?;
        (username.as_str() == user).then_some(Target::Username(username))
    }

    /// The details with these facts.
    #[must_use]
    pub fn noted(&self, detail: Detail) -> Detail {
        let facts = [(DetailKey::Host, &self.host), (DetailKey::Service, &self.service)];
        facts.into_iter().fold(detail, |detail, (key, fact)| match fact {
            Some(fact) => detail.with(key, fact.as_str()),
            None => detail,
        })
    }

    /// The longest facts of a stranger.
    #[cfg(test)]
    pub(crate) fn longest() -> Self {
        Self::new(None, Some(&"h".repeat(1_000)), Some(&"s".repeat(MAX_SERVICE)))
    }
}

/// The text, if it holds nothing but letters and digits of ASCII and these signs.
fn possible<'a>(text: &'a str, signs: &str) -> Option<&'a str> {
    text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(host: &str, service: &str) -> Vec<String> {
        let detail = PamFacts::new(None, Some(host), Some(service)).noted(Detail::default());
        let said = |key| detail.get(key).and_then(|value| value.as_str()).unwrap().to_owned();
        vec![said(DetailKey::Host), said(DetailKey::Service)]
    }

    #[test]
    fn a_host_and_a_service_are_noted_as_they_are() {
        for host in ["192.0.2.7", "2001:db8::1", "fe80::1%eth0", "Laptop-7.example.org"] {
            assert_eq!(noted(host, "sshd"), [host, "sshd"]);
        }
    }

    #[test]
    fn a_text_that_no_host_has_is_not_repeated() {
        for text in ["a b", "a\nb", "\u{1b}[31m", "h\u{f6}st", "$(id)", "\u{202e}x"] {
            assert_eq!(noted(text, text), ["an impossible host", "an impossible service"]);
        }
        assert_eq!(noted("h", &"s".repeat(33))[1], "an impossible service");
    }

    #[test]
    fn of_a_long_host_the_end_stays() {
        let host = noted(&format!("{}.attacker.example", "x".repeat(500)), "sshd").remove(0);
        assert_eq!(host.chars().count(), MAX_HOST + 1);
        assert!(host.starts_with('…') && host.ends_with(".attacker.example"));
    }

    #[test]
    fn pam_means_a_username_letter_by_letter() {
        let target = |user: &str| PamFacts::new(Some(user.into()), None, None).target();
        assert_eq!(target("alice"), Some(Target::Username("alice".parse().unwrap())));
        for other in ["Alice", "alice@example.org", "7", "", " alice", "alice\n", "--help"] {
            assert_eq!(target(other), None, "{other:?}");
        }
    }
}
