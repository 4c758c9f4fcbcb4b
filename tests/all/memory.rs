//! Secrets are overwritten, whether typed, piped in or handed over. The memory of a running program keeps no part of
//! them. Run with `cargo test -- --ignored`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::common::pty::Pty;
use crate::common::{Desk, temporary_in};
use rustix::io::ioctl_fionread;
use rustix::pipe::{SpliceFlags, fcntl_setpipe_size, tee};

/// Far more than anything takes, so that a slow machine fails no test.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);
/// A part of a password with this length is found, wherever it begins.
const PART: usize = 8;

/// A long password: a growing buffer would have been moved several times. None of its parts is in memory by chance, and
/// none occurs twice in it.
fn long() -> String {
    crate::common::garbage(200).into_iter().take(200).map(|byte| char::from(b'!' + byte % 94)).collect()
}

/// The number of places in writable memory that hold parts of a password. Parts count in the typed case or in lower
/// case, as text or as four-byte characters.
fn places(process: i32, password: &str) -> usize {
    let mut parts = BTreeSet::new();
    for password in [password.to_owned(), password.to_lowercase()] {
        parts.extend(password.as_bytes().windows(PART).map(<[u8]>::to_vec));
        let wide: Vec<u8> = password.chars().flat_map(|c| u32::from(c).to_ne_bytes()).collect();
        parts.extend(wide.windows(4 * PART).step_by(4).map(<[u8]>::to_vec));
    }
    // Most memory begins like none of the parts.
    let mut begins = vec![false; 1 << 16];
    for part in &parts {
        begins[usize::from(u16::from_ne_bytes([part[0], part[1]]))] = true;
    }
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut places = 0;
    for map in maps.lines().filter(|map| map.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (from, to) = map.split(' ').next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|at| u64::from_str_radix(at, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        memory.seek(SeekFrom::Start(from)).unwrap();
        memory.read_exact(&mut bytes).unwrap();
        let mut last = None;
        for (at, window) in bytes.windows(4 * PART).enumerate() {
            if !begins[usize::from(u16::from_ne_bytes([window[0], window[1]]))]
                || !(parts.contains(&window[..PART]) || parts.contains(window))
            {
                continue;
            }
            // A match that follows within one character belongs to the same place.
            places += usize::from(last.is_none_or(|last| at > last + 4));
            last = Some(at);
        }
    }
    places
}

/// A desk with an admin `root` with this password, and an account `bob`.
fn with_password(password: &str) -> Desk {
    let desk = Desk::empty();
    let temporary = desk.run(&["init", "--admin", "root", "-q"]).succeeds().password();
    desk.change_password("root", &temporary, password).succeeds();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    desk
}

#[test]
#[ignore = "needs root, to read the memory of another"]
fn while_a_password_is_typed_it_is_in_one_place_and_in_none_when_it_is_taken_back() {
    let desk = with_password(&long());
    let mut pty = Pty::start(&desk.command(&["me", "passwd", "--as", "root"]));
    let process = pty.number_of_program().as_raw_pid();
    let until = |text: &str, count: usize| {
        for _ in 0..100 {
            if places(process, text) == count {
                return;
            }
            thread::sleep(GLANCE);
        }
        unreachable!("it is in {} places", places(process, text));
    };
    pty.until("Password of root: ");
    pty.secret(&long());
    // Once the end of the password is in memory, all of it has been read.
    until(&long()[long().len() - PART..], 1);
    assert_eq!(places(process, &long()), 1);
    pty.send("\x15");
    until(&long(), 0);
    pty.send("\x03");
    pty.end().exits(130);
}

#[test]
#[ignore = "needs root, to read the memory of another"]
fn a_password_that_let_somebody_in_is_gone_when_the_next_question_stands() {
    let desk = with_password(&long());
    let mut pty = Pty::start(&desk.command(&["users", "reset", "bob", "--as", "root"]));
    pty.until("Password of root: ");
    pty.secret(&format!("{}?\u{7f}", long()));
    pty.send("\r");
    pty.until("[y/N] ");
    assert_eq!(places(pty.number_of_program().as_raw_pid(), &long()), 0);
    pty.send("n\r");
    pty.end().exits(130);
}

#[test]
#[ignore = "needs root, to read the memory of another"]
fn the_password_that_is_to_be_replaced_is_there_once_until_it_is() {
    let desk = with_password(&long());
    let temporary = desk.run(&["users", "reset", "bob", "--yes", "-q"]).succeeds().password();
    for (args, password) in [(["me", "passwd", "--as", "root"], long()), (["me", "sign-in", "--as", "bob"], temporary)]
    {
        let mut pty = Pty::start(&desk.command(&args));
        pty.answer("Password of ", &password);
        pty.until("New password");
        assert_eq!(places(pty.number_of_program().as_raw_pid(), &password), 1, "{args:?}");
        pty.send("\x03");
        pty.end().exits(130);
    }
}

#[test]
#[ignore = "needs root, to read the memory of another"]
fn a_password_from_standard_input_is_gone_when_the_answer_is_written() {
    let desk = with_password(&long());
    for cost in ["m=19456,t=2,p=1", "m=20000,t=2,p=1"] {
        // The hash is renewed at the other cost.
        desk.run(&["policy", "set", "argon2", cost]).succeeds();
        let (_reader, mut writer) = io::pipe().unwrap();
        fcntl_setpipe_size(&writer, 4096).unwrap();
        writer.write_all(&[b'.'; 4096]).unwrap();
        let mut profile = desk.command(&["me", "profile", "--as", "root", "--password-stdin"]);
        let mut child = profile.stdin(Stdio::piped()).stdout(writer).spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("{}\n", long()).as_bytes()).unwrap();
        until_it_writes(child.id());
        assert_eq!(places(child.id().try_into().unwrap(), &long()), 0);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
#[ignore = "needs root, to read the memory of another"]
fn a_temporary_password_is_gone_when_it_is_in_force_and_the_next_is_written() {
    let desk = with_password(&long());
    desk.run(&["users", "add", "carol", "-q"]).succeeds();
    for format in ["csv", "jsonl", "json"] {
        // There is room for one row, but not for two.
        let (reader, mut writer) = io::pipe().unwrap();
        fcntl_setpipe_size(&writer, 4096).unwrap();
        writer.write_all(&[b'.'; 4096 - 200]).unwrap();
        let mut reset = desk.command(&["users", "reset", "bob", "carol", "--yes", "--format", format]);
        let mut child = reset.stdout(writer).stderr(Stdio::null()).spawn().unwrap();
        until_it_writes(child.id());
        let (mut copy, other) = io::pipe().unwrap();
        let there = usize::try_from(ioctl_fionread(&reader).unwrap()).unwrap();
        assert_eq!(tee(&reader, &other, there, SpliceFlags::empty()).unwrap(), there);
        drop(other);
        let mut rows = String::new();
        copy.read_to_string(&mut rows).unwrap();
        let first = temporary_in(&rows).unwrap();
        assert_eq!(places(child.id().try_into().unwrap(), &first), 0, "{format}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// Waits until the program waits in a system call that writes to a pipe.
fn until_it_writes(process: u32) {
    for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
        if fs::read_to_string(format!("/proc/{process}/wchan")).unwrap().contains("pipe_w") {
            return;
        }
        thread::sleep(GLANCE);
    }
    unreachable!("it does not write");
}
