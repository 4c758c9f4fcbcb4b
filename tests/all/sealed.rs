//! Sent, not only shown: what is handed over encrypted can be read by the holder of the key, and by nobody else.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use age::armor::ArmoredReader;
use age::{Decryptor, Identity};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::common::crowd::{BATCH, all_in_force, crowded, hashes, names, not_in_force, reset_since, wait_for, written};
use crate::common::{Desk, GOOD, HELPDESK, Run, fed, is_temporary};
use crate::secrets::{leaked, left_behind};

/// Public and private keys.
const AGE: [&str; 2] = [
    "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa",
    "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33",
];
const SSH: [&str; 2] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN",
    "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACB7Ci6nqZYaVvrjm8+XbzII89TsXzP111AflR7WeorBjQAAAJCfEwtqnxML
agAAAAtzc2gtZWQyNTUxOQAAACB7Ci6nqZYaVvrjm8+XbzII89TsXzP111AflR7WeorBjQ
AAAEADBJvjZT8X6JRJI8xVq/1aU8nMVgOtVnmdwqWwrSlXG3sKLqeplhpW+uObz5dvMgjz
1OxfM/XXUB+VHtZ6isGNAAAADHN0cjRkQGNhcmJvbgE=
-----END OPENSSH PRIVATE KEY-----
",
];
const BEGINS: &str = "-----BEGIN AGE ENCRYPTED FILE-----\n";
const ENDS: &str = "-----END AGE ENCRYPTED FILE-----";
const HEADER: &str = "username,message,expires_at,operation";

/// What a private key reads in a message: one line. `None` if it does not open it.
fn opened(message: &[u8], private: &str) -> Option<String> {
    let identity: Box<dyn Identity> = match private.parse::<age::x25519::Identity>() {
        Ok(identity) => Box::new(identity),
        Err(_) => Box::new(age::ssh::Identity::from_buffer(private.as_bytes(), None).unwrap()),
    };
    let mut text = String::new();
    let message = Decryptor::new(ArmoredReader::new(message)).unwrap();
    message.decrypt([&*identity].into_iter()).ok()?.read_to_string(&mut text).unwrap();
    Some(text.strip_suffix('\n').unwrap_or_else(|| panic!("no line")).to_owned())
}

/// The message in a text that has words around it.
#[track_caller]
fn message_in(text: &str) -> &str {
    let (begins, ends) = (text.find(BEGINS).unwrap(), text.find(ENDS).unwrap());
    &text[begins..ends + ENDS.len()]
}

/// The username and the opened password of each whole row of CSV.
#[track_caller]
fn rows(csv: &str, private: &str) -> Vec<(String, String)> {
    let whole = &csv[..csv.rfind('\n').map_or(0, |end| end + 1)];
    let row = |line: &str| {
        let cells: Vec<_> = line.split(',').collect();
        let [username, message, _, _] = cells[..] else { panic!("{line:?}") };
        (username.to_owned(), opened(&STANDARD.decode(message).unwrap(), private).unwrap())
    };
    whole.lines().inspect(|line| assert!(line.is_ascii())).skip(1).map(row).collect()
}

/// Gives each of a crowd the key.
fn give_keys(desk: &Desk, key: &str) {
    desk.sql(&format!("UPDATE accounts SET public_key = '{key}' WHERE id > 1"));
}

fn public_key(desk: &Desk, username: &str) -> Option<String> {
    desk.account("public_key", username)
}

#[test]
fn what_the_holder_of_the_key_reads_signs_in() {
    let desk = Desk::with_alice();
    for [public, private] in [AGE, SSH] {
        let run = desk.run(&["users", "reset", "alice", "--yes", "-q", "--encrypt-to", public]).succeeds();
        assert!(run.stdout.starts_with(BEGINS) && run.stdout.trim_end().ends_with(ENDS), "{}", run.stdout);
        desk.profile("alice", &opened(run.stdout.as_bytes(), private).unwrap()).exits(6);
    }
}

#[test]
fn another_key_opens_nothing() {
    let desk = Desk::with_alice();
    for (key, other) in [(AGE, SSH), (SSH, AGE)] {
        let run = desk.run(&["users", "reset", "alice", "--yes", "-q", "--encrypt-to", key[0]]).succeeds();
        assert_eq!(opened(run.stdout.as_bytes(), other[1]), None);
    }
}

#[test]
fn each_of_several_keys_opens_the_one_message() {
    let desk = Desk::with_alice();
    fs::write(desk.home.path().join("keys"), format!("# of the team\nrestrict {} alice@laptop\n", SSH[0])).unwrap();
    let run = desk
        .run(&["users", "reset", "alice", "--yes", "-q", "--encrypt-to", "keys", "--encrypt-to", AGE[0]])
        .succeeds();
    let [one, other] = [AGE, SSH].map(|key| opened(run.stdout.as_bytes(), key[1]).unwrap());
    assert_eq!(one, other);
}

#[test]
fn in_every_form_it_is_a_message_and_found_nowhere_in_clear() {
    let desk = Desk::with_alice();
    let away = tempfile::tempdir().unwrap();
    let file = away.path().join("message");
    let file = file.to_str().unwrap();
    for form in
        [&[][..], &["-q"], &["--output", file], &["--format", "json"], &["--format", "jsonl"], &["--format", "csv"]]
    {
        let args = [&["users", "reset", "alice", "--yes", "-v", "--encrypt-to", AGE[0]], form].concat();
        let run = desk.run(&args).succeeds();
        let password = match form {
            ["--output", _] => {
                let message = fs::read(file).unwrap();
                assert!(run.stderr.contains(&format!("    age -d -i key.txt {file}\n")), "{}", run.stderr);
                opened(&message, AGE[1]).unwrap()
            }
            ["--format", "csv"] => rows(&run.stdout, AGE[1]).remove(0).1,
            ["--format", _] => {
                let row: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
                assert_eq!(row.get("temporary_password"), None);
                opened(row["message"].as_str().unwrap().as_bytes(), AGE[1]).unwrap()
            }
            _ => opened(message_in(&run.stdout).as_bytes(), AGE[1]).unwrap(),
        };
        assert!(is_temporary(&password));
        desk.profile("alice", &password).exits(6);
        assert_eq!(leaked((run.stdout + &run.stderr).as_bytes(), [&password]), [""; 0], "{form:?}");
        assert_eq!(leaked(&left_behind(&desk), [&password]), [""; 0], "{form:?}");
    }
}

#[test]
fn the_words_around_a_message_say_what_to_type() {
    let desk = Desk::with_alice();
    let run = desk.run(&["users", "reset", "alice", "--yes", "--encrypt-to", SSH[0]]).succeeds();
    assert!(
        run.stdout.contains("\n    age -d -i ~/.ssh/id_ed25519 FILE\n    passdesk me sign-in --as alice\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn every_command_that_hands_over_a_secret_encrypts_it() {
    let desk = Desk::empty();
    let read = |run: Run| opened(run.succeeds().stdout.as_bytes(), AGE[1]).unwrap();
    let to = ["-q", "--encrypt-to", AGE[0]];
    let first = read(desk.run(&[&["init", "--admin", "root"][..], &to].concat()));
    desk.change_password("root", &first, GOOD).succeeds();
    let alice = read(desk.run(&[&["users", "add", "alice"][..], &to].concat()));
    desk.profile("alice", &alice).exits(6);
    let token = read(
        desk.run(&[&["tokens", "create", "nightly", "--account", "root", "--expires-in", "1d"][..], &to].concat()),
    );
    let mut list = desk.command(&["users", "list"]);
    Run::from(list.env("PASSDESK_TOKEN", token).output().unwrap()).succeeds();
    let root = read(desk.run(&[&["recover", "root", "--yes"][..], &to].concat()));
    desk.profile("root", &root).exits(6);
}

#[test]
fn an_import_gives_each_row_its_key_and_encrypts_its_password_to_it() {
    let desk = Desk::settled();
    let list = format!("username,SSH key\nalice,{} alice@laptop\nbob,{}\n", SSH[0], SSH[0]);
    fs::write(desk.home.path().join("list"), list).unwrap();
    let import = ["users", "import", "list", "--temporary-passwords", "--output", "out", "--encrypt-to", "account"];
    desk.run(&import).succeeds();
    assert_eq!(public_key(&desk, "alice").as_deref(), Some(SSH[0]));
    let rows = rows(&written(&desk.home.path().join("out")), SSH[1]);
    assert_eq!(rows.len(), 2);
    assert_eq!(not_in_force(&desk, &rows), [""; 0]);
}

#[test]
fn an_import_whose_passwords_cannot_be_encrypted_imports_nobody() {
    let desk = Desk::settled();
    for key in ["", "ssh-ed25519 AAAA", AGE[1]] {
        fs::write(desk.home.path().join("list"), format!("username,public_key\nalice,{}\nbob,{key}\n", SSH[0]))
            .unwrap();
        let import = ["users", "import", "list", "--temporary-passwords", "--output", "out", "--encrypt-to", "account"];
        let run = desk.refuses(2, || desk.run(&import));
        assert!(run.stderr.contains("line 3"), "{}", run.stderr);
        assert!(!run.stderr.contains("AGE-SECRET"), "{}", run.stderr);
        assert!(!desk.home.path().join("out").exists());
    }
}

#[test]
fn a_key_that_cannot_be_used_is_refused_before_anything_changes_and_is_never_repeated() {
    let desk = Desk::with_alice();
    let home = desk.home.path();
    fs::write(home.join("id_ed25519"), SSH[1]).unwrap();
    fs::write(home.join("key.txt"), format!("# public key: {}\n{}\n", AGE[0], AGE[1])).unwrap();
    fs::write(home.join("mixed"), format!("{}\necdsa-sha2-nistp256 AAAAE2VjZHNh\n", SSH[0])).unwrap();
    fs::write(home.join("empty"), "# nobody\n").unwrap();
    fs::write(home.join("bytes"), b"\xff\n").unwrap();
    let weak = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC481Kj142+E1VF+QAuZHKBniJ9iH2XWfBKx2l/xKsB6VHLdvScXqHBxEC0dUMP5HIFqsOgqB31T2gyk/YwfpDiIxGAdityMmmCp/+lmOcJrI4CTKWjRHk1Imqd68el54fNdECRxsZTMP+ZUkEWVw2GaWMokP24xTOl5zKLWhGqqQ==";
    for (key, named) in [
        ("id_ed25519", "private key"),
        ("key.txt", "private key"),
        (AGE[1], "private key"),
        (SSH[1], "private key"),
        ("mixed", "line 2: age cannot encrypt to an ECDSA key"),
        ("empty", "no key"),
        ("bytes", "not text"),
        ("nowhere.pub", "cannot be read"),
        ("store.db", "own files"),
        (weak, "fewer than 2,048 bits"),
        ("age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt", "plugin"),
        ("sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t", "security token"),
        ("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z", "anybody"),
    ] {
        for args in [
            &["users", "reset", "alice", "--yes", "--encrypt-to", key][..],
            &["users", "reset", "--all", "--yes", "--format", "csv", "--encrypt-to", key],
            &["users", "add", "bob", "--encrypt-to", key],
            &["users", "add", "bob", "--key", key],
            &["users", "edit", "alice", "--key", key],
            &["recover", "root", "--yes", "--encrypt-to", key],
            &["tokens", "create", "nightly", "--account", "alice", "--expires-in", "1d", "--encrypt-to", key],
        ] {
            let run = desk.refuses(2, || desk.run(args));
            assert!(run.stderr.contains(named), "{key}: {}", run.stderr);
            let secret = &AGE[1][20..];
            assert!(run.stdout.is_empty() && !run.stderr.contains(secret) && !run.stderr.contains("b3BlbnNz"));
        }
    }
}

#[test]
fn no_file_of_keys_is_opened_through_sudo_and_a_redirected_one_is() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    fs::write(desk.home.path().join("alice.pub"), SSH[0]).unwrap();
    let token = ["tokens", "create", "helpdesk", "--account", "root", "--expires-in", "1d", "-q"];
    let token = desk.run(&token).succeeds().stdout;
    let reset = |flag: &str, key: &str| {
        let command =
            if flag == "--key" { &["users", "edit", "alice"][..] } else { &["users", "reset", "alice", "--yes", "-q"] };
        let mut command = desk.command(&[command, &[flag, key]].concat());
        command.env("SUDO_UID", "65533").env("PASSDESK_TOKEN", token.trim_end());
        command
    };
    for flag in ["--key", "--encrypt-to"] {
        let run = desk.refuses(2, || reset(flag, "alice.pub").output().unwrap().into());
        assert!(run.stderr.contains("opens no file through sudo"), "{}", run.stderr);
    }
    let run = fed(reset("--encrypt-to", "-"), format!("{}\n", SSH[0])).succeeds();
    assert!(is_temporary(&opened(run.stdout.as_bytes(), SSH[1]).unwrap()));
}

#[test]
fn an_account_keeps_a_key_until_it_is_taken() {
    let desk = Desk::with_alice();
    fs::write(desk.home.path().join("id.pub"), format!("{} alice@laptop\n", SSH[0])).unwrap();
    desk.run(&["users", "edit", "alice", "--key", "id.pub"]).succeeds();
    assert_eq!(public_key(&desk, "alice").as_deref(), Some(SSH[0]));
    let fingerprint = "ssh-ed25519 SHA256:PYX4o9UfGwCwG76hFcLAEkmMS0PtIBtV9MNmVgW16Oc";
    assert!(desk.run(&["users", "show", "alice"]).succeeds().stdout.contains(fingerprint));
    let event = desk.run(&["audit", "list", "--format", "jsonl"]).succeeds().stdout;
    assert!(event.lines().any(|line| line.contains("\"edit\"") && line.contains(fingerprint)), "{event}");
    desk.run(&["users", "edit", "alice", "--key", ""]).succeeds();
    assert_eq!(public_key(&desk, "alice"), None);
}

#[test]
fn a_file_with_two_keys_is_no_key_of_an_account() {
    let desk = Desk::with_alice();
    fs::write(desk.home.path().join("keys"), format!("{}\n{}\n", SSH[0], AGE[0])).unwrap();
    let run = desk.refuses(2, || desk.run(&["users", "edit", "alice", "--key", "keys"]));
    assert!(run.stderr.contains("there are 2 keys"), "{}", run.stderr);
}

#[test]
fn helpdesk_cannot_set_the_key_that_a_password_will_be_encrypted_to() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    desk.like_root("harry", HELPDESK);
    let before = public_key(&desk, "alice");
    desk.run_as("harry", &["users", "edit", "alice", "--key", AGE[0]]).exits(4);
    assert_eq!(public_key(&desk, "alice"), before);
}

#[test]
fn a_list_takes_its_keys_along_into_another_store() {
    let desk = Desk::with_alice();
    desk.run(&["users", "edit", "alice", "--key", SSH[0]]).succeeds();
    let other = Desk::settled();
    other.run_with(desk.listed(), &["users", "import", "-", "--on-conflict", "skip"]).succeeds();
    assert_eq!(public_key(&other, "alice").as_deref(), Some(SSH[0]));
}

#[test]
fn a_key_that_another_program_wrote_is_found_by_a_check_and_never_used() {
    let desk = Desk::with_alice();
    give_keys(&desk, "ssh-ed25519 AAAA");
    assert!(desk.run(&["store", "check"]).stdout.contains("id 2"));
    let run = desk.refuses(12, || desk.run(&["users", "reset", "alice", "--yes", "--encrypt-to", "account"]));
    assert!(run.stderr.contains("the public key of alice cannot be used"), "{}", run.stderr);
}

#[test]
fn an_account_without_a_key_stays_as_it_is_and_the_others_are_reset() {
    let desk = crowded(3);
    give_keys(&desk, SSH[0]);
    desk.sql("UPDATE accounts SET public_key = NULL WHERE username = 'u002'");
    let before = hashes(&desk);
    let reset = ["users", "reset", "--search", "example.org", "--yes", "--format", "csv", "--encrypt-to", "account"];
    let run = desk.run(&reset).exits(11);
    assert!(run.stderr.contains("u002 has no public key"), "{}", run.stderr);
    let rows = rows(&run.stdout, SSH[1]);
    all_in_force(&desk, &rows, &names([1, 3]));
    assert_eq!(reset_since(&desk, &before), names([1, 3]));
    let run = desk.refuses(12, || desk.run(&["users", "reset", "u002", "--yes", "--encrypt-to", "account"]));
    assert!(run.stderr.contains("users edit u002 --key"), "{}", run.stderr);
}

#[test]
fn a_dry_run_names_whom_nothing_can_be_encrypted_to() {
    let desk = Desk::with_alice();
    let dry = ["users", "reset", "alice", "--dry-run", "--encrypt-to", "account"];
    assert!(desk.refuses(12, || desk.run(&dry)).stderr.contains("alice has no public key"));
}

#[test]
fn a_screen_is_not_for_a_message() {
    let desk = Desk::with_alice();
    desk.refuses(2, || desk.run(&["users", "reset", "alice", "--yes", "--screen", "--encrypt-to", AGE[0]]));
}

#[test]
fn standard_input_is_read_for_one_thing() {
    let desk = Desk::with_alice();
    for args in [
        &["users", "reset", "--from", "-", "--yes", "--format", "csv", "--encrypt-to", "-"][..],
        &["users", "reset", "alice", "--yes", "--as", "root", "--password-stdin", "--encrypt-to", "-"],
        &["users", "import", "-", "--temporary-passwords", "--output", "out", "--encrypt-to", "-"],
    ] {
        let run = desk.refuses(2, || desk.run_with("alice\n", args));
        assert!(run.stderr.contains("standard input cannot be both"), "{}", run.stderr);
    }
}

const RESET: [&str; 6] = ["users", "reset", "--search", "example.org", "--yes", "--output"];

#[test]
fn one_file_never_has_both_messages_and_passwords() {
    for format in ["csv", "jsonl"] {
        for (first, then) in [(&["--encrypt-to", AGE[0]][..], &[][..]), (&[], &["--encrypt-to", AGE[0]])] {
            let desk = crowded(2);
            fs::write(desk.home.path().join("list"), "u001\n").unwrap();
            let begin = ["users", "reset", "--from", "list", "--yes", "--output", "out", "--format", format];
            desk.run(&[&begin[..], first].concat()).succeeds();
            let file = written(&desk.home.path().join("out"));
            let resume = ["users", "reset", "--search", "example.org", "--yes", "--resume", "out"];
            let run = desk.refuses(2, || desk.run(&[&resume[..], then].concat()));
            assert!(run.stderr.contains("encrypted"), "{}", run.stderr);
            assert_eq!(written(&desk.home.path().join("out")), file);
            desk.run(&[&resume[..], first].concat()).succeeds();
        }
    }
}

#[test]
fn a_row_is_one_line_with_a_message_of_its_own() {
    let desk = crowded(3);
    let run = desk
        .run(&["users", "reset", "--search", "example.org", "--yes", "--format", "csv", "--encrypt-to", AGE[0]])
        .succeeds();
    assert_eq!(run.stdout.lines().next(), Some(HEADER));
    assert_eq!(run.stdout.lines().count(), 4);
    let rows = rows(&run.stdout, AGE[1]);
    all_in_force(&desk, &rows, &names(1..=3));
    assert_eq!(rows.iter().map(|row| &row.1).collect::<BTreeSet<_>>().len(), 3);
}

#[test]
fn killed_while_messages_are_delivered_and_resumed_each_account_has_its_old_password_or_that_of_its_message() {
    const COUNT: usize = 2 * BATCH;
    let desk = crowded(COUNT);
    give_keys(&desk, SSH[0]);
    let old = hashes(&desk);
    let out = desk.home.path().join("out");
    let to = ["out", "--format", "csv", "--encrypt-to", "account"];
    let mut child = desk.command(&[&RESET[..], &to].concat()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&mut child, || written(&out).lines().count() > 1);
    sleep(Duration::from_millis(5));
    let _ = child.kill();
    child.wait().unwrap();

    let new: Vec<_> = rows(&written(&out), SSH[1]);
    let reset = reset_since(&desk, &old);
    assert!(reset.iter().all(|name| new.iter().any(|row| &row.0 == name)));
    let reset: Vec<_> = new.into_iter().filter(|row| reset.contains(&row.0)).collect();
    assert_eq!(not_in_force(&desk, &reset), [""; 0]);

    let way = if reset.is_empty() { "--output" } else { "--resume" };
    if reset.is_empty() {
        let _ = fs::remove_file(&out);
    }
    let go_on = ["users", "reset", "--search", "example.org", "--yes", way];
    desk.run(&[&go_on[..], &to].concat()).succeeds();
    all_in_force(&desk, &rows(&written(&out), SSH[1]), &names(1..=COUNT));
}

/// Runs a program of Debian's at this desk.
fn program(desk: &Desk, name: &str, args: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(args).current_dir(desk.home.path()).env("HOME", desk.home.path()).stdin(Stdio::null());
    command
}

#[test]
#[ignore = "needs age and ssh-keygen"]
fn age_opens_what_was_handed_over_with_a_key_of_its_own_and_with_keys_of_ssh() {
    let desk = Desk::with_alice();
    let done = |name, args: &[&str]| Run::from(program(&desk, name, args).output().unwrap()).succeeds();
    done("age-keygen", &["-o", "age.txt"]);
    fs::write(desk.home.path().join("age.txt.pub"), done("age-keygen", &["-y", "age.txt"]).stdout).unwrap();
    done("age-keygen", &["-o", "other.txt"]);
    done("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "alice@laptop", "-f", "ed25519"]);
    for bits in ["2048", "3072", "4096"] {
        done("ssh-keygen", &["-q", "-t", "rsa", "-b", bits, "-N", "", "-f", &format!("rsa{bits}")]);
    }
    for private in ["age.txt", "ed25519", "rsa2048", "rsa3072", "rsa4096"] {
        let public = format!("{private}.pub");
        desk.run(&["users", "edit", "alice", "--key", &public]).succeeds();
        for to in [&public, "account"] {
            let reset = ["users", "reset", "alice", "--yes", "--encrypt-to", to];
            let message = desk.run(&[&reset[..], &["-q"]].concat()).succeeds().stdout;
            let mut age = program(&desk, "age", &["-d", "-i", private]);
            age.stdin(Stdio::piped());
            let password = fed(age, &message).succeeds().password();
            desk.profile("alice", &password).exits(6);
            let mut age = program(&desk, "age", &["-d", "-i", "other.txt"]);
            age.stdin(Stdio::piped());
            assert_eq!(fed(age, &message).exits(1).stdout, "");
            assert_eq!(leaked(&left_behind(&desk), [&password]), [""; 0]);
        }
        let _ = fs::remove_file(desk.home.path().join("message"));
        let file = ["users", "reset", "alice", "--yes", "--output", "message", "--encrypt-to", "account"];
        let said = desk.run(&file).succeeds().stderr;
        let typed = said.lines().find_map(|line| line.strip_prefix("    age -d -i ")).unwrap();
        assert!(typed.ends_with(" message"), "{typed}");
        desk.profile("alice", &done("age", &["-d", "-i", private, "message"]).password()).exits(6);
    }
}

#[test]
#[ignore = "needs age and jq"]
fn a_script_opens_rows_as_the_pages_say() {
    let desk = Desk::with_alice();
    fs::write(desk.home.path().join("key.txt"), AGE[1]).unwrap();
    fs::set_permissions(desk.home.path().join("key.txt"), Permissions::from_mode(0o600)).unwrap();
    for (format, pick) in [
        ("csv", "tail -n 1 | cut -d , -f 2 | base64 -d"),
        (
            "csv",
            "tail -n 1 | cut -d , -f 2 | { echo '-----BEGIN AGE ENCRYPTED FILE-----'; fold -w 64; echo '-----END AGE ENCRYPTED FILE-----'; }",
        ),
        ("json", "jq -r .message"),
    ] {
        let rows =
            desk.run(&["users", "reset", "alice", "--yes", "--format", format, "--encrypt-to", AGE[0]]).succeeds();
        let mut script = program(&desk, "bash", &["-c", &format!("{pick} | age -d -i key.txt")]);
        script.stdin(Stdio::piped());
        desk.profile("alice", &fed(script, rows.stdout).succeeds().password()).exits(6);
    }
}
