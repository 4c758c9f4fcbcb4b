//! `passdesk store check`.

use std::borrow::Cow;

use serde::Serialize;

use super::Watched;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::domain::finding::{Finding, Verdict};
use crate::failure::{Failure, Kind, Result};
use crate::terminal::checkup;
use crate::terminal::format::{Format, Record};

#[derive(Serialize)]
struct FindingRecord<'a> {
    check: &'static str,
    result: &'static str,
    message: &'a str,
    remedy: Option<&'a str>,
}

impl<'a> From<&'a Finding> for FindingRecord<'a> {
    fn from(finding: &'a Finding) -> Self {
        let Finding { check, verdict, message, remedy } = finding;
        Self { check, result: verdict.name(), message, remedy: remedy.as_deref() }
    }
}

impl Record for FindingRecord<'_> {
    const COLUMNS: &'static [&'static str] = &["check", "result", "message", "remedy"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![self.check.into(), self.result.into(), self.message.into(), self.remedy.unwrap_or_default().into()]
    }
}

/// Says what was looked at, how it was found, and what to do about what is not as it should be.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    may_look(desk)?;
    let findings = desk.stores.examine(desk.now(), &mut Watched::on(desk.terminal))?;
    if desk.format() == Format::Text {
        desk.print(&checkup::lines(&findings, desk.output.layout()))?;
    } else {
        desk.print_records(&findings.iter().map(FindingRecord::from).collect::<Vec<_>>(), true)?;
    }
    match findings.iter().filter(|finding| finding.verdict == Verdict::Faulty).count() {
        0 => Ok(()),
        faulty => Err(Failure::new(
            Kind::StoreUnusable,
            format!(
                "the store cannot be used, or not be trusted: {faulty} finding{}",
                if faulty == 1 { "" } else { "s" }
            ),
        )
        .hint("the remedy of each finding stands with it")),
    }
}

/// Asks the store who may look. One that cannot be opened cannot say: then it is whoever the operating system lets.
fn may_look(desk: &mut Desk<'_>) -> Result<()> {
    let mut asked = || {
        let mut store = desk.stores.open_as_it_is()?;
        desk.policy = store.policy(std::mem::take(&mut desk.policy))?;
        acting(desk, &mut *store)?.may(&mut *store, desk.now(), Action::Check)
    };
    match asked() {
        Err(failure) if failure.kind == Kind::StoreUnusable => Ok(()),
        answer => answer,
    }
}
