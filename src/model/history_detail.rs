//! What an entry of the history says beyond its kind, as data. It becomes words where somebody reads it ([`crate::words`], and
//! the interface's catalogue), in that person's language.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::model::{AlertKind, Answer, Budget, ChannelKind, EndedReason, SignInMethod, Verdict};

/// More of an entry of the history: the method of a sign-in, the reason of a sign-out, the answer to an alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum HistoryDetail {
    /// How somebody signed in, or tried to.
    SignedIn {
        /// By what.
        method: SignInMethod,
    },
    /// Why a session ended.
    Ended {
        /// Why.
        reason: EndedReason,
    },
    /// How a sign-in was judged.
    Judged {
        /// As what.
        verdict: Verdict,
    },
    /// What an alert is about that no sign-in raised.
    About {
        /// What.
        about: AlertKind,
    },
    /// How an alert was answered.
    Answered {
        /// How.
        answer: Answer,
    },
    /// What was guessed wrongly.
    Guessed {
        /// What.
        what: Guess,
    },
    /// What a device is called from now on.
    Renamed {
        /// Its new name; `null` for its own.
        name: Option<String>,
    },
    /// What was done to a profile.
    Profile {
        /// What.
        change: ProfileDeed,
    },
    /// Which device it took the place of.
    Replaces {
        /// What that was called.
        name: String,
    },
    /// How many false alarms are put up with from now on.
    Budget {
        /// How many.
        budget: Budget,
    },
    /// What channel was made or removed.
    Channel {
        /// What sort.
        channel: ChannelKind,
        /// What it was called.
        name: String,
    },
    /// What was set aside.
    Part {
        /// Which half.
        part: Part,
    },
    /// Whether the home listens on the home network from then on.
    HomeNetwork {
        /// Whether it does.
        on: bool,
    },
    /// At which watched service it happened.
    AtService {
        /// What that is called.
        name: String,
    },
    /// A sign-in at a watched service that is gone there.
    EndedAt {
        /// What that is called.
        name: String,
        /// Why.
        reason: EndedReason,
    },
    /// What an earlier version said in a word, which is not one of the above. To be quoted as it is.
    SaidBefore {
        /// The word, or a name.
        text: String,
    },
    /// What this version does not know.
    #[serde(other)]
    Unknown,
}

/// What somebody guesses at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Guess {
    /// A profile's PIN.
    Pin,
    /// The account's password.
    Password,
}

/// What is done to a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ProfileDeed {
    /// It was made.
    Created,
    /// It was changed.
    Changed,
    /// It was deleted.
    Deleted,
}

/// A half of what is kept of an account for the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Part {
    /// What is known.
    Known,
    /// What its people set.
    Settings,
}

impl Part {
    /// Its name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Settings => "settings",
        }
    }
}

/// Reads a detail, of whatever version wrote it: a word is what an earlier one said, and what is not known here is left as such.
///
/// # Errors
///
/// Those of `deserializer`.
pub fn history_detail<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<HistoryDetail>, D::Error> {
    let written = Option::<Value>::deserialize(deserializer)?;
    Ok(written.map(|written| match written {
        Value::String(text) => HistoryDetail::SaidBefore { text },
        other => serde_json::from_value(other).unwrap_or(HistoryDetail::Unknown),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_detail_of_any_version_is_read() {
        let read = |written: Value| history_detail(written).expect("reads");
        assert_eq!(
            read(json!({ "kind": "ended", "reason": "not_me" })),
            Some(HistoryDetail::Ended { reason: EndedReason::NotMe })
        );
        assert_eq!(read(json!("not_me")), Some(HistoryDetail::SaidBefore { text: "not_me".into() }));
        assert_eq!(read(Value::Null), None);
        for unknown in [json!({ "kind": "later" }), json!({ "kind": "ended", "reason": "later" }), json!(7)] {
            assert_eq!(read(unknown), Some(HistoryDetail::Unknown));
        }
    }
}
