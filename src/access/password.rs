//! Changing the account's password.

use std::sync::Arc;

use super::caller::Manager;
use super::{Core, sign_out};
use crate::error::{Error, Result};
use crate::model::{EndedReason, HistoryKind, Password};
use crate::wire::{PasswordChange, PasswordChanged};

/// Replaces the password, when the current one is right, and signs everything else out if asked to.
pub async fn change(core: &Arc<Core>, manager: &Manager, change: PasswordChange) -> Result<PasswordChanged> {
    let account_id = manager.account_id();
    core.limits.password_change(manager.session_id())?;
    let current = Password::received(change.current_password)?;
    let new = Password::chosen(change.new_password)
        .map_err(|_| Error::invalid("new_password", "Choose a password of at least 8 characters."))?;
    let kept = core.store.credentials(account_id).await?.ok_or(Error::NotFound("account"))?;
    if !core.passwords.verify(current.as_bytes().to_vec(), Some(kept.password_hash)).await? {
        return Err(Error::invalid("current_password", "That is not the current password."));
    }
    let hash = core.passwords.hash(&*core.random, new.as_bytes().to_vec()).await?;
    let (core, caller) = (Arc::clone(core), manager.caller().clone());
    Core::carry_through(async move {
        // One change in one turn: no sign-in with the old password slips between the two halves.
        let _turn = core.in_turn(&caller).await?;
        let mut line = core.line(account_id, HistoryKind::PasswordChanged);
        line.by_session_id = Some(caller.session.id);
        line.device_id = Some(caller.session.device_id);
        let ends = if change.sign_out_everything_else {
            sign_out::ends_of_everything_else(&core, &caller, EndedReason::PasswordChanged).await?
        } else {
            Vec::new()
        };
        let ended = core.store.change_password(account_id, &hash, &line, &ends).await?;
        sign_out::retire(&core, &ended);
        Ok(PasswordChanged { signed_out: u32::try_from(ended.len()).unwrap_or(u32::MAX) })
    })
    .await
}
