//! What a person is told is true: what each reason says holds of the history that it was given.

use proptest::prelude::*;

use super::properties::{a_present, a_sign_in};
use super::*;
use crate::familiarity::client::{Likeness, likeness};
use crate::familiarity::network::prefix_of;
use crate::familiarity::spot::{Spot, is_near};
use crate::familiarity::thresholds::{AT_ONCE, FASTEST_KMH, LEARN_FOR};
use crate::model::{Area, Reason, Verdict};

/// What is known of a household, and the sign-ins that it was learnt from: those that a count may be of.
#[derive(Clone, Debug, Default)]
struct Past {
    known: Known,
    counted: Vec<SignIn>,
}

/// What somebody answers, if anybody does.
#[derive(Clone, Copy, Debug)]
enum Answered {
    Me,
    NotMe,
    Nothing,
}

impl Past {
    fn of(mut sign_ins: Vec<(SignIn, Answered)>) -> Self {
        sign_ins.sort_by_key(|(sign_in, _)| sign_in.at);
        let mut past = Self::default();
        for (sign_in, answer) in sign_ins {
            let judged = live(&mut past.known, &sign_in);
            let verdict = judged.familiarity.verdict;
            match answer {
                Answered::Me => past.known.confirm_told(&sign_in),
                Answered::NotMe => past.known.deny(&sign_in, verdict),
                Answered::Nothing => {}
            }
            if verdict != Verdict::Suspicious && sign_in.identity.signs_in() {
                past.counted.push(sign_in);
            }
        }
        past
    }

    /// How often a device signed in from a place, and from elsewhere.
    fn times(&self, id: DeviceId, place: &Place) -> [u32; 2] {
        let mut times = [0, 0];
        for sign_in in self.counted.iter().filter(|sign_in| sign_in.identity.device() == Some(id)) {
            let is_elsewhere = Area::of(&sign_in.place) != Area::of(place);
            times[usize::from(is_elsewhere)] += 1;
        }
        times
    }
}

/// A sign-in, now and then over a network of which only the name is known, and with tokens of every sort.
fn any_sign_in(sign_in: impl Strategy<Value = SignIn>) -> impl Strategy<Value = SignIn> {
    (sign_in, 0_u8..4, 0_u8..6).prop_map(|(mut sign_in, unnumbered, replayed)| {
        if unnumbered == 0 {
            sign_in.place = Place { asn: None, network: Some("NOWO".into()), ..sign_in.place };
        }
        if replayed == 0
            && let Identity::Session(id) = sign_in.identity
        {
            sign_in.identity = Identity::Replayed(id);
        }
        sign_in
    })
}

fn a_history() -> impl Strategy<Value = Past> {
    let answer = prop_oneof![Just(Answered::Me), Just(Answered::NotMe), Just(Answered::Nothing)];
    proptest::collection::vec((any_sign_in(a_sign_in()), answer), 0..24).prop_map(Past::of)
}

/// Whether a reason holds of a sign-in and what was before.
fn holds(reason: &Reason, past: &Past, sign_in: &SignIn) -> bool {
    holds_of_device(reason, past, sign_in)
        .or_else(|| holds_of_theft(reason, &past.known, sign_in))
        .or_else(|| holds_of_place(reason, &past.known, sign_in))
        .unwrap_or(false)
}

fn holds_of_device(reason: &Reason, past: &Past, sign_in: &SignIn) -> Option<bool> {
    let known = &past.known;
    let (place, client) = (&sign_in.place, &sign_in.client);
    // Without its secret a device gets an id of its own: it is none that was here before, whatever number was drawn.
    let is_new = matches!(sign_in.identity, Identity::Secretless(_));
    let id = sign_in.identity.device().filter(|_| !is_new);
    let device = id.and_then(|id| known.device(id));
    let times = |id: Option<DeviceId>| id.map_or([0, 0], |id| past.times(id, place));
    Some(match reason {
        Reason::FirstDevice => past.counted.is_empty() && known.devices.is_empty(),
        Reason::StillLearning => {
            !known.is_taught && known.first_at.is_none_or(|first| sign_in.at.before(LEARN_FOR) < first)
        }
        Reason::SignedInFromHere { times: said, .. } => *said > 0 && *said <= times(id)[0],
        Reason::SignedInElsewhere { times: said, .. } => {
            *said <= times(id)[1] && device.is_some_and(|device| device.is_trusted)
        }
        Reason::Unanswered => device.is_none_or(|device| !device.is_trusted),
        Reason::LikeKnown { device_kind, updated, unproven } => {
            let expected = if *updated { Likeness::Updated } else { Likeness::Same };
            let mut trusted = known.devices.iter().filter(|device| device.is_trusted);
            let is_like = trusted.any(|device| {
                device.client.kind == *device_kind && likeness(&device.client, client) == expected
            });
            is_like && *unproven == (sign_in.identity != Identity::Unnamed)
        }
        Reason::FirstOnAccount => {
            device.is_none()
                && known.devices.iter().all(|device| likeness(&device.client, client) < Likeness::Updated)
        }
        _ => return None,
    })
}

fn holds_of_theft(reason: &Reason, known: &Known, sign_in: &SignIn) -> Option<bool> {
    let device = sign_in.identity.device().and_then(|id| known.device(id));
    let here = sign_in.address.map(prefix_of);
    let on_no_line = here.is_none()
        || !sign_in.place.network_kind.has_a_country()
        || known.prefixes.iter().all(|known| Some(known.net) != here);
    let is_something_else =
        device.is_some_and(|device| device.agents.iter().all(|agent| agent.client != sign_in.agent));
    let on_another_line =
        device.is_some_and(|device| device.last_prefix.is_some() && device.last_prefix != here);
    Some(match reason {
        Reason::ChangedHands => is_something_else && on_no_line,
        Reason::TwoHolders => {
            let at_once = device.is_some_and(|device| device.last_at.after(AT_ONCE) >= sign_in.at);
            is_something_else && on_another_line && at_once
        }
        Reason::TooFarTooSoon { km } => device.is_some_and(|device| {
            let away = device.last_spot.distance_km(&Spot::of(&sign_in.place)).unwrap_or(0.0);
            let since = sign_in.at.as_millis().abs_diff(device.last_at.as_millis());
            let hours = Duration::from_millis(since).as_secs_f64() / 3600.0;
            f64::from(*km) <= away + 1.0 && away > FASTEST_KMH * hours
        }),
        Reason::TwoCopies => matches!(sign_in.identity, Identity::Replayed(_)),
        Reason::OlderCopy { newer } => {
            matches!(sign_in.identity, Identity::Spent(_))
                && on_another_line
                && device.is_some_and(|device| device.last_spot.area == *newer)
        }
        _ => return None,
    })
}

fn holds_of_place(reason: &Reason, known: &Known, sign_in: &SignIn) -> Option<bool> {
    let place = &sign_in.place;
    let spot = Spot::of(place);
    let trusted = || known.places.iter().filter(|place| place.is_trusted);
    let is_near_home = trusted().any(|place| is_near(&place.spot, &spot));
    let line = known.prefixes.iter().find(|line| Some(line.net) == sign_in.address.map(prefix_of));
    let is_used = |asn: Option<u32>| known.networks.iter().any(|network| Some(network.asn) == asn);
    let exit = place.network_kind;
    Some(match reason {
        Reason::FamiliarPhoneThere => known.devices.iter().any(|device| {
            let is_phone = device.is_trusted && device.client.kind == DeviceKind::Phone;
            is_phone && device.profile == sign_in.profile && is_near(&device.last_spot, &spot)
        }),
        Reason::HomeNetwork => matches!(place.scope, PlaceScope::HomeNetwork | PlaceScope::ThisComputer),
        Reason::UsualLine => {
            line.is_some_and(|line| known.prefixes.iter().all(|other| other.times <= line.times))
        }
        Reason::UsedLine => line.is_some(),
        Reason::UsedNetwork { network } => is_used(place.asn) && place.network.as_ref() == Some(network),
        Reason::NearHome { area } => is_near_home && *area == Area::of(place),
        Reason::NearOnNewNetwork { area } => is_near_home && !is_used(place.asn) && *area == Area::of(place),
        Reason::FirstNear { area, .. } => {
            let is_waiting = known.places.iter().any(|place| is_near(&place.spot, &spot));
            !is_near_home && !is_waiting && *area == Area::of(place)
        }
        Reason::FirstInCountry { area, .. } => {
            let was_there = known.places.iter().any(|place| place.spot.country == place_country(sign_in));
            !was_there && area.country_code == place.country_code
        }
        Reason::PlaceUnanswered => {
            known.places.iter().any(|place| !place.is_trusted)
                || known.devices.iter().any(|device| {
                    !device.is_trusted
                        || !device.suspicions.is_empty()
                        || device.networks.iter().any(|used| !used.is_trusted)
                })
        }
        Reason::KnownExit { network_kind, .. } => *network_kind == exit && known.exits.contains(&exit),
        Reason::NewExit { network_kind, .. } => {
            let device = sign_in.identity.device().and_then(|id| known.device(id));
            let used = device.map_or(known.exits.contains(&exit), |device| {
                device.networks.iter().any(|used| used.kind == exit)
            });
            *network_kind == exit && !used
        }
        Reason::LeftTheHouse { .. } => {
            let stays_put =
                |kind| matches!(kind, DeviceKind::Tv | DeviceKind::StreamingBox | DeviceKind::Speaker);
            let of_the_house = known.devices.iter().filter(|device| stays_put(device.client.kind));
            let mut used = of_the_house.flat_map(|device| &device.networks);
            place.asn.is_some() && !used.any(|used| used.asn == place.asn && used.is_trusted)
        }
        Reason::OnBoard => exit == NetworkKind::InFlight,
        _ => return None,
    })
}

fn place_country(sign_in: &SignIn) -> Option<String> {
    Spot::of(&sign_in.place).country
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_a_reason_says_holds_of_what_was_before(past in a_history(), sign_in in any_sign_in(a_present())) {
        let judged = judged(&past.known, &sign_in);
        for reason in &judged.familiarity.reasons {
            prop_assert!(holds(reason, &past, &sign_in), "{reason:?}\n{sign_in:?}\n{past:?}");
        }
    }

    /// Moments after the last sign of life of a device: what looks stolen depends on it.
    #[test]
    fn it_holds_too_of_a_session_that_goes_on_at_once(past in a_history(), sign_in in any_sign_in(a_present())) {
        let last = past.known.devices.iter().map(|device| device.last_at).max().unwrap_or(NOW);
        let sign_in = SignIn { at: last.after(Duration::from_mins(5)), ..sign_in };
        let judged = judged(&past.known, &sign_in);
        for reason in &judged.familiarity.reasons {
            prop_assert!(holds(reason, &past, &sign_in), "{reason:?}\n{sign_in:?}\n{past:?}");
        }
    }
}

fn reasons(known: &Known, sign_in: &SignIn) -> Vec<Reason> {
    judged(known, sign_in).familiarity.reasons
}

#[test]
fn the_same_device_on_a_new_line_is_said_to_be_neither_another_nor_on_a_network_that_is_used() {
    // A database of networks that knows names and no numbers.
    let place = Place { asn: None, network: Some("NOWO".into()), ..lisbon() };
    for sign_in in [at_home(1, firefox("131.0")), goes_on(at_home(1, firefox("131.0")))] {
        let elsewhere = from(later(sign_in, days(1)), "198.51.100.7", place.clone());
        let said = reasons(&household(), &elsewhere);
        let (device_kind, times, area) = (DeviceKind::Browser, 14, Area::of(&place));
        assert_eq!(said, [Reason::SignedInFromHere { device_kind, times }, Reason::NearHome { area }]);
    }
}

#[test]
fn what_was_told_and_answered_is_counted_once() {
    let mut known = household();
    let abroad = later(from(at_home(3, pixel()), "192.0.2.9", riga()), days(1));
    live(&mut known, &abroad);
    known.confirm_told(&abroad);
    let device_kind = DeviceKind::Phone;
    let said = reasons(&known, &later(abroad, days(1)));
    assert_eq!(said[0], Reason::SignedInFromHere { device_kind, times: 1 });
}

#[test]
fn only_the_first_time_in_a_country_is_said_to_be_the_first() {
    let mut known = household();
    let abroad = later(from(at_home(3, pixel()), "192.0.2.9", riga()), days(1));
    assert!(matches!(live(&mut known, &abroad).familiarity.reasons[0], Reason::FirstInCountry { .. }));
    let again = later(abroad.clone(), days(1));
    assert_eq!(reasons(&known, &again)[0], Reason::PlaceUnanswered);
    // A town at the other end of the same country is another place.
    let far = Place { latitude: Some(50.0), city: Some("Elsewhere".into()), ..riga() };
    let far = from(again.clone(), "198.51.100.9", far);
    assert!(matches!(reasons(&known, &far)[0], Reason::FirstNear { .. }));
    known.deny(&abroad, Verdict::NewPlace);
    assert!(
        matches!(reasons(&known, &again)[0], Reason::FirstInCountry { .. }),
        "that was not the household"
    );
}

#[test]
fn a_device_that_waits_for_its_answer_is_not_there_for_the_first_time_again() {
    let mut known = household();
    let unnamed = |sign_in: SignIn| SignIn { identity: Identity::Unnamed, profile: None, ..sign_in };
    let new = unnamed(later(at_home(9, firefox("99.0")), days(1)));
    let new = SignIn { client: Client { os: Program::parse("macOS 14", None), ..new.client.clone() }, ..new };
    assert_eq!(live(&mut known, &new).familiarity.reasons[0], Reason::FirstOnAccount);
    assert_eq!(reasons(&known, &later(new, days(1)))[0], Reason::Unanswered);
}

#[test]
fn of_several_lines_of_the_household_one_is_the_usual() {
    let mut known = household();
    for day in 1..8 {
        known.confirm(&later(from(at_home(1, firefox("131.0")), "198.51.100.7", lisbon()), days(day)));
    }
    let on =
        |address| reasons(&known, &later(from(at_home(1, firefox("131.0")), address, lisbon()), days(9)));
    assert_eq!(on("203.0.113.9")[1], Reason::UsualLine);
    assert_eq!(on("198.51.100.9")[1], Reason::UsedLine);
}

#[test]
fn a_version_that_is_told_in_fewer_numbers_is_no_update() {
    let known = household();
    let stranger =
        |version| SignIn { identity: Identity::Secretless(device(9)), ..at_home(9, firefox(version)) };
    for (version, updated) in [("131", false), ("131.0.2", false), ("132.0", true)] {
        let like = Reason::LikeKnown { device_kind: DeviceKind::Browser, updated, unproven: true };
        assert_eq!(reasons(&known, &stranger(version))[0], like, "{version}");
    }
}
