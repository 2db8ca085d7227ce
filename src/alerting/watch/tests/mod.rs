//! The watch before a real home, with a notifier that writes down what a person would be told.

mod in_turn;
mod missed;
mod moving;
mod on_hold;
mod telling;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;

use super::*;
use crate::access::asking::Asking;
use crate::alerting::{Buttons, Tapped};
use crate::app::{App, Parts};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::home::here::Here;
use crate::model::{Answer, DeclaredDevice, ProfileKind, Secret, SessionId};
use crate::wire::{
    AlertAnswer, AlertSettingsChange, NewProfile, ProfileChoice, Proof, SetupRequest, SignInRequest, SignedIn,
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Addresses of the demonstration's places.
const LISBON: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));
const RIGA: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 201));

/// The program that the household uses.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// What the household's home is called at the seat.
const HOME: &str = "http://nas:8470/";

#[derive(Debug, PartialEq)]
enum Told {
    Shown(Notice),
    Settled(Notice),
    Withdrawn(NoticeId),
}

/// Writes down what a person would be told.
struct Recorder(UnboundedSender<Told>);

#[async_trait]
impl Notifier for Recorder {
    async fn show(&self, notice: Notice) {
        self.0.send(Told::Shown(notice)).unwrap();
    }

    async fn settle(&self, notice: Notice) {
        self.0.send(Told::Settled(notice)).unwrap();
    }

    async fn withdraw(&self, notice: &NoticeId) {
        self.0.send(Told::Withdrawn(notice.clone())).unwrap();
    }

    fn problem(&self) -> Option<String> {
        None
    }
}

/// A real home with a household of two, and the seat of whoever watches.
struct Household {
    app: App,
    _folder: tempfile::TempDir,
    first: SignedIn,
    seen: Mutex<HashMap<SessionId, Here>>,
}

impl Household {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/places.mmdb");
        let config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            geoip: vec![places],
            ..Config::in_folder(folder.path())
        };
        let app = App::start(config, Parts::default()).await.unwrap();
        let profile = |name: &str, kind| NewProfile::of(name, kind);
        let request = SetupRequest {
            code: app.setup_code().unwrap(),
            login: "home".into(),
            password: "correct horse".into(),
            profiles: vec![profile("Ana", ProfileKind::Adult), profile("Tiago", ProfileKind::Kids)],
            device: None,
        };
        let first = here(&app, None).set_up(request).await.unwrap();
        let household = Self { app, _folder: folder, first, seen: Mutex::default() };
        household.choose(&household.first, ProfileKind::Adult).await;
        let taught = AlertSettingsChange {
            end_learning: true,
            proof: Proof { pin: None, password: Some("correct horse".into()) },
            ..AlertSettingsChange::default()
        };
        household.as_seen_by(&household.first).change_alert_settings(taught).await.unwrap();
        household
    }

    /// The home as a device sees it.
    fn as_seen_by(&self, device: &SignedIn) -> Here {
        // One each: it goes on with the newer token that a choice brings.
        let mut seen = self.seen.lock().unwrap();
        let new = || here(&self.app, Some(&device.token));
        seen.entry(device.session_id).or_insert_with(new).clone()
    }

    async fn sign_in(&self, name: &str) -> SignedIn {
        self.sign_in_again(name, None).await
    }

    async fn sign_in_again(&self, name: &str, device_secret: Option<String>) -> SignedIn {
        self.sign_in_from(HERE, name, device_secret).await
    }

    async fn sign_in_from(&self, address: IpAddr, name: &str, device_secret: Option<String>) -> SignedIn {
        let device = DeclaredDevice { name: Some(name.into()), ..DeclaredDevice::default() };
        let request = SignInRequest {
            login: "home".into(),
            password: "correct horse".into(),
            device_secret,
            device: Some(device),
        };
        let asked = from(&self.app, address, None);
        let signed_in = asked.sign_in(request).await.unwrap();
        let here = from(&self.app, address, Some(&signed_in.token));
        self.seen.lock().unwrap().insert(signed_in.session_id, here);
        signed_in
    }

    /// Signs in a device of Ana's, and says so. Answers with its token besides.
    async fn sign_in_familiar(&self, address: IpAddr, name: &str) -> (SignedIn, String) {
        let device = self.sign_in_from(address, name, None).await;
        self.answer_all(Answer::Me).await;
        let token = self.choose(&device, ProfileKind::Adult).await;
        (device, token)
    }

    /// What waits is answered by the first device.
    async fn answer_all(&self, answer: Answer) {
        let home = self.as_seen_by(&self.first);
        let open = AlertQuery { state: Some(AlertState::Open), ..AlertQuery::default() };
        for alert in home.alerts(open).await.unwrap().alerts {
            home.answer_alert(alert.id, AlertAnswer { answer }).await.unwrap();
        }
    }

    async fn choose(&self, device: &SignedIn, kind: ProfileKind) -> String {
        let profile = device.profiles.iter().find(|profile| profile.kind == kind).unwrap();
        let choice = ProfileChoice::of(profile.id);
        let fresh = self.as_seen_by(device).choose_profile(choice).await.unwrap();
        fresh.token.unwrap_or_else(|| device.token.clone())
    }

    /// That a device is signed in as ever.
    async fn is_signed_in(&self, device: &SignedIn) {
        self.as_seen_by(device).session().await.unwrap();
    }
}

fn here(app: &App, token: Option<&str>) -> Here {
    from(app, HERE, token)
}

fn from(app: &App, address: IpAddr, token: Option<&str>) -> Here {
    app.here(asking(address, FIREFOX, token))
}

fn asking(address: IpAddr, user_agent: &str, token: Option<&str>) -> Asking {
    Asking {
        token: token.map(Secret::received),
        address: Some(address),
        user_agent: Some(user_agent.into()),
        ..Asking::default()
    }
}

/// Where somebody sits and watches; another home may be put there.
struct Desk {
    at: Arc<At>,
    changed: watch::Sender<u64>,
    told: UnboundedReceiver<Told>,
    taps: mpsc::Sender<Tap>,
    opened: mpsc::Receiver<AlertId>,
    running: JoinHandle<()>,
}

struct At {
    now: Mutex<HomeAt>,
    /// How often it was asked.
    asked: watch::Sender<u32>,
}

#[async_trait]
impl HomeNow for At {
    async fn home(&self) -> Result<HomeAt> {
        self.asked.send_modify(|times| *times += 1);
        Ok(self.now.lock().unwrap().clone())
    }
}

impl Desk {
    fn watching(home: Here) -> Self {
        let now = HomeAt { name: HOME.into(), home: Arc::new(home) };
        let at = Arc::new(At { now: Mutex::new(now), asked: watch::Sender::new(0) });
        let (changed, looked_at) = watch::channel(0);
        let (told_in, told) = mpsc::unbounded_channel();
        let (taps, tapped) = mpsc::channel(4);
        let (opened_in, opened) = mpsc::channel(4);
        let running = tokio::spawn(run(Watch {
            home: Arc::<At>::clone(&at),
            changed: looked_at,
            notifier: Arc::new(Recorder(told_in)),
            taps: tapped,
            opened: opened_in,
            words: Words::new(Arc::new(SystemClock), TimeZone::UTC),
        }));
        Self { at, changed, told, taps, opened, running }
    }

    async fn shown(&mut self) -> Notice {
        match self.told.recv().await {
            Some(Told::Shown(notice)) => notice,
            other => panic!("not shown but {other:?}"),
        }
    }

    /// The same, where the old notice may be taken out of sight before it.
    async fn shown_beside_withdrawal(&mut self, old: &NoticeId) -> Notice {
        loop {
            match self.told.recv().await {
                Some(Told::Shown(notice)) => return notice,
                Some(Told::Withdrawn(id)) if id == *old => {}
                other => panic!("not shown but {other:?}"),
            }
        }
    }

    async fn settled(&mut self) -> Notice {
        match self.told.recv().await {
            Some(Told::Settled(notice)) => notice,
            other => panic!("not settled but {other:?}"),
        }
    }

    async fn withdrawn(&mut self) -> NoticeId {
        match self.told.recv().await {
            Some(Told::Withdrawn(notice)) => notice,
            other => panic!("not withdrawn but {other:?}"),
        }
    }

    async fn tap(&self, notice: &NoticeId, what: Tapped) {
        self.taps.send(Tap { notice: notice.clone(), what }).await.unwrap();
    }

    /// The desk looks at a home from now on; the watch is not told yet.
    fn look_at(&self, name: &str, home: impl Home + 'static) -> HomeAt {
        let now = HomeAt { name: name.into(), home: Arc::new(home) };
        std::mem::replace(&mut *self.at.now.lock().unwrap(), now)
    }

    fn change(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// The same, and the watch is told.
    fn move_to(&self, name: &str, home: impl Home + 'static) {
        self.look_at(name, home);
        self.change();
    }
}
