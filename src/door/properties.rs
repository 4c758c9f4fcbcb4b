//! Any bytes that one half of a shared host may send to the other.

#![expect(clippy::expect_used, reason = "a property panics where it does not hold")]

use std::io::Write as _;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::back::Watch;
use super::line::{Body, Line};
use super::protocol::{Hello, Question, Reply};
use super::remote::Remote;
use crate::files::Files as _;
use crate::gate::Gate;
use crate::properties::Choices;
use crate::sign_in_files::SignIns as _;
use crate::terminal::clipboard::Clipboard as _;
use crate::terminal::output::Output as _;
use crate::terminal::{Ask as _, Phase, Pick as _, Screen as _};

/// The most room that a body gets here, in bytes.
const ROOM: u32 = 256;

const LIST: &str = "/list.csv";

/// Messages of either half.
const MESSAGES: [&str; 22] = [
    r#"{"version":"0.1.0","caller":{"zone":"UTC","sudo_caller":null,"through_sudo":false,"pam":null}}"#,
    r#""Done""#,
    r#""PutOff""#,
    r#"{"Yes":true}"#,
    r#"{"Words":"alice"}"#,
    r#"{"Number":18446744073709551615}"#,
    r#"{"Layout":{"width":0,"coloured":true}}"#,
    r#"{"Key":"Copy"}"#,
    r#"{"Input":{"has_grown":true}}"#,
    r#""Part""#,
    r#"{"Open":7}"#,
    r#"{"Search":"a"}"#,
    r#""Nothing""#,
    r#""Malformed""#,
    r#"{"Failed":{"Io":{"number":5,"message":"x"}}}"#,
    r#"{"Failed":{"Failure":{"kind":12,"message":"x","lines":[],"hint":null,"items":[]}}}"#,
    r#"{"Failed":"Cancelled"}"#,
    r#"{"Enter":"Committing"}"#,
    r#"{"Done":{"Err":{"kind":13,"message":"x","lines":["y"],"hint":{"words":"w","command":"c"},"items":[]}}}"#,
    r#"{"Retain":{"file":1,"end":7,"gone":[{"start":0,"end":3}]}}"#,
    r#"{"Paint":{"title":"t","rest":"r","status":"s"}}"#,
    r#"{"Copy":{"clear_after":{"secs":45,"nanos":0}}}"#,
];

/// Any bytes are a message or an error, and no body is longer than its room. A message is read as it was sent. The back half
/// takes nothing for leave to commit but the plain word.
pub fn protocol(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let mut sent = Vec::new();
    while choices.are_left() && sent.len() < 2048 {
        let message = choices.one_of(&MESSAGES).as_bytes();
        let message = if choices.yes() { message.to_vec() } else { choices.changed(message) };
        let body = choices.text(6);
        // Most lengths are true.
        let lengths = [message.len(), body.len()].map(|length| match choices.below(16) {
            1 => choices.any::<u32>(),
            _ => u32::try_from(length).unwrap_or(u32::MAX),
        });
        for length in lengths {
            sent.extend(length.to_le_bytes());
        }
        sent.extend([&message, body.as_bytes()].concat());
    }
    for sent in [bytes, &sent] {
        read::<Hello>(sent);
        read::<Question>(sent);
        read::<Reply>(sent);
        commits_nothing(sent);
        answers(sent);
    }
}

/// A line at whose other end these bytes were sent, and nothing comes behind them.
fn heard(bytes: &[u8]) -> (Line, UnixStream) {
    let (here, mut there) = UnixStream::pair().expect("there is a socket");
    // A socket takes more than any of these inputs, so this does not wait.
    there.write_all(&bytes[..bytes.len().min(64 << 10)]).expect("a socket takes a little");
    there.shutdown(Shutdown::Write).expect("the socket is open");
    (Line::over(here), there)
}

/// Reads all messages. Each is read again as it was.
fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let (line, _there) = heard(bytes);
    while let Ok(Some((message, body))) = line.receive::<T>(|| ROOM) {
        assert!(body.len() <= ROOM as usize);
        let (here, there) = UnixStream::pair().expect("there is a socket");
        Line::over(there).send(&message, &body).expect("a socket takes a little");
        let again = Line::over(here).receive::<T>(|| ROOM).expect("it is a message").expect("it was sent");
        let value = |message: &T| serde_json::to_value(message).expect("it is JSON");
        assert_eq!((value(&again.0), again.1), (value(&message), body));
    }
}

/// The back half behind a front half that has sent this.
fn remote(bytes: &[u8]) -> (Remote, UnixStream) {
    let (line, there) = heard(bytes);
    let watch = Watch::over(Arc::new(line), Gate::default());
    watch.listen().expect("there is a thread");
    (Remote::behind(watch), there)
}

/// The first answer among the messages, as far as they are some.
fn first_answer(mut bytes: &[u8]) -> Option<(Value, Body)> {
    loop {
        let (head, rest) = bytes.split_first_chunk::<8>()?;
        let [length, body] =
            [&head[..4], &head[4..]].map(|part| u32::from_le_bytes(part.try_into().expect("four bytes")) as usize);
        let (message, rest) = rest.split_at_checked(length)?;
        let (body, rest) = rest.split_at_checked(body)?;
        let message: Value = serde_json::from_slice(message).ok()?;
        if message != "PutOff" {
            return Some((message, body.to_vec().into()));
        }
        bytes = rest;
    }
}

/// Nothing but `Done` is leave to commit.
fn commits_nothing(bytes: &[u8]) {
    let (remote, _there) = remote(bytes);
    let has_leave = remote.has_leave(Phase::Committing);
    let is_given =
        first_answer(bytes).is_some_and(|(answer, _)| answer == "Done" || answer == serde_json::json!({"Done": null}));
    assert!(!has_leave || is_given, "{bytes:?}");
}

/// Whatever the front half answers, each question has an answer or an error.
fn answers(bytes: &[u8]) {
    let asks: [fn(&mut Remote); 22] = [
        |half| _ = half.is_interactive(),
        |half| _ = half.instead("x"),
        |half| _ = half.ask_secret("x", "y"),
        |half| _ = half.ask_text("x", None, "y"),
        |half| _ = half.confirm("x", "y"),
        |half| _ = half.pick("x", &mut |text| Ok(vec![text.to_owned()]), "y"),
        |half| _ = half.key(),
        |half| _ = half.layout(),
        |half| _ = half.dead_end(),
        |half| _ = half.check(),
        |half| _ = half.committed(),
        |half| _ = half.read(Path::new(LIST)),
        |half| _ = half.rereadable(Path::new(LIST)),
        |half| _ = half.create(Path::new(LIST)),
        |half| _ = half.reopen(Path::new(LIST)),
        |half| _ = half.new_place(Path::new(LIST)),
        |half| _ = half.begin(Path::new(LIST)).map(crate::files::NewFile::place),
        |half| _ = half.has_log(Path::new(LIST)),
        |half| _ = half.absolute(Path::new(LIST)),
        |half| _ = half.token(),
        |half| _ = half.load("store"),
        |half| _ = half.piped_secret(),
    ];
    let first = bytes.first().map_or(0, |first| usize::from(*first));
    let (mut remote, _there) = remote(bytes);
    for at in 0..4 {
        asks[(first + at) % asks.len()](&mut remote);
    }
}
