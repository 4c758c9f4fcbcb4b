//! The rules for a new password.

use std::cmp::min_by_key;

use zeroize::Zeroizing;
use zxcvbn::Entropy;
use zxcvbn::feedback::Feedback;

use super::account::Account;
use super::credential::{Credential, MAX_PASSWORD_BYTES};
use super::layouts::translations;
use super::secret::{TypedPassword, written};
use super::temporary;

/// The lowest zxcvbn score of a new password, 0 to 4.
const MIN_SCORE: u8 = 3;
/// How many characters zxcvbn looks at.
const JUDGED: usize = 100;

/// A rule that a new password broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokenRule {
    /// Fewer characters than the policy asks for (NIST SP 800-63B-4 §3.1.1.2; one Unicode code point is one character).
    TooShort {
        /// How many it has.
        has: usize,
        /// How many it needs.
        needs: usize,
    },
    /// More than [`MAX_PASSWORD_BYTES`].
    TooLong,
    /// It is the current password.
    Current,
    /// It is the temporary password, or could be an earlier one. The person who handed those over knew them. Every text
    /// of that form is refused.
    Temporary,
    /// The site's blocklist has it.
    Blocked,
    /// Its zxcvbn score is too low.
    Guessable {
        /// The words in it that others know about its owner, then zxcvbn's warning and suggestions.
        advice: Vec<String>,
    },
}

impl BrokenRule {
    /// What is wrong, and zxcvbn's advice, one line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::TooShort { has: 1, needs } => vec![format!("it has 1 character; at least {needs} are needed")],
            Self::TooShort { has, needs } => vec![format!("it has {has} characters; at least {needs} are needed")],
            Self::TooLong => vec![format!("it is longer than {MAX_PASSWORD_BYTES} bytes")],
            Self::Current => vec!["it is the current password".into()],
            Self::Temporary => vec!["it looks like a temporary password".into()],
            Self::Blocked => {
                vec!["it is on the site's blocklist, with or without the digits and signs at its ends".into()]
            }
            Self::Guessable { advice } => {
                let mut lines = vec!["it is too easy to guess".to_owned()];
                lines.extend(advice.iter().map(|line| format!("  {line}")));
                lines
            }
        }
    }
}

/// The password that will be replaced.
#[derive(Clone, Copy)]
pub struct Current<'a> {
    /// As it is stored.
    pub credential: &'a Credential,
    /// As its owner has just typed it.
    pub typed: &'a TypedPassword,
}

/// What a site asks of a new password.
#[derive(Debug, Clone, Copy)]
pub struct Demands {
    /// The fewest characters.
    pub min_length: usize,
    /// Whether the site's blocklist has this password.
    pub is_blocked: bool,
}

/// Judges a new password. All broken rules are named, not only the first. One hash is evaluated.
#[must_use]
pub fn broken_rules(
    new: &TypedPassword,
    account: &Account,
    current: Option<Current<'_>>,
    site: Demands,
) -> Vec<BrokenRule> {
    let Demands { min_length, is_blocked } = site;
    let text = new.normalized();
    let mut broken = Vec::new();
    let has = text.chars().count();
    if has < min_length {
        broken.push(BrokenRule::TooShort { has, needs: min_length });
    }
    if new.byte_len().max(text.len()) > MAX_PASSWORD_BYTES {
        broken.push(BrokenRule::TooLong);
    }
    if current.is_some_and(|current| current.credential.matches(new)) && !temporary::has_its_form(new) {
        broken.push(BrokenRule::Current);
    }
    let handed_over = current.filter(|current| current.credential.temporary_until.is_some());
    let is_made_of_it = handed_over.is_some_and(|current| temporary::has_a_part_of(&text, current.typed));
    if temporary::has_its_form(new) || temporary::is_in(&text) || is_made_of_it {
        broken.push(BrokenRule::Temporary);
    }
    if is_blocked {
        broken.push(BrokenRule::Blocked);
    }
    let words = own_words(account);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Spaces do not make a password harder to guess, and neither does another keyboard.
    let bare = written(text.split_whitespace().flat_map(str::chars));
    let judge = |text: &str| zxcvbn::zxcvbn(text, &words);
    let elsewhere = translations(&written(bare.chars().take(JUDGED)));
    let others = (bare != text).then_some(&bare).into_iter().chain(&elsewhere).map(|text| judge(text));
    let judged = others.fold(judge(&text), |one, other| min_by_key(one, other, Entropy::score));
    if u8::from(judged.score()) < MIN_SCORE || is_made_of(&bare, &words) {
        let known = known_words(&bare, &words).map(|word| format!("it has '{word}' in it, which others know of you"));
        let feedback = judged.feedback();
        let warning = feedback.and_then(Feedback::warning).map(|warning| warning.to_string());
        let suggestions = feedback.into_iter().flat_map(Feedback::suggestions).map(ToString::to_string);
        broken.push(BrokenRule::Guessable { advice: known.into_iter().chain(warning).chain(suggestions).collect() });
    }
    broken
}

/// The fewest letters of a password besides its owner's words. Those words are no secret.
const OTHER_LETTERS: usize = 6;

/// Whether almost nothing is left of a text without its owner's words.
fn is_made_of(text: &str, words: &[&str]) -> bool {
    let mut rest = lower(text);
    let mut longest_first: Vec<_> = words.iter().map(|word| lower(word)).collect();
    longest_first.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in longest_first.iter().filter(|word| word.chars().count() > 2) {
        rest = written(rest.split(word.as_str()).flat_map(str::chars));
    }
    rest.len() < text.len() && rest.chars().filter(|c| c.is_alphabetic()).count() < OTHER_LETTERS
}

/// The longest of the owner's words that is in a text.
fn known_words<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    let text = lower(text);
    let is_in = |word: &&&str| word.chars().count() > 2 && text.contains(lower(word).as_str());
    words.iter().filter(is_in).max_by_key(|word| word.len()).copied()
}

/// The text in lower case, letter by letter. A sigma at the end of a word becomes an ordinary sigma.
pub(super) fn lower(text: &str) -> Zeroizing<String> {
    written(text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }))
}

/// The words that somebody who knows the account would try first.
fn own_words(account: &Account) -> Vec<String> {
    let mut words = vec!["passdesk".to_owned(), account.username.to_string()];
    let name = account.display_name.as_str();
    let email = account.email.as_ref().map_or("", |email| email.as_str());
    for text in [name, email] {
        words.push(text.to_owned());
        words.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::super::clock::Timestamp;
    use super::super::credential::PasswordRevision;
    use super::super::hash::{Cost, StoredHash};
    use super::super::temporary::TemporaryPassword;
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
    const SITE: Demands = Demands { min_length: 15, is_blocked: false };
    const GOOD: &str = "brass lantern over wet slate";

    fn typed(text: &str) -> TypedPassword {
        TypedPassword::new(Zeroizing::new(text.into()))
    }

    fn alice() -> Account {
        Account {
            display_name: "Alice Wintergreen".parse().unwrap(),
            email: Some("alice@hedgehogmills.example".parse().unwrap()),
            ..Account::example(2, "alice")
        }
    }

    fn broken(text: &str, current: Option<&Credential>) -> Vec<BrokenRule> {
        let nothing = typed("");
        let current = current.map(|credential| Current { credential, typed: &nothing });
        broken_rules(&typed(text), &alice(), current, SITE)
    }

    #[test]
    fn what_was_handed_over_is_no_part_of_a_new_password_however_it_is_spelled() {
        let credential = Credential {
            hash: StoredHash::from_store(String::new()),
            revision: PasswordRevision(1),
            temporary_until: Some(Timestamp::UNIX_EPOCH),
        };
        let handed = typed("v9be-ct29-8mr8-zu8t-mu6a");
        let current = |credential| Some(Current { credential, typed: &handed });
        for text in [
            "v9be ct29 8mr8 zu8t mu6a",
            "V9BE.CT29.8MR8.ZU8T.MU6A",
            "v9be_ct29_8mr8_zu8t_mu6a",
            "my v9bect298mr8zu8tmu6a secret",
            "v9bect298mr8zu8tmu6a123",
            "ct29-8mr8 lamps over horse battery",
            "brass a6um t8uz lantern over wet slate",
        ] {
            let broken = broken_rules(&typed(text), &alice(), current(&credential), SITE);
            assert_eq!(broken, [BrokenRule::Temporary], "{text}");
        }
        let text = format!("v9be {GOOD} ct29");
        assert_eq!(broken_rules(&typed(&text), &alice(), current(&credential), SITE), []);
        let chosen = Credential { temporary_until: None, hash: credential.hash.clone(), ..credential };
        let text = "v9be ct29 8mr8 zu8t mu6a";
        assert_eq!(broken_rules(&typed(text), &alice(), current(&chosen), SITE), [], "nobody else has seen that one");
    }

    #[test]
    fn a_passphrase_that_nobody_would_guess_breaks_no_rule() {
        assert_eq!(broken(GOOD, None), []);
    }

    #[test]
    fn a_score_of_three_is_enough() {
        assert_eq!(broken("lantern-gardener", None), []);
        assert!(matches!(broken("lanterngardener", None).as_slice(), [BrokenRule::Guessable { .. }]));
    }

    #[test]
    fn fourteen_characters_are_too_few_and_fifteen_enough() {
        assert_eq!(broken("vK9#xq2!mZp4&r", None), [BrokenRule::TooShort { has: 14, needs: 15 }]);
        assert_eq!(broken("vK9#xq2!mZp4&rT", None), []);
    }

    #[test]
    fn characters_are_code_points_not_bytes() {
        assert_eq!(broken("жёлтыйфонарьвс", None), [BrokenRule::TooShort { has: 14, needs: 15 }]);
        assert_eq!(broken("жёлтый фонарь в снегу", None), []);
    }

    #[test]
    fn what_the_site_has_blocked_is_refused() {
        let site = Demands { is_blocked: true, ..SITE };
        assert_eq!(broken_rules(&typed(GOOD), &alice(), None, site), [BrokenRule::Blocked]);
    }

    #[test]
    fn no_composition_is_asked_for() {
        assert_eq!(broken("quartzmeadowpigeonthirteen", None), []);
    }

    #[test]
    fn each_key_of_a_keyboard_may_be_in_a_password() {
        for key in ' '..='~' {
            assert_eq!(broken(&format!("brass lantern{key}over wet slate"), None), [], "{key}");
        }
    }

    #[test]
    fn what_many_people_choose_is_refused() {
        for text in [
            "passwordpassword",
            "123456789012345",
            "qwertyuiopasdfgh",
            "1q2w3e4r5t6y7u8i",
            "iloveyouiloveyou",
            "letmeinletmein123",
            "administrator123",
            "changemechangeme",
            "trustno1trustno1",
            "aaaaaaaaaaaaaaaa",
        ] {
            assert!(matches!(broken(text, None)[..], [BrokenRule::Guessable { .. }]), "{text}");
        }
    }

    #[test]
    fn more_than_1024_bytes_are_refused_not_cut() {
        let long = GOOD.repeat(40);
        assert!(broken(&long[..1024], None).is_empty());
        assert_eq!(broken(&long[..1025], None), [BrokenRule::TooLong]);
        // Three bytes as typed, and two when they are composed.
        assert!(broken(&"e\u{301}".repeat(342), None).contains(&BrokenRule::TooLong));
    }

    #[test]
    fn ones_own_name_is_easy_to_guess() {
        for (text, word) in [
            ("alicewintergreen", "Wintergreen"),
            ("hedgehogmillspassdesk", "hedgehogmills"),
            ("alicealicealicealice", "alice"),
            ("Alice Wintergreen 2026!", "Wintergreen"),
            ("hedgehogmills.example1234", "hedgehogmills"),
        ] {
            let broken = broken(text, None);
            let [BrokenRule::Guessable { advice }] = broken.as_slice() else { panic!("{text}: {broken:?}") };
            assert_eq!(advice[0], format!("it has '{word}' in it, which others know of you"));
        }
    }

    #[test]
    fn a_word_of_two_letters_is_no_word_of_ones_own() {
        let words = ["al", "ann", "wintergreen", "winter"];
        for (text, word) in [("al2026", None), ("Ann2026", Some("ann")), ("alWintergreen", Some("wintergreen"))] {
            assert_eq!(known_words(text, &words), word);
            assert_eq!(is_made_of(text, &words), word.is_some());
        }
    }

    #[test]
    fn six_letters_besides_ones_own_words_are_enough() {
        assert!(is_made_of("alice-brass", &["alice"]));
        assert!(!is_made_of("alice-brassy", &["alice"]));
        assert!(!is_made_of("1234567", &["alice"]));
    }

    #[test]
    fn what_is_left_without_ones_own_words_is_never_moved_while_it_is_written() {
        // U+0130 has two bytes, and three in lower case.
        for text in [format!("{}alice", "\u{130}".repeat(500)), "alice".repeat(200)] {
            let lower = lower(&text);
            assert_eq!(lower.capacity(), lower.len());
            let rest = written(lower.split("alice").flat_map(str::chars));
            assert_eq!(rest.capacity(), rest.len());
        }
    }

    #[test]
    fn ones_own_name_is_found_however_its_last_letter_is_written() {
        let account = Account { display_name: "Γιάννης".parse().unwrap(), ..Account::example(2, "giannis") };
        for text in ["ΓΙΆΝΝΗΣ!2026 ΓΙΆΝΝΗΣ", "γιάννης γιάννης 2026"] {
            let words = own_words(&account);
            assert!(is_made_of(text, &words.iter().map(String::as_str).collect::<Vec<_>>()), "{text}");
        }
    }

    #[test]
    fn spaces_make_a_guess_no_harder() {
        for text in ["password password", "passdesk passdesk", "qwerty uiop asdf"] {
            assert!(matches!(broken(text, None).as_slice(), [BrokenRule::Guessable { .. }]), "{text}");
        }
    }

    #[test]
    fn a_walk_over_the_keys_of_any_length_is_judged() {
        for text in ["as".repeat(50), "asAS".repeat(256)] {
            assert!(matches!(broken(&text, None).last(), Some(BrokenRule::Guessable { .. })), "{text}");
        }
    }

    #[test]
    fn a_walk_over_the_keys_is_easy_to_guess_on_any_layout() {
        for text in [
            "qwertyuiopasdfg",
            "йцукенгшщзхъфыва",
            "ЙЦУКЕНГШЩЗХЪФЫВА",
            "йцукен гшщзхъ фыва",
            "ъхзщшгнекуцйждл",
            "йфяцычувскампи",
            "йцукенгшщзхїфіва",
            "йцукенгшўзх'фыва",
            "явертъуиопасдфг",
            "љњертзуиопасдфг",
            "ςερτυθιοπασδφγη",
            "azertyuiopqsdfgh",
            "azertyuiopmlkjhg",
            "&é\"'(-è_çà)azerty",
            "aqwzsxedcrfvtgb",
            "qwertzuiopasdfg",
            "qwertzuiopüasdfghjklöä",
            "qwertyuiopñlkjhg",
            "qwertyuiopåasdfghjklöä",
            "qwertyuıopğüasdf",
            "fgğıodrnhpuieaü",
            "bépoè^vdljzwauie",
            "',.pyfgcrlaoeuidhtns",
            "pyfgcrlaoeuidhtns",
            "qwfpgjluyarstdhneio",
            "qwfpbjluyarstgmneio",
            "/'קראטוןםפשדגכע",
            "קראטוןםפשדגכעיחל",
            "ضصثقفغعهخحجدشسيب",
            "ضصثقفغعهخحجچشسیبل",
            "ㅂㅈㄷㄱ쇼ㅕㅑㅐㅔㅁㄴㅇ로",
            "たていすかんなにらせちとしは",
            "ๆไำพะัีรนยฟหกดเ",
            "ㄆㄊㄍㄐㄔㄗㄧㄛㄟㄣㄇㄋㄎㄑㄕ",
            "фыва фыва фыва фыва",
            "зфыыцщкв зфыыцщкв",
        ] {
            let broken = broken(text, None);
            assert!(broken.iter().any(|rule| matches!(rule, BrokenRule::Guessable { .. })), "{text}: {broken:?}");
        }
    }

    #[test]
    fn a_passphrase_of_any_language_breaks_no_rule() {
        for text in [
            GOOD,
            "quartzmeadowpigeonthirteen",
            "жёлтый фонарь в снегу",
            "семь цапель стерегут сад",
            "сім чапель стережуть сад",
            "επτά ερωδιοί φυλάνε τον κήπο",
            "שבע אנפות שומרות על הפרדס",
            "سبعة طيور تحرس البستان",
            "sept hérons gardent le verger",
            "sieben Reiher hüten den Garten",
            "siete garzas guardan el huerto",
            "yedi balıkçıl bahçeyi koruyor",
            "sju hägrar vaktar äppelgården",
            "siedem czapli pilnuje sadu",
            "일곱 왜가리가 과수원을 지킨다",
            "ななわのさぎがにわをまもるよる",
            "นกกระสาเจ็ดตัวเฝ้าสวน",
            "vK9#xq2!mZp4&rT",
        ] {
            assert_eq!(broken(text, None), [], "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_drawn_at_random_breaks_no_rule_on_any_layout(
            text in "[a-z]{22}|[а-яё]{20}|[α-ω]{20}|[א-ת]{20}|[가-힣]{15}|[a-zäöüß]{20}|[a-zàâçéèêëîïôûù]{20}"
        ) {
            prop_assert_eq!(broken(&text, None), []);
        }
    }

    #[test]
    fn a_temporary_password_with_something_added_is_refused() {
        let shown = TemporaryPassword::generate(&mut StdRng::seed_from_u64(1));
        for text in [format!("{}!", shown.reveal()), format!("my {}", shown.reveal().to_uppercase())] {
            assert!(broken(&text, None).contains(&BrokenRule::Temporary), "{text}");
        }
    }

    #[test]
    fn the_current_password_is_refused() {
        let hash = StoredHash::of_typed(&typed(GOOD), CHEAP, &mut StdRng::seed_from_u64(1)).unwrap();
        let current = Credential { hash, revision: PasswordRevision(1), temporary_until: None };
        assert_eq!(broken(GOOD, Some(&current)), [BrokenRule::Current]);
    }

    #[test]
    fn the_temporary_password_is_refused_in_every_spelling() {
        let mut rng = StdRng::seed_from_u64(1);
        let password = TemporaryPassword::generate(&mut rng);
        let password = StoredHash::of_temporary(password, CHEAP, &mut rng).unwrap();
        let temporary_until = Some(Timestamp::UNIX_EPOCH);
        let current = Credential { hash: password.clone(), revision: PasswordRevision(1), temporary_until };
        let shown = password.reveal();
        let elsewhere = Credential { temporary_until: None, hash: StoredHash::from_store(String::new()), ..current };
        for between in
            ["-", "", "\u{2013}", "\u{2014}", "\u{2212}", "\u{a0}", "\u{2009}", "\u{200b}", "-\u{2060}", "\u{3164}"]
        {
            for text in [shown.replace('-', between), format!("\u{feff}{}\u{a0}", shown.replace('-', between))] {
                for text in [text.to_uppercase(), text] {
                    assert_eq!(broken(&text, Some(&current)), [BrokenRule::Temporary], "{text:?}");
                    assert_eq!(broken(&text, Some(&elsewhere)), [BrokenRule::Temporary], "an earlier one: {text:?}");
                }
            }
        }
        let spaced = shown.replace('-', " ");
        assert_eq!(broken(&spaced, Some(&current)), [BrokenRule::Current], "words may have this form");
    }

    #[test]
    fn every_broken_rule_is_named_at_once_with_advice() {
        let hash = StoredHash::of_typed(&typed("password"), CHEAP, &mut StdRng::seed_from_u64(1)).unwrap();
        let current = Credential { hash, revision: PasswordRevision(1), temporary_until: None };
        let broken = broken("password", Some(&current));
        assert_eq!(broken.len(), 3);
        let [.., BrokenRule::Guessable { advice }] = broken.as_slice() else { panic!("{broken:?}") };
        assert!(!advice.is_empty());
    }
}
