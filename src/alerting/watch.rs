//! Listens to a home on behalf of whoever sits here, tells of unfamiliar sign-ins and carries answers back.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::sync::{mpsc, watch};

use super::{Notifier, Tap, Tapped, Words};
use crate::error::{Error, Result};
use crate::home::Home;
use crate::model::{AlertId, AlertState, Answer, DeviceId, SessionId};
use crate::wire::{AlertAnswer, AlertQuery, Event, EventKind};

/// How long to wait before a home that cannot be reached is asked again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Alerts told of at once when the watch starts or has missed some: more than these are a list, not a notice.
const CATCH_UP: u32 = 3;

/// Knows which home is the one to listen to.
#[async_trait]
pub trait HomeNow: Send + Sync {
    /// The home, as whoever sits here sees it at this moment.
    async fn home(&self) -> Result<Arc<dyn Home>>;
}

/// What a watch needs.
pub struct Watch {
    /// The home to listen to, as it is at the moment.
    pub home: Arc<dyn HomeNow>,
    /// Changes when somebody signs in here, changes profile or moves to another home.
    pub changed: watch::Receiver<u64>,
    /// How to tell.
    pub notifier: Arc<dyn Notifier>,
    /// What is tapped on the notices.
    pub taps: mpsc::Receiver<Tap>,
    /// Where to say that somebody wants to see an alert.
    pub opened: mpsc::Sender<AlertId>,
    /// What to say.
    pub words: Words,
}

/// Watches until nobody can tap any more: while signed in, every unfamiliar sign-in of another device is
/// told and its answer carried back. Nobody signed in, or a kids profile: nothing is told.
pub async fn run(watch: Watch) {
    Watching { watch, told: HashMap::new() }.run().await;
}

struct Watching {
    watch: Watch,
    /// The session each alert in sight is about. Ids only: what they stand for is asked anew.
    told: HashMap<AlertId, SessionId>,
}

/// Why a stretch of listening ended.
enum Pause {
    /// The stream ended or could not be had: ask again later.
    Retry,
    /// Nobody is signed in who may know: wait until that changes.
    UntilChanged,
    /// Somebody signed in or chose another profile: look again at once.
    Changed,
    /// The notifier is gone: nothing is left to do.
    Over,
}

impl Watching {
    async fn run(mut self) {
        loop {
            self.watch.changed.mark_unchanged();
            let pause = match self.watch.home.home().await {
                Ok(home) => self.listen(home.as_ref()).await,
                Err(error) => Err(error),
            }
            .unwrap_or_else(|error| pause_after(&error));
            let ends = match pause {
                Pause::Changed => false,
                Pause::Over => true,
                Pause::Retry => self.rest(Some(RETRY_AFTER)).await,
                Pause::UntilChanged => {
                    self.withdraw_all().await;
                    self.rest(None).await
                }
            };
            if ends {
                return;
            }
        }
    }

    /// Waits until something changed here, or for a time; taps are still answered. True when all is over.
    async fn rest(&mut self, at_most: Option<Duration>) -> bool {
        let enough = async {
            match at_most {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(enough);
        loop {
            tokio::select! {
                () = &mut enough => return false,
                changed = self.watch.changed.changed() => return changed.is_err(),
                tap = self.watch.taps.recv() => match tap {
                    Some(tap) => self.tapped(tap).await,
                    None => return true,
                },
            }
        }
    }

    /// Listens to one stream of events until it ends.
    async fn listen(&mut self, home: &dyn Home) -> Result<Pause> {
        // First the stream, then the look at what is open: an alert raised in between is seen twice, not never.
        let mut events: BoxStream<'static, Event> = home.events().await?;
        let session = home.session().await?;
        if !session.may_manage {
            return Ok(Pause::UntilChanged);
        }
        self.catch_up(home, session.device_id).await?;
        loop {
            tokio::select! {
                event = events.next() => match event.map(|event| event.kind) {
                    None => return Ok(Pause::Retry),
                    Some(EventKind::SessionEnded) => return Ok(Pause::UntilChanged),
                    Some(EventKind::Missed) => self.catch_up(home, session.device_id).await?,
                    Some(kind) => self.happened(home, session.device_id, kind).await?,
                },
                tap = self.watch.taps.recv() => match tap {
                    Some(tap) => self.tapped(tap).await,
                    None => return Ok(Pause::Over),
                },
                changed = self.watch.changed.changed() => {
                    return Ok(if changed.is_ok() { Pause::Changed } else { Pause::Over });
                }
            }
        }
    }

    /// Tells of what is open already, and settles what was answered while nobody listened.
    async fn catch_up(&mut self, home: &dyn Home, this_device: DeviceId) -> Result<()> {
        for id in self.told.keys().copied().collect::<Vec<_>>() {
            self.settle_if_over(home, id).await?;
        }
        let query = AlertQuery { state: Some(AlertState::Open), limit: Some(CATCH_UP), cursor: None };
        for alert in home.alerts(query).await?.alerts.iter().rev() {
            if alert.signed_in && !self.told.contains_key(&alert.id) {
                self.tell(home, this_device, alert.id).await?;
            }
        }
        Ok(())
    }

    async fn happened(&mut self, home: &dyn Home, this_device: DeviceId, kind: EventKind) -> Result<()> {
        match kind {
            EventKind::AlertRaised { alert_id, .. } => self.tell(home, this_device, alert_id).await,
            EventKind::AlertAnswered { alert_id } => self.settle_if_over(home, alert_id).await,
            EventKind::SignedOut { session_id, .. } => {
                let about = self.told.iter().find(|(_, session)| **session == session_id);
                match about.map(|(alert, _)| *alert) {
                    Some(alert_id) => self.settle_if_over(home, alert_id).await,
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Tells of an alert, unless it is about the very device that would show it: whoever holds that one must
    /// not be the one who is asked.
    async fn tell(&mut self, home: &dyn Home, this_device: DeviceId, id: AlertId) -> Result<()> {
        let alert = home.alert(id).await?.alert;
        if alert.state == AlertState::Open && alert.device_id != this_device {
            self.told.insert(id, alert.session_id);
            let quiet_hours = home.alert_settings().await?.settings.quiet_hours;
            self.watch.notifier.show(self.watch.words.raised(&alert, quiet_hours)).await;
        }
        Ok(())
    }

    /// Replaces a notice in sight when its alert was answered elsewhere or its session has ended.
    async fn settle_if_over(&mut self, home: &dyn Home, id: AlertId) -> Result<()> {
        if !self.told.contains_key(&id) {
            return Ok(());
        }
        let alert = home.alert(id).await?.alert;
        if alert.state != AlertState::Open || !alert.signed_in {
            self.told.remove(&id);
            self.watch.notifier.settle(self.watch.words.settled_elsewhere(&alert)).await;
        } else {
            // The device may have signed in again: the alert is about that session now, and ends with it.
            self.told.insert(id, alert.session_id);
        }
        Ok(())
    }

    async fn tapped(&mut self, tap: Tap) {
        let answer = match tap.what {
            Tapped::SignOut => Answer::NotMe,
            Tapped::ItWasMe => Answer::Me,
            Tapped::Open => {
                // Nobody to open it for is no reason to stop telling.
                let _ = self.watch.opened.send(tap.alert_id).await;
                return;
            }
        };
        let answered = match self.watch.home.home().await {
            Ok(home) => home.answer_alert(tap.alert_id, AlertAnswer { answer }).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(outcome) => {
                self.told.remove(&tap.alert_id);
                self.watch.notifier.settle(self.watch.words.answered(&outcome)).await;
            }
            Err(error) => {
                tracing::warn!(code = error.code(), "an answer from a notification did not get through");
                let why = error.to_wire().message;
                self.watch.notifier.show(Words::not_answered(tap.alert_id, &why)).await;
            }
        }
    }

    async fn withdraw_all(&mut self) {
        for (alert, _) in self.told.drain() {
            self.watch.notifier.withdraw(alert).await;
        }
    }
}

/// Nobody signed in and a kids profile are no trouble, only a reason to stay quiet.
fn pause_after(error: &Error) -> Pause {
    match error.status() {
        401 | 403 | 409 => {
            tracing::debug!(code = error.code(), "no alerts are told here for now");
            Pause::UntilChanged
        }
        _ => {
            tracing::warn!(code = error.code(), "cannot listen for alerts; trying again");
            Pause::Retry
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Mutex;

    use jiff::tz::TimeZone;
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
    use tokio::task::JoinHandle;

    use super::super::Notice;
    use super::*;
    use crate::access::asking::Asking;
    use crate::app::{App, Parts};
    use crate::clock::SystemClock;
    use crate::config::Config;
    use crate::familiarity::Settings;
    use crate::home::here::Here;
    use crate::model::{DeclaredDevice, ProfileKind, Secret};
    use crate::wire::{
        AlertSettingsChange, NewProfile, ProfileChoice, SetupRequest, SignInRequest, SignedIn,
    };

    #[derive(Debug, PartialEq)]
    enum Told {
        Shown(Notice),
        Settled(Notice),
        Withdrawn(AlertId),
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

        async fn withdraw(&self, alert: AlertId) {
            self.0.send(Told::Withdrawn(alert)).unwrap();
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
    }

    impl Household {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let config =
                Config { listen: "127.0.0.1:0".parse().unwrap(), ..Config::in_folder(folder.path()) };
            let app = App::start(config, Parts::default()).await.unwrap();
            let profile = |name: &str, kind| NewProfile { name: name.into(), kind, color: None, pin: None };
            let request = SetupRequest {
                code: app.setup_code().unwrap(),
                login: "home".into(),
                password: "correct horse".into(),
                profiles: vec![profile("Ana", ProfileKind::Adult), profile("Tiago", ProfileKind::Kids)],
                device: None,
            };
            let first = here(&app, None).set_up(request).await.unwrap();
            let household = Self { app, _folder: folder, first };
            household.choose(&household.first, ProfileKind::Adult).await;
            let taught = AlertSettingsChange { settings: Settings::default(), end_learning: true };
            household.as_seen_by(&household.first).change_alert_settings(taught).await.unwrap();
            household
        }

        /// The home as a device sees it.
        fn as_seen_by(&self, device: &SignedIn) -> Here {
            here(&self.app, Some(&device.token))
        }

        async fn sign_in(&self, name: &str) -> SignedIn {
            self.sign_in_again(name, None).await
        }

        async fn sign_in_again(&self, name: &str, device_secret: Option<String>) -> SignedIn {
            let device = DeclaredDevice { name: Some(name.into()), ..DeclaredDevice::default() };
            let request = SignInRequest {
                login: "home".into(),
                password: "correct horse".into(),
                device_secret,
                device: Some(device),
            };
            here(&self.app, None).sign_in(request).await.unwrap()
        }

        async fn choose(&self, device: &SignedIn, kind: ProfileKind) {
            let profile = device.profiles.iter().find(|profile| profile.kind == kind).unwrap();
            let choice = ProfileChoice { profile_id: profile.id, pin: None };
            self.as_seen_by(device).choose_profile(choice).await.unwrap();
        }
    }

    fn here(app: &App, token: Option<&str>) -> Here {
        let address = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
        app.here(Asking { token: token.map(Secret::received), address, ..Asking::default() })
    }

    /// Where somebody sits and watches; another home may be put there.
    struct Seat {
        home: Arc<Mutex<Here>>,
        changed: watch::Sender<u64>,
        told: UnboundedReceiver<Told>,
        taps: mpsc::Sender<Tap>,
        opened: mpsc::Receiver<AlertId>,
        running: JoinHandle<()>,
    }

    struct At(Arc<Mutex<Here>>);

    #[async_trait]
    impl HomeNow for At {
        async fn home(&self) -> Result<Arc<dyn Home>> {
            Ok(Arc::new(self.0.lock().unwrap().clone()))
        }
    }

    impl Seat {
        fn watching(home: Here) -> Self {
            let home = Arc::new(Mutex::new(home));
            let (changed, looked_at) = watch::channel(0);
            let (told_in, told) = mpsc::unbounded_channel();
            let (taps, tapped) = mpsc::channel(4);
            let (opened_in, opened) = mpsc::channel(4);
            let running = tokio::spawn(run(Watch {
                home: Arc::new(At(Arc::clone(&home))),
                changed: looked_at,
                notifier: Arc::new(Recorder(told_in)),
                taps: tapped,
                opened: opened_in,
                words: Words::new(Arc::new(SystemClock), TimeZone::UTC),
            }));
            Self { home, changed, told, taps, opened, running }
        }

        async fn shown(&mut self) -> Notice {
            match self.told.recv().await {
                Some(Told::Shown(notice)) => notice,
                other => panic!("not shown but {other:?}"),
            }
        }

        async fn settled(&mut self) -> Notice {
            match self.told.recv().await {
                Some(Told::Settled(notice)) => notice,
                other => panic!("not settled but {other:?}"),
            }
        }

        async fn tap(&self, alert_id: AlertId, what: Tapped) {
            self.taps.send(Tap { alert_id, what }).await.unwrap();
        }

        fn change(&self) {
            self.changed.send_modify(|count| *count += 1);
        }
    }

    #[tokio::test]
    async fn a_tap_on_sign_out_ends_the_strangers_session_and_a_second_one_is_harmless() {
        let household = Household::new().await;
        let mut seat = Seat::watching(household.as_seen_by(&household.first));
        let stranger = household.sign_in("Hall tablet").await;
        let alert = seat.shown().await;
        assert_eq!(alert.lines[0], "Hall tablet, on the account home");
        assert!(alert.answerable);
        seat.tap(alert.alert_id, Tapped::SignOut).await;
        let outcome = seat.settled().await;
        assert_eq!(outcome.title, "Signed out");
        let refused = household.as_seen_by(&stranger).session().await;
        assert!(matches!(refused, Err(Error::SessionEnded)), "{refused:?}");
        seat.tap(alert.alert_id, Tapped::SignOut).await;
        let again = seat.settled().await;
        assert!(again.lines[1].contains("signed out"), "{again:?}");
    }

    #[tokio::test]
    async fn it_was_me_leaves_the_device_signed_in() {
        let household = Household::new().await;
        let mut seat = Seat::watching(household.as_seen_by(&household.first));
        let tablet = household.sign_in("Hall tablet").await;
        let alert = seat.shown().await;
        seat.tap(alert.alert_id, Tapped::ItWasMe).await;
        assert_eq!(seat.settled().await.title, "Thank you");
        household.as_seen_by(&tablet).session().await.unwrap();
    }

    #[tokio::test]
    async fn a_tap_on_the_notice_itself_only_opens_it() {
        let household = Household::new().await;
        let mut seat = Seat::watching(household.as_seen_by(&household.first));
        let tablet = household.sign_in("Hall tablet").await;
        let alert = seat.shown().await;
        seat.tap(alert.alert_id, Tapped::Open).await;
        assert_eq!(seat.opened.recv().await, Some(alert.alert_id));
        household.as_seen_by(&tablet).session().await.unwrap();
    }

    #[tokio::test]
    async fn an_answer_or_a_sign_out_elsewhere_settles_what_is_in_sight() {
        let household = Household::new().await;
        let home = household.as_seen_by(&household.first);
        let mut seat = Seat::watching(home.clone());
        household.sign_in("Hall tablet").await;
        let answered = seat.shown().await.alert_id;
        home.answer_alert(answered, AlertAnswer { answer: Answer::Me }).await.unwrap();
        let settled = seat.settled().await;
        assert_eq!((settled.alert_id, settled.title), (answered, "Answered on another screen"));
        let tv = household.sign_in("Hall TV").await;
        let ended = seat.shown().await.alert_id;
        home.sign_out_device(tv.device_id).await.unwrap();
        let settled = seat.settled().await;
        assert_eq!((settled.alert_id, settled.title), (ended, "Signed out"));
    }

    #[tokio::test]
    async fn a_notice_stays_with_a_device_that_signs_in_again_and_ends_with_it() {
        let household = Household::new().await;
        let home = household.as_seen_by(&household.first);
        let mut seat = Seat::watching(home.clone());
        let tablet = household.sign_in("Hall tablet").await;
        let in_sight = seat.shown().await.alert_id;
        let again = household.sign_in_again("Hall tablet", Some(tablet.device_secret)).await;
        assert_eq!(again.device_id, tablet.device_id);
        home.sign_out_device(again.device_id).await.unwrap();
        let settled = seat.settled().await;
        assert_eq!((settled.alert_id, settled.title), (in_sight, "Signed out"));
        // Signed out, and back again: that is news.
        household.sign_in_again("Hall tablet", Some(again.device_secret)).await;
        assert_ne!(seat.shown().await.alert_id, in_sight);
    }

    #[tokio::test]
    async fn the_stranger_is_not_the_one_who_is_asked() {
        let household = Household::new().await;
        let stranger = household.sign_in("Their laptop").await;
        household.choose(&stranger, ProfileKind::Adult).await;
        let mut theirs = Seat::watching(household.as_seen_by(&stranger));
        let mut ours = Seat::watching(household.as_seen_by(&household.first));
        assert_eq!(
            ours.shown().await.lines[0],
            "Their laptop, on the account home",
            "raised before, and caught up with"
        );
        household.sign_in("Hall tablet").await;
        assert_eq!(
            theirs.shown().await.lines[0],
            "Hall tablet, on the account home",
            "the first thing they are told"
        );
    }

    #[tokio::test]
    async fn a_kids_profile_is_told_nothing_and_what_was_in_sight_goes() {
        let household = Household::new().await;
        let mut seat = Seat::watching(household.as_seen_by(&household.first));
        household.sign_in("Hall tablet").await;
        let in_sight = seat.shown().await.alert_id;
        household.choose(&household.first, ProfileKind::Kids).await;
        seat.change();
        assert_eq!(seat.told.recv().await, Some(Told::Withdrawn(in_sight)));
        household.sign_in("Hall TV").await;
        household.choose(&household.first, ProfileKind::Adult).await;
        seat.change();
        // Both are open: the older one is told first, and neither was told in between.
        assert_eq!(seat.shown().await.lines[0], "Hall tablet, on the account home");
        assert_eq!(seat.shown().await.lines[0], "Hall TV, on the account home");
    }

    #[tokio::test]
    async fn an_answer_that_does_not_get_through_says_so_and_can_be_tapped_again() {
        let household = Household::new().await;
        let mut seat = Seat::watching(household.as_seen_by(&household.first));
        household.sign_in("Hall tablet").await;
        let alert = seat.shown().await.alert_id;
        let signed_in = std::mem::replace(&mut *seat.home.lock().unwrap(), here(&household.app, None));
        seat.tap(alert, Tapped::SignOut).await;
        let failed = seat.shown().await;
        assert_eq!(failed.title, "That did not work yet");
        assert!(failed.answerable);
        *seat.home.lock().unwrap() = signed_in;
        seat.tap(alert, Tapped::SignOut).await;
        assert_eq!(seat.settled().await.title, "Signed out");
    }

    #[tokio::test]
    async fn nobody_signed_in_is_told_nothing_until_somebody_is() {
        let household = Household::new().await;
        let mut seat = Seat::watching(here(&household.app, None));
        household.sign_in("Hall tablet").await;
        *seat.home.lock().unwrap() = household.as_seen_by(&household.first);
        seat.change();
        assert_eq!(seat.shown().await.lines[0], "Hall tablet, on the account home");
    }

    #[tokio::test]
    async fn it_ends_when_nobody_can_tap_any_more() {
        let household = Household::new().await;
        let seat = Seat::watching(household.as_seen_by(&household.first));
        drop(seat.taps);
        seat.running.await.unwrap();
    }
}
