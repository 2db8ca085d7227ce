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
    // Hashing took a while: a session that was signed out meanwhile must not change the password any more.
    manager.caller().unless_ended(())?;
    let mut line = core.line(account_id, HistoryKind::PasswordChanged);
    line.by_session_id = Some(manager.session_id());
    line.device_id = Some(manager.device_id());
    core.store.change_password(account_id, &hash, &line).await?;
    let signed_out = if change.sign_out_everything_else {
        sign_out::everything_else(core, manager, EndedReason::PasswordChanged).await?
    } else {
        0
    };
    Ok(PasswordChanged { signed_out })
}
