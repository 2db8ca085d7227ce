//! The verdicts, with their reasons and figures.

use super::*;
use crate::model::{Area, Reason, Telling, Usual, Verdict};

fn told(known: &Known, sign_in: &SignIn) -> (Verdict, Telling, Vec<Reason>) {
    let judged = judged(known, sign_in);
    (judged.familiarity.verdict, judged.telling, judged.familiarity.reasons)
}

/// Somebody with the password and a device of their own.
fn stranger(client: Client) -> SignIn {
    SignIn { identity: Identity::Secretless(device(99)), profile: None, ..at_home(99, client) }
}

#[test]
fn a_television_that_signs_in_where_it_always_does_says_how_often() {
    let (verdict, telling, reasons) = told(&household(), &at_home(2, television()));
    assert_eq!((verdict, telling), (Verdict::Familiar, Telling::Nothing));
    assert_eq!(
        reasons,
        [Reason::SignedInFromHere { device_kind: DeviceKind::Tv, times: 14 }, Reason::UsualLine]
    );
}

#[test]
fn a_new_country_says_where_the_household_usually_is_and_how_far() {
    let mut known = Known::default();
    let porto_alegre = located("Porto Alegre, Brazil", "BR", (-30.0, -51.2), 28573);
    for week in 1..6 {
        let home = from(at_home(3, pixel()), "200.18.3.4", porto_alegre.clone());
        known.confirm(&SignIn { at: NOW.before(days(7 * week)), ..home });
    }
    known.sign_ins = 6;
    let (verdict, telling, reasons) = told(&known, &at_home(3, pixel()));
    assert_eq!((verdict, telling), (Verdict::NewPlace, Telling::Aloud));
    let usual = Some(Usual { area: Area::of(&porto_alegre), km: Some(8797) });
    assert_eq!(reasons[0], Reason::FirstInCountry { area: Area::of(&lisbon()), usual });
    assert_eq!(reasons[1], Reason::SignedInElsewhere { device_kind: DeviceKind::Phone, times: 5 });
}

#[test]
fn a_new_device_at_home_is_told_without_a_sound_and_elsewhere_aloud() {
    let games =
        Client { kind: DeviceKind::Console, os: Program::parse("PlayStation 5", None), ..Client::default() };
    let (verdict, telling, reasons) = told(&household(), &stranger(games.clone()));
    assert_eq!((verdict, telling), (Verdict::NewDevice, Telling::Quietly));
    assert_eq!(reasons[0], Reason::FirstOnAccount);
    let abroad = from(stranger(games), "192.0.2.9", riga());
    assert_eq!(told(&household(), &abroad).1, Telling::Aloud);
}

#[test]
fn a_television_whose_app_was_installed_anew_is_probably_that_television() {
    let anew = SignIn { identity: Identity::Secretless(device(50)), ..at_home(50, television()) };
    let judged = judged(&household(), &anew);
    assert_eq!(judged.familiarity.probably, Some(device(2)));
    // That is offered without a sound, on its line and on the home network.
    assert_eq!((judged.familiarity.verdict, judged.telling), (Verdict::NewDevice, Telling::Quietly));
    let same = Reason::LikeKnown { device_kind: DeviceKind::Tv, updated: false, unproven: true };
    assert_eq!(judged.familiarity.reasons[0], same);
    let in_the_house = from(anew, "192.168.1.9", Place::home_network());
    assert_eq!(told(&household(), &in_the_house).1, Telling::Quietly);
}

#[test]
fn the_same_client_without_its_secret_somewhere_else_is_a_new_device() {
    for place in [lisbon(), porto(), riga()] {
        let elsewhere = from(stranger(firefox("131.0")), "192.0.2.9", place);
        let judged = judged(&household(), &elsewhere);
        assert_eq!((judged.familiarity.verdict, judged.telling), (Verdict::NewDevice, Telling::Aloud));
    }
}

#[test]
fn signing_in_again_does_not_make_a_stranger_familiar_nor_tell_twice() {
    let mut known = household();
    let first = from(stranger(firefox("131.0")), "192.0.2.9", riga());
    assert_eq!(live(&mut known, &first).telling, Telling::Aloud);
    for hour in 1..5 {
        let again = later(
            SignIn { identity: Identity::Proven(device(99)), ..first.clone() },
            Duration::from_hours(hour),
        );
        let judged = live(&mut known, &again);
        assert_eq!((judged.familiarity.verdict, judged.telling), (Verdict::NewDevice, Telling::Nothing));
        assert_eq!(judged.familiarity.reasons[0], Reason::Unanswered);
    }
    // Signed out from the list, it comes back: that is told anew.
    known.comes_back(device(99));
    let back = later(SignIn { identity: Identity::Proven(device(99)), ..first }, days(2));
    assert_eq!(live(&mut known, &back).telling, Telling::Aloud);
}

#[test]
fn a_stranger_who_waits_for_an_answer_and_turns_up_far_away_is_told_again() {
    let mut known = household();
    let near = from(stranger(pixel()), "192.0.2.9", lisbon());
    assert_ne!(live(&mut known, &near).telling, Telling::Nothing);
    let abroad = goes_on(later(from(near, "198.51.100.8", riga()), days(1)));
    assert_eq!(live(&mut known, &abroad).telling, Telling::Aloud);
    assert_eq!(live(&mut known, &later(abroad, Duration::from_hours(1))).telling, Telling::Nothing);
}

#[test]
fn a_first_vpn_is_told_once_through_whatever_exit() {
    let mut known = household();
    let exit = |place: Place, asn, day| {
        let phone =
            from(at_home(3, pixel()), &format!("198.18.{day}.1"), of_kind(place, NetworkKind::Vpn, asn));
        later(phone, days(day))
    };
    assert_eq!(live(&mut known, &exit(riga(), 9009, 1)).telling, Telling::Aloud);
    assert_eq!(live(&mut known, &exit(porto(), 60068, 2)).telling, Telling::Nothing);
    // A data centre is another cause.
    let hosted =
        later(from(at_home(3, pixel()), "198.19.3.1", of_kind(riga(), NetworkKind::Hosting, 24940)), days(3));
    assert_eq!(live(&mut known, &hosted).telling, Telling::Aloud);
}

#[test]
fn a_denied_place_is_told_again() {
    let mut known = household();
    let abroad = later(from(at_home(3, pixel()), "192.0.2.9", riga()), days(1));
    assert_eq!(live(&mut known, &abroad).telling, Telling::Aloud);
    known.deny(&abroad, Verdict::NewPlace);
    assert_eq!(live(&mut known, &later(abroad, Duration::from_hours(1))).telling, Telling::Aloud);
}

#[test]
fn a_session_that_changes_client_and_place_is_suspicious() {
    let curl = Client { app: Program::parse("curl", Some("8.5")), ..Client::default() };
    let thief = SignIn {
        agent: curl,
        ..from(goes_on(later(at_home(1, firefox("131.0")), days(1))), "192.0.2.9", riga())
    };
    let (verdict, telling, reasons) = told(&household(), &thief);
    assert_eq!((verdict, telling), (Verdict::Suspicious, Telling::Aloud));
    assert_eq!(reasons[0], Reason::ChangedHands);
}

#[test]
fn two_clients_on_one_session_at_once_are_suspicious_also_next_door() {
    let mut known = household();
    was_active_at_home(&mut known, 1);
    let neighbour = SignIn {
        agent: pixel(),
        ..from(goes_on(later(at_home(1, firefox("131.0")), Duration::from_mins(3))), "198.51.100.9", lisbon())
    };
    let (verdict, _, reasons) = told(&known, &neighbour);
    assert_eq!(verdict, Verdict::Suspicious);
    assert_eq!(reasons[0], Reason::TwoHolders);
    // The day after it is still another client on a line where nobody has been.
    let (verdict, _, reasons) = told(&known, &later(neighbour, days(1)));
    assert_eq!(verdict, Verdict::Suspicious);
    assert_eq!(reasons[0], Reason::ChangedHands);
}

#[test]
fn the_same_client_in_two_places_at_once_is_suspicious() {
    let mut known = household();
    was_active_at_home(&mut known, 1);
    let copied =
        from(goes_on(later(at_home(1, firefox("131.0")), Duration::from_mins(30))), "192.0.2.9", riga());
    let (verdict, _, reasons) = told(&known, &copied);
    assert_eq!(verdict, Verdict::Suspicious);
    assert_eq!(reasons[0], Reason::TooFarTooSoon { km: 3108 });
    // Told once, however often it comes, until somebody answers.
    assert_eq!(live(&mut known, &copied).telling, Telling::Aloud);
    assert_eq!(live(&mut known, &later(copied.clone(), Duration::from_mins(1))).telling, Telling::Nothing);
    known.confirm(&copied);
    assert_eq!(
        live(&mut known, &later(copied, Duration::from_mins(2))).familiarity.verdict,
        Verdict::Familiar
    );
}

#[test]
fn a_second_theft_is_told_while_the_first_waits_for_its_answer() {
    let mut known = household();
    let curl = Client { app: Program::parse("curl", Some("8.5")), ..Client::default() };
    let thief = SignIn { agent: curl, ..goes_on(later(at_home(1, firefox("131.0")), days(1))) };
    let at_riga = |after| from(later(thief.clone(), after), "192.0.2.9", riga());
    let through_a_data_centre = |address, after| {
        from(later(thief.clone(), after), address, of_kind(lisbon(), NetworkKind::Hosting, 64_500))
    };
    let suspicious = |known: &mut Known, sign_in: &SignIn| {
        let judged = live(known, sign_in);
        assert_eq!(judged.familiarity.verdict, Verdict::Suspicious);
        judged.telling
    };
    assert_eq!(suspicious(&mut known, &at_riga(days(0))), Telling::Aloud);
    assert_eq!(suspicious(&mut known, &at_riga(days(3))), Telling::Nothing, "the same");
    // Perhaps the first was the household, which left it at that. This is not.
    let through = |known: &mut Known, address, after| {
        suspicious(known, &through_a_data_centre(address, Duration::from_hours(after)))
    };
    assert_eq!(through(&mut known, "198.51.100.9", 73), Telling::Aloud);
    assert_eq!(through(&mut known, "198.51.101.9", 74), Telling::Nothing, "whose exits are one cause");
    assert_eq!(suspicious(&mut known, &at_riga(days(4))), Telling::Nothing);
    // What nobody answered in a season is over.
    assert_eq!(suspicious(&mut known, &at_riga(days(90))), Telling::Aloud);
}

#[test]
fn a_device_whose_session_was_stolen_stays_the_households() {
    let mut known = household();
    was_active_at_home(&mut known, 1);
    let copied =
        from(goes_on(later(at_home(1, firefox("131.0")), Duration::from_mins(30))), "192.0.2.9", riga());
    live(&mut known, &copied);
    known.deny(&copied, Verdict::Suspicious);
    let real = later(at_home(1, firefox("131.0")), Duration::from_hours(1));
    assert_eq!(live(&mut known, &real).familiarity.verdict, Verdict::Familiar);
}

#[test]
fn an_old_copy_of_a_session_is_suspicious_wherever_the_newer_one_is_not() {
    let mut known = household();
    // A thief with the same browser, the same provider, in the same city, who took the newer token.
    let thiefs = from(goes_on(later(at_home(1, firefox("131.0")), days(1))), "198.51.100.9", lisbon());
    assert_eq!(told(&known, &thiefs).0, Verdict::Familiar);
    known.was_active(device(1), thiefs.at, thiefs.address, &thiefs.place);
    let owners = later(at_home(1, firefox("131.0")), days(2));
    let spent = SignIn { identity: Identity::Spent(device(1)), ..owners };
    let (verdict, telling, reasons) = told(&known, &spent);
    assert_eq!((verdict, telling), (Verdict::Suspicious, Telling::Aloud));
    assert_eq!(reasons[0], Reason::OlderCopy { newer: Some(Area::of(&lisbon())) });
    // Told once, and forgotten with the answer.
    assert_eq!(live(&mut known, &spent).telling, Telling::Aloud);
    assert_eq!(live(&mut known, &later(spent.clone(), Duration::from_mins(1))).telling, Telling::Nothing);
    known.confirm(&spent);
    assert_eq!(told(&known, &later(spent, Duration::from_mins(2))).0, Verdict::Familiar);
}

#[test]
fn a_browser_that_lost_its_newest_cookie_at_home_is_no_thief() {
    let mut known = household();
    was_active_at_home(&mut known, 1);
    let crashed = later(at_home(1, firefox("131.0")), days(1));
    let spent = SignIn { identity: Identity::Spent(device(1)), ..crashed };
    assert_eq!(told(&known, &spent).0, Verdict::Familiar);
}

#[test]
fn a_token_that_only_a_second_holder_can_have_is_suspicious_on_the_households_own_line() {
    let mut known = household();
    was_active_at_home(&mut known, 1);
    let at_home = later(at_home(1, firefox("131.0")), days(1));
    let replayed = SignIn { identity: Identity::Replayed(device(1)), ..at_home };
    let nowhere = SignIn { address: None, ..replayed.clone() };
    for replayed in [replayed, nowhere] {
        let (verdict, telling, reasons) = told(&known, &replayed);
        assert_eq!((verdict, telling), (Verdict::Suspicious, Telling::Aloud));
        assert_eq!(reasons[0], Reason::TwoCopies);
    }
}

#[test]
fn a_new_phone_from_a_backup_changes_hands_at_home_without_alarm() {
    let newer = Client { model: "Pixel 10".into(), ..pixel() };
    let restored = SignIn { agent: newer, ..goes_on(later(at_home(3, pixel()), days(1))) };
    assert_eq!(told(&household(), &restored).0, Verdict::Familiar);
}

#[test]
fn a_trusted_phone_of_the_same_person_explains_a_new_place() {
    let mut known = household();
    let phone = later(from(at_home(3, pixel()), "198.51.100.7", riga()), days(1));
    live(&mut known, &phone);
    known.confirm(&phone);
    let laptop = later(
        from(at_home(1, firefox("131.0")), "192.0.2.7", of_kind(riga(), NetworkKind::Fixed, 9)),
        days(2),
    );
    assert_eq!(told(&known, &laptop).1, Telling::Nothing);
    // Not while the alert about the phone itself waits: both may have been stolen.
    let mut waiting = household();
    assert_eq!(live(&mut waiting, &phone).telling, Telling::Aloud);
    assert_eq!(live(&mut waiting, &laptop).familiarity.verdict, Verdict::NewPlace);
    assert!(waiting.is_told(&riga(), laptop.at), "nobody has answered");
    // Not one that nobody knows, and not for somebody else.
    let another = SignIn { identity: Identity::Secretless(device(77)), ..laptop };
    assert_eq!(told(&known, &another).1, Telling::Aloud);
}

#[test]
fn a_new_home_does_not_learn_strangers_from_afar() {
    let mut known = Known::default();
    live(&mut known, &at_home(1, firefox("131.0")));
    let near = later(stranger(television()), Duration::from_mins(5));
    assert_eq!(live(&mut known, &near).familiarity.verdict, Verdict::Familiar);
    let far = later(from(stranger(pixel()), "192.0.2.9", riga()), Duration::from_mins(9));
    let far = SignIn { identity: Identity::Secretless(device(98)), ..far };
    assert_eq!(told(&known, &far).1, Telling::Aloud);
}

/// A console that signs in at home, which is like no other device.
fn console(id: u128, after: Duration) -> SignIn {
    let games =
        Client { kind: DeviceKind::Console, os: Program::parse("PlayStation 5", None), ..Client::default() };
    SignIn { identity: Identity::Secretless(device(id)), ..later(at_home(id, games), after) }
}

#[test]
fn what_comes_up_on_the_homes_own_line_in_the_first_days_is_learnt_however_many_devices_that_are() {
    let mut known = Known::default();
    live(&mut known, &at_home(1, firefox("131.0")));
    for id in 2..18 {
        let device = console(id, Duration::from_hours(u64::try_from(id).expect("small")));
        let device =
            SignIn { client: Client { model: format!("Model {id}"), ..device.client.clone() }, ..device };
        let judged = live(&mut known, &device);
        assert_eq!(
            (judged.familiarity.verdict, judged.telling),
            (Verdict::Familiar, Telling::Nothing),
            "{id}"
        );
        assert_eq!(judged.familiarity.reasons[0], Reason::StillLearning, "{id}");
    }
    let in_the_house =
        SignIn { address: "192.168.1.9".parse().ok(), place: Place::home_network(), ..console(20, days(2)) };
    assert_eq!(told(&known, &in_the_house).0, Verdict::Familiar);
    assert_eq!(told(&known, &console(21, days(3))).0, Verdict::NewDevice, "it ends");
    known.is_taught = true;
    assert_eq!(told(&known, &console(21, days(1))).0, Verdict::NewDevice, "or somebody ends it");
}

#[test]
fn what_comes_from_near_the_home_is_learnt_for_a_day_or_five_sign_ins_and_told_from_then_on() {
    let mut known = Known::default();
    live(&mut known, &at_home(1, firefox("131.0")));
    let across_the_street = |id, after| from(console(id, after), "198.51.100.9", lisbon());
    assert_eq!(told(&known, &across_the_street(2, Duration::from_hours(23))).0, Verdict::Familiar);
    assert_eq!(told(&known, &across_the_street(2, Duration::from_hours(24))).0, Verdict::NewDevice);
    for id in 2..6 {
        live(&mut known, &console(id, Duration::from_mins(u64::try_from(id).expect("small"))));
    }
    let (verdict, telling, _) = told(&known, &across_the_street(7, Duration::from_mins(9)));
    assert_eq!(verdict, Verdict::NewDevice);
    assert_ne!(telling, Telling::Nothing);
    // A carrier's address is many people's, also where the home was set up through it.
    let mut on_the_road = Known::default();
    let through_a_carrier =
        |sign_in: SignIn| SignIn { place: of_kind(lisbon(), NetworkKind::Mobile, 3243), ..sign_in };
    live(&mut on_the_road, &through_a_carrier(at_home(1, firefox("131.0"))));
    let another = through_a_carrier(console(8, Duration::from_hours(30)));
    assert_eq!(told(&on_the_road, &another).0, Verdict::NewDevice);
}

#[test]
fn without_secrets_a_known_client_on_a_known_line_is_familiar_and_abroad_a_new_place() {
    let mut known = Known::default();
    let untold = |sign_in: SignIn| SignIn { identity: Identity::Unnamed, profile: None, ..sign_in };
    for week in 1..20 {
        known.confirm(&SignIn { at: NOW.before(days(7 * week)), ..untold(at_home(2, television())) });
    }
    known.sign_ins = 20;
    assert_eq!(told(&known, &untold(at_home(2, television()))).0, Verdict::Familiar);
    let abroad = untold(from(at_home(2, television()), "192.0.2.9", riga()));
    assert_eq!(told(&known, &abroad).0, Verdict::NewPlace);
    assert_eq!(told(&known, &untold(at_home(9, firefox("131.0")))).0, Verdict::NewDevice);
}

#[test]
fn a_quieter_budget_never_tells_more() {
    let places = [lisbon(), porto(), riga(), of_kind(riga(), NetworkKind::Vpn, 9009)];
    for place in places {
        let sign_in = from(at_home(3, pixel()), "192.0.2.9", place);
        let telling: Vec<_> =
            Budget::ALL.into_iter().map(|budget| judge(&household(), &sign_in, budget).telling).collect();
        assert!(telling.is_sorted(), "{telling:?}");
    }
}

#[test]
fn what_goes_on_as_before_teaches_nothing_and_a_new_program_or_network_does() {
    let mut known = household();
    let usual = goes_on(at_home(1, firefox("131.0")));
    assert!(known.has_learnt(&usual));
    let player = SignIn { agent: television(), ..usual.clone() };
    let next_door = SignIn { address: "203.0.112.7".parse().ok(), ..usual.clone() };
    for news in [player, next_door] {
        assert!(!known.has_learnt(&news));
        live(&mut known, &news);
    }
    assert!(!known.has_learnt(&goes_on(at_home(9, firefox("131.0")))), "nobody knows that device");
}

/// What is known, with labels in English where it has areas, as form 1 had them.
fn with_labels(known: &Known) -> serde_json::Value {
    fn go(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => {
                if let Some(area) = fields.remove("area") {
                    let area: Area = serde_json::from_value(area).expect("an area");
                    fields.insert("label".into(), crate::words::label(&area).to_string().into());
                }
                fields.values_mut().for_each(go);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(go),
            _ => {}
        }
    }
    let mut written = serde_json::to_value(known).expect("writes");
    go(&mut written);
    written["version"] = 1.into();
    written
}

#[test]
fn what_an_earlier_version_knew_by_labels_is_known_by_what_they_meant() {
    let mut known = household();
    live(&mut known, &from(later(at_home(3, pixel()), days(1)), "192.0.2.9", riga()));
    let vpn = of_kind(riga(), NetworkKind::Vpn, 9009);
    live(&mut known, &from(later(at_home(3, pixel()), days(2)), "198.18.1.1", vpn));
    let in_the_house = from(later(at_home(2, television()), days(2)), "192.168.1.9", Place::home_network());
    live(&mut known, &in_the_house);
    known.deny(&later(at_home(1, firefox("131.0")), days(2)), Verdict::Suspicious);
    let mut before = with_labels(&known);
    let text = before.to_string();
    for label in ["Lisbon, Portugal", "Riga, Latvia", "Home network"] {
        assert!(text.contains(&format!(r#""label":"{label}""#)), "{text}");
    }
    // A place that nothing is known of had no name.
    let denied = &mut before["devices"][0]["last_spot"];
    assert_eq!(*denied, serde_json::json!({}));
    denied["label"] = "".into();
    assert_eq!(serde_json::from_value::<Known>(before).expect("reads"), known);
}
