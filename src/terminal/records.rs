//! What the machine formats say of an account, an event, a token and a count.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use super::format::{Record, moment};
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::{Detail, Event};
use crate::domain::name::{Email, Username};
use crate::domain::role::Roles;
use crate::domain::token::Token;

/// An account in machine formats.
#[derive(Debug, Serialize)]
pub struct AccountRecord<'a> {
    id: AccountId,
    username: &'a Username,
    display_name: &'a str,
    email: Option<&'a str>,
    roles: Roles,
    state: &'static str,
    must_change: bool,
    temporary_password_expires_at: Option<String>,
    password_changed_at: Option<String>,
    password_reset_at: Option<String>,
    password_reset_by: Option<&'a str>,
    created_at: String,
    failed_sign_ins: u32,
    locked_at: Option<String>,
}

impl<'a> AccountRecord<'a> {
    /// The account as it stands at a moment.
    #[must_use]
    pub fn new(account: &'a Account, now: Timestamp) -> Self {
        Self {
            id: account.id,
            username: &account.username,
            display_name: account.display_name.as_str(),
            email: account.email.as_ref().map(Email::as_str),
            roles: account.roles,
            state: account.state(now).name(),
            must_change: account.must_change,
            temporary_password_expires_at: account.temporary_until.map(moment),
            password_changed_at: account.password_changed_at.map(moment),
            password_reset_at: account.last_reset.as_ref().map(|reset| moment(reset.at)),
            password_reset_by: account.last_reset.as_ref().map(|reset| reset.by.as_str()),
            created_at: moment(account.created_at),
            failed_sign_ins: account.tries.failed,
            locked_at: account.locked_at.map(moment),
        }
    }
}

impl Record for AccountRecord<'_> {
    const COLUMNS: &'static [&'static str] = &[
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
    ];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        // Nothing is copied that need not be: of these there may be a million.
        vec![
            self.id.to_string().into(),
            self.username.as_str().into(),
            self.display_name.into(),
            self.email.unwrap_or_default().into(),
            if self.roles.is_empty() { "".into() } else { self.roles.join(" ").into() },
            self.state.into(),
            if self.must_change { "true" } else { "false" }.into(),
            self.temporary_password_expires_at.as_deref().unwrap_or_default().into(),
            self.password_changed_at.as_deref().unwrap_or_default().into(),
            self.password_reset_at.as_deref().unwrap_or_default().into(),
            self.password_reset_by.unwrap_or_default().into(),
            self.created_at.as_str().into(),
            if self.failed_sign_ins == 0 { "0".into() } else { self.failed_sign_ins.to_string().into() },
            self.locked_at.as_deref().unwrap_or_default().into(),
        ]
    }
}

/// An account that is shown by itself, in machine formats: what else there is to know about it.
#[derive(Debug, Serialize)]
pub struct ShownAccountRecord<'a> {
    #[serde(flatten)]
    account: AccountRecord<'a>,
    sign_ins_under_way: u32,
}

impl<'a> ShownAccountRecord<'a> {
    /// The account as it stands at a moment, with so many sign-ins under way.
    #[must_use]
    pub fn new(account: &'a Account, sign_ins_under_way: u32, now: Timestamp) -> Self {
        Self { account: AccountRecord::new(account, now), sign_ins_under_way }
    }
}

impl Record for ShownAccountRecord<'_> {
    const COLUMNS: &'static [&'static str] = &SHOWN_COLUMNS;

    fn cells(&self) -> Vec<Cow<'_, str>> {
        let mut cells = self.account.cells();
        cells.push(self.sign_ins_under_way.to_string().into());
        cells
    }
}

const SHOWN_COLUMNS: [&str; AccountRecord::COLUMNS.len() + 1] = {
    let mut all = ["sign_ins_under_way"; AccountRecord::COLUMNS.len() + 1];
    let (those, _) = all.split_at_mut(AccountRecord::COLUMNS.len());
    those.copy_from_slice(AccountRecord::COLUMNS);
    all
};

/// An event of the record in machine formats.
#[derive(Debug, Serialize)]
pub struct EventRecord<'a> {
    sequence: u64,
    at: String,
    actor: &'a str,
    actor_id: Option<i64>,
    actor_uid: Option<i64>,
    action: &'a str,
    target: &'a str,
    target_id: Option<i64>,
    outcome: &'a str,
    detail: Detail,
    link: String,
    operation: Option<&'a str>,
}

impl<'a> From<&'a Event> for EventRecord<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            sequence: event.sequence,
            at: Timestamp::from_second(event.at).map(moment).unwrap_or_default(),
            actor: &event.actor,
            actor_id: event.actor_id,
            actor_uid: event.actor_uid,
            action: &event.action,
            target: &event.target,
            target_id: event.target_id,
            outcome: &event.outcome,
            detail: Detail::read(&event.detail),
            link: event.link.to_hex(),
            operation: event.operation.as_deref(),
        }
    }
}

impl Record for EventRecord<'_> {
    const COLUMNS: &'static [&'static str] = &[
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

    fn cells(&self) -> Vec<Cow<'_, str>> {
        let number = |number: Option<i64>| Cow::Owned(number.map(|number| number.to_string()).unwrap_or_default());
        vec![
            self.sequence.to_string().into(),
            self.at.as_str().into(),
            self.actor.into(),
            number(self.actor_id),
            number(self.actor_uid),
            self.action.into(),
            self.target.into(),
            number(self.target_id),
            self.outcome.into(),
            self.detail.to_json().into(),
            self.link.as_str().into(),
            self.operation.unwrap_or_default().into(),
        ]
    }
}

/// A token in machine formats, without its secret.
#[derive(Debug, Serialize)]
pub struct TokenRecord<'a> {
    id: i64,
    label: &'a str,
    username: &'a Username,
    roles: Roles,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
}

impl<'a> From<&'a Token> for TokenRecord<'a> {
    fn from(token: &'a Token) -> Self {
        Self {
            id: token.id.0,
            label: token.label.as_str(),
            username: &token.owner_username,
            roles: token.roles,
            created_at: moment(token.created_at),
            expires_at: moment(token.expires_at),
            last_used_at: token.last_used_at.map(moment),
        }
    }
}

impl Record for TokenRecord<'_> {
    const COLUMNS: &'static [&'static str] =
        &["id", "label", "username", "roles", "created_at", "expires_at", "last_used_at"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![
            self.id.to_string().into(),
            self.label.into(),
            self.username.as_str().into(),
            self.roles.join(" ").into(),
            self.created_at.as_str().into(),
            self.expires_at.as_str().into(),
            self.last_used_at.as_deref().unwrap_or_default().into(),
        ]
    }
}

/// How many there are, in machine formats.
#[derive(Debug, Serialize)]
pub struct CountRecord {
    /// So many.
    pub count: u64,
}

impl Record for CountRecord {
    const COLUMNS: &'static [&'static str] = &["count"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![self.count.to_string().into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_an_account_are_the_fields_of_its_object() {
        let account = Account::example(1, "alice");
        let record = AccountRecord::new(&account, Timestamp::UNIX_EPOCH);
        assert_eq!(record.cells().len(), AccountRecord::COLUMNS.len());
        let object = serde_json::to_value(&record).unwrap();
        for column in AccountRecord::COLUMNS {
            assert!(object.get(column).is_some(), "{column}");
        }
        assert_eq!(object["created_at"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn an_account_that_is_shown_has_the_fields_of_a_list_and_more_behind_them() {
        let account = Account::example(1, "alice");
        let (listed, shown) =
            (AccountRecord::new(&account, at_start()), ShownAccountRecord::new(&account, 3, at_start()));
        let [listed, shown] = [serde_json::to_string(&listed), serde_json::to_string(&shown)].map(Result::unwrap);
        assert_eq!(shown, format!("{},\"sign_ins_under_way\":3}}", listed.strip_suffix('}').unwrap()));
        assert_eq!(ShownAccountRecord::COLUMNS.last(), Some(&"sign_ins_under_way"));
        assert_eq!(ShownAccountRecord::COLUMNS[..AccountRecord::COLUMNS.len()], *AccountRecord::COLUMNS);
    }

    fn at_start() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}
