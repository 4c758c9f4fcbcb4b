//! The laws that every engine keeps, with a file for each subject. The tests of an engine call `laws!(…)` with an
//! expression that opens an empty store. They call `laws_at_once!(…)` and `laws_of_copies!(…)` with an expression for the
//! place of a new store, and whatever keeps that place. Each evaluation gives another place.

pub mod accounts;
pub mod at_once;
pub mod authority;
pub mod batches;
pub mod care;
pub mod copying;
pub mod ends;
pub mod imports;
pub mod losing;
pub mod names;
pub mod policy;
pub mod record;
pub mod repeats;
pub mod sign_ins;
pub mod tokens;
pub mod tries;

use std::cell::Cell;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use self::imports::newcomers;
use super::{
    Edit, Filter, Import, NewAccount, NewSignIn, NewTemporary, NewToken, Page, SignIn, Sort, Store, StoreError,
};
use crate::domain::account::{Account, AccountId};
use crate::domain::actor::{Actor, Operator, Proof};
use crate::domain::audit::{Detail, Event};
use crate::domain::authority::Refusal;
use crate::domain::change::Change;
use crate::domain::clock::{Clock, readable};
use crate::domain::credential::PasswordRevision;
use crate::domain::delivery::made_up::delivered;
use crate::domain::digest::FileDigest;
use crate::domain::hash::StoredHash;
use crate::domain::operation::OperationId;
use crate::domain::policy::{Policy, Setting};
use crate::domain::role::{Role, Roles};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;

macro_rules! laws {
    ($open:expr) => {
        $crate::store::contract::laws!($open;
            accounts {
                an_account_is_found_by_id_username_and_address,
                of_many_targets_each_is_found_in_its_place,
                nobody_is_found_under_a_name_that_is_not_there,
                a_new_account_must_change_its_temporary_password,
                a_username_is_taken_once,
                an_address_is_taken_once_whatever_its_case,
                an_edit_changes_what_it_names_and_nothing_else,
                an_edit_that_leaves_the_roles_as_they_are_records_none,
                an_account_keeps_a_key_until_another_edit_takes_it,
                a_reset_replaces_the_hash_flag_and_expiry_and_ends_all_sign_ins,
                a_reset_of_a_disabled_account_leaves_it_disabled,
                require_change_keeps_the_password,
                an_enabled_account_is_active_again,
                every_change_of_an_account_refuses_a_revision_that_has_passed,
                an_edit_meanwhile_does_not_hinder_a_password_change,
                pages_joined_are_the_whole_list_in_every_order,
                a_filter_lists_what_it_counts,
                the_states_of_a_list_are_those_of_its_accounts,
                everybody_but_the_removed_is_counted,
                suggestions_are_led_by_usernames_that_begin_so,
                as_many_are_suggested_as_are_asked_for,
                what_has_expired_is_not_put_in_force,
            }
            authority {
                an_actor_demoted_meanwhile_is_refused,
                whoever_may_give_no_roles_adds_accounts_without,
                an_actor_of_no_higher_rank_is_refused_everything,
                a_removed_account_is_out_of_the_list_and_comes_back_as_it_was,
                a_removed_account_is_only_restored,
                a_removed_account_loses_its_sign_ins_and_keeps_its_names_taken,
                a_purge_forgets_what_was_removed_until_then,
                the_last_admin_to_count_on_stays,
                the_last_admin_is_known,
                with_another_admin_to_count_on_one_may_go,
                an_admin_with_a_temporary_password_is_no_replacement,
                the_first_admin_may_be_reset_before_they_have_signed_in,
                two_admins_who_disable_each_other_leave_one,
                a_recovered_admin_is_switched_on_with_a_temporary_password,
            }
            batches {
                a_batch_resets_each_as_a_reset_does,
                what_is_refused_of_a_batch_changes_nothing_and_leaves_the_others,
                a_batch_leaves_the_last_admin_to_count_on,
                a_batch_is_about_accounts_as_they_are_by_then,
                an_empty_batch_changes_nothing,
                a_batch_is_each_change_after_the_other,
                what_is_so_already_is_neither_written_nor_recorded,
                what_is_refused_of_many_changes_changes_nothing_and_leaves_the_others,
                many_changes_leave_the_last_admin_to_count_on,
                an_actor_who_takes_their_own_role_is_refused_the_rest_of_a_batch,
                what_a_batch_records_is_a_chain,
                an_account_that_a_batch_names_twice_is_changed_once,
                a_reset_is_known_by_its_operation_for_good,
            }
            ends {
                an_account_ends_by_itself,
                the_first_admin_has_no_end_before_they_have_signed_in,
                an_account_that_is_given_more_time_signs_in_anew,
                an_import_brings_ends_and_changes_them,
                an_import_lets_no_last_lasting_admin_end,
                an_admin_who_ends_is_no_admin_to_count_on,
                a_recovered_admin_has_no_end_that_is_over,
                a_key_does_not_outlast_a_promotion_out_of_reach,
                whoever_was_let_in_signed_in_last_then,
                whom_nobody_has_seen_for_long_is_listed,
            }
            imports {
                an_import_makes_accounts_without_a_password,
                an_import_says_the_numbers_that_it_gave_in_its_order,
                an_import_is_all_or_nothing,
                an_import_that_is_stopped_changes_nothing,
                an_import_is_one_event,
                an_imported_hash_is_the_password_of_its_owner,
                an_import_that_would_make_sign_ins_slow_is_refused,
                hashes_are_read_once_that_is_recorded,
                an_import_changes_what_its_edits_name_and_nothing_else,
                an_import_gives_no_more_than_its_actor_may,
                an_import_changes_nobody_of_no_lower_rank,
                an_actor_demoted_before_an_import_is_refused,
                an_import_leaves_an_admin_to_count_on,
                newcomers_meet_their_namesakes,
            }
            sign_ins {
                a_password_change_ends_all_sign_ins_but_its_own,
                a_disabled_account_loses_its_sign_ins,
                a_password_that_was_replaced_meanwhile_proves_nothing,
                the_password_of_a_disabled_account_proves_nothing,
                a_temporary_password_that_has_expired_meanwhile_proves_nothing,
                no_sign_in_begins_once_a_change_is_required,
                a_sign_in_ends_at_its_expiry,
                a_sign_in_ended_is_gone,
                an_actor_whose_sign_in_has_ended_meanwhile_is_refused,
                an_actor_by_a_sign_in_that_is_over_or_anothers_is_refused,
                an_actor_whose_password_has_been_changed_meanwhile_is_refused,
                a_sign_in_that_has_ended_is_not_revived_by_a_clock_set_back,
                signing_out_everywhere_ends_every_sign_in_and_token_of_ones_own,
                signing_somebody_out_ends_their_sign_ins_and_tokens_and_nothing_else,
            }
            tries {
                a_name_that_is_nobodys_is_not_looked_up,
                a_try_counts_on_its_account_by_whatever_name,
                a_try_is_counted_before_it_is_looked_at,
                after_five_failures_the_next_try_waits,
                after_a_hundred_failures_an_account_is_locked,
                a_success_forgets_the_failures,
                a_reset_and_an_unlock_forget_the_failures_and_unlock,
                a_new_temporary_password_lives_whatever_has_expired_and_was_killed_before,
                a_locked_account_is_listed_as_locked,
                what_was_killed_before_a_reset_or_an_unlock_is_recorded_and_told,
                a_replaced_password_and_an_unlock_end_all_tries_under_way,
                tries_stand_as_the_next_one_will_find_them,
                the_last_admin_is_never_locked,
                a_locked_admin_is_not_counted_on,
                a_new_hash_of_the_same_password_takes_the_place_of_the_old_one,
                a_password_is_proved_whatever_has_become_of_its_hash,
                a_success_is_recorded_with_the_failures_before_it,
                a_success_begins_the_sign_in_that_it_is_for,
                whoever_is_locked_meanwhile_is_not_let_in,
                failures_are_told_once,
                a_success_takes_no_other_try_off,
                a_try_that_is_not_brought_to_its_end_in_a_minute_has_failed_and_is_told,
                a_try_that_is_given_up_is_told_once_with_those_that_failed_before,
                a_success_is_recorded_with_its_occasion,
                a_temporary_password_that_has_expired_is_not_revived_by_a_clock_set_back,
                a_temporary_password_that_lapses_with_a_failure_of_its_own_is_not_revived_by_a_clock_set_back,
                a_clock_that_was_ahead_before_a_reset_does_not_end_the_new_password,
            }
            names {
                a_search_sees_neither_case_nor_accents,
                names_sort_as_people_sort_them,
                usernames_that_begin_with_a_text_come_in_their_order_and_the_last_is_never_left_out,
                a_page_of_names_begins_after_the_last_one_whatever_was_renamed,
                one_mailbox_is_one_address,
                an_account_is_found_by_its_new_address_and_not_by_the_old_one,
                a_rename_changes_the_username_and_nothing_else,
                a_former_username_is_given_to_nobody_else_while_it_is_kept,
                an_account_is_found_by_the_username_it_has_and_by_those_it_had,
                an_account_may_take_its_former_username_back,
                the_record_says_what_an_account_was_called,
                the_address_of_a_removed_account_is_free_at_once,
                an_account_comes_back_without_an_address_that_another_has,
                an_admin_is_recovered_without_an_address_that_another_has,
                a_removed_account_is_deleted_for_good_by_its_number_and_one_in_use_is_not,
            }
            tokens {
                a_token_is_a_sign_in_with_the_roles_that_both_have,
                a_role_taken_from_the_owner_is_taken_from_the_token_for_good,
                a_label_is_taken_once_by_each_owner,
                a_token_is_found_by_its_number_or_by_a_label_of_its_owner_until_it_ends,
                a_token_is_revoked_once,
                a_token_ends_with_a_reset_a_disablement_and_a_password_change,
                the_use_of_a_token_is_noted_to_the_minute,
                a_token_makes_no_token,
                tokens_of_others_are_a_global_admins,
                a_revoked_token_is_refused_what_it_began,
                what_happens_to_tokens_is_recorded_with_their_label,
                a_token_made_by_a_password_that_was_changed_meanwhile_is_refused,
            }
            policy {
                what_has_not_been_decided_is_as_it_is_otherwise,
                what_has_been_decided_holds_and_is_recorded,
                a_store_has_a_name_and_one_that_passdesk_never_gives_is_damage,
                only_a_global_admin_or_an_operator_decides,
                operators_are_shut_out_only_where_an_admin_can_be_counted_on,
                an_operator_who_is_shut_out_is_refused_every_change_but_a_recovery,
                a_blocklist_is_asked_until_it_is_taken_out,
                a_blocklist_that_ends_too_early_leaves_the_one_before,
                a_block_that_is_not_as_it_was_written_is_damage,
            }
            record {
                every_change_is_recorded_with_what_it_changed,
                a_sign_in_and_its_end_are_recorded,
                every_refusal_is_recorded_and_changes_nothing_else,
                the_record_is_a_chain,
                what_is_archived_is_gone_and_what_is_left_follows_it,
                a_backup_that_becomes_the_store_says_so_and_nobody_is_signed_in_to_it,
                a_part_that_is_not_the_record_s_is_not_archived,
                the_record_is_read_by_what_it_says,
                an_actor_is_found_by_whole_words_and_no_others,
                what_means_another_actor_takes_no_place_on_a_page,
                each_account_that_is_purged_has_an_event_of_its_own,
                a_purge_of_nobody_is_an_event_as_well,
            }
            repeats {
                what_is_turned_away_again_is_counted_and_becomes_one_event_in_an_hour,
                what_is_turned_away_once_is_one_event,
                those_of_another_kind_are_counted_apart,
                beyond_as_many_kinds_as_are_counted_apart_the_others_are_counted_together,
                a_failed_try_is_counted_on_its_account_however_it_is_recorded,
                what_has_ended_has_ended_with_what_is_only_counted,
                a_clock_set_back_has_nothing_counted_for_longer_than_an_hour_more,
                what_a_stranger_can_write_in_a_day_is_bounded_however_often_they_try,
            }
        );
    };
    ($open:expr; $($subject:ident { $($law:ident),* $(,)? })*) => {
        $($(#[test] fn $law() { $crate::store::contract::$subject::$law(&mut $open); })*)*
    };
}
pub(crate) use laws;

macro_rules! laws_of_a_file {
    ($place:expr) => {
        $crate::store::contract::laws_of_a_file!($place;
            a_backup_is_a_closed_file_and_an_event_and_nothing_else,
            a_backup_takes_no_place_that_is_taken,
            only_a_global_admin_or_an_operator_backs_up,
            a_backup_of_which_nothing_comes_leaves_nothing,
            a_backup_that_is_stopped_leaves_the_event_that_says_so_and_nothing_else,
        );
    };
    ($place:expr; $($law:ident),* $(,)?) => {
        $(#[test] fn $law() {
            let (_keeper, stores) = $place;
            let mut store = $crate::store::contract::at_once::opened(&stores);
            $crate::store::contract::care::$law(&mut store);
        })*
    };
}
pub(crate) use laws_of_a_file;

macro_rules! laws_at_once {
    ($place:expr) => {
        $crate::store::contract::laws_at_once!($place;
            a_store_is_placed_with_its_own_first_password_and_no_other,
            two_admins_who_disable_each_other_at_once_leave_one,
            a_name_that_many_want_at_once_is_one_accounts,
            a_name_that_is_wanted_at_once_by_a_rename_and_others_is_one_accounts,
            of_many_who_change_an_account_as_they_saw_it_one_does,
            no_more_guesses_are_let_through_at_once_than_may_fail,
            successes_at_once_are_each_taken_off_once,
            events_written_at_once_are_one_chain,
        );
    };
    ($place:expr; $($law:ident),* $(,)?) => {
        $(#[test] fn $law() {
            let (_keeper, stores) = $place;
            $crate::store::contract::at_once::$law(&stores);
        })*
    };
}
pub(crate) use laws_at_once;

macro_rules! laws_of_copies {
    ($place:expr) => {
        $crate::store::contract::laws_of_copies!($place;
            a_copy_holds_what_its_source_holds,
            a_record_without_its_beginning_is_copied_from_there,
            an_account_and_a_sign_in_of_a_copy_get_numbers_that_nobody_ever_had,
            people_sign_in_to_a_copy_with_what_they_have,
            a_copy_ends_its_record_with_the_event_of_its_making,
            a_copy_takes_no_place_that_is_taken,
            a_copy_whose_place_has_been_taken_meanwhile_leaves_what_is_there,
            only_a_global_admin_or_an_operator_copies,
            a_copy_that_is_stopped_leaves_the_event_that_says_so_and_nothing_else,
            what_is_written_while_a_copy_is_made_is_not_in_it,
        );
    };
    ($place:expr; $($law:ident),* $(,)?) => {
        $(#[test] fn $law() {
            let [(_keeper, from), (_other, to)] = [$place, $place];
            $crate::store::contract::copying::$law(&from, &to);
        })*
    };
}
pub(crate) use laws_of_copies;

const HOUR: i64 = 3_600;

/// The operation of every write in these tests.
pub const OPERATION: OperationId = OperationId([7; 16]);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

/// The same in words.
fn said_at(seconds: i64) -> String {
    readable(at(seconds), &jiff::tz::TimeZone::UTC)
}

thread_local! {
    /// The time, in seconds after the start.
    static NOW: Cell<i64> = const { Cell::new(0) };
}

/// A clock with the time that [`when`] sets. Otherwise it is the start.
pub struct SetClock;

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        at(NOW.get())
    }
}

/// Runs some work at this many seconds after the start.
fn when<T>(seconds: i64, work: impl FnOnce() -> T) -> T {
    let before = NOW.replace(seconds);
    let done = work();
    NOW.set(before);
    done
}

fn operator() -> Actor {
    let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None, role: None, is_guest: false };
    Actor::Operator(operator)
}

/// What an event says, in words.
fn words(event: &Event) -> String {
    in_words(&event.detail)
}

/// The same of a detail.
fn in_words(detail: &str) -> String {
    Detail::read(detail).words(&jiff::tz::TimeZone::UTC)
}

fn hash(text: &str) -> StoredHash {
    StoredHash::from_store(format!("$argon2id${text}"))
}

fn temporary(text: &str) -> NewTemporary {
    NewTemporary { hash: delivered(hash(text)), until: at(24 * HOUR) }
}

fn new(username: &str, roles: &[Role]) -> NewAccount {
    NewAccount {
        username: username.parse().unwrap(),
        display_name: format!("Name of {username}").parse().unwrap(),
        email: Some(format!("{username}@example.org").parse().unwrap()),
        roles: roles.iter().copied().collect(),
        public_key: None,
        temporary: temporary(username),
    }
}

fn added(store: &mut Store, username: &str, roles: &[Role]) -> Account {
    let id = store.add_account(&operator(), &new(username, roles)).unwrap();
    get(store, id)
}

/// An account whose owner has chosen a password.
fn settled(store: &mut Store, username: &str, roles: &[Role]) -> Account {
    let account = added(store, username, roles);
    let proved = proof(store, &account);
    when(1, || store.replace_password(account.id, proved, &hash("own"), None)).unwrap();
    get(store, account.id)
}

fn get(store: &Store, id: AccountId) -> Account {
    store.account(&Target::Id(id)).unwrap().unwrap()
}

fn hash_of(store: &Store, account: &Account) -> String {
    store.credential(&Target::from(account)).unwrap().unwrap().1.unwrap().hash.as_str().to_owned()
}

/// The proof of somebody who knows the password of an account.
fn proof(store: &Store, account: &Account) -> PasswordRevision {
    store.credential(&Target::from(account)).unwrap().unwrap().1.unwrap().revision
}

fn acting(store: &Store, account: &Account) -> Actor {
    Actor::owner(account, proof(store, account))
}

/// A sign-in that expires after an hour.
fn new_sign_in(digest: u8) -> NewSignIn {
    NewSignIn { digest: SignInDigest([digest; 32]), until: at(HOUR) }
}

fn signed_in(store: &mut Store, account: &Account, digest: u8) -> SignInDigest {
    let digest = SignInDigest([digest; 32]);
    let proved = proof(store, account);
    store.begin_sign_in(account.id, proved, &NewSignIn { digest, until: at(8 * HOUR) }).unwrap();
    digest
}

/// A token of an account, made by its owner.
fn token_of(store: &mut Store, owner: &Account, label: &str, digest: u8, roles: &[Role]) -> SignInDigest {
    let digest = SignInDigest([digest; 32]);
    let (label, roles) = (label.parse().unwrap(), roles.iter().copied().collect());
    store
        .create_token(
            &acting(store, owner),
            owner.id,
            &NewToken { label, roles, digest: delivered(digest), until: at(90 * 24 * HOUR), proved: None },
        )
        .unwrap();
    digest
}

/// The actor of a sign-in or a token.
fn through(store: &Store, digest: SignInDigest) -> Actor {
    let SignIn { id, account, token } = when(2, || store.sign_in(digest)).unwrap().unwrap();
    let proof = token.map_or(Proof::SignIn(id), |label| Proof::Token(id, label));
    Actor::Account { id: account.id, username: account.username, proof }
}

fn list(store: &Store, filter: &Filter, sort: Sort, reverse: bool, limit: usize) -> Vec<Account> {
    let mut all: Vec<Account> = Vec::new();
    loop {
        let page = Page { filter, sort, reverse, after: all.last(), limit };
        let found = store.page(&page).unwrap();
        if found.is_empty() {
            return all;
        }
        assert!(found.len() <= limit);
        all.extend(found);
    }
}

/// Each change that can be made to many accounts. An account that is restored comes last.
const EACH: [Change; 9] = [
    Change::Revoke(Role::Auditor),
    Change::Grant(Role::GlobalAdmin),
    Change::RequireChange,
    Change::Unlock,
    Change::Disable,
    Change::Enable,
    Change::SignOut,
    Change::Remove,
    Change::Restore,
];

/// Runs every change of an account. Returns the outcome of each.
fn every_change(store: &mut Store, by: &Actor, target: &Account) -> BTreeMap<&'static str, super::Result<()>> {
    let (id, seen) = (target.id, target.revision);
    let roles = Edit { roles: Some(Roles::from_iter([Role::GlobalAdmin])), ..Edit::default() };
    let mut all = BTreeMap::from([
        ("edit", store.edit_account(by, id, seen, &Edit::default())),
        ("edit of roles", store.edit_account(by, id, seen, &roles)),
        ("reset", store.reset_password(by, id, seen, &temporary("x"))),
    ]);
    for change in EACH {
        all.insert(change.action().name(), store.change_account(by, change, id, seen).map(drop));
    }
    all.insert("purge", store.purge_account(by, id, seen));
    all
}

/// Tries every operation: on one account, on many, on none, and on a new one. Each must be refused for this reason, and
/// nothing may change.
fn all_is_refused(store: &mut Store, by: &Actor, target: &Account, is_why: impl Fn(&Refusal) -> bool) {
    let new_accounts = newcomers(1);
    let import = Import { new: &new_accounts, edits: &[], skipped: 0, file: FileDigest::of(b"") };
    let token = NewToken {
        label: "label".parse().unwrap(),
        roles: Roles::NONE,
        digest: delivered(SignInDigest([99; 32])),
        until: at(HOUR),
        proved: None,
    };
    let stands = |store: &Store| {
        let accounts = list(store, &Filter::default(), Sort::Id, false, 100);
        let tokens: Vec<_> = when(2, || store.tokens(None)).unwrap().into_iter().map(|token| token.id).collect();
        (accounts, hash_of(store, target), tokens, store.policy(&Policy::default()).unwrap())
    };
    let before = stands(store);
    let mut all = every_change(store, by, target);
    all.extend([
        ("add", store.add_account(by, &new("another", &[])).map(drop)),
        ("import", store.import(by, import, &mut |_| true).map(drop)),
        (
            "reset of many",
            store.reset_passwords(by, &[(target.id, temporary("x"))]).and_then(|mut each| each.pop().unwrap()),
        ),
        (
            "many changes",
            store
                .change_accounts(by, Change::Enable, &[(target.id, target.revision)])
                .and_then(|mut each| each.pop().unwrap().map(drop)),
        ),
        ("set-policy", store.set_policy(by, &Policy::default(), Setting::LockAfter, "7").map(drop)),
        (
            "set-policy",
            store.set_blocklist(by, &Policy::default(), 1, FileDigest::of(b""), &mut std::io::empty()).map(drop),
        ),
        ("purge", store.purge(by, SignedDuration::ZERO).map(drop)),
        ("create-token", store.create_token(by, target.id, &token)),
        ("revoke-token", store.revoke_token(by, target.id, SignInId(1)).map(drop)),
        ("copy", store.copy_to(by, Box::new(copying::Nowhere), &mut care::Watcher::default())),
    ]);
    for (deed, outcome) in all {
        assert!(matches!(&outcome, Err(StoreError::Refused(why)) if is_why(why)), "{deed}: {outcome:?}");
    }
    assert!(stands(store) == before);
}

fn proves_nothing(store: &mut Store, account: &Account, proved: PasswordRevision) {
    let before = (get(store, account.id), hash_of(store, account));
    let replaced = when(1, || store.replace_password(account.id, proved, &hash("late"), None));
    assert!(matches!(replaced, Err(StoreError::Conflict(_))));
    let begun = store.begin_sign_in(account.id, proved, &new_sign_in(1));
    assert!(matches!(begun, Err(StoreError::Conflict(_))));
    assert_eq!((get(store, account.id), hash_of(store, account)), before);
}
