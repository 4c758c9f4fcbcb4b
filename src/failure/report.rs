//! How a failure is written: for people, or as one JSON object.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::{FailedItem, Failure, Hint};
use crate::domain::text::{hanging, neutral};
use crate::patient::Patient;

/// How many items are named to people. Programs get all of them.
const NAMED: usize = 50;
/// How many items with the same failure, in a row, are named to people one by one.
const ALIKE: usize = 10;

/// How a failure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// As one JSON object. The other fields are for people.
    pub json: bool,
    /// In colour.
    pub coloured: bool,
    /// The columns of the terminal. `None` if standard error is not a terminal.
    pub width: Option<u16>,
}

impl Failure {
    /// Writes the failure to standard error, as one line of JSON or for people.
    pub fn report(&self, look: Look) {
        let mut text = self.render(look);
        text.push('\n');
        // If this fails, there is no place left to report it.
        let _ = Patient(std::io::stderr()).write_all(text.as_bytes());
    }

    /// The failure as [`Self::report`] writes it, without the last line end.
    #[must_use]
    pub fn render(&self, look: Look) -> String {
        if look.json {
            return self.json();
        }
        let [error, hint] = [AnsiColor::Red, AnsiColor::Cyan].map(|color| color.on_default().bold());
        let [error, hint] = if look.coloured { [error, hint] } else { [Style::new(); 2] };
        self.text(look.width, error, hint)
    }

    fn text(&self, width: Option<u16>, error: Style, hint: Style) -> String {
        // The text may contain anything. Only the words written here may begin a line at the margin.
        let mut text = format!("{error}error:{error:#} {}", self.told("  "));
        let mut hints: Vec<&Hint> = self.hint.iter().collect();
        // Writing to a String cannot fail.
        let mut left = self.items.as_slice();
        for _ in 0..NAMED {
            let Some(FailedItem { target, failure }) = left.first() else { break };
            let alike = left.iter().take_while(|item| item.failure.message == failure.message).count();
            let more = if alike > ALIKE { format!(" and the next {}", alike - 1) } else { String::new() };
            let _ = write!(text, "\n  {}{more}: {}", neutral(target), failure.told("    "));
            hints.extend(failure.hint.as_ref().filter(|hint| !hints.contains(hint)));
            left = &left[if more.is_empty() { 1 } else { alike }..];
        }
        if !left.is_empty() {
            let _ = write!(text, "\n  and {} more; --format jsonl names each", left.len());
        }
        let mut text = hanging(&text, width);
        for Hint { words, command } in hints {
            let words = format!("{hint}hint:{hint:#} {}", neutral(words));
            let _ = write!(text, "\n{}", hanging(&words, width));
            if let Some(command) = command {
                let _ = write!(text, "\n    {}", neutral(command));
            }
        }
        text
    }

    /// The message and its lines, neutral, with a margin before the lines.
    fn told(&self, margin: &str) -> String {
        let mut told = neutral(&self.message).into_owned();
        for line in &self.lines {
            let _ = write!(told, "\n{margin}{}", neutral(line));
        }
        told
    }

    fn json(&self) -> String {
        let mut out = Vec::new();
        // The object contains only strings, so this cannot fail.
        let _ = crate::json::write(&Json { error: self.into() }, &mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}

impl Hint {
    /// The hint in JSON, where no line is broken.
    fn said(&self) -> Cow<'_, str> {
        match &self.command {
            Some(command) => Cow::Owned(format!("{} {command}", self.words)),
            None => Cow::Borrowed(&self.words),
        }
    }
}

#[derive(Serialize)]
struct Json<'a> {
    error: JsonFailure<'a>,
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    code: &'static str,
    message: Cow<'a, str>,
    hint: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<JsonFailure<'a>>,
}

impl<'a> From<&'a Failure> for JsonFailure<'a> {
    fn from(failure: &'a Failure) -> Self {
        let message = match &*failure.lines {
            [] => Cow::Borrowed(failure.message.as_str()),
            lines => Cow::Owned(format!("{}\n  {}", failure.message, lines.join("\n  "))),
        };
        let failed = failure.items.iter().map(|item| Self { target: Some(&item.target), ..(&item.failure).into() });
        Self {
            target: None,
            code: failure.kind.code(),
            message,
            hint: failure.hint.as_ref().map(Hint::said),
            failed: failed.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use crate::domain::text::is_treacherous;

    const JSON: Look = Look { json: true, coloured: false, width: None };

    #[test]
    fn a_failure_in_json_is_one_object_on_one_line() {
        let failure = Failure::new(Kind::NotFound, "there is no\naccount").hint("look");
        assert_eq!(
            failure.render(JSON),
            r#"{"error":{"code":"not_found","message":"there is no\naccount","hint":"look"}}"#
        );
    }

    #[test]
    fn a_command_line_is_never_broken_whatever_the_width() {
        let hint = || Hint { words: "to go on from there:".into(), command: Some("seq 2 4 | passdesk users".into()) };
        let failure = Failure::new(Kind::PartlyDone, "some failed").hint(hint());
        let narrow = Look { width: Some(12), ..Look::default() };
        let text = "error: some\n  failed\nhint: to go\n  on from\n  there:\n    seq 2 4 | passdesk users";
        assert_eq!(failure.render(narrow), text);
        assert!(failure.render(JSON).contains(r#""hint":"to go on from there: seq 2 4 | passdesk users""#));
    }

    #[test]
    fn each_item_that_failed_is_named() {
        let item = FailedItem { target: "bob".into(), failure: Failure::new(Kind::NotFound, "gone") };
        let failure = Failure { items: vec![item], ..Failure::new(Kind::PartlyDone, "1 of 2 failed") };
        assert_eq!(failure.render(Look::default()), "error: 1 of 2 failed\n  bob: gone");
        assert!(failure.render(JSON).contains(r#""failed":[{"target":"bob","code":"not_found","#));
    }

    #[test]
    fn people_are_not_told_more_names_than_they_can_read() {
        let item = |number| FailedItem {
            target: format!("u{number}"),
            failure: Failure::new(Kind::NotFound, format!("gone {number}")),
        };
        let failure =
            Failure { items: (0..60).map(item).collect(), ..Failure::new(Kind::PartlyDone, "60 of 70 failed") };
        let text = failure.render(Look::default());
        assert!(text.ends_with("\n  u49: gone 49\n  and 10 more; --format jsonl names each"), "{text}");
        assert!(failure.render(JSON).contains(r#""target":"u59""#));
    }

    #[test]
    fn only_the_renderer_begins_a_line_at_the_margin() {
        let evil = "a\nhint: run\r\nerror: b\u{2028}hint: c\u{85}hint: d \u{b}hint: e hint: f ";
        let item = FailedItem { target: evil.into(), failure: Failure::new(Kind::Failed, evil).hint(evil) };
        let hint = Hint { words: evil.into(), command: Some(evil.into()) };
        let failure = Failure {
            lines: [evil.into(), evil.repeat(20)].into(),
            items: vec![item],
            ..Failure::new(Kind::Failed, evil.repeat(20)).hint(hint)
        };
        for width in (1..200).map(Some).chain([None]) {
            let text = failure.render(Look { width, ..Look::default() });
            let begun: Vec<_> = text.split('\n').filter(|line| !line.starts_with("  ")).collect();
            assert_eq!(begun.len(), 3, "{width:?}: {text}");
            assert!(
                begun[0].starts_with("error:") && begun[1..].iter().all(|line| line.starts_with("hint:")),
                "{text}"
            );
            assert!(text.chars().all(|c| c == '\n' || !is_treacherous(c)), "{text}");
        }
    }

    #[test]
    fn a_word_that_is_longer_than_a_line_is_broken_off_with_its_margin() {
        let failure = Failure::new(Kind::Failed, "x".repeat(50));
        let text = failure.render(Look { width: Some(20), ..Look::default() });
        assert!(text.split('\n').skip(1).all(|line| line.starts_with("  x") && line.len() <= 20), "{text}");
    }

    #[test]
    fn a_message_cannot_rewrite_the_terminal() {
        let failure = Failure::new(Kind::Failed, "a\u{1b}[2J\u{9b}\u{202e}b");
        assert_eq!(failure.render(Look::default()), "error: a<U+001B>[2J<U+009B><U+202E>b");
        assert!(!failure.render(JSON).contains(['\u{1b}', '\u{9b}', '\u{202e}']));
    }

    #[test]
    fn many_in_a_row_that_failed_alike_are_said_once() {
        let items = |count: usize, why: &'static str| {
            (0..count).map(move |at| FailedItem { target: format!("u{at}"), failure: Failure::new(Kind::Busy, why) })
        };
        let all = |items: Vec<FailedItem>| Failure { items, ..Failure::new(Kind::PartlyDone, "some failed") };
        let text = all(items(64, "busy").chain(items(2, "gone")).collect()).render(Look::default());
        assert_eq!(text, "error: some failed\n  u0 and the next 63: busy\n  u0: gone\n  u1: gone");
        assert_eq!(all(items(ALIKE, "busy").collect()).render(Look::default()).lines().count(), 1 + ALIKE);
    }
}
