//! What the home begins with: every session of its own that has not ended. Those at watched services let nobody in here.
//!
//! A million rows are read as text in pages, a line a row: what a driver does for each value of each row takes several times
//! as long as SQLite needs to find it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use super::Store;
use super::rows::{Columns, parsed};
use crate::error::{Error, Result, causes};
use crate::model::{
    AccountId, ChosenProfile, DeviceId, Lines, ProfileId, SecretHash, SessionId, SignInMethod, Timestamp,
};

/// A live session, as the server remembers it.
#[derive(Clone, Debug)]
pub struct LiveRow {
    /// Hash of its token.
    pub token: SecretHash,
    /// When the token runs out.
    pub expires_at: Option<Timestamp>,
    /// Since when it is the one in use.
    pub token_since: Timestamp,
    /// Whether it is renewed while it is used.
    pub renews: bool,
    /// Whether it is out of a pair that was not used yet.
    pub waits: bool,
    /// The session.
    pub id: SessionId,
    /// Its account.
    pub account_id: AccountId,
    /// The account's login name, one for all its sessions.
    pub login: Arc<str>,
    /// Its device.
    pub device_id: DeviceId,
    /// How it was made.
    pub method: SignInMethod,
    /// Who is using it; one for all sessions that this profile uses.
    pub profile: Option<Arc<ChosenProfile>>,
    /// Where its last request came from.
    pub address: Option<IpAddr>,
    /// When that was.
    pub last_active_at: Timestamp,
    /// Whether it is held.
    pub held: bool,
    /// Hash of its guard key.
    pub guard: Option<SecretHash>,
    /// The lines it was judged on.
    pub lines: Lines,
}

/// Rows of a page.
const PAGE: i64 = 1000;

/// Between the columns of a row, and between rows (ASCII's unit and record separators): neither is in anything that is
/// kept there.
const UNIT: char = '\u{1f}';
const RECORD: char = '\u{1e}';

/// A page of the sessions of this home that have not ended: the last row's number, and all rows as text. As bytes, for one that is damaged
/// must not take the others with it.
pub(super) const LIVE_SESSIONS: &str = "SELECT MAX(number), CAST(group_concat(line, char(30)) AS BLOB) FROM (
     SELECT rowid AS number, concat_ws(char(31), COALESCE(id, ''), hex(token_hash), COALESCE(token_expires_at, ''),
         COALESCE(token_since, created_at, ''), COALESCE(renews, ''), refresh_since IS NOT NULL, COALESCE(account_id, ''),
         COALESCE(device_id, ''), COALESCE(method, ''), COALESCE(profile_id, ''), COALESCE(address, ''),
         COALESCE(last_active_at, ''), held_at IS NOT NULL, hex(COALESCE(guard_hash, '')),
         hex(COALESCE(judged_lines, ''))) AS line
     FROM sessions NOT INDEXED WHERE rowid > $1 AND ended_at IS NULL AND service_id IS NULL ORDER BY rowid LIMIT $2)";

impl Store {
    /// Hands every session of this home that has not ended to `each`.
    pub async fn each_live_session(&self, mut each: impl FnMut(LiveRow)) -> Result<()> {
        let shared = Shared { logins: self.logins().await?, profiles: self.chosen_profiles().await? };
        let mut number = 0;
        loop {
            let (last, rows): (Option<i64>, Option<Vec<u8>>) =
                sqlx::query_as(LIVE_SESSIONS).bind(number).bind(PAGE).fetch_one(&self.reader).await?;
            let (Some(last), Some(rows)) = (last, rows) else { return Ok(()) };
            for row in rows.split(|byte| char::from(*byte) == RECORD) {
                // One that cannot be read is not let in, and keeps nobody else out.
                match to_live(row, &shared) {
                    Ok(live) => each(live),
                    Err(error @ Error::CorruptRecord { .. }) => {
                        let id = str::from_utf8(row).ok().and_then(|row| row.split(UNIT).next());
                        tracing::warn!(error = %causes(&error), id, "one session of many cannot be read");
                    }
                    Err(error) => return Err(error),
                }
            }
            number = last;
        }
    }

    async fn logins(&self) -> Result<HashMap<AccountId, Arc<str>>> {
        let rows = sqlx::query("SELECT id, login FROM accounts").fetch_all(&self.reader).await?;
        super::rows::readable(&rows, |row| Ok((row.word("id")?, row.raw::<&str>("login")?.into())))
            .map(HashMap::from_iter)
    }

    async fn chosen_profiles(&self) -> Result<HashMap<ProfileId, Arc<ChosenProfile>>> {
        let rows = sqlx::query(
            "SELECT id, name, kind, pin_hash IS NOT NULL AS has_pin FROM profiles
             WHERE id IN (SELECT profile_id FROM sessions WHERE ended_at IS NULL AND service_id IS NULL)",
        )
        .fetch_all(&self.reader)
        .await?;
        let profiles = super::rows::readable(&rows, |row| {
            let (id, name) = (row.word("id")?, row.raw("name")?);
            let chosen = ChosenProfile { id, name, kind: row.word("kind")?, has_pin: row.raw("has_pin")? };
            Ok((id, Arc::new(chosen)))
        });
        profiles.map(HashMap::from_iter)
    }
}

/// What sessions share.
struct Shared {
    logins: HashMap<AccountId, Arc<str>>,
    profiles: HashMap<ProfileId, Arc<ChosenProfile>>,
}

fn to_live(row: &[u8], shared: &Shared) -> Result<LiveRow> {
    let row = str::from_utf8(row).map_err(|cause| Error::corrupt("sessions", cause))?;
    let mut columns = row.split(UNIT);
    let mut next = |column: &'static str| {
        columns
            .next()
            .map(|text| Cell { column, text })
            .ok_or_else(|| Error::corrupt(column, "it is missing"))
    };
    let id = next("id")?.word()?;
    let token = next("token_hash")?.hash()?;
    let expires_at = next("token_expires_at")?.if_any(Cell::moment)?;
    let token_since = next("token_since")?.moment()?;
    let renews = next("renews")?.text != "0";
    let waits = next("refresh_since")?.text != "0";
    let account_id = next("account_id")?.word()?;
    let missing = |column| Error::corrupt(column, "there is none of that id");
    Ok(LiveRow {
        id,
        token,
        expires_at,
        token_since,
        renews,
        waits,
        account_id,
        login: shared.logins.get(&account_id).cloned().ok_or_else(|| missing("account_id"))?,
        device_id: next("device_id")?.word()?,
        method: next("method")?.word()?,
        profile: match next("profile_id")?.if_any(Cell::word)? {
            Some(id) => Some(shared.profiles.get(&id).cloned().ok_or_else(|| missing("profile_id"))?),
            None => None,
        },
        address: next("address")?.if_any(Cell::word)?,
        last_active_at: next("last_active_at")?.moment()?,
        held: next("held_at")?.text != "0",
        guard: next("guard_hash")?.if_any(Cell::hash)?,
        lines: Lines::from_bytes(&next("judged_lines")?.bytes()?),
    })
}

/// A value of a row.
#[derive(Clone, Copy)]
struct Cell<'a> {
    column: &'static str,
    text: &'a str,
}

impl Cell<'_> {
    fn word<T: FromStr>(self) -> Result<T> {
        parsed(self.text, self.column)
    }

    fn moment(self) -> Result<Timestamp> {
        let millis = self.text.parse().map_err(|cause| Error::corrupt(self.column, cause))?;
        Ok(Timestamp::from_millis(millis))
    }

    fn bytes(self) -> Result<Vec<u8>> {
        hex::decode(self.text).map_err(|cause| Error::corrupt(self.column, cause))
    }

    fn hash(self) -> Result<SecretHash> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(self.text, &mut bytes).map_err(|cause| Error::corrupt(self.column, cause))?;
        SecretHash::from_bytes(&bytes).ok_or_else(|| Error::corrupt(self.column, "no hash has that length"))
    }

    fn if_any<T>(self, read: impl FnOnce(Self) -> Result<T>) -> Result<Option<T>> {
        if self.text.is_empty() { Ok(None) } else { read(self).map(Some) }
    }
}
