//! Who may do what to whom. Every role, action and state is compared with the table in DESIGN.md, as written there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::convert::Infallible;
use std::io::Write as _;

use jiff::SignedDuration;

use passdesk::domain::account::{Account, AccountId};
use passdesk::domain::actor::{Actor, Operator, Standing};
use passdesk::domain::authority::{Action, Refusal, decide};
use passdesk::domain::change::Change;
use passdesk::domain::clock::{Clock, Timestamp};
use passdesk::domain::credential::PasswordRevision;
use passdesk::domain::delivery::{Courier, Undelivered};
use passdesk::domain::digest::FileDigest;
use passdesk::domain::hash::{Cost, StoredHash};
use passdesk::domain::name::DisplayName;
use passdesk::domain::operation::OperationId;
use passdesk::domain::policy::{Policy, Setting};
use passdesk::domain::role::{Role, Roles};
use passdesk::domain::sign_in::{SignInId, SignInSecret};
use passdesk::domain::target::Target;
use passdesk::domain::temporary::TemporaryPassword;
use passdesk::store::sqlite::SqliteStores;
use passdesk::store::{
    ArchivedPart, Edit, EventFilter, NewAccount, NewTemporary, NewToken, Purpose, Result, Store, StoreError,
    Stores as _, Watch,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rusqlite::{Connection, params};

/// The roles by rank, 0 to 4.
const ROLES: [&[Role]; 5] = [&[], &[Role::Auditor], &[Role::Helpdesk], &[Role::UserAdmin], &[Role::GlobalAdmin]];
/// The operator follows them as a sixth actor.
const OPERATOR: usize = 5;

const NONE: &str = "-----";
const LOWER_THAN_2: &str = "++---";
const LOWER_THAN_3: &str = "+++--";
const ANYONE: &str = "+++++";

/// The actions. The columns are the actors by rank, then the operator. Each cell lists the ranks of target (0 to 4)
/// that the actor can act on.
const TABLE: [(&str, [&str; 6]); 28] = [
    ("list", [NONE, ANYONE, ANYONE, ANYONE, ANYONE, ANYONE]),
    ("show", [NONE, ANYONE, ANYONE, ANYONE, ANYONE, ANYONE]),
    ("reset", [NONE, NONE, LOWER_THAN_2, LOWER_THAN_3, ANYONE, ANYONE]),
    ("require-change", [NONE, NONE, LOWER_THAN_2, LOWER_THAN_3, ANYONE, ANYONE]),
    ("unlock", [NONE, NONE, LOWER_THAN_2, LOWER_THAN_3, ANYONE, ANYONE]),
    ("sign-out", [NONE, NONE, LOWER_THAN_2, LOWER_THAN_3, ANYONE, ANYONE]),
    ("edit", [NONE, NONE, NONE, LOWER_THAN_3, ANYONE, ANYONE]),
    ("disable", [NONE, NONE, NONE, LOWER_THAN_3, ANYONE, ANYONE]),
    ("enable", [NONE, NONE, NONE, LOWER_THAN_3, ANYONE, ANYONE]),
    ("remove", [NONE, NONE, NONE, LOWER_THAN_3, ANYONE, ANYONE]),
    ("restore", [NONE, NONE, NONE, LOWER_THAN_3, ANYONE, ANYONE]),
    // To add an account with a role is to grant that role, and only a global-admin grants roles.
    ("add", [NONE, NONE, NONE, "+----", ANYONE, ANYONE]),
    ("grant", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("revoke", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("purge", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("policy set", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("policy show", [NONE, ANYONE, ANYONE, ANYONE, ANYONE, ANYONE]),
    // Tokens of others. Every account may handle its own.
    ("tokens create", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("tokens revoke", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("tokens list", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("audit list", [NONE, ANYONE, NONE, NONE, ANYONE, ANYONE]),
    ("audit verify", [NONE, ANYONE, NONE, NONE, ANYONE, ANYONE]),
    ("store backup", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("store copy", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("store check", [NONE, ANYONE, NONE, NONE, ANYONE, ANYONE]),
    ("users list --hashes", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    ("audit archive", [NONE, NONE, NONE, NONE, ANYONE, ANYONE]),
    // The accounts of the store may be what is broken.
    ("store restore", [NONE, NONE, NONE, NONE, NONE, ANYONE]),
];

/// "`me …`, own tokens" is for every account.
const OWN: [&str; 3] = ["tokens create", "tokens revoke", "tokens list"];

/// "Nobody resets, disables or removes themselves through `users`." To unlock oneself would break the same rule. To sign
/// oneself out everywhere takes a password, and `me sign-out` asks for it.
const NEVER_TO_ONESELF: [&str; 5] = ["reset", "unlock", "sign-out", "disable", "remove"];
/// "What would leave no usable global-admin is refused."
const LEAVES_NO_ADMIN: [&str; 4] = ["reset", "disable", "remove", "revoke"];
/// Actions that a removed account does not allow.
const NOT_WHILE_REMOVED: [&str; 11] = [
    "reset",
    "require-change",
    "unlock",
    "sign-out",
    "edit",
    "disable",
    "enable",
    "remove",
    "grant",
    "revoke",
    "tokens create",
];

/// The state of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Active,
    Disabled,
    Locked,
    MustChange,
    Removed,
    /// The actor.
    Oneself,
    /// The only global-admin.
    LastAdmin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Yes,
    ChangeRequired,
    NotAllowed,
    LastAdmin,
    Conflict,
}

/// One combination of action, actor, target and state.
#[derive(Debug, Clone, Copy)]
struct Cell {
    action: &'static str,
    reach: &'static str,
    actor: usize,
    target: usize,
    state: State,
    /// Whether the actor is the target.
    oneself: bool,
    /// The state of the actor.
    actors_own: State,
}

impl Cell {
    /// Whether the state of the target forbids the action.
    fn state_forbids(&self) -> bool {
        match self.state {
            State::Removed => NOT_WHILE_REMOVED.contains(&self.action),
            State::Disabled => ["restore", "tokens create"].contains(&self.action),
            _ => self.action == "restore",
        }
    }

    /// The verdict that the contract demands.
    fn contract(&self) -> Verdict {
        if self.oneself && OWN.contains(&self.action) {
            return Verdict::Yes;
        }
        let out_of_reach = self.reach.as_bytes()[self.target] != b'+';
        if out_of_reach || (self.oneself && NEVER_TO_ONESELF.contains(&self.action)) {
            Verdict::NotAllowed
        } else if self.state == State::MustChange && self.action == "tokens create" {
            // The target must choose a new password. A token made now would end when the target does so.
            Verdict::ChangeRequired
        } else if self.state_forbids() {
            Verdict::Conflict
        } else if self.state == State::LastAdmin && LEAVES_NO_ADMIN.contains(&self.action) {
            Verdict::LastAdmin
        } else {
            Verdict::Yes
        }
    }
}

/// Every possible combination. An actor who is the target has the target's rank. The last admin is a global-admin. Only
/// the operator and actors of lower rank meet that admin as somebody else.
fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (action, reaches) in TABLE {
        for (actor, reach) in reaches.into_iter().enumerate() {
            for target in 0..ROLES.len() {
                for state in [State::Active, State::Disabled, State::Locked, State::MustChange, State::Removed] {
                    cells.push(Cell { action, reach, actor, target, state, oneself: false, actors_own: State::Active });
                }
            }
            if actor != OPERATOR {
                cells.push(Cell {
                    action,
                    reach,
                    actor,
                    target: actor,
                    state: State::Oneself,
                    oneself: true,
                    actors_own: State::Active,
                });
            }
            cells.push(Cell {
                action,
                reach,
                actor,
                target: 4,
                state: State::LastAdmin,
                oneself: actor == 4,
                actors_own: State::Active,
            });
        }
    }
    cells
}

fn at() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn later() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// A temporary password that has not been handed over.
fn made() -> Undelivered<StoredHash> {
    let (cost, rng) = (Cost { memory_kib: 8, passes: 1, lanes: 1 }, &mut StdRng::seed_from_u64(1));
    StoredHash::of_temporary(TemporaryPassword::generate(rng), cost, rng).unwrap()
}

/// A courier that takes everything.
struct Taker;

impl<T> Courier<T> for Taker {
    type Failure = Infallible;

    fn take(&mut self, _: &[Undelivered<T>]) -> std::result::Result<(), Infallible> {
        Ok(())
    }
}

fn temporary() -> NewTemporary {
    NewTemporary { hash: made().deliver(&mut Taker).unwrap(), until: later() }
}

fn new<H>(username: &str, roles: Roles, temporary: NewTemporary<H>) -> NewAccount<H> {
    let username = username.parse().unwrap();
    NewAccount { username, display_name: DisplayName::default(), email: None, roles, public_key: None, temporary }
}

fn operator() -> Actor {
    Actor::Operator(Operator { uid: 0, os_user: "root".into(), sudo_caller: None, role: None, is_guest: false })
}

const ACTOR: i64 = 1;
const TARGET: i64 = 2;
const KEEPER: i64 = 3;

/// A watcher that does nothing.
struct Nobody;

impl Watch for Nobody {
    fn progress(&mut self, _: &'static str, _: u64, _: u64) -> Result<()> {
        Ok(())
    }
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        at()
    }
}

/// A store, and a direct connection to it that sets up each cell.
struct Bench {
    folder: tempfile::TempDir,
    store: Store,
    behind: Connection,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let stores = SqliteStores::at(&path, Still, OperationId([7; 16])).unwrap();
        let by = operator();
        let first = new("first", Roles::NONE, NewTemporary { hash: made(), until: later() });
        let prepared = stores.prepare(&by, &first, &mut |_| ()).unwrap();
        prepared.put_in_place(&first.temporary.hash.deliver(&mut Taker).unwrap()).unwrap();
        let behind = Connection::open(&path).unwrap();
        behind.pragma_update(None, "synchronous", "OFF").unwrap();
        Self { folder, store: stores.open().unwrap(), behind }
    }

    /// Sets up the accounts of a cell and no others: the actor, the target, and an admin. With that admin, neither of
    /// the two is the last one.
    fn set_up(&mut self, cell: Cell) {
        let transaction = self.behind.transaction().unwrap();
        transaction.execute("DELETE FROM accounts", []).unwrap();
        let put = |id: i64, rank: usize, state: State| {
            let roles: Roles = ROLES[rank].iter().copied().collect();
            let sql = "INSERT INTO accounts (id, username, display_name, search_text, roles, state, password_hash,
                                             must_change, created_at, removed_at, locked_at, tries_failed)
                       VALUES (?1, 'u' || ?1, '', 'u' || ?1, ?2, ?3, '$argon2id$own', ?4, 0, ?5, ?6, ?7)";
            let is = |what| state == what;
            let values = params![
                id,
                roles.bits(),
                if is(State::Disabled) { "disabled" } else { "active" },
                is(State::MustChange),
                is(State::Removed).then_some(1),
                is(State::Locked).then_some(1),
                if is(State::Locked) { 100 } else { 0 },
            ];
            transaction.execute(sql, values).unwrap();
            let sql = "INSERT INTO sign_ins (id, account_id, secret_sha256, created_at, expires_at, label, roles)
                       VALUES (?1, ?1, randomblob(32), 0, 9999999999, 'nightly', 0)";
            transaction.execute(sql, [id]).unwrap();
        };
        if cell.actor != OPERATOR {
            put(ACTOR, cell.actor, cell.actors_own);
        }
        if !cell.oneself {
            put(TARGET, cell.target, cell.state);
        }
        if cell.state != State::LastAdmin {
            put(KEEPER, 4, State::Active);
        }
        transaction.commit().unwrap();
    }

    /// Every column of every account, every sign-in and every setting.
    fn state(&self) -> Vec<Vec<rusqlite::types::Value>> {
        let mut all = Vec::new();
        for table in ["accounts", "sign_ins", "settings"] {
            let mut statement = self.behind.prepare_cached(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap();
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
            all.extend(rows.map(|row| row.unwrap()));
        }
        all
    }

    fn get(&self, id: i64) -> Account {
        self.store.account(&Target::Id(AccountId(id))).unwrap().unwrap()
    }

    /// Tries the action as a command does: first the rule, then the store.
    fn attempt(&mut self, cell: Cell) -> Verdict {
        let target = self.get(if cell.oneself { ACTOR } else { TARGET });
        let account = (cell.actor != OPERATOR).then(|| self.get(ACTOR));
        let actor = account.as_ref().map_or_else(operator, |account| Actor::owner(account, PasswordRevision(1)));
        let by = actor;
        let decided = decided(cell, account.as_ref(), &target);
        if cell.action == "revoke" && target.roles.is_empty() && decided != Verdict::Yes {
            // For the store, revoking no role is an edit without roles, which more actors may do.
            return decided;
        }
        match self.written(cell, &by, &target) {
            // The store agrees with the rule, or refuses for a further reason.
            Some(written) if decided == Verdict::Yes => verdict(&written),
            Some(written) => {
                assert_ne!(verdict(&written), Verdict::Yes, "{cell:?}: the rule refuses it, and the store does not");
                decided
            }
            None => decided,
        }
    }

    /// The answer of the store, or `None` if the store does not decide this action.
    fn written(&mut self, cell: Cell, by: &Actor, target: &Account) -> Option<Result<()>> {
        let (id, seen, store) = (target.id, target.revision, &mut self.store);
        let roles = |roles| Edit { roles: Some(roles), ..Edit::default() };
        let mut change = |change| store.change_account(by, change, id, seen).map(drop);
        Some(match cell.action {
            "reset" => store.reset_password(by, id, seen, &temporary()),
            "require-change" => change(Change::RequireChange),
            "unlock" => change(Change::Unlock),
            "sign-out" => change(Change::SignOut),
            "disable" => change(Change::Disable),
            "enable" => change(Change::Enable),
            "remove" => change(Change::Remove),
            "restore" => change(Change::Restore),
            "edit" => {
                let name = Edit { display_name: Some("Another".parse().unwrap()), ..Edit::default() };
                store.edit_account(by, id, seen, &name)
            }
            "grant" => {
                let more = if target.roles.contains(Role::Auditor) { Role::Helpdesk } else { Role::Auditor };
                store.edit_account(by, id, seen, &roles(target.roles.iter().chain([more]).collect()))
            }
            "revoke" => store.edit_account(by, id, seen, &roles(Roles::NONE)),
            "add" => store
                .add_account(by, &new("another", ROLES[cell.target].iter().copied().collect(), temporary()))
                .map(drop),
            "purge" => store.purge(by, SignedDuration::ZERO).map(drop),
            "policy set" => store.set_policy(by, &Policy::default(), Setting::MinLength, "20").map(drop),
            "tokens create" => {
                let token = SignInSecret::generate(&mut StdRng::seed_from_u64(1)).into_token();
                let (label, digest) = ("another".parse().unwrap(), token.deliver(&mut Taker).unwrap());
                store.create_token(
                    by,
                    id,
                    &NewToken { label, roles: Roles::NONE, digest, until: later(), proved: None },
                )
            }
            "store backup" => {
                let place = self.folder.path().join("backup.db");
                let made = store.back_up(by, &place, &mut Nobody);
                let _ = std::fs::remove_file(place);
                made
            }
            "store copy" => {
                let place = self.folder.path().join("copy.db");
                let stores = SqliteStores::at(&place, Still, OperationId([7; 16])).unwrap();
                let made = store.copy_to(by, stores.begin(Purpose::Store).unwrap(), &mut Nobody);
                let _ = std::fs::remove_file(place);
                made
            }
            "users list --hashes" => store.export_hashes(by).map(drop),
            "audit archive" => {
                let first = store.events(&EventFilter::default(), None, 1).unwrap().pop().unwrap();
                let (after, place, file) = (store.archived().unwrap(), self.folder.path(), FileDigest::of(b""));
                let part = ArchivedPart { after, until: first.head(), place, file };
                store.archive(by, &part, &mut Nobody)
            }
            "tokens revoke" => store.revoke_token(by, id, SignInId(id.0)).map(|ended| assert!(ended)),
            _ => return None,
        })
    }
}

/// The verdict of the rule.
fn decided(cell: Cell, actor: Option<&Account>, target: &Account) -> Verdict {
    let (action, subject) = match cell.action {
        "list" => (Action::List, None),
        "show" => (Action::List, Some(target.into())),
        "reset" => (Action::Reset, Some(target.into())),
        "require-change" => (Action::RequireChange, Some(target.into())),
        "edit" => (Action::Edit, Some(target.into())),
        "unlock" => (Action::Unlock, Some(target.into())),
        "sign-out" => (Action::SignOut, Some(target.into())),
        "disable" => (Action::Disable, Some(target.into())),
        "enable" => (Action::Enable, Some(target.into())),
        "remove" => (Action::Remove, Some(target.into())),
        "restore" => (Action::Restore, Some(target.into())),
        "grant" => (Action::Grant, Some(target.into())),
        "revoke" => (Action::Revoke, Some(target.into())),
        "purge" => (Action::Purge, None),
        "policy set" => (Action::SetPolicy, None),
        "policy show" => (Action::ShowPolicy, None),
        "store backup" | "store copy" => (Action::Backup, None),
        "store check" => (Action::Check, None),
        "users list --hashes" => (Action::ExportHashes, None),
        "audit archive" => (Action::Archive, None),
        "store restore" => (Action::RestoreStore, None),
        "tokens create" => (Action::CreateToken, Some(target.into())),
        "tokens revoke" => (Action::RevokeToken, Some(target.into())),
        "tokens list" => (Action::ListTokens, Some(target.into())),
        "audit list" | "audit verify" => (Action::Audit, None),
        // To add an account takes two decisions, and the store makes both.
        _ => return Verdict::Yes,
    };
    match decide(actor.map_or(Standing::Operator, Standing::Account), action, subject, Timestamp::UNIX_EPOCH) {
        Ok(()) => Verdict::Yes,
        Err(refusal) => verdict(&Err(refusal.into())),
    }
}

fn verdict(outcome: &Result<()>) -> Verdict {
    match outcome {
        Ok(()) => Verdict::Yes,
        Err(StoreError::Refused(Refusal::ChangeRequired { .. })) => Verdict::ChangeRequired,
        Err(StoreError::Refused(Refusal::NotAllowed { .. })) => Verdict::NotAllowed,
        Err(StoreError::Refused(Refusal::LastAdmin { .. })) => Verdict::LastAdmin,
        Err(StoreError::Conflict(_)) => Verdict::Conflict,
        Err(other) => unreachable!("{other}"),
    }
}

#[test]
fn every_cell_is_as_the_contract_says_and_a_refusal_changes_nothing() {
    let mut bench = Bench::new();
    let cells = cells();
    let mut refused = 0;
    for cell in &cells {
        bench.set_up(*cell);
        let before = bench.state();
        let verdict = bench.attempt(*cell);
        assert_eq!(verdict, cell.contract(), "{cell:?}");
        if verdict != Verdict::Yes {
            refused += 1;
            assert_eq!(bench.state(), before, "{cell:?} was refused");
        }
    }
    // 28 actions: 6 actors, 5 targets and 5 states; 5 who do it to themselves; 6 who meet the last admin.
    assert_eq!(cells.len(), 28 * (6 * 5 * 5 + 5 + 6));
    writeln!(std::io::stderr(), "{} cells checked, {refused} of them refusals that changed nothing", cells.len())
        .unwrap();
}

#[test]
#[ignore = "takes long"]
fn who_must_change_or_is_out_of_use_may_do_nothing_and_who_is_locked_goes_on() {
    let mut bench = Bench::new();
    for cell in cells().into_iter().filter(|cell| cell.actor != OPERATOR && cell.state != State::LastAdmin) {
        for actors_own in [State::MustChange, State::Disabled, State::Removed, State::Locked] {
            let cell = Cell { actors_own, ..cell };
            bench.set_up(cell);
            let before = bench.state();
            let verdict = bench.attempt(cell);
            match actors_own {
                State::Locked => assert_eq!(verdict, cell.contract(), "{cell:?}"),
                State::MustChange => assert_eq!(verdict, Verdict::ChangeRequired, "{cell:?}"),
                _ => assert_eq!(verdict, Verdict::NotAllowed, "{cell:?}"),
            }
            if verdict != Verdict::Yes {
                assert_eq!(bench.state(), before, "{cell:?} was refused");
            }
        }
    }
}

#[test]
fn every_refusal_of_a_store_is_recorded_and_nothing_else_is() {
    let mut bench = Bench::new();
    let refused = |bench: &Bench| -> i64 {
        let sql = "SELECT count(*) FROM audit_events WHERE outcome = 'refused' AND actor = 'u1'";
        bench.behind.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    for cell in cells().into_iter().filter(|cell| cell.actor == 2 && cell.state == State::Active) {
        bench.set_up(cell);
        let before = refused(&bench);
        let verdict = bench.attempt(cell);
        // A restore is given an operator, and nobody else.
        let unasked = ["list", "show", "audit list", "audit verify", "store check", "policy show", "tokens list"];
        let asked = ![&unasked[..], &["store restore"]].concat().contains(&cell.action)
            && (cell.action, cell.target) != ("revoke", 0);
        let expected = i64::from(asked && ![Verdict::Yes, Verdict::Conflict].contains(&verdict));
        assert_eq!(refused(&bench) - before, expected, "{cell:?}");
    }
}
