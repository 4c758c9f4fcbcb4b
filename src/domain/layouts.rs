//! The keys of other keyboard layouts. A walk over the keys is as easy to guess on each of them as `qwertyuiop` is.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::secret::written;

/// The four rows of a keyboard.
type Rows = [&'static str; 4];

/// The keys to which all others are translated. Judges of passwords know their places.
const QWERTY: Rows = ["`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./"];
/// The same keys with Shift.
const SHIFTED: Rows = ["~!@#$%^&*()_+", "          {}|", "         :\"", "       <>?"];

/// The rows of others, key by key. A space stands for a key that is left out. Letters are lower case.
const LAYOUTS: [Rows; 47] = [
    // Latin letters in other places.
    ["²&é\"'(-è_çà)=", "azertyuiop^$*", "qsdfghjklmù", "wxcvbn,;:!"],
    ["²&é\"'(§è!çà)-", "azertyuiop^$µ", "qsdfghjklmù", "wxcvbn,;:="],
    ["$\"«»()@+-/*=%", "bépoè^vdljzw", "auie,ctsrnm", "àyx.k'qghf"],
    ["^1234567890ß´", "qwertzuiopü+#", "asdfghjklöä", "yxcvbnm,.-"],
    ["§1234567890'^", "qwertzuiopè¨$", "asdfghjkléà", "yxcvbnm,.-"],
    ["^1234567890-`", "xvlcwkhgfqß´", "uiaeosnrtdy", "üöäpzbm,.j"],
    ["`1234567890[]", "',.pyfgcrl/=\\", "aoeuidhtns-", ";qjkxbmwvz"],
    ["`1234567890-=", "qwfpgjluy;[]\\", "arstdhneio'", "zxcvbkm,./"],
    ["`1234567890-=", "qwfpbjluy;[]\\", "arstgmneio'", "xcdvzkh,./"],
    ["`1234567890-=", "qdrwbjfup;[]\\", "ashtgyneoi'", "zxmcvkl,./"],
    ["+1234567890/-", "fgğıodrnhpqwx", "uieaütkmlyş", "jövcçzsb.,"],
    // Latin letters in the usual places, and others beside them.
    ["\"1234567890*-", "qwertyuıopğü,", "asdfghjklşi", "zxcvbnmöç."],
    [";+ěščřžýáíé=´", "qwertzuiopú)¨", "asdfghjklů§", "yxcvbnm,.-"],
    [";+ľščťžýáíé=´", "qwertzuiopúäň", "asdfghjklô§", "yxcvbnm,.-"],
    ["0123456789öüó", "qwertzuiopőúű", "asdfghjkléá", "yxcvbnm,.-"],
    ["¸1234567890'+", "qwertzuiopšđž", "asdfghjklčć", "yxcvbnm,.-"],
    ["º1234567890'¡", "qwertyuiop`+ç", "asdfghjklñ´", "zxcvbnm,.-"],
    ["\\1234567890'«", "qwertyuiop+´~", "asdfghjklçº", "zxcvbnm,.-"],
    ["\\1234567890'ì", "qwertyuiopè+ù", "asdfghjklòà", "zxcvbnm,.-"],
    ["§1234567890+´", "qwertyuiopå¨'", "asdfghjklöä", "zxcvbnm,.-"],
    ["|1234567890+\\", "qwertyuiopå¨'", "asdfghjkløæ", "zxcvbnm,.-"],
    ["½1234567890+´", "qwertyuiopå¨'", "asdfghjklæø", "zxcvbnm,.-"],
    [" 1234567890ö-", "qwertyuiopð'+", "asdfghjklæ´", "zxcvbnm,.þ"],
    ["ˇ1234567890+´", "qwertyuiopüõ'", "asdfghjklöä", "zxcvbnm,.-"],
    ["`ąčęėįšųū90-ž", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./"],
    ["#1234567890-=", "qwertyuiop^¸<", "asdfghjkl;`", "zxcvbnm,.é"],
    // Cyrillic.
    ["ё1234567890-=", "йцукенгшщзхъ\\", "фывапролджэ", "ячсмитьбю."],
    ["'1234567890-=", "йцукенгшщзхїґ", "фівапролджє", "ячсмитьбю."],
    ["ё1234567890-=", "йцукенгшўзх'\\", "фывапролджэ", "ячсмітьбю."],
    ["(\"әіңғ,.үұқөһ", "йцукенгшщзхъ\\", "фывапролджэ", "ячсмитьбю№"],
    ["(1234567890-.", ",уеишщксдзц;", "ьяаожгтнвмч", "юйъэфхпрлб"],
    ["ч1234567890-=", "явертъуиопшщю", "асдфгхйкл;'", "зьцжбнм,./"],
    ["ё1234567890-ь", "яшертыуиопющэ", "асдфгчйкл;'", "зхцвбнм,./"],
    ["`1234567890'+", "љњертзуиопшђж", "асдфгхјклчћ", "ѕџцвбнм,.-"],
    ["`1234567890-=", "љњертѕуиопшѓж", "асдфгхјклчќ", "зџцвбнм,./"],
    // Others.
    ["`1234567890-=", ";ςερτυθιοπ[]\\", "ασδφγηξκλ΄'", "ζχψωβνμ,./"],
    [";1234567890-=", "/'קראטוןםפ][\\", "שדגכעיחלךף,", "זסבהנמצתץ."],
    ["ذ1234567890-=", "ضصثقفغعهخحجد\\", "شسيبلاتنمكط", "ئءؤر ىةوزظ"],
    ["`١٢٣٤٥٦٧٨٩٠-=", "ضصثقفغعهخحجچ\\", "شسیبلاتنمکگ", "ظطزرذدپو./"],
    ["`۱۲۳۴۵۶۷۸۹۰-=", "ضصثقفغعهخحجچ\\", "شسیبلاتنمکگ", "ظطزژرذدپو."],
    ["„1234567890-=", "ქწერტყუიოპ[]~", "ასდფგჰჯკლ;'", "ზხცვბნმ,./"],
    ["_ๅ/-ภถุึคตจขช", "ๆไำพะัีรนยบลฃ", "ฟหกดเ้่าสวง", "ผปแอิืทมใฝ"],
    ["ॊ१२३४५६७८९०-ृ", "ौैाीूबहगदजड़ॉ", "ोे्िुपरकतचट", "ॆंमनवलस,.य"],
    ["`1234567890-=", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ[]\\", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ;'", "ㅋㅌㅊㅍㅠㅜㅡ,./"],
    [" ぬふあうえおやゆよわほへ", "たていすかんなにらせ゛゜む", "ちとしはきくまのりれけ", "つさそひこみもねるめ"],
    [" ㄅㄉˇˋㄓˊ˙ㄚㄞㄢㄦ", "ㄆㄊㄍㄐㄔㄗㄧㄛㄟㄣ", "ㄇㄋㄎㄑㄕㄘㄨㄜㄠㄤ", "ㄈㄌㄏㄒㄖㄙㄩㄝㄡㄥ"],
    ["՝:ձյ՛,-.«»օռժ", "խւէրտեըիոպչջ՞", "ասդֆքհճկլթփ", "զցգվբնմշղծ"],
];

/// Which key of [`QWERTY`] each character is on, for each layout. Shift makes no difference.
static KEYS: LazyLock<Vec<HashMap<char, char>>> = LazyLock::new(|| {
    let pairs = |rows: Rows| {
        let keys = rows.into_iter().zip(QWERTY).flat_map(|(row, keys)| row.chars().zip(keys.chars()));
        keys.filter(|(c, _)| *c != ' ')
    };
    LAYOUTS.iter().map(|rows| pairs(SHIFTED).chain(pairs(*rows)).collect()).collect()
});

/// The keys of a qwerty keyboard in the places where a text is typed on other layouts. Each is different, and different
/// from the text. There are no capitals and few signs in them: signs make the judging slow.
pub(super) fn translations(text: &str) -> Vec<Zeroizing<String>> {
    let mut all: Vec<Zeroizing<String>> = Vec::new();
    for keys in KEYS.iter() {
        let key = |c: char| *keys.get(&c).unwrap_or(&c);
        let translated = written(text.chars().flat_map(char::to_lowercase).flat_map(pressed).map(key));
        if *translated != text && !all.contains(&translated) {
            all.push(translated);
        }
    }
    all
}

/// What was pressed to type a character: most often the character itself. A Korean syllable is several letters, and some
/// of those are two keys. A Japanese syllable may be a plain one with a mark after it.
fn pressed(c: char) -> impl Iterator<Item = char> + Clone {
    let is_composed = matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3040}'..='\u{30FF}' | '\u{3130}'..='\u{318F}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{FF61}'..='\u{FFDC}');
    let (whole, composed) = if is_composed { (None, Some(c)) } else { (Some(c), None) };
    whole.into_iter().chain(composed.into_iter().nfkd().flat_map(|part| {
        let (keys, plain) = letters(part);
        keys.chars().chain(plain)
    }))
}

/// The letters of a keyboard for the parts of Korean syllables, in the order of Unicode (§3.12).
const LEADING: &str = "ㄱ ㄱ ㄴ ㄷ ㄷ ㄹ ㅁ ㅂ ㅂ ㅅ ㅅ ㅇ ㅈ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ";
const VOWELS: &str = "ㅏ ㅐ ㅑ ㅐ ㅓ ㅔ ㅕ ㅔ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ";
const TRAILING: &str =
    "ㄱ ㄱ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅅ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ";

/// The letters for a part of a syllable: of Korean ones, or a plain large hiragana.
fn letters(part: char) -> (&'static str, Option<char>) {
    let nth =
        |all: &'static str, first: u32| (all.split(' ').nth((u32::from(part) - first) as usize).unwrap_or(""), None);
    let hiragana = |code: u32| ("", char::from_u32(code));
    match (part, u32::from(part)) {
        ('\u{1100}'..='\u{1112}', _) => nth(LEADING, 0x1100),
        ('\u{1161}'..='\u{1175}', _) => nth(VOWELS, 0x1161),
        ('\u{11A8}'..='\u{11C2}', _) => nth(TRAILING, 0x11A8),
        ('\u{3099}', _) => ("゛", None),
        ('\u{309A}', _) => ("゜", None),
        // The mark alone is a space with the mark.
        (' ', _) => ("", None),
        ('ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ', code) => hiragana(code + 1),
        ('ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ', code) => hiragana(code - 0x60 + 1),
        ('ア'..='ヴ', code) => hiragana(code - 0x60),
        (_, code) => hiragana(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(text: &str) -> Vec<String> {
        translations(text).iter().map(|text| text.to_string()).collect()
    }

    #[test]
    fn each_row_fits_its_keys_and_names_each_character_once() {
        for rows in &LAYOUTS {
            for (row, keys) in rows.iter().zip(QWERTY) {
                assert!((8..=keys.chars().count()).contains(&row.chars().count()), "{row}");
            }
            let mut all: Vec<char> = rows.iter().flat_map(|row| row.chars()).filter(|c| *c != ' ').collect();
            all.sort_unstable();
            assert!(all.windows(2).all(|two| two[0] != two[1]), "{rows:?}");
        }
    }

    #[test]
    fn a_text_is_translated_to_the_keys_in_the_same_places() {
        for (text, keys) in [
            ("йцукен", "qwerty"),
            ("Йцукен", "qwerty"),
            ("ЩЗХЪ{", "op[]["),
            ("azertyuiop", "qwertyuiop"),
            ("ςερτυ", "werty"),
            ("ㅂㅈㄷㄱ쇼ㅕㅑ", "qwertyui"),
            ("\u{1107}\u{110c}", "qw"),
            ("비밀번호", "qlalfqjsgh"),
            ("읽다", "dlfrek"),
            ("たていすかん", "qwerty"),
            ("タテイスカン", "qwerty"),
            ("ﾀﾃｲｽｶﾝ", "qwerty"),
            ("たてぃすかん", "qwerty"),
            ("タティスカン", "qwerty"),
            ("が", "t["),
        ] {
            assert!(translated(text).iter().any(|it| it == keys), "{text}: {:?}", translated(text));
        }
    }

    #[test]
    fn each_translation_differs_from_the_text_and_from_the_others() {
        for text in ["qwertyuiop", "йцукен", "비밀번호", "1234567890"] {
            let mut all = translated(text);
            all.push(text.into());
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "{text}");
        }
    }

    #[test]
    fn there_are_at_most_as_many_translations_as_layouts_and_none_is_moved_while_it_is_written() {
        for text in ["qwertyuiop", "x", "йцукен", "1234567890", "뷁뷁뷁", &"뷁".repeat(341), &"ё".repeat(512)]
        {
            let all = translations(text);
            assert!(all.len() <= LAYOUTS.len());
            assert!(all.iter().all(|it| it.capacity() == it.len()));
        }
    }
}
