
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'passdesk' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'passdesk'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'passdesk' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Create the store and its first global-admin')
            [CompletionResult]::new('users', 'users', [CompletionResultType]::ParameterValue, 'List, add, reset, disable accounts')
            [CompletionResult]::new('me', 'me', [CompletionResultType]::ParameterValue, 'Your own account: sign in, see it, change its password')
            [CompletionResult]::new('tokens', 'tokens', [CompletionResultType]::ParameterValue, 'Tokens: sign-ins for scripts')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'What the site decides: lengths, lifetimes, lockout, operators')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'The record: who did what to whom')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check a password from standard input, for PAM and other programs')
            [CompletionResult]::new('recover', 'recover', [CompletionResultType]::ParameterValue, 'For operators: give a locked-out global-admin a temporary password')
            [CompletionResult]::new('store', 'store', [CompletionResultType]::ParameterValue, 'The store itself')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Run a list and a reset on a throw-away store with sample accounts')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Write shell completions to standard output')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write a manual page for each command into a folder')
            break
        }
        'passdesk;init' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'The first global-admin [default: your user name]')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Their name')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Their e-mail address')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a new file, of mode 0600, instead of standard output')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy''s, 45s]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long the temporary password lives, as 90m, 8h or 2d [default: the policy''s, 24h]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that is gone, scrollback included, once you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List accounts')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one account')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add an account; it starts with a temporary password')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Add many accounts at once, from a CSV file; all of them or none')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change a name, an e-mail address, roles')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Give accounts a temporary password; they must choose a new one with it')
            [CompletionResult]::new('require-change', 'require-change', [CompletionResultType]::ParameterValue, 'Require a new password at the next sign-in; the current one stays valid for that')
            [CompletionResult]::new('unlock', 'unlock', [CompletionResultType]::ParameterValue, 'Let accounts try again that are locked, or have to wait, after failed sign-ins')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Switch accounts off; every sign-in and token of theirs ends')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Switch accounts on again')
            [CompletionResult]::new('grant', 'grant', [CompletionResultType]::ParameterValue, 'Give an account a role')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Take a role from an account')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take accounts out; they can be restored until they are purged')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Take accounts out; they can be restored until they are purged')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Bring removed accounts back')
            [CompletionResult]::new('purge', 'purge', [CompletionResultType]::ParameterValue, 'Forget accounts for good that can no longer be restored')
            break
        }
        'passdesk;users;list' {
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Only those with this text in their username, name or e-mail address')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'Only those with this role')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only those in this state')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'In this order')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many [default: 1000 on a terminal, otherwise all]')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Only those that come after this account in the list')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--must-change', '--must-change', [CompletionResultType]::ParameterName, 'Only those who have to choose a new password')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'The other way round')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Only how many there are')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;add' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Its owner''s name')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Its owner''s e-mail address')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'A role; may be given more than once')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a new file, of mode 0600, instead of standard output')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy''s, 45s]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long the temporary password lives, as 90m, 8h or 2d [default: the policy''s, 24h]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that is gone, scrollback included, once you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;import' {
            [CompletionResult]::new('--on-conflict', '--on-conflict', [CompletionResultType]::ParameterName, 'What to do with usernames that are there already')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where the temporary passwords go: a new file, of mode 0600')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long they live, as 90m, 8h or 2d [default: the policy''s, 24h]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Hash on so many cores at once, each in memory of its own [default: all]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would happen and what is wrong, and change nothing')
            [CompletionResult]::new('--skip-invalid', '--skip-invalid', [CompletionResultType]::ParameterName, 'Leave out the rows that cannot be imported, and import the others')
            [CompletionResult]::new('--temporary-passwords', '--temporary-passwords', [CompletionResultType]::ParameterName, 'Give each new account a temporary password, as a row of the file that --output names: in CSV, or in JSON Lines where --format is json or jsonl')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;edit' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Another name; '''' for none')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Another e-mail address; '''' for none')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'Exactly this role instead of those it has; may be given more than once')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--no-roles', '--no-roles', [CompletionResultType]::ParameterName, 'No role')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;reset' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Those named in a file, one a line or in a CSV column ''username'', ''id'' or ''email''; ''-'' is standard input')
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Only those with this text in their username, name or e-mail address')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'Only those with this role')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only those in this state')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on where a run that was ended has left off: those whose row is in its output file are done')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Hash on so many cores at once, each in memory of its own [default: all]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a new file, of mode 0600, instead of standard output')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy''s, 45s]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long the temporary password lives, as 90m, 8h or 2d [default: the policy''s, 24h]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--must-change', '--must-change', [CompletionResultType]::ParameterName, 'Only those who have to choose a new password')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All accounts but your own')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; needed where there is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; needed where there is no terminal')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would happen, and change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that is gone, scrollback included, once you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;require-change' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;unlock' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;disable' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;enable' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;grant' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;revoke' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;remove' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;delete' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;restore' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;purge' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; needed where there is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; needed where there is no terminal')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;me' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('sign-in', 'sign-in', [CompletionResultType]::ParameterValue, 'Sign in; with a temporary password, choose a new one')
            [CompletionResult]::new('sign-out', 'sign-out', [CompletionResultType]::ParameterValue, 'Sign out')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'Show your roles, your password''s state and how to change it')
            [CompletionResult]::new('passwd', 'passwd', [CompletionResultType]::ParameterValue, 'Change your password')
            break
        }
        'passdesk;me;sign-in' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;me;sign-out' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--everywhere', '--everywhere', [CompletionResultType]::ParameterName, 'End every sign-in and every token of yours, wherever they are')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;me;profile' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;me;passwd' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;tokens' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Make a token, and hand it over once')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List tokens, without their secrets')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'End a token')
            break
        }
        'passdesk;tokens;create' {
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long it lives, as 8h or 90d; a year at most')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'A role it has, at most those you and its account have; may be given more than once [default: all of these]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account it stands for, if not your own')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a new file, of mode 0600, instead of standard output')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy''s, 45s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that is gone, scrollback included, once you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;tokens;list' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Those of this account, if not your own')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Those of all accounts')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;tokens;revoke' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;policy' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what has been decided, and the defaults')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Decide one thing')
            break
        }
        'passdesk;policy;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;policy;set' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;audit' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List who did what to whom, when, and with what outcome')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that no event was changed, taken out, put in or moved, and print the head')
            break
        }
        'passdesk;audit;list' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Only what was done to this account')
            [CompletionResult]::new('--actor', '--actor', [CompletionResultType]::ParameterName, 'Only what an actor with these words in their name did, as alice or ''token nightly''')
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'Only this action, as reset, sign-in or change-password')
            [CompletionResult]::new('--operation', '--operation', [CompletionResultType]::ParameterName, 'Only what one run of passdesk has written, by the id that its failure or its output names')
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'Only what had this outcome')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only from this day or moment (UTC) on, as 2026-11-22 or 2026-11-22T09:00:00Z')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only before this day or moment (UTC)')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many [default: 1000 on a terminal, otherwise all]')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Only those that come after the event of this number in the list')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Newest first')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;audit;verify' {
            [CompletionResult]::new('--expect-head', '--expect-head', [CompletionResultType]::ParameterName, 'A head that was noted down earlier: it must still be in the record')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;verify' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;recover' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a new file, of mode 0600, instead of standard output')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy''s, 45s]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long the temporary password lives, as 90m, 8h or 2d [default: the policy''s, 24h]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; needed where there is no terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; needed where there is no terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret and a line end, nothing else')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that is gone, scrollback included, once you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;store' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the path of the store')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the whole store into a new file, while others go on')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Look whether the store is sound, and say what to do where it is not')
            break
        }
        'passdesk;store;path' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;store;backup' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;store;check' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;demo' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;completions' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;man' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account for this one command')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results, and failures')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR is honoured')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Take passwords from standard input, a line each, instead of asking')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and on whose behalf')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
