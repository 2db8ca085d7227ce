//! Why a sign-in is or is not familiar, in a sentence without its full stop.

use std::fmt;

use super::place::{country, label};
use super::{about_km, noun};
use crate::model::{Area, DeviceKind, NetworkKind, Reason, Usual};

/// A reason in a sentence.
pub fn reason(reason: &Reason) -> impl fmt::Display + '_ {
    fmt::from_fn(move |out| write(out, reason))
}

fn write(out: &mut fmt::Formatter<'_>, reason: &Reason) -> fmt::Result {
    match reason {
        Reason::FirstDevice => out.write_str("The first device of this account"),
        Reason::Confirmed => out.write_str("Someone in your household said it was them"),
        Reason::Unreadable => out.write_str("What was known of this sign-in cannot be read any more"),
        Reason::StillLearning => out.write_str("Latchkey is still learning what is usual here"),
        Reason::FamiliarPhoneThere => out.write_str("A familiar phone of the same profile is there too"),
        Reason::ChangedHands => {
            out.write_str("The same sign-in goes on as something else, on no line of your household")
        }
        Reason::TwoHolders => out.write_str("Two programs use the same sign-in at once, on two lines"),
        Reason::TooFarTooSoon { km } => {
            write!(out, "It was about {} km away too short a time ago to travel here", about_km(*km))
        }
        Reason::TwoCopies => out
            .write_str("Two copies of this sign-in are in use: one came back that a newer one had replaced"),
        Reason::OlderCopy { newer } => {
            out.write_str("An older copy of this sign-in came back, on another line than the newer one")?;
            newer.as_ref().map_or(Ok(()), |area| write!(out, " ({})", label(area)))
        }
        Reason::SignedInFromHere { device_kind, times } => {
            signed_in(out, *device_kind, *times, ("once", "times"), "from here")
        }
        Reason::SignedInElsewhere { device_kind, times: 0 } => {
            write!(out, "It is a {} of your household", noun(*device_kind))
        }
        Reason::SignedInElsewhere { device_kind, times } => {
            signed_in(out, *device_kind, *times, ("once before,", "times before,"), "from elsewhere")
        }
        Reason::Unanswered => out.write_str("Nobody has said yet that it is yours"),
        Reason::LikeKnown { device_kind, updated, unproven } => {
            let but = if *unproven { "It did not prove to be, but is" } else { "It is" };
            let what = if *updated { "an update of" } else { "the same as" };
            write!(out, "{but} {what} a {} you have", noun(*device_kind))
        }
        Reason::FirstOnAccount => out.write_str("First time on this account"),
        Reason::HomeNetwork => out.write_str("On your home network"),
        Reason::UsualLine => out.write_str("On the connection your household uses most"),
        Reason::UsedLine => out.write_str("On a connection your household has used"),
        Reason::UsedNetwork { network } => write!(out, "On {network}, a network your household uses"),
        Reason::NearHome { area } => write!(out, "Near {}, where your household is", label(area)),
        Reason::NearOnNewNetwork { area } => write!(out, "Near {}, on a network that is new", label(area)),
        Reason::FirstNear { area, usual } => {
            write!(out, "First time near {}", label(area))?;
            usually(out, usual.as_ref())
        }
        Reason::FirstInCountry { area, usual } => {
            in_country(out, area)?;
            usually(out, usual.as_ref())
        }
        Reason::KnownExit { network_kind, network } => {
            out.write_str("Through ")?;
            exit(out, *network_kind, network.as_deref())?;
            out.write_str(", as before")
        }
        Reason::NewExit { network_kind, network } => {
            out.write_str("First time through ")?;
            exit(out, *network_kind, network.as_deref())?;
            out.write_str(": where it really is cannot be told")
        }
        Reason::LeftTheHouse { device_kind, network } => {
            let (network, noun) = (network.as_deref().unwrap_or("another network"), noun(*device_kind));
            write!(out, "First time on {network}, away from home: a {noun} stays where it was put up")
        }
        Reason::PlaceUnanswered => out
            .write_str("The account was used from there before, and nobody has said yet whether it was you"),
        Reason::OnBoard => out.write_str("On board: where it really is cannot be told"),
        Reason::SignedOthersOut { count: 1 } => {
            out.write_str("This unfamiliar device signed out another device")
        }
        Reason::SignedOthersOut { count } => {
            write!(out, "This unfamiliar device signed out {count} devices")
        }
        Reason::ChangedPassword => out.write_str("It changed the password"),
        Reason::RecoveredPassword => {
            out.write_str("It chose a new password with a code printed on the home’s own computer")
        }
        Reason::WrongPins { times, profile_name } => {
            write!(out, "{times} wrong PINs for {profile_name}’s profile in a row")
        }
        Reason::WrongPasswords { times } => write!(out, "{times} wrong passwords in a row"),
        Reason::AsksToVouch { quiet_days } => write!(
            out,
            "It asks to speak for your household, where nobody else was active for {quiet_days} days"
        ),
        Reason::Drill => out.write_str("This is a fire drill: the stranger is made up"),
        Reason::SaidBefore { text } => out.write_str(text),
        Reason::Unknown => out.write_str("For a reason that this version of Latchkey does not know"),
    }
}

fn signed_in(
    out: &mut fmt::Formatter<'_>,
    kind: DeviceKind,
    times: u32,
    (once, often): (&str, &str),
    from: &str,
) -> fmt::Result {
    let noun = noun(kind);
    match times {
        1 => write!(out, "This {noun} has signed in {once} {from}"),
        _ => write!(out, "This {noun} has signed in {times} {often} {from}"),
    }
}

fn in_country(out: &mut fmt::Formatter<'_>, area: &Area) -> fmt::Result {
    match country(area) {
        Some(country) => write!(out, "First time in {country}"),
        None => write!(out, "First time in {}", label(area)),
    }
}

/// "; usually Porto Alegre, Brazil, about 8,900 km away".
fn usually(out: &mut fmt::Formatter<'_>, usual: Option<&Usual>) -> fmt::Result {
    match usual {
        None => Ok(()),
        Some(Usual { area, km: Some(km) }) => {
            write!(out, "; usually {}, about {} km away", label(area), about_km(*km))
        }
        Some(Usual { area, km: None }) => write!(out, "; usually {}", label(area)),
    }
}

fn exit(out: &mut fmt::Formatter<'_>, kind: NetworkKind, network: Option<&str>) -> fmt::Result {
    out.write_str(exit_kind(kind))?;
    network.map_or(Ok(()), |network| write!(out, " ({network})"))
}

pub(super) const fn exit_kind(kind: NetworkKind) -> &'static str {
    match kind {
        NetworkKind::Vpn => "a VPN",
        NetworkKind::Tor => "the Tor network",
        NetworkKind::Hosting => "a data centre",
        NetworkKind::InFlight => "a network on board",
        NetworkKind::Fixed | NetworkKind::Mobile => "a network",
    }
}
