# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_passdesk_global_optspecs
    string join \n store= as= password-stdin format= csv-dialect= color= v/verbose h/help V/version
end

function __fish_passdesk_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_passdesk_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_passdesk_using_subcommand
    set -l cmd (__fish_passdesk_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c passdesk -n "__fish_passdesk_needs_command" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_needs_command" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_needs_command" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_needs_command" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_needs_command" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_needs_command" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_needs_command" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_needs_command" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_needs_command" -s V -l version -d 'Print version'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "init" -d 'Create the store and its first global-admin'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "users" -d 'Reset passwords; list, add, edit, disable and remove accounts'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "me" -d 'Your own account: sign in, see it, change its password'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "tokens" -d 'Sign-ins for scripts'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "policy" -d 'Show and change the rules: lengths, lifetimes, locks, operators'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "audit" -d 'Read and check the record: who did what to whom'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "verify" -d 'Check a password from standard input, for PAM and other programs'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "recover" -d 'Let a locked-out global-admin in again, as an operator'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "store" -d 'Back up and check the store'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "demo" -d 'Try a list and a reset on a throw-away store'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "man" -d 'Write a manual page for each command'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "help" -d 'Explain a command'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l admin -d 'The first global-admin [default: your user name]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l name -d 'The name of its owner' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l email -d 'The e-mail address of its owner' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l output -d 'Write it to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l copy -d 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l encrypt-to -d 'Encrypt it to a key: age1..., an SSH public key, a file of such keys, or \'account\' for the key that the account keeps' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l clear-after -d 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l expires-in -d 'How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -s q -l quiet -d 'Print the bare secret'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l screen -d 'Show it on a screen that vanishes when you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "list" -d 'List accounts'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "show" -d 'Show one account'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "add" -d 'Add an account, with a temporary password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "import" -d 'Add many accounts from a file: all of them, or none'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "edit" -d 'Change the names, address, roles, key or last day of an account'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "reset" -d 'Give accounts a temporary password; a new one must be chosen at the next sign-in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "require-change" -d 'Require a new password at the next sign-in, and keep the current one until then'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "unlock" -d 'Let accounts try again after too many failed sign-ins'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "disable" -d 'Switch accounts off, and end their sign-ins and tokens'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "enable" -d 'Switch accounts on again'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "sign-out" -d 'End sign-ins and tokens of accounts'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "grant" -d 'Give accounts a role'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "revoke" -d 'Take a role from accounts'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "remove" -d 'Remove accounts; they can be restored'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "delete" -d 'Remove accounts; they can be restored'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "restore" -d 'Bring removed accounts back'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable sign-out grant revoke remove delete restore purge" -f -a "purge" -d 'Delete removed accounts for good'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l sort -d 'The order' -r -f -a "id\t''
username\t''
name\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l limit -d 'At most this many [default: 1000 on a terminal, otherwise all]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l after -d 'Start after this account' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l reverse -d 'Turn the order round'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l count -d 'Print how many there are, and nothing else'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l hashes -d 'Add the hashes of passwords, to take them to another program'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l name -d 'The name of its owner' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l email -d 'The e-mail address of its owner' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l role -d 'A role; repeat it for several' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l key -d 'The public key of its owner: age1..., an SSH public key, or a file with one' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l output -d 'Write it to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l copy -d 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l encrypt-to -d 'Encrypt it to a key: age1..., an SSH public key, a file of such keys, or \'account\' for the key that the account keeps' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l clear-after -d 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l expires-in -d 'How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print the bare secret'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l screen -d 'Show it on a screen that vanishes when you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l source -d 'Which program wrote the file' -r -f -a "csv\t'Any: a list with a header'
shadow\t'Linux: /etc/shadow'
htpasswd\t'Apache\'s htpasswd, or a passwd-file of Dovecot'
django\t'Django: \'manage.py dumpdata auth.user\''
ldif\t'An LDAP directory: its entries in LDIF'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l on-conflict -d 'What to do if the username exists already' -r -f -a "error\t'The row is wrong'
skip\t'The account stays as it is'
update\t'The account gets the name, address and roles of the row'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l output -d 'The new file for the temporary passwords: CSV, or JSON Lines with --format json' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l encrypt-to -d 'Encrypt each to a key: age1..., an SSH public key, a file of such keys, or \'account\' for the one in its row' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l expires-in -d 'How long they live: 90m, 8h, 2d [default: 24h, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l jobs -d 'How many cores to use [default: all]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l skip-invalid -d 'Leave out the rows that are wrong'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l ignore-columns -d 'Leave out columns that passdesk does not know'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l temporary-passwords -d 'Give each new account without a password a temporary one; it is written to --output'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l username -d 'The new username; id, password, roles and tokens stay' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l name -d 'The new name of its owner; \'\' for none' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l email -d 'The new e-mail address; \'\' for none' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l role -d 'This role in the place of all that it has; repeat it for several' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l key -d 'The public key of its owner: age1..., an SSH public key, or a file with one; \'\' for none' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l expires-on -d 'Its last day, as 2027-03-31; \'\' for none' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l no-roles -d 'Take all its roles'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l output -d 'Write it to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l copy -d 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l encrypt-to -d 'Encrypt it to a key: age1..., an SSH public key, a file of such keys, or \'account\' for the key that the account keeps' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l clear-after -d 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l expires-in -d 'How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l resume -d 'Continue an interrupted run: skip the accounts already in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l jobs -d 'How many cores to use [default: all]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Print the bare secret'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l screen -d 'Show it on a screen that vanishes when you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Do not ask; required without a terminal'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from sign-out" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l from -d 'Those in a file: one a line, or a CSV with a column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l search -d 'Those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l role -d 'Those with this role' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l state -d 'Those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
expired\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l inactive -d 'Those whose password nobody has used for this long: 30d, 26w' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l output -d 'Write the outcome for each account to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l resume -d 'Continue an interrupted run: skip the accounts that are done in this file' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l must-change -d 'Those who must choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l never-signed-in -d 'Those who have never signed in'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l all -d 'All but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -s y -l yes -d 'Do not ask; required without a terminal, unless you name accounts one by one'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -s y -l yes -d 'Do not ask; required without a terminal'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -f -a "sign-in" -d 'Sign in; with a temporary password, choose a new one'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -f -a "sign-out" -d 'Sign out'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -f -a "profile" -d 'Show your roles, your password, and how to change it'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -f -a "passwd" -d 'Change your password'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l everywhere -d 'End all your sign-ins and tokens'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l pam -d 'Be run by PAM, which names the account; ask at its terminal'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -f -a "create" -d 'Make a token; it is shown once'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -f -a "list" -d 'List tokens, without their secrets'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -f -a "revoke" -d 'End a token'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l expires-in -d 'How long it lives: 8h, 90d; a year at most' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l role -d 'A role of its account that it gets; repeat it for several [default: all of them]' -r -f -a "backup\t''
auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l account -d 'Its account [default: your own]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l output -d 'Write it to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l copy -d 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l encrypt-to -d 'Encrypt it to a key: age1..., an SSH public key, a file of such keys, or \'account\' for the key that the account keeps' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l clear-after -d 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print the bare secret'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l screen -d 'Show it on a screen that vanishes when you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l account -d 'The account [default: your own]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l all -d 'The tokens of all accounts'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -f -a "show" -d 'Show the settings and their defaults'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -f -a "set" -d 'Change a setting'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set unset" -f -a "unset" -d 'Give a setting its default again'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l skip-invalid -d 'Leave out the lines of a blocklist that are wrong'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from unset" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from unset" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from unset" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from unset" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from unset" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from unset" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from unset" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -f -a "list" -d 'List who did what to whom, when, and how it ended'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -f -a "verify" -d 'Check that nobody changed the record, and print its head'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify archive" -f -a "archive" -d 'Take old events out of the record, into a file that still verifies'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l account -d 'What was done to this account' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l actor -d 'What somebody did: alice, \'token nightly\'' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l action -d 'This action: reset, sign-in, change-password' -r -f -a "list\t''
reset\t''
require-change\t''
unlock\t''
sign-out\t''
add\t''
import\t''
edit\t''
disable\t''
enable\t''
remove\t''
restore\t''
grant\t''
revoke\t''
purge\t''
set-policy\t''
create-token\t''
revoke-token\t''
list-tokens\t''
audit\t''
archive\t''
show-policy\t''
export-hashes\t''
backup\t''
check\t''
restore-store\t''
sign-in\t''
change-password\t''
profile\t''
verify\t''
renew-hash\t''
lock\t''
recover\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l operation -d 'What one run of passdesk did, by the id that it printed' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l outcome -d 'What ended like this' -r -f -a "done\t''
refused\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l since -d 'From this day, moment or span on: 2026-11-22, 2026-11-22T09:00:00Z, 7d' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l until -d 'Up to and including this day, or up to this moment' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l limit -d 'At most this many [default: 1000 on a terminal, otherwise all]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l after -d 'Start after the event with this number' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l reverse -d 'Newest first'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l expect-head -d 'A head that you noted earlier; it must still be in the record' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l archive -d 'A file of archived events, checked with the record; repeat it, the oldest first' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l no-store -d 'Check the archives alone, without a store'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -l before -d 'The events before this day, moment or span: 2026-01-01, 2026-01-01T09:00:00Z, 90d' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from archive" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l account -d 'Say whether the account may be used now; ask for no password'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l pam -d 'Be run by PAM, which names the account and the host'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l change-follows -d 'Let a flagged account pass: PAM makes it choose a password next'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l output -d 'Write it to a new file that only you can read' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l copy -d 'Copy it to the clipboard; --copy=osc52 has your terminal copy it, over ssh' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l encrypt-to -d 'Encrypt it to a key: age1..., an SSH public key, a file of such keys, or \'account\' for the key that the account keeps' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l clear-after -d 'How long it stays on the clipboard: 45s, 2m; 0 keeps it [default: 45s, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l expires-in -d 'How long the temporary password lives: 90m, 8h, 2d [default: 24h, by the policy]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -s y -l yes -d 'Do not ask; required without a terminal'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -s q -l quiet -d 'Print the bare secret'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l screen -d 'Show it on a screen that vanishes when you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -f -a "path" -d 'Print where the store is'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -f -a "backup" -d 'Copy the store into a new file, while others use it'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -f -a "restore" -d 'Put a backup in the place of the store, and keep what was there'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -f -a "copy" -d 'Copy the whole store to another place, and go on there'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -f -a "grants" -d 'Print the SQL that makes the database roles of a store on a server'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup restore copy grants check" -f -a "check" -d 'Check the store, and say what to do about each finding'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -s y -l yes -d 'Do not ask; required without a terminal'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -l dry-run -d 'Check the backup, say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -l to -d 'Where to: a new file, or a server' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from copy" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from grants" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from grants" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from grants" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from grants" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from grants" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from grants" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from grants" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from grants" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l shell -d 'Then open a shell on that store'
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand help" -l store -d 'The store: a file, or postgres://HOST/DATABASE [default: as \'passdesk store path\' says] [env: PASSDESK_STORE]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand help" -l as -d 'Sign in as this account, for this command alone' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand help" -l format -d 'How to write results and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'One JSON object per line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand help" -l csv-dialect -d 'How CSV is written: excel has semicolons, and opens by a double click' -r -f -a "rfc4180\t'As RFC 4180 has it: commas, UTF-8, a line feed'
excel\t'As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed'"
complete -c passdesk -n "__fish_passdesk_using_subcommand help" -l color -d 'When to use colours; NO_COLOR turns them off' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand help" -l password-stdin -d 'Read passwords from standard input, one a line'
complete -c passdesk -n "__fish_passdesk_using_subcommand help" -s v -l verbose -d 'Say which store is used, and who you are'
complete -c passdesk -n "__fish_passdesk_using_subcommand help" -s h -l help -d 'Print help'

# The usernames that fit come from the store, through passdesk itself.
function __fish_passdesk_find_usernames
    set -l words (commandline -opc)
    set -g __fish_passdesk_usernames (command passdesk complete-at (count $words) $words (commandline -ct | string collect -a) 2>/dev/null)
    test (count $__fish_passdesk_usernames) -gt 0
end
complete -c passdesk -n __fish_passdesk_find_usernames -f -a '$__fish_passdesk_usernames'
complete -c passdesk -n __fish_passdesk_find_usernames -l as -x -a '$__fish_passdesk_usernames'
complete -c passdesk -n __fish_passdesk_find_usernames -l account -x -a '$__fish_passdesk_usernames'
