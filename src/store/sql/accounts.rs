//! The rows of accounts.

use std::borrow::Cow;

use super::{Cell, Cells, Sql, wrong};
use crate::domain::account::{Account, AccountId, LastReset, Lifecycle, Revision};
use crate::domain::credential::PasswordRevision;
use crate::domain::email::Email;
use crate::domain::folding::sort_key;
use crate::domain::hash::StoredHash;
use crate::domain::name::DisplayName;
use crate::domain::public_key::PublicKey;
use crate::domain::role::Roles;
use crate::domain::throttle::Tries;
use crate::store::engine::{WholeAccount, WrittenAccount};
use crate::store::{Result, search_text};

/// The columns of an account that [`read`] reads.
const READ: &str = "\
    revision, username, display_name, email, roles, state, must_change, temporary_until, temporary_lapsed, \
    password_changed_at, password_revision, reset_at, reset_by, created_at, removed_at, tries_failed, tried_at, \
    tries_untold, locked_at, last_sign_in_at, expires_at, public_key";
/// The columns that are computed from those. A list does not read them.
const COMPUTED: &str = "email_key, search_text, name_key";

/// The columns that [`cells`] fills.
pub fn written() -> String {
    format!("{READ}, {COMPUTED}")
}

/// The position of the key of an address among them. A query has the number of the account there.
pub const EMAIL_KEY: usize = 22;

/// A query of accounts. [`read`] reads each row.
pub fn select(from: &str) -> String {
    format!("SELECT {READ}, id, password_hash IS NOT NULL FROM {from}")
}

/// A query of all accounts, in the order of their numbers. [`read_written`] and [`read_whole`] read each row.
pub fn select_written() -> String {
    format!("SELECT {READ}, id, password_hash IS NOT NULL, password_hash, {COMPUTED} FROM accounts ORDER BY id")
}

pub fn read_written(row: &dyn Cells) -> Result<WrittenAccount> {
    let text = |column| row.text(column).ok().flatten().map(str::to_owned);
    let account = read(row).ok();
    let is_found = account.as_ref().is_some_and(|account| {
        let bytes = |column| row.bytes(EMAIL_KEY + column);
        bytes(4) == Some(search_text(&account.username, &account.display_name, account.email.as_ref()).as_bytes())
            && bytes(5) == Some(&sort_key(account.display_name.as_str()))
    });
    Ok(WrittenAccount {
        id: id(row)?,
        account,
        username: text(1).unwrap_or_default(),
        email_key: text(EMAIL_KEY + 3),
        is_found,
        // What is no text is no hash that can be evaluated. It is one that was written all the same.
        hash: row.text(EMAIL_KEY + 2).unwrap_or(Some("")).map(|hash| StoredHash::from_store(hash.to_owned())),
    })
}

pub fn read_whole(row: &dyn Cells) -> Result<WholeAccount> {
    let hash = row.text(EMAIL_KEY + 2)?.map(|hash| StoredHash::from_store(hash.into()));
    Ok(WholeAccount { account: read(row)?, email_key: row.text(EMAIL_KEY + 3)?.map(str::to_owned), hash })
}

/// The number of the account in a row of [`select`] or of [`select_written`].
pub fn id(row: &dyn Cells) -> Result<AccountId> {
    row.number(EMAIL_KEY).map(AccountId)
}

/// The values of an account for its columns.
pub fn cells(account: &Account) -> [Cell<'_>; 25] {
    let (email, reset) = (account.email.as_ref(), account.last_reset.as_ref());
    let state = match account.lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Disabled => "disabled",
    };
    [
        account.revision.0.into(),
        account.username.as_str().into(),
        account.display_name.as_str().into(),
        email.map(Email::as_str).into(),
        i64::from(account.roles.bits()).into(),
        state.into(),
        account.must_change.into(),
        account.temporary_until.into(),
        account.temporary_lapsed.into(),
        account.password_changed_at.into(),
        account.password_revision.0.into(),
        reset.map(|reset| reset.at).into(),
        reset.map(|reset| reset.by.as_str()).into(),
        account.created_at.into(),
        account.removed_at.into(),
        i64::from(account.tries.failed).into(),
        account.tries.last_at.into(),
        i64::from(account.untold_failures).into(),
        account.locked_at.into(),
        account.last_sign_in_at.into(),
        account.expires_at.into(),
        account.public_key.as_ref().map(PublicKey::as_str).into(),
        Cell::Text(account.email_key()),
        search_text(&account.username, &account.display_name, email).into(),
        sort_key(account.display_name.as_str()).into(),
    ]
}

/// The columns of a hash. [`hash_cells`] fills them.
pub const HASH: &str = "password_hash, hash_scheme";

/// The values of a hash for its columns.
pub fn hash_cells(hash: Option<&StoredHash>) -> [Cell<'_>; 2] {
    [hash.map(StoredHash::as_str).into(), Cell::Text(hash.and_then(scheme))]
}

/// What it takes to evaluate a hash, as text. `None` if it is never evaluated.
pub fn scheme(hash: &StoredHash) -> Option<Cow<'static, str>> {
    hash.scheme().map(|scheme| scheme.to_string().into())
}

/// One account from a row of [`select`].
pub fn read(row: &dyn Cells) -> Result<Account> {
    let last_reset = match (row.moment(11)?, row.text(12)?) {
        (Some(at), Some(by)) => Some(LastReset { at, by: by.into() }),
        _ => None,
    };
    Ok(Account {
        revision: Revision(row.number(0)?),
        username: row.username(1)?,
        display_name: DisplayName::from_store(row.string(2)?.into()),
        email: row.text(3)?.map(|email| Email::from_store(email.into())),
        roles: Roles::from_bits(row.bits(4)?.unwrap_or_default()),
        lifecycle: match row.string(5)? {
            "active" => Lifecycle::Active,
            "disabled" => Lifecycle::Disabled,
            other => return Err(wrong(5, format!("the state {other:?} is unknown"))),
        },
        must_change: row.flag(6)?,
        temporary_until: row.moment(7)?,
        temporary_lapsed: row.flag(8)?,
        password_changed_at: row.moment(9)?,
        password_revision: PasswordRevision(row.number(10)?),
        last_reset,
        created_at: row.moment(13)?.unwrap_or_default(),
        removed_at: row.moment(14)?,
        tries: Tries { failed: row.count(15)?, last_at: row.moment(16)? },
        untold_failures: row.count(17)?,
        locked_at: row.moment(18)?,
        last_sign_in_at: row.moment(19)?,
        expires_at: row.moment(20)?,
        public_key: row.text(21)?.map(|key| PublicKey::from_store(key.into())),
        id: id(row)?,
        has_password: row.flag(EMAIL_KEY + 1)?,
    })
}

/// Writes again what is computed from the names of each account. An earlier passdesk may have computed it differently.
/// A damaged row is left as it is. If two addresses turn out to be one mailbox, only one account gets its key. `store
/// check` names the other.
pub fn compute_again(sql: &impl Sql) -> Result<()> {
    const BATCH: usize = 1_000;
    let mut last = i64::MIN;
    loop {
        let query = select(&format!("accounts WHERE id > ?1 ORDER BY id LIMIT {BATCH}"));
        let rows = sql.all(&query, &[last.into()], |row| Ok((id(row)?.0, read(row).ok())))?;
        for (id, account) in &rows {
            last = *id;
            let Some(account) = account else { continue };
            let search = search_text(&account.username, &account.display_name, account.email.as_ref());
            let name = sort_key(account.display_name.as_str());
            let statement = "UPDATE accounts SET search_text = ?2, name_key = ?3 WHERE id = ?1";
            sql.execute(statement, &[(*id).into(), search.into(), name.into()])?;
            if let Some(key) = account.email_key() {
                let statement = "UPDATE accounts SET email_key = ?2
                                 WHERE id = ?1 AND email_key <> ?2
                                   AND NOT EXISTS (SELECT 1 FROM accounts WHERE email_key = ?2)";
                sql.execute(statement, &[(*id).into(), Cell::Text(Some(key))])?;
            }
        }
        if rows.len() < BATCH {
            return Ok(());
        }
    }
}
