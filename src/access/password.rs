//! Changing the account's password.

use std::sync::Arc;

use super::caller::Manager;
use super::fresh::Drawn;
use super::live::Known;
use super::proof;
use super::waiting::Asker;
use super::{Core, sign_out, taking_over};
use crate::error::{Error, Result};
use crate::model::{EndedReason, HistoryKind, Password};
use crate::store::PasswordReplaced;
use crate::wire::{Fresh, PasswordChange, PasswordChanged};

/// Replaces the password, when the current one is right, and signs everything else out if asked to.
///
/// Checking and hashing take a while, and somebody else may have changed it meanwhile: of two who change it at once with the
/// same old password one is told that it is not the current one.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    change: PasswordChange,
) -> Result<Fresh<PasswordChanged>> {
    let account_id = manager.account_id();
    let new = Password::chosen("new_password", change.new_password)?;
    let asker = Asker::with_session();
    let shown = match proof::check_password(core, manager.caller(), &change.current_password).await {
        Err(Error::WrongPassword) => return Err(not_current()),
        shown => shown?,
    };
    let hash = core.passwords.hash(asker, &*core.random, new.as_bytes().to_vec()).await?;
    let (core, caller) = (Arc::clone(core), manager.caller().clone());
    Core::carry_through(async move {
        // One change in one turn: no sign-in with the old password slips between the two halves.
        let turn = core.in_turn(&caller).await?;
        let now = core.store.credentials(account_id).await?.ok_or(Error::NotFound("account"))?;
        if !shown.is_still_good(&core, &turn, account_id).await? {
            return Err(not_current());
        }
        let mut entry = core.entry(account_id, HistoryKind::PasswordChanged);
        entry.by_session_id = Some(caller.session.id);
        entry.device_id = Some(caller.session.device_id);
        let ends = if change.sign_out_everything_else {
            sign_out::ends_of_everything_else(&core, &turn, &caller, EndedReason::PasswordChanged).await?
        } else {
            Vec::new()
        };
        let deed = taking_over::noticed(&core, &caller, &ends, &[], true).await?;
        let fresh = Drawn::of(&core, &turn, &caller)?;
        let new = PasswordReplaced {
            account_id,
            checked: Some(&now.password_hash),
            hash: &hash,
            history: &entry,
            ends: &ends,
            fresh: Some(fresh.written()),
            visitor: None,
            deed: deed.as_ref(),
        };
        let ended = core.store.change_password(&turn, &new).await?.ok_or_else(not_current)?;
        sign_out::retire(&core, &turn, &ended);
        // The earlier one proves nothing any more.
        core.live.each_of(account_id, |session| session.forget_proof(Known::Password));
        proof::note(&core, &turn, &caller, Known::Password);
        taking_over::tell(&core, deed.as_ref());
        let changed = PasswordChanged { signed_out: u32::try_from(ended.len()).unwrap_or(u32::MAX) };
        Ok(fresh.count(&core, &turn, &caller.session, changed))
    })
    .await
}

fn not_current() -> Error {
    Error::invalid("current_password", "That is not the current password.")
}
