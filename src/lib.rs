//! passdesk
pub mod domain;
pub mod store;
