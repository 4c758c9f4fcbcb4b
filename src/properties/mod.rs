//! What holds for any bytes that somebody hands in.
//!
//! A property is a function over bytes. It panics where it does not hold. `cargo test` tries each with bytes of proptest,
//! and the targets in `fuzz/` with those of libFuzzer. A property that needs what its subject keeps to itself stands
//! beside its subject.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a property panics where it does not hold")]

mod arguments;
mod choices;
mod config;
mod outputs;
mod resuming;

pub use self::arguments::arguments;
pub use self::choices::Choices;
pub use self::config::config;
pub use self::outputs::outputs;
pub use self::resuming::resuming;
pub use crate::commands::users::import::properties::tables;
use crate::domain::Invalid;
pub use crate::domain::audit::properties::events;
pub use crate::domain::hash::properties::hashes;
pub use crate::domain::properties::{keys, passwords, temporaries};
use crate::domain::text::is_treacherous;
pub use crate::door::properties::protocol;
use crate::failure::{Failure, Kind, Look};

/// A terminal obeys nothing in this text but the ends of its lines.
pub(crate) fn is_harmless(text: &str) {
    assert!(!text.chars().any(|c| c != '\n' && is_treacherous(c)), "a terminal may obey {text:?}");
}

/// A fault can be told on a line of its own.
pub(crate) fn is_tellable(why: &Invalid) {
    is_harmless(&why.message);
    is_harmless(&why.hint);
    assert!(!why.message.contains('\n') && !why.hint.contains('\n'), "{why:?} has several lines");
    assert!(why.message.len() + why.hint.len() < 4096, "{why:?} is too long");
}

/// A failure has one of the exit codes. People and programs are told the same of it. Only its first line and its hints
/// begin at the margin.
pub(crate) fn is_told(failure: &Failure) {
    assert_eq!(Kind::try_from(failure.kind.exit_code()), Ok(failure.kind));
    for width in [None, Some(0), Some(1), Some(30), Some(80)] {
        let text = failure.render(Look { width, ..Look::default() });
        is_harmless(&text);
        let begun: Vec<&str> = text.split('\n').filter(|line| !line.is_empty() && !line.starts_with("  ")).collect();
        assert!(begun[0].starts_with("error:"), "{text}");
        assert!(begun[1..].iter().all(|line| line.starts_with("hint:")), "{text}");
    }
    let json = failure.render(Look { json: true, ..Look::default() });
    is_harmless(&json);
    assert!(!json.contains('\n'), "{json}");
    let read: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
    assert_eq!(read["error"]["code"], failure.kind.code(), "{json}");
    assert!(read["error"]["message"].as_str().is_some_and(|said| said.starts_with(&failure.message)), "{json}");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A law for each property: how many cases it has, and how many bytes a case has at most.
    macro_rules! laws {
        ($($law:ident: $property:path, $cases:literal, $longest:literal;)+) => {$(
            proptest! {
                #![proptest_config(times($cases))]

                #[test]
                fn $law(bytes in proptest::collection::vec(any::<u8>(), 0..$longest)) {
                    $property(&bytes);
                }
            }
        )+};
    }

    /// So many cases, or as many times more as `PROPTEST_CASES` is more than 256.
    fn times(cases: u32) -> ProptestConfig {
        let asked = ProptestConfig::default();
        let cases = cases.saturating_mul(asked.cases).div_ceil(256);
        ProptestConfig { cases, failure_persistence: None, ..asked }
    }

    laws! {
        a_command_line_is_taken_or_refused_in_words_that_a_terminal_can_show: arguments, 256, 60;
        each_row_of_a_table_is_taken_or_named_with_its_line: tables, 320, 600;
        a_key_is_read_as_it_was_written_and_can_be_encrypted_to_or_is_never_repeated: keys, 256, 200;
        a_site_a_sign_in_and_a_token_are_read_as_they_were_written_or_refused: config, 512, 300;
        an_output_file_that_is_continued_keeps_the_rows_that_stay_and_no_others: resuming, 1024, 400;
        a_hash_is_read_as_it_was_written_and_never_evaluated_above_its_cap: hashes, 1024, 200;
        an_event_is_read_as_it_was_written_and_no_change_of_a_record_is_passed_over: events, 512, 400;
        any_text_is_judged_as_a_password_and_each_rule_that_it_breaks_is_named: passwords, 16, 200;
        a_temporary_password_is_known_however_it_is_typed_and_nothing_else_is: temporaries, 1024, 100;
        a_name_reaches_every_output_as_it_is_and_rewrites_none: outputs, 256, 300;
        a_message_of_the_other_half_is_read_as_it_was_sent_and_a_forged_one_commits_nothing: protocol, 512, 300;
    }
}
