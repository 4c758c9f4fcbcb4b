//! `tokens …`: the commands that need a password.

use super::*;
use crate::cli::tokens::Create;
use crate::commands::{me, tokens};

fn create(label: &str) -> crate::cli::tokens::Command {
    crate::cli::tokens::Command::Create(Create {
        label: label.into(),
        expires_in: "1h".into(),
        role: Vec::new(),
        account: None,
        way_out: WayFlags { quiet: true, ..WayFlags::default() },
    })
}

fn signed_in() -> Site {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.call(as_user("alice", vec![secret("Password of alice", GOOD)]), me::sign_in::run).succeeds();
    site
}

fn tokens_of(site: &Site) -> usize {
    site.stores.open().unwrap().tokens(None).unwrap().len()
}

#[test]
fn whoever_is_signed_in_proves_to_know_the_password_before_a_token_is_made() {
    let mut site = signed_in();
    let call = Call { script: vec![secret("Password of alice", GOOD)], ..Call::default() };
    let ran = site.call(call, |desk| tokens::run(desk, &create("nightly"))).succeeds();
    assert!(ran.stdout.starts_with("pdsk_"), "{}", ran.stdout);
    assert_eq!(tokens_of(&site), 1);
}

#[test]
fn whoever_does_not_know_the_password_is_shown_no_token() {
    let mut site = signed_in();
    let script = (0..3).map(|_| secret("Password of alice", OTHER)).collect();
    let ran = site.call(Call { script, ..Call::default() }, |desk| tokens::run(desk, &create("nightly")));
    assert_eq!(ran.stdout, "");
    ran.fails(Kind::SignInFailed);
    assert_eq!(tokens_of(&site), 0);
}

#[test]
fn where_nobody_can_be_asked_for_the_password_there_is_no_token() {
    let mut site = signed_in();
    let ran = site.call(Call { absent: true, ..Call::default() }, |desk| tokens::run(desk, &create("nightly")));
    assert_eq!(ran.stdout, "");
    ran.fails(Kind::Usage);
    assert_eq!(tokens_of(&site), 0);
}
