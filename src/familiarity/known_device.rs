//! A device, as it is remembered, and how it takes in what is seen of it.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::bounded::keep_latest;
use super::client::{Client, Likeness, likeness};
use super::spot::{Spot, area, is_one_cause};
use super::thresholds::{MOST_AGENTS, MOST_SPOTS, SAME_CAUSE};
use crate::model::{Area, DeviceId, NetworkKind, Place, ProfileId, Timestamp};

/// A device, as it is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownDevice {
    /// Its id, where the source has one.
    pub id: Option<DeviceId>,
    /// What it was last.
    pub client: Client,
    /// Whether it said so signing in, which has more words than going on with a session; and when.
    #[serde(rename = "client_told")]
    pub client_said: (bool, Timestamp),
    /// What its requests said it was, the latest few: an app and its player may differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<Agent>,
    /// Whether it is the household's: familiar, or somebody has said so.
    pub is_trusted: bool,
    /// Whether an alert about it waits for an answer: another one would be about the same cause.
    #[serde(default)]
    pub is_told: bool,
    /// Where it looked stolen and that was told, the latest few: another alert from there would be about the same cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspicions: Vec<Suspicion>,
    /// Sign-ins.
    pub times: u32,
    /// The first.
    pub first_at: Timestamp,
    /// Its last sign of life.
    pub last_at: Timestamp,
    /// Where that was.
    pub last_spot: Spot,
    /// The line it came over.
    pub last_prefix: Option<IpNet>,
    /// Who used it last.
    pub profile: Option<ProfileId>,
    /// How often it signed in from where.
    pub spots: Vec<SpotCount>,
    /// The sorts of exit it came through and, of what stays put, the networks it came over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<UsedNetwork>,
}

/// A network that a device came over, or a sort of exit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsedNetwork {
    /// Its number; `None` for a sort of exit.
    pub asn: Option<u32>,
    /// Its kind.
    pub kind: NetworkKind,
    /// Whether that was the household; otherwise it was told, and nobody has answered.
    pub is_trusted: bool,
    /// The last time.
    pub last_at: Timestamp,
}

/// Where a device looked stolen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suspicion {
    /// Where.
    pub spot: Spot,
    /// The last time.
    pub last_at: Timestamp,
}

/// What a device's requests said it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Agent {
    /// The last time.
    pub last_at: Timestamp,
    /// What it said.
    pub client: Client,
}

/// How often a device signed in from a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SpotCount {
    /// The last time.
    pub last_at: Timestamp,
    /// What the place is called.
    #[serde(alias = "label", deserialize_with = "area")]
    pub area: Area,
    /// How often.
    pub times: u32,
}

impl KnownDevice {
    /// How often it signed in from a place that is called as this one.
    pub fn times_from(&self, place: &Place) -> u32 {
        self.spots.iter().find(|spot| spot.area.is_of(place)).map_or(0, |spot| spot.times)
    }

    /// How often it signed in from elsewhere, as far as that is known.
    pub fn times_elsewhere(&self, place: &Place) -> u32 {
        let elsewhere = self.spots.iter().filter(|spot| !spot.area.is_of(place));
        elsewhere.fold(0, |times, spot| times.saturating_add(spot.times))
    }

    /// Whether it was told lately that it looks stolen there, and nobody has answered. From elsewhere it is another thief,
    /// or another theft: the first may have been a mistake.
    pub fn is_suspicion_told(&self, place: &Place, at: Timestamp) -> bool {
        let spot = Spot::of(place);
        self.suspicions
            .iter()
            .filter(|told| told.last_at.after(SAME_CAUSE) >= at)
            .any(|told| is_one_cause(&told.spot, &spot))
    }

    /// Notes that it looked stolen there.
    pub(super) fn note_suspicion(&mut self, place: &Place, at: Timestamp) {
        let spot = Spot::of(place);
        match self.suspicions.iter_mut().find(|told| told.spot == spot) {
            Some(told) => told.last_at = told.last_at.max(at),
            None => self.suspicions.push(Suspicion { spot, last_at: at }),
        }
        keep_latest(&mut self.suspicions, MOST_SPOTS, |told| (told.last_at, told.spot.key()));
    }

    /// Notes that it says nothing at times, as somebody said.
    pub(super) fn may_be_silent(&mut self, at: Timestamp) {
        match self.agents.iter_mut().find(|agent| agent.client.is_unnamed()) {
            Some(silent) => silent.last_at = silent.last_at.max(at),
            None => self.agents.push(Agent { last_at: at, client: Client::default() }),
        }
        keep_latest(&mut self.agents, MOST_AGENTS, Agent::clone);
    }

    /// Adds what was seen of it now.
    pub(super) fn absorb(&mut self, mut seen: Self) {
        self.is_trusted |= seen.is_trusted;
        self.times = self.times.saturating_add(seen.times);
        self.first_at = self.first_at.min(seen.first_at);
        for spot in std::mem::take(&mut seen.spots) {
            match self.spots.iter_mut().find(|known| known.area == spot.area) {
                Some(known) => {
                    (known.times, known.last_at) =
                        (known.times + spot.times, known.last_at.max(spot.last_at));
                }
                None => self.spots.push(spot),
            }
        }
        keep_latest(&mut self.spots, MOST_SPOTS, |spot| (spot.last_at, spot.area.clone()));
        for agent in std::mem::take(&mut seen.agents) {
            // A later version takes its own place; what is otherwise different is kept beside it.
            let known = self.agents.iter_mut().filter(|known| !known.client.is_unnamed()).find(|known| {
                known.client == agent.client
                    || (known.last_at < agent.last_at
                        && likeness(&known.client, &agent.client) >= Likeness::Updated)
            });
            match known {
                Some(known) => *known = agent.max(known.clone()),
                None => self.agents.push(agent),
            }
        }
        keep_latest(&mut self.agents, MOST_AGENTS, Agent::clone);
        // Of two at the same moment one must win whatever their order: the greater, by what they are.
        let rank = |device: &Self| (device.last_spot.key(), device.last_prefix, device.profile);
        if seen.last_at > self.last_at || (seen.last_at == self.last_at && rank(&seen) >= rank(self)) {
            self.last_at = seen.last_at;
            self.last_spot = seen.last_spot;
            self.last_prefix = seen.last_prefix;
            self.profile = seen.profile.or(self.profile);
        }
        let is_told = !seen.client.is_unnamed();
        if is_told
            && (self.client.is_unnamed()
                || (seen.client_said, &seen.client) > (self.client_said, &self.client))
        {
            (self.client, self.client_said) = (seen.client, seen.client_said);
        }
    }
}
