//! `passdesk verify`: whether somebody may come in, for PAM and other programs.

use super::way_in::{authenticate, until_right};
use super::{Desk, pam};
use crate::cli::verify::Verify;
use crate::domain::account::Account;
use crate::domain::audit::{Detail, DetailKey, Entry, Outcome, Reason};
use crate::domain::authority::Refusal;
use crate::domain::clock::{Timestamp, moment};
use crate::domain::target::Target;
use crate::domain::text::quoted;
use crate::failure::{Failure, Kind, Result};
use crate::store::{Occasion, Store};
use crate::terminal::format::Format;
use crate::terminal::records;

/// Checks a password like a sign-in does, or with `--account` only the account. An account that must choose a new
/// password is not let in, unless the caller leads its owner to one. The name comes from the person who wants in. An
/// impossible name fails like an unknown one.
pub fn run(desk: &mut Desk<'_>, args: &Verify) -> Result<()> {
    if desk.global.as_username.is_some() {
        return Err(Failure::new(Kind::Usage, "verify needs no sign-in").hint("leave out --as"));
    }
    let target = match &args.username {
        Some(username) => Target::to_sign_in(username).ok(),
        None => pam::target(desk)?,
    };
    let account =
        if args.account { in_use(desk, args, target.as_ref())? } else { proved(desk, args, target.as_ref())? };
    if desk.format() == Format::Text {
        return Ok(());
    }
    let now = desk.now()?;
    desk.print_records(records::ACCOUNT, [records::account(&account, now)], false)
}

/// The account, if its password is given.
fn proved(desk: &mut Desk<'_>, args: &Verify, target: Option<&Target>) -> Result<Account> {
    let mut store = desk.open()?;
    pam::is_believed(desk, &mut store)?;
    let occasion = if args.change_follows { Occasion::VerifyThenChange } else { Occasion::Verify };
    let is_piped = args.pam || !desk.terminal.is_interactive();
    let (account, _) = until_right(desk, is_piped, |desk| {
        let password = if is_piped {
            desk.terminal.piped_secret()?
        } else {
            desk.terminal.ask_secret("Password", "pass the password on standard input")?
        };
        authenticate(desk, &mut store, target, &password, occasion)
    })?;
    if account.must_change && !args.change_follows {
        return Err(Refusal::ChangeRequired { username: account.username }.into());
    }
    if desk.global.verbose {
        desk.terminal.note(&format!("This is the password of {}.", account.named()));
    }
    Ok(account)
}

/// The account, if it may be used now. A yes is not recorded, and needs no store that can be written.
fn in_use(desk: &mut Desk<'_>, args: &Verify, target: Option<&Target>) -> Result<Account> {
    let store = desk.open_to_read()?;
    if let Err(why) = desk.operator.let_in()
        && (args.pam || !is_own_name(desk, target))
    {
        return Err(pam::turned_away(desk, &mut desk.stores.open()?, why));
    }
    let found = target.map(|target| store.account(target)).transpose()?.flatten();
    let now = desk.now()?;
    let (why, failure) = match found {
        None => {
            let named = args.username.as_deref().map_or("the name of PAM_USER".into(), quoted);
            (Reason::NoSuchAccount, Failure::new(Kind::SignInFailed, format!("no account is {named}")))
        }
        Some(account) => match kept_out(desk, &account, now) {
            Some(refusal) => return Err(refuse(desk, Some(&account), refusal)),
            None if account.must_change && !args.change_follows => {
                let username = account.username.clone();
                let failure = Refusal::ChangeRequired { username }.into();
                return Err(refuse(desk, Some(&account), (Reason::ChangeRequired, failure)));
            }
            None => return Ok(account),
        },
    };
    Err(refuse(desk, None, (why, failure)))
}

/// Whether the operating system says that whoever runs this has that name. Without the door, a server cannot know that.
fn is_own_name(desk: &Desk<'_>, target: Option<&Target>) -> bool {
    let own = desk.operator.username().filter(|_| desk.operator.is_guest || desk.operator.role.is_none());
    own.is_some_and(|own| target == Some(&Target::Username(own)))
}

/// Why nobody may use the account now, whatever they know. Without a password that still holds, nobody could choose a
/// new one either.
fn kept_out(desk: &Desk<'_>, account: &Account, now: Timestamp) -> Option<(Reason, Failure)> {
    let username = &account.username;
    let failed = |message: String| Failure::new(Kind::SignInFailed, message);
    if let Some(why) = account.kept_out(now) {
        let is = account.state(now).label();
        return Some((why, failed(format!("{username} is {is}")).hint("ask an admin about the account")));
    }
    if let Some(until) = account.temporary_until.filter(|_| account.temporary_has_expired(now)) {
        let message = format!("the temporary password of {username} expired {}", moment(until, now, desk.zone));
        return Some((Reason::TemporaryExpired, failed(message).hint("ask an admin for another one")));
    }
    let message = format!("{username} has no password yet");
    (!account.has_password).then(|| (Reason::NoPassword, failed(message).hint("ask an admin for one")))
}

/// Records that an account was asked for that may not be used, and returns that failure.
fn refuse(desk: &Desk<'_>, account: Option<&Account>, (why, failure): (Reason, Failure)) -> Failure {
    let recorded = desk.stores.open().and_then(|mut store: Store| {
        let detail = pam::noted(desk, Detail::of(why).with(DetailKey::TypedBy, desk.operator.said()));
        let target = account.map(Into::into);
        store.turn_away(&Entry { actor: None, action: "sign-in", target, outcome: Outcome::Refused, detail })
    });
    recorded.map_or_else(Into::into, |()| failure)
}
