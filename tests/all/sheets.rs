//! Tables as spreadsheets write and read them.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on has failed")]

use std::fs;

use crate::common::Desk;

/// The same list as programs in three countries write it.
fn as_spreadsheets_write_it() -> [Vec<u8>; 4] {
    let dutch =
        "\u{feff}Gebruikersnaam;Volledige naam;E-mailadres;\r\nzoe;\"Zoë; Example\";zoe@example.org;\r\n;;;\r\n";
    let french = "Nom d\u{2019}utilisateur\tNom complet\tAdresse e-mail\rzoe\tZoë; Example\tzoe@example.org\r";
    let english =
        "\"User name\",\"Full Name\",\"Email Address\"\n\"zoe\u{a0}\",\"Zoë; Example\",\"zoe@example.org \"\n,,\n";
    let excel = "sep=;\r\nLogin;Display name;E-mail\r\nzoe;\"Zoë; Example\";zoe@example.org\r\n";
    let utf_16 =
        [b"\xff\xfe".as_slice(), &french.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    [dutch.into(), utf_16, english.into(), excel.into()]
}

#[test]
fn what_a_spreadsheet_writes_is_the_same_list_in_every_country() {
    for file in as_spreadsheets_write_it() {
        let desk = Desk::new();
        desk.import(&file, &[]).succeeds();
        assert_eq!(desk.imported(), ["zoe|Zoë; Example|zoe@example.org|0"], "{}", String::from_utf8_lossy(&file));
        let reset = desk.run(&["users", "reset", "--from", "people.csv", "--yes", "--format", "csv"]).succeeds();
        assert!(reset.stdout.lines().nth(1).is_some_and(|row| row.starts_with("zoe,")), "{}", reset.stdout);
    }
}

#[test]
fn what_libreoffice_writes_is_the_same_list_whatever_the_country_the_separator_and_the_character_set() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files/sheets");
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (file, desk) = (fs::read(&path).unwrap(), Desk::new());
        match path.file_name().and_then(|name| name.to_str()).unwrap() {
            "make.sh" => continue,
            name if name.contains("windows-1252") => {
                let run = desk.refuses(2, || desk.import(file, &["--ignore-columns"]));
                assert!(run.stderr.contains("is not UTF-8"), "{}", run.stderr);
            }
            name => {
                desk.import(file, &["--ignore-columns"]).succeeds();
                let people = [
                    "zoe|Zoë; \"Z\" Example, jr|zoe@example.org|0",
                    "jose|José Éxample|jose@example.org|0",
                    "anna|Anna – Example||0",
                ];
                assert_eq!(desk.imported(), people, "{name}");
            }
        }
        read += 1;
    }
    assert_eq!(read, 6);
}

#[test]
fn what_is_written_for_excel_has_its_signs_and_comes_back_in_whole() {
    const EXCEL: [&str; 4] = ["--format", "csv", "--csv-dialect", "excel"];
    let (from, to) = (Desk::new(), Desk::new());
    let names = "zoe,\"Zoë; \"\"Z\"\", =1\",+z@example.org,helpdesk auditor\nbob,'-quoted,,\n";
    from.import(format!("username,name,email,role\n{names}"), &[]).succeeds();
    let list = from.run(&[&["users", "list"], &EXCEL[..]].concat()).succeeds().stdout;
    assert!(list.starts_with("\u{feff}id;username;display_name;"), "{list}");
    assert!(list.split_inclusive('\n').all(|line| line.ends_with("\r\n")), "{list:?}");
    to.import(&list, &["--on-conflict", "skip"]).succeeds();
    assert_eq!(to.imported(), from.imported());
    let rows = to.run(&[&["users", "reset", "zoe", "bob", "--yes"], &EXCEL[..]].concat()).succeeds().stdout;
    assert!(rows.starts_with("\u{feff}username;temporary_password;expires_at;operation\r\n"), "{rows}");
    assert_eq!(rows.lines().count(), 3);
}

#[test]
fn a_dialect_of_another_format_than_csv_is_refused() {
    let desk = Desk::new();
    for args in [
        &["users", "list", "--csv-dialect", "excel"][..],
        &["users", "list", "--format", "json", "--csv-dialect", "excel"],
    ] {
        let run = desk.refuses(2, || desk.run(args));
        assert!(run.stderr.contains("--csv-dialect goes with --format csv"), "{}", run.stderr);
    }
}

#[test]
fn of_a_file_that_can_be_read_in_two_ways_nothing_is_done() {
    let desk = Desk::new();
    let file = "username;name,username\nalice;A,B\n";
    let run = desk.refuses(2, || desk.import(file, &[]));
    assert!(run.stderr.contains("in two ways: with a comma or with a semicolon"), "{}", run.stderr);
    let reset = desk.refuses(2, || desk.run(&["users", "reset", "--from", "people.csv", "--yes", "--format", "csv"]));
    assert!(reset.stderr.contains("in two ways"), "{}", reset.stderr);
}

#[test]
fn unknown_columns_are_named_all_at_once_and_left_out_if_that_is_asked_for() {
    let desk = Desk::new();
    let file = "Login;Phone;Full name;Cost centre\nalice;123;Alice Example;4\n";
    let run = desk.refuses(2, || desk.import(file, &[]));
    for part in ["the columns 'Phone', 'Cost centre' are unknown", "--ignore-columns leaves unknown columns out"] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
    let run = desk.import(file, &["--ignore-columns"]).succeeds();
    assert!(run.stderr.contains("Columns left out: Phone, Cost centre."), "{}", run.stderr);
    assert_eq!(desk.imported(), ["alice|Alice Example||0"]);
}

#[test]
fn what_nobody_sees_inside_a_name_is_spelled() {
    let desk = Desk::new();
    for (row, part) in [
        ("al\u{a0}ice,", "U+00A0, which cannot be seen"),
        ("\u{430}lice,", "U+0430"),
        ("alice,Alice\u{a0}Example", "U+00A0, which cannot be seen"),
        ("alice,A\u{200b}lice", "U+200B, which cannot be seen"),
    ] {
        let run = desk.refuses(2, || desk.import(format!("username,name\n{row}\n"), &[]));
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
}
