
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
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Create the store and its first global-admin')
            [CompletionResult]::new('users', 'users', [CompletionResultType]::ParameterValue, 'Reset passwords; list, add, edit, disable and remove accounts')
            [CompletionResult]::new('me', 'me', [CompletionResultType]::ParameterValue, 'Your own account: sign in, see it, change its password')
            [CompletionResult]::new('tokens', 'tokens', [CompletionResultType]::ParameterValue, 'Sign-ins for scripts')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Show and change the rules: lengths, lifetimes, locks, operators')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Read and check the record: who did what to whom')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check a password from standard input, for PAM and other programs')
            [CompletionResult]::new('recover', 'recover', [CompletionResultType]::ParameterValue, 'Let a locked-out global-admin in again, as an operator')
            [CompletionResult]::new('store', 'store', [CompletionResultType]::ParameterValue, 'Back up and check the store')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Try a list and a reset on a throw-away store')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write a manual page for each command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Explain a command')
            break
        }
        'passdesk;init' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'The first global-admin [default: your user name]')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name of its owner')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The e-mail address of its owner')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write it to a new file that only you can read')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that vanishes when you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List accounts')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one account')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add an account, with a temporary password')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Add many accounts from a CSV file: all of them, or none')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change the names, the e-mail address or the roles of an account')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Give accounts a temporary password; a new one must be chosen at the next sign-in')
            [CompletionResult]::new('require-change', 'require-change', [CompletionResultType]::ParameterValue, 'Require a new password at the next sign-in, and keep the current one until then')
            [CompletionResult]::new('unlock', 'unlock', [CompletionResultType]::ParameterValue, 'Let accounts try again after too many failed sign-ins')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Switch accounts off, and end their sign-ins and tokens')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Switch accounts on again')
            [CompletionResult]::new('grant', 'grant', [CompletionResultType]::ParameterValue, 'Give an account a role')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Take a role from an account')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove accounts; they can be restored')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Remove accounts; they can be restored')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Bring removed accounts back')
            [CompletionResult]::new('purge', 'purge', [CompletionResultType]::ParameterValue, 'Delete removed accounts for good')
            break
        }
        'passdesk;users;list' {
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Those with this text in their username, name or e-mail address')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'Those with this role')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Those in this state')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Those whose password nobody has used for this long: 30d, 26w')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'The order')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most this many [default: 1000 on a terminal, otherwise all]')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Start after this account')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--must-change', '--must-change', [CompletionResultType]::ParameterName, 'Those who must choose a new password')
            [CompletionResult]::new('--never-signed-in', '--never-signed-in', [CompletionResultType]::ParameterName, 'Those who have never signed in')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Turn the order round')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Print how many there are, and nothing else')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;add' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name of its owner')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The e-mail address of its owner')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'A role; repeat it for several')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write it to a new file that only you can read')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that vanishes when you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;import' {
            [CompletionResult]::new('--on-conflict', '--on-conflict', [CompletionResultType]::ParameterName, 'What to do if the username exists already')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The new file for the temporary passwords: CSV, or JSON Lines with --format json')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long they live: 90m, 8h, 2d [default: 24h, by the policy]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many cores to use [default: all]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would happen, and change nothing')
            [CompletionResult]::new('--skip-invalid', '--skip-invalid', [CompletionResultType]::ParameterName, 'Leave out the rows that are wrong')
            [CompletionResult]::new('--ignore-columns', '--ignore-columns', [CompletionResultType]::ParameterName, 'Leave out columns that passdesk does not know')
            [CompletionResult]::new('--temporary-passwords', '--temporary-passwords', [CompletionResultType]::ParameterName, 'Give each new account a temporary password; it is written to --output')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;edit' {
            [CompletionResult]::new('--username', '--username', [CompletionResultType]::ParameterName, 'The new username; id, password, roles and tokens stay')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The new name of its owner; '''' for none')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The new e-mail address; '''' for none')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'This role in the place of all that it has; repeat it for several')
            [CompletionResult]::new('--expires-on', '--expires-on', [CompletionResultType]::ParameterName, 'Its last day, as 2027-03-31; '''' for none')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--no-roles', '--no-roles', [CompletionResultType]::ParameterName, 'Take all its roles')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;reset' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Those in a file: one a line, or a CSV with a column ''username'', ''id'' or ''email''; ''-'' is standard input')
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Those with this text in their username, name or e-mail address')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'Those with this role')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Those in this state')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Those whose password nobody has used for this long: 30d, 26w')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write it to a new file that only you can read')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue an interrupted run: skip the accounts already in this file')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many cores to use [default: all]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--must-change', '--must-change', [CompletionResultType]::ParameterName, 'Those who must choose a new password')
            [CompletionResult]::new('--never-signed-in', '--never-signed-in', [CompletionResultType]::ParameterName, 'Those who have never signed in')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All but your own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that vanishes when you leave it')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; required without a terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; required without a terminal')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would happen, and change nothing')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;require-change' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;unlock' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;disable' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;enable' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;grant' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;revoke' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;remove' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;delete' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;restore' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;users;purge' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; required without a terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; required without a terminal')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;me' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('sign-in', 'sign-in', [CompletionResultType]::ParameterValue, 'Sign in; with a temporary password, choose a new one')
            [CompletionResult]::new('sign-out', 'sign-out', [CompletionResultType]::ParameterValue, 'Sign out')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'Show your roles, your password, and how to change it')
            [CompletionResult]::new('passwd', 'passwd', [CompletionResultType]::ParameterValue, 'Change your password')
            break
        }
        'passdesk;me;sign-in' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;me;sign-out' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--everywhere', '--everywhere', [CompletionResultType]::ParameterName, 'End all your sign-ins and tokens')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;me;profile' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;me;passwd' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;tokens' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Make a token; it is shown once')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List tokens, without their secrets')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'End a token')
            break
        }
        'passdesk;tokens;create' {
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long it lives: 8h, 90d; a year at most')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'A role of its account that it gets; repeat it for several [default: all of them]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Its account [default: your own]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write it to a new file that only you can read')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that vanishes when you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;tokens;list' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account [default: your own]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'The tokens of all accounts')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;tokens;revoke' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;policy' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings and their defaults')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change a setting')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Give a setting its default again')
            break
        }
        'passdesk;policy;show' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;policy;set' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--skip-invalid', '--skip-invalid', [CompletionResultType]::ParameterName, 'Leave out the lines of a blocklist that are wrong')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;policy;unset' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;audit' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List who did what to whom, when, and how it ended')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that nobody changed the record, and print its head')
            [CompletionResult]::new('archive', 'archive', [CompletionResultType]::ParameterValue, 'Take old events out of the record, into a file that still verifies')
            break
        }
        'passdesk;audit;list' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'What was done to this account')
            [CompletionResult]::new('--actor', '--actor', [CompletionResultType]::ParameterName, 'What somebody did: alice, ''token nightly''')
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'This action: reset, sign-in, change-password')
            [CompletionResult]::new('--operation', '--operation', [CompletionResultType]::ParameterName, 'What one run of passdesk did, by the id that it printed')
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'What ended like this')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'From this day, moment or span on: 2026-11-22, 2026-11-22T09:00:00Z, 7d')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Up to and including this day, or up to this moment')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most this many [default: 1000 on a terminal, otherwise all]')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Start after the event with this number')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Newest first')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;audit;verify' {
            [CompletionResult]::new('--expect-head', '--expect-head', [CompletionResultType]::ParameterName, 'A head that you noted earlier; it must still be in the record')
            [CompletionResult]::new('--archive', '--archive', [CompletionResultType]::ParameterName, 'A file of archived events, checked with the record; repeat it, the oldest first')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--no-store', '--no-store', [CompletionResultType]::ParameterName, 'Check the archives alone, without a store')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;audit;archive' {
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'The events before this day, moment or span: 2026-01-01, 2026-01-01T09:00:00Z, 90d')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;verify' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;recover' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write it to a new file that only you can read')
            [CompletionResult]::new('--copy', '--copy', [CompletionResultType]::ParameterName, 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh')
            [CompletionResult]::new('--clear-after', '--clear-after', [CompletionResultType]::ParameterName, 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; required without a terminal')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; required without a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the bare secret')
            [CompletionResult]::new('--screen', '--screen', [CompletionResultType]::ParameterName, 'Show it on a screen that vanishes when you leave it')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;store' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the store is')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the store into a new file, while others use it')
            [CompletionResult]::new('copy', 'copy', [CompletionResultType]::ParameterValue, 'Copy the whole store to another place, and go on there')
            [CompletionResult]::new('grants', 'grants', [CompletionResultType]::ParameterValue, 'Print the SQL that makes the database roles of a store on a server')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the store, and say what to do about each finding')
            break
        }
        'passdesk;store;path' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;store;backup' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;store;copy' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Where to: a new file, or a server')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;store;grants' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;store;check' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;demo' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--shell', '--shell', [CompletionResultType]::ParameterName, 'Then open a shell on that store')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;completions' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;man' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'passdesk;help' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'The store: a file, or postgres://HOST/DATABASE [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder] [env: PASSDESK_STORE]')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Sign in as this account, for this command alone')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to write results and failures')
            [CompletionResult]::new('--csv-dialect', '--csv-dialect', [CompletionResultType]::ParameterName, 'How CSV is written: excel has semicolons, and opens by a double click')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR turns them off')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read passwords from standard input, one a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say which store is used, and who you are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
