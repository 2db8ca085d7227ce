//! What holds for every history and every sign-in.

use proptest::prelude::*;

use super::*;
use crate::familiarity::place::nearness;
use crate::model::{Reason, Verdict};

fn a_client() -> impl Strategy<Value = Client> {
    prop_oneof![
        (1_u32..6).prop_map(|version| firefox(&format!("{version}.0"))),
        Just(television()),
        Just(pixel()),
        Just(Client::default()),
        Just(Client { kind: DeviceKind::Console, ..Client::default() }),
        (1_u32..4).prop_map(|system| Client {
            os: Program::parse(&format!("Windows {system}"), None),
            ..firefox("3.0")
        }),
    ]
}

fn a_surrounding() -> impl Strategy<Value = (Option<std::net::IpAddr>, Place)> {
    let kind = prop_oneof![
        3 => Just(NetworkKind::Fixed),
        1 => Just(NetworkKind::Mobile),
        1 => Just(NetworkKind::Vpn),
        1 => Just(NetworkKind::Hosting),
        1 => Just(NetworkKind::InFlight),
    ];
    let somewhere = (prop_oneof![Just(lisbon()), Just(porto()), Just(riga())], kind, 1_u8..4, 1_u8..4)
        .prop_map(|(place, kind, net, host)| {
            let asn = place.asn.map_or(0, |asn| asn + u32::from(net) * 10);
            (format!("203.{net}.{host}.7").parse().ok(), of_kind(place, kind, asn))
        });
    prop_oneof![
        6 => somewhere,
        1 => Just(("192.168.1.9".parse().ok(), Place::home_network())),
        1 => Just(("198.18.0.1".parse().ok(), Place::unknown())),
        1 => Just((None, Place::unknown())),
    ]
}

pub(super) fn a_sign_in() -> impl Strategy<Value = SignIn> {
    let identity = prop_oneof![
        3 => (1_u128..5).prop_map(|id| Identity::Proven(device(id))),
        2 => (1_u128..5).prop_map(|id| Identity::Session(device(id))),
        1 => (1_u128..5).prop_map(|id| Identity::Spent(device(id))),
        1 => (5_u128..8).prop_map(|id| Identity::Secretless(device(id))),
        2 => Just(Identity::Unnamed),
    ];
    (identity, a_client(), a_surrounding(), 0_u64..400, 1_u128..3).prop_map(
        |(identity, client, (address, place), hours, profile)| SignIn {
            at: NOW.before(Duration::from_hours(hours)),
            identity,
            agent: client.clone(),
            client,
            address,
            place,
            profile: Some(person(profile)),
        },
    )
}

fn a_past() -> impl Strategy<Value = Known> {
    (proptest::collection::vec((a_sign_in(), any::<bool>()), 1..24)).prop_map(|mut past| {
        past.sort_by_key(|(sign_in, _)| sign_in.at);
        let mut known = Known::default();
        for (sign_in, is_confirmed) in past {
            live(&mut known, &sign_in);
            if is_confirmed {
                known.confirm(&sign_in);
            }
        }
        known
    })
}

/// A sign-in at NOW or later, so that it comes after every past.
pub(super) fn a_present() -> impl Strategy<Value = SignIn> {
    a_sign_in().prop_map(|sign_in| SignIn { at: NOW.after(days(2)), ..sign_in })
}

fn score(judged: &Judgement) -> f64 {
    judged.familiarity.score.expect("every judgement has a score")
}

/// The same device the next time: it has its secret then.
fn again(sign_in: &SignIn) -> SignIn {
    let identity = match sign_in.identity {
        Identity::Secretless(id) => Identity::Proven(id),
        other => other,
    };
    SignIn { identity, ..sign_in.clone() }
}

proptest! {
    #[test]
    fn a_confirmed_sign_in_never_makes_the_same_one_less_familiar(known in a_past(), sign_in in a_present()) {
        // "A console" that brings no secret is like every other, also once one of them is known.
        let Client { os, app, model, .. } = &sign_in.client;
        let says_little = os.name.is_empty() && app.name.is_empty() && model.is_empty();
        prop_assume!(sign_in.identity != Identity::Unnamed || !says_little);
        let before = judged(&known, &sign_in);
        let mut taught = known.clone();
        taught.confirm(&sign_in);
        let after = judged(&taught, &again(&sign_in));
        prop_assert!(score(&after) <= score(&before), "{before:?}\n{after:?}");
        if before.familiarity.verdict == Verdict::Familiar {
            prop_assert_eq!(after.familiarity.verdict, Verdict::Familiar);
        }
    }

    #[test]
    fn a_confirmed_device_is_familiar_where_it_was_confirmed(known in a_past(), sign_in in a_present()) {
        prop_assume!(sign_in.identity != Identity::Unnamed);
        let mut taught = known;
        taught.confirm(&sign_in);
        let after = judged(&taught, &again(&sign_in));
        prop_assert_eq!(after.familiarity.verdict, Verdict::Familiar, "{:?}", after);
    }

    #[test]
    fn an_unknown_place_never_raises_the_score_by_itself(known in a_past(), sign_in in a_present()) {
        // A program that changed is told there as anywhere, and a session's browser that says nothing has.
        prop_assume!(!matches!(sign_in.identity, Identity::Session(_)));
        let unknown = SignIn { address: None, place: Place::unknown(), agent: Client::default(), ..sign_in };
        prop_assert!(nearness(&known, &unknown).ratio() <= 0.0);
        let verdict = judged(&known, &unknown).familiarity.verdict;
        prop_assert!(verdict != Verdict::NewPlace && verdict != Verdict::Suspicious, "{verdict:?}");
    }

    #[test]
    fn the_order_of_sign_ins_of_one_moment_does_not_matter(
        known in a_past(),
        moment in proptest::collection::vec(a_sign_in(), 2..8),
        turn in 1_usize..7,
        sign_in in a_present(),
    ) {
        let at = NOW.after(days(1));
        let mut moment: Vec<_> = moment.into_iter().map(|sign_in| SignIn { at, ..sign_in }).collect();
        let mut one = known.clone();
        for sign_in in &moment { one.confirm(sign_in); }
        let turn = turn % moment.len();
        moment.rotate_left(turn);
        let mut other = known.clone();
        for sign_in in &moment { other.confirm(sign_in); }
        moment.reverse();
        let mut third = known;
        for sign_in in &moment { third.confirm(sign_in); }
        for taught in [&other, &third] {
            let (left, right) = (judged(&one, &sign_in), judged(taught, &sign_in));
            prop_assert_eq!(left.familiarity.verdict, right.familiarity.verdict, "{:?}\n{:?}", left, right);
            prop_assert!((score(&left) - score(&right)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_client_that_is_what_it_was_is_never_said_to_be_two(known in a_past(), sign_in in a_present(), which in 0_usize..4) {
        for known_device in &known.devices {
            let Some(id) = known_device.id else { continue };
            let Some(agent) = known_device.agents.get(which) else { continue };
            for identity in [Identity::Session(id), Identity::Proven(id)] {
                let same = SignIn { identity, agent: agent.client.clone(), client: agent.client.clone(), ..sign_in.clone() };
                for at in [same.at, known_device.last_at.after(Duration::from_mins(1))] {
                    let judged = judged(&known, &SignIn { at, ..same.clone() });
                    for reason in &judged.familiarity.reasons {
                        let is_of_two = matches!(reason, Reason::TwoHolders | Reason::ChangedHands);
                        prop_assert!(!is_of_two, "{:?}", judged);
                    }
                }
            }
        }
    }

    #[test]
    fn at_most_three_reasons_are_given_and_always_one(known in a_past(), sign_in in a_present()) {
        let judged = judged(&known, &sign_in);
        let count = judged.familiarity.reasons.len();
        prop_assert!(count <= 3);
        prop_assert!(count >= 1 || sign_in.identity == Identity::Unnamed, "{judged:?}");
    }
}

#[test]
fn what_is_known_stays_bounded() {
    let mut known = Known::default();
    for number in 0..2000_u32 {
        let mixed = number.wrapping_mul(2_654_435_761);
        let mut place = of_kind(riga(), NetworkKind::Fixed, mixed);
        place.latitude = Some(f64::from(mixed % 120) - 60.0);
        place.city = Some(format!("Town {number}"));
        let [a, b, ..] = mixed.to_be_bytes();
        let client = firefox(&format!("{number}.0"));
        let sign_in = later(at_home(u128::from(number), client), Duration::from_mins(u64::from(number)));
        known.confirm(&from(sign_in, &format!("203.{a}.{b}.7"), place));
    }
    let text = serde_json::to_string(&known).expect("serialises");
    assert!(text.len() < 120_000, "{} bytes", text.len());
    let read: Known = serde_json::from_str(&text).expect("reads");
    assert_eq!(read, known);
}
