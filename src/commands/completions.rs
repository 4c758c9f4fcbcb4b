//! `passdesk completions`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;

/// In bash: usernames where they fit, and otherwise what the rest of the script offers.
const IN_BASH: &str = r#"
# The usernames that fit come from the store, through passdesk itself.
_passdesk_usernames() {
    local name words=("${COMP_WORDS[@]}")
    words[COMP_CWORD]="$2"
    COMPREPLY=()
    while IFS= read -r name; do
        COMPREPLY+=("$name")
    done < <(command passdesk complete-at "$COMP_CWORD" "${words[@]}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 0 ]]; then
        _passdesk "$@"
    fi
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F _passdesk_usernames -o nosort -o bashdefault -o default passdesk
else
    complete -F _passdesk_usernames -o bashdefault -o default passdesk
fi
"#;

/// The same in zsh, before the line that begins the function of all others.
const IN_ZSH: &str = r#"# The usernames that fit come from the store, through passdesk itself.
_passdesk() {
    local -a names
    names=("${(@f)$(command passdesk complete-at $((CURRENT - 1)) "${(@Q)words[1,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
    if [[ -n "$names[1]" ]]; then
        compadd -a names
    else
        _passdesk_others "$@"
    fi
}

_passdesk_others() {
"#;
const BEGINS_IN_ZSH: &str = "_passdesk() {\n";

/// The same in fish. A condition finds the names, and fails where there are none.
const IN_FISH: &str = r"
# The usernames that fit come from the store, through passdesk itself.
function __fish_passdesk_find_usernames
    set -l words (commandline -opc)
    set -g __fish_passdesk_usernames (command passdesk complete-at (count $words) $words (commandline -ct | string collect -a) 2>/dev/null)
    test (count $__fish_passdesk_usernames) -gt 0
end
complete -c passdesk -n __fish_passdesk_find_usernames -f -a '$__fish_passdesk_usernames'
complete -c passdesk -n __fish_passdesk_find_usernames -l as -x -a '$__fish_passdesk_usernames'
complete -c passdesk -n __fish_passdesk_find_usernames -l account -x -a '$__fish_passdesk_usernames'
";

/// The completions for a shell. In bash, zsh and fish they name accounts as well.
#[must_use]
pub fn generate(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut shown(), "passdesk", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let script = match shell {
        Shell::Bash => script + IN_BASH,
        Shell::Zsh => script.replacen(BEGINS_IN_ZSH, IN_ZSH, 1),
        Shell::Fish => script + IN_FISH,
        _ => script,
    };
    script.into_bytes()
}

/// The command line without the commands that nobody types.
fn shown() -> clap::Command {
    let all = Cli::command();
    clap::Command::new(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .args(all.get_arguments())
        .subcommands(all.get_subcommands().filter(|command| !command.is_hide_set()))
}
