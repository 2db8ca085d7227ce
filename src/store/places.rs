//! Where an account has been: one row a place, so that judging a sign-in never reads a growing history.

use sqlx::SqliteTransaction;

use super::Store;
use super::rows::{Columns, to_json};
use crate::error::Result;
use crate::model::{AccountId, Place, PlaceScope, Timestamp};

/// Most places that are compared with; the most frequented ones.
const MOST_PLACES: i64 = 500;

impl Store {
    /// The places the account has been at, the most frequented first.
    pub async fn known_places(&self, account_id: AccountId) -> Result<Vec<Place>> {
        sqlx::query(
            "SELECT place FROM known_places WHERE account_id = $1 ORDER BY times DESC, place_key LIMIT $2",
        )
        .bind(account_id.to_string())
        .bind(MOST_PLACES)
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| row.json("place"))
        .collect()
    }
}

/// Notes that the account was at a place. Private and unknown addresses name none.
pub async fn learn_place(
    change: &mut SqliteTransaction<'_>,
    account_id: AccountId,
    place: &Place,
    at: Timestamp,
) -> Result<()> {
    if place.scope != PlaceScope::Located {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO known_places (account_id, place_key, place, first_seen_at, last_seen_at, times)
         VALUES ($1, $2, $3, $4, $4, 1)
         ON CONFLICT (account_id, place_key)
         DO UPDATE SET times = known_places.times + 1, last_seen_at = excluded.last_seen_at",
    )
    .bind(account_id.to_string())
    .bind(place_key(place))
    .bind(to_json(place)?)
    .bind(at.as_millis())
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// What makes two places one: the country, and the coordinates to a tenth of a degree (11 km at most).
pub fn place_key(place: &Place) -> String {
    let country = place.country_code.as_deref().unwrap_or("");
    match (place.latitude, place.longitude) {
        (Some(latitude), Some(longitude)) => format!("{country}/{latitude:.1}/{longitude:.1}"),
        _ => country.to_owned(),
    }
}
