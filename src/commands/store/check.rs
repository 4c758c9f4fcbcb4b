//! `passdesk store check`.

use super::Watched;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::domain::finding::{Finding, Verdict};
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;
use crate::terminal::checkup;
use crate::terminal::format::Format;

/// Says what was looked at, how it was found, and what to do about what is not as it should be.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    let answer = match desk.stores.open_as_it_is().map_err(Failure::from) {
        Ok(mut store) => may_look(desk, &mut store),
        // One that cannot be opened cannot say who may look: then it is whoever the operating system lets.
        Err(failure) if failure.kind == Kind::StoreUnusable => Ok(()),
        Err(failure) => Err(failure),
    };
    // Nor can one in which something is the matter with just what would say so.
    if let Err(failure) = &answer
        && failure.kind != Kind::StoreUnusable
    {
        return answer;
    }
    let findings = desk.store_file()?.examine(&mut Watched::on(desk.terminal))?;
    let faulty = findings.iter().filter(|finding| finding.verdict == Verdict::Faulty).count();
    if faulty == 0 {
        answer?;
    }
    if desk.format() == Format::Text {
        desk.print(&checkup::lines(&findings, desk.output.layout()))?;
    } else {
        let record = |Finding { check, verdict, message, remedy }| {
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

/// Asks the store who may look.
fn may_look(desk: &mut Desk<'_>, store: &mut Store) -> Result<()> {
    desk.policy = store.policy(std::mem::take(&mut desk.policy))?;
    acting(desk, store)?.may(store, Action::Check)
}
