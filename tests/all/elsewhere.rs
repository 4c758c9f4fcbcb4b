//! Passwords from other programs. The files in `tests/data/elsewhere/` are what these programs wrote: `make.sh` there
//! makes them again. The password of each account is [`PASSWORD`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "a test says how long something took")]

use std::fmt::Write as _;
use std::fs;
use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::common::{Desk, GLOBAL_ADMIN, GOOD, HELPDESK, Run, USER_ADMIN, fed};

const PASSWORD: &str = "seven herons guard an orchard";
/// How a hash begins that passdesk made by its own policy.
const OWN: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// The sources, their files, and the accounts that keep their passwords.
const SOURCES: [(&str, &str, &[&str]); 5] = [
    ("htpasswd", "htpasswd", &["httpb", "http2", "http5"]),
    (
        "htpasswd",
        "dovecot",
        &[
            "doveblfcrypt",
            "dovesha256crypt",
            "dovesha512crypt",
            "doveargon2i",
            "doveargon2id",
            "dovepbkdf2",
            "dovessha",
            "dovessha256",
            "dovessha512",
        ],
    ),
    (
        "shadow",
        "shadow",
        &[
            "shadowyescrypt",
            "shadowsha256",
            "shadowsha512",
            "mkyescrypt",
            "mkbcrypt",
            "mkbcrypta",
            "mksha512crypt",
            "mksha256crypt",
        ],
    ),
    (
        "django",
        "django.json",
        &["djpbkdf2sha256", "djpbkdf2sha1", "djargon2", "djbcryptsha256", "djbcrypt", "djscrypt"],
    ),
    ("ldif", "people.ldif", &["ldapssha", "ldapssha256", "ldapssha512", "ldapargon2", "ldapcrypt"]),
];

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/elsewhere")
}

/// A file in the folder.
fn data_file(name: &str) -> String {
    data().join(name).to_str().unwrap().to_owned()
}

/// Imports each file of the folder, and signs in with each account that keeps its password.
fn everybody_signs_in(folder: &Path) {
    for (source, file, accounts) in SOURCES {
        let desk = Desk::settled();
        let file = folder.join(file);
        let run = desk.run(&["users", "import", file.to_str().unwrap(), "--source", source]).succeeds();
        let count = format!("With the password of their owners: {} account", accounts.len());
        assert!(run.stderr.contains(&count), "{source}: {}", run.stderr);
        for username in accounts {
            assert!(!desk.hash_of(username).starts_with(OWN), "{username}");
            desk.profile(username, "seven herons guard an orchare").exits(5);
            let profile = desk.profile(username, PASSWORD).succeeds().stdout;
            assert!(profile.contains("chosen elsewhere"), "{profile}");
            assert!(desk.hash_of(username).starts_with(OWN), "{username}");
        }
        let username = accounts[0];
        desk.profile(username, PASSWORD).succeeds();
        desk.profile(username, "seven herons guard an orchare").exits(5);
        desk.change_password(username, PASSWORD, GOOD).succeeds();
    }
}

#[test]
#[ignore = "takes long"]
fn with_the_files_of_other_programs_everybody_signs_in_as_before_and_each_hash_is_renewed() {
    everybody_signs_in(&data());
}

#[test]
#[ignore = "needs apache2-utils, dovecot-core, slapd, whois, Django in PYTHON, and root"]
fn with_files_that_the_programs_just_made_everybody_signs_in_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(data().join("make.sh")).arg(folder.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    everybody_signs_in(folder.path());
}

#[test]
fn a_hash_that_cannot_be_kept_is_named_and_its_account_needs_a_reset() {
    let desk = Desk::settled();
    let run = desk.run(&["users", "import", &data_file("htpasswd"), "--source", "htpasswd"]).succeeds();
    for (username, why) in [
        ("httpm", "because Apache's MD5 is too weak to keep: httpm in line 5."),
        ("https", "because an unsalted SHA-1 is too weak to keep: https in line 6."),
        ("httpd", "because DES crypt is too weak to keep: httpd in line 7."),
    ] {
        assert!(run.stderr.contains(&format!("Without a password, {why}\n")), "{}", run.stderr);
        desk.profile(username, PASSWORD).exits(5);
        assert!(desk.account::<bool>("password_hash IS NULL AND must_change", username), "{username}");
    }
    assert!(run.stderr.contains("Nobody can sign in to 3 of them yet."), "{}", run.stderr);
    assert!(run.stderr.ends_with("seq 5 7 | passdesk users reset --from - --yes --format csv --output FILE\n"));
}

#[test]
fn no_message_and_no_event_has_a_hash() {
    let desk = Desk::settled();
    let secret = "JbZ9dcvnQ1mUc8e4w7dK1";
    let file =
        format!("username,password_hash\na,{secret}\nb,$2b$12${secret}\nx y,$2b$05${secret}\nc,\"{{SSHA}}{secret}\"\n");
    fs::write(desk.home.path().join("people.csv"), file).unwrap();
    for flags in [&["--dry-run"][..], &[], &["--skip-invalid"], &["--skip-invalid", "--format", "json"]] {
        let run = desk.run(&[&["users", "import", "people.csv"], flags].concat());
        assert!(!run.stderr.contains(secret) && !run.stdout.contains(secret), "{}", run.stderr);
    }
    let run = desk.run(&["users", "import", &data_file("htpasswd")]).exits(2);
    assert!(run.stderr.contains("--source") && !run.stderr.contains('$'), "{}", run.stderr);
    let record = desk.run(&["audit", "list", "--format", "jsonl"]).succeeds().stdout;
    assert!(record.contains("import") && !record.contains(secret));
}

#[test]
fn a_list_that_would_make_each_sign_in_slow_is_refused() {
    let desk = Desk::settled();
    let mut file = "username,password_hash\n".to_owned();
    for cost in 0..20 {
        let hash = "c2FsdHNhbHRzYWx0c2FsdA$KSdKNRArWNdXImsbGEx03gQNKlhLfiJCwEoj/0aIRAk";
        writeln!(file, "u{cost},\"$argon2id$v=19$m={},t=1,p=1${hash}\"", 8_192 + cost).unwrap();
    }
    fs::write(desk.home.path().join("people.csv"), file).unwrap();
    let before = desk.run(&["users", "list", "--format", "json"]).succeeds().stdout;
    for flags in [&["--dry-run"][..], &[]] {
        let run = desk.run(&[&["users", "import", "people.csv"], flags].concat()).exits(8);
        assert!(run.stderr.contains("each sign-in would evaluate 21 different hashes"), "{}", run.stderr);
    }
    assert_eq!(desk.run(&["users", "list", "--format", "json"]).succeeds().stdout, before);
    let record = desk.run(&["audit", "list", "--format", "jsonl"]).succeeds().stdout;
    assert_eq!(record.matches("overload").count(), 1, "{record}");
}

#[test]
fn a_hash_in_the_wrong_place_is_not_repeated() {
    let desk = Desk::settled();
    for hash in [
        "{SHA}OeZCmXrDAja1Whr4gsnllb5NvUU=",
        "$2y$05$Wx6rZc6nvkzYOnALHub7beM9ziWkPSjPbWx6rZc6nvkz",
        "pbkdf2_sha256$1$a$b",
    ] {
        for (text, source) in [
            (format!("username,password_hash\n{hash},alice\n"), "csv"),
            (format!("username,email\nalice,{hash}\n"), "csv"),
            (format!("username,role\nalice,{hash}\n"), "csv"),
            (format!("{hash}:alice\n"), "htpasswd"),
            (format!("dn: uid=a\nuid: {hash}\n"), "ldif"),
        ] {
            let run = desk.run_with(&text, &["users", "import", "-", "--source", source]);
            assert!(run.code != 0, "{text}");
            assert!(run.stderr.contains("it may be the hash of a password"), "{text}: {}", run.stderr);
            assert!(!run.stderr.contains(&hash[6..]), "{text}: {}", run.stderr);
        }
    }
}

#[test]
fn an_entry_that_has_ended_stays_out_and_an_end_to_come_goes_along() {
    let desk = Desk::settled();
    let entry = |uid: &str, end: &str| format!("dn: uid={uid}\nuid: {uid}\n{end}\n\n");
    let file = [
        entry("gone", "shadowExpire: 1"),
        entry("over", "krbPrincipalExpiration: 20200101000000Z"),
        entry("stays", "shadowExpire: -1"),
        entry("day", "shadowExpire: 47482"),
        entry("later", "krbPrincipalExpiration: 21000101000000Z"),
    ];
    let run = desk.run_with(file.concat(), &["users", "import", "-", "--source", "ldif"]).succeeds();
    assert!(
        run.stderr.contains("Left out 2 accounts to which nobody can sign in there: gone, over."),
        "{}",
        run.stderr
    );
    let end = |username: &str| desk.account::<Option<i64>>("expires_at", username);
    assert_eq!([end("stays"), end("day"), end("later")], [None, Some(47_482 * 86_400), Some(4_102_444_800)]);
    let bad =
        desk.run_with(entry("bad", "krbPrincipalExpiration: soon"), &["users", "import", "-", "--source", "ldif"]);
    assert!(bad.code != 0 && bad.stderr.contains("is no moment"), "{}", bad.stderr);
}

#[test]
fn the_end_of_an_account_is_in_a_list_and_comes_back_from_it() {
    let [from, to] = [Desk::settled(), Desk::settled()];
    from.run_with("username,expires_on\nalice,2099-03-31\nbob,\n", &["users", "import", "-"]).succeeds();
    from.sql("UPDATE accounts SET expires_at = 1000000000 WHERE username = 'bob'");
    to.run_with(from.listed(), &["users", "import", "-", "--on-conflict", "skip"]).succeeds();
    for username in ["alice", "bob"] {
        let [was, is] = [&from, &to].map(|desk| desk.account::<i64>("expires_at", username));
        assert_eq!(is, was, "{username}");
    }
}

#[test]
fn a_file_of_another_source_brings_nobody() {
    let desk = Desk::settled();
    let before = desk.state();
    let passwd = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n";
    let run = desk.run_with(passwd, &["users", "import", "-", "--source", "htpasswd"]).exits(2);
    assert!(run.stderr.contains("no account"), "{}", run.stderr);
    let run = desk.run_with("alice:$2y$05$x\n", &["users", "import", "-", "--source", "shadow"]);
    assert!(run.code != 0 && run.stderr.contains("nine fields"), "{}", run.stderr);
    assert_eq!(desk.state(), before);
}

#[test]
fn a_hash_that_is_fast_to_guess_is_nowhere_in_the_store() {
    let desk = Desk::settled();
    desk.run(&["users", "import", &data_file("dovecot"), "--source", "htpasswd"]).succeeds();
    let bytes = desk.store_bytes();
    let is_there = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    let mut fast = 0;
    for line in fs::read_to_string(data().join("dovecot")).unwrap().lines() {
        let hash = line.split(':').nth(1).unwrap();
        if let Some(encoded) = hash.strip_prefix("{SSHA").and_then(|hash| hash.split_once('}')).map(|(_, hash)| hash) {
            fast += 1;
            assert!(!is_there(&encoded.as_bytes()[..24]), "{line}");
            let digest = data_encoding(&encoded[..24]);
            assert!(!is_there(&digest), "{line}");
        }
    }
    assert_eq!(fast, 3);
    assert!(desk.hash_of("dovessha").starts_with("$argon2id-ssha$"));
}

/// The bytes of a text in Base64.
fn data_encoding(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[test]
fn verify_renews_a_hash_too() {
    let desk = Desk::settled();
    desk.run(&["users", "import", &data_file("htpasswd"), "--source", "htpasswd"]).succeeds();
    fed(desk.command(&["verify", "httpb"]), format!("{PASSWORD}x\n")).exits(5);
    assert!(desk.hash_of("httpb").starts_with("$2y$05$"));
    fed(desk.command(&["verify", "httpb"]), format!("{PASSWORD}\n")).succeeds();
    assert!(desk.hash_of("httpb").starts_with(OWN));
}

#[test]
fn a_password_is_checked_as_it_is_typed_and_renewed_in_the_form_of_every_keyboard() {
    let desk = Desk::settled();
    // Python: hashlib.pbkdf2_hmac('sha256', 'cafe\u0301 au lait'.encode(), b'saltsalt', 1000)
    let file =
        "username,password_hash\nalice,pbkdf2_sha256$1000$saltsalt$t+/DjvOhSMcton2PsjHpC47iswLvkdihGxJmRfk+/gM=\n";
    fs::write(desk.home.path().join("people.csv"), file).unwrap();
    desk.run(&["users", "import", "people.csv"]).succeeds();
    desk.profile("alice", "caf\u{e9} au lait").exits(5);
    desk.profile("alice", "cafe\u{301} au lait").succeeds();
    desk.profile("alice", "caf\u{e9} au lait").succeeds();
}

#[test]
fn an_account_that_exists_keeps_its_password() {
    let desk = Desk::settled();
    desk.like_root("httpb", 0);
    let before = desk.hash_of("httpb");
    let file = data_file("htpasswd");
    for what in ["update", "skip"] {
        let run = desk.run(&["users", "import", &file, "--source", "htpasswd", "--on-conflict", what]).succeeds();
        assert!(run.stderr.contains("that existed. Their passwords stay.\n"), "{}", run.stderr);
        assert_eq!(desk.hash_of("httpb"), before);
    }
}

#[test]
fn only_who_brings_no_password_gets_a_temporary_one() {
    let desk = Desk::settled();
    let flags = ["--source", "htpasswd", "--temporary-passwords", "--output", "first.csv"];
    desk.run(&[&["users", "import", &data_file("htpasswd")], &flags[..]].concat()).succeeds();
    let rows = fs::read_to_string(desk.home.path().join("first.csv")).unwrap();
    let rows: Vec<_> = rows.lines().skip(1).collect();
    assert_eq!(rows.len(), 3, "{rows:?}");
    for username in ["httpm", "https", "httpd"] {
        assert!(rows.iter().any(|row| row.starts_with(&format!("{username},"))), "{username}: {rows:?}");
    }
    desk.profile("httpb", PASSWORD).succeeds();
}

#[test]
fn a_dry_run_says_who_would_keep_their_password() {
    let desk = Desk::settled();
    let run =
        desk.refuses(0, || desk.run(&["users", "import", &data_file("shadow"), "--source", "shadow", "--dry-run"]));
    let left_out = "Left out 2 accounts to which nobody can sign in there: daemon, gone.\n";
    assert!(run.stderr.contains(left_out), "{}", run.stderr);
    assert!(run.stdout.contains("With the password of their owners: 8 accounts.\n"), "{}", run.stdout);
    assert!(run.stdout.contains("because the password is locked: locked in line 13.\n"), "{}", run.stdout);
}

#[test]
fn who_is_locked_out_there_or_has_ended_does_not_come_in() {
    let desk = Desk::settled();
    let shadow = "$y$j9T$5bhMDLv4fI/2Z6IjTKvT//$ddmpKmex7Vf22SJhcN7D1WdN8jLc3iwdLcxsVcYdZ.3:20786:0:99999:7";
    let file = format!("ended:{shadow}::20000:\nends:{shadow}::99999:\nstays:{shadow}:::\n");
    fs::write(desk.home.path().join("shadow"), file).unwrap();
    let run = desk.run(&["users", "import", "shadow", "--source", "shadow"]).succeeds();
    assert!(run.stderr.contains("to which nobody can sign in there: ended.\n"), "{}", run.stderr);
    let ends = |username| desk.account::<Option<i64>>("expires_at", username);
    assert_eq!([ends("ends"), ends("stays")], [Some(99_999 * 86_400), None]);
    let people = fs::read_to_string(data().join("people.ldif")).unwrap();
    let people = people.replace("\nuid: ldapssha\n", "\nuid: ldapssha\nnsAccountLock: TRUE\n");
    let people = people.replace("\nuid: ldapssha256\n", "\nuid: ldapssha256\npwdAccountLockedTime: 000001010000Z\n");
    fs::write(desk.home.path().join("people.ldif"), people).unwrap();
    let run = desk.run(&["users", "import", "people.ldif", "--source", "ldif"]).succeeds();
    assert!(run.stderr.contains("to which nobody can sign in there: ldapssha, ldapssha256.\n"), "{}", run.stderr);
    for username in ["ended", "ldapssha", "ldapssha256"] {
        desk.profile(username, PASSWORD).exits(5);
    }
    assert_eq!(desk.value::<i64>("SELECT count(*) FROM accounts"), 7);
}

#[test]
fn hints_name_whoever_has_no_password_and_nobody_else() {
    let hash = "$2y$05$Wx6rZc6nvkzYOnALHub7beM9ziWkPSjPbyUeE2hwF/.0xNFgD3Qfm";
    for (runs, is_named) in [(9, true), (100, true), (101, false)] {
        let desk = Desk::settled();
        let mut list = String::from("username,password_hash\n");
        for number in 0..runs {
            write!(list, "a{number},{hash}\nb{number},\n").unwrap();
        }
        fs::write(desk.home.path().join("people.csv"), list).unwrap();
        let run = desk.run(&["users", "import", "people.csv"]).succeeds();
        let hint = run.stderr.split("first passwords:\n").nth(1).unwrap();
        assert!(!hint.contains("--must-change") && !hint.contains("--never-signed-in"), "{hint}");
        if is_named {
            let named: Vec<String> = (0..runs).map(|number| format!("seq {0} {0}", 2 * number + 3)).collect();
            let reset = "passdesk users reset --from - --yes --format csv --output FILE";
            assert_eq!(hint, format!("{{ {}; }} | {reset}\n", named.join("; ")));
        } else {
            assert!(hint.starts_with("passdesk users reset --from NAMES --format csv --output FILE\n"), "{hint}");
            assert!(hint.contains("--temporary-passwords"), "{hint}");
        }
    }
}

#[test]
fn hashes_do_not_go_into_a_file_that_others_can_read() {
    let desk = Desk::settled();
    for (mode, code) in [(0o644, 12), (0o640, 12), (0o600, 0)] {
        let path = desk.home.path().join("people.csv");
        let file = fs::File::create(&path).unwrap();
        file.set_permissions(Permissions::from_mode(mode)).unwrap();
        let mut list = desk.command(&["users", "list", "--hashes", "--format", "csv"]);
        let run: Run = list.stdout(file).output().unwrap().into();
        let run = run.exits(code);
        assert_eq!(run.stderr.contains("others can read the file"), code == 12, "{}", run.stderr);
        assert_eq!(fs::read(&path).unwrap().is_empty(), code == 12);
    }
    let exports = desk.run(&["audit", "list", "--action", "export-hashes", "--format", "jsonl"]).succeeds().stdout;
    assert_eq!(exports.lines().count(), 1);
}

#[test]
fn a_file_of_another_source_is_refused() {
    let desk = Desk::settled();
    for (file, source) in [("people.ldif", "django"), ("htpasswd", "ldif"), ("django.json", "shadow")] {
        desk.refuses(2, || desk.run(&["users", "import", &data_file(file), "--source", source]));
    }
}

/// Imports all files into one store.
fn with_all() -> Desk {
    let desk = Desk::settled();
    for (source, file, _) in SOURCES {
        desk.run(&["users", "import", &data_file(file), "--source", source]).succeeds();
    }
    desk
}

#[test]
fn what_goes_out_with_hashes_comes_in_again_and_everybody_signs_in() {
    let desk = with_all();
    let list = desk.run(&["users", "list", "--hashes", "--format", "csv"]).succeeds().stdout;
    let there = Desk::settled();
    fs::write(there.home.path().join("people.csv"), &list).unwrap();
    let run = there.run(&["users", "import", "people.csv", "--on-conflict", "skip"]).succeeds();
    assert!(run.stderr.contains("With the password of their owners: 31 accounts."), "{}", run.stderr);
    assert_eq!(
        there.run(&["users", "list", "--hashes", "--format", "csv"]).succeeds().stdout.lines().count(),
        list.lines().count()
    );
    for username in ["httpb", "dovessha512", "shadowyescrypt", "djscrypt"] {
        assert_eq!(there.hash_of(username), desk.hash_of(username));
    }
    there.profile("dovessha512", PASSWORD).succeeds();
    assert!(there.hash_of("dovessha512").starts_with(OWN));
}

#[test]
fn hashes_go_out_of_nobody_who_could_not_sign_in_with_a_password_of_their_own() {
    let desk = Desk::settled();
    for username in ["disabled", "removed", "flagged", "temporary", "alice"] {
        desk.like_root(username, 0);
    }
    desk.run(&["users", "disable", "disabled"]).succeeds();
    desk.run(&["users", "remove", "removed"]).succeeds();
    desk.run(&["users", "require-change", "flagged"]).succeeds();
    desk.run(&["users", "reset", "temporary", "--yes", "-q"]).succeeds();
    let mut with_hash = Vec::new();
    for state in [&[][..], &["--state", "removed"]] {
        let list = desk.run(&[&["users", "list", "--hashes", "--format", "jsonl"], state].concat()).succeeds().stdout;
        let accounts = list.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let hashed = accounts.filter(|account| !account["password_hash"].is_null());
        with_hash.extend(hashed.map(|account| account["username"].as_str().unwrap().to_owned()));
    }
    assert_eq!(with_hash, ["root", "alice"]);
}

#[test]
fn hashes_are_for_a_global_admin_and_for_a_file_and_each_export_is_recorded() {
    let desk = Desk::settled();
    for (username, roles) in [("ua", USER_ADMIN), ("hd", HELPDESK), ("ga", GLOBAL_ADMIN)] {
        desk.like_root(username, roles);
    }
    let export = ["users", "list", "--hashes", "--format", "csv"];
    for username in ["ua", "hd"] {
        let run = desk.run_as(username, &export).exits(4);
        assert!(run.stdout.is_empty() && run.stderr.contains("may not read the hashes of passwords"), "{}", run.stderr);
    }
    desk.refuses(2, || desk.run(&["users", "list", "--hashes"]));
    let done = |desk: &Desk| {
        let audit = desk.run(&["audit", "list", "--action", "export-hashes", "--outcome", "done", "--format", "jsonl"]);
        audit.succeeds().stdout.lines().count()
    };
    assert_eq!(done(&desk), 0);
    let list = desk.run_as("ga", &export).succeeds().stdout;
    assert!(list.lines().next().unwrap().ends_with(",password_hash"));
    assert_eq!(done(&desk), 1);
}

#[test]
#[ignore = "takes long"]
fn of_a_hundred_thousand_with_hashes_of_eight_kinds_whoever_signs_in_has_a_new_hash() {
    const ROWS: usize = 100_000;
    const SIGN_IN: usize = 200;
    let written = |file: &str, name: &str| {
        let text = fs::read_to_string(data().join(file)).unwrap();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.split(':').next().map(str::to_owned))
    };
    let django: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(data().join("django.json")).unwrap()).unwrap();
    let scrypt = django.as_array().unwrap().iter().find(|user| user["fields"]["username"] == "djscrypt").unwrap();
    let hashes = [
        written("htpasswd", "httpb").unwrap(),
        written("shadow", "shadowyescrypt").unwrap(),
        written("shadow", "shadowsha512").unwrap(),
        written("shadow", "shadowsha256").unwrap(),
        written("dovecot", "doveargon2i").unwrap(),
        written("dovecot", "dovepbkdf2").unwrap(),
        written("dovecot", "dovessha").unwrap(),
        scrypt["fields"]["password"].as_str().unwrap().to_owned(),
    ];
    let mut list = String::from("username,password_hash\n");
    for number in 0..ROWS {
        // argon2 has commas.
        writeln!(list, "u{number:06},\"{}\"", hashes[number % hashes.len()]).unwrap();
    }
    let desk = Desk::settled();
    fs::write(desk.home.path().join("people.csv"), &list).unwrap();
    let begun = Instant::now();
    let run = desk.run(&["users", "import", "people.csv"]).succeeds();
    let import = begun.elapsed();
    assert!(run.stderr.contains("With the password of their owners: 100,000 accounts.\n"), "{}", run.stderr);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for place in 0..SIGN_IN {
        let step = place * (ROWS / SIGN_IN);
        let username = format!("u{:06}", step - step % hashes.len() + place % hashes.len());
        for (times, password, code) in [(&mut wrong, "seven herons guard an orchare", 5), (&mut right, PASSWORD, 0)] {
            let begun = Instant::now();
            fed(desk.command(&["verify", &username]), format!("{password}\n")).exits(code);
            times.push(begun.elapsed());
        }
        assert!(desk.hash_of(&username).starts_with(OWN), "{username}");
    }
    let own = format!("SELECT count(*) FROM accounts WHERE id > 1 AND password_hash LIKE '{OWN}%'");
    assert_eq!(desk.value::<i64>(&own), i64::try_from(SIGN_IN).unwrap());
    for times in [&mut right, &mut wrong] {
        times.sort_unstable();
    }
    let said = format!("import {import:.1?}, right {:.1?}, wrong {:.1?}", right[SIGN_IN / 2], wrong[SIGN_IN / 2]);
    writeln!(std::io::stderr(), "{said}").unwrap();
    desk.run(&["audit", "verify"]).succeeds();
    desk.run(&["store", "check"]).succeeds();
}
