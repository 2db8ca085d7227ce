//! What an alert is about, in a few fixed words.

use crate::model::{AlertKind, Deeds, Verdict};

/// The title of an alert. Nothing in it comes from a device.
pub const fn title(kind: AlertKind, verdict: Verdict, did: &Deeds) -> &'static str {
    match (kind, verdict) {
        (AlertKind::TakesOver, _) if did.recovered => "The forgotten password was replaced",
        (AlertKind::TakesOver, _) if did.signed_out_count == 0 => "An unfamiliar device changed the password",
        (AlertKind::TakesOver, _) => "An unfamiliar device signed others out",
        (AlertKind::WrongPins, _) => "Somebody keeps guessing",
        (AlertKind::AsksToVouch, _) => "A device asks to speak for your household",
        (AlertKind::SignIn, Verdict::NewPlace) => "Signed in from a new place",
        (AlertKind::SignIn, Verdict::Suspicious) => "This may be somebody else",
        (AlertKind::SignIn, Verdict::NewDevice | Verdict::Familiar) => "A new device signed in",
    }
}
