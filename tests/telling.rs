//! What is to be told outside of the house: written with its cause, carried out until it is done, and answered by a button that can
//! sign out and nothing else. Without a courier: what it would be handed is taken by the tests.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use latchkey::access::asking::Asking;
use latchkey::access::caller::Manager;
use latchkey::access::telling::{self, Due, Outcome, Say};
use latchkey::access::{Core, actions, alerts, channels, profiles, sign_out};
use latchkey::app::{self, Parts};
use latchkey::clock::ManualClock;
use latchkey::config::Config;
use latchkey::familiarity::thresholds::LEARN_FOR;
use latchkey::home::Home;
use latchkey::home::here::Here;
use latchkey::model::{AlertState, Answer, ChannelKind, ChannelState, ProfileKind, Secret, Timestamp};
use latchkey::random::SeededRandom;
use latchkey::wire::{
    ActionAnswer, ActionEffect, AlertQuery, ChannelChange, NewChannel, NewProfile, Proof, PushKeys,
    PushSubscription, SetupRequest, SignInRequest, SignedIn,
};
use support::{LOGIN, PASSWORD};

const AT_HOME: &str = "192.168.1.20";
const ABROAD: &str = "203.0.113.50";

/// A home that nobody listens at.
struct Quiet {
    core: Arc<Core>,
    clock: Arc<ManualClock>,
    owner: SignedIn,
    folder: tempfile::TempDir,
}

async fn open(folder: &Path, clock: &Arc<ManualClock>, seed: u64) -> Arc<Core> {
    let config = Config { listen: "127.0.0.1:0".parse().expect("an address"), ..Config::in_folder(folder) };
    let parts = Parts {
        clock: Arc::clone(clock) as _,
        random: Arc::new(SeededRandom::new(seed)),
        zone: jiff::tz::TimeZone::UTC,
        ..Parts::default()
    };
    app::open(&config, config.listen, parts).await.expect("opens").0
}

impl Quiet {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
        let core = open(folder.path(), &clock, 1).await;
        let request = SetupRequest {
            code: core.setup_code.reveal(&*core.clock, &*core.random).expect("a code"),
            login: LOGIN.into(),
            password: PASSWORD.into(),
            profiles: vec![NewProfile::of("Ana", ProfileKind::Adult)],
            device: None,
        };
        let here = Here::new(Arc::clone(&core), from(AT_HOME, None));
        let owner = here.set_up(request).await.expect("sets up");
        // A new home learns first.
        clock.advance(LEARN_FOR);
        Self { core, clock, owner, folder }
    }

    async fn manager(&self, signed_in: &SignedIn, address: &str) -> Manager {
        let here = Here::new(Arc::clone(&self.core), from(address, Some(signed_in.token.clone())));
        here.caller().await.expect("is in").manager().expect("manages")
    }

    async fn household(&self) -> Manager {
        self.manager(&self.owner, AT_HOME).await
    }

    /// Somebody signs in from abroad, who is told.
    async fn stranger(&self) -> SignedIn {
        self.clock.advance(Duration::from_mins(1));
        let request = SignInRequest {
            login: LOGIN.into(),
            password: PASSWORD.into(),
            device_secret: None,
            device: None,
        };
        Here::new(Arc::clone(&self.core), from(ABROAD, None)).sign_in(request).await.expect("signs in")
    }

    async fn add(&self, new: NewChannel) -> latchkey::wire::ChannelAdded {
        channels::add(&self.core, &self.household().await, new).await.expect("is made")
    }

    /// What is due by now.
    async fn due(&self) -> Vec<Due> {
        telling::begin(&self.core, 100).await.expect("begins")
    }

    async fn one_due(&self) -> Due {
        let mut due = self.due().await;
        assert_eq!(due.len(), 1, "{due:?}");
        due.remove(0)
    }

    async fn end(&self, due: &Due, outcome: Outcome) {
        telling::end(&self.core, &[(due.job.clone(), outcome)]).await.expect("is noted");
    }

    async fn has_ended(&self, signed_in: &SignedIn) -> bool {
        let asking = from(ABROAD, Some(signed_in.token.clone()));
        Here::new(Arc::clone(&self.core), asking).session().await.is_err()
    }

    async fn alert_state(&self) -> AlertState {
        let page =
            alerts::list(&self.core, &self.household().await, AlertQuery::default()).await.expect("alerts");
        page.alerts[0].state
    }

    /// Ends it as a power cut would, and opens it again.
    async fn restarted(self) -> Self {
        let Self { core, clock, owner, folder } = self;
        core.store.close().await;
        drop(core);
        let core = open(folder.path(), &clock, 2).await;
        telling::resume(&core).await.expect("takes up");
        Self { core, clock, owner, folder }
    }
}

fn from(address: &str, token: Option<String>) -> Asking {
    let is_abroad = address == ABROAD;
    let user_agent = if is_abroad {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
    } else {
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15"
    };
    Asking {
        address: address.parse().ok(),
        token: token.map(Secret::received),
        user_agent: Some(user_agent.into()),
        ..Asking::default()
    }
}

fn hook() -> NewChannel {
    NewChannel { url: Some("https://hook.example/latchkey".into()), ..new(ChannelKind::WebHook) }
}

fn new(kind: ChannelKind) -> NewChannel {
    NewChannel {
        kind,
        name: None,
        url: None,
        token: None,
        says: None,
        subscription: None,
        reply_key: None,
        address: None,
        quiet_hours: None,
        time_zone: None,
        proof: Proof { password: Some(PASSWORD.into()), ..Proof::default() },
    }
}

/// The keys of RFC 8291 section 5.
fn push() -> NewChannel {
    let subscription = PushSubscription {
        endpoint: "https://push.example/abc".into(),
        keys: PushKeys {
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
                .into(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
        },
    };
    NewChannel { subscription: Some(subscription), ..new(ChannelKind::WebPush) }
}

fn later() -> Outcome {
    Outcome::Later { after: None, why: "no answer".into() }
}

fn token(due: &Due) -> Secret {
    due.signs_out.clone().expect("a button")
}

#[tokio::test]
async fn an_alert_is_told_through_every_channel_and_once() {
    let home = Quiet::new().await;
    home.add(hook()).await;
    home.add(hook()).await;
    assert!(home.due().await.is_empty());
    home.stranger().await;
    let due = home.due().await;
    assert_eq!(due.len(), 2);
    for due in &due {
        assert!(matches!(due.say, Say::Raised(_)), "{:?}", due.say);
        home.end(due, Outcome::Taken).await;
    }
    home.clock.advance(Duration::from_hours(24));
    assert!(home.due().await.is_empty());
}

#[tokio::test]
async fn what_could_not_be_told_is_told_later_and_says_how_things_stand_then() {
    let home = Quiet::new().await;
    let channel = home.add(hook()).await.channel;
    home.stranger().await;
    for _ in 0..20 {
        let due = home.one_due().await;
        home.end(&due, later()).await;
        assert!(home.due().await.is_empty(), "not at once");
        home.clock.advance(Duration::from_mins(8));
    }
    let shown =
        channels::list(&home.core, &home.household().await).await.expect("channels").channels.remove(0);
    assert_eq!((shown.state, shown.detail.as_deref()), (ChannelState::Late, Some("no answer")));
    assert_eq!(shown.id, channel.id);
    // It may have arrived all the same: whoever heard that it waits hears that it does not.
    let id = alerts::list(&home.core, &home.household().await, AlertQuery::default())
        .await
        .expect("alerts")
        .alerts[0]
        .id;
    alerts::answer(&home.core, &home.household().await, id, Answer::NotMe).await.expect("answers");
    let due = home.one_due().await;
    assert!(matches!(due.say, Say::Settled(_)), "{:?}", due.say);
    assert!(due.signs_out.is_none(), "nothing is left to sign out");
    home.end(&due, Outcome::Taken).await;
    assert!(home.due().await.is_empty());
}

#[tokio::test]
async fn an_alert_that_was_answered_before_anybody_heard_of_it_is_not_told() {
    let home = Quiet::new().await;
    home.add(hook()).await;
    home.stranger().await;
    let id = alerts::list(&home.core, &home.household().await, AlertQuery::default())
        .await
        .expect("alerts")
        .alerts[0]
        .id;
    alerts::answer(&home.core, &home.household().await, id, Answer::NotMe).await.expect("answers");
    assert!(home.due().await.is_empty());
}

#[tokio::test]
async fn an_answer_while_it_is_being_told_is_told_after_it() {
    let home = Quiet::new().await;
    home.add(hook()).await;
    home.stranger().await;
    let due = home.one_due().await;
    let Say::Raised(alert) = &due.say else { panic!("{:?}", due.say) };
    alerts::answer(&home.core, &home.household().await, alert.id, Answer::NotMe).await.expect("answers");
    assert!(home.due().await.is_empty(), "not beside it: the second could overtake the first");
    home.end(&due, Outcome::Taken).await;
    assert!(matches!(home.one_due().await.say, Say::Settled(_)));
}

#[tokio::test]
async fn a_sign_out_elsewhere_changes_what_was_told() {
    let home = Quiet::new().await;
    home.add(hook()).await;
    let stranger = home.stranger().await;
    let due = home.one_due().await;
    home.end(&due, Outcome::Taken).await;
    sign_out::device(&home.core, &home.household().await, stranger.device_id).await.expect("signs out");
    let due = home.one_due().await;
    let Say::Changed(alert) = &due.say else { panic!("{:?}", due.say) };
    assert!(!alert.signed_in && due.signs_out.is_none());
}

#[tokio::test]
async fn what_was_under_way_when_the_home_ended_is_told_again() {
    let home = Quiet::new().await;
    home.add(hook()).await;
    home.stranger().await;
    let before = home.one_due().await;
    let home = home.restarted().await;
    let due = home.one_due().await;
    assert!(due.job.may_have_been_heard());
    home.end(&due, Outcome::Taken).await;
    let home = home.restarted().await;
    assert!(home.due().await.is_empty());
    // The button of the first one may be on somebody's screen.
    let pressed =
        actions::press(&home.core, &token(&before), ActionAnswer::default()).await.expect("is pressed");
    assert_eq!(pressed.effect, ActionEffect::SignedOut);
}

#[tokio::test]
async fn a_clock_that_was_set_back_keeps_nothing_from_being_told() {
    let home = Quiet::new().await;
    home.add(hook()).await;
    home.clock.advance(Duration::from_hours(24 * 7));
    home.stranger().await;
    let due = home.one_due().await;
    home.end(&due, later()).await;
    home.clock.set(Timestamp::from_millis(1_790_000_000_000));
    assert_eq!(home.due().await.len(), 1);
}

#[tokio::test]
async fn a_button_signs_out_once_and_the_alert_goes_on_waiting() {
    let home = Quiet::new().await;
    home.add(hook()).await;
    let stranger = home.stranger().await;
    let due = home.one_due().await;
    let token = token(&due);
    let me = ActionAnswer { answer: Some(Answer::Me) };
    assert_eq!(actions::press(&home.core, &token, me).await.expect_err("refused").code(), "invalid_input");
    actions::look(&home.core, &token).await.expect("shows it");
    assert!(!home.has_ended(&stranger).await, "looking does nothing");
    let pressed = actions::press(&home.core, &token, ActionAnswer::default()).await.expect("is pressed");
    assert_eq!(pressed.effect, ActionEffect::SignedOut);
    assert!(home.has_ended(&stranger).await);
    assert_eq!(home.alert_state().await, AlertState::Open, "whoever reads a message clears nothing away");
    let page =
        alerts::list(&home.core, &home.household().await, AlertQuery::default()).await.expect("alerts");
    let by = page.alerts[0].acted_by.clone().expect("somebody");
    assert_eq!((by.profile_name, by.device_name, by.channel), (None, None, Some(ChannelKind::WebHook)));
    assert_eq!(by.device_id, None, "anybody may have pressed it");
    // The stranger comes back with the password, and the alert with it: the old button is used up.
    let again = home.stranger().await;
    let pressed = actions::press(&home.core, &token, ActionAnswer::default()).await.expect("says so");
    assert_eq!(pressed.effect, ActionEffect::AlreadySignedOut);
    assert!(!home.has_ended(&again).await);
}

#[tokio::test]
async fn a_button_does_nothing_to_what_the_household_has_vouched_for_nor_after_a_week() {
    let home = Quiet::new().await;
    home.add(hook()).await;
    let guest = home.stranger().await;
    let due = home.one_due().await;
    let Say::Raised(alert) = &due.say else { panic!("{:?}", due.say) };
    alerts::answer(&home.core, &home.household().await, alert.id, Answer::Me).await.expect("answers");
    let pressed = actions::press(&home.core, &token(&due), ActionAnswer::default()).await.expect("says so");
    assert_eq!(pressed.effect, ActionEffect::TheirsAfterAll);
    assert!(!home.has_ended(&guest).await);
    home.clock.advance(Duration::from_hours(24 * 7));
    let old = actions::press(&home.core, &token(&due), ActionAnswer::default()).await;
    assert_eq!(old.expect_err("is over").code(), "not_found");
    let made_up = Secret::received("made-up");
    assert_eq!(actions::look(&home.core, &made_up).await.expect_err("nobody made it").code(), "not_found");
}

#[tokio::test]
async fn a_stranger_makes_no_channel_and_removes_none() {
    let home = Quiet::new().await;
    let channel = home.add(hook()).await.channel;
    let stranger = home.stranger().await;
    let stranger = home.manager(&stranger, ABROAD).await;
    let refused = channels::add(&home.core, &stranger, hook()).await;
    assert_eq!(refused.expect_err("refused").code(), "not_familiar");
    let refused = channels::remove(&home.core, &stranger, channel.id).await;
    assert_eq!(refused.expect_err("refused").code(), "not_familiar");
    let silent = ChannelChange { name: Some("mine".into()), proof: hook().proof, ..ChannelChange::default() };
    let refused = channels::change(&home.core, &stranger, channel.id, silent).await;
    assert_eq!(refused.expect_err("refused").code(), "not_familiar");
}

#[tokio::test]
async fn a_browser_hears_only_while_it_is_signed_in_and_never_of_itself() {
    let home = Quiet::new().await;
    let guest = home.stranger().await;
    let alert = alerts::list(&home.core, &home.household().await, AlertQuery::default())
        .await
        .expect("alerts")
        .alerts
        .remove(0);
    alerts::answer(&home.core, &home.household().await, alert.id, Answer::Me).await.expect("answers");
    let theirs = home.manager(&guest, ABROAD).await;
    let channel = channels::add(&home.core, &theirs, push()).await.expect("is made").channel;
    assert_eq!(channel.device_id, guest.device_id);
    // Subscribing anew is no second channel.
    let again = channels::add(&home.core, &theirs, NewChannel { proof: Proof::default(), ..push() }).await;
    assert_eq!(again.expect("is renewed").channel.id, channel.id);
    home.stranger().await;
    let due = home.one_due().await;
    home.end(&due, Outcome::Taken).await;
    sign_out::device(&home.core, &home.household().await, guest.device_id).await.expect("signs out");
    home.stranger().await;
    assert!(home.due().await.is_empty(), "whoever holds that browser now is nobody");
}

#[tokio::test]
async fn what_a_stranger_made_goes_with_them() {
    let home = Quiet::new().await;
    let guest = home.stranger().await;
    let alerts_of = async || {
        alerts::list(&home.core, &home.household().await, AlertQuery::default()).await.expect("alerts").alerts
    };
    let alert = alerts_of().await.remove(0);
    alerts::answer(&home.core, &home.household().await, alert.id, Answer::Me).await.expect("answers");
    channels::add(&home.core, &home.manager(&guest, ABROAD).await, hook()).await.expect("is made");
    // Somebody thinks again.
    alerts::answer(&home.core, &home.household().await, alert.id, Answer::NotMe).await.expect("answers");
    assert!(channels::list(&home.core, &home.household().await).await.expect("channels").channels.is_empty());
}

#[tokio::test]
async fn a_channel_whose_person_is_a_child_now_hears_nothing() {
    let home = Quiet::new().await;
    let owner = home.household().await;
    let ben = profiles::create(&home.core, &owner, NewProfile::of("Ben", ProfileKind::Adult))
        .await
        .expect("is made")
        .answer;
    let here = Here::new(Arc::clone(&home.core), from(AT_HOME, Some(home.owner.token.clone())));
    let fresh = here.choose_profile(latchkey::wire::ProfileChoice::of(ben.id)).await.expect("chooses");
    let token = fresh.token.unwrap_or_else(|| home.owner.token.clone());
    let owner = SignedIn { token, ..home.owner.clone() };
    channels::add(&home.core, &home.manager(&owner, AT_HOME).await, hook()).await.expect("is made");
    let kids = latchkey::wire::ProfileChange {
        kind: Some(ProfileKind::Kids),
        password: Some(PASSWORD.into()),
        ..latchkey::wire::ProfileChange::default()
    };
    profiles::change(&home.core, &home.manager(&owner, AT_HOME).await, ben.id, kids).await.expect("changes");
    home.stranger().await;
    assert!(home.due().await.is_empty());
}

#[tokio::test]
async fn one_that_is_no_more_is_told_nothing_and_a_test_is_given_up_soon() {
    let home = Quiet::new().await;
    let channel = home.add(hook()).await.channel;
    channels::test(&home.core, &home.household().await, channel.id).await.expect("tries");
    for _ in 0..3 {
        let due = home.one_due().await;
        assert!(matches!(due.say, Say::Works));
        home.end(&due, later()).await;
        home.clock.advance(Duration::from_mins(1));
    }
    assert!(home.due().await.is_empty());
    channels::test(&home.core, &home.household().await, channel.id).await.expect("tries");
    let due = home.one_due().await;
    home.end(&due, Outcome::Gone { why: "it is over".into() }).await;
    home.stranger().await;
    assert!(home.due().await.is_empty());
    let shown =
        channels::list(&home.core, &home.household().await).await.expect("channels").channels.remove(0);
    assert_eq!(shown.state, ChannelState::Gone);
}
