//! Names on their way to every output. Other programs may have written them into the store.

use std::slice;

use serde_json::Value;

use super::{Choices, is_harmless, is_tellable, is_told};
use crate::domain::account::{Account, AccountId, LastReset};
use crate::domain::audit::{Event, Link};
use crate::domain::clock::{Timestamp, UTC};
use crate::domain::email::Email;
use crate::domain::name::{DisplayName, Username};
use crate::domain::policy::Policy;
use crate::domain::role::Roles;
use crate::domain::target::Target;
use crate::domain::text::{hanging, is_misleading, neutral, quoted, shown};
use crate::failure::{FailedItem, Failure, Hint, Kind};
use crate::terminal::format::{Cell, Format, RecordWriter, unguarded};
use crate::terminal::output::Layout;
use crate::terminal::table::{AccountTable, EventTable, listing, pairs};
use crate::terminal::{records, sheet};

/// A name reaches a program as it is. A terminal obeys nothing in it, and it takes as many lines as any other.
pub fn outputs(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let [name, address, other] = [(); 3].map(|()| choices.text(40));
    for text in [&name, &address, &other, &choices.word()] {
        as_given(text);
    }
    let account = account(&mut choices, &name, &address, &other);
    let event = event(&mut choices, &name, &address, &other);
    let now = choices.moment();
    to_programs(records::ACCOUNT, &records::account(&account, now));
    to_programs(records::EVENT, &records::event(&event));
    let plain = Account {
        display_name: DisplayName::from_store("Alice".into()),
        email: account.email.as_ref().map(|_| Email::from_store("a@example.org".into())),
        last_reset: account.last_reset.as_ref().map(|reset| LastReset { by: "bob".into(), ..reset.clone() }),
        ..account.clone()
    };
    let layout = Layout::default();
    let lines = |text: String| {
        is_harmless(&text);
        text.lines().count()
    };
    assert_eq!(lines(AccountTable::new(layout).page(slice::from_ref(&account), now)), 2);
    assert_eq!(lines(EventTable::new(&UTC, layout).page(slice::from_ref(&event))), 2);
    let sheets: [fn(&Account, Timestamp, Layout) -> String; 2] = [
        |account, now, layout| sheet::account(account, 2, now, &UTC, Policy::default().throttle, layout),
        |account, now, layout| sheet::profile(account, now, &UTC, layout),
    ];
    for sheet in sheets {
        assert_eq!(lines(sheet(&account, now, layout)), lines(sheet(&plain, now, layout)));
    }
    assert_eq!(lines(listing(["A", "B"], &[[name.clone(), other.clone()]], 1, layout)), 2);
    assert_eq!(lines(pairs(&[("A", name.clone()), ("B", other.clone())], layout)), 2);
    // The other half of a shared host may name any width.
    let width = [0, 1, 2, 7, 24, 59, 80, u16::MAX][choices.below(8)];
    let narrow = Layout { width: Some(width), coloured: false };
    lines(AccountTable::new(narrow).page(slice::from_ref(&account), now));
    lines(EventTable::new(&UTC, narrow).page(slice::from_ref(&event)));
    for sheet in sheets {
        lines(sheet(&account, now, narrow));
    }
    lines(listing(["A", "B"], &[[name.clone(), other.clone()]], 1, narrow));
    // A note is one line. What of it has no room stands below it.
    let note = hanging(&neutral(&other), Some(width));
    is_harmless(&note);
    assert!(note.lines().skip(1).all(|line| line.starts_with("  ")), "{note:?}");
    let item = FailedItem { target: name.clone(), failure: Failure::new(Kind::NotFound, &address) };
    let hint = Hint { words: other.clone(), command: choices.yes().then(|| name.clone()) };
    let lines = choices.yes().then(|| other.clone()).into_iter().collect();
    is_told(&Failure { lines, items: vec![item], ..Failure::new(Kind::PartlyDone, name).hint(hint) });
}

/// What somebody types is taken as it is read again, or it is refused in one line.
fn as_given(text: &str) {
    is_harmless(&quoted(text));
    is_harmless(&shown(text));
    match text.parse::<DisplayName>() {
        Ok(name) => {
            assert!(!name.as_str().chars().any(is_misleading), "{name:?}");
            assert_eq!(name.as_str().parse(), Ok(name));
        }
        Err(why) => is_tellable(&why),
    }
    match text.parse::<Email>() {
        Ok(email) => {
            assert!(!email.as_str().chars().any(is_misleading), "{email:?}");
            assert_eq!(
                email.as_str().parse::<Email>().map(|again| again.key().into_owned()),
                Ok(email.key().into_owned())
            );
            assert_eq!(email.as_str().parse::<Target>(), Ok(Target::Email(email)));
        }
        Err(why) => is_tellable(&why),
    }
    match text.parse::<Username>() {
        Ok(name) => assert_eq!(name.as_str().parse(), Ok(Target::Username(name))),
        Err(why) => is_tellable(&why),
    }
    match text.parse::<Target>() {
        Ok(target) => is_harmless(&target.to_string()),
        Err(why) => is_tellable(&why),
    }
}

fn account(choices: &mut Choices<'_>, name: &str, address: &str, by: &str) -> Account {
    let username: Username = choices.word().parse().expect("a word is a username");
    let email = choices.yes().then(|| Email::from_store(address.into()));
    let roles = Roles::from_bits(choices.any());
    let mut moment = || choices.yes().then(|| choices.moment());
    let [temporary_until, password_changed_at, locked_at, expires_at, last_sign_in_at] = [(); 5].map(|()| moment());
    Account {
        id: AccountId(1),
        temporary_until,
        password_changed_at,
        locked_at,
        expires_at,
        last_sign_in_at,
        last_reset: moment().map(|at| LastReset { at, by: by.into() }),
        ..Account::new(username, DisplayName::from_store(name.into()), email, roles, moment().unwrap_or_default())
    }
}

fn event(choices: &mut Choices<'_>, actor: &str, target: &str, detail: &str) -> Event {
    let said = Value::from(detail);
    Event {
        sequence: 7,
        at: choices.moment().as_second(),
        actor: actor.into(),
        actor_id: None,
        actor_uid: Some(0),
        action: choices.one_of(&["reset", "edit", detail]).to_string(),
        target: target.into(),
        target_id: None,
        outcome: choices.one_of(&["done", "refused", actor]).to_string(),
        detail: match choices.below(3) {
            0 => detail.into(),
            1 => format!("{{\"label\":{said},\"ended\":7}}"),
            _ => format!("{{{said}:[{said}]}}"),
        },
        operation: choices.yes().then(|| target.into()),
        previous: Link::START,
        link: Link::START,
    }
}

/// Three times the same record is read again as it was written, in every format.
fn to_programs(columns: &'static [&'static str], record: &[Cell<'_>]) {
    let written = |format| {
        let (mut rows, mut out) = (RecordWriter::new(format, true, columns), Vec::new());
        (0..3).for_each(|_| rows.append(record, &mut out).expect("a record can be written"));
        out.extend(rows.end());
        String::from_utf8(out).expect("it is UTF-8")
    };
    let object = |read: &Value| {
        for (column, cell) in columns.iter().zip(record) {
            if let Cell::Text(text) = cell {
                assert_eq!(read[column], **text, "{column}");
            }
        }
    };
    let json = written(Format::Json);
    is_harmless(&json);
    let read: Vec<Value> = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(read.len(), 3);
    read.iter().for_each(object);
    let lines = written(Format::Jsonl);
    is_harmless(&lines);
    assert_eq!(lines.lines().count(), 3);
    lines.lines().for_each(|line| object(&serde_json::from_str(line).expect("a line is JSON")));
    for format in [Format::Csv, Format::Excel] {
        let (separator, _) = format.csv().expect("it is CSV");
        let text = written(format).replace("\r\n", "\n");
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        is_harmless(text);
        assert_eq!(text.split('\n').count(), 5, "{text:?}");
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("it is a row")).collect();
        assert_eq!(rows.len(), 3);
        for (read, cell) in rows.iter().flat_map(|row| row.iter().zip(record)) {
            if let Cell::Text(text) = cell {
                assert_eq!(unguarded(read), neutral(text));
            }
        }
    }
}
