//! A sheet about one account, for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::output::Layout;
use super::table::pairs;
use crate::domain::account::{Account, State};
use crate::domain::clock::{moment, moment_and_span, spoken};
use crate::domain::throttle::Throttle;

/// An account as an admin sees it, with its number of active sign-ins.
#[must_use]
pub fn account(
    account: &Account,
    under_way: u32,
    now: Timestamp,
    zone: &TimeZone,
    throttle: Throttle,
    layout: Layout,
) -> String {
    let roles = if account.roles.is_empty() { "none".into() } else { account.roles.join(", ") };
    let mut rows = who(account);
    rows.extend([("Roles", roles), ("State", account.state(now).label().into())]);
    rows.extend(password(account, under_way, now, zone));
    if let Some(at) = account.locked_at {
        rows.push((
            "Locked",
            format!("{}; 'passdesk users unlock {}' unlocks it", moment(at, now, zone), account.username),
        ));
    } else if let Some(until) =
        account.tries.wait_until(now, throttle).filter(|until| account.is_open(now) && *until > now)
    {
        let (rest, name) = (spoken(until.as_second() - now.as_second()), &account.username);
        let text =
            format!("for another {rest}, even with the right password; 'passdesk users unlock {name}' ends that");
        rows.push(("Sign-ins wait", text));
    }
    let last = account.last_sign_in_at.map_or_else(|| "never".into(), |at| moment(at, now, zone));
    rows.extend([("Last sign-in", last), ("Added", moment(account.created_at, now, zone))]);
    rows.extend(end(account, now, zone));
    rows.extend(key(account));
    pairs(&rows, layout)
}

/// An account as its owner sees it: the rights of its roles, and how to change the password.
#[must_use]
pub fn profile(account: &Account, now: Timestamp, zone: &TimeZone, layout: Layout) -> String {
    let mut rows = who(account);
    if account.roles.is_empty() {
        rows.push(("Roles", "none: your own account only".into()));
    }
    for (index, role) in account.roles.iter().enumerate() {
        rows.push((if index == 0 { "Roles" } else { "" }, format!("{}: {}", role.name(), role.allows())));
    }
    rows.extend(password(account, 0, now, zone));
    if let Some(at) = account.locked_at {
        rows.push((
            "Locked",
            format!("{}, after too many failed sign-ins; an admin can unlock it", moment(at, now, zone)),
        ));
    }
    rows.extend(end(account, now, zone));
    rows.extend(key(account));
    rows.push(("Change it", "passdesk me passwd".into()));
    pairs(&rows, layout)
}

/// When the account ends by itself, if it does.
fn end(account: &Account, now: Timestamp, zone: &TimeZone) -> Option<(&'static str, String)> {
    let end = account.expires_at?;
    let verb = if account.has_expired(now) { "ended" } else { "ends" };
    Some(("Account", format!("{verb} {}", moment_and_span(end, now, zone))))
}

/// The key that messages for its owner are encrypted to, if the account keeps one.
fn key(account: &Account) -> Option<(&'static str, String)> {
    Some(("Public key", account.public_key.as_ref()?.fingerprint()))
}

fn who(account: &Account) -> Vec<(&'static str, String)> {
    let or_dash = |text: &str| if text.is_empty() { "-".into() } else { text.to_owned() };
    vec![
        ("Id", account.id.to_string()),
        ("Username", account.username.to_string()),
        ("Name", or_dash(account.display_name.as_str())),
        ("E-mail", or_dash(account.email.as_ref().map_or("", |email| email.as_str()))),
    ]
}

fn password(account: &Account, under_way: u32, now: Timestamp, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let state = match (account.temporary_until, account.password_changed_at) {
        (Some(until), _) if account.temporary_has_expired(now) => {
            format!("temporary, expired {}", moment_and_span(until, now, zone))
        }
        (Some(until), _) => {
            format!("temporary, expires {}", moment_and_span(until, now, zone))
        }
        (None, Some(at)) if account.state(now) == State::MustChange => {
            format!("a new one is required; the current one was chosen {}", moment(at, now, zone))
        }
        (None, Some(at)) => format!("chosen {}", moment_and_span(at, now, zone)),
        (None, None) if !account.has_password => "none".into(),
        (None, None) if account.must_change => "a new one is required; the current one was chosen elsewhere".into(),
        (None, None) => "chosen elsewhere, before the import".into(),
    };
    let mut rows = vec![("Password", state)];
    if let Some(reset) = &account.last_reset {
        rows.push(("Last reset", format!("{} by {}", moment(reset.at, now, zone), reset.by)));
    }
    let failed = account.tries.failed;
    let mut sign_ins = Vec::new();
    if failed > 0 {
        let last = account.tries.last_at.map(|at| format!(", the last {}", moment(at, now, zone))).unwrap_or_default();
        sign_ins.push(format!("{failed} failed in a row{last}"));
    }
    if under_way > 0 {
        sign_ins.push(format!("{under_way} under way"));
    }
    if !sign_ins.is_empty() {
        rows.push(("Sign-ins", sign_ins.join("; ")));
    }
    rows
}
