//! The fields of an account, an event, a token and a count in the machine formats.

use jiff::Timestamp;

use super::format::{Cell, moment};
use crate::domain::account::Account;
use crate::domain::audit::{Detail, Event};
use crate::domain::email::Email;
use crate::domain::public_key::PublicKey;
use crate::domain::token::Token;

/// The fields of a single account. The fields that a list lacks come last.
pub const SHOWN_ACCOUNT: &[&str] = &[
    "id",
    "username",
    "display_name",
    "email",
    "roles",
    "state",
    "must_change",
    "temporary_password_expires_at",
    "password_changed_at",
    "password_reset_at",
    "password_reset_by",
    "created_at",
    "failed_sign_ins",
    "locked_at",
    "last_sign_in_at",
    "expires_at",
    "public_key",
    "sign_ins_under_way",
];

/// The fields of an account in a list.
pub const ACCOUNT: &[&str] = SHOWN_ACCOUNT.split_at(SHOWN_ACCOUNT.len() - 1).0;

/// The fields of an account in a list with hashes.
pub const ACCOUNT_AND_HASH: &[&str] = &{
    let mut all = ["password_hash"; ACCOUNT.len() + 1];
    all.split_at_mut(ACCOUNT.len()).0.copy_from_slice(ACCOUNT);
    all
};

/// An account as it is at this moment. Little is copied, since a list may have a million accounts.
#[must_use]
pub fn account(account: &Account, now: Timestamp) -> Vec<Cell<'_>> {
    vec![
        account.id.0.into(),
        account.username.as_str().into(),
        account.display_name.as_str().into(),
        account.email.as_ref().map(Email::as_str).into(),
        Cell::Roles(account.roles),
        account.state(now).name().into(),
        account.must_change.into(),
        account.temporary_until.map(moment).into(),
        account.password_changed_at.map(moment).into(),
        account.last_reset.as_ref().map(|reset| moment(reset.at)).into(),
        account.last_reset.as_ref().map(|reset| reset.by.as_str()).into(),
        moment(account.created_at).into(),
        account.tries.failed.into(),
        account.locked_at.map(moment).into(),
        account.last_sign_in_at.map(moment).into(),
        account.expires_at.map(moment).into(),
        account.public_key.as_ref().map(PublicKey::as_str).into(),
    ]
}

/// The same for a single account, with its number of active sign-ins.
#[must_use]
pub fn shown_account(shown: &Account, sign_ins_under_way: u32, now: Timestamp) -> Vec<Cell<'_>> {
    let mut cells = account(shown, now);
    cells.push(sign_ins_under_way.into());
    cells
}

/// The fields of an event.
pub const EVENT: &[&str] = &[
    "sequence",
    "at",
    "actor",
    "actor_id",
    "actor_uid",
    "action",
    "target",
    "target_id",
    "outcome",
    "detail",
    "link",
    "operation",
];

/// The cells of an event.
#[must_use]
pub fn event(event: &Event) -> Vec<Cell<'_>> {
    vec![
        event.sequence.into(),
        Timestamp::from_second(event.at).map(moment).unwrap_or_default().into(),
        event.actor.as_str().into(),
        event.actor_id.into(),
        event.actor_uid.into(),
        event.action.as_str().into(),
        event.target.as_str().into(),
        event.target_id.into(),
        event.outcome.as_str().into(),
        Cell::Detail(Detail::read(&event.detail)),
        event.link.to_hex().into(),
        event.operation.as_deref().into(),
    ]
}

/// The fields of a token.
pub const TOKEN: &[&str] = &["id", "label", "username", "roles", "created_at", "expires_at", "last_used_at"];

/// The cells of a token. Its secret is not among them.
#[must_use]
pub fn token(token: &Token) -> Vec<Cell<'_>> {
    vec![
        token.id.0.into(),
        token.label.as_str().into(),
        token.owner_username.as_str().into(),
        Cell::Roles(token.roles),
        moment(token.created_at).into(),
        moment(token.expires_at).into(),
        token.last_used_at.map(moment).into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::format::{Format, RecordWriter};

    fn json(columns: &'static [&'static str], record: &[Cell<'_>]) -> String {
        let row = RecordWriter::new(Format::Jsonl, true, columns).row(record).unwrap();
        String::from_utf8(row.trim_ascii_end().to_vec()).unwrap()
    }

    #[test]
    fn the_columns_of_an_account_are_the_fields_of_its_object() {
        let example = Account::example(1, "alice");
        let record = account(&example, Timestamp::UNIX_EPOCH);
        assert_eq!(record.len(), ACCOUNT.len());
        let object: serde_json::Value = serde_json::from_str(&json(ACCOUNT, &record)).unwrap();
        for column in ACCOUNT {
            assert!(object.get(column).is_some(), "{column}");
        }
        assert_eq!(object["created_at"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn an_account_that_is_shown_has_the_fields_of_a_list_and_more_behind_them() {
        let example = Account::example(1, "alice");
        let listed = account(&example, Timestamp::UNIX_EPOCH);
        let shown = shown_account(&example, 3, Timestamp::UNIX_EPOCH);
        let [listed, shown] = [json(ACCOUNT, &listed), json(SHOWN_ACCOUNT, &shown)];
        assert_eq!(shown, format!("{},\"sign_ins_under_way\":3}}", listed.strip_suffix('}').unwrap()));
        assert_eq!(SHOWN_ACCOUNT.last(), Some(&"sign_ins_under_way"));
        assert_eq!(SHOWN_ACCOUNT[..ACCOUNT.len()], *ACCOUNT);
    }
}
