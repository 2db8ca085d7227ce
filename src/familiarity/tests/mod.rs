//! The rule as a whole, on made-up households.

mod complaints;
mod properties;
mod reasons;
mod rule;
mod used;

use std::time::Duration;

use uuid::Uuid;

use super::client::Program;
use super::{Client, Identity, Judgement, Known, SignIn, judge};
use crate::familiarity::Budget;
use crate::model::{DeviceId, DeviceKind, NetworkKind, Place, PlaceScope, ProfileId, Timestamp};

/// A year after the account was made.
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

fn device(number: u128) -> DeviceId {
    Uuid::from_u128(number).to_string().parse().expect("an id")
}

fn person(number: u128) -> ProfileId {
    Uuid::from_u128(number).to_string().parse().expect("an id")
}

fn firefox(version: &str) -> Client {
    Client {
        kind: DeviceKind::Browser,
        os: Program::parse("Windows 11", None),
        app: Program::parse("Firefox", Some(version)),
        model: String::new(),
    }
}

fn television() -> Client {
    Client {
        kind: DeviceKind::Tv,
        os: Program::parse("Tizen 7.0", None),
        app: Program::parse("Jellyfin", Some("10.9")),
        model: "QE55".into(),
    }
}

fn pixel() -> Client {
    Client {
        kind: DeviceKind::Phone,
        os: Program::parse("Android 15", None),
        app: Program::parse("Chrome Mobile", Some("131.0")),
        model: "Pixel 8".into(),
    }
}

fn located(name: &str, country: &str, point: (f64, f64), asn: u32) -> Place {
    Place {
        scope: PlaceScope::Located,
        country_code: Some(country.into()),
        city: name.split(',').next().map(str::to_owned),
        latitude: Some(point.0),
        longitude: Some(point.1),
        accuracy_radius_km: Some(20),
        network: Some(format!("AS{asn}")),
        asn: Some(asn),
        ..Place::default()
    }
}

fn lisbon() -> Place {
    located("Lisbon, Portugal", "PT", (38.7, -9.1), 3243)
}

fn porto() -> Place {
    located("Porto, Portugal", "PT", (41.1, -8.6), 3243)
}

fn riga() -> Place {
    located("Riga, Latvia", "LV", (56.9, 24.1), 12578)
}

fn of_kind(place: Place, kind: NetworkKind, asn: u32) -> Place {
    Place { network_kind: kind, asn: Some(asn), ..place }
}

/// A sign-in at home, by the device's secret.
fn at_home(id: u128, client: Client) -> SignIn {
    SignIn {
        at: NOW,
        identity: Identity::Proven(device(id)),
        agent: client.clone(),
        client,
        address: "203.0.113.7".parse().ok(),
        place: lisbon(),
        profile: Some(person(1)),
    }
}

/// The same, elsewhere.
fn from(sign_in: SignIn, address: &str, place: Place) -> SignIn {
    SignIn { address: address.parse().ok(), place, ..sign_in }
}

fn later(sign_in: SignIn, by: Duration) -> SignIn {
    SignIn { at: sign_in.at.after(by), ..sign_in }
}

/// A session that goes on: what the device is comes from its requests alone.
fn goes_on(sign_in: SignIn) -> SignIn {
    let identity = match sign_in.identity {
        Identity::Proven(id)
        | Identity::Secretless(id)
        | Identity::Session(id)
        | Identity::Spent(id)
        | Identity::Replayed(id) => Identity::Session(id),
        Identity::Unnamed => Identity::Unnamed,
    };
    SignIn { client: sign_in.agent.clone(), identity, ..sign_in }
}

/// A household in Lisbon with a browser (1), a television (2) and a phone (3) of the same person.
fn household() -> Known {
    let mut known = Known::default();
    for (id, client) in [(1, firefox("131.0")), (2, television()), (3, pixel())] {
        for week in 0..14 {
            let sign_in = at_home(id, client.clone());
            known.confirm(&SignIn { at: NOW.before(days(7 * (week + 1))), ..sign_in });
        }
    }
    known.sign_ins = 42;
    known
}

/// A device was used at home just now.
fn was_active_at_home(known: &mut Known, id: u128) {
    let there = at_home(id, firefox("131.0"));
    known.was_active(device(id), there.at, there.address, &there.place);
}

fn judged(known: &Known, sign_in: &SignIn) -> Judgement {
    judge(known, sign_in, Budget::default())
}

/// Judges and learns, as the home does.
fn live(known: &mut Known, sign_in: &SignIn) -> Judgement {
    let judged = judged(known, sign_in);
    known.learn(sign_in, &judged);
    judged
}
