//! Sign-ins at services, against what is on record: whatever the order of looks, sign-outs, answers and crashes, what is shown is what the
//! service last said and what was asked of it. Looks are made up here; that real servers are read so is for `tests/services.rs`.

mod support;

#[path = "watched/answered.rs"]
mod answered;
#[path = "watched/joined.rs"]
mod joined;
#[path = "watched/order.rs"]
mod order;
#[path = "watched/removed.rs"]
mod removed;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use latchkey::access::Core;
use latchkey::access::asking::Asking;
use latchkey::access::services::ending::{self, Came};
use latchkey::access::services::take_in;
use latchkey::access::telling::Outcome;
use latchkey::app::{self, Parts};
use latchkey::clock::ManualClock;
use latchkey::config::Config;
use latchkey::familiarity::thresholds::LEARN_FOR;
use latchkey::home::Home;
use latchkey::home::here::Here;
use latchkey::model::{
    JobState, Nature, ProfileKind, Promise, Secret, Service, ServiceId, ServiceState, SessionId, Timestamp,
};
use latchkey::random::SeededRandom;
use latchkey::services::{FailedSignIn, Look, Person, SignIn, Trouble};
use latchkey::wire::{
    AlertQuery, Device, DeviceQuery, DeviceSession, HistoryQuery, NewProfile, Proof, ServiceChange,
    SessionProof, SessionState, SetupRequest, SignOutEffect, SignOutMany, SignedIn,
};
use proptest::prelude::*;
use support::{LOGIN, PASSWORD};

const AT_HOME: &str = "192.168.1.20";

/// A home that nobody listens at, which watches one service that nobody reads.
struct Watching {
    core: Arc<Core>,
    clock: Arc<ManualClock>,
    owner: SignedIn,
    /// Its device, which goes on with the newer token that an answer brings.
    here: Here,
    id: ServiceId,
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

impl Watching {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
        let core = open(folder.path(), &clock, 1).await;
        let request = SetupRequest {
            code: core.setup_code.reveal(&*core.clock, &*core.random).expect("a code"),
            login: LOGIN.into(),
            password: PASSWORD.into(),
            profiles: vec![
                NewProfile::of("Ana", ProfileKind::Adult),
                NewProfile::of("Mia", ProfileKind::Adult),
            ],
            device: None,
        };
        let owner = Here::new(Arc::clone(&core), from(None)).set_up(request).await.expect("sets up");
        clock.advance(LEARN_FOR);
        let account_id = core.store.first_account().await.expect("reads").expect("an account").id;
        let id = ServiceId::new(&*core.clock, &*core.random);
        let service = Service {
            id,
            account_id,
            kind: "jellyfin".into(),
            name: "Films".into(),
            url: "http://127.0.0.1:9".into(),
            pin: None,
            server: None,
            version: None,
            state: ServiceState::Ok,
            detail: None,
            added_at: core.now(),
            last_read_at: None,
            paused_at: None,
            is_gone_through: false,
            cursor: None,
        };
        let turn = core.store.turn().await;
        core.store.write_service(&turn, &service, None).await.expect("writes");
        drop(turn);
        let here = Here::new(Arc::clone(&core), from(Some(owner.token.clone())));
        Self { core, clock, owner, here, id, folder }
    }

    fn home(&self) -> Here {
        self.here.clone()
    }

    /// Gives the password ahead of what needs it.
    async fn proves(&self) {
        let proof = SessionProof { proof: password(), profile_id: None };
        self.home().prove(proof).await.expect("is right");
    }

    async fn service(&self) -> Service {
        self.core.store.watched_service(self.id).await.expect("reads").expect("is there")
    }

    async fn look(&self, sign_ins: Vec<SignIn>) {
        self.clock.advance(Duration::from_secs(10));
        let look = Look { sign_ins, ..Look::default() };
        let taken = take_in(&self.core, &self.service().await, look, None).await;
        taken.expect("is written").expect("is plausible");
    }

    async fn devices(&self) -> Vec<Device> {
        self.home()
            .devices(DeviceQuery { limit: Some(200), ..DeviceQuery::default() })
            .await
            .expect("a list")
            .devices
    }

    /// The sign-ins at the service that are shown as there, by the service's ids.
    async fn shown(&self) -> BTreeMap<String, DeviceSession> {
        let sessions = self.devices().await.into_iter().flat_map(|device| device.sessions);
        let there =
            sessions.filter(|session| session.service_id.is_some() && session.state != SessionState::Ended);
        there.map(|session| (session.external_id.clone().expect("an id"), session)).collect()
    }

    async fn alerts(&self) -> usize {
        self.home().alerts(AlertQuery::default()).await.expect("alerts").alerts.len()
    }

    async fn sign_out(&self, id: SessionId) -> SignOutEffect {
        let request = SignOutMany { session_ids: Some(vec![id]), ..SignOutMany::default() };
        let report = self.home().sign_out_devices(request).await.expect("is asked").answer;
        report.results[0].sessions.iter().find(|session| session.session_id == id).expect("a line").effect
    }

    /// Ends the home as a power cut would, and opens it again.
    async fn crash(&mut self, seed: u64) {
        self.core.store.close().await;
        self.core = open(self.folder.path(), &self.clock, seed).await;
        self.here = Here::new(Arc::clone(&self.core), from(Some(self.owner.token.clone())));
        latchkey::access::telling::resume(&self.core).await.expect("takes up");
    }
}

fn password() -> Proof {
    Proof { password: Some(PASSWORD.into()), ..Proof::default() }
}

fn from(token: Option<String>) -> Asking {
    Asking { token: token.map(Secret::received), address: AT_HOME.parse().ok(), ..Asking::default() }
}

fn sign_in(id: &str) -> SignIn {
    let mut sign_in = SignIn::of(id, Promise::AtOnce);
    sign_in.client_id = Some(format!("client of {id}"));
    sign_in.person = Some(Person { id: "7".into(), name: "mia".into() });
    sign_in.says.name = Some(format!("Television {id}"));
    sign_in
}

#[tokio::test]
async fn what_was_there_when_a_service_was_added_is_learnt_in_silence_and_what_comes_later_is_told() {
    let home = Watching::new().await;
    home.look(vec![sign_in("a"), sign_in("b")]).await;
    assert_eq!((home.shown().await.len(), home.alerts().await), (2, 0));
    let devices = home.devices().await;
    let mia = devices.iter().find(|device| device.name == "Television a").expect("is listed");
    assert_eq!(mia.profile.as_ref().map(|profile| profile.name.as_str()), Some("Mia"), "matched by the name");
    assert_eq!((mia.service.as_str(), mia.signed_in, mia.sessions.len()), ("Films", true, 1));

    let mut stranger = sign_in("c");
    stranger.address = "203.0.113.77".parse().ok();
    stranger.says.name = Some("Firefox on Windows".into());
    home.look(vec![sign_in("a"), sign_in("b"), stranger.clone()]).await;
    assert_eq!((home.shown().await.len(), home.alerts().await), (3, 1));
    // The same look once more says nothing new, and one that signs in again while it waits is no other alert.
    home.look(vec![sign_in("a"), sign_in("b"), stranger.clone()]).await;
    home.look(vec![sign_in("a"), sign_in("b")]).await;
    stranger.external_id = "c again".into();
    home.look(vec![sign_in("a"), sign_in("b"), stranger]).await;
    assert_eq!((home.shown().await.len(), home.alerts().await), (3, 1));
}

#[tokio::test]
async fn a_client_that_signs_in_again_and_again_or_for_several_people_is_one_device() {
    let home = Watching::new().await;
    let of = |person: &str, id: &str| {
        let mut sign_in = sign_in(id);
        sign_in.client_id = Some("the living room".into());
        sign_in.person = Some(Person { id: person.into(), name: person.into() });
        sign_in
    };
    home.look(vec![of("mia", "mia/tv"), of("leo", "leo/tv")]).await;
    home.look(vec![of("mia", "mia/tv 2"), of("leo", "leo/tv")]).await;
    let devices = home.devices().await;
    let rows: Vec<_> = devices.iter().filter(|device| device.service_id.is_some()).collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let live = rows[0].sessions.iter().filter(|session| session.state == SessionState::Live);
    let people: BTreeSet<_> = live.filter_map(|session| session.person.clone()).collect();
    assert_eq!(people, BTreeSet::from(["leo".to_owned(), "mia".to_owned()]));
}

#[tokio::test]
async fn only_what_is_read_back_as_gone_has_ended() {
    let home = Watching::new().await;
    home.look(vec![sign_in("a"), sign_in("b")]).await;
    let id = home.shown().await["a"].id;
    assert_eq!(home.sign_out(id).await, SignOutEffect::Asked);
    // Asked for twice is asked once.
    assert_eq!(home.sign_out(id).await, SignOutEffect::Asked);
    home.look(vec![sign_in("a"), sign_in("b")]).await;
    let session = home.shown().await["a"].clone();
    assert_eq!((session.state, session.confirmed_at), (SessionState::Asked, None));
    home.look(vec![sign_in("b")]).await;
    let devices = home.devices().await;
    let ended = devices.iter().flat_map(|device| &device.sessions).find(|session| session.id == id);
    let ended = ended.expect("is shown for a day");
    assert_eq!(ended.state, SessionState::Ended);
    assert!(ended.confirmed_at.is_some());
    let history = home.home().history(HistoryQuery::default()).await.expect("history").history;
    let sign_outs = history.iter().filter(|line| line.session_id == Some(id));
    let kinds: Vec<_> = sign_outs.map(|line| line.kind.as_str()).collect();
    assert_eq!(kinds, ["sign_out", "sign_out_asked"], "asked, and then gone, once each");
}

#[tokio::test]
async fn the_homes_own_key_is_never_ended_and_a_programs_only_by_its_name() {
    let home = Watching::new().await;
    let of = |id: &str, nature: Nature| SignIn { nature, ..sign_in(id) };
    let list = || vec![sign_in("a"), of("own", Nature::Own), of("token", Nature::Integration)];
    home.look(list()).await;
    let shown = home.shown().await;
    let request = SignOutMany { all: Some(true), ..SignOutMany::default() };
    home.home().sign_out_devices(request).await.expect("is asked");
    let states = |shown: &BTreeMap<String, DeviceSession>| {
        shown.iter().map(|(id, session)| (id.clone(), session.state)).collect::<Vec<_>>()
    };
    let expected = |token| {
        [("a", SessionState::Asked), ("own", SessionState::Live), ("token", token)]
            .map(|(id, state)| (id.to_owned(), state))
    };
    assert_eq!(states(&home.shown().await), expected(SessionState::Live));
    assert_eq!(home.sign_out(shown["own"].id).await, SignOutEffect::Refused);
    assert_eq!(home.sign_out(shown["token"].id).await, SignOutEffect::Asked);
    assert_eq!(states(&home.shown().await), expected(SessionState::Asked));
}

#[tokio::test]
async fn a_list_that_no_household_has_is_not_taken_in() {
    let home = Watching::new().await;
    home.look(vec![sign_in("a")]).await;
    let service = home.service().await;
    for list in [vec![sign_in("x"), sign_in("x")], vec![sign_in("")], vec![sign_in(&"x".repeat(100_000))]] {
        let look = Look { sign_ins: list, ..Look::default() };
        let taken = take_in(&home.core, &service, look, None).await.expect("no fault of ours");
        assert!(matches!(taken, Err(Trouble::Odd { .. })), "{taken:?}");
    }
    assert_eq!(home.shown().await.into_keys().collect::<Vec<_>>(), ["a"]);
}

#[tokio::test]
async fn sign_ins_that_failed_are_lines_of_the_history_and_a_long_name_is_cut() {
    let home = Watching::new().await;
    let mut long = sign_in("a");
    long.says.name = Some("N".repeat(1_000_000));
    long.person = Some(Person { id: "7".into(), name: "P".repeat(1_000_000) });
    home.look(vec![long.clone()]).await;
    let failed = FailedSignIn {
        id: "1".into(),
        at: home.core.now(),
        person: Some("root\u{202e}".into()),
        address: "203.0.113.9".parse().ok(),
    };
    let look = Look { sign_ins: vec![long], failed: vec![failed], cursor: Some("1".into()) };
    take_in(&home.core, &home.service().await, look, None).await.expect("is written").expect("is plausible");
    let history = home.home().history(HistoryQuery::default()).await.expect("history").history;
    let line = history.iter().find(|line| line.kind.as_str() == "sign_in_failed").expect("a line");
    assert_eq!((line.profile_name.as_deref(), line.address.as_deref()), (Some("root"), Some("203.0.113.9")));
    let device =
        home.devices().await.into_iter().find(|device| device.service_id.is_some()).expect("is listed");
    assert!(device.name.chars().count() <= 64, "{}", device.name.chars().count());
    assert!(device.sessions[0].person.as_ref().is_some_and(|person| person.chars().count() <= 64));
}

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    /// The service says that these are signed in.
    Says(BTreeSet<u8>),
    /// Somebody signs one of them out.
    SignsOut(u8),
    /// The service was asked, says that it is done, and this is what comes of it.
    Answers { gone: bool },
    /// It could not be asked.
    Away,
    /// The power fails.
    Crashes,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => proptest::collection::btree_set(0..5_u8, 0..5).prop_map(Step::Says),
        3 => (0..5_u8).prop_map(Step::SignsOut),
        2 => any::<bool>().prop_map(|gone| Step::Answers { gone }),
        1 => Just(Step::Away),
        1 => Just(Step::Crashes),
    ];
    proptest::collection::vec(step, 1..24)
}

/// What must be shown: the sign-ins that are there, and whether the end of each was asked for.
#[derive(Default)]
struct Model {
    there: BTreeMap<String, bool>,
}

async fn live(steps: Vec<Step>) {
    let mut home = Watching::new().await;
    let mut model = Model::default();
    let name = |number: &u8| format!("sign-in {number}");
    home.look(Vec::new()).await;
    for (round, step) in steps.into_iter().enumerate() {
        match step {
            Step::Says(numbers) => {
                let said: BTreeSet<_> = numbers.iter().map(name).collect();
                home.look(said.iter().map(|id| sign_in(id)).collect()).await;
                model.there.retain(|id, _| said.contains(id));
                for id in said {
                    model.there.entry(id).or_insert(false);
                }
            }
            Step::SignsOut(number) => {
                if let Some(asked) = model.there.get_mut(&name(&number)) {
                    let id = home.shown().await[&name(&number)].id;
                    assert_eq!(home.sign_out(id).await, SignOutEffect::Asked);
                    *asked = true;
                }
            }
            Step::Answers { gone } => {
                for job in home.core.store.due_ends(home.core.now(), 100, &[]).await.expect("jobs") {
                    assert_eq!(job.state, JobState::Waiting);
                    let latchkey::model::JobWork::End { session_id, .. } = job.work else {
                        panic!("{job:?}")
                    };
                    let session = home.core.store.asked_end(session_id).await.expect("reads");
                    let session = session.expect("a job is there for what is to be ended");
                    if gone {
                        let service = home.service().await;
                        ending::confirm(&home.core, &service, &[session_id]).await.expect("is written");
                        model.there.remove(&session.external_id);
                    }
                    let came = if gone { Came::Gone } else { later() };
                    ending::end(&home.core, &[(job, came)]).await.expect("is noted");
                }
            }
            Step::Away => {
                for job in home.core.store.due_ends(home.core.now(), 100, &[]).await.expect("jobs") {
                    ending::end(&home.core, &[(job, later())]).await.expect("is noted");
                }
                home.clock.advance(Duration::from_mins(10));
            }
            Step::Crashes => home.crash(100 + u64::try_from(round).expect("small")).await,
        }
        let shown = home.shown().await;
        let shown: BTreeMap<_, _> =
            shown.into_iter().map(|(id, session)| (id, session.state == SessionState::Asked)).collect();
        assert_eq!(shown, model.there, "in round {round}");
    }
    // Nothing that was asked is lost: each has a job that waits.
    let asked = model.there.values().filter(|asked| **asked).count();
    home.clock.advance(Duration::from_hours(24));
    let due = home.core.store.due_ends(home.core.now(), 100, &[]).await.expect("jobs");
    assert_eq!(due.len(), asked, "{due:?}");
}

fn later() -> Came {
    Came::Later(Outcome::Later { after: None, why: "it cannot be reached".into() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_what_the_service_last_said_and_what_was_asked(steps in steps()) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(live(steps));
    }
}
