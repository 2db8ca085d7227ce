//! Learning: how what is known of an account grows with each sign-in, and with each answer.
//!
//! Lessons of one moment may come in any order: counts add up, first and last are the least and the greatest, and
//! what does not fit any more is what was unseen for longest.

use std::net::IpAddr;

use super::bounded::keep_latest;
use super::client::{Likeness, likeness};
use super::judgement::Judgement;
use super::known::{Known, KnownNetwork, KnownPlace, KnownPrefix};
use super::known_device::{Agent, KnownDevice, SpotCount};
use super::network::prefix_of;
use super::sign_in::{Identity, SignIn};
use super::spot::{Spot, is_one_cause};
use super::thresholds::{MOST_DEVICES, MOST_NETWORKS, MOST_PLACES, MOST_PREFIXES};
use super::used;
use crate::model::{Area, DeviceId, Place, PlaceScope, Telling, Timestamp, Verdict};

impl Known {
    /// Notes that a session of a device was active, without a new judgement: where a device was last is where
    /// travel is measured from, and what a copy of its session is told by.
    pub fn was_active(&mut self, id: DeviceId, at: Timestamp, address: Option<IpAddr>, place: &Place) {
        let Some(device) = self.devices.iter_mut().find(|device| device.id == Some(id)) else { return };
        if at < device.last_at {
            return;
        }
        device.last_at = at;
        if let Some(address) = address {
            (device.last_prefix, device.last_spot) = (Some(prefix_of(address)), Spot::of(place));
        }
    }

    /// Notes that a device signs in after it was signed out: what was told about it then is over.
    pub fn comes_back(&mut self, id: DeviceId) {
        if let Some(device) = self.devices.iter_mut().find(|device| device.id == Some(id)) {
            device.is_told = false;
            device.suspicions.clear();
        }
    }

    /// Learns from a sign-in as it was judged. What is unfamiliar does not become familiar by coming again: that
    /// takes an answer ([`Known::confirm`]).
    pub fn learn(&mut self, sign_in: &SignIn, judged: &Judgement) {
        let verdict = judged.familiarity.verdict;
        self.first_at = Some(self.first_at.map_or(sign_in.at, |first| first.min(sign_in.at)));
        let times = u32::from(sign_in.identity.signs_in());
        self.sign_ins = self.sign_ins.saturating_add(times);
        match verdict {
            Verdict::Familiar => {
                self.note_device(sign_in, true, times);
                self.note_surroundings(sign_in, true);
            }
            Verdict::NewPlace => {
                self.note_device(sign_in, true, times);
                self.note_used(sign_in, false);
                // Of what stays put the network is the cause, and not the place: it may be the house's own city.
                if !used::is_of_the_house(self, sign_in) {
                    self.note_place(sign_in, false);
                }
            }
            Verdict::NewDevice => {
                // Where a device waits for its answer already, this is about the place.
                if self.devices.iter().any(|known| known.id == sign_in.identity.device() && known.is_told)
                    && judged.telling == Telling::Aloud
                {
                    self.note_place(sign_in, false);
                }
                self.note_device(sign_in, false, times);
                if judged.telling == Telling::Aloud {
                    self.note_used(sign_in, false);
                }
            }
            // Whoever holds it now is not who it was: what is known of the device stays as it was.
            Verdict::Suspicious => {}
        }
        let told = self
            .devices
            .iter_mut()
            .find(|device| device.id.is_some() && device.id == sign_in.identity.device());
        if let Some(device) = told {
            device.is_told |= verdict == Verdict::NewDevice;
            if verdict == Verdict::Suspicious {
                device.note_suspicion(&sign_in.place, sign_in.at);
            }
        }
    }

    /// Whether a sign-in that is familiar teaches nothing but when and how often: its device, the program and the network are
    /// known.
    pub fn has_learnt(&self, sign_in: &SignIn) -> bool {
        let Some(device) = sign_in.identity.device().and_then(|id| self.device(id)) else { return false };
        let knows_agent =
            sign_in.agent.is_unnamed() || device.agents.iter().any(|agent| agent.client == sign_in.agent);
        let net = sign_in.address.map(prefix_of);
        device.is_trusted && knows_agent && self.prefixes.iter().any(|known| Some(known.net) == net)
    }

    /// Learns of a sign-in that it was the household's: device and place are from now on.
    pub fn confirm(&mut self, sign_in: &SignIn) {
        self.trust(sign_in, u32::from(sign_in.identity.signs_in()));
    }

    /// Learns that somebody said "it was me" of what they were told, and which was learnt then: it is not counted again.
    pub fn confirm_told(&mut self, sign_in: &SignIn) {
        self.trust(sign_in, 0);
    }

    fn trust(&mut self, sign_in: &SignIn, times: u32) {
        self.first_at = Some(self.first_at.map_or(sign_in.at, |first| first.min(sign_in.at)));
        self.note_device(sign_in, true, times);
        self.note_surroundings(sign_in, true);
        if let Some(id) = sign_in.identity.device() {
            self.comes_back(id);
            let device = self.devices.iter_mut().find(|device| device.id == Some(id));
            if let Some(device) = device.filter(|_| sign_in.agent.is_unnamed()) {
                device.may_be_silent(sign_in.at);
            }
        }
    }

    /// Learns that somebody said "it was not me" of what was judged so: the device is not the household's, and its place
    /// is told anew next time. A device whose session was stolen is still the household's.
    pub fn deny(&mut self, sign_in: &SignIn, verdict: Verdict) {
        if let Some(id) = sign_in.identity.device() {
            match verdict {
                Verdict::Suspicious | Verdict::NewPlace => self.comes_back(id),
                Verdict::NewDevice | Verdict::Familiar => self.forget(id),
            }
        }
        let spot = Spot::of(&sign_in.place);
        self.places.retain(|known| known.is_trusted || !is_one_cause(&known.spot, &spot));
        used::forget_told(self, sign_in);
        // Where somebody else was with it is not where it is: nothing else is explained by that.
        let id = sign_in.identity.device();
        for device in self.devices.iter_mut().filter(|device| device.id.is_some() && device.id == id) {
            (device.last_spot, device.last_prefix) = (Spot::default(), None);
        }
    }

    /// Begins with a device that waits for an answer.
    pub fn waits(&mut self, sign_in: &SignIn) {
        self.first_at = Some(self.first_at.map_or(sign_in.at, |first| first.min(sign_in.at)));
        self.note_device(sign_in, false, u32::from(sign_in.identity.signs_in()));
        if let Some(device) = self.devices.iter_mut().find(|device| device.id == sign_in.identity.device()) {
            device.is_told = true;
        }
    }

    /// Begins with a place that the household had been at.
    pub fn been_at(&mut self, place: &Place, at: Timestamp) {
        let spot = Spot::of(place);
        if spot.country.is_some() && !self.places.iter().any(|known| known.spot == spot) {
            self.places.push(KnownPlace { spot, is_trusted: true, times: 1, last_at: at });
            keep_latest(&mut self.places, MOST_PLACES, |known| (known.last_at, known.spot.key()));
        }
    }

    /// Forgets a device.
    pub fn forget(&mut self, id: DeviceId) {
        self.devices.retain(|device| device.id != Some(id));
    }

    /// Notes a device, and that it signed in so often more.
    fn note_device(&mut self, sign_in: &SignIn, is_trusted: bool, times: u32) {
        let id = sign_in.identity.device();
        let found = match sign_in.identity {
            Identity::Proven(_)
            | Identity::Session(_)
            | Identity::Spent(_)
            | Identity::Replayed(_)
            | Identity::Secretless(_) => self.devices.iter().position(|device| device.id == id),
            Identity::Unnamed => self.unnamed_like(sign_in),
        };
        let agents = if id.is_some() && !sign_in.agent.is_unnamed() {
            vec![Agent { last_at: sign_in.at, client: sign_in.agent.clone() }]
        } else {
            Vec::new()
        };
        let seen = KnownDevice {
            id,
            client: sign_in.client.clone(),
            client_said: (sign_in.identity.signs_in(), sign_in.at),
            agents,
            is_trusted,
            is_told: false,
            suspicions: Vec::new(),
            times,
            first_at: sign_in.at,
            last_at: sign_in.at,
            last_spot: Spot::of(&sign_in.place),
            last_prefix: sign_in.address.map(prefix_of),
            profile: sign_in.profile,
            spots: vec![SpotCount { last_at: sign_in.at, area: Area::of(&sign_in.place), times }],
            networks: Vec::new(),
        };
        match found {
            Some(at) => self.devices[at].absorb(seen),
            None => self.devices.push(seen),
        }
        keep_latest(&mut self.devices, MOST_DEVICES, |device| (device.last_at, device.id));
    }

    /// The device without an id that a sign-in comes from: the very same client, or one that it is a later version of.
    /// Versions of one moment stay apart, so that their order does not matter.
    fn unnamed_like(&self, sign_in: &SignIn) -> Option<usize> {
        let untold = || self.devices.iter().enumerate().filter(|(_, device)| device.id.is_none());
        if let Some((at, _)) = untold().find(|(_, device)| device.client == sign_in.client) {
            return Some(at);
        }
        untold()
            .filter(|(_, device)| device.last_at < sign_in.at)
            .filter(|(_, device)| likeness(&device.client, &sign_in.client) >= Likeness::Updated)
            .max_by_key(|(at, device)| (device.last_at, *at))
            .map(|(at, _)| at)
    }

    fn note_used(&mut self, sign_in: &SignIn, is_trusted: bool) {
        let id = sign_in.identity.device();
        if let Some(device) = self.devices.iter_mut().find(|device| device.id.is_some() && device.id == id) {
            used::note(device, &sign_in.place, sign_in.at, is_trusted);
        }
    }

    fn note_surroundings(&mut self, sign_in: &SignIn, is_trusted: bool) {
        self.note_used(sign_in, is_trusted);
        let (place, at) = (&sign_in.place, sign_in.at);
        if place.scope != PlaceScope::Located && place.scope != PlaceScope::Unknown {
            return;
        }
        if let Some(net) = sign_in.address.map(prefix_of) {
            match self.prefixes.iter_mut().find(|known| known.net == net) {
                Some(known) => (known.times, known.last_at) = (known.times + 1, known.last_at.max(at)),
                None => self.prefixes.push(KnownPrefix { net, times: 1, last_at: at }),
            }
            keep_latest(&mut self.prefixes, MOST_PREFIXES, |known| (known.last_at, known.net));
        }
        if let Some(asn) = place.asn {
            match self.networks.iter_mut().find(|known| known.asn == asn) {
                Some(known) => (known.times, known.last_at) = (known.times + 1, known.last_at.max(at)),
                None => {
                    self.networks.push(KnownNetwork { asn, kind: place.network_kind, times: 1, last_at: at });
                }
            }
            keep_latest(&mut self.networks, MOST_NETWORKS, |known| (known.last_at, known.asn));
        }
        // What was told about this place is answered.
        let spot = Spot::of(place);
        self.places.retain(|known| known.is_trusted || !is_one_cause(&known.spot, &spot));
        if !place.network_kind.has_a_country() {
            if !self.exits.contains(&place.network_kind) {
                self.exits.push(place.network_kind);
                self.exits.sort_unstable();
            }
            return;
        }
        self.note_place(sign_in, is_trusted);
    }

    fn note_place(&mut self, sign_in: &SignIn, is_trusted: bool) {
        let spot = Spot::of(&sign_in.place);
        if spot.country.is_none() && (is_trusted || sign_in.place.network_kind.has_a_country()) {
            return;
        }
        let known = self.places.iter_mut().find(|known| known.spot == spot && known.is_trusted == is_trusted);
        match known {
            Some(known) => (known.times, known.last_at) = (known.times + 1, known.last_at.max(sign_in.at)),
            None => self.places.push(KnownPlace { spot, is_trusted, times: 1, last_at: sign_in.at }),
        }
        keep_latest(&mut self.places, MOST_PLACES, |known| (known.last_at, known.spot.key()));
    }
}
