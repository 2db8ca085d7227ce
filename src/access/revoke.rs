//! Giving a token back (RFC 7009): whoever holds a good one may end its session by it, and by nothing older.

use std::sync::Arc;

use super::asking::Asking;
use super::going_on::{self, OnTheft};
use super::live::{LiveSession, Other};
use super::{Core, renewal, sign_out};
use crate::error::{Error, Result};
use crate::familiarity::Identity;
use crate::model::{EndedReason, Secret, SecretHash};
use crate::store::{EndSession, RefreshState, Turn};

/// What a token is to its session.
enum Standing {
    /// It is good, or would be if it had not run out or its session were not held: its holder may give it back.
    Good,
    /// It was just replaced, and may be under way still. It is good for nothing here.
    Late,
    /// It is good no more, and who brings it is to be judged.
    Old(Identity),
}

/// Ends the session of an access or refresh token. A token that is good for nothing is no error (RFC 7009 section 2.2), and
/// ends nothing: who has an old copy must not sign its owner out by it. Where an old copy shows that there are two, that is
/// told.
pub async fn revoke(core: &Arc<Core>, asking: Asking, token: &Secret) -> Result<()> {
    let (core, token) = (Arc::clone(core), token.hash());
    // A look before the turn: a stranger's made-up token does not queue before the household's sign-outs.
    if find(&core, token, &asking).await?.is_none() {
        return Ok(());
    }
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        let Some((session, standing)) = find(&core, token, &asking).await? else { return Ok(()) };
        match standing {
            Standing::Good => end(&core, &turn, &session, &asking).await,
            Standing::Late => Ok(()),
            Standing::Old(_) if session.is_held() => Ok(()),
            Standing::Old(identity) => {
                let judged =
                    going_on::came_back(&core, &turn, &session, &asking, identity, OnTheft::Tell).await;
                match judged {
                    Err(Error::NotSignedIn | Error::SessionHeld | Error::SessionEnded) => Ok(()),
                    judged => judged,
                }
            }
        }
    })
    .await
}

/// The live session of a token, and what the token is to it.
async fn find(
    core: &Core,
    token: SecretHash,
    asking: &Asking,
) -> Result<Option<(Arc<LiveSession>, Standing)>> {
    let good = |session| Ok(Some((session, Standing::Good)));
    if let Some(session) = core.live.find(&token) {
        return good(session);
    }
    if let Some((session, what)) = core.live.find_other(&token) {
        let standing = match what {
            Other::Offered | Other::Waiting => Standing::Good,
            Other::Spent(at) | Other::Replaced(at) if renewal::is_under_way(core, &session, at, asking) => {
                Standing::Late
            }
            _ => Standing::Old(renewal::bearer(core, &session, what, asking)),
        };
        return Ok(Some((session, standing)));
    }
    let Some(found) = core.store.session_by_refresh(token).await? else { return Ok(None) };
    let Some(session) = core.live.by_id(found.session_id).filter(|_| !found.ended) else { return Ok(None) };
    let standing = match found.state {
        RefreshState::Newest => Standing::Good,
        RefreshState::Before(_) => Standing::Late,
        RefreshState::Replaced(at) if renewal::is_under_way(core, &session, at, asking) => Standing::Late,
        RefreshState::Replaced(_) | RefreshState::Spent => {
            Standing::Old(Identity::Replayed(session.device_id))
        }
    };
    Ok(Some((session, standing)))
}

/// Ends a session by its own token, also one that is held. What is written is who asked, and where.
async fn end(core: &Core, turn: &Turn<'_>, session: &LiveSession, asking: &Asking) -> Result<()> {
    let (id, reason) = (session.id, EndedReason::Revoked);
    let mut history =
        sign_out::entry_of(core, session.account_id(), session.device_id, id, reason, Some(id)).await?;
    history.address = asking.address.map(|address| address.to_string());
    history.place = Some(asking.place(core));
    let ended = core
        .store
        .end_sessions(turn, &[EndSession { id, reason, by: Some(id), history }], &[], None, None)
        .await?;
    sign_out::retire(core, turn, &ended.keys);
    Ok(())
}
