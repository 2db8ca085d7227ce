//! What somebody with the password, a code or a token could try so that the household does not notice, or cannot
//! get rid of them.

mod support;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use latchkey::access::admit::{Admitted, Proof, Proven, admit};
use latchkey::access::asking::Asking;
use latchkey::access::caller::{Caller, Manager};
use latchkey::access::codes::NotYet;
use latchkey::access::{Core, alerts, codes, history, password, profiles, sign_in, sign_out};
use latchkey::error::Error;
use latchkey::home::Home;
use latchkey::model::{AlertState, Answer, HistoryKind, ProfileKind, Secret, Verdict};
use latchkey::wire::{
    self, AlertQuery, AnswerEffect, CodeAnswer, CodeDecision, EventKind, HistoryQuery, NewProfile,
    PasswordChange, ProfileChange, ProfileChoice, SignInRequest,
};
use support::{LOGIN, PASSWORD, TestHome, eventually};

/// An address on the internet; without a place database, an unknown place.
const ABROAD: &str = "203.0.113.50";
/// The household's own network.
const AT_HOME: &str = "192.168.1.20";

fn from(address: &str) -> Asking {
    Asking { address: address.parse().ok(), ..Asking::default() }
}

async fn signs_in(home: &TestHome, address: &str, device_secret: Option<&str>) -> Admitted {
    home.clock.advance(Duration::from_mins(1));
    let request = SignInRequest {
        login: LOGIN.into(),
        password: PASSWORD.into(),
        device_secret: device_secret.map(str::to_owned),
        device: None,
    };
    sign_in::sign_in(home.app.core(), from(address), request).await.expect("signs in")
}

fn manager(admitted: &Admitted) -> Manager {
    Caller::of(Arc::clone(&admitted.session), None).manager().expect("manages")
}

/// The household's own device, which made the account.
async fn household() -> (TestHome, Manager) {
    let (home, owner) = TestHome::with_account().await;
    let token = owner.cookie("latchkey_session").expect("signed in");
    let asking = Asking { token: Some(Secret::received(token)), ..from(AT_HOME) };
    let caller = latchkey::access::check::check(home.app.core(), &asking).await.expect("is signed in");
    (home, caller.manager().expect("manages"))
}

async fn open_alerts(core: &Core, household: &Manager) -> Vec<wire::Alert> {
    let open = AlertQuery { state: Some(AlertState::Open), ..AlertQuery::default() };
    alerts::list(core, household, open).await.expect("alerts").alerts
}

fn password() -> wire::Proof {
    wire::Proof { password: Some(PASSWORD.into()), ..wire::Proof::default() }
}

fn new_password(current: &str) -> PasswordChange {
    PasswordChange {
        current_password: current.into(),
        new_password: "another row of words".into(),
        sign_out_everything_else: true,
    }
}

#[tokio::test]
async fn signing_in_a_second_time_does_not_silence_the_alert() {
    let (home, household) = household().await;
    let core = home.app.core();
    let first = signs_in(&home, ABROAD, None).await;
    let again = signs_in(&home, ABROAD, Some(&first.answer.device_secret)).await;
    assert_eq!(again.answer.device_id, first.answer.device_id);

    let waiting = open_alerts(core, &household).await;
    assert_eq!(waiting.len(), 1, "one alert for one cause: {waiting:?}");
    assert!(waiting[0].signed_in, "the alert is about the session that is alive");
    let outcome = alerts::answer(core, &household, waiting[0].id, Answer::NotMe).await.expect("answers");
    assert_eq!(outcome.effect, AnswerEffect::SignedOut);
    assert!(again.session.has_ended());

    // Nor does coming back after having been sent away.
    signs_in(&home, ABROAD, Some(&first.answer.device_secret)).await;
    let waiting = open_alerts(core, &household).await;
    assert_eq!((waiting.len(), waiting[0].verdict), (1, Verdict::NewDevice));
}

#[tokio::test]
async fn whoever_comes_back_after_being_signed_out_from_the_list_is_told_anew() {
    let (home, household) = household().await;
    let core = home.app.core();
    let first = signs_in(&home, ABROAD, None).await;
    // From the list and not from the alert, which nobody has answered.
    sign_out::device(core, &household, first.answer.device_id).await.expect("signs out");
    let again = signs_in(&home, ABROAD, Some(&first.answer.device_secret)).await;
    let waiting = open_alerts(core, &household).await;
    let about_it = waiting.iter().filter(|alert| alert.session_id == again.answer.session_id).count();
    assert_eq!(about_it, 1, "an alert of its own: {waiting:?}");
}

#[tokio::test]
async fn a_stranger_cannot_say_that_it_was_them() {
    let (home, household) = household().await;
    let core = home.app.core();
    let stranger = signs_in(&home, ABROAD, None).await;
    let accomplice = signs_in(&home, ABROAD, None).await;
    for alert in open_alerts(core, &household).await {
        for who in [&stranger, &accomplice] {
            let answered = alerts::answer(core, &manager(who), alert.id, Answer::Me).await;
            assert_eq!(answered.expect_err("refused").code(), "not_familiar");
        }
    }
    let mine = open_alerts(core, &household).await.remove(0);
    alerts::answer(core, &household, mine.id, Answer::Me).await.expect("the household may");
    // Whom the household knows may speak for others.
    let other = open_alerts(core, &household).await.remove(0);
    let known = if mine.device_id == stranger.answer.device_id { &stranger } else { &accomplice };
    let token = Some(Secret::received(known.answer.token.clone()));
    let caller = home.app.here(Asking { token, ..from(ABROAD) }).caller().await.expect("is signed in");
    let known = caller.manager().expect("manages");
    alerts::answer(core, &known, other.id, Answer::Me).await.expect("a familiar device may");
}

#[tokio::test]
async fn a_code_allowed_by_somebody_who_was_signed_out_is_no_good() {
    let (home, household) = household().await;
    let core = home.app.core();
    let stranger = signs_in(&home, ABROAD, None).await;
    let started = codes::start(core, &from(ABROAD)).expect("codes");
    let allow = CodeAnswer {
        user_code: started.user_code,
        decision: CodeDecision::Allow,
        profile_id: None,
        proof: password(),
    };
    codes::answer(core, &manager(&stranger), allow).await.expect("allows their own television");
    let changed = password::change(core, &household, new_password(PASSWORD)).await.expect("changes").answer;
    assert_eq!(changed.signed_out, 1);
    let refused = codes::poll(core, from(ABROAD), &started.device_code).await;
    assert!(matches!(refused, Err(NotYet::Denied)), "the stranger's television is in");
}

#[tokio::test]
async fn a_password_that_was_checked_before_it_changed_lets_nobody_in_after() {
    let (home, household) = household().await;
    let core = home.app.core();
    let account_id = household.account_id();
    let before = core.store.credentials(account_id).await.expect("reads").expect("an account");
    password::change(core, &household, new_password(PASSWORD)).await.expect("changes");
    let proven = Proven {
        account: before.account,
        proof: Proof::Password { checked: before.password_hash },
        profile: None,
        expires_at: None,
    };
    let refused = admit(core, from(ABROAD), proven).await.err().expect("refused");
    assert_eq!(refused.code(), "wrong_credentials");
}

#[tokio::test]
async fn a_stream_that_nobody_reads_ends_with_its_session_all_the_same() {
    let (home, household) = household().await;
    let core = home.app.core();
    let stranger = signs_in(&home, ABROAD, None).await;
    let token = Some(Secret::received(stranger.answer.token.clone()));
    let here = home.app.here(Asking { token, ..from(ABROAD) });
    let events = here.events().await.expect("events");
    sign_out::device(core, &household, stranger.answer.device_id).await.expect("signs out");
    // More than a listener may be behind: the event of its own sign-out is lost to it.
    for _ in 0..3000 {
        let changed = EventKind::DeviceChanged { device_id: household.device_id() };
        core.announcer.announce(&*core.clock, household.account_id(), changed);
    }
    let heard: Vec<_> = events.map(|event| event.kind).take(5).collect().await;
    assert_eq!(heard, [EventKind::SessionEnded]);
}

#[tokio::test]
async fn a_child_who_takes_over_hears_nothing_of_the_management() {
    let (home, household) = household().await;
    let core = home.app.core();
    let tablet = signs_in(&home, AT_HOME, None).await;
    let token = Some(Secret::received(tablet.answer.token.clone()));
    let here = home.app.here(Asking { token, ..from(AT_HOME) });
    let mut events = here.events().await.expect("events");
    let leo = here.profiles().await.expect("profiles").profiles;
    let leo = leo.into_iter().find(|profile| profile.name == "Leo").expect("a child");
    let choice = ProfileChoice::of(leo.id);
    here.choose_profile(choice).await.expect("chooses");
    assert_eq!(
        here.events().await.err().map(|error| error.code().to_owned()).as_deref(),
        Some("kids_profile")
    );
    signs_in(&home, ABROAD, None).await;
    sign_out::device(core, &household, tablet.answer.device_id).await.expect("signs out");
    let mut heard = Vec::new();
    while let Some(event) = events.next().await {
        heard.push(event.kind);
    }
    assert_eq!(heard, [], "it ends with the token it began with");
}

#[tokio::test]
async fn one_session_cannot_take_every_place_among_the_listeners() {
    let (home, household) = household().await;
    let stranger = signs_in(&home, ABROAD, None).await;
    let token = Some(Secret::received(stranger.answer.token.clone()));
    let here = home.app.here(Asking { token, ..from(ABROAD) });
    let mut streams = Vec::new();
    let refused = loop {
        match here.events().await {
            Ok(stream) => streams.push(stream),
            Err(error) => break error,
        }
        assert!(streams.len() < 100, "there is no end to it");
    };
    assert!(matches!(refused, Error::Busy));
    streams.pop();
    drop(here.events().await.expect("one was closed"));
    assert!(!household.caller().session.has_ended());
}

#[tokio::test]
async fn what_a_signed_out_session_asked_for_is_not_changed_afterwards() {
    let (home, household) = household().await;
    let core = home.app.core();
    let stranger = manager(&signs_in(&home, ABROAD, None).await);
    sign_out::device(core, &household, stranger.device_id()).await.expect("signs out");
    let ana = core.store.profiles(household.account_id()).await.expect("profiles").remove(0);
    let kids = ProfileChange {
        kind: Some(ProfileKind::Kids),
        password: Some(PASSWORD.into()),
        ..ProfileChange::default()
    };
    let bob = NewProfile {
        pin: Some("1234".into()),
        password: Some(PASSWORD.into()),
        ..NewProfile::of("Bob", ProfileKind::Adult)
    };
    let refused = [
        profiles::change(core, &stranger, ana.id, kids).await.map(drop),
        profiles::create(core, &stranger, bob).await.map(drop),
        profiles::delete(core, &stranger, ana.id).await,
    ];
    for outcome in refused {
        assert_eq!(outcome.expect_err("refused").code(), "session_ended");
    }
    assert_eq!(core.store.profiles(household.account_id()).await.expect("profiles").len(), 3);
}

#[tokio::test]
async fn a_profile_with_a_pin_is_not_handed_over_by_code() {
    let (home, household) = household().await;
    let core = home.app.core();
    let profiles = core.store.profiles(household.account_id()).await.expect("profiles");
    let marta = profiles.iter().find(|profile| profile.name.as_str() == "Marta").expect("there is Marta");
    let pin = ProfileChange {
        pin: Some("2468".into()),
        password: Some(PASSWORD.into()),
        ..ProfileChange::default()
    };
    profiles::change(core, &household, marta.id, pin).await.expect("gives her a PIN");
    let started = codes::start(core, &from(AT_HOME)).expect("codes");
    let allow = CodeAnswer {
        user_code: started.user_code,
        decision: CodeDecision::Allow,
        profile_id: Some(marta.id),
        proof: password(),
    };
    let refused = codes::answer(core, &household, allow).await.expect_err("refused");
    assert!(refused.to_string().contains("Marta has a PIN"), "{refused}");
}

#[tokio::test]
async fn a_profile_that_got_a_pin_after_it_was_handed_over_is_chosen_on_the_device() {
    let (home, household) = household().await;
    let core = home.app.core();
    let profiles = core.store.profiles(household.account_id()).await.expect("profiles");
    let named =
        |name: &str| profiles.iter().find(|profile| profile.name.as_str() == name).expect("is there").id;
    for (name, change, stays) in [
        ("Ana", ProfileChange { name: Some("Anna".into()), ..ProfileChange::default() }, true),
        ("Leo", ProfileChange { kind: Some(ProfileKind::Adult), ..ProfileChange::default() }, false),
        ("Marta", ProfileChange { pin: Some("2468".into()), ..ProfileChange::default() }, false),
    ] {
        let started = codes::start(core, &from(AT_HOME)).expect("codes");
        let allow = CodeAnswer {
            user_code: started.user_code,
            decision: CodeDecision::Allow,
            profile_id: Some(named(name)),
            proof: password(),
        };
        // As the home itself does it, whose token does not change with what it changes.
        let household = Caller::of(Arc::clone(&household.caller().session), from(AT_HOME).address);
        let household = household.manager().expect("manages");
        codes::answer(core, &household, allow).await.expect("allows it");
        let change = ProfileChange { password: Some(PASSWORD.into()), ..change };
        profiles::change(core, &household, named(name), change).await.expect("changes");
        let admitted = codes::poll(core, from(AT_HOME), &started.device_code).await.expect("is let in");
        assert_eq!(admitted.session.profile().is_some(), stays, "{name}");
    }
}

/// Begins with something, and hangs up at once.
async fn hangs_up(asked: impl Future) {
    let mut asked = std::pin::pin!(asked);
    let answered = futures_util::poll!(&mut asked).is_ready();
    assert!(!answered, "nobody hangs up on an answer");
}

#[tokio::test]
async fn whoever_hangs_up_cuts_no_change_in_two_and_their_wrong_guess_counts() {
    let (home, household) = household().await;
    let core = home.app.core();
    let profiles = core.store.profiles(household.account_id()).await.expect("profiles");
    let marta = profiles.iter().find(|profile| profile.name.as_str() == "Marta").expect("is there").id;
    let household = Caller::of(Arc::clone(&household.caller().session), from(AT_HOME).address);
    let household = household.manager().expect("manages");
    // The only adult with a PIN goes, and with her what keeps those without one from managing.
    let pin = ProfileChange {
        pin: Some("2468".into()),
        password: Some(PASSWORD.into()),
        ..ProfileChange::default()
    };
    profiles::change(core, &household, marta, pin).await.expect("gives her a PIN");
    assert!(household.caller().session.is_guarded());
    let choice = ProfileChoice { pin: Some("2468".into()), ..ProfileChoice::of(marta) };
    profiles::choose(core, household.caller(), choice).await.expect("chooses her");
    hangs_up(profiles::delete(core, &household, marta)).await;
    eventually("others manage again", async || (!household.caller().session.is_guarded()).then_some(()))
        .await;
    let left = core.store.profiles(household.account_id()).await.expect("profiles");
    assert_eq!(left.len(), 2, "and she is gone");

    let stranger = manager(&signs_in(&home, ABROAD, None).await);
    let wrong = PasswordChange { current_password: "not this one".into(), ..new_password(PASSWORD) };
    hangs_up(password::change(core, &stranger, wrong)).await;
    let guesses = HistoryQuery { kind: Some(HistoryKind::WrongPin), ..HistoryQuery::default() };
    eventually("the guess is in the history", async || {
        let page = history::list(core, &household, guesses.clone()).await.expect("the history");
        (page.history.len() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn one_network_cannot_take_every_place_of_those_who_wait_with_a_code() {
    let (home, _) = household().await;
    let core = home.app.core();
    let mut given = 0;
    let refused = loop {
        home.clock.advance(Duration::from_secs(10));
        match codes::start(core, &from(ABROAD)) {
            Ok(_) => given += 1,
            Err(error) => break error,
        }
        assert!(given < 200, "there is no end to it");
    };
    assert!(matches!(refused, Error::Busy), "{refused}");
    codes::start(core, &from("198.51.100.9")).expect("another household's television");
}
