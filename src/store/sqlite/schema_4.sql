-- To count what is rare without a look at every account. None of these has an entry for an ordinary account, so that
-- neither an import nor a reset pays for them.

CREATE INDEX accounts_removed ON accounts (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX accounts_disabled ON accounts (id) WHERE state = 'disabled';
CREATE INDEX accounts_locked ON accounts (id) WHERE locked_at IS NOT NULL;
CREATE INDEX accounts_with_roles ON accounts (roles) WHERE roles <> 0;
