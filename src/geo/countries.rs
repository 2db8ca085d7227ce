//! Countries as people write them in a log: a code of two or three letters, an English name, or what it is called at home.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::{country_code, country_name, country_names};

/// Longest text that may be a country, in bytes.
const LONGEST: usize = 80;

/// The code (ISO 3166-1 alpha-2) of a country; `None` for what is none.
pub(super) fn code_of(country: &str) -> Option<&'static str> {
    let country = country.trim();
    if country.len() > LONGEST {
        return None;
    }
    let code = country.to_ascii_uppercase();
    let by_code = match code.len() {
        2 => country_name(&code).and_then(country_code),
        3 => by_three_letters(&code),
        _ => None,
    };
    by_code.or_else(|| BY_NAME.get(&plain(country)).copied())
}

/// Whether a text says that no country is known: that is no mistake.
pub(super) fn says_nothing(country: &str) -> bool {
    // The last two are codes that ISO 3166-1 keeps for it.
    let words = ["", "-", "?", "unknown", "none", "null", "n/a", "not available", "xx", "zz"];
    words.iter().any(|word| country.trim().eq_ignore_ascii_case(word))
}

fn by_three_letters(code: &str) -> Option<&'static str> {
    let mut countries = THREE_LETTERS.split_ascii_whitespace();
    countries.find_map(|letters| letters.strip_prefix(code))
}

/// What a name is without what is written in several ways: capitals, accents, points, "&", a "The" before it.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => plain.push('a'),
            'ç' | 'č' => plain.push('c'),
            'é' | 'è' | 'ê' | 'ë' => plain.push('e'),
            'í' | 'î' | 'ï' => plain.push('i'),
            'ñ' => plain.push('n'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => plain.push('o'),
            'ú' | 'ü' => plain.push('u'),
            '&' => plain.push_str(" and "),
            // "U.S.A." and "d'Ivoire" are one word, and what comes from lowering "İ" is no letter.
            '.' | '\'' | '’' | '\u{307}' => {}
            letter if letter.is_alphanumeric() => plain.push(letter),
            _ => plain.push(' '),
        }
    }
    let words = plain.split_whitespace().skip_while(|word| *word == "the");
    let words = words.map(|word| if word == "st" { "saint" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let names = country_names().map(|(code, name)| (plain(name), code));
    let also = ALSO.iter().flat_map(|(code, names)| names.iter().map(move |name| (plain(name), *code)));
    names.chain(also).collect()
});

/// Other names, by code: official ones, earlier ones, parts, and those that countries call themselves.
static ALSO: [(&str, &[&str]); 61] = [
    ("AE", &["UAE", "Emirates"]),
    ("AT", &["Österreich"]),
    ("BA", &["Bosnia"]),
    ("BE", &["België", "Belgique", "Belgien"]),
    ("BG", &["Bulgariya"]),
    ("BN", &["Brunei Darussalam"]),
    ("BO", &["Bolivia, Plurinational State of", "Plurinational State of Bolivia"]),
    ("BR", &["Brasil"]),
    ("CD", &["DRC", "DR Congo", "Congo-Kinshasa", "Congo, The Democratic Republic of the", "Zaire"]),
    ("CG", &["Congo", "Congo-Brazzaville"]),
    ("CH", &["Schweiz", "Suisse", "Svizzera"]),
    ("CI", &["Ivory Coast"]),
    ("CN", &["PRC", "People's Republic of China", "Mainland China"]),
    ("CV", &["Cabo Verde"]),
    ("CZ", &["Czech Republic", "Česko"]),
    ("DE", &["Deutschland", "Federal Republic of Germany"]),
    ("DK", &["Danmark"]),
    ("EE", &["Eesti"]),
    ("ES", &["España"]),
    ("FI", &["Suomi"]),
    ("FK", &["Falkland Islands (Malvinas)"]),
    ("FM", &["Micronesia, Federated States of", "Federated States of Micronesia"]),
    (
        "GB",
        &[
            "UK",
            "Great Britain",
            "Britain",
            "England",
            "Scotland",
            "Wales",
            "Northern Ireland",
            "United Kingdom of Great Britain and Northern Ireland",
        ],
    ),
    ("GR", &["EL", "Hellas"]),
    ("HK", &["Hong Kong SAR", "Hong Kong SAR China", "Hongkong"]),
    ("HR", &["Hrvatska"]),
    ("HU", &["Magyarország"]),
    ("IE", &["Republic of Ireland", "Éire"]),
    ("IR", &["Iran, Islamic Republic of", "Islamic Republic of Iran"]),
    ("IS", &["Ísland"]),
    ("IT", &["Italia"]),
    ("KP", &["DPRK", "Korea, Democratic People's Republic of"]),
    ("KR", &["Korea", "Korea, Republic of", "Republic of Korea"]),
    ("LA", &["Lao People's Democratic Republic"]),
    ("LT", &["Lietuva"]),
    ("LV", &["Latvija"]),
    ("MD", &["Moldova, Republic of", "Republic of Moldova"]),
    ("MK", &["Macedonia", "FYROM", "The former Yugoslav Republic of Macedonia"]),
    ("MM", &["Burma"]),
    ("MO", &["Macau", "Macao SAR China"]),
    ("MX", &["México"]),
    ("NL", &["Holland", "Nederland"]),
    ("NO", &["Norge"]),
    ("PL", &["Polska"]),
    ("PS", &["Palestinian Territories", "Palestine, State of", "State of Palestine"]),
    ("RO", &["România"]),
    ("RU", &["Russian Federation"]),
    ("SE", &["Sverige"]),
    ("SI", &["Slovenija"]),
    ("SK", &["Slovensko", "Slovak Republic"]),
    ("SY", &["Syrian Arab Republic"]),
    ("SZ", &["Swaziland"]),
    ("TL", &["East Timor"]),
    ("TR", &["Turkey"]),
    ("TW", &["Taiwan, Province of China", "Republic of China"]),
    ("TZ", &["Tanzania, United Republic of", "United Republic of Tanzania"]),
    ("US", &["USA", "United States of America", "America"]),
    ("VA", &["Holy See", "Vatican"]),
    ("VE", &["Venezuela, Bolivarian Republic of", "Bolivarian Republic of Venezuela"]),
    ("VN", &["Viet Nam"]),
    ("XK", &["XKX"]),
];

/// Codes of three letters, each with that of two behind it (ISO 3166-1).
const THREE_LETTERS: &str = "\
     ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT \
     AZEAZ BDIBI BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO \
     BRABR BRBBB BRNBN BTNBT BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG \
     COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO \
     DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB \
     GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY \
     HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT \
     JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY \
     LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH \
     MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA \
     NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE \
     PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA \
     SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR \
     SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO \
     TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG \
     VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_however_people_write_it() {
        for (code, texts) in [
            (
                "GB",
                &["GB", "gb", "UK", "uk", "U.K.", "GBR", "England", "Great Britain", " United Kingdom "][..],
            ),
            ("DE", &["DEU", "deu", "Germany", "GERMANY", "Deutschland"]),
            ("US", &["USA", "U.S.A.", "us", "The United States", "United States of America"]),
            ("GR", &["EL", "GRC", "Greece"]),
            ("NL", &["The Netherlands", "Holland", "NLD"]),
            ("CI", &["Cote d'Ivoire", "Côte d’Ivoire", "Ivory Coast"]),
            ("BA", &["Bosnia and Herzegovina", "Bosnia & Herzegovina", "BIH"]),
            ("LC", &["Saint Lucia", "St. Lucia", "St Lucia"]),
            ("TR", &["Türkiye", "Turkiye", "TURKEY", "TÜRKİYE"]),
            ("KR", &["South Korea", "Korea, Republic of", "KOR"]),
            ("NA", &["NA", "NAM", "Namibia"]),
            ("XK", &["XK", "Kosovo"]),
        ] {
            for text in texts {
                assert_eq!(code_of(text), Some(code), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_country_is_none() {
        let long = "a".repeat(24_000);
        for text in
            ["", "-", "Atlantis", "XX", "ZZ", "Q", "QQQ", "ABWAW", "N/A", "Norway, Oslo", "\u{202e}", &long]
        {
            assert_eq!(code_of(text), None, "{text}");
        }
        assert!(["-", "Unknown", " N/A ", "zz", ""].into_iter().all(says_nothing));
        assert!(!says_nothing("NA") && !says_nothing("Atlantis"));
    }

    #[test]
    fn every_country_has_one_code_of_three_letters_and_every_other_name_is_of_a_country() {
        let mut of_three =
            THREE_LETTERS.split_ascii_whitespace().map(|letters| &letters[3..]).collect::<Vec<_>>();
        of_three.push("XK");
        of_three.sort_unstable();
        assert_eq!(of_three, country_names().map(|(code, _)| code).collect::<Vec<_>>());
        for (code, names) in ALSO {
            assert!(country_name(code).is_some(), "{code}");
            for name in names {
                assert_eq!(code_of(name), Some(code), "{name}");
            }
        }
    }
}
