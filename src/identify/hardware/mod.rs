//! Our own tables of devices that say what they are: televisions, boxes, consoles, loudspeakers, and what is carried.
//!
//! Rows are tried from the top and the first whose words fit wins. Sources: the makers' developer pages (Samsung Tizen, LG
//! webOS TV, Roku, Fire TV, Cast), ETSI TS 102 796 for `HbbTV`, and user agents as they arrive.

mod consoles;
mod handhelds;
mod makers;
mod row;
mod televisions;

use std::sync::LazyLock;

use self::row::Row;
use super::guess::Guess;
use super::parts::version_after;
use super::words::{Found, Words};
use super::{android, models};
use crate::model::DeviceKind::{self, Console, Phone, Speaker, StreamingBox, Tablet, Tv};

/// Names that say only what sort of thing it is: a maker's or a model's name is better.
const PLAIN: [&str; 6] = ["Smart TV", "Android TV", "TV box", "Streaming box", "TV stick", "Galaxy Watch"];

/// A row, its words as numbers.
struct Needs {
    row: &'static Row,
    marks: Vec<usize>,
    unless: Vec<usize>,
}

impl Needs {
    fn fits(&self, found: &Found) -> bool {
        self.marks.iter().all(|mark| found.has(*mark)) && !self.unless.iter().any(|word| found.has(*word))
    }
}

struct Table {
    words: Words,
    rows: Vec<Needs>,
    /// Phones from before Android: asked only where no Android is named.
    old: Vec<Needs>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows = [consoles::ROWS, televisions::BOXES, televisions::SETS, handhelds::ROWS];
    let all = rows.into_iter().chain([handhelds::OLD]).flatten();
    let words = Words::new(all.flat_map(|row| row.marks.iter().chain(row.unless)).copied());
    let numbers = |of: &[&str]| of.iter().map(|word| words.number(word)).collect::<Vec<_>>();
    let needs = |row: &'static Row| Needs { row, marks: numbers(row.marks), unless: numbers(row.unless) };
    let rows = rows.into_iter().flatten().map(needs).collect();
    let old = handhelds::OLD.iter().map(needs).collect();
    Table { words, rows, old }
});

/// The device a user agent names; `lower` is the same text in lower case.
pub(super) fn read(user_agent: &str, lower: &str) -> Option<Guess> {
    if let Some(amazon) = amazon(user_agent, lower) {
        return Some(amazon);
    }
    let found = TABLE.words.find(lower);
    let first = |rows: &[Needs]| rows.iter().find(|needs| needs.fits(&found)).map(|needs| needs.row);
    if let Some(row) = first(&TABLE.rows) {
        return Some(guess(row, user_agent, lower));
    }
    if makers::connected(user_agent).is_some() {
        return Some(guess(&CONNECTED, user_agent, lower));
    }
    let old = if android::is_android(lower) { None } else { first(&TABLE.old) };
    old.map(|row| guess(row, user_agent, lower))
}

/// What says how it is connected and nothing else.
static CONNECTED: Row = row::row(&[], Tv, "Smart TV");

fn guess(row: &Row, user_agent: &str, lower: &str) -> Guess {
    let model = if android::is_android(lower) { android::model(user_agent) } else { None };
    let (system, os) = system_of(row, lower);
    Guess {
        kind: Some(row.kind),
        name: name_of(row, user_agent, model),
        // A console's name is its model, and often all it says.
        model: model.or((row.kind == Console).then_some(row.name)).map(str::to_owned),
        is_appliance: !matches!(row.kind, Phone | Tablet),
        system,
        os,
        ..Guess::default()
    }
}

fn name_of(row: &Row, user_agent: &str, model: Option<&str>) -> Option<String> {
    let is_plain = PLAIN.contains(&row.name) || row.system == "VIDAA";
    let better = is_plain.then(|| {
        let noun = if row.kind == Tv { "TV" } else { "box" };
        let maker = makers::maker(user_agent).map(|maker| format!("{maker} {noun}"));
        maker.or_else(|| models::of(model?)?.name.map(str::to_owned))
    });
    better.flatten().or_else(|| (!row.name.is_empty()).then(|| row.name.to_owned()))
}

/// A row's system, without and with its version.
fn system_of(row: &Row, lower: &str) -> (Option<String>, Option<String>) {
    if row.system.is_empty() {
        return (None, None);
    }
    let marked = || Some(row.version_mark).filter(|mark| !mark.is_empty());
    let version = match row.system {
        "webOS" => webos_version(lower).or_else(|| version_after(lower, marked()?)),
        _ => marked().and_then(|mark| version_after(lower, mark)),
    };
    let os = match version.map(super::parts::major) {
        Some(major) => format!("{} {major}", row.system),
        None => row.system.to_owned(),
    };
    (Some(row.system.to_owned()), Some(os))
}

/// Amazon's own devices by their model codes: AFT… for Fire TV, AEO… for Echo, KF… for Fire tablets
/// (developer.amazon.com, "Device specifications").
fn amazon(user_agent: &str, lower: &str) -> Option<Guess> {
    let (model, kind, name) = user_agent
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find_map(|word| amazon_code(word).map(|(kind, name)| (word, kind, name)))?;
    let system = if lower.contains("kepler") { "Vega OS" } else { "Fire OS" };
    Some(Guess {
        kind: Some(kind),
        name: Some(name.into()),
        is_appliance: kind != Tablet,
        model: Some(model.to_owned()),
        system: Some(system.into()),
        os: Some(system.into()),
        ..Guess::default()
    })
}

fn amazon_code(word: &str) -> Option<(DeviceKind, &'static str)> {
    let is_code = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let fourth = *word.as_bytes().get(3)?;
    if word.starts_with("AFT") && is_code(fourth) {
        return Some((StreamingBox, "Fire TV"));
    }
    if word.starts_with("AEO") && is_code(fourth) {
        return Some((Speaker, "Amazon Echo"));
    }
    let is_tablet =
        word.starts_with("KF") && word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    is_tablet.then_some((Tablet, "Fire tablet"))
}

/// webOS TV says its version through the engine's (webostv.developer.lge.com, "Web API and web engine").
fn webos_version(lower: &str) -> Option<&'static str> {
    Some(match super::parts::major(version_after(lower, "chrome/")?) {
        "38" => "3",
        "53" => "4",
        "68" => "5",
        "79" => "6",
        "87" => "22",
        "94" => "23",
        "108" => "24",
        "120" => "25",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_lower_case_and_every_row_can_be_reached() {
        for rows in [&TABLE.rows, &TABLE.old] {
            for (at, needs) in rows.iter().enumerate() {
                let row = needs.row;
                for word in row.marks.iter().chain(row.unless) {
                    assert!(word.len() >= 2 && word.is_ascii(), "{word}");
                    assert_eq!(**word, word.to_ascii_lowercase());
                }
                let sample = row.marks.join("; ");
                let found = TABLE.words.find(&sample);
                let first = rows.iter().position(|needs| needs.fits(&found));
                assert_eq!(first, Some(at), "{sample} is taken by an earlier row");
            }
        }
    }
}
