//! Reasons: why a sign-in is or is not familiar, as data. They become words where somebody reads them ([`crate::words`], and
//! the interface's catalogue), in that person's language.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::model::{Area, DeviceKind, NetworkKind};

/// Why a sign-in is or is not familiar, or what a device did that its household must hear of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Reason {
    /// The account's very first device: there was nothing to compare it with.
    FirstDevice,
    /// Somebody of the household said that it was them.
    Confirmed,
    /// What was known of it cannot be read any more.
    Unreadable,
    /// The home still learns what is usual.
    StillLearning,
    /// A familiar phone of the same profile is there, too.
    FamiliarPhoneThere,

    /// The same sign-in goes on as something else than it was, on no line of the household's.
    ChangedHands,
    /// Two programs use the same sign-in at once, on two lines.
    TwoHolders,
    /// It was elsewhere too short a time ago to have travelled.
    TooFarTooSoon {
        /// How far away that is, in kilometres beyond what either place may be off.
        km: u32,
    },
    /// Two copies of the sign-in are in use: one came back that a newer one had replaced.
    TwoCopies,
    /// An older copy of the sign-in came back on another line than the newer one was used on.
    OlderCopy {
        /// Where the newer one was last, if that is known.
        newer: Option<Area>,
    },

    /// The device has signed in from there before.
    SignedInFromHere {
        /// What sort of device it is.
        device_kind: DeviceKind,
        /// How often.
        times: u32,
    },
    /// The device is the household's, and nothing is known of a sign-in from there.
    SignedInElsewhere {
        /// What sort of device it is.
        device_kind: DeviceKind,
        /// How often from elsewhere.
        times: u32,
    },
    /// Nobody has said yet that it is the household's.
    Unanswered,
    /// It is as a device of the household says that it is.
    LikeKnown {
        /// What sort of device that is.
        device_kind: DeviceKind,
        /// Whether it is a later version of it, and not the same.
        updated: bool,
        /// Whether it could have proven to be that device, and did not.
        unproven: bool,
    },
    /// The device was never on this account.
    FirstOnAccount,

    /// On the home network.
    HomeNetwork,
    /// On a line that the household uses all the time.
    UsualLine,
    /// On a line that the household has used.
    UsedLine,
    /// On a network that the household uses, in the same area.
    UsedNetwork {
        /// The network's name.
        network: String,
    },
    /// In the area where the household is.
    NearHome {
        /// Which.
        area: Area,
    },
    /// In an area where the household is, on a network that is new.
    NearOnNewNetwork {
        /// Which.
        area: Area,
    },
    /// The first time in an area, of a country where the account has been.
    FirstNear {
        /// Which.
        area: Area,
        /// Where the household is at most.
        usual: Option<Usual>,
    },
    /// The first time in a country.
    FirstInCountry {
        /// Where.
        area: Area,
        /// Where the household is at most.
        usual: Option<Usual>,
    },
    /// Through an exit of a sort that the household uses.
    KnownExit {
        /// The sort.
        network_kind: NetworkKind,
        /// The network's name.
        network: Option<String>,
    },
    /// The first time through an exit of that sort: where it really is cannot be told.
    NewExit {
        /// The sort.
        network_kind: NetworkKind,
        /// The network's name.
        network: Option<String>,
    },
    /// What stays where it was put up is on a network where nothing of the sort ever was.
    LeftTheHouse {
        /// What sort of device it is.
        device_kind: DeviceKind,
        /// The network's name.
        network: Option<String>,
    },
    /// The account was used from there, or in that way, before, and nobody has said whether that was the household.
    PlaceUnanswered,
    /// On board of something that flies or sails: where it really is cannot be told.
    OnBoard,

    /// An unfamiliar device signed others out.
    SignedOthersOut {
        /// How many.
        count: u32,
    },
    /// An unfamiliar device changed the password.
    ChangedPassword,
    /// It chose a new password with a code printed on the home's own computer.
    RecoveredPassword,
    /// Wrong PINs in a row.
    WrongPins {
        /// How many.
        times: u32,
        /// For whose profile.
        profile_name: String,
    },
    /// Wrong passwords in a row.
    WrongPasswords {
        /// How many.
        times: u32,
    },
    /// It asks to speak for a household in which nobody else was active.
    AsksToVouch {
        /// For how many days nobody was.
        quiet_days: u32,
    },

    /// It is made up: the stranger of a fire drill.
    Drill,

    /// What an earlier version said in a sentence, which is not one of the above. To be quoted as it is.
    SaidBefore {
        /// The sentence, in English.
        text: String,
    },
    /// A reason that this version does not know.
    #[serde(other)]
    Unknown,
}

/// Where a household is at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Usual {
    /// Where.
    pub area: Area,
    /// How far that is from where the sign-in is, in kilometres, if it is known.
    pub km: Option<u32>,
}

/// Reads reasons, of whatever version wrote them: a sentence is what an earlier one said, and what is not known here is left as
/// such. One that cannot be read must not hide the others.
///
/// # Errors
///
/// Those of `deserializer`, and when it gives no list.
pub fn reasons<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Reason>, D::Error> {
    let written = Vec::<Value>::deserialize(deserializer)?;
    Ok(written.into_iter().map(read).collect())
}

fn read(written: Value) -> Reason {
    match written {
        Value::String(text) => Reason::SaidBefore { text },
        other => serde_json::from_value(other).unwrap_or(Reason::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Familiarity, PlaceScope};

    fn reading(reasons: &Value) -> Vec<Reason> {
        let written = json!({ "verdict": "new_place", "score": 2.5, "reasons": reasons });
        serde_json::from_value::<Familiarity>(written).expect("reads").reasons
    }

    #[test]
    fn a_reason_is_written_as_its_kind_with_figures() {
        let area = Area { scope: PlaceScope::Located, country_code: Some("LV".into()), name: None };
        let usual = Some(Usual { area: area.clone(), km: Some(3100) });
        let reasons = vec![Reason::FirstOnAccount, Reason::FirstInCountry { area, usual }];
        let written = json!([
            { "kind": "first_on_account" },
            {
                "kind": "first_in_country",
                "area": { "scope": "located", "country_code": "LV", "name": null },
                "usual": { "area": { "scope": "located", "country_code": "LV", "name": null }, "km": 3100 },
            },
        ]);
        assert_eq!(serde_json::to_value(&reasons).expect("writes"), written);
        assert_eq!(reading(&written), reasons);
    }

    #[test]
    fn what_an_earlier_or_a_later_version_wrote_hides_nothing() {
        let written = json!([
            "First time on this account",
            { "kind": "of_a_later_version", "figure": 7 },
            { "kind": "too_far_too_soon", "km": "far" },
            7,
            { "kind": "two_holders", "more": true },
        ]);
        let said = Reason::SaidBefore { text: "First time on this account".into() };
        let unknown = Reason::Unknown;
        assert_eq!(reading(&written), [said, unknown.clone(), unknown.clone(), unknown, Reason::TwoHolders]);
    }
}
