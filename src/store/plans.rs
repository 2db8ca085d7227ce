//! Plans of bad evenings, and what they are drawn up from.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::history::insert_history;
use super::rows::{Columns, readable, to_json};
use super::turn::Turn;
use super::writer::Change;
use crate::error::Result;
use crate::model::{
    AccountId, DeviceId, HistoryEntry, Plan, PlanId, ProfileId, ServiceId, SessionId, Timestamp,
};

/// Plans that are done and still shown.
const DONE_KEPT: i64 = 5;

/// A watched service, as far as a plan asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedService {
    /// Its id.
    pub id: ServiceId,
    /// What the household calls it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Whose profile somebody with sign-ins there is, by the service's id of them; `None`: nobody's here.
    pub people: BTreeMap<String, Option<ProfileId>>,
}

/// With the conditions and the order that follow.
macro_rules! plans {
    ($rest:literal) => {
        concat!(
            "SELECT id, account_id, kind, device_id, profile_id, about, \"rows\", tasks, made_at, begun_at, done_at
             FROM plans ",
            $rest
        )
    };
}

impl Store {
    /// The account's plans, newest first: those that are not done, and the last that were.
    pub async fn plans(&self, account_id: AccountId) -> Result<Vec<Plan>> {
        let rows = sqlx::query(plans!(
            "WHERE account_id = $1 AND (done_at IS NULL OR id IN (SELECT id FROM plans
             WHERE account_id = $1 AND done_at IS NOT NULL ORDER BY id DESC LIMIT $2)) ORDER BY id DESC"
        ))
        .bind(account_id.to_string())
        .bind(DONE_KEPT)
        .fetch_all(&self.lists)
        .await?;
        readable(&rows, to_plan)
    }

    /// One plan of the account.
    pub async fn plan(&self, account_id: AccountId, id: PlanId) -> Result<Option<Plan>> {
        sqlx::query(plans!("WHERE id = $1 AND account_id = $2"))
            .bind(id.to_string())
            .bind(account_id.to_string())
            .fetch_optional(&self.reader)
            .await?
            .as_ref()
            .map(to_plan)
            .transpose()
    }

    /// Keeps a plan that was drawn up. What was drawn up before `drafts_before` and never begun goes, and so do those that were done
    /// long ago.
    pub async fn make_plan(&self, _turn: &Turn<'_>, plan: &Plan, drafts_before: Timestamp) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query(
            "DELETE FROM plans WHERE account_id = $1 AND ((begun_at IS NULL AND made_at < $2)
             OR (done_at IS NOT NULL AND id NOT IN (SELECT id FROM plans
             WHERE account_id = $1 AND done_at IS NOT NULL ORDER BY id DESC LIMIT $3)))",
        )
        .bind(plan.account_id.to_string())
        .bind(drafts_before.as_millis())
        .bind(DONE_KEPT)
        .execute(&mut *change)
        .await?;
        write(&mut change, plan).await?;
        change.commit().await
    }

    /// Keeps how a plan stands, with its entry in the history where it is worth one.
    pub async fn write_plan(
        &self,
        _turn: &Turn<'_>,
        plan: &Plan,
        history: Option<&HistoryEntry>,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        write(&mut change, plan).await?;
        if let Some(history) = history {
            insert_history(&mut change, history).await?;
        }
        change.commit().await
    }

    /// Notes that all of a plan is done: it was found so by looking.
    pub async fn note_plan_done(&self, id: PlanId, at: Timestamp) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE plans SET done_at = $2 WHERE id = $1 AND done_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_millis())
            .execute(&mut *change)
            .await?;
        change.commit().await
    }

    /// Drops a plan of the account; answers whether there was one.
    pub async fn drop_plan(&self, _turn: &Turn<'_>, account_id: AccountId, id: PlanId) -> Result<bool> {
        let mut change = self.begin().await?;
        let dropped = sqlx::query("DELETE FROM plans WHERE id = $1 AND account_id = $2")
            .bind(id.to_string())
            .bind(account_id.to_string())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(dropped.rows_affected() > 0)
    }

    /// The account's sessions that have not ended, wherever they live; not that of a fire drill.
    pub async fn sessions_everywhere(&self, account_id: AccountId) -> Result<Vec<SessionId>> {
        sqlx::query(
            "SELECT s.id FROM sessions s JOIN devices d ON d.id = s.device_id
             WHERE s.account_id = $1 AND s.ended_at IS NULL AND d.drill = 0 ORDER BY s.id",
        )
        .bind(account_id.to_string())
        .fetch_all(&self.lists)
        .await?
        .iter()
        .map(|row| row.word("id"))
        .collect()
    }

    /// The services that the account watches, in the order they were added, with who has sign-ins there.
    pub async fn services_to_plan(&self, account_id: AccountId) -> Result<Vec<WatchedService>> {
        let rows = sqlx::query(
            "SELECT id, name, url FROM services WHERE account_id = $1 AND removed_at IS NULL ORDER BY id",
        )
        .bind(account_id.to_string())
        .fetch_all(&self.lists)
        .await?;
        let mut services = readable(&rows, |row| {
            let (name, url) = (row.raw("name")?, row.raw("url")?);
            Ok(WatchedService { id: row.word("id")?, name, url, people: BTreeMap::new() })
        })?;
        let rows = sqlx::query(
            "SELECT p.service_id, p.person_id, p.profile_id FROM service_people p
             JOIN services v ON v.id = p.service_id WHERE v.account_id = $1 AND v.removed_at IS NULL",
        )
        .bind(account_id.to_string())
        .fetch_all(&self.lists)
        .await?;
        let people = readable(&rows, |row| {
            let (service_id, person_id): (ServiceId, String) =
                (row.word("service_id")?, row.raw("person_id")?);
            Ok((service_id, person_id, row.word_if_any("profile_id")?))
        })?;
        for (service_id, person_id, profile_id) in people {
            if let Some(service) = services.iter_mut().find(|service| service.id == service_id) {
                service.people.insert(person_id, profile_id);
            }
        }
        Ok(services)
    }
}

async fn write(change: &mut Change, plan: &Plan) -> Result<()> {
    sqlx::query(
        "INSERT INTO plans (id, account_id, kind, device_id, profile_id, about, \"rows\", tasks, made_at, begun_at,
         done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (id) DO UPDATE SET \"rows\" = excluded.\"rows\", tasks = excluded.tasks,
         begun_at = excluded.begun_at, done_at = excluded.done_at",
    )
    .bind(plan.id.to_string())
    .bind(plan.account_id.to_string())
    .bind(plan.kind.as_str())
    .bind(plan.device_id.map(|id: DeviceId| id.to_string()))
    .bind(plan.profile_id.map(|id| id.to_string()))
    .bind(plan.about.as_deref())
    .bind(to_json(&plan.rows)?)
    .bind(to_json(&plan.tasks)?)
    .bind(plan.made_at.as_millis())
    .bind(plan.begun_at.map(Timestamp::as_millis))
    .bind(plan.done_at.map(Timestamp::as_millis))
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn to_plan(row: &SqliteRow) -> Result<Plan> {
    Ok(Plan {
        id: row.word("id")?,
        account_id: row.word("account_id")?,
        kind: row.word("kind")?,
        device_id: row.word_if_any("device_id")?,
        profile_id: row.word_if_any("profile_id")?,
        about: row.raw("about")?,
        rows: row.json("rows")?,
        tasks: row.json("tasks")?,
        made_at: row.moment("made_at")?,
        begun_at: row.moment_if_any("begun_at")?,
        done_at: row.moment_if_any("done_at")?,
    })
}
