//! What goes and what stays, on a database.

use super::*;
use crate::clock::SystemClock;
use crate::random::SeededRandom;
use crate::store::plan_of;

const DAY: i64 = 24 * 3_600_000;

async fn store() -> (tempfile::TempDir, Store, AccountId) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).await.expect("opens");
    let account_id = AccountId::new(&SystemClock, &SeededRandom::new(1));
    write(
        &store,
        &[format!(
            "INSERT INTO accounts (id, login, login_key, password_hash, created_at)
             VALUES ('{account_id}', 'Ana', 'ana', '', 0)"
        )],
    )
    .await;
    (folder, store, account_id)
}

async fn write(store: &Store, statements: &[String]) {
    let mut change = store.begin().await.expect("begins");
    for statement in statements {
        let query = sqlx::query(sqlx::AssertSqlSafe(statement.clone()));
        query.execute(&mut *change).await.expect(statement);
    }
    change.commit().await.expect("is kept");
}

async fn ids(store: &Store, query: &'static str) -> Vec<String> {
    let rows: Vec<(String,)> = sqlx::query_as(query).fetch_all(&store.reader).await.expect("reads");
    rows.into_iter().map(|(id,)| id).collect()
}

fn keep(days: i64, at_least: u32, at_most: Option<u32>) -> Keep {
    Keep { since: Timestamp::from_millis(days * DAY), at_least, at_most }
}

/// A device with its latest session, which is alive.
fn device(account_id: AccountId, name: &str) -> [String; 2] {
    [
        format!(
            "INSERT INTO devices (id, account_id, secret_hash, kind, name, first_seen_at, last_active_at,
             times_signed_in, last_session_id)
             VALUES ('{name}', '{account_id}', CAST('{name}' AS BLOB), 'tv', 'TV', 0, 0, 1, '{name}-last')"
        ),
        session(account_id, name, &format!("{name}-last"), None, None),
    ]
}

fn session(
    account_id: AccountId,
    device: &str,
    id: &str,
    ended_on: Option<i64>,
    let_in_by: Option<&str>,
) -> String {
    let ended_at = ended_on.map_or("NULL".to_owned(), |day| (day * DAY).to_string());
    let let_in_by = let_in_by.map_or("NULL".to_owned(), |id| format!("'{id}'"));
    format!(
        "INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at, last_active_at, place,
         familiarity, ended_at, let_in_by)
         VALUES ('{id}', '{account_id}', '{device}', CAST('{id}' AS BLOB), 'password', 0, 0, '{{}}', '{{}}',
         {ended_at}, {let_in_by})"
    )
}

fn alert(account_id: AccountId, id: &str, session: &str, state: &str, day: i64) -> String {
    format!(
        "INSERT INTO alerts (id, account_id, device_id, session_id, at, place, familiarity, state, answered_at)
         VALUES ('{id}', '{account_id}', 'tv', '{session}', 0, '{{}}', '{{}}', '{state}',
         CASE WHEN '{state}' IN ('me', 'not_me') THEN {} END)",
        day * DAY
    )
}

#[tokio::test]
async fn lines_go_when_they_are_old_or_too_many_but_for_the_newest() {
    let (_folder, store, account_id) = store().await;
    let add = |from: u32, to: u32| {
        format!(
            "WITH numbers(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM numbers WHERE n < {to})
             INSERT INTO history (id, account_id, at, kind)
             SELECT printf('%06d', n), '{account_id}', n * {DAY}, 'sign_in' FROM numbers"
        )
    };
    write(&store, &[add(1, 1000)]).await;
    let prune = async |keep| {
        let Some(mut old) = store.old_history(account_id, keep).await.expect("looks") else { return 0 };
        let mut batches = 1;
        while store.prune_history(&mut old).await.expect("prunes") {
            batches += 1;
        }
        batches
    };
    let left = async || ids(&store, "SELECT id FROM history ORDER BY id").await;
    assert_eq!(prune(keep(0, 10, None)).await, 1, "a look at the oldest is enough");
    assert_eq!(left().await.len(), 1000);
    // Of the days before the 601st: three batches, and one of which none is old.
    assert_eq!(prune(keep(601, 10, Some(900))).await, 4);
    assert_eq!((left().await.len(), left().await[0].as_str()), (400, "000601"));
    // Too many of what strangers can make go, the oldest first, and nothing else for it.
    prune(keep(0, 10, Some(300))).await;
    assert_eq!(left().await.len(), 400);
    write(&store, &["UPDATE history SET kind = 'sign_in_failed' WHERE CAST(id AS BIGINT) % 2 = 0".into()])
        .await;
    prune(keep(0, 10, Some(300))).await;
    let now = left().await;
    assert_eq!(
        (now.len(), now[0].as_str(), now[49].as_str(), now[50].as_str()),
        (350, "000601", "000699", "000701")
    );
    // As when a clock has jumped ahead: the newest stay.
    prune(keep(i64::MAX / DAY, 10, Some(300))).await;
    assert_eq!((left().await.len(), left().await[0].as_str()), (10, "000991"));
    assert_eq!(prune(keep(i64::MAX / DAY, 10, Some(300))).await, 0);
    store.close().await;
}

#[tokio::test]
async fn alerts_go_once_they_were_answered_and_everybody_has_heard() {
    let (_folder, store, account_id) = store().await;
    let job = |alert: &str, state: &str| {
        format!(
            "INSERT INTO jobs (id, account_id, kind, target_id, about_id, revision, begun, done, state, attempts, due_at,
             changed_at) VALUES ('tell c {alert}', '{account_id}', 'tell', 'c', '{alert}', 1, 1, 1, '{state}', 0, 0, 0)"
        )
    };
    let mut all = device(account_id, "tv").to_vec();
    for (id, state, day) in [
        ("01-answered", "not_me", 1),
        ("02-open", "open", 1),
        ("03-unsure", "unsure", 1),
        ("04-waited-for", "me", 1),
        ("05-late", "me", 50),
        ("06-answered", "me", 1),
        ("07-newest", "me", 1),
    ] {
        all.push(alert(account_id, id, "tv-last", state, day));
    }
    all.extend([job("01-answered", "done"), job("04-waited-for", "waiting"), job("06-answered", "given_up")]);
    all.push(format!(
        "INSERT INTO actions (token_hash, account_id, alert_id, channel_id, answer, made_at)
         VALUES (x'01', '{account_id}', '01-answered', 'c', 'not_me', 0)"
    ));
    write(&store, &all).await;
    let mut old = store.old_alerts(account_id, keep(20, 1, None)).await.expect("looks").expect("some");
    let turn = store.turn().await;
    assert!(!store.prune_alerts(&turn, &mut old).await.expect("prunes"));
    let left = ids(&store, "SELECT id FROM alerts ORDER BY id").await;
    assert_eq!(left, ["02-open", "03-unsure", "04-waited-for", "05-late", "07-newest"]);
    assert_eq!(ids(&store, "SELECT about_id FROM jobs").await, ["04-waited-for"]);
    assert_eq!(ids(&store, "SELECT alert_id FROM actions").await, [""; 0]);
    drop(turn);
    store.close().await;
}

#[tokio::test]
async fn sessions_go_where_nothing_refers_to_them() {
    let (_folder, store, account_id) = store().await;
    let ended = |id: &str, day| session(account_id, "tv", id, Some(day), None);
    let mut all = device(account_id, "tv").to_vec();
    all.extend([
        ended("forgotten", 1),
        ended("of-an-alert", 1),
        ended("let-one-in", 1),
        session(account_id, "tv", "was-let-in", Some(1), Some("let-one-in")),
        ended("has-tokens", 1),
        ended("of-the-same-moment", 1),
        ended("waits", 1),
        ended("third-last", 2),
        ended("late", 50),
        ended("of-the-last", 3),
    ]);
    // A device that nobody used since: where it was last is still shown.
    all.push(format!(
        "INSERT INTO devices (id, account_id, secret_hash, kind, name, first_seen_at, last_active_at,
         times_signed_in, last_session_id)
         VALUES ('idle', '{account_id}', x'02', 'tv', 'TV', 0, 0, 1, 'idle-last')"
    ));
    all.push(session(account_id, "idle", "idle-last", Some(1), None));
    all.push(alert(account_id, "1", "of-an-alert", "open", 0));
    all.push(
        "INSERT INTO other_tokens (token_hash, session_id, state, since) VALUES (x'03', 'has-tokens', 'spent', 0)".into(),
    );
    all.push(format!(
        "INSERT INTO waits (account_id, session_id, what, asked_at, due_at)
         VALUES ('{account_id}', 'waits', '', 0, 0)"
    ));
    write(&store, &all).await;
    let turn = store.turn().await;
    let prune = async |before, at_least| {
        let before = Timestamp::from_millis(before * DAY);
        let Some(mut old) = store.old_sessions(before, at_least).await.expect("looks") else { return };
        while store.prune_sessions(&turn, &mut old).await.expect("prunes") {}
    };
    let left = async || ids(&store, "SELECT id FROM sessions ORDER BY id").await;
    let before = left().await;
    prune(20, 100).await;
    assert_eq!(left().await, before, "so many are told apart from unknown ones");
    prune(20, 2).await;
    let expected = [
        "has-tokens",
        "idle-last",
        "late",
        "let-one-in",
        "of-an-alert",
        "of-the-last",
        "third-last",
        "tv-last",
        "waits",
        "was-let-in",
    ];
    assert_eq!(left().await, expected);
    drop(turn);
    store.close().await;
}

#[tokio::test]
async fn many_that_ended_at_one_moment_are_each_looked_at_once() {
    let (_folder, store, account_id) = store().await;
    let mut all = device(account_id, "tv").to_vec();
    all.push(format!(
        "WITH numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1100)
         INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at, last_active_at, place,
         familiarity, ended_at, let_in_by_device)
         SELECT printf('%06d', n), '{account_id}', 'tv', CAST(n AS BLOB), 'password', 0, 0, '{{}}', '{{}}', 5,
         CASE WHEN n % 2 = 0 THEN 'tv' END FROM numbers"
    ));
    all.push(session(account_id, "tv", "later", Some(1), None));
    write(&store, &all).await;
    let turn = store.turn().await;
    let before = Timestamp::from_millis(DAY);
    let mut old = store.old_sessions(before, 0).await.expect("looks").expect("some");
    let mut batches = 1;
    while store.prune_sessions(&turn, &mut old).await.expect("prunes") {
        batches += 1;
    }
    assert_eq!(batches, 5);
    let left = ids(&store, "SELECT id FROM sessions WHERE ended_at = 5").await;
    assert_eq!(left.len(), 550, "who let whom in stays");
    drop(turn);
    store.close().await;
}

#[tokio::test]
async fn a_batch_walks_along_an_index_and_sorts_nothing() {
    let (_folder, store, _) = store().await;
    for (query, index) in [
        (LINE, "history_of_account"),
        (OLDEST_LINES, "history_of_account"),
        (ALERT, "alerts_of_account"),
        (OLDEST_ALERTS, "alerts_of_account"),
        (ENDED, "ended_sessions"),
        (OLDEST_SESSIONS, "ended_sessions"),
    ] {
        let steps = plan_of(&store.reader, query).await;
        let [step] = &steps[..] else { panic!("{query}: {steps:?}") };
        assert!(step.contains(&format!("INDEX {index}")), "{query}: {step}");
    }
    for query in [TOLD, UNREFERRED, ENDS_OF_NOTHING] {
        let steps = plan_of(&store.reader, &format!("{query}'1', '2')")).await;
        let searches_all =
            |step: &&String| step.starts_with("SCAN") && !["SCAN w", "SCAN waits"].contains(&step.as_str());
        assert_eq!(steps.iter().find(searches_all), None, "{query}: {steps:?}");
    }
    store.close().await;
}
