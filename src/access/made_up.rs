//! The made-up stranger of a fire drill: what it says of itself, where it is, and what it is judged to be. Named as such wherever it
//! shows, so that nobody takes it for a real one.

use super::asking::Asking;
use crate::familiarity::Judgement;
use crate::model::{DeclaredDevice, DeviceKind, Familiarity, Place, PlaceScope, Reason, Telling, Verdict};

/// What its device is called.
const NAME: &str = "Made-up stranger (fire drill)";

/// Where it is.
const PLACE: &str = "Nowhere (made up)";

/// How it asks. It comes from no address, so that none becomes known by it.
pub(super) fn asking() -> Asking {
    Asking {
        declared: Some(DeclaredDevice {
            name: Some(NAME.to_owned()),
            kind: Some(DeviceKind::Other),
            ..DeclaredDevice::default()
        }),
        ..Asking::default()
    }
}

/// Where it is.
pub(super) fn place() -> Place {
    Place { scope: PlaceScope::Located, city: Some(PLACE.to_owned()), ..Place::unknown() }
}

/// What it is judged to be: told aloud, by no rule and of no budget.
pub(super) fn judgement() -> Judgement {
    Judgement {
        familiarity: Familiarity {
            verdict: Verdict::NewDevice,
            score: None,
            reasons: vec![Reason::Drill],
            probably: None,
        },
        telling: Telling::Aloud,
        is_explained: false,
        is_learning: false,
    }
}
