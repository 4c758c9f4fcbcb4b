//! `passdesk tokens …`.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::actor::{Acting, acting};
use super::keys::NamedKeys;
use super::way_out;
use super::{Desk, find, way_in};
use crate::cli::{
    self,
    tokens::{Command, Create, List, Revoke},
};
use crate::domain::account::Account;
use crate::domain::audit::Reason;
use crate::domain::authority::{Action, Refusal, Subject};
use crate::domain::clock::{after, readable};
use crate::domain::credential::PasswordRevision;
use crate::domain::policy;
use crate::domain::role::Roles;
use crate::domain::sealing::Recipients;
use crate::domain::sign_in::SignInSecret;
use crate::domain::target::Target;
use crate::domain::token::{Label, Token, TokenTarget};
use crate::failure::{Failure, Kind, Result};
use crate::handover::TokenDisclosure;
use crate::store::{NewToken, Occasion, Store};
use crate::terminal::format::Format;
use crate::terminal::{records, table};

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::Create(args) => create(desk, args),
        Command::List(args) => list(desk, args),
        Command::Revoke(args) => revoke(desk, args),
    }
}

/// The token to make.
struct Wanted {
    label: Label,
    roles: Roles,
    lifetime: SignedDuration,
    /// The password that was given for it.
    proved: Option<PasswordRevision>,
}

/// Makes a token, and hands it over like a temporary password.
fn create(desk: &mut Desk<'_>, args: &Create) -> Result<()> {
    let wanted = Wanted {
        label: args.label.parse()?,
        roles: args.role.iter().copied().collect(),
        lifetime: policy::token_lifetime(&args.expires_in)?,
        proved: None,
    };
    let target: Option<Target> = args.account.as_deref().map(str::parse).transpose()?;
    way_out::check(&args.way_out, desk, 1)?;
    let keys = NamedKeys::of(&args.way_out.encrypt_to, desk)?;

    let mut store = desk.open()?;
    let (acting, owner) = whose(desk, &mut store, target.as_ref())?;
    allowed(&mut store, &acting, &owner, &wanted)?;
    let keys = keys.map(|keys| keys.read(desk)).transpose()?;
    let to = |owner: &Account| {
        keys.as_ref().map(|keys| keys.recipients(&owner.username, owner.public_key.as_ref())).transpose()
    };
    to(&owner)?;
    let proved = prove(desk, &mut store, &acting)?;
    // The account may have changed while a question waited for its answer. Check again before anything is shown.
    let (acting, owner) = (acting.renewed(&store)?, find(&store, &Target::Id(owner.id))?);
    let roles = allowed(&mut store, &acting, &owner, &wanted)?;
    let to = to(&owner)?;
    issue(desk, &mut store, (&args.way_out, to.as_ref()), &acting, &owner, Wanted { roles, proved, ..wanted })
}

/// The roles of the new token, if the token may be made.
fn allowed(store: &mut Store, acting: &Acting, owner: &Account, wanted: &Wanted) -> Result<Roles> {
    acting.may_to(store, Action::CreateToken, Subject::from(owner))?;
    let roles = roles(store, wanted.roles, acting, owner)?;
    if !owner.is_open(acting.now()) {
        return Err(Failure::new(Kind::Conflict, format!("{} is not in use", owner.username)).hint(
            "only an account in use can have a token: see 'passdesk users enable' and 'passdesk users restore'",
        ));
    }
    let label = TokenTarget::Label(wanted.label.clone());
    if store.token(&label, Some(owner.id))?.is_some() {
        return Err(Failure::new(Kind::Conflict, format!("{} has a token {} already", owner.username, wanted.label))
            .hint("choose another label, or end that one with 'passdesk tokens revoke'"));
    }
    if owner.must_change {
        let by = acting.actor();
        // The token would end as soon as a new password is chosen.
        let refused = way_in::change_required(store, by, owner, Action::CreateToken.name());
        let is_own = acting.account().is_some_and(|account| account.id == owner.id);
        return Err(if is_own { refused } else { refused.hint("the account can have a token after that") });
    }
    Ok(roles)
}

/// The actor, and the account that the token stands for. Without a target, the account is the actor's own.
fn whose(desk: &mut Desk<'_>, store: &mut Store, target: Option<&Target>) -> Result<(Acting, Account)> {
    if let Some(target) = target {
        let acting = acting(desk, store)?;
        acting.may_on_others(store, Action::CreateToken, target)?;
        let owner = find(store, target)?;
        return Ok((acting, owner));
    }
    let owner = way_in::owner(desk, store)?;
    let account = owner.account.clone();
    Ok((Acting::owner(owner, desk.now()?), account))
}

/// Asks for the password. Somebody else may have found the terminal signed in, and a token would outlast the sign-in.
fn prove(desk: &mut Desk<'_>, store: &mut Store, acting: &Acting) -> Result<Option<PasswordRevision>> {
    let Some(account) = acting.account().filter(|_| acting.is_signed_in()) else { return Ok(None) };
    let target = Target::Username(account.username.clone());
    let (_, credential, _) = way_in::prove(desk, store, &target, |_| Ok(Occasion::OneCommand))?;
    Ok(Some(credential.revision))
}

/// The roles that were asked for, or all roles that may be given. The actor cannot give a role they do not have.
fn roles(store: &mut Store, asked: Roles, acting: &Acting, owner: &Account) -> Result<Roles> {
    let lendable = acting.account().map_or(Roles::ALL, |actor| actor.roles.covered());
    if asked.is_empty() {
        return Ok(owner.roles.and(lendable));
    }
    let lacking = asked.iter().find(|role| !lendable.and(owner.roles.covered()).contains(*role));
    let Some(lacking) = lacking else { return Ok(asked) };
    let whose = if lendable.contains(lacking) { &format!("{} does", owner.username) } else { "you do" };
    let message = format!("the token cannot have the role {}: {whose} not have it", lacking.name());
    let hint = "a token gets only roles that both its account and you have".to_owned();
    let refusal = Refusal::NotAllowed { reason: Reason::RoleMissing, message, hint };
    acting.refuse(store, Action::CreateToken.name(), owner.into(), refusal).map(|()| Roles::NONE)
}

fn issue(
    desk: &mut Desk<'_>,
    store: &mut Store,
    (args, to): (&cli::ways::WayFlags, Option<&Recipients>),
    acting: &Acting,
    owner: &Account,
    wanted: Wanted,
) -> Result<()> {
    let token = way_out::sealed(SignInSecret::generate(desk.rng).into_token(), to)?;
    let now = desk.now()?;
    let Wanted { label, roles, lifetime, proved } = wanted;
    let until = after(now, lifetime);
    let mut handover = way_out::open::<TokenDisclosure>(args, desk, false)?;
    let (username, display_name) = (owner.username.clone(), owner.display_name.clone());
    let about = TokenDisclosure { username, display_name, label: label.clone(), roles, now, until, zone: desk.zone };
    handover.issue(&mut desk.means(), about, token, |digest| {
        let new = NewToken { label, roles, digest, proved, until };
        Ok(store.create_token(acting.actor(), owner.id, &new)?)
    })?;
    handover.close(&mut desk.means())
}

/// Lists tokens. The default is the caller's own tokens. An operator sees all of them.
fn list(desk: &mut Desk<'_>, args: &List) -> Result<()> {
    let target: Option<Target> = args.account.as_deref().map(str::parse).transpose()?;
    let mut store = desk.open_to_read()?;
    let acting = acting(desk, &mut store)?;
    let whose = match (&target, acting.account()) {
        (Some(target), _) => {
            acting.may_on_others(&mut store, Action::ListTokens, target)?;
            let owner = find(&store, target)?;
            acting.may_to(&mut store, Action::ListTokens, (&owner).into())?;
            Some(owner.id)
        }
        (None, Some(account)) if !args.all => {
            acting.may_to(&mut store, Action::ListTokens, account.into())?;
            Some(account.id)
        }
        _ => {
            acting.may(&mut store, Action::ListTokens)?;
            None
        }
    };

    let tokens = store.tokens(whose)?;
    if desk.format() != Format::Text {
        return desk.print_records(records::TOKEN, tokens.iter().map(records::token), true);
    }
    if tokens.is_empty() {
        desk.terminal.note(match (&target, acting.account()) {
            (None, Some(_)) if !args.all => "You have no token.",
            (None, _) => "There is no token.",
            (Some(_), _) => "That account has no token.",
        });
        return Ok(());
    }
    let rows: Vec<_> = tokens.iter().map(|token| row(token, desk.zone)).collect();
    let titles = ["ID", "LABEL", "ACCOUNT", "ROLES", "EXPIRES", "LAST USED"];
    desk.print(&table::listing(titles, &rows, 2, desk.output.layout()))
}

fn row(token: &Token, zone: &TimeZone) -> [String; 6] {
    [
        token.id.0.to_string(),
        token.label.to_string(),
        token.owner_username.to_string(),
        token.roles.join(" "),
        readable(token.expires_at, zone),
        token.last_used_at.map_or_else(|| "never".into(), |at| readable(at, zone)),
    ]
}

/// The only token with this label, whoever owns it. Several with the same label are told apart by their numbers.
fn of_others(store: &Store, label: &Label) -> Result<Option<Token>> {
    let mut called: Vec<_> = store.tokens(None)?.into_iter().filter(|token| token.label == *label).collect();
    if called.len() < 2 {
        return Ok(called.pop());
    }
    let lines = called.iter().map(|token| format!("{}: {}", token.id.0, token.named())).collect();
    let failure = Failure::new(Kind::Usage, format!("{} tokens are called {label}", called.len()));
    Err(Failure { lines, ..failure.hint("give the number of one") })
}

/// Ends a token. It is named by its number, or by the label that its owner gave it.
fn revoke(desk: &mut Desk<'_>, args: &Revoke) -> Result<()> {
    let target: TokenTarget = args.token.parse()?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    let own = acting.account().map(|account| account.id);
    let not_found = || {
        Failure::new(Kind::NotFound, format!("there is no token '{target}'"))
            .hint("'passdesk tokens list' shows yours, and --all those of others")
    };
    if let Some(account) = acting.account() {
        // An account that must choose a new password gets only that failure. It does not learn whether the token
        // exists.
        acting.may_to(&mut store, Action::RevokeToken, account.into())?;
    }
    let found = match (store.token(&target, own)?, &target) {
        (None, TokenTarget::Label(label)) if acting.could(Action::RevokeToken) => of_others(&store, label)?,
        (found, _) => found,
    };
    let is_own = found.as_ref().is_some_and(|token| Some(token.owner) == own);
    if matches!(target, TokenTarget::Id(_)) && !is_own {
        // A caller without the right to end tokens of others does not learn whether the token exists.
        acting.may(&mut store, Action::RevokeToken)?;
    }
    let token = found.ok_or_else(not_found)?;
    let owner = find(&store, &Target::Id(token.owner))?;
    acting.may_to(&mut store, Action::RevokeToken, (&owner).into())?;
    if !desk.commit(|_| store.revoke_token(acting.actor(), owner.id, token.id))? {
        return Err(not_found());
    }
    desk.terminal.note(&format!("The {} has ended.", token.named()));
    desk.print_done(records::TOKEN, [records::token(&token)], false)
}
