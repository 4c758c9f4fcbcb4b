//! The first temporary passwords of imported accounts. They are made as in a reset of many. The accounts exist by then.
//! If the run ends early, they stay, and the run can be continued.

use std::fmt::Write as _;
use std::path::{Path, absolute};

use jiff::SignedDuration;

use crate::cli::users;
use crate::cli::ways::WayFlags;
use crate::commands::Desk;
use crate::commands::actor::Acting;
use crate::commands::bulk::Bulk;
use crate::commands::keys::{Keys, OWN};
use crate::commands::users::reset::many::{self, BulkReset};
use crate::commands::users::selection::Chosen;
use crate::commands::way_out;
use crate::domain::account::{AccountId, Revision};
use crate::domain::public_key::is_meant;
use crate::domain::role::Role;
use crate::domain::text::{counted, shell_word};
use crate::failure::{Failure, Hint, Kind, Result};
use crate::handover::{Handover, TemporaryDisclosure};
use crate::input;
use crate::store::{Newcomer, Store};
use crate::terminal::format::Format;

/// The way out of the passwords, open.
pub struct FirstPasswords {
    way_out: Handover,
    format: Format,
    lifetime: SignedDuration,
}

impl FirstPasswords {
    /// Opens the file. It has a machine format, so that the run can be continued from it.
    pub fn open(desk: &mut Desk<'_>, args: &WayFlags, lifetime: Option<SignedDuration>) -> Result<Self> {
        let asked = desk.format();
        let format = match asked {
            Format::Text | Format::Csv => Format::Csv,
            Format::Excel => Format::Excel,
            Format::Json | Format::Jsonl => Format::Jsonl,
        };
        desk.global.format = format;
        let way_out = way_out::open::<TemporaryDisclosure>(args, desk, true);
        desk.global.format = asked;
        Ok(Self { way_out: way_out?, format, lifetime: lifetime.unwrap_or(desk.policy.temporary_lifetime) })
    }

    /// Gives each of these new accounts a temporary password.
    pub fn hand_over(
        self,
        desk: &mut Desk<'_>,
        store: &mut Store,
        acting: &Acting,
        (args, keys): (&users::Import, Option<&Keys>),
        new: &[(AccountId, &Newcomer)],
    ) -> Result<()> {
        let Self { way_out, format, lifetime } = self;
        let ids: Vec<AccountId> = new.iter().map(|(id, _)| *id).collect();
        let ids = ids.as_slice();
        let chosen: Vec<_> = new
            .iter()
            .map(|(id, new)| Chosen {
                written: new.username.to_string(),
                id: *id,
                seen: Revision(1),
                username: new.username.clone(),
                is_admin: new.roles.contains(Role::GlobalAdmin),
                key: new.public_key.clone(),
            })
            .collect();
        let count = chosen.len();
        let bulk = Bulk { asked: count, ..Bulk::default() };
        let file = way_out.file().map(Path::to_owned).unwrap_or_default();
        let resumed = command(desk, args, ids, &["--resume", &in_a_shell(&file)]);
        let to_go_on = Hint { words: "to continue:".into(), command: Some(resumed) };
        let format: &[&str] = match format {
            Format::Excel => &["--format", "csv", "--csv-dialect", "excel"],
            Format::Csv => &["--format", "csv"],
            _ => &["--format", "jsonl"],
        };
        let anew = command(desk, args, ids, &[format, &["--output", &in_a_shell(&file)]].concat());
        let to_begin = Some(Hint { words: "they are imported; to continue:".into(), command: Some(anew) });
        let many = BulkReset { acting, lifetime, keys, jobs: args.jobs, to_go_on, to_begin };
        many::run(desk, store, &many, chosen, bulk, way_out).map_err(|failure| {
            let hint = if file.exists() { Some(&many.to_go_on) } else { many.to_begin.as_ref() };
            let hint = failure.hint.clone().or(hint.cloned());
            Failure { hint, ..unfinished(failure, count as u64) }
        })
    }
}

/// Commands of a shell that print these numbers. `None` if there are more runs of them than `most`.
pub fn in_runs(ids: &[AccountId], most: usize) -> Option<String> {
    let runs: Vec<_> = ids
        .chunk_by(|one, next| one.0 + 1 == next.0)
        .filter_map(|run| Some(format!("seq {} {}", run.first()?, run.last()?)))
        .collect();
    match runs.as_slice() {
        [run] => Some(run.clone()),
        runs => (runs.len() <= most).then(|| format!("{{ {}; }}", runs.join("; "))),
    }
}

/// The command that continues the run, on one line. A shell can run it in any folder.
fn command(desk: &Desk<'_>, args: &users::Import, ids: &[AccountId], way_out: &[&str]) -> String {
    let runs = in_runs(ids, usize::MAX).unwrap_or_default();
    let mut command = format!("{runs} | passdesk users reset");
    let mut add = |flag: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = write!(command, " {flag} {value}");
    };
    if let Some(store) = &desk.global.store {
        add("--store", &in_a_shell(store));
    }
    if let Some(username) = &desk.global.as_username {
        add("--as", &shell_word(username));
    }
    // With `--as`, standard input is needed for the password.
    let asks = desk.global.as_username.is_some();
    add("--from", if asks { "/dev/fd/3 --yes" } else { "- --yes" });
    if let Some(lifetime) = &args.expires_in {
        add("--expires-in", &shell_word(lifetime));
    }
    for key in &args.encrypt_to {
        let key = match Path::new(key) {
            // What was piped in is gone.
            path if input::is_stdin(path) => "FILE".into(),
            path if key != OWN && !is_meant(key) => in_a_shell(path),
            _ => shell_word(key).into_owned(),
        };
        add("--encrypt-to", &key);
    }
    if let Some(jobs) = args.jobs {
        add("--jobs", &jobs.to_string());
    }
    way_out.chunks(2).for_each(|pair| add(pair[0], pair[1]));
    if asks {
        command.push_str(" 3<&0 </dev/tty");
    }
    command
}

/// A path quoted for a shell. It works from any folder.
fn in_a_shell(path: &Path) -> String {
    let path = absolute(path).unwrap_or_else(|_| path.to_owned());
    shell_word(&path.display().to_string()).into_owned()
}

/// The failure if the accounts exist but some have no password yet.
fn unfinished(failure: Failure, count: u64) -> Failure {
    let imported = format!("{} {} imported", counted(count, "account"), if count == 1 { "is" } else { "are" });
    let message = match failure.kind {
        Kind::PartlyDone => format!("{imported}, but not all have a temporary password: {}", failure.message),
        _ if failure.items.is_empty() => format!("{imported}, but without a temporary password: {}", failure.message),
        _ => format!("{imported}, but none of them has a temporary password"),
    };
    Failure { kind: Kind::PartlyDone, message, ..failure }
}
