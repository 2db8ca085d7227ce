//! What earlier versions kept in English, as data again. Only what were the very same words is taken for such: the rest
//! stays the sentence that it was, and nothing is lost.

use super::reason::exit_kind;
use super::{about_km, noun};
use crate::model::{
    AlertState, Answer, Area, Budget, DeviceKind, Guess, HistoryDetail, HistoryKind, NetworkKind, Part,
    ProfileDeed, Reason, Usual, Verdict,
};

/// Reasons that say the same each time.
const FIXED: [Reason; 17] = [
    Reason::FirstDevice,
    Reason::Confirmed,
    Reason::Unreadable,
    Reason::StillLearning,
    Reason::FamiliarPhoneThere,
    Reason::ChangedHands,
    Reason::TwoHolders,
    Reason::TwoCopies,
    Reason::OlderCopy { newer: None },
    Reason::Unanswered,
    Reason::FirstOnAccount,
    Reason::HomeNetwork,
    Reason::UsualLine,
    Reason::UsedLine,
    Reason::OnBoard,
    Reason::ChangedPassword,
    Reason::RecoveredPassword,
];

/// What earlier versions said in other words than today's.
const WORDED_OTHERWISE: [(&str, Reason); 2] = [
    ("On the line your household uses most", Reason::UsualLine),
    ("On a line your household has used", Reason::UsedLine),
];

/// The reason that a sentence of an earlier version gave.
pub fn reason(text: &str) -> Reason {
    if let Some((_, reason)) = WORDED_OTHERWISE.into_iter().find(|(said, _)| *said == text) {
        return reason;
    }
    let says_it = |reason: &Reason| super::reason(reason).to_string() == text;
    FIXED
        .into_iter()
        .find(says_it)
        .or_else(|| with_figures(text).filter(says_it))
        .unwrap_or_else(|| Reason::SaidBefore { text: text.to_owned() })
}

fn with_figures(text: &str) -> Option<Reason> {
    of_a_device(text).or_else(|| of_a_place(text)).or_else(|| of_a_deed(text))
}

fn of_a_device(text: &str) -> Option<Reason> {
    if let Some(km) = between(text, "It was about ", " km away too short a time ago to travel here") {
        return Some(Reason::TooFarTooSoon { km: kilometres(km)? });
    }
    let older = "An older copy of this sign-in came back, on another line than the newer one (";
    if let Some(label) = between(text, older, ")") {
        return Some(Reason::OlderCopy { newer: Some(Area::from_label(label)) });
    }
    if let Some((kind, how)) = text.strip_prefix("This ").and_then(|rest| rest.split_once(" has signed in "))
    {
        let device_kind = kind_called(kind)?;
        let times =
            |text: &str| if text == "once" { Some(1) } else { text.strip_suffix(" times")?.parse().ok() };
        return match how.strip_suffix(" before, from elsewhere") {
            Some(often) => Some(Reason::SignedInElsewhere { device_kind, times: times(often)? }),
            None => {
                Some(Reason::SignedInFromHere { device_kind, times: times(how.strip_suffix(" from here")?)? })
            }
        };
    }
    let (unproven, rest) = match text.strip_prefix("It did not prove to be, but is ") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix("It is ")?),
    };
    let (updated, rest) = match rest.strip_prefix("an update of a ") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("the same as a ")?),
    };
    let device_kind = kind_called(rest.strip_suffix(" you have")?)?;
    Some(Reason::LikeKnown { device_kind, updated, unproven })
}

fn of_a_place(text: &str) -> Option<Reason> {
    if let Some(network) = between(text, "On ", ", a network your household uses") {
        return Some(Reason::UsedNetwork { network: network.to_owned() });
    }
    if let Some(label) = between(text, "Near ", ", where your household is") {
        return Some(Reason::NearHome { area: Area::from_label(label) });
    }
    if let Some(label) = between(text, "Near ", ", on a network that is new") {
        return Some(Reason::NearOnNewNetwork { area: Area::from_label(label) });
    }
    if let Some(rest) = text.strip_prefix("First time near ") {
        let (area, usual) = with_usual(rest)?;
        return Some(Reason::FirstNear { area, usual });
    }
    if let Some(rest) = text.strip_prefix("First time in ") {
        let (area, usual) = with_usual(rest)?;
        return Some(Reason::FirstInCountry { area, usual });
    }
    if let Some(words) = between(text, "Through ", ", as before") {
        let (network_kind, network) = exit(words)?;
        return Some(Reason::KnownExit { network_kind, network });
    }
    if let Some(words) = between(text, "First time through ", ": where it really is cannot be told") {
        let (network_kind, network) = exit(words)?;
        return Some(Reason::NewExit { network_kind, network });
    }
    let rest = between(text, "First time on ", " stays where it was put up")?;
    let (network, kind) = rest.rsplit_once(", away from home: a ")?;
    let network = Some(network.to_owned()).filter(|network| network != "another network");
    Some(Reason::LeftTheHouse { device_kind: kind_called(kind)?, network })
}

fn of_a_deed(text: &str) -> Option<Reason> {
    if text == "This unfamiliar device signed out another device" {
        return Some(Reason::SignedOthersOut { count: 1 });
    }
    if let Some(count) = between(text, "This unfamiliar device signed out ", " devices") {
        return Some(Reason::SignedOthersOut { count: count.parse().ok()? });
    }
    let asks = "It asks to speak for your household, where nobody else was active for ";
    if let Some(days) = between(text, asks, " days") {
        return Some(Reason::AsksToVouch { quiet_days: days.parse().ok()? });
    }
    let (times, whose) = text.strip_suffix(" in a row")?.split_once(" wrong ")?;
    let times = times.parse().ok()?;
    if whose == "passwords" {
        return Some(Reason::WrongPasswords { times });
    }
    let profile_name = between(whose, "PINs for ", "’s profile")?.to_owned();
    Some(Reason::WrongPins { times, profile_name })
}

/// "Riga, Latvia; usually Lisbon, Portugal, about 3,100 km away".
fn with_usual(text: &str) -> Option<(Area, Option<Usual>)> {
    let Some((label, usual)) = text.split_once("; usually ") else {
        return Some((Area::from_label(text), None));
    };
    let away = usual.strip_suffix(" km away").and_then(|rest| rest.rsplit_once(", about "));
    let (usual, km) = match away {
        Some((usual, km)) => (usual, Some(kilometres(km)?)),
        None => (usual, None),
    };
    Some((Area::from_label(label), Some(Usual { area: Area::from_label(usual), km })))
}

/// "a VPN (Example Networks)".
fn exit(words: &str) -> Option<(NetworkKind, Option<String>)> {
    use NetworkKind::{Fixed, Hosting, InFlight, Tor, Vpn};
    let (kind, network) = match words.split_once(" (") {
        Some((kind, network)) => (kind, Some(network.strip_suffix(')')?.to_owned())),
        None => (words, None),
    };
    let kind = [Vpn, Tor, Hosting, InFlight, Fixed].into_iter().find(|it| exit_kind(*it) == kind)?;
    Some((kind, network))
}

fn kilometres(text: &str) -> Option<u32> {
    text.replace(',', "").parse().ok().filter(|km| about_km(*km) == text)
}

fn kind_called(word: &str) -> Option<DeviceKind> {
    DeviceKind::ALL.into_iter().find(|kind| noun(*kind) == word)
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_suffix(after)
}

/// What an entry of the history said in a word, or by a name, in an earlier version. The kind of the entry says which it is: a
/// device may be called "password".
pub fn detail(kind: HistoryKind, text: &str) -> HistoryDetail {
    said_of(kind, text).unwrap_or_else(|| HistoryDetail::SaidBefore { text: text.to_owned() })
}

fn said_of(kind: HistoryKind, text: &str) -> Option<HistoryDetail> {
    Some(match kind {
        HistoryKind::SignIn | HistoryKind::SignInFailed => {
            HistoryDetail::SignedIn { method: text.parse().ok()? }
        }
        HistoryKind::WrongPin if text == "password" => HistoryDetail::Guessed { what: Guess::Password },
        HistoryKind::SignOut => HistoryDetail::Ended { reason: text.parse().ok()? },
        HistoryKind::Alert | HistoryKind::NewPlace | HistoryKind::SessionHeld | HistoryKind::VouchAsked => {
            match verdict_of(text) {
                Some(verdict) => HistoryDetail::Judged { verdict },
                None => HistoryDetail::About { about: text.parse().ok()? },
            }
        }
        HistoryKind::AlertAnswered => HistoryDetail::Answered { answer: answer_of(text.parse().ok()?)? },
        HistoryKind::DeviceRenamed => {
            HistoryDetail::Renamed { name: Some(text.to_owned()).filter(|name| !name.is_empty()) }
        }
        HistoryKind::ProfileChanged => HistoryDetail::Profile { change: change_of(text)? },
        HistoryKind::DevicesMerged => HistoryDetail::Replaces { name: text.to_owned() },
        HistoryKind::AlertSettingsChanged => {
            HistoryDetail::Budget { budget: Budget::ALL.into_iter().find(|budget| budget.as_str() == text)? }
        }
        HistoryKind::SetAside => HistoryDetail::Part {
            part: [Part::Known, Part::Settings].into_iter().find(|part| part.as_str() == text)?,
        },
        _ => return None,
    })
}

fn verdict_of(text: &str) -> Option<Verdict> {
    use Verdict::{Familiar, NewDevice, NewPlace, Suspicious};
    [Familiar, NewDevice, NewPlace, Suspicious].into_iter().find(|verdict| verdict.as_str() == text)
}

const fn answer_of(state: AlertState) -> Option<Answer> {
    match state {
        AlertState::Me => Some(Answer::Me),
        AlertState::NotMe => Some(Answer::NotMe),
        AlertState::Unsure => Some(Answer::Unsure),
        AlertState::Open => None,
    }
}

fn change_of(text: &str) -> Option<ProfileDeed> {
    match text {
        "created" => Some(ProfileDeed::Created),
        "changed" => Some(ProfileDeed::Changed),
        "deleted" => Some(ProfileDeed::Deleted),
        _ => None,
    }
}
