use super::*;
use crate::clock::SystemClock;
use crate::model::{HistoryEntry, HistoryId, HistoryKind, ServiceId, Timestamp};
use crate::random::SeededRandom;
use crate::store::{AskEnd, DeviceFilter, plan_of};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// When the service was read last.
const READ_AT: i64 = 100 * DAY;

/// A home with an account, a service and a device that holds a session of this home, which was used last.
struct Home {
    _folder: tempfile::TempDir,
    store: Store,
    account_id: AccountId,
    service_id: ServiceId,
    device_id: DeviceId,
    random: SeededRandom,
}

impl Home {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        let random = SeededRandom::new(1);
        let home = Self {
            _folder: folder,
            store,
            account_id: AccountId::new(&SystemClock, &random),
            service_id: ServiceId::new(&SystemClock, &random),
            device_id: DeviceId::new(&SystemClock, &random),
            random,
        };
        let Self { account_id, service_id, .. } = &home;
        home.write(&format!(
            "INSERT INTO accounts (id, login, login_key, password_hash, created_at)
             VALUES ('{account_id}', 'Ana', 'ana', '', 0);
             INSERT INTO services (id, account_id, kind, name, url, state, added_at, last_read_at)
             VALUES ('{service_id}', '{account_id}', 'jellyfin', 'Films', 'https://films', 'unreachable', 0, {READ_AT})"
        ))
        .await;
        let here = home.session(home.device_id, None, 50, None).await;
        home.uses(home.device_id, here).await;
        home
    }

    async fn write(&self, statements: &str) {
        let mut change = self.store.begin().await.expect("begins");
        for statement in statements.split(";\n") {
            let statement = sqlx::AssertSqlSafe(statement.to_owned());
            sqlx::query(statement).execute(&mut *change).await.expect("writes");
        }
        change.commit().await.expect("is kept");
    }

    /// Has a device be used last with that session.
    async fn uses(&self, id: DeviceId, last: SessionId) {
        self.write(&format!(
            "UPDATE devices SET last_session_id = '{last}',
             last_active_at = (SELECT last_active_at FROM sessions WHERE id = '{last}') WHERE id = '{id}'"
        ))
        .await;
    }

    /// A session of a device, which is made where it is not there; at the service under that id of its own.
    async fn session(
        &self,
        device_id: DeviceId,
        external_id: Option<&str>,
        active_at: i64,
        ended_at: Option<i64>,
    ) -> SessionId {
        let id = SessionId::new(&SystemClock, &self.random);
        let account_id = self.account_id;
        let ended_at = ended_at.map_or("NULL".to_owned(), |at| at.to_string());
        let at = external_id.map_or("NULL, NULL, NULL".to_owned(), |external_id| {
            format!("'{}', '{external_id}', '{{\"promise\":\"at_once\"}}'", self.service_id)
        });
        self.write(&format!(
            "INSERT INTO devices (id, account_id, secret_hash, kind, name, first_seen_at, last_active_at,
             times_signed_in, last_session_id)
             VALUES ('{device_id}', '{account_id}', CAST('{device_id}' AS BLOB), 'tv', 'TV', 0, {active_at}, 1, '{id}')
             ON CONFLICT (id) DO NOTHING;
             INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at, last_active_at, place,
             familiarity, ended_at, service_id, external_id, promise)
             VALUES ('{id}', '{account_id}', '{device_id}', randomblob(32), 'password', 0, {active_at}, '{{}}', '{{}}',
             {ended_at}, {at})"
        ))
        .await;
        id
    }

    async fn listing(&self) -> DeviceListing {
        self.store.device(self.account_id, self.device_id).await.expect("reads").expect("a device")
    }
}

fn ids(listing: &DeviceListing) -> Vec<SessionId> {
    listing.sessions.iter().map(|listed| listed.session.id).collect()
}

#[tokio::test]
async fn a_device_holds_a_session_of_this_home_and_two_at_a_service() {
    let home = Home::new().await;
    let here = home.listing().await.session.id;
    let one = home.session(home.device_id, Some("one"), 10, None).await;
    let other = home.session(home.device_id, Some("other"), 20, None).await;
    let listing = home.listing().await;
    assert_eq!(ids(&listing), [here, other, one]);
    assert!(listing.is_signed_in() && listing.service_name.is_none());
    assert_eq!(listing.held_at_home().map(|held| held.session.id), Some(here));
    let at = &listing.sessions[1];
    assert_eq!((at.source_name(), at.last_read_at), ("Films", Some(Timestamp::from_millis(READ_AT))));

    // Used at the service last, it is listed there, and holds what it held.
    home.uses(home.device_id, other).await;
    let listing = home.listing().await;
    assert_eq!(ids(&listing), [other, here, one]);
    assert_eq!(listing.service_name.as_deref(), Some("Films"));
    assert_eq!(listing.held_at_home().map(|held| held.session.id), Some(here));
    for (service, is_there) in [("Films", true), ("Latchkey", true), ("Photos", false)] {
        let filter = DeviceFilter { service: Some(service.into()), ..DeviceFilter::default() };
        let found = home.store.devices(home.account_id, &filter, None, 10).await.expect("a list");
        assert_eq!(!found.is_empty(), is_there, "{service}");
    }
    home.store.close().await;
}

#[tokio::test]
async fn what_ended_at_a_service_is_listed_for_a_day_after_its_last_look() {
    let home = Home::new().await;
    let late = home.session(home.device_id, Some("late"), 10, Some(READ_AT - DAY + 1)).await;
    home.session(home.device_id, Some("early"), 20, Some(READ_AT - DAY - 1)).await;
    let here = home.listing().await.session.id;
    assert_eq!(ids(&home.listing().await), [here, late]);
    home.write("UPDATE services SET removed_at = 1").await;
    assert_eq!(ids(&home.listing().await), [here]);
    home.store.close().await;
}

#[tokio::test]
async fn what_a_hidden_device_holds_is_listed_with_the_one_that_took_its_place() {
    let home = Home::new().await;
    let hidden = DeviceId::new(&SystemClock, &home.random);
    let held = home.session(hidden, Some("held"), 10, None).await;
    home.write(&format!("UPDATE devices SET continued_by = '{}' WHERE id = '{hidden}'", home.device_id))
        .await;
    home.write(&format!(
        "UPDATE devices SET before_merge = '{{\"continues\":\"{hidden}\",\"given_name\":null,\"first_seen_at\":\"2026-01-01T00:00:00Z\"}}'
         WHERE id = '{}'",
        home.device_id
    ))
    .await;
    assert!(ids(&home.listing().await).contains(&held));
    assert_eq!(home.store.devices_at_services(home.account_id).await.expect("reads"), [home.device_id]);
    let found = home.store.sessions_of_ids(home.account_id, &[held]).await.expect("reads");
    assert_eq!(found.iter().map(|(device_id, _)| *device_id).collect::<Vec<_>>(), [home.device_id]);
    home.store.close().await;
}

#[tokio::test]
async fn what_lives_at_a_service_is_not_among_what_the_home_begins_with() {
    let home = Home::new().await;
    let here = home.listing().await.session.id;
    home.session(home.device_id, Some("one"), 10, None).await;
    home.session(home.device_id, Some("ended"), 10, Some(5)).await;
    let mut alive = Vec::new();
    home.store.each_live_session(|live| alive.push(live.id)).await.expect("reads");
    assert_eq!(alive, [here]);
    assert_eq!(home.store.last_ended(10).await.expect("reads"), []);
    let live = home.store.live_sessions(home.account_id).await.expect("reads");
    assert_eq!(live, [(here, home.device_id)]);
    home.store.close().await;
}

#[tokio::test]
async fn an_end_is_asked_for_once_and_anew_where_the_service_refused() {
    let home = Home::new().await;
    let id = home.session(home.device_id, Some("one"), 10, None).await;
    let here = home.listing().await.session.id;
    let ask = |id| AskEnd {
        id,
        service_id: home.service_id,
        by: Some(here),
        history: HistoryEntry {
            id: HistoryId::new(&SystemClock, &home.random),
            account_id: home.account_id,
            at: Timestamp::from_millis(7),
            kind: HistoryKind::SignOutAsked,
            device_id: Some(home.device_id),
            device_name: None,
            session_id: Some(id),
            profile_name: None,
            address: None,
            place: None,
            detail: None,
            by_session_id: Some(here),
        },
    };
    let asked = async |asks: &[AskEnd]| {
        let turn = home.store.turn().await;
        home.store.end_sessions(&turn, &[], asks, None, None).await.expect("asks").asked
    };
    // One of this home is not asked for, whoever names it.
    assert_eq!(asked(&[ask(id), ask(here)]).await, [id]);
    assert_eq!(asked(&[ask(id)]).await, [], "it is under way");
    home.write("UPDATE sessions SET refusal = 'No.' WHERE asked_at IS NOT NULL").await;
    assert_eq!(asked(&[ask(id)]).await, [id]);
    let listing = home.listing().await;
    let at =
        listing.session_of(id).and_then(|listed| listed.session.source.at_service()).expect("it is there");
    assert_eq!((at.refusal.as_deref(), at.asked.map(|asked| asked.by)), (None, Some(Some(here))));
    let jobs: Vec<(String, String, i64)> = sqlx::query_as("SELECT id, kind, revision FROM jobs")
        .fetch_all(&home.store.reader)
        .await
        .expect("reads");
    assert_eq!(jobs, [(format!("end {} {id}", home.service_id), "end".to_owned(), 2)]);
    let now = Timestamp::from_millis(1_000_000);
    assert_eq!(home.store.due_jobs(now, now, 10).await.expect("reads"), [], "there is nothing to tell");
    assert_eq!(home.store.next_job_at().await.expect("reads"), None);
    home.store.close().await;
}

#[tokio::test]
async fn the_sessions_of_a_page_are_looked_up_and_not_searched_for() {
    let home = Home::new().await;
    let steps = plan_of(&home.store.lists, &format!("{OF_DEVICES}'1', '2'{SESSIONS}")).await;
    for index in ["sign_ins_of_device", "live_sessions_of_device"] {
        assert!(
            steps.iter().any(|step| step.contains(&format!("INDEX {index} (device_id=?)"))),
            "{index}: {steps:#?}"
        );
    }
    let searches_all = |step: &&String| step.starts_with("SCAN") && !step.contains("shown");
    assert_eq!(steps.iter().find(searches_all), None, "{steps:#?}");
    home.store.close().await;
}
