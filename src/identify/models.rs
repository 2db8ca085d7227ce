//! What people call an Android device, by the model it gives: Google's list, made into data/android-models.tsv by `./dev models`.
//!
//! Sorted lines are searched where they lie in the program: nothing is copied, nothing is kept.

use crate::model::DeviceKind::{self, Computer, Other, Phone, Tablet, Tv};

/// `model TAB kind TAB name` a line, models in lower case; what says where it is from sorts before all of them.
const TABLE: &str = include_str!("../../data/android-models.tsv");
/// Models of fewer characters are shared by makers, and are not in the table.
const SHORTEST: usize = 5;
/// Bytes of the longest one.
const LONGEST: usize = 64;

/// What the list says of a model.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// A phone is what is not called anything else there.
    pub kind: DeviceKind,
    /// The maker's name for it, where there is one that is no code.
    pub name: Option<&'static str>,
}

/// What is known of a model, with or without its maker before it.
pub(super) fn of(model: &str) -> Option<Known> {
    if model.len() > LONGEST {
        return None;
    }
    let model = model.to_ascii_lowercase();
    let without_maker = || model.split_once(' ').and_then(|(_, rest)| search(rest));
    search(&model).or_else(without_maker)
}

fn search(model: &str) -> Option<Known> {
    if model.len() < SHORTEST {
        return None;
    }
    let (mut from, mut to) = (0, TABLE.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let start = TABLE[..middle].rfind('\n').map_or(0, |at| at + 1);
        let end = TABLE[start..].find('\n').map_or(TABLE.len(), |at| start + at);
        let (known, rest) = TABLE[start..end].split_once('\t').unwrap_or((&TABLE[start..end], ""));
        match known.cmp(model) {
            std::cmp::Ordering::Less => from = end + 1,
            std::cmp::Ordering::Greater => to = start,
            std::cmp::Ordering::Equal => return read(rest),
        }
    }
    None
}

fn read(line: &'static str) -> Option<Known> {
    let (kind, name) = line.split_once('\t')?;
    let kind = match kind {
        "p" => Phone,
        "t" => Tablet,
        "v" => Tv,
        "c" => Computer,
        "o" => Other,
        _ => return None,
    };
    Some(Known { kind, name: Some(name).filter(|name| !name.is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
        TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
    }

    #[test]
    fn every_line_is_found_by_its_model() {
        assert!(TABLE.is_ascii());
        assert!(lines().map(|(model, _)| model).is_sorted());
        assert!(lines().count() > 10_000);
        for (model, rest) in lines() {
            let known = search(model).unwrap_or_else(|| panic!("{model} is not found"));
            assert!(model.len() >= SHORTEST && model.len() <= LONGEST, "{model}");
            assert_eq!(Some(known), read(rest), "{model}");
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_not_found() {
        let header = TABLE.lines().next().expect("a line");
        for model in ["", "K", "a45", "\u{0}", "zzzzzzzz", "sm-s911", "#", header, &"x".repeat(1_000)] {
            assert_eq!(of(model), None, "{model}");
        }
    }

    #[test]
    fn a_model_has_a_kind_and_a_name_with_and_without_its_maker() {
        let galaxy = Some(Known { kind: Phone, name: Some("Galaxy S23") });
        assert_eq!(of("SM-S911B"), galaxy);
        assert_eq!(of("samsung SM-S911B"), galaxy);
        assert_eq!(of("SM-T870").map(|known| known.kind), Some(Tablet));
        assert_eq!(of("SM-F926B").map(|known| known.kind), Some(Phone), "a foldable is a phone");
        assert_eq!(of("SM-R925F").map(|known| known.kind), Some(Other), "a watch is none");
    }
}
