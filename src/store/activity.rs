//! What sessions did, written down in batches.

use std::net::IpAddr;

use sqlx::QueryBuilder;

use super::Store;
use super::rows::to_json;
use super::writer::Change;
use crate::error::Result;
use crate::model::{DeviceId, Place, SessionId, Timestamp};

/// Rows of one statement: well below the number of values that one may have.
const MOST_ROWS: usize = 500;

/// Activity of a session since it was last written down.
#[derive(Clone, Debug)]
pub struct Touch {
    /// The session.
    pub session_id: SessionId,
    /// Its device.
    pub device_id: DeviceId,
    /// Its most recent request.
    pub at: Timestamp,
    /// What it said it was playing, if it said anything.
    pub title: Option<String>,
    /// The site it was used at, if at one behind the guard.
    pub site: Option<String>,
    /// Where it is from now on, if it moved along a line that was judged before.
    pub moved: Option<(Option<IpAddr>, Place)>,
}

impl Store {
    /// Writes activity of many sessions in one change: the news into their rows, and beside them when the others were
    /// active.
    pub async fn write_activity(&self, news: &[Touch], active: &[(SessionId, Timestamp)]) -> Result<()> {
        let mut change = self.begin().await?;
        for touch in news {
            write_touch(&mut change, touch).await?;
        }
        for rows in active.chunks(MOST_ROWS) {
            let mut query = QueryBuilder::new("INSERT INTO activity (session_id, at) ");
            query.push_values(rows, |mut row, (id, at)| {
                row.push_bind(id.to_string()).push_bind(at.as_millis());
            });
            query.push(" ON CONFLICT (session_id) DO UPDATE SET at = excluded.at");
            // Each number of rows is a statement of its own: not to be kept.
            query.build().persistent(false).execute(&mut *change).await?;
        }
        change.commit().await
    }

    /// Carries over into the rows of sessions and devices what the home wrote beside them before it stopped.
    pub(super) async fn carry_activity_over(&self) -> Result<()> {
        let mut change = self.begin().await?;
        for statement in [
            "UPDATE sessions SET last_active_at = (SELECT at FROM activity WHERE session_id = sessions.id)
             WHERE id IN (SELECT session_id FROM activity)
             AND last_active_at < (SELECT at FROM activity WHERE session_id = sessions.id)",
            "UPDATE devices SET last_active_at = s.last_active_at, last_session_id = s.id
             FROM sessions s WHERE s.id IN (SELECT session_id FROM activity) AND s.ended_at IS NULL
             AND devices.id = s.device_id AND devices.last_active_at < s.last_active_at",
            "DELETE FROM activity",
        ] {
            sqlx::query(statement).execute(&mut *change).await?;
        }
        change.commit().await
    }
}

/// Carries over what was written beside the rows of a session that ends.
pub(super) async fn carry_over(change: &mut Change, id: SessionId) -> Result<()> {
    for statement in [
        "UPDATE sessions SET last_active_at = (SELECT at FROM activity WHERE session_id = $1)
         WHERE id = $1 AND last_active_at < (SELECT at FROM activity WHERE session_id = $1)",
        "UPDATE devices SET last_active_at = (SELECT at FROM activity WHERE session_id = $1)
         WHERE id = (SELECT device_id FROM sessions WHERE id = $1)
         AND last_active_at < (SELECT at FROM activity WHERE session_id = $1)",
        "DELETE FROM activity WHERE session_id = $1",
    ] {
        sqlx::query(statement).bind(id.to_string()).execute(&mut **change).await?;
    }
    Ok(())
}

/// Writes where a session is from now on.
pub(super) async fn write_address(
    change: &mut Change,
    id: SessionId,
    address: Option<IpAddr>,
    place: &Place,
) -> Result<()> {
    sqlx::query("UPDATE sessions SET address = $2, place = $3, country_code = $4 WHERE id = $1")
        .bind(id.to_string())
        .bind(address.map(|address| address.to_string()))
        .bind(to_json(place)?)
        .bind(place.country_code.as_deref())
        .execute(&mut **change)
        .await?;
    Ok(())
}

async fn write_touch(change: &mut Change, touch: &Touch) -> Result<()> {
    sqlx::query(
        "UPDATE sessions SET last_active_at = $2, last_title = COALESCE($3, last_title), site = COALESCE($4, site)
         WHERE id = $1",
    )
    .bind(touch.session_id.to_string())
    .bind(touch.at.as_millis())
    .bind(touch.title.as_deref())
    .bind(touch.site.as_deref())
    .execute(&mut **change)
    .await?;
    if let Some((address, place)) = &touch.moved {
        write_address(change, touch.session_id, *address, place).await?;
    }
    // It may have been used at a service meanwhile. What has ended since takes nothing's place.
    sqlx::query(
        "UPDATE devices SET last_active_at = $2,
         last_session_id = COALESCE((SELECT id FROM sessions WHERE id = $3 AND ended_at IS NULL), last_session_id)
         WHERE id = $1",
    )
    .bind(touch.device_id.to_string())
    .bind(touch.at.as_millis())
    .bind(touch.session_id.to_string())
    .execute(&mut **change)
    .await?;
    sqlx::query("DELETE FROM activity WHERE session_id = $1")
        .bind(touch.session_id.to_string())
        .execute(&mut **change)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::random::SeededRandom;

    /// When the session and its device were active last, as their rows say.
    async fn rows(store: &Store) -> (i64, i64) {
        sqlx::query_as(
            "SELECT s.last_active_at, d.last_active_at FROM sessions s JOIN devices d ON d.id = s.device_id",
        )
        .fetch_one(&store.reader)
        .await
        .expect("a row")
    }

    async fn home(folder: &std::path::Path) -> (Store, SessionId, DeviceId) {
        let random = SeededRandom::new(1);
        let (session, device) = (SessionId::new(&SystemClock, &random), DeviceId::new(&SystemClock, &random));
        let store = Store::open(folder).await.expect("opens");
        for statement in [
            "INSERT INTO accounts (id, login, login_key, password_hash, created_at) VALUES ('1', 'Ana', 'ana', '', 0)",
            "INSERT INTO devices (id, account_id, secret_hash, kind, name, first_seen_at, last_active_at,
             times_signed_in, last_session_id) VALUES ($1, '1', x'01', 'tv', 'TV', 0, 10, 1, $2)",
            "INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at, last_active_at, place,
             familiarity) VALUES ($2, '1', $1, x'02', 'password', 0, 10, '{}', '{}')",
        ] {
            let query = sqlx::query(statement);
            let query = if statement.contains("$1") {
                query.bind(device.to_string()).bind(session.to_string())
            } else {
                query
            };
            let mut change = store.begin().await.expect("begins");
            query.execute(&mut *change).await.expect("writes");
            change.commit().await.expect("is kept");
        }
        (store, session, device)
    }

    #[tokio::test]
    async fn the_last_second_before_a_crash_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, session, _) = home(folder.path()).await;
        let at = Timestamp::from_millis;
        store.write_activity(&[], &[(session, at(20))]).await.expect("writes");
        store.write_activity(&[], &[(session, at(30))]).await.expect("writes");
        assert_eq!(rows(&store).await, (10, 10), "written beside them");
        // Nothing is closed: that is a crash, as far as the file knows.
        let next = Store::open(folder.path()).await.expect("opens again");
        assert_eq!(rows(&next).await, (30, 30));
    }

    #[tokio::test]
    async fn what_ends_was_active_until_the_last_second() {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, session, _) = home(folder.path()).await;
        store.write_activity(&[], &[(session, Timestamp::from_millis(20))]).await.expect("writes");
        let mut change = store.begin().await.expect("begins");
        carry_over(&mut change, session).await.expect("writes");
        change.commit().await.expect("commits");
        assert_eq!(rows(&store).await, (20, 20));
    }

    #[tokio::test]
    async fn news_take_the_place_of_what_is_written_beside() {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, session_id, device_id) = home(folder.path()).await;
        let at = Timestamp::from_millis;
        store.write_activity(&[], &[(session_id, at(50))]).await.expect("writes");
        let (title, site, moved) = (Some("The Leopard".to_owned()), None, None);
        let news = Touch { session_id, device_id, at: at(40), title, site, moved };
        store.write_activity(&[news], &[]).await.expect("writes");
        store.carry_activity_over().await.expect("writes");
        assert_eq!(rows(&store).await, (40, 40), "the clock was set back, and the latest word counts");
    }

    #[tokio::test]
    async fn more_sessions_than_one_statement_holds_are_all_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        let random = SeededRandom::new(1);
        let all =
            (0..=2 * MOST_ROWS).map(|_| (SessionId::new(&SystemClock, &random), Timestamp::from_millis(1)));
        store.write_activity(&[], &all.collect::<Vec<_>>()).await.expect("writes");
        let (count,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM activity").fetch_one(&store.reader).await.expect("a row");
        assert_eq!(count, 1001);
    }
}
