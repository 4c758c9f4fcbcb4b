//! The place of a server that talks, in a build without servers: nobody has one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::scene::Place;

pub enum Talkative {}

impl Talkative {
    pub fn of(_: &Place) -> Option<Self> {
        None
    }

    pub fn let_in(&self, _: &Path) -> (String, PathBuf, String) {
        match *self {}
    }

    pub fn sessions(&self, _: &AtomicBool) -> HashSet<Vec<u8>> {
        match *self {}
    }

    pub fn stopped(&self) -> &Path {
        match *self {}
    }
}
