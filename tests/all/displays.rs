//! Displays that answer but let nobody use their clipboard. Run with `cargo test -- --ignored`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};

use crate::common::display::{Kind, Stage, wait_for};
use crate::common::{GOOD, Run};

const COPY: [&str; 7] = ["users", "reset", "alice", "--yes", "--copy", "--clear-after", "0"];

/// A second display besides that of the stage. It ends with the test.
struct Beside(Child, String);

impl Drop for Beside {
    fn drop(&mut self) {
        // At worst the display has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An X11 display that admits only clients with its cookie.
fn x11_with_a_cookie(stage: &Stage) -> Beside {
    let add = ["-f", "cookies", "add", ":0", ".", "00112233445566778899aabbccddeeff"];
    assert!(stage.other("xauth", &add).stderr(Stdio::null()).status().unwrap().success());
    let args = ["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset", "-auth", "cookies"];
    let file = stage.desk.home.path().join("beside");
    let mut command = stage.other("Xvfb", &args);
    let server = command.stdout(fs::File::create(&file).unwrap()).stderr(Stdio::null()).spawn().unwrap();
    let mut beside = Beside(server, String::new());
    let number = wait_for("Xvfb", || fs::read_to_string(&file).unwrap().strip_suffix('\n').map(str::to_owned));
    // A cookie belongs to one display.
    let add = ["-f", "cookies", "add", &format!(":{number}"), ".", "00112233445566778899aabbccddeeff"];
    assert!(stage.other("xauth", &add).status().unwrap().success());
    beside.1 = format!(":{number}");
    beside
}

/// A Wayland display without the protocol for the clipboard.
fn weston(stage: &Stage) -> Beside {
    let args = ["--backend=headless-backend.so", "--socket=beside", "--no-config", "--idle-time=0"];
    let mut command = stage.other("weston", &args);
    let server = command.env_remove("DISPLAY").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let beside = Beside(server, "beside".into());
    let socket = stage.desk.home.path().join("runtime/beside");
    wait_for("weston", || UnixStream::connect(&socket).ok());
    beside
}

#[track_caller]
fn refuses(stage: &Stage, environment: &[(&str, &str)], said: &str) {
    let mut command = stage.passdesk(&COPY);
    command.env_remove("DISPLAY").envs(environment.iter().copied());
    let run = stage.desk.refuses(12, || command.output().unwrap().into());
    assert!(run.stderr.starts_with(&format!("error: {said}\nhint: ")), "{}", run.stderr);
    stage.profile("alice", GOOD).succeeds();
    stage.until_nobody_holds();
}

#[test]
#[ignore = "needs Xvfb and xauth"]
fn an_x11_display_that_does_not_let_this_user_in_is_named() {
    let stage = Stage::new(Kind::X11);
    let beside = x11_with_a_cookie(&stage);
    let said = format!("the X11 display {} does not let this user in", beside.1);
    refuses(&stage, &[("DISPLAY", &beside.1)], &said);
}

#[test]
#[ignore = "needs Xvfb, xauth and xclip"]
fn whoever_has_the_cookie_is_let_in_wherever_the_file_is_named_from() {
    let stage = Stage::new(Kind::X11);
    let beside = x11_with_a_cookie(&stage);
    let mut command = stage.passdesk(&COPY);
    Run::from(command.env("DISPLAY", &beside.1).env("XAUTHORITY", "cookies").output().unwrap()).succeeds();
    let mut paste = stage.other("xclip", &["-o", "-selection", "clipboard"]);
    let pasted = Run::from(paste.env("DISPLAY", &beside.1).env("XAUTHORITY", "cookies").output().unwrap()).succeeds();
    stage.profile("alice", &pasted.stdout).exits(6);
}

#[test]
#[ignore = "needs weston and Xvfb"]
fn a_compositor_that_has_no_clipboard_for_it_is_said_to_be_one() {
    let stage = Stage::new(Kind::X11);
    let beside = weston(&stage);
    let said = "this Wayland compositor has no data-control protocol, which --copy needs";
    refuses(&stage, &[("WAYLAND_DISPLAY", &beside.1)], said);
}

#[test]
#[ignore = "needs weston and Xvfb"]
fn beside_such_a_compositor_that_of_x11_is_used_and_not_outlived() {
    let stage = Stage::new(Kind::X11);
    let beside = weston(&stage);
    Run::from(stage.passdesk(&COPY).env("WAYLAND_DISPLAY", &beside.1).output().unwrap()).succeeds();
    stage.profile("alice", &stage.pasted().unwrap()).exits(6);
    stage.holder();
    stage.kill_display();
    stage.until_nobody_holds();
}
