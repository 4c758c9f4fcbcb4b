
use builtin;
use str;

set edit:completion:arg-completer[passdesk] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'passdesk'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'passdesk'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand init 'Create the store and its first global-admin'
            cand users 'List, add, reset, disable accounts'
            cand me 'Your own account: sign in, see it, change its password'
            cand store 'The store itself'
            cand demo 'Run a list and a reset on a throw-away store with sample accounts'
            cand completions 'Write shell completions to standard output'
            cand man 'Write a manual page for each command into a folder'
        }
        &'passdesk;init'= {
            cand --admin 'The first global-admin [default: your user name]'
            cand --name 'Their name'
            cand --email 'Their e-mail address'
            cand --output 'Write to a new file, of mode 0600, instead of standard output'
            cand --expires-in 'How long the temporary password lives, as 90m, 8h or 2d [default: 24h]'
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand -q 'Print the bare password and a line end, nothing else'
            cand --quiet 'Print the bare password and a line end, nothing else'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;users'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List accounts'
            cand show 'Show one account'
            cand add 'Add an account; it starts with a temporary password'
            cand edit 'Change a name, an e-mail address, roles'
            cand reset 'Give accounts a temporary password; they must choose a new one with it'
            cand require-change 'Require a new password at the next sign-in; the current one stays valid for that'
            cand disable 'Switch accounts off; every sign-in of theirs ends'
            cand enable 'Switch accounts on again'
        }
        &'passdesk;users;list'= {
            cand --search 'Only those with this text in their username, name or e-mail address'
            cand --role 'Only those with this role'
            cand --state 'Only those in this state'
            cand --sort 'In this order'
            cand --limit 'At most so many'
            cand --after 'Only those that come after this account in the list'
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --must-change 'Only those who have to choose a new password'
            cand --reverse 'The other way round'
            cand --count 'Only how many there are'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;users;show'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;users;add'= {
            cand --name 'Its owner''s name'
            cand --email 'Its owner''s e-mail address'
            cand --role 'A role; may be given more than once'
            cand --output 'Write to a new file, of mode 0600, instead of standard output'
            cand --expires-in 'How long the temporary password lives, as 90m, 8h or 2d [default: 24h]'
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand -q 'Print the bare password and a line end, nothing else'
            cand --quiet 'Print the bare password and a line end, nothing else'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;users;edit'= {
            cand --name 'Another name; '''' for none'
            cand --email 'Another e-mail address; '''' for none'
            cand --role 'Exactly this role instead of those it has; may be given more than once'
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --no-roles 'No role'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;users;reset'= {
            cand --output 'Write to a new file, of mode 0600, instead of standard output'
            cand --expires-in 'How long the temporary password lives, as 90m, 8h or 2d [default: 24h]'
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand -y 'Do not ask; needed where there is no terminal'
            cand --yes 'Do not ask; needed where there is no terminal'
            cand --dry-run 'Say what would happen, and change nothing'
            cand -q 'Print the bare password and a line end, nothing else'
            cand --quiet 'Print the bare password and a line end, nothing else'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;users;require-change'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;users;disable'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;users;enable'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;me'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
            cand sign-in 'Sign in; with a temporary password, choose a new one'
            cand sign-out 'Sign out'
            cand profile 'Show your roles, your password''s state and how to change it'
            cand passwd 'Change your password'
        }
        &'passdesk;me;sign-in'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;me;sign-out'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;me;profile'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;me;passwd'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;store'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
            cand path 'Print the path of the store'
        }
        &'passdesk;store;path'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;demo'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;completions'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'passdesk;man'= {
            cand --store 'The store''s file [default: /var/lib/passdesk/passdesk.db for root, otherwise in your data folder]'
            cand --as 'Sign in as this account for this one command'
            cand --format 'How to write results, and failures'
            cand --color 'When to use colours; NO_COLOR is honoured'
            cand --password-stdin 'Take passwords from standard input, a line each, instead of asking'
            cand -v 'Say which store is used, and on whose behalf'
            cand --verbose 'Say which store is used, and on whose behalf'
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
