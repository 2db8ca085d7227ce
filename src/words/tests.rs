//! Every kind has words, and what earlier versions said in words is data again.

use proptest::prelude::*;
use ts_rs::TS;

use super::{before, label};
use crate::model::{
    AlertKind, Answer, Area, Budget, ChannelKind, DeviceKind, EndedReason, Guess, HistoryDetail, HistoryKind,
    NetworkKind, Part, PlaceScope, ProfileDeed, Reason, SignInMethod, Usual, Verdict,
};

fn said(reason: &Reason) -> String {
    super::reason(reason).to_string()
}

fn located(country_code: &str, name: Option<&str>) -> Area {
    Area::named(PlaceScope::Located, Some(country_code), name, None)
}

/// One of each kind.
fn one_of_each() -> Vec<Reason> {
    let (lisbon, riga) = (located("PT", Some("Lisbon")), located("LV", Some("Riga")));
    let usual = Some(Usual { area: lisbon.clone(), km: Some(3139) });
    let (device_kind, network_kind) = (DeviceKind::Tv, NetworkKind::Vpn);
    let network = Some("Example Networks".to_owned());
    vec![
        Reason::FirstDevice,
        Reason::Confirmed,
        Reason::Unreadable,
        Reason::StillLearning,
        Reason::FamiliarPhoneThere,
        Reason::ChangedHands,
        Reason::TwoHolders,
        Reason::TooFarTooSoon { km: 840 },
        Reason::TwoCopies,
        Reason::OlderCopy { newer: Some(riga.clone()) },
        Reason::SignedInFromHere { device_kind, times: 14 },
        Reason::SignedInElsewhere { device_kind: DeviceKind::Phone, times: 1 },
        Reason::Unanswered,
        Reason::LikeKnown { device_kind, updated: true, unproven: true },
        Reason::FirstOnAccount,
        Reason::HomeNetwork,
        Reason::UsualLine,
        Reason::UsedLine,
        Reason::UsedNetwork { network: "Example Networks".into() },
        Reason::NearHome { area: lisbon.clone() },
        Reason::NearOnNewNetwork { area: lisbon },
        Reason::FirstNear { area: riga.clone(), usual: None },
        Reason::FirstInCountry { area: riga, usual },
        Reason::KnownExit { network_kind, network: network.clone() },
        Reason::NewExit { network_kind, network: network.clone() },
        Reason::LeftTheHouse { device_kind, network },
        Reason::PlaceUnanswered,
        Reason::OnBoard,
        Reason::SignedOthersOut { count: 2 },
        Reason::ChangedPassword,
        Reason::RecoveredPassword,
        Reason::WrongPins { times: 5, profile_name: "Ana".into() },
        Reason::WrongPasswords { times: 5 },
        Reason::AsksToVouch { quiet_days: 30 },
        Reason::Drill,
        Reason::SaidBefore { text: "Something an earlier version said".into() },
        Reason::Unknown,
    ]
}

#[test]
fn every_kind_of_reason_has_words() {
    let said: Vec<_> = one_of_each().iter().map(said).collect();
    assert_eq!(
        said,
        [
            "The first device of this account",
            "Someone in your household said it was them",
            "What was known of this sign-in cannot be read any more",
            "Latchkey is still learning what is usual here",
            "A familiar phone of the same profile is there too",
            "The same sign-in goes on as something else, on no line of your household",
            "Two programs use the same sign-in at once, on two lines",
            "It was about 840 km away too short a time ago to travel here",
            "Two copies of this sign-in are in use: one came back that a newer one had replaced",
            "An older copy of this sign-in came back, on another line than the newer one (Riga, Latvia)",
            "This TV has signed in 14 times from here",
            "This phone has signed in once before, from elsewhere",
            "Nobody has said yet that it is yours",
            "It did not prove to be, but is an update of a TV you have",
            "First time on this account",
            "On your home network",
            "On the connection your household uses most",
            "On a connection your household has used",
            "On Example Networks, a network your household uses",
            "Near Lisbon, Portugal, where your household is",
            "Near Lisbon, Portugal, on a network that is new",
            "First time near Riga, Latvia",
            "First time in Latvia; usually Lisbon, Portugal, about 3,100 km away",
            "Through a VPN (Example Networks), as before",
            "First time through a VPN (Example Networks): where it really is cannot be told",
            "First time on Example Networks, away from home: a TV stays where it was put up",
            "The account was used from there before, and nobody has said yet whether it was you",
            "On board: where it really is cannot be told",
            "This unfamiliar device signed out 2 devices",
            "It changed the password",
            "It chose a new password with a code printed on the home’s own computer",
            "5 wrong PINs for Ana’s profile in a row",
            "5 wrong passwords in a row",
            "It asks to speak for your household, where nobody else was active for 30 days",
            "This is a fire drill: the stranger is made up",
            "Something an earlier version said",
            "For a reason that this version of Latchkey does not know",
        ]
    );
    // A kind that is new must be in the list above: the generated type names each.
    let kinds = Reason::inline(&ts_rs::Config::default()).matches("\"kind\":").count();
    assert_eq!(said.len(), kinds);
}

#[test]
fn every_kind_of_detail_has_words() {
    let details = [
        HistoryDetail::SignedIn { method: SignInMethod::Code },
        HistoryDetail::Ended { reason: EndedReason::TokenReplayed },
        HistoryDetail::Judged { verdict: Verdict::NewPlace },
        HistoryDetail::About { about: AlertKind::WrongPins },
        HistoryDetail::Answered { answer: Answer::Unsure },
        HistoryDetail::Guessed { what: Guess::Pin },
        HistoryDetail::Renamed { name: Some("Ana’s phone".into()) },
        HistoryDetail::Profile { change: ProfileDeed::Created },
        HistoryDetail::Replaces { name: "Ana’s old phone".into() },
        HistoryDetail::Budget { budget: Budget::Quarterly },
        HistoryDetail::Channel { channel: ChannelKind::Ntfy, name: "ntfy.example".into() },
        HistoryDetail::Part { part: Part::Known },
        HistoryDetail::HomeNetwork { on: true },
        HistoryDetail::AtService { name: "Jellyfin in the cellar".into() },
        HistoryDetail::EndedAt { name: "Films".into(), reason: EndedReason::EndedAtService },
        HistoryDetail::SaidBefore { text: "wrong_credentials".into() },
        HistoryDetail::Unknown,
    ];
    let said: Vec<_> = details.iter().map(super::detail).collect();
    assert_eq!(
        said,
        [
            "with a code",
            "because two devices used its sign-in",
            "a place never been at before",
            "somebody keeps guessing",
            "not sure",
            "a PIN",
            "Ana’s phone",
            "added",
            "Ana’s old phone",
            "at most one false alarm in three months",
            "ntfy.example",
            "what was known of the account",
            "on",
            "Jellyfin in the cellar",
            "Films",
            "wrong_credentials",
            "something that this version of Latchkey does not know",
        ]
    );
    let kinds = HistoryDetail::inline(&ts_rs::Config::default()).matches("\"kind\":").count();
    assert_eq!(said.len(), kinds);
}

#[test]
fn what_an_earlier_version_said_is_data_again() {
    for reason in one_of_each() {
        // No earlier version had drills, or said that a place waits: what reads so in its words is none.
        if !matches!(reason, Reason::Unknown | Reason::Drill | Reason::PlaceUnanswered) {
            let read = before::reason(&said(&reason));
            let is_round = matches!(reason, Reason::FirstInCountry { .. });
            assert!(read == reason || is_round, "{reason:?} was read as {read:?}");
        }
    }
    // The figure was rounded when it was said, and a country was all that was said of a place in another one.
    let said = "First time in Portugal; usually Porto Alegre, Brazil, about 8,800 km away";
    let usual = Some(Usual { area: located("BR", Some("Porto Alegre")), km: Some(8800) });
    assert_eq!(before::reason(said), Reason::FirstInCountry { area: located("PT", None), usual });
    let said = "An older copy of this sign-in came back, on another line than the newer one (Home network)";
    let newer = Some(Area { scope: PlaceScope::HomeNetwork, ..Area::default() });
    assert_eq!(before::reason(said), Reason::OlderCopy { newer });
    let said = "First time on another network, away from home: a speaker stays where it was put up";
    let left = Reason::LeftTheHouse { device_kind: DeviceKind::Speaker, network: None };
    assert_eq!(before::reason(said), left);
    assert_eq!(
        before::reason("First time on NOWO, away from home: a toaster stays where it was put up"),
        Reason::SaidBefore {
            text: "First time on NOWO, away from home: a toaster stays where it was put up".into()
        }
    );
}

#[test]
fn a_word_of_the_history_is_read_by_the_kind_of_its_entry() {
    let read = before::detail;
    let said = |text: &str| HistoryDetail::SaidBefore { text: text.to_owned() };
    assert_eq!(
        read(HistoryKind::SignIn, "password"),
        HistoryDetail::SignedIn { method: SignInMethod::Password }
    );
    assert_eq!(read(HistoryKind::WrongPin, "password"), HistoryDetail::Guessed { what: Guess::Password });
    for name in ["password", "not_me", r#"{"kind":"answered","answer":"me"}"#] {
        let renamed = HistoryDetail::Renamed { name: Some(name.to_owned()) };
        assert_eq!(read(HistoryKind::DeviceRenamed, name), renamed);
        assert_eq!(read(HistoryKind::DevicesMerged, name), HistoryDetail::Replaces { name: name.to_owned() });
        assert_eq!(read(HistoryKind::AccountCreated, name), said(name));
    }
    assert_eq!(read(HistoryKind::DeviceRenamed, ""), HistoryDetail::Renamed { name: None });
    let not_me = HistoryDetail::Answered { answer: Answer::NotMe };
    assert_eq!(read(HistoryKind::AlertAnswered, "not_me"), not_me);
    assert_eq!(read(HistoryKind::SignOut, "not_me"), HistoryDetail::Ended { reason: EndedReason::NotMe });
    assert_eq!(
        read(HistoryKind::Alert, "suspicious"),
        HistoryDetail::Judged { verdict: Verdict::Suspicious }
    );
    assert_eq!(read(HistoryKind::Alert, "wrong_pins"), HistoryDetail::About { about: AlertKind::WrongPins });
    assert_eq!(
        read(HistoryKind::ProfileChanged, "created"),
        HistoryDetail::Profile { change: ProfileDeed::Created }
    );
    assert_eq!(
        read(HistoryKind::AlertSettingsChanged, "weekly"),
        HistoryDetail::Budget { budget: Budget::Weekly }
    );
    assert_eq!(read(HistoryKind::SetAside, "settings"), HistoryDetail::Part { part: Part::Settings });
    assert_eq!(read(HistoryKind::AlertAnswered, "open"), said("open"));
}

#[test]
fn what_earlier_versions_said_in_other_words_is_data_again() {
    assert_eq!(before::reason("On the line your household uses most"), Reason::UsualLine);
    assert_eq!(before::reason("On a line your household has used"), Reason::UsedLine);
}

#[test]
fn kilometres_are_said_to_two_or_three_figures() {
    for (km, text) in [(0, "0"), (4, "0"), (844, "840"), (999, "1,000"), (3151, "3,200"), (20_015, "20,000")]
    {
        assert_eq!(super::about_km(km), text);
    }
    assert!(!super::about_km(u32::MAX).is_empty());
}

/// Names as databases, networks and profiles have them, and as nobody should.
fn a_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8})?",
        Just("Washington, D.C.".to_owned()),
        Just("Near Riga; usually Lisbon".to_owned()),
        "\\PC{1,20}",
    ]
}

fn an_area() -> impl Strategy<Value = Area> {
    let scopes =
        [PlaceScope::Located, PlaceScope::HomeNetwork, PlaceScope::ThisComputer, PlaceScope::Unknown];
    let code = proptest::option::of(proptest::sample::select(vec!["PT", "LV", "US", "SG", "QQ"]));
    (proptest::sample::select(scopes.to_vec()), code, proptest::option::of(a_name()))
        .prop_map(|(scope, code, name)| Area::named(scope, code, name.as_deref(), None))
}

fn a_reason() -> impl Strategy<Value = Reason> {
    let usual = proptest::option::of(
        (an_area(), proptest::option::of(0_u32..20_100)).prop_map(|(area, km)| Usual { area, km }),
    );
    let kind = proptest::sample::select(DeviceKind::ALL.to_vec());
    (proptest::sample::select(one_of_each()), an_area(), usual, kind, a_name(), 0_u32..20_100).prop_map(
        |(reason, place, usually, device_kind, name, figure)| match reason {
            Reason::TooFarTooSoon { .. } => Reason::TooFarTooSoon { km: figure },
            Reason::OlderCopy { .. } => Reason::OlderCopy { newer: Some(place) },
            Reason::SignedInFromHere { .. } => Reason::SignedInFromHere { device_kind, times: figure },
            Reason::SignedInElsewhere { .. } => Reason::SignedInElsewhere { device_kind, times: figure },
            Reason::UsedNetwork { .. } => Reason::UsedNetwork { network: name },
            Reason::NearHome { .. } => Reason::NearHome { area: place },
            Reason::NearOnNewNetwork { .. } => Reason::NearOnNewNetwork { area: place },
            Reason::FirstNear { .. } => Reason::FirstNear { area: place, usual: usually },
            Reason::FirstInCountry { .. } => Reason::FirstInCountry { area: place, usual: usually },
            Reason::KnownExit { network_kind, .. } => Reason::KnownExit { network_kind, network: Some(name) },
            Reason::LeftTheHouse { .. } => Reason::LeftTheHouse { device_kind, network: Some(name) },
            Reason::SignedOthersOut { .. } => Reason::SignedOthersOut { count: figure },
            Reason::WrongPins { .. } => Reason::WrongPins { times: figure, profile_name: name },
            Reason::SaidBefore { .. } => Reason::SaidBefore { text: name },
            other => other,
        },
    )
}

proptest! {
    #[test]
    fn whatever_was_said_reads_the_same_once_it_is_data(reason in a_reason()) {
        let text = said(&reason);
        prop_assert_eq!(said(&before::reason(&text)), text);
    }

    #[test]
    fn a_label_that_was_kept_reads_the_same_once_it_is_data(area in an_area()) {
        let kept = label(&area).to_string();
        prop_assert_eq!(label(&Area::from_label(&kept)).to_string(), kept);
    }

    #[test]
    fn a_reason_comes_back_from_the_store_as_it_was(reason in a_reason()) {
        let written = serde_json::to_string(&reason).expect("writes");
        prop_assert_eq!(serde_json::from_str::<Reason>(&written).expect("reads"), reason);
    }
}
