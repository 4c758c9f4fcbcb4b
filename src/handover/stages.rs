//! The stages of a handover. The type of a stage decides what a signal does. It also decides what is taken back if the
//! handover goes no further.

use std::thread;

use zeroize::Zeroizing;

use super::disclosure::{Disclosed, opening};
use super::{Disclosure, Handed, Handover, Means, not_delivered};
use crate::domain::delivery::{Courier, Delivered, Undelivered};
use crate::domain::name::Username;
use crate::domain::sealing::KeyKinds;
use crate::domain::text::shell_word;
use crate::failure::{Failure, Kind, Result};
use crate::terminal::Phase;
use crate::terminal::format::Format;

/// A stage during which signals are put off. Nothing is in force when it begins. Secrets that are not in force when it
/// ends are taken back.
struct Stage<'a, 'm> {
    handover: &'a mut Handover,
    means: &'a mut Means<'m>,
    /// How many secrets have been handed out.
    out: usize,
    /// Whether they are being put in force.
    commits: bool,
    is_kept: bool,
    /// What a signal does after the stage.
    then: Phase,
}

impl<'a, 'm> Stage<'a, 'm> {
    fn begin(handover: &'a mut Handover, means: &'a mut Means<'m>) -> Self {
        means.terminal.enter(Phase::Delivering);
        let then = if handover.form.several { Phase::Between } else { Phase::Idle };
        Self { handover, means, out: 0, commits: false, is_kept: false, then }
    }
}

impl Drop for Stage<'_, '_> {
    fn drop(&mut self) {
        if !self.is_kept {
            if self.commits && thread::panicking() {
                // They may be in force.
                self.handover.way.keep(self.means);
            } else if self.out > 0 {
                self.handover.take_back(self.means, self.out);
            }
            self.handover.way.leave(self.means);
        }
        self.means.terminal.enter(self.then);
    }
}

/// Takes secrets to the way out.
struct Porter<'s, 'a, 'm, D> {
    stage: &'s mut Stage<'a, 'm>,
    about: &'s [D],
}

impl<D: Disclosure> Courier<D::KnownBy> for Porter<'_, '_, '_, D> {
    type Failure = Failure;

    fn take(&mut self, secrets: &[Undelivered<D::KnownBy>]) -> Result<()> {
        let Stage { handover, means, out, .. } = &mut *self.stage;
        if secrets.iter().any(|secret| secret.opened_by().is_some() != handover.form.sealed) {
            return Err(not_delivered("a secret is not encrypted as it was asked for; nothing has changed"));
        }
        let disclosed: Vec<_> = self
            .about
            .iter()
            .zip(secrets)
            .map(|(about, secret)| Disclosed { about, secret: secret.reveal(), opened_by: secret.opened_by() })
            .collect();
        let rows_before = handover.rows.count();
        let page = || disclosed[0].page();
        let rows: Result<Vec<_>> =
            disclosed.iter().enumerate().map(|(before, one)| handover.written(means, one, before)).collect();
        let handed = rows.and_then(|rows| {
            // There is room for all rows from the start. A reallocation would leave a copy of the secrets behind.
            let mut bytes = Zeroizing::new(Vec::with_capacity(rows.iter().map(|row| row.len()).sum()));
            for row in &rows {
                bytes.extend_from_slice(row);
            }
            let mut lines: Vec<_> =
                rows.iter().map(|row| row.len()).filter(|_| handover.form.format.has_lines()).collect();
            if let Some(first) = lines.first_mut() {
                *first -= handover.rows.header_before(rows_before).len();
            }
            let page = if handover.form.several { None } else { Some(&page as &dyn Fn() -> _) };
            handover.way.hand_over(means, &Handed { what: handover.what, bytes: &bytes, rows: &lines, page })
        });
        handed.inspect_err(|_| handover.rows.go_on_behind(rows_before))?;
        handover.given += secrets.len();
        *out = secrets.len();
        Ok(())
    }
}

/// Secrets that were handed out. None of them is in force yet.
pub(super) struct HandedOut<'a, 'm, T> {
    stage: Stage<'a, 'm>,
    secrets: Vec<Delivered<T>>,
    /// The owner, if it is a single secret.
    whose: Option<Username>,
    /// Which keys open it, if it is sealed.
    opened_by: Option<KeyKinds>,
}

impl<'a, 'm, T> HandedOut<'a, 'm, T> {
    /// Hands secrets out, all in one piece.
    pub(super) fn of<D: Disclosure<KnownBy = T>>(
        handover: &'a mut Handover,
        means: &'a mut Means<'m>,
        batch: Vec<(D, Undelivered<T>)>,
    ) -> Result<Self> {
        let (about, secrets): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let whose = about.first().filter(|_| !handover.form.several).map(|one| one.username().clone());
        let opened_by = secrets.first().and_then(Undelivered::opened_by);
        let mut stage = Stage::begin(handover, means);
        let secrets = Undelivered::deliver_all(secrets, &mut Porter { stage: &mut stage, about: &about })?;
        Ok(Self { stage, secrets, whose, opened_by })
    }

    /// Puts as many of them in force as possible. Returns the outcome of each, in their order.
    pub(super) fn put_in_force(
        self,
        commit: impl FnOnce(Vec<Delivered<T>>) -> Result<Vec<Result<()>>>,
    ) -> Vec<Result<()>> {
        let Self { mut stage, secrets, whose, opened_by } = self;
        let count = secrets.len();
        let committed = stage.handover.way.commits(stage.means).and_then(|()| {
            stage.means.terminal.enter(Phase::Committing);
            stage.commits = true;
            commit(secrets)
        });
        // If the whole commit failed, it failed for all of them in the same way.
        let outcomes = committed.unwrap_or_else(|failure| (0..count).map(|_| Err(failure.again())).collect());
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let is_dead = |outcome: &Result<()>| outcome.as_ref().is_err_and(|why| why.kind != Kind::OutcomeUnknown);
        let dead: Vec<_> = outcomes.iter().map(is_dead).collect();
        let place = whose.as_ref().map_or_else(String::new, |username| format!(" for {username}"));
        let told =
            outcomes.into_iter().map(|outcome| outcome.map_err(|why| stage.handover.told(why, &place))).collect();
        if dead.contains(&false) {
            InForce::of(stage, done, &dead).confirm(whose, opened_by, done > 0);
        }
        told
    }
}

/// Secrets of which some are in force, or may be. They are kept.
struct InForce<'a, 'm>(Stage<'a, 'm>);

impl<'a, 'm> InForce<'a, 'm> {
    fn of(mut stage: Stage<'a, 'm>, done: usize, dead: &[bool]) -> Self {
        stage.is_kept = true;
        // The store is waited for no longer.
        stage.means.terminal.enter(Phase::Between);
        stage.handover.in_force += done;
        stage.handover.way.keep(stage.means);
        stage.handover.way.strike(dead);
        Self(stage)
    }

    /// Says whether a single secret is in force. Waits until the person has read that.
    fn confirm(self, whose: Option<Username>, opened_by: Option<KeyKinds>, is_known: bool) {
        let Self(mut stage) = self;
        let Some(username) = whose else { return stage.handover.way.leave(stage.means) };
        if !is_known {
            return stage.handover.way.wait(stage.means, "It may be in force, or not");
        }
        stage.then = Phase::Between;
        stage.handover.way.wait(stage.means, "It is in force");
        if !stage.handover.form.quiet {
            let said = stage.handover.way.confirmed();
            stage.means.terminal.note(&format!("The {} of {username} {said}.", stage.handover.what));
            // A bare message says nothing of how to open it.
            if let Some(kinds) =
                opened_by.filter(|_| stage.handover.is_bare && stage.handover.form.format == Format::Text)
            {
                let file = stage
                    .handover
                    .file()
                    .map_or_else(String::new, |path| format!(" {}", shell_word(&path.display().to_string())));
                stage.means.terminal.note("It is encrypted. Its owner opens it:");
                opening(kinds, &file).lines().for_each(|line| stage.means.terminal.note(line));
            }
        }
    }
}

impl Handover {
    /// A secret as the way out writes it, after `before` others of the same piece.
    fn written<D: Disclosure>(
        &mut self,
        means: &Means<'_>,
        one: &Disclosed<'_, D>,
        before: usize,
    ) -> Result<Zeroizing<Vec<u8>>> {
        Ok(match (self.form.format, self.is_bare) {
            _ if self.way.takes_page() => Zeroizing::default(),
            (Format::Text, true) => one.bare(),
            (Format::Text, false) => {
                let gap = if self.given + before == 0 { "" } else { "\n" };
                one.text(self.way.layout(means.output), gap)
            }
            _ => self.rows.row(&one.cells())?,
        })
    }

    /// The failure of a secret that was handed out, and is not or may not be in force.
    fn told(&self, failure: Failure, whose: &str) -> Failure {
        // Others of them may be in force.
        let is_not = if self.form.several { "is NOT in force" } else { "is NOT in force, and nothing has changed" };
        let (is, why) = match failure.kind {
            Kind::OutcomeUnknown => ("may be in force, or not", failure.message.as_str()),
            Kind::Cancelled => (is_not, "cancelled"),
            _ => (is_not, failure.message.as_str()),
        };
        let message = format!("the {} {}{whose} {is}: {why}", self.what, self.way.handed());
        Failure { message, ..failure }
    }

    /// Takes back the latest secrets if the way out can. None of them is of use.
    fn take_back(&mut self, means: &mut Means<'_>, latest: usize) {
        if self.way.take_back_latest(means) {
            self.given -= latest;
            if self.form.format != Format::Text {
                self.rows.go_on_behind(self.rows.count().saturating_sub(latest));
            }
        }
    }
}
