//! Why something was refused.

/// Why something was refused. The codes are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// There is no such account.
    NoSuchAccount,
    /// The account is removed.
    Removed,
    /// The account is disabled.
    Disabled,
    /// The account is locked.
    Locked,
    /// Too many sign-ins failed just before.
    Throttled,
    /// The account has no password yet.
    NoPassword,
    /// The stored hash is damaged, or costs too much.
    UnusableHash,
    /// The password was wrong.
    WrongPassword,
    /// The temporary password has expired.
    TemporaryExpired,
    /// Somebody else changed the account meanwhile.
    ChangedMeanwhile,
    /// The try took too long, or was killed.
    NotFinished,
    /// It was like many others, of too many kinds to tell apart.
    ManyKinds,
    /// The actor has no role that allows it.
    RoleMissing,
    /// The rank of the target is not lower than the actor's.
    RankNotLower,
    /// Nobody does this to their own account.
    OwnAccount,
    /// A token may not do this.
    ByToken,
    /// The actor's account is not in use.
    ActorNotInUse,
    /// No global-admin to count on would be left.
    LastAdmin,
    /// There is no global-admin to count on.
    NoAdmin,
    /// A new password must be chosen first.
    ChangeRequired,
    /// Operators have to sign in.
    OperatorAccessOff,
    /// The password has been changed since it was given.
    PasswordChanged,
    /// The sign-in has ended.
    SignInEnded,
    /// The token has ended.
    TokenEnded,
    /// What was given is no token.
    MalformedToken,
    /// The account is not a global-admin.
    NotGlobalAdmin,
    /// The new password does not conform to the policy.
    WeakPassword,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::NoSuchAccount,
        Self::Removed,
        Self::Disabled,
        Self::Locked,
        Self::Throttled,
        Self::NoPassword,
        Self::UnusableHash,
        Self::WrongPassword,
        Self::TemporaryExpired,
        Self::ChangedMeanwhile,
        Self::NotFinished,
        Self::ManyKinds,
        Self::RoleMissing,
        Self::RankNotLower,
        Self::OwnAccount,
        Self::ByToken,
        Self::ActorNotInUse,
        Self::LastAdmin,
        Self::NoAdmin,
        Self::ChangeRequired,
        Self::OperatorAccessOff,
        Self::PasswordChanged,
        Self::SignInEnded,
        Self::TokenEnded,
        Self::MalformedToken,
        Self::NotGlobalAdmin,
        Self::WeakPassword,
    ];

    /// The code in the record.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoSuchAccount => "no_such_account",
            Self::Removed => "removed",
            Self::Disabled => "disabled",
            Self::Locked => "locked",
            Self::Throttled => "throttled",
            Self::NoPassword => "no_password",
            Self::UnusableHash => "unusable_hash",
            Self::WrongPassword => "wrong_password",
            Self::TemporaryExpired => "temporary_expired",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::NotFinished => "not_finished",
            Self::ManyKinds => "many_kinds",
            Self::RoleMissing => "role_missing",
            Self::RankNotLower => "rank_not_lower",
            Self::OwnAccount => "own_account",
            Self::ByToken => "by_token",
            Self::ActorNotInUse => "actor_not_in_use",
            Self::LastAdmin => "last_admin",
            Self::NoAdmin => "no_admin",
            Self::ChangeRequired => "change_required",
            Self::OperatorAccessOff => "operator_access_off",
            Self::PasswordChanged => "password_changed",
            Self::SignInEnded => "sign_in_ended",
            Self::TokenEnded => "token_ended",
            Self::MalformedToken => "malformed_token",
            Self::NotGlobalAdmin => "not_global_admin",
            Self::WeakPassword => "weak_password",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// How people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NoSuchAccount => "no such account",
            Self::Removed => "removed",
            Self::Disabled => "disabled",
            Self::Locked => "locked",
            Self::Throttled => "tried too often",
            Self::NoPassword => "no password yet",
            Self::UnusableHash => "the hash cannot be used",
            Self::WrongPassword => "wrong password",
            Self::TemporaryExpired => "the temporary password has expired",
            Self::ChangedMeanwhile => "somebody else changed the account meanwhile",
            Self::NotFinished => "not finished",
            Self::ManyKinds => "like many others of many kinds",
            Self::RoleMissing => "no role allows it",
            Self::RankNotLower => "that rank is not lower",
            Self::OwnAccount => "it is their own account",
            Self::ByToken => "a token may not do this",
            Self::ActorNotInUse => "the account that does it is not in use",
            Self::LastAdmin => "it is the last global-admin to count on",
            Self::NoAdmin => "there is no global-admin to count on",
            Self::ChangeRequired => "a new password must be chosen first",
            Self::OperatorAccessOff => "operators have to sign in",
            Self::PasswordChanged => "the password has been changed since it was given",
            Self::SignInEnded => "the sign-in has ended",
            Self::TokenEnded => "the token has ended",
            Self::MalformedToken => "what was given is no token",
            Self::NotGlobalAdmin => "not a global-admin",
            Self::WeakPassword => "the new password does not conform to the policy",
        }
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
