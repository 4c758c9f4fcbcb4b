//! A check of everything about a store, from the outside in. A fault that opening refuses is a finding here.

mod inside;

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use jiff::Timestamp;

use super::ground::{self, Tenant};
use super::open;
use super::restore;
use super::writer;
use crate::domain::finding::Finding;
use crate::domain::text::shown;
use crate::gate::Gate;
use crate::made::{self, prefix};
use crate::store::examine::{few_of, told};
use crate::store::{Purpose, Result, Watch};

/// Checks everything, and leaves it as it is.
pub fn examine(path: &Path, gate: &Gate, now: Timestamp, watch: &mut dyn Watch) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if outside(path, &mut findings)? {
        inside::look(path, gate, now, watch, &mut findings)?;
    }
    Ok(findings)
}

/// Checks the files. Returns `false` if there is nothing inside that can be checked.
fn outside(path: &Path, findings: &mut Vec<Finding>) -> Result<bool> {
    let shown = path.display();
    let found = open::ordinary(path).and_then(|metadata| Ok((metadata, open::resolved(path)?)));
    let (metadata, resolved) = match found {
        Ok(found) => found,
        refused => {
            findings.push(told("file", "", refused.map(drop))?);
            return Ok(false);
        }
    };
    let [named, real] = [open::parts(path)?.0, open::parts(&resolved)?.0];
    let whole = open::version_in_header(path).and_then(|_| open::whole(&resolved));
    let is_store = whole.is_ok();
    findings.push(told("file", format!("{shown} is a store of passdesk"), whole)?);
    findings.push(told("owner", "it is yours", open::owned(path, &metadata))?);
    findings.push(told("rights", "nobody else can read or write it", open::closed_to_others(path, &metadata))?);
    findings.push(told("names", "it has one name", ground::one_name(&resolved, &metadata))?);
    findings.push(told("folder", "nobody else can replace it", ground::folder(named, real, Tenant::Store))?);
    let logs = ground::logs(&resolved, metadata.uid());
    // A log that others put there is not read.
    let is_whole = is_store && logs.is_ok();
    findings.push(told("log", "the files beside it are closed to others, too", logs)?);
    findings.push(ground::disk(&resolved));
    findings.extend(writing(&resolved));
    findings.extend(left_over(&resolved)?);
    Ok(is_whole)
}

/// What killed commands have left beside the store. Nobody needs it.
fn left_over(path: &Path) -> Result<Option<Finding>> {
    let (folder, name) = open::parts(path)?;
    let suffixes = [restore::SUFFIX, Purpose::Backup.suffix(), Purpose::Store.suffix()];
    let left = suffixes.iter().flat_map(|suffix| made::left(folder, &prefix(name), suffix));
    let left: Vec<_> = left.map(|left| shown(left.path())).collect();
    let message = format!("a command that was killed has left {}", few_of(&left));
    let remedy = "remove that, with all that is in it";
    Ok((!left.is_empty()).then(|| Finding::notable("left", message, remedy)))
}

/// Whether somebody is writing now. A stopped writer keeps all others from writing.
fn writing(path: &Path) -> Option<Finding> {
    let writer = writer::of(path)?;
    Some(match writer.remedy() {
        Some(remedy) => Finding::faulty("writer", writer.to_string(), remedy),
        None => Finding::sound("writer", writer.to_string()),
    })
}
