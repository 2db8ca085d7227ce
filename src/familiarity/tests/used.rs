//! What one device uses says little about the others.

use super::*;
use crate::model::{Reason, Telling, Verdict};

/// Another provider's line in the same city.
fn across_the_street(sign_in: SignIn, day: u64) -> SignIn {
    let place = Place { network: Some("NOWO".into()), ..of_kind(lisbon(), NetworkKind::Fixed, 2860) };
    later(from(goes_on(sign_in), "198.51.100.7", place), days(day))
}

fn through_a_vpn(sign_in: SignIn, day: u64) -> SignIn {
    let place = of_kind(riga(), NetworkKind::Vpn, 9009);
    later(from(goes_on(sign_in), &format!("198.18.{day}.1"), place), days(day))
}

/// Of somebody else in the house.
fn of_another(sign_in: SignIn) -> SignIn {
    SignIn { profile: Some(person(2)), ..sign_in }
}

#[test]
fn a_television_in_another_network_has_left_the_house_and_a_phone_has_not() {
    let mut known = household();
    let television = across_the_street(at_home(2, television()), 1);
    let judged = live(&mut known, &television);
    assert_eq!((judged.familiarity.verdict, judged.telling), (Verdict::NewPlace, Telling::Aloud));
    assert_eq!(
        judged.familiarity.reasons[0],
        Reason::LeftTheHouse { device_kind: DeviceKind::Tv, network: Some("NOWO".into()) }
    );
    assert_eq!(live(&mut known, &later(television, days(1))).telling, Telling::Nothing, "told once");
    let phone = across_the_street(at_home(3, pixel()), 3);
    assert_eq!(live(&mut known, &phone).telling, Telling::Nothing, "a friend's line");
}

#[test]
fn a_television_whose_requests_do_not_say_so_is_called_one() {
    let generic = Client { app: Program::parse("Lavf", Some("60")), ..Client::default() };
    let mut known = Known::default();
    let signs_in = SignIn { agent: generic.clone(), ..at_home(2, television()) };
    known.confirm(&signs_in);
    known.is_taught = true;
    let judged = judged(&known, &across_the_street(signs_in, 1));
    let reason = &judged.familiarity.reasons[0];
    assert!(matches!(reason, Reason::LeftTheHouse { device_kind: DeviceKind::Tv, .. }), "{judged:?}");
}

#[test]
fn a_home_whose_provider_changes_is_the_televisions_home_once_a_phone_was_there() {
    let mut known = household();
    for day in 1..3 {
        live(&mut known, &across_the_street(at_home(3, pixel()), day));
    }
    let television = across_the_street(at_home(2, television()), 3);
    assert_eq!(live(&mut known, &television).telling, Telling::Nothing);
    // Its network is one of theirs from then on, whatever the address.
    let renumbered =
        from(later(television, days(1)), "198.51.7.9", of_kind(lisbon(), NetworkKind::Fixed, 2860));
    assert_eq!(live(&mut known, &renumbered).telling, Telling::Nothing);
}

#[test]
fn an_address_that_is_handed_out_anew_keeps_the_television_at_home() {
    let mut known = household();
    let renumbered = from(later(goes_on(at_home(2, television())), days(1)), "203.0.200.9", lisbon());
    assert_eq!(live(&mut known, &renumbered).familiarity.verdict, Verdict::Familiar);
}

#[test]
fn the_vpn_of_one_person_is_not_the_televisions_nor_anybody_elses() {
    let mut known = household();
    let phone = through_a_vpn(at_home(3, pixel()), 1);
    assert_eq!(live(&mut known, &phone).telling, Telling::Aloud);
    known.confirm(&phone);
    assert_eq!(live(&mut known, &through_a_vpn(at_home(3, pixel()), 2)).telling, Telling::Nothing);
    let browser = through_a_vpn(at_home(1, firefox("131.0")), 3);
    assert_eq!(live(&mut known, &browser).telling, Telling::Nothing, "the same person's");
    let television = through_a_vpn(at_home(2, television()), 4);
    assert_eq!(live(&mut known, &television).telling, Telling::Aloud);
    let mut theirs = household();
    theirs.confirm(&of_another(later(at_home(4, firefox("131.0")), days(0))));
    theirs.confirm(&phone);
    let laptop = of_another(through_a_vpn(at_home(4, firefox("131.0")), 5));
    assert_eq!(live(&mut theirs, &laptop).telling, Telling::Aloud);
}

#[test]
fn a_television_that_has_a_vpn_of_its_own_may_come_through_any_exit_of_it() {
    let mut known = household();
    let first = through_a_vpn(at_home(2, television()), 1);
    assert_eq!(live(&mut known, &first).telling, Telling::Aloud);
    known.confirm(&first);
    let other = from(later(first, days(1)), "198.19.2.1", of_kind(porto(), NetworkKind::Vpn, 60068));
    assert_eq!(live(&mut known, &other).telling, Telling::Nothing);
}

#[test]
fn a_vpn_that_waits_for_its_answer_silences_only_the_person_it_was_told_of() {
    let mut known = household();
    assert_eq!(live(&mut known, &through_a_vpn(at_home(3, pixel()), 1)).telling, Telling::Aloud);
    let browser = through_a_vpn(at_home(1, firefox("131.0")), 2);
    assert_eq!(live(&mut known, &browser).telling, Telling::Nothing, "one alert a cause");
    let television = through_a_vpn(at_home(2, television()), 3);
    assert_eq!(live(&mut known, &television).telling, Telling::Aloud, "another cause");
}

#[test]
fn a_vpn_that_was_denied_is_told_again() {
    let mut known = household();
    let phone = through_a_vpn(at_home(3, pixel()), 1);
    live(&mut known, &phone);
    known.deny(&phone, Verdict::NewPlace);
    assert_eq!(live(&mut known, &through_a_vpn(at_home(3, pixel()), 2)).telling, Telling::Aloud);
}

#[test]
fn a_device_that_waits_for_its_answer_on_the_home_network_and_comes_through_a_data_centre_is_told_again() {
    let mut known = household();
    let home = SignIn {
        address: "192.168.1.9".parse().ok(),
        place: Place::home_network(),
        ..at_home(9, television())
    };
    let first = SignIn { identity: Identity::Secretless(device(9)), ..home.clone() };
    assert_eq!(live(&mut known, &first).telling, Telling::Quietly);
    let hosted =
        from(goes_on(later(home, days(1))), "198.19.3.1", of_kind(riga(), NetworkKind::Hosting, 24940));
    assert_eq!(live(&mut known, &hosted).telling, Telling::Aloud);
    assert_eq!(live(&mut known, &later(hosted, days(1))).telling, Telling::Nothing, "told once");
}

#[test]
fn where_a_denied_stranger_was_explains_nothing() {
    let mut known = household();
    let stranger = later(from(goes_on(at_home(3, pixel())), "192.0.2.9", riga()), days(1));
    assert_eq!(live(&mut known, &stranger).telling, Telling::Aloud);
    known.deny(&stranger, Verdict::NewPlace);
    let another = later(from(goes_on(at_home(1, firefox("131.0"))), "192.0.2.10", riga()), days(2));
    assert_eq!(live(&mut known, &another).telling, Telling::Aloud, "the phone was not there");
}

#[test]
fn a_phone_there_does_not_explain_the_television() {
    let mut known = household();
    let phone = later(from(goes_on(at_home(3, pixel())), "192.0.2.9", riga()), days(1));
    live(&mut known, &phone);
    known.confirm(&phone);
    let place = of_kind(riga(), NetworkKind::Fixed, 2588);
    let television = later(from(goes_on(at_home(2, television())), "198.51.7.9", place), days(2));
    assert_eq!(live(&mut known, &television).telling, Telling::Aloud);
}

#[test]
fn another_network_of_the_televisions_is_told_once_whatever_the_phones_do_meanwhile() {
    let mut known = household();
    known.confirm(&SignIn { at: NOW, ..at_home(5, television()) });
    assert_eq!(live(&mut known, &across_the_street(at_home(2, television()), 1)).telling, Telling::Aloud);
    let cafe = of_kind(lisbon(), NetworkKind::Fixed, 12353);
    live(&mut known, &later(from(goes_on(at_home(3, pixel())), "198.51.99.7", cafe), days(2)));
    let there = across_the_street(at_home(2, television()), 3);
    let renumbered = SignIn { address: "198.51.200.1".parse().ok(), ..there };
    assert_eq!(live(&mut known, &renumbered).telling, Telling::Nothing);
    assert_eq!(live(&mut known, &across_the_street(at_home(5, television()), 4)).telling, Telling::Nothing);
    // The alert that waits silences no other network.
    let elsewhere = later(
        from(goes_on(at_home(5, television())), "198.51.44.7", of_kind(lisbon(), NetworkKind::Fixed, 42580)),
        days(5),
    );
    assert_eq!(live(&mut known, &elsewhere).telling, Telling::Aloud);
}

#[test]
fn a_vpn_on_the_router_is_asked_about_once_for_all_televisions() {
    let mut known = household();
    known.confirm(&SignIn { at: NOW, ..at_home(5, television()) });
    let first = through_a_vpn(at_home(2, television()), 1);
    assert_eq!(live(&mut known, &first).telling, Telling::Aloud);
    assert_eq!(live(&mut known, &through_a_vpn(at_home(5, television()), 2)).telling, Telling::Nothing);
    known.confirm(&first);
    let judged = live(&mut known, &through_a_vpn(at_home(5, television()), 3));
    assert_eq!(judged.familiarity.verdict, Verdict::Familiar);
}

#[test]
fn a_device_that_came_first_through_a_vpn_is_not_told_again_when_it_does() {
    let mut known = household();
    let vpn = |day| SignIn {
        identity: Identity::Session(device(9)),
        ..through_a_vpn(at_home(9, firefox("120.0")), day)
    };
    let first = SignIn { identity: Identity::Secretless(device(9)), ..vpn(1) };
    assert_eq!(live(&mut known, &first).telling, Telling::Aloud);
    assert_eq!(
        live(&mut known, &later(goes_on(at_home(9, firefox("120.0"))), days(2))).telling,
        Telling::Nothing
    );
    assert_eq!(live(&mut known, &vpn(3)).telling, Telling::Nothing);
}

#[test]
fn whoever_holds_a_copy_and_chooses_a_profile_gains_nothing_by_it() {
    let mut known = household();
    known.confirm(&through_a_vpn(at_home(3, pixel()), 1));
    known.confirm(&of_another(SignIn { at: NOW, ..at_home(4, firefox("131.0")) }));
    let chosen = through_a_vpn(at_home(4, firefox("131.0")), 2);
    assert_eq!(chosen.profile, Some(person(1)), "who uses that VPN");
    assert_eq!(live(&mut known, &chosen).telling, Telling::Aloud);
}
