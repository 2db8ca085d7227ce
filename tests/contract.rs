//! One contract for a home, wherever it is: every operation behaves the same on this computer and over HTTP, and what it refuses
//! with is the same to the last field.

mod support;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use latchkey::access::asking::Asking;
use latchkey::error::ErrorBody;
use latchkey::home::Home;
use latchkey::home::there::There;
use latchkey::model::{
    AlertState, Answer, DeclaredDevice, DeviceKind, HistoryKind, ProfileId, ProfileKind, Secret, StepKind,
    StepState, Verdict,
};
use latchkey::wire::{
    ActivityReport, AlertAnswer, AlertQuery, AlertSettingsChange, AnswerEffect, CodeAnswer, CodeDecision,
    DeviceChange, DeviceQuery, DrillState, DrillStepKind, Event, EventKind, HistoryQuery, HomeNetworkChange,
    NewClaim, NewProfile, NextSteps, NoAddress, PairingAnswer, PairingFinish, PairingState, PasswordChange,
    ProfileChange, ProfileChoice, Proof, SessionProof, SettingsChange, SetupRequest, SignInRequest,
    SignOutEffect, SignOutMany, SignedIn, StepSkip,
};
use support::{PASSWORD, TestHome};

/// How a home is reached: with a token, or without.
struct Reach<'a> {
    home: &'a TestHome,
    over_http: bool,
}

impl Reach<'_> {
    fn with(&self, token: Option<&str>) -> Arc<dyn Home> {
        let token = token.map(Secret::received);
        if self.over_http {
            Arc::new(There::new(self.home.address().parse().expect("a URL"), token))
        } else {
            let address = "127.0.0.1".parse().ok();
            Arc::new(self.home.app.here(Asking { token, address, ..Asking::default() }))
        }
    }

    async fn sign_in(&self, name: &str) -> (SignedIn, Arc<dyn Home>) {
        // A pace of one device a minute keeps clear of the limits, which have tests of their own.
        self.home.clock.advance(Duration::from_mins(1));
        let signed_in = self.with(None).sign_in(request(name, PASSWORD)).await.expect("signs in");
        let home = self.with(Some(&signed_in.token));
        (signed_in, home)
    }
}

fn password() -> Proof {
    Proof { password: Some(PASSWORD.into()), ..Proof::default() }
}

fn request(name: &str, password: &str) -> SignInRequest {
    SignInRequest {
        login: "ANA".into(),
        password: password.into(),
        device_secret: None,
        device: Some(DeclaredDevice {
            name: Some(name.into()),
            kind: Some(DeviceKind::Tv),
            ..DeclaredDevice::default()
        }),
    }
}

async fn set_up(reach: &Reach<'_>) -> (SignedIn, Arc<dyn Home>) {
    let nobody = reach.with(None);
    assert!(!nobody.status().await.expect("status").set_up);
    assert_eq!(code_of(nobody.session().await), "not_signed_in");
    assert_eq!(code_of(nobody.sign_in(request("TV", PASSWORD)).await), "setup_required");
    let request = |code: &str, kind| SetupRequest {
        code: code.into(),
        login: "Ana".into(),
        password: PASSWORD.into(),
        profiles: vec![NewProfile::of("Ana", kind)],
        device: None,
    };
    let code = reach.home.app.setup_code().expect("a set-up code");
    assert_eq!(code_of(nobody.set_up(request("BCDF-GHJK", ProfileKind::Adult)).await), "wrong_setup_code");
    assert_eq!(code_of(nobody.set_up(request(&code, ProfileKind::Kids)).await), "invalid_input");
    let signed_in = nobody.set_up(request(&code, ProfileKind::Adult)).await.expect("sets up");
    assert_eq!(code_of(nobody.set_up(request(&code, ProfileKind::Adult)).await), "already_set_up");
    let home = reach.with(Some(&signed_in.token));
    // What was tried so far no longer counts towards the limits, and the home has learnt what is usual.
    reach.home.clock.advance(support::LEARNING);
    (signed_in, home)
}

thread_local! {
    /// What the home at hand refused with so far.
    static REFUSED: RefCell<Vec<ErrorBody>> = const { RefCell::new(Vec::new()) };
}

fn refusal_of<T>(result: latchkey::error::Result<T>) -> ErrorBody {
    let Err(error) = result else { panic!("it was accepted") };
    let body = error.to_wire();
    REFUSED.with_borrow_mut(|refused| refused.push(body.clone()));
    body
}

fn code_of<T>(result: latchkey::error::Result<T>) -> String {
    refusal_of(result).error
}

/// What was refused, without what differs between two homes that were made alike: whose id is named.
fn refused() -> Vec<ErrorBody> {
    let mut refused = REFUSED.take();
    for body in &mut refused {
        // That one is named, and that it is the right one, the test says.
        body.profile_id = body.profile_id.map(|_| nobodys_id());
    }
    refused
}

fn nobodys_id() -> ProfileId {
    "00000000-0000-7000-8000-000000000000".parse().expect("an id")
}

/// Runs a part of the contract on both kinds of home, and compares what they refused with.
macro_rules! contract {
    ($($name:ident($reach:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn hold($reach: Reach<'_>) $body

            #[tokio::test]
            async fn here_and_there() {
                let home = TestHome::start().await;
                hold(Reach { home: &home, over_http: false }).await;
                let here = refused();
                eprintln!("held here; now there");
                let home = TestHome::start().await;
                hold(Reach { home: &home, over_http: true }).await;
                assert_eq!(here, refused());
            }
        }
    )+};
}

contract! {
    errors_come_whole(reach) {
        let (_, owner) = set_up(&reach).await;
        let nobody = reach.with(None);
        let rui = NewProfile {
            pin: Some("2580".into()), password: Some(PASSWORD.into()), ..NewProfile::of("Rui", ProfileKind::Adult)
        };
        let rui = owner.create_profile(rui).await.expect("makes a profile").answer;
        let choice = ProfileChoice { pin: Some("2580".into()), ..ProfileChoice::of(rui.id) };
        owner.choose_profile(choice).await.expect("chooses");
        reach.home.clock.advance(Duration::from_mins(6));

        let too_many = DeviceQuery { limit: Some(1000), ..DeviceQuery::default() };
        let invalid = refusal_of(owner.devices(too_many).await);
        assert_eq!((invalid.error.as_str(), invalid.field.as_deref()), ("invalid_input", Some("limit")));
        let unproven = refusal_of(owner.delete_profile(rui.id).await);
        assert_eq!((unproven.error.as_str(), unproven.profile_id), ("proof_required", Some(rui.id)));
        assert_eq!(unproven.proof, Some(vec!["pin".to_owned(), "password".to_owned()]));
        for _ in 0..5 {
            refusal_of(nobody.sign_in(request("TV", "wrong one")).await);
        }
        let waits = refusal_of(nobody.sign_in(request("TV", PASSWORD)).await);
        assert_eq!((waits.error.as_str(), waits.retry_after_s), ("too_many_attempts", Some(30)));
        let nowhere = "00000000-0000-7000-8000-000000000000".parse().expect("an id");
        let missing = refusal_of(owner.device(nowhere).await);
        assert_eq!((missing.error.as_str(), missing.message.as_str()), ("not_found", "There is no such device."));
    }

    the_homes_time_zone_is_shown_set_taken_back_and_refused_when_unknown(reach) {
        let (_, owner) = set_up(&reach).await;
        let asked = |zone: Option<&str>| AlertSettingsChange {
            settings: SettingsChange { time_zone: Some(zone.map(str::to_owned)), ..SettingsChange::default() },
            proof: password(),
            ..AlertSettingsChange::default()
        };
        let before = owner.alert_settings().await.expect("settings");
        assert_eq!((before.settings.time_zone, before.time_zone.as_str()), (None, "Europe/Lisbon"));
        let changed = owner.change_alert_settings(asked(Some("Europe/Riga"))).await.expect("changes");
        assert_eq!(changed.time_zone, "Europe/Riga");
        let refused = owner.change_alert_settings(asked(Some("Mars/Olympus_Mons"))).await;
        assert_eq!(code_of(refused), "invalid_input");
        assert_eq!(owner.alert_settings().await.expect("settings"), changed);
        let back = owner.change_alert_settings(asked(None)).await.expect("changes");
        assert_eq!((back.settings.time_zone, back.time_zone.as_str()), (None, "Europe/Lisbon"));
    }

    a_device_signs_in_is_listed_and_is_signed_out(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, television) = reach.sign_in("Living-room TV").await;
        let page = owner.devices(DeviceQuery::default()).await.expect("devices");
        assert_eq!(page.devices.len(), 2);
        assert!(page.devices[0].current && page.devices[0].signed_in);
        assert_eq!(page.devices[0].familiarity.verdict, Verdict::Familiar);
        assert_eq!((page.devices[1].name.as_str(), page.devices[1].kind), ("Living-room TV", DeviceKind::Tv));
        assert!(!page.devices[1].current);

        assert_eq!(television.session().await.expect("a session").device_id, tv.device_id);
        let first = owner.sign_out_device(tv.device_id).await.expect("signs out");
        assert_eq!(first.effect, SignOutEffect::SignedOut);
        assert_eq!(code_of(television.session().await), "session_ended");
        assert_eq!(code_of(television.devices(DeviceQuery::default()).await), "session_ended");
        let again = owner.sign_out_device(tv.device_id).await.expect("signs out again");
        assert_eq!(again.effect, SignOutEffect::AlreadySignedOut);
        assert_eq!(again.ended_at, first.ended_at);
        let detail = owner.device(tv.device_id).await.expect("the device outlives its session");
        assert!(!detail.device.signed_in);
        assert!(detail.history.iter().any(|line| line.kind == HistoryKind::SignOut));
    }

    the_device_secret_makes_it_the_same_device_again(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, television) = reach.sign_in("TV").await;
        let request = SignInRequest { device_secret: Some(tv.device_secret.clone()), ..request("TV", PASSWORD) };
        let again = reach.with(None).sign_in(request).await.expect("signs in");
        assert_eq!(again.device_id, tv.device_id);
        assert_ne!(again.session_id, tv.session_id);
        assert_eq!(code_of(television.session().await), "session_ended");
        assert_eq!(owner.devices(DeviceQuery::default()).await.expect("devices").devices.len(), 2);
        let (other, _) = reach.sign_in("TV").await;
        assert_ne!(other.device_id, tv.device_id);
    }

    several_or_all_devices_are_signed_out_at_once(reach) {
        let (me, owner) = set_up(&reach).await;
        let (one, first) = reach.sign_in("One").await;
        let (two, second) = reach.sign_in("Two").await;
        let (_, third) = reach.sign_in("Three").await;
        let ids = Some(vec![one.device_id, two.device_id, one.device_id]);
        let some = SignOutMany { ids, ..SignOutMany::default() };
        let report = owner.sign_out_devices(some).await.expect("signs out").answer;
        assert_eq!(report.results.len(), 2);
        assert!(report.results.iter().all(|result| result.effect == SignOutEffect::SignedOut));
        assert_eq!(code_of(first.session().await), "session_ended");
        assert_eq!(code_of(second.session().await), "session_ended");
        third.session().await.expect("the third one stays");

        let all = |include_current| SignOutMany { all: Some(true), include_current, ..SignOutMany::default() };
        let fresh = owner.sign_out_devices(all(None)).await.expect("signs out");
        let report = &fresh.answer;
        assert_eq!(report.results.len(), 1);
        assert_eq!(code_of(third.session().await), "session_ended");
        owner.session().await.expect("this one stays, with a newer token");
        assert_eq!(code_of(reach.with(Some(&me.token)).session().await), "token_replaced");
        let newer = reach.with(Some(&fresh.token.expect("a newer token")));
        assert_eq!(newer.session().await.expect("goes on").session_id, me.session_id);
        let report = owner.sign_out_devices(all(Some(true))).await.expect("signs out").answer;
        assert_eq!(report.results[0].device_id, me.device_id);
        assert_eq!(code_of(owner.session().await), "session_ended");
        assert_eq!(code_of(reach.with(None).sign_out_devices(SignOutMany::default()).await), "not_signed_in");
    }

    an_unfamiliar_device_makes_an_alert_whose_answer_signs_it_out(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, television) = reach.sign_in("Somebody's TV").await;
        let open = AlertQuery { state: Some(AlertState::Open), ..AlertQuery::default() };
        let alerts = owner.alerts(open.clone()).await.expect("alerts").alerts;
        assert_eq!(alerts.len(), 1);
        let alert = &alerts[0];
        assert_eq!((alert.session_id, alert.verdict), (tv.session_id, Verdict::NewDevice));
        assert!(alert.signed_in);

        let not_me = AlertAnswer { answer: Answer::NotMe };
        let outcome = owner.answer_alert(alert.id, not_me).await.expect("answers");
        assert_eq!(outcome.effect, AnswerEffect::SignedOut);
        assert!(!outcome.alert.signed_in);
        assert_eq!(code_of(television.session().await), "session_ended");
        let again = owner.answer_alert(alert.id, not_me).await.expect("answers again");
        assert_eq!(again.effect, AnswerEffect::AlreadyAnswered);
        let me = owner.answer_alert(alert.id, AlertAnswer { answer: Answer::Me }).await.expect("thinks again");
        assert_eq!(me.effect, AnswerEffect::FamiliarButSignedOut);
        assert!(owner.alerts(open).await.expect("alerts").alerts.is_empty());
        assert_eq!(owner.alert(alert.id).await.expect("a card").device.id, tv.device_id);
    }

    an_alert_whose_session_ended_otherwise_says_so(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, _) = reach.sign_in("TV").await;
        let alert = owner.alerts(AlertQuery::default()).await.expect("alerts").alerts.remove(0);
        owner.sign_out_device(tv.device_id).await.expect("signs out");
        let outcome = owner.answer_alert(alert.id, AlertAnswer { answer: Answer::NotMe }).await.expect("answers");
        assert_eq!(outcome.effect, AnswerEffect::AlreadySignedOut);
    }

    a_kids_profile_reaches_nothing_of_the_management(reach) {
        let (_, owner) = set_up(&reach).await;
        let leo = NewProfile::of("Leo", ProfileKind::Kids);
        let leo = owner.create_profile(leo).await.expect("makes a profile").answer;
        let (tv, child) = reach.sign_in("TV").await;
        let choice = ProfileChoice::of(leo.id);
        let session = child.choose_profile(choice).await.expect("chooses").answer;
        assert!(!session.may_manage && !session.new_badge && session.open_alerts == 0);
        assert_eq!(code_of(child.devices(DeviceQuery::default()).await), "kids_profile");
        assert_eq!(code_of(child.device(tv.device_id).await), "kids_profile");
        assert_eq!(code_of(child.change_device(tv.device_id, DeviceChange { name: "x".into() }).await), "kids_profile");
        assert_eq!(code_of(child.sign_out_device(tv.device_id).await), "kids_profile");
        let all = SignOutMany { all: Some(true), ..SignOutMany::default() };
        assert_eq!(code_of(child.sign_out_devices(all).await), "kids_profile");
        assert_eq!(code_of(child.alerts(AlertQuery::default()).await), "kids_profile");
        assert_eq!(code_of(child.history(HistoryQuery::default()).await), "kids_profile");
        assert_eq!(code_of(child.change_profile(leo.id, ProfileChange { kind: Some(ProfileKind::Adult), ..ProfileChange::default() }).await), "kids_profile");
        assert_eq!(code_of(child.delete_profile(leo.id).await), "kids_profile");
        assert_eq!(code_of(child.mark_badge_seen().await), "kids_profile");
        assert_eq!(code_of(child.pending_code("BCDFGHJK".into()).await), "kids_profile");
        assert_eq!(code_of(child.geo_status().await), "kids_profile");
        assert_eq!(code_of(child.update_geo().await), "kids_profile");
        assert_eq!(code_of(child.events().await), "kids_profile");
        let change = PasswordChange {
            current_password: PASSWORD.into(), new_password: "new password".into(), sign_out_everything_else: true,
        };
        assert_eq!(code_of(child.change_password(change).await), "kids_profile");
        child.report_activity(ActivityReport { title: Some("Moles".into()), state: None }).await.expect("may watch");
        child.profiles().await.expect("may choose somebody else");
        child.sign_out_here().await.expect("may sign itself out");
    }

    a_profile_with_a_pin_asks_for_it(reach) {
        let (_, owner) = set_up(&reach).await;
        let rui = NewProfile { pin: Some("2580".into()), ..NewProfile::of("Rui", ProfileKind::Adult) };
        assert_eq!(code_of(owner.create_profile(rui.clone()).await), "proof_required");
        let rui = NewProfile { password: Some(PASSWORD.into()), ..rui };
        let rui = owner.create_profile(rui).await.expect("makes a profile").answer;
        assert!(rui.has_pin);
        // From now on only those with a PIN manage.
        assert_eq!(code_of(owner.devices(DeviceQuery::default()).await), "pin_profile_required");
        let choose = |pin: Option<&str>| ProfileChoice { pin: pin.map(Into::into), ..ProfileChoice::of(rui.id) };
        assert_eq!(code_of(owner.choose_profile(choose(None)).await), "pin_required");
        assert_eq!(code_of(owner.choose_profile(choose(Some("1111"))).await), "wrong_pin");
        let session = owner.choose_profile(choose(Some("2580"))).await.expect("chooses").answer;
        assert_eq!(session.profile.expect("a profile").id, rui.id);
        for _ in 0..5 {
            let _ = owner.choose_profile(choose(Some("1111"))).await;
        }
        assert_eq!(code_of(owner.choose_profile(choose(Some("2580"))).await), "too_many_attempts");
        // Whoever has forgotten it gets by with the password.
        let forgotten = ProfileChoice { password: Some(PASSWORD.into()), ..ProfileChoice::of(rui.id) };
        let fresh = owner.choose_profile(forgotten).await.expect("chooses");
        let owner = match fresh.token.as_deref() {
            Some(token) => reach.with(Some(token)),
            None => owner,
        };
        reach.home.clock.advance(Duration::from_mins(5));
        let no_pin = ProfileChange { pin: Some(String::new()), ..ProfileChange::default() };
        assert_eq!(code_of(owner.change_profile(rui.id, no_pin.clone()).await), "proof_required");
        assert_eq!(code_of(owner.delete_profile(rui.id).await), "proof_required");
        let wrong = SessionProof { proof: Proof { password: Some("not this one".into()), pin: None }, profile_id: None };
        assert_eq!(code_of(owner.prove(wrong).await), "wrong_password");
        let fresh = owner.prove(SessionProof { proof: password(), profile_id: None }).await.expect("proves");
        assert_eq!(fresh.answer.good_for_s, 300);
        assert!(!owner.change_profile(rui.id, no_pin).await.expect("changes").answer.has_pin);
        owner.delete_profile(rui.id).await.expect("deletes");
        let ana = owner.profiles().await.expect("profiles").profiles.remove(0);
        assert_eq!(code_of(owner.delete_profile(ana.id).await), "last_adult_profile");
        let kids = ProfileChange { kind: Some(ProfileKind::Kids), ..ProfileChange::default() };
        assert_eq!(code_of(owner.change_profile(ana.id, kids).await), "last_adult_profile");
    }

    the_password_changes_and_everything_else_is_signed_out(reach) {
        let (_, owner) = set_up(&reach).await;
        let (_, television) = reach.sign_in("TV").await;
        let change = |current: &str| PasswordChange {
            current_password: current.into(), new_password: "a better one".into(), sign_out_everything_else: true,
        };
        assert_eq!(code_of(owner.change_password(change("wrong one")).await), "invalid_input");
        television.session().await.expect("nothing changed");
        assert_eq!(owner.change_password(change(PASSWORD)).await.expect("changes").answer.signed_out, 1);
        assert_eq!(code_of(television.session().await), "session_ended");
        owner.session().await.expect("this one stays");
        reach.home.clock.advance(Duration::from_mins(5));
        assert_eq!(code_of(reach.with(None).sign_in(request("TV", PASSWORD)).await), "wrong_credentials");
        reach.with(None).sign_in(request("TV", "a better one")).await.expect("signs in");
        let failed = HistoryQuery { kind: Some(HistoryKind::SignInFailed), ..HistoryQuery::default() };
        assert_eq!(owner.history(failed).await.expect("history").history.len(), 1);
    }

    attempts_are_limited_with_a_clear_message(reach) {
        let (_, _) = set_up(&reach).await;
        let nobody = reach.with(None);
        for _ in 0..5 {
            assert_eq!(code_of(nobody.sign_in(request("TV", "wrong one")).await), "wrong_credentials");
        }
        let refused = nobody.sign_in(request("TV", PASSWORD)).await;
        assert_eq!(refused.as_ref().err().map(latchkey::error::Error::status), Some(429));
        let refused = refusal_of(refused);
        assert_eq!((refused.error.as_str(), refused.retry_after_s), ("too_many_attempts", Some(30)));
        assert!(refused.message.contains("30 seconds"), "{refused:?}");
        reach.home.clock.advance(Duration::from_secs(30));
        nobody.sign_in(request("TV", PASSWORD)).await.expect("signs in");
    }

    the_list_is_filtered_searched_and_paged(reach) {
        let (_, owner) = set_up(&reach).await;
        for name in ["Kitchen radio", "Kitchen TV", "Bedroom TV"] {
            reach.sign_in(name).await;
        }
        let names = |query: DeviceQuery| {
            let owner = Arc::clone(&owner);
            async move {
                let page = owner.devices(query).await.expect("devices");
                page.devices.into_iter().map(|device| device.name).collect::<Vec<_>>()
            }
        };
        let q = |q: &str| DeviceQuery { q: Some(q.into()), ..DeviceQuery::default() };
        assert_eq!(names(q("kitchen")).await, ["Kitchen TV", "Kitchen radio"]);
        assert_eq!(names(q("tv KITCHEN")).await, ["Kitchen TV"]);
        assert!(names(q("nothing like it")).await.is_empty());
        let tvs = DeviceQuery { kind: Some(DeviceKind::Tv), ..DeviceQuery::default() };
        assert_eq!(names(tvs).await.len(), 3);
        let idle = DeviceQuery { idle_days: Some(30), ..DeviceQuery::default() };
        assert!(names(idle.clone()).await.is_empty());
        reach.home.clock.advance(Duration::from_hours(24 * 31));
        owner.session().await.expect("a session");
        assert!(names(idle).await.len() >= 3);

        let (radio, kitchen) = reach.sign_in("Cellar radio").await;
        let ana = owner.profiles().await.expect("profiles").profiles.remove(0);
        kitchen.choose_profile(ProfileChoice::of(ana.id)).await.expect("chooses");
        let anas = DeviceQuery { profile_id: Some(ana.id), ..DeviceQuery::default() };
        assert_eq!(names(anas).await, ["Cellar radio"]);
        owner.sign_out_device(radio.device_id).await.expect("signs out");
        let signed_in = |signed_in| DeviceQuery { signed_in: Some(signed_in), ..DeviceQuery::default() };
        assert_eq!(names(signed_in(false)).await, ["Cellar radio"]);
        assert_eq!(names(signed_in(true)).await.len(), 4);
        let of = |service: &str| DeviceQuery { service: Some(service.into()), ..DeviceQuery::default() };
        assert_eq!(names(of("Latchkey")).await.len(), 5);
        assert!(names(of("films.home.example")).await.is_empty());
        let nowhere = DeviceQuery { country_code: Some("PT".into()), ..DeviceQuery::default() };
        assert!(names(nowhere).await.is_empty());

        for limit in 1..=4 {
            let mut all = Vec::new();
            let mut query = DeviceQuery { limit: Some(limit), ..DeviceQuery::default() };
            loop {
                let page = owner.devices(query.clone()).await.expect("devices");
                assert!(page.devices.len() <= limit as usize);
                all.extend(page.devices.iter().map(|device| device.id));
                match page.next_cursor {
                    Some(cursor) => query.cursor = Some(cursor),
                    None => break,
                }
            }
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 5, "with {limit} a page");
        }
        let broken = DeviceQuery { cursor: Some("x".into()), ..DeviceQuery::default() };
        assert_eq!(code_of(owner.devices(broken).await), "invalid_input");
    }

    what_plays_on_a_device_is_told_until_it_stops_or_falls_silent(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, television) = reach.sign_in("TV").await;
        let says = |state: &str| ActivityReport { title: Some("Moles in Space".into()), state: Some(state.into()) };
        let playing = async || owner.device(tv.device_id).await.expect("a device").device.playing;
        assert!(!playing().await);
        television.report_activity(says("playing")).await.expect("reports");
        assert!(playing().await);
        television.report_activity(says("paused")).await.expect("reports");
        assert!(!playing().await);
        television.report_activity(says("playing")).await.expect("reports");
        reach.home.clock.advance(Duration::from_mins(6));
        assert!(!playing().await, "a television that was switched off goes on playing");
        let named = ActivityReport { title: Some("Moles in Space".into()), state: None };
        television.report_activity(named).await.expect("reports");
        assert!(playing().await);
        owner.sign_out_device(tv.device_id).await.expect("signs out");
        assert!(!playing().await);
    }

    a_device_is_renamed_and_the_name_is_clean(reach) {
        let (_, owner) = set_up(&reach).await;
        let (tv, _) = reach.sign_in("TV \u{202e}gnp.exe").await;
        let before = owner.device(tv.device_id).await.expect("a device").device.name;
        assert_eq!(before, "TV gnp.exe");
        let renamed = owner.change_device(tv.device_id, DeviceChange { name: " Grandma's  TV ".into() }).await;
        assert_eq!(renamed.expect("renames").name, "Grandma's TV");
        let long = DeviceChange { name: "x".repeat(65) };
        assert_eq!(code_of(owner.change_device(tv.device_id, long).await), "invalid_input");
        let own = owner.change_device(tv.device_id, DeviceChange { name: String::new() }).await.expect("renames");
        assert_eq!(own.name, before);
    }

    a_waiting_device_is_let_in_by_its_code(reach) {
        let (_, owner) = set_up(&reach).await;
        let core = reach.home.app.core();
        let asking = Asking {
            address: "127.0.0.1".parse().ok(),
            declared: Some(DeclaredDevice { name: Some("Box".into()), ..DeclaredDevice::default() }),
            ..Asking::default()
        };
        let started = latchkey::access::codes::start(core, &asking).expect("codes");
        let typed = started.user_code.to_lowercase().replace('-', " ");
        let waiting = owner.pending_code(typed.clone()).await.expect("it waits");
        assert_eq!((waiting.device_name.as_str(), &waiting.user_code), ("Box", &started.user_code));
        let answer = CodeAnswer { user_code: typed, decision: CodeDecision::Allow, profile_id: None, proof: password() };
        owner.answer_code(answer.clone()).await.expect("allows");
        assert_eq!(code_of(owner.answer_code(answer).await), "code_not_valid");
        let admitted = latchkey::access::codes::poll(core, asking, &started.device_code).await;
        let token = admitted.map(|admitted| admitted.answer.token).unwrap_or_default();
        let device = reach.with(Some(&token));
        assert_eq!(device.session().await.expect("a session").device_name, "Box");
        assert_eq!(code_of(device.devices(DeviceQuery::default()).await), "profile_required");
    }

    a_phone_is_let_in_by_the_code_it_brings(reach) {
        let (signed_in, owner) = set_up(&reach).await;
        let (phone, nobody) = (reach.with(None), reach.with(Some("nobody's")));
        let shown = owner.start_pairing().await.expect("shows a code");
        assert_eq!((&shown.state, shown.no_address), (&PairingState::Waiting, Some(NoAddress::ListensHereOnly)));
        assert_eq!(code_of(nobody.start_pairing().await), "not_signed_in");
        let device = Some(DeclaredDevice { name: Some("Pocket".into()), ..DeclaredDevice::default() });
        let bring = |code: &str| NewClaim { code: code.into(), device: device.clone() };
        assert_eq!(code_of(phone.claim_pairing(bring("BBBB-BBBB")).await), "pairing_not_valid");
        let claim = phone.claim_pairing(bring(&shown.code)).await.expect("brings it");
        let finish = PairingFinish { claim: claim.claim, device_secret: None };
        assert_eq!(code_of(phone.finish_pairing(finish.clone()).await), "pairing_waits");
        assert_eq!(code_of(phone.finish_pairing(finish.clone()).await), "too_many_attempts");
        let PairingState::Claimed(asks) = owner.pairing(shown.id).await.expect("is there").state else {
            panic!("nobody waits")
        };
        assert_eq!((asks.device_name.as_str(), &asks.digits), ("Pocket", &claim.digits));
        let allow = PairingAnswer {
            decision: CodeDecision::Allow, digits: claim.digits, profile_id: None, proof: password(),
        };
        let unproven = PairingAnswer { proof: Proof::default(), ..allow.clone() };
        assert_eq!(code_of(owner.answer_pairing(shown.id, unproven).await), "proof_required");
        let answered = owner.answer_pairing(shown.id, allow.clone()).await.expect("allows");
        assert_eq!(answered.state, PairingState::Allowed);
        assert_eq!(code_of(owner.answer_pairing(shown.id, allow).await), "pairing_not_valid");
        let paired = phone.finish_pairing(finish.clone()).await.expect("is let in");
        assert_ne!(paired.device_id, signed_in.device_id);
        assert_eq!(code_of(phone.finish_pairing(finish).await), "pairing_not_valid");
        let is_in = PairingState::LetIn { device_id: paired.device_id };
        assert_eq!(owner.pairing(shown.id).await.expect("is there").state, is_in);
        let paired = reach.with(Some(&paired.token));
        assert_eq!(paired.session().await.expect("a session").device_name, "Pocket");
        assert_eq!(code_of(paired.pairing(shown.id).await), "profile_required");
    }

    two_devices_that_use_one_code_are_both_refused(reach) {
        let (_, owner) = set_up(&reach).await;
        let somebody = reach.with(None);
        let shown = owner.start_pairing().await.expect("shows a code");
        let bring = || NewClaim { code: shown.code.clone(), device: None };
        let claim = somebody.claim_pairing(bring()).await.expect("brings it");
        assert_eq!(code_of(somebody.claim_pairing(bring()).await), "pairing_spoiled");
        let finish = PairingFinish { claim: claim.claim, device_secret: None };
        assert_eq!(code_of(somebody.finish_pairing(finish).await), "pairing_spoiled");
        let shown = owner.start_pairing().await.expect("shows a code");
        let bring = NewClaim { code: shown.code, device: None };
        let claim = somebody.claim_pairing(bring).await.expect("brings it");
        let deny = PairingAnswer {
            decision: CodeDecision::Deny, digits: String::new(), profile_id: None, proof: Proof::default(),
        };
        assert_eq!(owner.answer_pairing(shown.id, deny).await.expect("denies").state, PairingState::Denied);
        let finish = PairingFinish { claim: claim.claim, device_secret: None };
        assert_eq!(code_of(somebody.finish_pairing(finish).await), "pairing_denied");
        let nobodys = "00000000-0000-7000-8000-000000000000".parse().expect("an id");
        assert_eq!(code_of(owner.pairing(nobodys).await), "not_found");
    }

    changes_are_told_as_they_happen_until_the_session_ends(reach) {
        let (_, owner) = set_up(&reach).await;
        let (listener, listening) = reach.sign_in("Listener").await;
        // That a device was active is told once a second, whenever that falls: it may stand between any two.
        let is_activity = |event: &Event| matches!(event.kind, EventKind::DeviceChanged { .. });
        let events = listening.events().await.expect("events");
        let mut events = events.filter(|event| std::future::ready(!is_activity(event)));
        let (tv, _) = reach.sign_in("TV").await;
        let next = events.next().await.expect("an event").kind;
        assert_eq!(next, EventKind::SignedIn { device_id: tv.device_id, session_id: tv.session_id });
        assert!(matches!(events.next().await.expect("an event").kind, EventKind::AlertRaised { device_id, .. } if device_id == tv.device_id));
        owner.sign_out_device(listener.device_id).await.expect("signs out");
        assert_eq!(events.next().await.expect("an event").kind, EventKind::SessionEnded);
        assert!(events.next().await.is_none(), "a signed-out device goes on listening");
        assert_eq!(code_of(listening.events().await), "session_ended");
    }

    what_is_left_is_seen_skipped_and_taken_up_again(reach) {
        let (_, owner) = set_up(&reach).await;
        let state = |steps: &NextSteps, kind| {
            steps.steps.iter().find(|step| step.kind == kind).map(|step| step.state).expect("a step")
        };
        let before = owner.next_steps().await.expect("steps");
        assert!(before.steps.iter().all(|step| step.state == StepState::Open), "{before:?}");
        let skip = |skipped| StepSkip { step: StepKind::Phone, skipped };
        let skipped = owner.skip_step(skip(true)).await.expect("skips");
        assert_eq!(state(&skipped, StepKind::Phone), StepState::Skipped);
        assert_eq!(owner.next_steps().await.expect("steps"), skipped);
        assert_eq!(owner.skip_step(skip(false)).await.expect("takes up"), before);
        let (_, child) = reach.sign_in("TV").await;
        assert_eq!(state(&owner.next_steps().await.expect("steps"), StepKind::Tv), StepState::Works);
        let leo = owner.create_profile(NewProfile::of("Leo", ProfileKind::Kids)).await.expect("makes a profile").answer;
        child.choose_profile(ProfileChoice::of(leo.id)).await.expect("chooses");
        assert_eq!(code_of(child.next_steps().await), "kids_profile");
        assert_eq!(code_of(child.skip_step(skip(true)).await), "kids_profile");
    }

    a_home_listens_on_the_home_network_by_a_button(reach) {
        let (_, owner) = set_up(&reach).await;
        let off = owner.home_network().await.expect("told");
        assert!(!off.on && off.fixed.is_none() && off.addresses.is_empty(), "{off:?}");
        assert_eq!(off.no_address, Some(NoAddress::ListensHereOnly));
        let switch = |on, proof| HomeNetworkChange { on, proof };
        assert_eq!(code_of(owner.set_home_network(switch(true, Proof::default())).await), "proof_required");
        assert_eq!(code_of(owner.set_home_network(switch(true, password())).await), "no_home_network");
        assert_eq!(owner.home_network().await.expect("told"), off);
        reach.home.lan.is_at(&["127.0.0.2"]);
        let on = owner.set_home_network(switch(true, password())).await.expect("listens");
        let address = format!("http://127.0.0.2:{}", reach.home.app.address().port());
        assert_eq!((on.on, &on.addresses, on.no_address), (true, &vec![address], None));
        assert_eq!(owner.home_network().await.expect("told"), on);
        assert_eq!(owner.set_home_network(switch(false, password())).await.expect("closes"), off);
        let (_, child) = reach.sign_in("TV").await;
        let leo = owner.create_profile(NewProfile::of("Leo", ProfileKind::Kids)).await.expect("makes a profile").answer;
        child.choose_profile(ProfileChoice::of(leo.id)).await.expect("chooses");
        assert_eq!(code_of(child.home_network().await), "kids_profile");
        assert_eq!(code_of(child.set_home_network(switch(true, password())).await), "kids_profile");
    }

    a_fire_drill_is_begun_once_shown_and_ended(reach) {
        let (_, owner) = set_up(&reach).await;
        assert_eq!(owner.drill().await.expect("a drill").state, DrillState::Never);
        assert_eq!(code_of(owner.start_drill().await), "proof_required");
        let fresh = owner.prove(SessionProof { proof: password(), profile_id: None }).await.expect("proves");
        let owner = match fresh.token.as_deref() {
            Some(token) => reach.with(Some(token)),
            None => owner,
        };
        let begun = owner.start_drill().await.expect("begins");
        assert_eq!(begun.state, DrillState::Waiting);
        assert_eq!(code_of(owner.start_drill().await), "drill_under_way");
        owner.end_drill().await.expect("ends");
        support::eventually("nothing is left", async || {
            let drill = owner.drill().await.expect("a drill");
            let is_removed = drill.steps.iter().any(|step| step.kind == DrillStepKind::Removed);
            (drill.state == DrillState::Cancelled && is_removed).then_some(())
        })
        .await;
        owner.end_drill().await.expect("is over already");
        assert_eq!(owner.devices(DeviceQuery::default()).await.expect("devices").devices.len(), 1);
        let leo = owner.create_profile(NewProfile::of("Leo", ProfileKind::Kids)).await.expect("makes a profile").answer;
        let (_, child) = reach.sign_in("TV").await;
        child.choose_profile(ProfileChoice::of(leo.id)).await.expect("chooses");
        assert_eq!(code_of(child.start_drill().await), "kids_profile");
        assert_eq!(code_of(child.drill().await), "kids_profile");
        assert_eq!(code_of(child.end_drill().await), "kids_profile");
    }

    the_new_badge_goes_for_everybody_once_somebody_looked(reach) {
        let (_, owner) = set_up(&reach).await;
        let (_, television) = reach.sign_in("TV").await;
        assert!(owner.session().await.expect("a session").new_badge);
        owner.mark_badge_seen().await.expect("looks");
        assert!(!owner.session().await.expect("a session").new_badge);
        assert!(!television.session().await.expect("a session").new_badge);
    }
}
