//! Services without an API for it that a household has an account at, and when somebody last looked there.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::rows::{Columns, readable};
use super::turn::Turn;
use crate::error::Result;
use crate::model::{AccountId, Timestamp};

/// That the household has a card on its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardWatch {
    /// Since when.
    pub since: Timestamp,
    /// When somebody last looked there.
    pub looked_at: Option<Timestamp>,
}

impl Store {
    /// The cards on the account's list, by their names: those of a later version among them.
    pub async fn card_watches(&self, account_id: AccountId) -> Result<BTreeMap<String, CardWatch>> {
        let rows = sqlx::query("SELECT card, since, looked_at FROM service_cards WHERE account_id = $1")
            .bind(account_id.to_string())
            .fetch_all(&self.reader)
            .await?;
        Ok(readable(&rows, to_watch)?.into_iter().collect())
    }

    /// Puts a card on the account's list, or writes it anew; `None` takes it off.
    pub async fn set_card_watch(
        &self,
        _turn: &Turn<'_>,
        account_id: AccountId,
        card: &str,
        watch: Option<CardWatch>,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        match watch {
            Some(CardWatch { since, looked_at }) => {
                sqlx::query(
                    "INSERT INTO service_cards (account_id, card, since, looked_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (account_id, card)
                     DO UPDATE SET since = excluded.since, looked_at = excluded.looked_at",
                )
                .bind(account_id.to_string())
                .bind(card)
                .bind(since.as_millis())
                .bind(looked_at.map(Timestamp::as_millis))
                .execute(&mut *change)
                .await?;
            }
            None => {
                sqlx::query("DELETE FROM service_cards WHERE account_id = $1 AND card = $2")
                    .bind(account_id.to_string())
                    .bind(card)
                    .execute(&mut *change)
                    .await?;
            }
        }
        change.commit().await
    }

    /// Whether the account watches a service, or has a card on its list.
    pub async fn watches_anything(&self, account_id: AccountId) -> Result<bool> {
        let found = sqlx::query(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM services WHERE account_id = $1 AND removed_at IS NULL)
             OR EXISTS (SELECT 1 FROM service_cards WHERE account_id = $1)",
        )
        .bind(account_id.to_string())
        .fetch_optional(&self.reader)
        .await?;
        Ok(found.is_some())
    }
}

fn to_watch(row: &SqliteRow) -> Result<(String, CardWatch)> {
    let (since, looked_at) = (row.moment("since")?, row.moment_if_any("looked_at")?);
    Ok((row.raw("card")?, CardWatch { since, looked_at }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::random::SeededRandom;

    #[tokio::test]
    async fn a_card_is_on_one_accounts_list_until_it_is_taken_off() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = Store::open(folder.path()).await.expect("opens");
        let random = SeededRandom::new(1);
        let [one, other] = [(); 2].map(|()| AccountId::new(&SystemClock, &random));
        let mut change = store.begin().await.expect("begins");
        for (id, name) in [(one, "ana"), (other, "ben")] {
            sqlx::query(
                "INSERT INTO accounts (id, login, login_key, password_hash, created_at) VALUES ($1, $2, $2, '', 0)",
            )
            .bind(id.to_string())
            .bind(name)
            .execute(&mut *change)
            .await
            .expect("writes");
        }
        change.commit().await.expect("is kept");

        assert!(!store.watches_anything(one).await.expect("reads"));
        let since = Timestamp::from_millis(7);
        for watch in [
            CardWatch { since, looked_at: None },
            CardWatch { since, looked_at: Some(Timestamp::from_millis(9)) },
        ] {
            let turn = store.turn().await;
            store.set_card_watch(&turn, one, "google", Some(watch)).await.expect("is kept");
            let kept = store.card_watches(one).await.expect("reads");
            assert_eq!(kept.into_iter().collect::<Vec<_>>(), [("google".to_owned(), watch)]);
        }
        assert!(store.watches_anything(one).await.expect("reads"));
        assert_eq!(store.card_watches(other).await.expect("reads"), BTreeMap::new());
        assert!(!store.watches_anything(other).await.expect("reads"));

        let turn = store.turn().await;
        for _ in 0..2 {
            store.set_card_watch(&turn, one, "google", None).await.expect("is kept");
        }
        drop(turn);
        assert_eq!(store.card_watches(one).await.expect("reads"), BTreeMap::new());
        store.close().await;
    }
}
