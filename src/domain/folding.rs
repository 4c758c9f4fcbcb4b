//! Text in the forms in which it is stored, compared, searched and sorted (Unicode UAX #15, UTS #10).

use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// The order of people's names: the root of the Unicode collation algorithm, as CLDR has it.
#[expect(clippy::expect_used, reason = "the program carries the data of the root")]
static ROOT: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| {
    CollatorBorrowed::try_new(CollatorPreferences::default(), CollatorOptions::default()).expect("the root is there")
});

/// Letters that normalization leaves whole, though the collation sorts them among others.
const WHOLE: [(char, &str); 8] = [
    ('\u{df}', "ss"),
    ('\u{e6}', "ae"),
    ('\u{f0}', "d"),
    ('\u{f8}', "o"),
    ('\u{111}', "d"),
    ('\u{127}', "h"),
    ('\u{142}', "l"),
    ('\u{153}', "oe"),
];

/// Text in Normalization Form C, as it is stored.
#[must_use]
pub fn composed(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

/// Text in the form in which it is compared: NFKC, lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkc().collect::<String>().to_lowercase()
}

/// Text in the form in which it is searched: NFKC, without case and accents. `ipek` finds İpek. A text of accents alone
/// keeps them, and finds nobody: an empty text would find everybody.
#[must_use]
pub fn searched(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let bare = text.nfkd().filter(|c| canonical_combining_class(*c) == 0);
    // Upper case first: it joins letters that have several lower cases, such as the two sigmas.
    let mut found = String::with_capacity(text.len());
    for c in bare.flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
        match WHOLE.binary_search_by_key(&c, |(whole, _)| *whole) {
            Ok(place) => found.push_str(WHOLE[place].1),
            Err(_) => found.push(c),
        }
    }
    if found.trim().is_empty() { folded(text) } else { found.nfc().collect() }
}

/// The key by which a name sorts. Keys are compared byte by byte.
#[must_use]
pub fn sort_key(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(2 * text.len() + 8);
    let Ok(()) = ROOT.write_sort_key_to(text, &mut key);
    key
}

#[cfg(test)]
mod tests {
    use icu_collator::options::Strength;

    use super::*;

    #[test]
    fn the_short_way_for_ascii_comes_to_the_same() {
        for text in ["", "a", "Az-09 ~!", "ABC@x"] {
            assert_eq!(folded(text), text.nfkc().collect::<String>().to_lowercase());
            assert_eq!(composed(text), text.nfc().collect::<String>());
            assert_eq!(searched(text), searched(&format!("{text}x\u{301}")).strip_suffix('x').unwrap());
        }
    }

    #[test]
    fn a_search_sees_neither_case_nor_accents() {
        for (text, name) in [
            ("ipek", "İpek"),
            ("jose", "José"),
            ("JOSÉ", "jose"),
            ("strasse", "Straße"),
            ("σοφοσ", "Σοφός"),
            ("soren lukasz", "Søren Łukasz"),
            ("ivanov", "ｉｖａｎｏｖ"),
            ("иванов", "Ива́нов"),
            ("한글", "한글"),
        ] {
            assert_eq!(searched(text), searched(name), "{name}");
        }
    }

    #[test]
    fn a_search_for_accents_alone_is_none_for_everybody() {
        for text in ["\u{301}", "\u{64b}", "\u{3099}", " \u{e48}", "\u{5b0}\u{301}"] {
            assert!(!searched("some name").contains(&searched(text)) && !searched(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn each_latin_letter_that_sorts_as_others_is_found_as_they_are() {
        let mut options = CollatorOptions::default();
        options.strength = Some(Strength::Primary);
        let primary = CollatorBorrowed::try_new(CollatorPreferences::default(), options).unwrap();
        let others = ["ae", "oe", "ss", "ij", "lj", "nj", "dz"].map(String::from);
        let letters: Vec<_> = ('a'..='z').map(String::from).chain(others).collect();
        let mut missing = Vec::new();
        for c in ('\u{c0}'..='\u{24f}').chain('\u{1e00}'..='\u{1eff}') {
            let one = c.to_string();
            let found = searched(&one);
            // An l with a middle dot is an l and a dot, and the dot counts.
            let same = letters.iter().find(|letters| primary.compare(letters, &one).is_eq());
            if same.is_some_and(|same| *same != found && found != "l·") {
                missing.push((found, same));
            }
        }
        assert_eq!(missing, []);
    }

    #[test]
    fn names_sort_as_people_sort_them() {
        let sorted = ["", "adam", "Åse", "de la Cruz", "Dela Cruz", "émile", "Émile", "Zoe", "Ωmega", "李"];
        assert!(sorted.is_sorted_by_key(|name| sort_key(name)));
    }
    #[test]
    fn stores_have_the_forms_that_this_program_makes() {
        // If a later library makes other ones, stores have the old ones. Then add a step to the schema: it computes all of
        // them again.
        let key = base16ct::lower::encode_string(&sort_key("Émile Åse-Ωmega 李 1"));
        assert_eq!(key, "33433b4133042b4f33050e6156034333372b04fa3504041401458840921001dcc0dcc2d80c");
        assert_eq!(searched("Ｅ́mile Ǆ Straße ﬁ İı"), "emile dz strasse fi ii");
        let email: crate::domain::email::Email = "Ä@Faß.Bücher。example".parse().unwrap();
        assert_eq!(email.key(), "ä@xn--fa-hia.xn--bcher-kva.example");
    }
}
