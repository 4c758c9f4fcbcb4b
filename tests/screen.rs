//! What a real terminal shows of `--screen` and of the list to pick from, and what it keeps. Run with
//! `cargo test -- --ignored`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "a test measures how long an answer takes")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::{Desk, GOOD, Run, is_temporary, temporary_in};
use rustix::process::{Pid, Signal, kill_process};

/// Far more than anything takes, so that a busy machine fails no test.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

/// Resets the password of alice, on the screen.
const RESET: &str = "users reset alice --yes --screen";
/// What stood on the terminal before.
const BEFORE: &str = "a line from before";
/// How the list to pick from begins, and ends.
const QUESTION: &str = "Whose password?";
const FOOT: &str = "Type to narrow";

static WINDOWS: AtomicU32 = AtomicU32::new(0);

/// A shell in a tmux server of its own, in which `p` is the program and `c` continues it; both say when it has ended,
/// and how.
struct Window<'a> {
    desk: &'a Desk,
    server: String,
    ran: usize,
}

impl<'a> Window<'a> {
    fn open(desk: &'a Desk) -> Self {
        Self::sized(desk, 80, 24)
    }

    fn sized(desk: &'a Desk, columns: u16, lines: u16) -> Self {
        let folder = Path::new(env!("CARGO_BIN_EXE_passdesk")).parent().unwrap();
        let profile = format!(
            r#"PS1='$ ' PATH='{}':"$PATH" n=0
            ended() {{ code=$?; n=$((n + 1)); echo "end $n, exit $code"; }}
            p() {{ sh -c 'echo $$ >pid; exec passdesk "$@"' p "$@"; ended; }}
            c() {{ fg; ended; }}
            "#,
            folder.display()
        );
        fs::write(desk.home.path().join("profile"), profile).unwrap();
        let server = format!("passdesk-{}-{}", std::process::id(), WINDOWS.fetch_add(1, Ordering::Relaxed));
        let window = Self { desk, server, ran: 0 };
        let size = [columns, lines].map(|count| count.to_string());
        let shell = "exec env ENV=./profile sh -i";
        window.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", &size[0], "-y", &size[1], shell]);
        window.until("a prompt", |screen| screen.starts_with('$'));
        window.type_line(&format!("stty -g >modes; echo '{BEFORE}'"));
        window.until("a line", |screen| screen.lines().any(|line| line == BEFORE));
        window
    }

    fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new("tmux");
        command.arg("-L").arg(&self.server).args(args).env_clear().current_dir(self.desk.home.path());
        command.envs(self.desk.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
        // The socket is in this home, too: nobody else's tmux is touched.
        command.env("TMUX_TMPDIR", self.desk.home.path()).env("LC_ALL", "C.UTF-8").env("SHELL", "/bin/sh");
        command.stdin(Stdio::null());
        command
    }

    fn tmux(&self, args: &[&str]) -> String {
        Run::from(self.command(args).output().unwrap()).succeeds().stdout
    }

    fn type_text(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
    }

    fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    fn type_line(&self, line: &str) {
        self.type_text(line);
        self.press("Enter");
    }

    fn paste(&self, text: &str) {
        self.tmux(&["set-buffer", "-b", "pasted", text]);
        self.tmux(&["paste-buffer", "-d", "-r", "-b", "pasted"]);
    }

    fn resize(&self, columns: u16, lines: u16) {
        let size = [columns, lines].map(|count| count.to_string());
        self.tmux(&["resize-window", "-x", &size[0], "-y", &size[1]]);
    }

    /// What is to be seen.
    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// That, and all that has been scrolled away.
    fn history(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-S", "-"])
    }

    #[track_caller]
    fn until(&self, what: &str, there: impl Fn(&str) -> bool) -> String {
        for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
            let screen = self.screen();
            if there(&screen) {
                return screen;
            }
            thread::sleep(GLANCE);
        }
        panic!("waited in vain for {what}:\n{}", self.screen());
    }

    /// Waits until this is to be seen.
    #[track_caller]
    fn sees(&self, words: &str) -> String {
        self.until(words, |screen| screen.contains(words))
    }

    /// Types a command.
    fn begin(&mut self, line: &str) {
        self.ran += 1;
        self.type_line(&format!("p {line}"));
    }

    /// Waits until the command has ended.
    #[track_caller]
    fn end(&self, code: i32) {
        let end = format!("end {}, exit ", self.ran);
        let screen = self.until(&end, |screen| screen.lines().any(|line| line.starts_with(&end)));
        assert!(screen.lines().any(|line| line.trim_end() == format!("{end}{code}")), "{screen}");
    }

    /// Stops the command as Ctrl-Z does, and waits until it has stopped.
    #[track_caller]
    fn stop(&self) {
        self.press("C-z");
        let end = format!("end {}, exit ", self.ran);
        // 128 and the number of SIGTSTP, or of SIGSTOP.
        let stopped = ["148", "147"].map(|code| format!("{end}{code}"));
        self.until("a stop", |screen| screen.lines().any(|line| stopped.iter().any(|end| line.trim_end() == end)));
    }

    /// Continues the command.
    fn go_on(&mut self) {
        self.ran += 1;
        self.type_line("c");
    }

    /// Waits for a temporary password that is alone on its line of the screen, and in force.
    #[track_caller]
    fn secret(&self) -> String {
        let screen = self.sees("It is in force.");
        let alone = screen.lines().map(str::trim).find(|line| is_temporary(line));
        alone.unwrap_or_else(|| panic!("no temporary password stands alone:\n{screen}")).to_owned()
    }

    /// Types a command that hands a temporary password over on the screen.
    #[track_caller]
    fn hand_over(&mut self, line: &str) -> String {
        self.begin(line);
        self.secret()
    }

    /// Sends the program a signal.
    fn signal(&self, signal: Signal) {
        let pid = fs::read_to_string(self.desk.home.path().join("pid")).unwrap();
        kill_process(Pid::from_raw(pid.trim().parse().unwrap()).unwrap(), signal).unwrap();
    }

    /// Fails the test if the terminal keeps a secret, or is not as it was.
    #[track_caller]
    fn is_as_it_was(&self, secret: &str) {
        for joined in ["-p", "-pJ"] {
            let history = self.tmux(&["capture-pane", joined, "-S", "-"]);
            assert!(!history.contains(secret), "{history}");
            assert_eq!(temporary_in(&history), None, "{history}");
        }
        for name in self.tmux(&["list-buffers", "-F", "#{buffer_name}"]).lines() {
            assert!(!self.tmux(&["show-buffer", "-b", name]).contains(secret));
        }
        let screen = self.screen();
        assert!(screen.lines().any(|line| line == BEFORE), "what stood there before is gone:\n{screen}");
        let flags = self.tmux(&["display-message", "-p", "cursor #{cursor_flag}, alternate #{alternate_on}"]);
        assert_eq!(flags.trim_end(), "cursor 1, alternate 0");
        // Two spaces are typed, and one is printed.
        let [typed, printed] = ["  ", " "].map(|gap| format!("a line after{gap}{}", self.ran));
        self.type_line(&format!("stty -g >modes-after; echo {typed}"));
        let screen = self.until("a line", |screen| screen.lines().any(|line| line == printed));
        assert!(screen.contains(&typed), "nothing is echoed:\n{screen}");
        let modes = |name| fs::read_to_string(self.desk.home.path().join(name)).unwrap();
        assert_eq!(modes("modes"), modes("modes-after"));
    }

    /// Opens the list to pick from.
    #[track_caller]
    fn list(&mut self, line: &str) -> String {
        self.begin(line);
        let screen = self.sees(FOOT);
        assert!(screen.starts_with(QUESTION), "{screen}");
        screen
    }

    /// Waits until the list is of these, and the mark at this one of them.
    #[track_caller]
    fn lists(&self, usernames: &[&str], marked: usize) {
        let wanted: Vec<_> = usernames
            .iter()
            .enumerate()
            .map(|(at, &username)| (if at == marked { ">" } else { " " }.to_owned(), username.to_owned()))
            .collect();
        self.until(&format!("{wanted:?}"), |screen| rows(screen) == wanted);
    }

    /// Waits until this is what has been typed.
    #[track_caller]
    fn typed(&self, text: &str) {
        let head = format!("{QUESTION} {text}");
        self.until(&head, |screen| screen.lines().next().is_some_and(|line| line.trim_end() == head.trim_end()));
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        // At worst it is gone already.
        let _ = self.command(&["kill-server"]).output();
    }
}

/// The mark and the username of each row of the list.
fn rows(screen: &str) -> Vec<(String, String)> {
    let rows = screen.lines().skip(1).take_while(|line| !line.starts_with(FOOT));
    let rows = rows.filter(|row| !row.contains("nobody is found"));
    rows.map(|row| {
        let mark: String = row.chars().take(1).collect();
        (mark, row.chars().skip(1).collect::<String>().split_whitespace().next().unwrap_or_default().to_owned())
    })
    .collect()
}

/// A password that was handed over is in force, and leads to a new one.
#[track_caller]
fn is_in_force(desk: &Desk, username: &str, secret: &str) {
    desk.profile(username, secret).exits(6);
}

// ---- What stands on the screen, and how it is left.

#[test]
#[ignore = "needs tmux"]
fn a_password_on_the_screen_stands_alone_on_its_line_and_is_in_force() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    let screen = window.screen();
    assert!(screen.contains("Temporary password for alice (Alice Example)"), "{screen}");
    assert!(!screen.contains(BEFORE), "{screen}");
    // Not only when it is left.
    is_in_force(&desk, "alice", &secret);
    desk.profile("alice", GOOD).exits(5);
}

#[test]
#[ignore = "needs tmux"]
fn whoever_leaves_the_screen_leaves_nothing_of_it_behind() {
    for key in ["q", "Enter", "Escape", "C-d"] {
        let desk = Desk::with_alice();
        let mut window = Window::open(&desk);
        let secret = window.hand_over(RESET);
        window.press(key);
        window.end(0);
        window.is_as_it_was(&secret);
        is_in_force(&desk, "alice", &secret);
    }
}

/// A key that means nothing here changes nothing here.
fn does_not_leave_the_screen(key: &str) {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.press(key);
    // Only what is asked for by this answers, so that the key has been read before.
    window.press("c");
    let screen = window.until("an answer, or a shell", |screen| {
        screen.contains("not copied") || screen.contains(&format!("end {}, exit ", window.ran))
    });
    assert!(screen.lines().any(|line| line.trim() == secret), "{key} has left the screen:\n{screen}");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
}

#[test]
#[ignore = "needs tmux"]
fn other_characters_do_not_leave_the_screen() {
    for key in ["x", "Space", "C-l", "ö"] {
        does_not_leave_the_screen(key);
    }
}

#[test]
#[ignore = "needs tmux"]
fn arrow_and_function_keys_do_not_leave_the_screen() {
    for key in ["Up", "Down", "PPage", "F5"] {
        does_not_leave_the_screen(key);
    }
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_c_leaves_the_screen_and_nothing_of_it_behind() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.press("C-c");
    window.end(130);
    let history = window.history();
    assert!(history.contains("what stood on the screen is in force"), "{history}");
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn a_signal_leaves_the_screen_and_nothing_of_it_behind() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let desk = Desk::with_alice();
        let mut window = Window::open(&desk);
        let secret = window.hand_over(RESET);
        window.signal(signal);
        window.end(code);
        let history = window.history();
        assert!(history.contains("what stood on the screen is in force"), "{history}");
        window.is_as_it_was(&secret);
        is_in_force(&desk, "alice", &secret);
    }
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_z_hides_the_screen_until_fg_draws_it_again() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    for _ in 0..2 {
        window.stop();
        window.is_as_it_was(&secret);
        window.go_on();
        assert_eq!(window.secret(), secret);
    }
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn what_stood_on_the_screen_of_a_program_that_was_killed_is_in_force() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.signal(Signal::KILL);
    window.end(137);
    is_in_force(&desk, "alice", &secret);
}

// ---- Windows of other sizes.

/// What is to be read in a window that gets another size, and is left.
fn is_readable_at(columns: u16, lines: u16) {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.resize(columns, lines);
    let size = format!("{columns} {lines}");
    for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
        if window.tmux(&["display-message", "-p", "#{pane_width} #{pane_height}"]).trim_end() == size {
            break;
        }
        thread::sleep(GLANCE);
    }
    // It is drawn again at some time; whoever looks then sees all that matters.
    let is_alone = |screen: &str| screen.lines().any(|line| line.trim() == secret);
    window.until("the secret and the keys", |screen| {
        is_alone(screen) && ["alice", "It is in force.", "q  or Enter"].iter().all(|words| screen.contains(words))
    });
    window.press("q");
    window.end(0);
    // What the shell echoes now is to stand on one line.
    window.resize(80, 24);
    window.is_as_it_was(&secret);
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_is_readable_in_a_window_that_has_grown() {
    is_readable_at(200, 50);
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_is_readable_in_a_window_that_has_shrunk() {
    is_readable_at(40, 12);
}

#[test]
#[ignore = "needs tmux"]
fn a_window_of_any_size_keeps_nothing_of_the_screen() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    for (columns, lines) in [(200, 50), (40, 12), (20, 5), (80, 24)] {
        window.resize(columns, lines);
        thread::sleep(GLANCE);
    }
    window.until("the secret", |screen| screen.lines().any(|line| line.trim() == secret));
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
}

// ---- What can go wrong.

#[test]
#[ignore = "needs tmux"]
fn a_copy_without_a_display_is_said_to_have_failed_and_the_screen_stays() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.press("c");
    let screen = window.sees("not copied");
    assert!(screen.lines().any(|line| line.trim() == secret), "{screen}");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_is_left_at_once_if_what_stood_on_it_is_not_in_force() {
    let desk = Desk::with_alice();
    desk.sql(
        "CREATE TRIGGER refusal BEFORE UPDATE OF password_hash ON accounts
         BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END",
    );
    let before = desk.state();
    let mut window = Window::open(&desk);
    window.begin(RESET);
    window.end(1);
    let history = window.history();
    assert!(history.contains("NOT in force"), "{history}");
    assert!(!history.contains("It is in force"), "{history}");
    window.is_as_it_was("It is not in force yet");
    assert_eq!(desk.state(), before);
    desk.profile("alice", GOOD).succeeds();
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_is_on_the_terminal_wherever_standard_output_goes() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    window.ran += 1;
    window.type_line(&format!("passdesk {RESET} >out; ended"));
    let secret = window.secret();
    window.press("q");
    window.end(0);
    assert_eq!(fs::read_to_string(desk.home.path().join("out")).unwrap(), "");
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn without_a_terminal_to_show_it_on_nothing_changes() {
    let desk = Desk::with_alice();
    desk.refuses(12, || desk.run(&["users", "reset", "alice", "--yes", "--screen"]));
    let before = desk.state();
    let mut window = Window::open(&desk);
    for away in ["2>err", "</dev/null"] {
        window.ran += 1;
        window.type_line(&format!("passdesk {RESET} {away}; ended"));
        window.end(12);
        assert_eq!(desk.state(), before, "{away}");
    }
    desk.profile("alice", GOOD).succeeds();
}

#[test]
#[ignore = "needs tmux"]
fn a_screen_takes_one_secret_and_no_other_way_out() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    let before = desk.state();
    let mut window = Window::open(&desk);
    for more in ["bob", "--format json", "--format csv", "--quiet", "--output file", "--copy", "--copy=osc52"] {
        window.begin(&format!("{RESET} {more}"));
        window.end(2);
        let args: Vec<_> = RESET.split(' ').chain(more.split(' ')).collect();
        desk.run(&args).exits(2);
        assert_eq!(desk.state(), before, "{more}");
    }
    assert!(!desk.home.path().join("file").exists());
}

// ---- Whatever hands something over.

#[test]
#[ignore = "needs tmux"]
fn a_new_account_is_handed_over_on_the_screen() {
    let desk = Desk::new();
    let mut window = Window::open(&desk);
    let secret = window.hand_over("users add carol --screen");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "carol", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn an_admin_is_recovered_on_the_screen() {
    let desk = Desk::settled();
    let mut window = Window::open(&desk);
    let secret = window.hand_over("recover root --yes --screen");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "root", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn a_store_begins_on_the_screen() {
    let desk = Desk::empty();
    let mut window = Window::open(&desk);
    let secret = window.hand_over("init --admin root --screen");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "root", &secret);
}

/// Has a token of alice made, and shown on the screen.
#[track_caller]
fn create(window: &mut Window<'_>) -> String {
    window.begin("tokens create nightly --expires-in 1d --screen --as alice");
    window.sees("Password of alice:");
    window.type_line(GOOD);
    window.sees("It is in force.")
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_of_a_token_fits_on_80_columns() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    create(&mut window);
    // Lines that the terminal had to break are one line here.
    let whole = window.tmux(&["capture-pane", "-pJ"]);
    for line in whole.lines().map(str::trim_end) {
        assert!(line.chars().count() <= 80, "{line:?} is broken");
    }
}

#[test]
#[ignore = "needs tmux"]
fn a_token_on_the_screen_is_whole_on_its_line() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let screen = create(&mut window);
    let title = screen.lines().position(|line| line.contains("Token nightly of alice")).unwrap();
    let token = screen.lines().nth(title + 2).unwrap().trim().to_owned();
    assert!(!token.is_empty() && !token.contains(' '), "{screen}");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&token);
    let file = desk.home.path().join("token");
    fs::write(&file, format!("{token}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let profile = desk.command(&["me", "profile"]).env("PASSDESK_TOKEN_FILE", "token").output().unwrap();
    let profile = Run::from(profile).succeeds();
    assert!(profile.stdout.contains("alice"), "{}", profile.stdout);
}

// ---- The list to pick from.

/// Four accounts: alice, bob, carol and root.
fn with_four() -> Desk {
    let desk = Desk::with_alice();
    let bob = ["users", "add", "bob", "--name", "Robert Miller", "--email", "rm@example.org", "-q"];
    desk.run(&bob).succeeds();
    let carol = ["users", "add", "carol", "--name", "Caroline Wintergreen", "--email", "cw@mail.example.net", "-q"];
    desk.run(&carol).succeeds();
    desk
}

const ALL: [&str; 4] = ["alice", "bob", "carol", "root"];

#[test]
#[ignore = "needs tmux"]
fn what_is_typed_narrows_the_list_over_username_name_and_address() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.lists(&ALL, 0);
    for (text, found) in [("ali", "alice"), ("MILLER", "bob"), ("wintergreen", "carol"), ("mail.ex", "carol")] {
        window.type_text(text);
        window.typed(text);
        window.lists(&[found], 0);
        window.press("C-u");
        window.typed("");
        window.lists(&ALL, 0);
    }
}

#[test]
#[ignore = "needs tmux"]
fn each_character_narrows_the_list_and_backspace_widens_it_again() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.press("r");
    window.lists(&["bob", "carol", "root"], 0);
    window.press("o");
    window.lists(&["bob", "carol", "root"], 0);
    window.press("b");
    window.lists(&["bob"], 0);
    for (text, found) in [("ro", &["bob", "carol", "root"][..]), ("r", &["bob", "carol", "root"]), ("", &ALL)] {
        window.press("BSpace");
        window.typed(text);
        window.lists(found, 0);
    }
    window.press("BSpace");
    window.lists(&ALL, 0);
}

#[test]
#[ignore = "needs tmux"]
fn arrow_keys_that_come_at_once_count_one_by_one() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.tmux(&["send-keys", "Down", "Down", "Down", "Up"]);
    window.lists(&ALL, 2);
}

#[test]
#[ignore = "needs tmux"]
fn characters_and_backspaces_that_come_at_once_count_one_by_one() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.tmux(&["send-keys", "c", "a", "x", "BSpace"]);
    window.typed("ca");
    window.tmux(&["send-keys", "BSpace", "BSpace"]);
    window.typed("");
}

#[test]
#[ignore = "needs tmux"]
fn the_question_names_the_one_who_was_picked_and_only_they_are_reset() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.press("Down");
    window.lists(&ALL, 1);
    window.press("Down");
    window.lists(&ALL, 2);
    window.press("Up");
    window.lists(&ALL, 1);
    window.press("Enter");
    let screen = window.sees("Reset the password of bob (Robert Miller)");
    assert!(!screen.contains(QUESTION) && screen.contains(BEFORE), "{screen}");
    let before = ["alice", "carol", "root"].map(|username| desk.hash_of(username));
    window.type_line("y");
    window.end(0);
    let secret = temporary_in(&window.screen()).unwrap();
    is_in_force(&desk, "bob", &secret);
    assert_eq!(["alice", "carol", "root"].map(|username| desk.hash_of(username)), before);
}

#[test]
#[ignore = "needs tmux"]
fn whoever_is_picked_is_not_reset_without_a_yes() {
    let desk = with_four();
    let before = desk.state();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.type_text("wint");
    window.lists(&["carol"], 0);
    window.press("Enter");
    window.sees("Reset the password of carol (Caroline Wintergreen)");
    window.type_line("n");
    window.end(130);
    window.is_as_it_was(QUESTION);
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs tmux"]
fn whoever_is_picked_is_handed_over_on_the_screen() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset --yes --screen");
    window.press("Enter");
    let secret = window.secret();
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn whoever_leaves_the_list_changes_nothing_and_leaves_nothing_behind() {
    for key in ["Escape", "C-d", "C-c"] {
        let desk = with_four();
        let before = desk.state();
        let mut window = Window::open(&desk);
        window.list("users reset");
        window.type_text("o");
        window.typed("o");
        window.press(key);
        window.end(130);
        let history = window.history();
        assert!(history.contains("cancelled"), "{key}: {history}");
        window.is_as_it_was(QUESTION);
        assert_eq!(desk.state(), before, "{key}");
    }
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_z_hides_the_list_until_fg_draws_it_again() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.type_text("wint");
    window.lists(&["carol"], 0);
    window.stop();
    window.is_as_it_was(QUESTION);
    window.go_on();
    window.typed("wint");
    window.press("Escape");
    window.end(130);
    window.is_as_it_was(QUESTION);
}

#[test]
#[ignore = "needs tmux"]
fn of_nobody_nobody_is_picked() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.type_text("zzz");
    window.sees("nobody is found");
    window.press("Enter");
    window.type_text("y");
    window.typed("zzzy");
    window.press("Escape");
    window.end(130);
}

/// What is pasted is searched for, and picks nobody.
fn is_only_searched_for(pasted: &str, text: &str) {
    let desk = with_four();
    let before = desk.state();
    let mut window = Window::open(&desk);
    // Nobody is asked again.
    window.list("users reset --yes --screen");
    window.paste(pasted);
    window.typed(text);
    window.type_text("x");
    window.typed(&format!("{text}x"));
    window.press("Escape");
    window.end(130);
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs tmux"]
fn a_line_that_is_pasted_picks_nobody() {
    is_only_searched_for("alice\n", "alice");
}

#[test]
#[ignore = "needs tmux"]
fn lines_that_are_pasted_pick_nobody() {
    is_only_searched_for("ali\nce\n", "alice");
}

#[test]
#[ignore = "needs tmux"]
fn an_empty_line_that_is_pasted_first_picks_nobody() {
    is_only_searched_for("\nalice\n", "alice");
}

#[test]
#[ignore = "needs tmux"]
fn a_long_line_that_is_pasted_picks_nobody() {
    let desk = with_four();
    let long = "a".repeat(64);
    desk.run(&["users", "add", &long, "-q"]).succeeds();
    let before = desk.state();
    let mut window = Window::open(&desk);
    window.list("users reset --yes --screen");
    window.paste(&format!("{long}\n"));
    window.typed(&long);
    window.press("Escape");
    window.end(130);
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs tmux"]
fn a_name_of_wide_or_combining_characters_stays_on_its_line() {
    let desk = Desk::new();
    let names = ["王小明".repeat(20), "x\u{323}\u{325}".repeat(40), "y".repeat(150)];
    for (username, name) in ["u1", "u2", "u3"].iter().zip(&names) {
        desk.run(&["users", "add", username, "--name", name, "-q"]).succeeds();
    }
    let mut window = Window::open(&desk);
    let screen = window.list("users reset");
    let wanted = ["root", "u1", "u2", "u3"];
    assert_eq!(rows(&screen).iter().map(|(_, username)| username).collect::<Vec<_>>(), wanted, "{screen}");
}

#[test]
#[ignore = "needs tmux"]
fn what_is_typed_and_the_mark_are_in_sight_in_a_low_window() {
    let desk = Desk::new();
    for at in 10..25 {
        desk.like_root(&format!("u{at}"), 0);
    }
    let mut window = Window::sized(&desk, 80, 10);
    window.begin("users reset");
    window.type_text("u1");
    window.until("what was typed and the mark", |screen| {
        screen.starts_with(&format!("{QUESTION} u1")) && screen.lines().any(|line| line.starts_with("> u10"))
    });
}

#[test]
fn without_a_terminal_nobody_is_picked_and_a_hint_says_what_to_do() {
    let desk = Desk::with_alice();
    let run = desk.refuses(2, || desk.run(&["users", "reset"]));
    assert!(run.stderr.contains("name accounts by id"), "{}", run.stderr);
    desk.refuses(2, || desk.run(&["users", "reset", "--yes"]));
}

#[test]
#[ignore = "needs tmux"]
fn among_many_accounts_each_key_is_answered_soon() {
    let desk = Desk::settled();
    desk.sql(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
         INSERT INTO accounts (username, display_name, search_text, roles, state, password_hash, must_change,
                               password_changed_at, created_at)
         SELECT printf('user%05d', i), 'Somebody Else', printf('user%05d somebody else', i), 0, 'active',
                password_hash, FALSE, password_changed_at, created_at
         FROM n, accounts WHERE username = 'root'",
    );
    let mut window = Window::open(&desk);
    let began = Instant::now();
    window.list("users reset");
    let mut times = vec![("the list".to_owned(), began.elapsed())];
    let mut text = String::new();
    // The last of them, then nobody, then some.
    for key in "user99999".chars().map(String::from).chain(["x".into(), "BSpace".into(), "BSpace".into()]) {
        let pressed = Instant::now();
        window.press(&key);
        if key == "BSpace" {
            let _ = text.pop();
        } else {
            text.push_str(&key);
        }
        window.typed(&text);
        let wanted = match text.as_str() {
            "user99999x" => None,
            text => Some(format!("{text:0<9}")),
        };
        let first = |screen: &str| rows(screen).first().map(|(_, username)| username.clone());
        window.until("what it finds", |screen| {
            screen.contains(FOOT)
                && match &wanted {
                    None => screen.contains("nobody is found"),
                    Some(_) if text.len() < 5 => first(screen).is_some_and(|name| name == "user00000"),
                    Some(username) => first(screen).is_some_and(|name| name == *username),
                }
        });
        times.push((key, pressed.elapsed()));
    }
    let _ = writeln!(io::stderr(), "{times:?}");
    assert!(times.iter().all(|(_, time)| *time < Duration::from_secs(10)), "{times:?}");
}
