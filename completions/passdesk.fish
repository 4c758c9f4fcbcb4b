# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_passdesk_global_optspecs
    string join \n store= as= password-stdin format= color= v/verbose h/help V/version
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

complete -c passdesk -n "__fish_passdesk_needs_command" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_needs_command" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_needs_command" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_needs_command" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_needs_command" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_needs_command" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_needs_command" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_needs_command" -s V -l version -d 'Print version'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "init" -d 'Create the store and its first global-admin'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "users" -d 'List, add, reset, disable accounts'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "me" -d 'Your own account: sign in, see it, change its password'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "tokens" -d 'Tokens: sign-ins for scripts'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "policy" -d 'What the site decides: lengths, lifetimes, lockout, operators'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "audit" -d 'The record: who did what to whom'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "verify" -d 'Check a password from standard input, for PAM and other programs'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "recover" -d 'For operators: give a locked-out global-admin a temporary password'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "store" -d 'The store itself'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "demo" -d 'Run a list and a reset on a throw-away store with sample accounts'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "completions" -d 'Write shell completions to standard output'
complete -c passdesk -n "__fish_passdesk_needs_command" -f -a "man" -d 'Write a manual page for each command into a folder'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l admin -d 'The first global-admin [default: your user name]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l name -d 'Their name' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l email -d 'Their e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l output -d 'Write to a new file, of mode 0600, instead of standard output' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l copy -d 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l clear-after -d 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy\'s, 45s]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l expires-in -d 'How long the temporary password lives, as 90m, 8h or 2d [default: the policy\'s, 24h]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -s q -l quiet -d 'Print the bare secret and a line end, nothing else'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l screen -d 'Show it on a screen that is gone, scrollback included, once you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand init" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "list" -d 'List accounts'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "show" -d 'Show one account'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "add" -d 'Add an account; it starts with a temporary password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "import" -d 'Add many accounts at once, from a CSV file; all of them or none'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "edit" -d 'Change a name, an e-mail address, roles'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "reset" -d 'Give accounts a temporary password; they must choose a new one with it'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "require-change" -d 'Require a new password at the next sign-in; the current one stays valid for that'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "unlock" -d 'Let accounts try again that are locked, or have to wait, after failed sign-ins'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "disable" -d 'Switch accounts off; every sign-in and token of theirs ends'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "enable" -d 'Switch accounts on again'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "grant" -d 'Give an account a role'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "revoke" -d 'Take a role from an account'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "remove" -d 'Take accounts out; they can be restored until they are purged'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "delete" -d 'Take accounts out; they can be restored until they are purged'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "restore" -d 'Bring removed accounts back'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and not __fish_seen_subcommand_from list show add import edit reset require-change unlock disable enable grant revoke remove delete restore purge" -f -a "purge" -d 'Forget accounts for good that can no longer be restored'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l search -d 'Only those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l role -d 'Only those with this role' -r -f -a "auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l state -d 'Only those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l sort -d 'In this order' -r -f -a "id\t''
username\t''
name\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l limit -d 'At most so many [default: 1000 on a terminal, otherwise all]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l after -d 'Only those that come after this account in the list' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l must-change -d 'Only those who have to choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l reverse -d 'The other way round'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l count -d 'Only how many there are'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l name -d 'Its owner\'s name' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l email -d 'Its owner\'s e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l role -d 'A role; may be given more than once' -r -f -a "auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l output -d 'Write to a new file, of mode 0600, instead of standard output' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l copy -d 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l clear-after -d 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy\'s, 45s]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l expires-in -d 'How long the temporary password lives, as 90m, 8h or 2d [default: the policy\'s, 24h]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print the bare secret and a line end, nothing else'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l screen -d 'Show it on a screen that is gone, scrollback included, once you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l on-conflict -d 'What to do with usernames that are there already' -r -f -a "error\t'The row cannot be imported'
skip\t'The account stays as it is'
update\t'The account gets the name, address and roles of the row'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l output -d 'Where the temporary passwords go: a new file, of mode 0600' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l expires-in -d 'How long they live, as 90m, 8h or 2d [default: the policy\'s, 24h]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l jobs -d 'Hash on so many cores at once, each in memory of its own [default: all]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l dry-run -d 'Say what would happen and what is wrong, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l skip-invalid -d 'Leave out the rows that cannot be imported, and import the others'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l temporary-passwords -d 'Give each new account a temporary password, as a row of the file that --output names: in CSV, or in JSON Lines where --format is json or jsonl'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l name -d 'Another name; \'\' for none' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l email -d 'Another e-mail address; \'\' for none' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l role -d 'Exactly this role instead of those it has; may be given more than once' -r -f -a "auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l no-roles -d 'No role'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l from -d 'Those named in a file, one a line or in a CSV column \'username\', \'id\' or \'email\'; \'-\' is standard input' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l search -d 'Only those with this text in their username, name or e-mail address' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l role -d 'Only those with this role' -r -f -a "auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l state -d 'Only those in this state' -r -f -a "active\t''
must-change\t''
temporary-expired\t''
locked\t''
disabled\t''
removed\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l resume -d 'Go on where a run that was ended has left off: those whose row is in its output file are done' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l jobs -d 'Hash on so many cores at once, each in memory of its own [default: all]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l output -d 'Write to a new file, of mode 0600, instead of standard output' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l copy -d 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l clear-after -d 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy\'s, 45s]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l expires-in -d 'How long the temporary password lives, as 90m, 8h or 2d [default: the policy\'s, 24h]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l must-change -d 'Only those who have to choose a new password'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l all -d 'All accounts but your own'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Do not ask; needed where there is no terminal'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l dry-run -d 'Say what would happen, and change nothing'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Print the bare secret and a line end, nothing else'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l screen -d 'Show it on a screen that is gone, scrollback included, once you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from require-change" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from unlock" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from grant" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -s y -l yes -d 'Do not ask; needed where there is no terminal'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand users; and __fish_seen_subcommand_from purge" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -f -a "sign-in" -d 'Sign in; with a temporary password, choose a new one'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -f -a "sign-out" -d 'Sign out'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -f -a "profile" -d 'Show your roles, your password\'s state and how to change it'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and not __fish_seen_subcommand_from sign-in sign-out profile passwd" -f -a "passwd" -d 'Change your password'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-in" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l everywhere -d 'End every sign-in and every token of yours, wherever they are'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from sign-out" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from profile" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand me; and __fish_seen_subcommand_from passwd" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -f -a "create" -d 'Make a token, and hand it over once'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -f -a "list" -d 'List tokens, without their secrets'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and not __fish_seen_subcommand_from create list revoke" -f -a "revoke" -d 'End a token'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l expires-in -d 'How long it lives, as 8h or 90d; a year at most' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l role -d 'A role it has, at most those you and its account have; may be given more than once [default: all of these]' -r -f -a "auditor\t''
helpdesk\t''
user-admin\t''
global-admin\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l account -d 'The account it stands for, if not your own' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l output -d 'Write to a new file, of mode 0600, instead of standard output' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l copy -d 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l clear-after -d 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy\'s, 45s]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print the bare secret and a line end, nothing else'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l screen -d 'Show it on a screen that is gone, scrollback included, once you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l account -d 'Those of this account, if not your own' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l all -d 'Those of all accounts'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand tokens; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -f -a "show" -d 'Show what has been decided, and the defaults'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and not __fish_seen_subcommand_from show set" -f -a "set" -d 'Decide one thing'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand policy; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -f -a "list" -d 'List who did what to whom, when, and with what outcome'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and not __fish_seen_subcommand_from list verify" -f -a "verify" -d 'Check that no event was changed, taken out, put in or moved, and print the head'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l account -d 'Only what was done to this account' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l actor -d 'Only what an actor with these words in their name did, as alice or \'token nightly\'' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l action -d 'Only this action, as reset, sign-in or change-password' -r -f -a "list\t''
reset\t''
require-change\t''
unlock\t''
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
show-policy\t''
backup\t''
check\t''
sign-in\t''
sign-out\t''
change-password\t''
profile\t''
verify\t''
renew-hash\t''
lock\t''
recover\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l operation -d 'Only what one run of passdesk has written, by the id that its failure or its output names' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l outcome -d 'Only what had this outcome' -r -f -a "done\t''
refused\t''"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l since -d 'Only from this day or moment (UTC) on, as 2026-11-22 or 2026-11-22T09:00:00Z' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l until -d 'Only before this day or moment (UTC)' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l limit -d 'At most so many [default: 1000 on a terminal, otherwise all]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l after -d 'Only those that come after the event of this number in the list' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l reverse -d 'Newest first'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l expect-head -d 'A head that was noted down earlier: it must still be in the record' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand verify" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l output -d 'Write to a new file, of mode 0600, instead of standard output' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l copy -d 'Copy the bare secret to the clipboard instead; osc52 has the terminal do it, over ssh for example' -r -f -a "clipboard\t'This program, to the clipboard of the display'
osc52\t'The terminal, by an escape sequence'"
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l clear-after -d 'How long it stays on the clipboard, as 45s or 2m; 0 for as long as nothing else is copied [default: the policy\'s, 45s]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l expires-in -d 'How long the temporary password lives, as 90m, 8h or 2d [default: the policy\'s, 24h]' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -s y -l yes -d 'Do not ask; needed where there is no terminal'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -s q -l quiet -d 'Print the bare secret and a line end, nothing else'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l screen -d 'Show it on a screen that is gone, scrollback included, once you leave it'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand recover" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -f -a "path" -d 'Print the path of the store'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -f -a "backup" -d 'Copy the whole store into a new file, while others go on'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and not __fish_seen_subcommand_from path backup check" -f -a "check" -d 'Look whether the store is sound, and say what to do where it is not'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand store; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand demo" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand completions" -s h -l help -d 'Print help'
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l store -d 'The store\'s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]' -r -F
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l as -d 'Sign in as this account for this one command' -r
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l format -d 'How to write results, and failures' -r -f -a "text\t'For people'
json\t'One JSON value'
jsonl\t'A JSON object a line'
csv\t'RFC 4180, with a header'"
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l color -d 'When to use colours; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal'
always\t'Everywhere'
never\t'Nowhere'"
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -l password-stdin -d 'Take passwords from standard input, a line each, instead of asking'
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -s v -l verbose -d 'Say which store is used, and on whose behalf'
complete -c passdesk -n "__fish_passdesk_using_subcommand man" -s h -l help -d 'Print help'
