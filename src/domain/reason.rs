//! Why something was refused.

use crate::domain::table::table;

table! {
    /// Why something was refused. The codes are part of the contract.
    Reason;
    /// The code in the record.
    code: &'static str;
    /// The words for people.
    words: &'static str;
    /// There is no such account.
    NoSuchAccount => "no_such_account", "no such account";
    /// The account is removed.
    Removed => "removed", "removed";
    /// The account is disabled.
    Disabled => "disabled", "disabled";
    /// The account has come to its end.
    Expired => "expired", "the account has expired";
    /// The account is locked.
    Locked => "locked", "locked";
    /// Too many sign-ins failed just before.
    Throttled => "throttled", "tried too often";
    /// The account has no password yet.
    NoPassword => "no_password", "no password yet";
    /// The stored hash is damaged, or costs too much.
    UnusableHash => "unusable_hash", "the hash cannot be used";
    /// The password was wrong.
    WrongPassword => "wrong_password", "wrong password";
    /// The temporary password has expired.
    TemporaryExpired => "temporary_expired", "the temporary password has expired";
    /// Somebody else changed the account meanwhile.
    ChangedMeanwhile => "changed_meanwhile", "somebody else changed the account first";
    /// The try took too long, or was killed.
    NotFinished => "not_finished", "not finished";
    /// One of many refusals, of too many kinds to count apart.
    ManyKinds => "many_kinds", "like many others of many kinds";
    /// The actor has no role that allows it.
    RoleMissing => "role_missing", "no role allows it";
    /// The rank of the target is not lower than the actor's.
    RankNotLower => "rank_not_lower", "their rank is not lower";
    /// Nobody does this to their own account.
    OwnAccount => "own_account", "it is their own account";
    /// A token may not do this.
    ByToken => "by_token", "a token may not do this";
    /// The actor's account is not in use.
    ActorNotInUse => "actor_not_in_use", "the account that does it is not in use";
    /// No lasting global-admin would be left, or no usable one.
    LastAdmin => "last_admin", "no usable global-admin would have a lasting password";
    /// Sign-ins would evaluate too many hashes.
    Overload => "overload", "each sign-in would evaluate too many hashes";
    /// There is no lasting global-admin.
    NoAdmin => "no_admin", "no usable global-admin has a lasting password";
    /// A new password must be chosen first.
    ChangeRequired => "change_required", "a new password must be chosen first";
    /// Operators have to sign in.
    OperatorAccessOff => "operator_access_off", "operators have to sign in";
    /// The server does not count this role among the operators.
    NoOperator => "no_operator", "the database role is no operator";
    /// The store belongs to another user, and only root is an operator.
    Guest => "not_root", "only root is an operator here";
    /// The password has been changed since it was given.
    PasswordChanged => "password_changed", "the password has changed since you gave it";
    /// The sign-in has ended.
    SignInEnded => "sign_in_ended", "the sign-in has ended";
    /// The token has ended.
    TokenEnded => "token_ended", "the token has ended";
    /// The text that was given is not a token.
    MalformedToken => "malformed_token", "the token was malformed";
    /// The account is not a global-admin.
    NotGlobalAdmin => "not_global_admin", "not a global-admin";
    /// The new password breaks a rule of the policy.
    WeakPassword => "weak_password", "the new password breaks a rule";
}

impl Reason {
    /// The reason with this code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_found_by_its_code() {
        for reason in Reason::ALL {
            assert_eq!(Reason::of_code(reason.code()), Some(reason));
        }
        assert_eq!(Reason::of_code("else"), None);
    }
}
