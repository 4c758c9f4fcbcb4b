//! `passdesk store check`.

use super::Watched;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::domain::clock::readable;
use crate::domain::finding::{Finding, Verdict};
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;
use crate::terminal::checkup;
use crate::terminal::format::Format;

/// Shows each check, its result, and the remedy where something is wrong.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    let answer = match desk.stores.open_as_it_is().map_err(Failure::from) {
        Ok(mut store) => may_look(desk, &mut store),
        // A store that cannot be opened cannot say who may look. Then the operating system decides, or the server.
        Err(failure) if failure.kind == Kind::StoreUnusable => desk.operating(),
        Err(failure) if failure.kind == Kind::Busy && desk.stores.file().is_none() => Ok(()),
        Err(failure) => Err(failure),
    };
    // A store with damage in just those rows cannot say it either.
    if let Err(failure) = &answer
        && failure.kind != Kind::StoreUnusable
    {
        return answer;
    }
    let mut findings = desk.stores.examine(&mut Watched::on(desk.terminal))?;
    let faulty = findings.iter().filter(|finding| finding.verdict == Verdict::Faulty).count();
    if faulty == 0 {
        answer?;
    }
    let is_text = desk.format() == Format::Text;
    for Finding { message, until, .. } in &mut findings {
        if let Some(until) = until {
            message.push_str(", until ");
            message.push_str(&if is_text { readable(*until, desk.zone) } else { until.to_string() });
        }
    }
    if is_text {
        desk.print(&checkup::lines(&findings, desk.output.layout()))?;
    } else {
        let record = |Finding { check, verdict, message, remedy, .. }| {
            vec![check.into(), verdict.name().into(), message.into(), remedy.into()]
        };
        desk.print_records(&["check", "result", "message", "remedy"], findings.into_iter().map(record), true)?;
    }
    match faulty {
        0 => Ok(()),
        _ => Err(Failure::new(
            Kind::StoreUnusable,
            format!("the store cannot be used or trusted: {faulty} finding{}", if faulty == 1 { "" } else { "s" }),
        )
        .hint("each finding has its remedy beside it")),
    }
}

/// Asks the store whether the caller may look.
fn may_look(desk: &mut Desk<'_>, store: &mut Store) -> Result<()> {
    desk.operator = desk.stores.operator(&desk.operator)?;
    desk.reread_policy(store)?;
    acting(desk, store)?.may(store, Action::Check)
}
