//! passdesk with other programs: jq, shells, man, tmux, ps, and another user. Run with `cargo test -- --ignored`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::ffi::OsStr;
use std::fs;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::common::pty::Pty;
use crate::common::{Desk, GOOD, OTHER, Run, is_temporary, temporary_in};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// Far more than anything takes, so that a slow machine fails no test.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

/// Waits until there is a value.
#[track_caller]
fn wait_for<T>(what: &str, there: impl Fn() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
        if let Some(it) = there() {
            return it;
        }
        thread::sleep(GLANCE);
    }
    panic!("waited in vain for {what}");
}

/// Another program at this desk.
fn other(desk: &Desk, program: &str, args: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(program);
    command.args(args).env_clear().current_dir(desk.home.path()).stdin(Stdio::null());
    command.envs(desk.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// Runs a script in this shell. There `$passdesk` is the program.
fn script(desk: &Desk, shell: &str, options: &[&str], script: &str) -> Run {
    let mut command = other(desk, shell, options);
    command.args(["-c", script]).env("passdesk", env!("CARGO_BIN_EXE_passdesk")).env("PATH", search_path(desk));
    command.output().unwrap().into()
}

/// Writes the completions for a shell to a file.
fn completions(desk: &Desk, shell: &str, name: &str) -> PathBuf {
    let path = desk.home.path().join(name);
    fs::write(&path, desk.run(&["completions", shell]).succeeds().stdout).unwrap();
    path
}

#[test]
#[ignore = "needs jq"]
fn jq_reads_the_result_of_a_reset() {
    let desk = Desk::with_alice();
    let pipeline = "$passdesk users reset alice --yes --format json | jq -e -r .temporary_password";
    let temporary = script(&desk, "bash", &["-o", "pipefail"], pipeline).succeeds().password();
    desk.profile("alice", &temporary).exits(6);
}

#[test]
#[ignore = "needs jq"]
fn jq_reads_each_line_of_several_resets_and_the_accounts_behind_them() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    let pipeline =
        "$passdesk users reset alice bob --yes --format jsonl | jq -e -r '[.username, .temporary_password] | @tsv'";
    let run = script(&desk, "bash", &["-o", "pipefail"], pipeline).succeeds();
    let rows: Vec<_> = run.stdout.lines().map(|line| line.split_once('\t').unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), ["alice", "bob"]);
    for (username, temporary) in rows {
        desk.profile(username, temporary).exits(6);
    }
    let list = "$passdesk users list --must-change --format json | jq -e -r '.[].username'";
    assert_eq!(script(&desk, "bash", &["-o", "pipefail"], list).succeeds().stdout, "root\nalice\nbob\n");
}

#[test]
#[ignore = "needs jq"]
fn jq_reads_a_failure() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let pipeline = "$passdesk users reset nobody --yes --format json 2>&1 | jq -e -r '.error | .code, .hint'";
    let run = script(&desk, "bash", &[], pipeline).succeeds();
    assert!(run.stdout.starts_with("not_found\n") && !run.stdout.contains("null"), "{}", run.stdout);
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs bash, zsh, fish and shellcheck"]
fn shells_accept_the_completions() {
    let desk = Desk::empty();
    for (shell, name) in [("bash", "passdesk.bash"), ("zsh", "_passdesk"), ("fish", "passdesk.fish")] {
        let path = completions(&desk, shell, name);
        let checked =
            Run::from(other(&desk, shell, &[OsStr::new("-n"), path.as_os_str()]).output().unwrap()).succeeds();
        assert_eq!((checked.stdout, checked.stderr), (String::new(), String::new()), "{shell}");
        // An empty script would be accepted too.
        assert!(fs::read_to_string(&path).unwrap().contains("require-change"), "{shell}");
    }
    let checked = script(&desk, "bash", &[], "shellcheck --shell=bash --severity=error passdesk.bash");
    assert_eq!(checked.succeeds().stdout, "");
}

/// A store with `alice`, `albert`, `bob`, and `alfred`, who is removed. The shells find the program as `passdesk`.
fn peopled() -> Desk {
    let desk = Desk::settled();
    for username in ["alice", "albert", "bob", "alfred"] {
        desk.like_root(username, 0);
    }
    desk.run(&["users", "remove", "alfred"]).succeeds();
    fs::create_dir(desk.home.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_passdesk"), desk.home.path().join("bin/passdesk")).unwrap();
    desk
}

/// The search path of a shell that finds the program.
#[expect(clippy::disallowed_methods, reason = "a test passes it on")]
fn search_path(desk: &Desk) -> std::ffi::OsString {
    let mut path = desk.home.path().join("bin").into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

/// What a person sees who types at the prompt of this shell and presses Tab, after these lines.
fn typed_at(desk: &Desk, shell: &str, options: &[&str], first: &str, keys: &str, shows: &str) {
    let mut command = other(desk, shell, options);
    command.env("PATH", search_path(desk)).env("TERM", "xterm").env("PS1", "ready> ").env("PROMPT", "ready> ");
    let mut pty = Pty::start(&command);
    pty.send(&format!("{first}; echo st''arted\r"));
    pty.until("started");
    pty.send(keys);
    pty.until(shows);
}

#[test]
#[ignore = "needs bash, zsh and fish"]
fn tab_at_a_prompt_completes_a_username() {
    let desk = peopled();
    completions(&desk, "bash", "passdesk.bash");
    completions(&desk, "zsh", "_passdesk");
    completions(&desk, "fish", "passdesk.fish");
    let shells: [(&str, &[&str], &str); 3] = [
        ("bash", &["--norc", "-i"], "source ./passdesk.bash"),
        ("zsh", &["-f", "-i"], "fpath=($PWD $fpath); autoload -U compinit; compinit -u -D"),
        ("fish", &["--no-config", "-i"], "source ./passdesk.fish"),
    ];
    for (shell, options, first) in shells {
        typed_at(&desk, shell, options, first, "passdesk users reset ali\t", "reset alice");
        typed_at(&desk, shell, options, first, "passdesk users reset bob alb\t", "bob albert");
        typed_at(&desk, shell, options, first, "passdesk users restore a\t", "restore alfred");
        typed_at(&desk, shell, options, first, "passdesk me profile --as ali\t", "--as alice");
        typed_at(&desk, shell, options, first, "passdesk users requ\t", "require-change");
    }
}

#[test]
#[ignore = "needs bash, zsh and fish"]
fn shells_complete_commands_flags_and_values() {
    let desk = peopled();
    completions(&desk, "bash", "passdesk.bash");
    completions(&desk, "zsh", "_passdesk");
    completions(&desk, "fish", "passdesk.fish");
    let bash = |line: &str| {
        let script = format!(
            r#"source passdesk.bash
            [[ $(complete -p passdesk) =~ -F\ ([^ ]+) ]] || exit
            COMP_WORDS=({line}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            "${{BASH_REMATCH[1]}}" passdesk "${{COMP_WORDS[-1]}}" "${{COMP_WORDS[-2]}}"
            printf '%s\n' "${{COMPREPLY[@]}}""#
        );
        script_lines(&self::script(&desk, "bash", &["--norc"], &script))
    };
    let fish = |line: &str| {
        let run = script(&desk, "fish", &["--no-config"], &format!("source passdesk.fish; complete -C '{line}'"));
        script_lines(&run)
    };
    for complete in [&bash as &dyn Fn(&str) -> Vec<String>, &fish] {
        assert_eq!(complete("passdesk users res"), ["reset", "restore"]);
        assert_eq!(complete("passdesk users reset --dr"), ["--dry-run"]);
        assert!(complete("passdesk users reset alice --format js").iter().all(|word| word.starts_with("js")));
        assert_eq!(complete("passdesk users reset alice --format js").len(), 2);
    }
    for complete in [&bash as &dyn Fn(&str) -> Vec<String>, &fish] {
        assert_eq!(complete("passdesk users reset al"), ["albert", "alice"]);
        assert_eq!(complete("passdesk users reset bob ali"), ["alice"]);
        assert_eq!(complete("passdesk users list --as alb"), ["albert"]);
        assert_eq!(complete("passdesk tokens list --account alb"), ["albert"]);
        assert_eq!(complete("passdesk users restore al"), ["alfred"]);
    }
    // A script of zsh can only see which function it would use.
    let zsh = script(
        &desk,
        "zsh",
        &["-f"],
        "fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; print $_comps[passdesk]",
    );
    assert_eq!(zsh.succeeds().stdout, "_passdesk\n");
}

/// The printed candidates, one per line and in order. fish adds an explanation after a tab.
fn script_lines(run: &Run) -> Vec<String> {
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let mut lines: Vec<_> =
        run.stdout.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect();
    lines.sort();
    lines
}

#[test]
#[ignore = "needs man and groff"]
fn the_manual_pages_are_readable_and_name_every_flag() {
    let desk = Desk::empty();
    let folder = desk.home.path().join("man");
    desk.run(&["man", folder.to_str().unwrap()]).succeeds();
    let pages: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    for page in &pages {
        let page = page.as_os_str();
        let man = other(&desk, "man", &[OsStr::new("--warnings"), OsStr::new("-l"), page])
            .envs([("LC_ALL", "C.UTF-8"), ("MANWIDTH", "80")])
            .output();
        let groff = other(&desk, "groff", &["-man", "-ww", "-Tutf8", "-P-cbou"]).arg(page).output();
        for output in [man, groff] {
            let run = Run::from(output.unwrap()).succeeds();
            assert_eq!(run.stderr, "", "{}", page.display());
            assert!(run.stdout.contains("NAME"), "{}", page.display());
        }
    }
    for command in [
        &[][..],
        &["init"],
        &["users", "list"],
        &["users", "add"],
        &["users", "reset"],
        &["users", "require-change"],
        &["me", "passwd"],
        &["completions"],
    ] {
        let page = folder.join(format!("{}.1", [&["passdesk"], command].concat().join("-")));
        assert!(pages.contains(&page), "{pages:?}");
        // A reader must be able to search for a flag. So each hyphen of it must be a plain one, and never at the end of
        // a line.
        let shown = other(&desk, "man", &["--no-hyphenation", "-l"])
            .arg(&page)
            .envs([("LC_ALL", "C.UTF-8"), ("MANWIDTH", "80")])
            .output();
        let shown = Run::from(shown.unwrap()).succeeds().stdout;
        let help = desk.run(&[command, &["--help"]].concat()).succeeds().stdout;
        let flags = long_flags(&help);
        assert!(flags.len() > 4, "{help}");
        for flag in flags {
            let named =
                shown.lines().any(|line| line.trim_start().starts_with('-') && long_flags(line).contains(&flag));
            assert!(named, "{flag} is not in {}:\n{shown}", page.display());
        }
    }
}

/// The long flags that a text explains. They stand at the start of a line, or after a short flag.
fn long_flags(text: &str) -> Vec<String> {
    let explained = text.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let words = explained.flat_map(|line| line.split([' ', ',', '=']).take(3));
    words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
}

/// A shell in tmux, 80 columns by 24 lines. There `p` runs the program, and reports when it ended, and how.
struct Tmux<'a> {
    desk: &'a Desk,
    ran: usize,
}

impl<'a> Tmux<'a> {
    fn start(desk: &'a Desk, color: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_passdesk");
        let profile = format!(
            "PS1='$ '\nn=0\np() {{ '{program}' --color {color} \"$@\"; code=$?; n=$((n + 1)); echo \"end $n, exit $code\"; }}\n"
        );
        fs::write(desk.home.path().join("profile"), profile).unwrap();
        let tmux = Self { desk, ran: 0 };
        tmux.run(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "exec env ENV=./profile sh -i"]);
        tmux.until("$");
        tmux
    }

    fn run(&self, args: &[&str]) -> String {
        // It has its own socket. So no other tmux is touched.
        let mut command = other(self.desk, "tmux", &["-S", "./tmux"]);
        let output = command.args(args).env("LC_ALL", "C.UTF-8").env("SHELL", "/bin/sh").output();
        Run::from(output.unwrap()).succeeds().stdout
    }

    fn type_line(&self, line: &str) {
        self.run(&["send-keys", "-l", line]);
        self.run(&["send-keys", "Enter"]);
    }

    /// Everything shown, including what has scrolled away. A line that the terminal broke is one line again.
    fn shown(&self, with_colours: bool) -> String {
        self.run(&["capture-pane", "-J", "-S", "-", if with_colours { "-pe" } else { "-p" }])
    }

    /// Waits until a line begins with this.
    #[track_caller]
    fn until(&self, begin: &str) {
        let there = || self.shown(false).lines().any(|line| line.starts_with(begin)).then_some(());
        wait_for(&format!("{begin:?}"), there);
    }

    /// Types a command.
    fn begin(&mut self, line: &str) {
        self.ran += 1;
        self.type_line(&format!("p {line}"));
    }

    /// Waits until the command has ended.
    #[track_caller]
    fn end(&self) {
        self.until(&format!("end {}, exit ", self.ran));
        let end = format!("end {}, exit 0", self.ran);
        let shown = self.shown(false);
        assert!(shown.lines().any(|line| line.trim_end() == end), "{shown}");
    }

    #[track_caller]
    fn command(&mut self, line: &str) {
        self.begin(line);
        self.end();
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        // At worst the server is gone already.
        let _ = other(self.desk, "tmux", &["-S", "./tmux", "kill-server"]).output();
    }
}

/// From the first admin to a changed password, on 80 columns.
fn a_day_at_the_helpdesk(color: &str) {
    let desk = Desk::empty();
    let mut tmux = Tmux::start(&desk, color);
    tmux.command("init --admin root --name 'Ruth Oakes'");
    tmux.command("users add alice --name 'Alice Cordelia Wintergreen'");
    tmux.command("users add bob --email bob.with-a-long-name@mail.department.example.org");
    tmux.command("users edit bob --role helpdesk --role auditor");
    tmux.command("users disable bob");
    tmux.command("users list");
    tmux.begin("users reset alice");
    tmux.until("Reset the password of alice (Alice Cordelia");
    tmux.type_line("y");
    tmux.end();
    let shown = tmux.shown(false);
    let temporary = shown.rsplit("Temporary password for alice").next().and_then(temporary_in).unwrap();
    tmux.begin("me sign-in --as alice");
    tmux.until("Password of alice:");
    tmux.type_line(&temporary);
    tmux.until("New password:");
    tmux.type_line(OTHER);
    tmux.until("New password again:");
    tmux.type_line(OTHER);
    tmux.end();
    tmux.command("me profile");
    tmux.command("me sign-out");
    tmux.command("users list");

    let shown = tmux.shown(false);
    for line in shown.lines() {
        assert!(line.trim_end().chars().count() <= 80, "{line:?} is broken in\n{shown}");
    }
    // There is no room for a table: an address of that length is not broken.
    let address = "    bob.with-a-long-name@mail.department.example.org\n";
    for words in ["must change", "disabled", "active", address, "roles: global-admin"] {
        assert!(shown.contains(words), "{words:?} is not in\n{shown}");
    }
    assert!(!shown.contains(OTHER), "{shown}");
    assert_eq!(tmux.shown(true).contains("\u{1b}["), color == "always");
    desk.profile("alice", &temporary).exits(5);
    desk.profile("alice", OTHER).succeeds();
    assert_eq!(desk.accounts().lines().count(), 4);
}

#[test]
#[ignore = "needs tmux"]
fn a_day_at_the_helpdesk_fits_on_80_columns() {
    a_day_at_the_helpdesk("never");
}

#[test]
#[ignore = "needs tmux"]
fn a_day_at_the_helpdesk_fits_on_80_columns_in_colour() {
    a_day_at_the_helpdesk("always");
}

/// A pipe with room for this many more bytes.
fn nearly_full_pipe(room: usize) -> (PipeReader, PipeWriter) {
    let (mut reader, mut writer) = io::pipe().unwrap();
    let flags = fcntl_getfl(&writer).unwrap();
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK).unwrap();
    while writer.write(&[b'.'; 4096]).is_ok() {}
    fcntl_setfl(&writer, flags).unwrap();
    // Only whole pages become free. All but the room is filled again.
    reader.read_exact(&mut [0; 4096]).unwrap();
    writer.write_all(&vec![b'.'; 4096 - room]).unwrap();
    (reader, writer)
}

#[test]
#[ignore = "needs ps"]
fn a_temporary_password_that_was_shown_is_in_no_list_of_processes() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    // The first row goes out and into force. The second one has no room and waits.
    let (mut reader, writer) = nearly_full_pipe(200);
    let args = ["users", "reset", "alice", "bob", "--yes", "--format", "jsonl"];
    let before = desk.hash_of("alice");
    let mut running = desk.command(&args).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("the first reset", || (desk.hash_of("alice") != before).then_some(()));

    let mut seen = Vec::new();
    for args in [&["-efww"][..], &["auxeww"]] {
        let run = Run::from(other(&desk, "ps", args).output().unwrap()).succeeds();
        assert!(run.stdout.contains("users reset alice bob --yes"), "{}", run.stdout);
        seen.extend(run.stdout.into_bytes());
    }
    for file in ["cmdline", "environ", "comm"] {
        // Some files cannot be read even by root or the owner. Then nobody can read them.
        seen.extend(fs::read(format!("/proc/{}/{file}", running.id())).unwrap_or_default());
    }
    assert!(running.try_wait().unwrap().is_none(), "it has not been seen while it ran");

    let mut shown = String::new();
    reader.read_to_string(&mut shown).unwrap();
    assert!(running.wait().unwrap().success());
    let rows = shown.trim_start_matches('.').lines();
    let rows: Vec<serde_json::Value> = rows.map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let temporary = row["temporary_password"].as_str().unwrap();
        assert!(is_temporary(temporary));
        assert!(!seen.windows(temporary.len()).any(|window| window == temporary.as_bytes()));
        desk.profile(row["username"].as_str().unwrap(), temporary).exits(6);
    }
}

/// A user who is not root, and owns only this folder.
const ORDINARY: u32 = 65534;

#[test]
#[ignore = "needs setpriv, and root to run it"]
fn an_ordinary_user_has_a_store_of_their_own() {
    if !rustix::process::geteuid().is_root() {
        let _ = writeln!(io::stderr(), "skipped: only root can become an ordinary user");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("passdesk");
    fs::copy(env!("CARGO_BIN_EXE_passdesk"), &program).unwrap();
    let [home, scratch] = ["home", "scratch"].map(|name| {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        std::os::unix::fs::chown(&path, Some(ORDINARY), Some(ORDINARY)).unwrap();
        path
    });
    let run = |args: &[&str]| -> Run {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]).arg(&program).args(args);
        command.env_clear().env("HOME", &home).env("TMPDIR", &scratch).current_dir(&home).stdin(Stdio::null());
        command.output().unwrap().into()
    };

    run(&["demo"]).succeeds();
    assert_eq!(below(&scratch), [] as [PathBuf; 0]);
    assert_eq!(below(&home), [] as [PathBuf; 0]);

    run(&["init", "--admin", "boss", "-q"]).succeeds().password();
    let store = home.join(".local/share/passdesk/passdesk.db");
    assert_eq!(run(&["store", "path"]).succeeds().stdout.trim_end(), store.to_str().unwrap());
    let about = fs::metadata(&store).unwrap();
    assert_eq!((about.uid(), about.mode() & 0o777), (ORDINARY, 0o600));
    run(&["users", "add", "alice", "-q"]).succeeds();
    run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
    assert!(run(&["users", "list"]).succeeds().stdout.contains("must change"));
    for path in below(&home) {
        let about = fs::metadata(&path).unwrap();
        assert_eq!(about.uid(), ORDINARY, "{}", path.display());
        assert!(about.is_dir() || about.mode().trailing_zeros() >= 6, "{} is open to others", path.display());
    }

    // A store of another user stays theirs.
    let desk = Desk::with_alice();
    let before = desk.state();
    run(&["--store", desk.store().to_str().unwrap(), "users", "reset", "alice", "--yes"]).exits(10);
    assert_eq!(desk.state(), before);
    desk.profile("alice", GOOD).succeeds();
}

/// All files and folders in a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(below(&path));
        }
        all.push(path);
    }
    all
}
