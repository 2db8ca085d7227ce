//! False alarms that users of other projects report, each a test of its own name.

use super::*;
use crate::model::{Reason, Telling, Verdict};

fn is_quiet(known: &Known, sign_in: &SignIn) {
    let judged = judged(known, sign_in);
    assert_eq!(
        (judged.familiarity.verdict, judged.telling),
        (Verdict::Familiar, Telling::Nothing),
        "{judged:?}"
    );
}

#[test]
fn changing_ipv6_privacy_addresses_are_one_line() {
    let mut known = household();
    let phone = from(at_home(3, pixel()), "2001:db8:1:2:aaaa::1", lisbon());
    known.confirm(&phone);
    is_quiet(&known, &from(phone.clone(), "2001:db8:1:2:ffff:1:2:3", lisbon()));
    // The provider delegates another /64 of the same site.
    is_quiet(&known, &from(phone, "2001:db8:1:77::1", lisbon()));
}

#[test]
fn an_address_that_the_provider_hands_out_anew_is_the_same_network() {
    is_quiet(&household(), &from(at_home(1, firefox("131.0")), "203.0.200.9", lisbon()));
    is_quiet(&household(), &from(at_home(1, firefox("131.0")), "198.51.100.9", lisbon()));
}

#[test]
fn a_mobile_carriers_city_says_nothing() {
    let mut known = household();
    let carrier = |place: Place| of_kind(place, NetworkKind::Mobile, 12353);
    known.confirm(&from(at_home(3, pixel()), "192.0.2.1", carrier(lisbon())));
    let faro = located("Faro, Portugal", "PT", (37.0, -7.9), 12353);
    let porto_in_an_hour =
        from(goes_on(later(at_home(3, pixel()), Duration::from_mins(10))), "192.0.9.1", carrier(porto()));
    is_quiet(&known, &porto_in_an_hour);
    is_quiet(&known, &from(at_home(3, pixel()), "198.18.0.1", carrier(faro)));
}

#[test]
fn the_home_network_is_home() {
    for address in ["192.168.1.20", "10.0.0.5", "fd00::5"] {
        is_quiet(&household(), &from(at_home(2, television()), address, Place::home_network()));
    }
    is_quiet(&household(), &from(at_home(1, firefox("131.0")), "::1", Place::this_computer()));
}

#[test]
fn a_browser_that_updates_every_month_is_the_same_browser() {
    let mut known = household();
    for month in 1..12 {
        let client = firefox(&format!("{}.0", 131 + month));
        let session = goes_on(later(at_home(1, client), days(30 * month)));
        // At a café of the same city: only the version and the line are new.
        let session = from(session, "198.51.100.20", lisbon());
        assert_eq!(live(&mut known, &session).telling, Telling::Nothing);
    }
    assert_eq!(known.devices.len(), 3, "no device is listed twice");
    assert_eq!(known.device(device(1)).map(|device| device.agents.len()), Some(1));
}

#[test]
fn the_same_device_is_not_another_one_at_every_sign_in() {
    let mut known = household();
    for day in 1..30 {
        assert_eq!(live(&mut known, &later(at_home(2, television()), days(day))).telling, Telling::Nothing);
    }
    assert_eq!(known.devices.len(), 3);
}

#[test]
fn two_identical_laptops_stay_two() {
    let mut known = household();
    known.confirm(&at_home(4, firefox("131.0")));
    known.confirm(&at_home(5, firefox("131.0")));
    assert_eq!(known.devices.len(), 5);
    // And each is known by its own secret, whichever was used last.
    for id in [1, 4, 5] {
        is_quiet(&known, &at_home(id, firefox("131.0")));
    }
}

#[test]
fn ones_own_browser_is_not_told_of_every_day() {
    let mut known = household();
    let abroad = from(at_home(1, firefox("131.0")), "192.0.2.77", riga());
    let told: Vec<_> =
        (0..20).map(|day| live(&mut known, &later(abroad.clone(), days(day))).telling).collect();
    assert_eq!(told[0], Telling::Aloud);
    assert!(told[1..].iter().all(|telling| *telling == Telling::Nothing), "one cause, one alert: {told:?}");
}

#[test]
fn in_flight_wifi_is_no_impossible_travel() {
    let plane = of_kind(
        located("Vienna, Virginia, United States", "US", (38.9, -77.3), 64294),
        NetworkKind::InFlight,
        64294,
    );
    let on_board = from(goes_on(later(at_home(3, pixel()), Duration::from_mins(40))), "198.18.5.1", plane);
    let judged = judged(&household(), &on_board);
    assert_ne!(judged.familiarity.verdict, Verdict::Suspicious, "{judged:?}");
    is_quiet(&household(), &on_board);
}

#[test]
fn a_vpn_is_no_impossible_travel() {
    let exit = of_kind(riga(), NetworkKind::Vpn, 9009);
    let session =
        from(goes_on(later(at_home(3, pixel()), Duration::from_mins(2))), "198.18.5.1", exit.clone());
    let mut known = household();
    let first = live(&mut known, &session);
    assert_eq!(first.familiarity.verdict, Verdict::NewPlace, "the first VPN is told once");
    known.confirm(&session);
    let other_exit = of_kind(located("Tokyo, Japan", "JP", (35.7, 139.7), 60068), NetworkKind::Vpn, 60068);
    is_quiet(&known, &from(later(session, Duration::from_mins(2)), "198.18.77.1", other_exit));
}

#[test]
fn two_databases_that_disagree_are_no_travel() {
    let mut known = household();
    // Yesterday's database said Lisbon; today's says 200 km away, for the line at home and for a new one.
    let coimbra = located("Coimbra, Portugal", "PT", (40.2, -8.4), 3243);
    is_quiet(
        &known,
        &goes_on(later(
            from(at_home(2, television()), "203.0.113.7", coimbra.clone()),
            Duration::from_mins(1),
        )),
    );
    is_quiet(
        &known,
        &goes_on(later(from(at_home(2, television()), "198.51.100.3", coimbra), Duration::from_mins(1))),
    );
    // Even another country for the very line at home is the database's matter.
    let moved = goes_on(later(from(at_home(2, television()), "203.0.113.7", riga()), Duration::from_mins(1)));
    assert_eq!(live(&mut known, &moved).telling, Telling::Nothing);
}

#[test]
fn a_missing_place_is_no_failure() {
    is_quiet(&household(), &from(at_home(1, firefox("131.0")), "198.18.0.9", Place::unknown()));
    is_quiet(
        &household(),
        &SignIn { address: None, place: Place::unknown(), ..at_home(1, firefox("131.0")) },
    );
}

#[test]
fn the_first_sign_in_ever_is_learnt_and_says_so() {
    let first = judged(&Known::default(), &at_home(1, firefox("131.0")));
    assert_eq!((first.familiarity.verdict, first.telling), (Verdict::Familiar, Telling::Nothing));
    assert_eq!(first.familiarity.reasons, [Reason::FirstDevice]);
    let mut known = Known::default();
    live(&mut known, &at_home(1, firefox("131.0")));
    let second =
        live(&mut known, &SignIn { identity: Identity::Secretless(device(2)), ..at_home(2, television()) });
    assert_eq!(second.telling, Telling::Nothing);
    assert_eq!(second.familiarity.reasons[0], Reason::StillLearning);
}

#[test]
fn a_move_is_one_alert_and_not_thirty() {
    let mut known = household();
    let mut told = 0;
    for hour in 0..30 {
        for (id, client) in [(1, firefox("131.0")), (2, television()), (3, pixel())] {
            let moved = from(at_home(id, client), "198.51.100.7", riga());
            let arrived = later(moved, Duration::from_hours(48 + hour));
            told += usize::from(live(&mut known, &arrived).telling != Telling::Nothing);
        }
    }
    assert_eq!(told, 1);
}

#[test]
fn a_holiday_that_was_answered_is_over_with_the_answer() {
    let mut known = household();
    let arrived = later(from(at_home(3, pixel()), "198.51.100.7", riga()), days(1));
    assert_eq!(live(&mut known, &arrived).telling, Telling::Aloud);
    known.confirm(&arrived);
    is_quiet(&known, &later(from(at_home(1, firefox("131.0")), "198.51.100.7", riga()), days(2)));
    // Also on another line there, and when they come again next year.
    is_quiet(&known, &later(from(at_home(1, firefox("131.0")), "192.0.2.7", riga()), days(400)));
}

#[test]
fn the_same_phone_is_not_listed_twice() {
    let known = household();
    let installed_anew = SignIn { identity: Identity::Secretless(device(30)), ..at_home(30, pixel()) };
    let judged = judged(&known, &later(installed_anew, days(1)));
    assert_eq!(
        judged.familiarity.probably,
        Some(device(3)),
        "offered as the phone it probably is, to be made one"
    );
}
