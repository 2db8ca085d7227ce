//! Letting a device in that somebody allowed who is in: one that shows a code, or a phone that brought one.

use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::admit::{Admitted, Allower, Proof, Proven, admit};
use super::asking::Asking;
use super::caller::Manager;
use super::proof::{self, Brought};
use super::{profiles, vouching};
use crate::error::{Error, Result};
use crate::model::{AccountId, LetInBy, Profile, ProfileId};
use crate::store::Turn;
use crate::wire::{self, CodeDecision};

/// Who let a device in, and to what.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    account_id: AccountId,
    by: LetInBy,
    allower: Allower,
    profile: Option<Profile>,
    /// The hash of that profile's PIN, if it has one.
    pin: Option<String>,
}

/// What a manager decides about a device, in the turn that it is decided in; `None` when it stays outside. To allow it takes a
/// proof, to refuse it none.
///
/// # Errors
///
/// [`Error::ProofRequired`] and what a wrong proof is refused with; and when the profile cannot be handed over.
pub(super) async fn decide<'a>(
    core: &'a Arc<Core>,
    manager: &Manager,
    decision: CodeDecision,
    profile_id: Option<ProfileId>,
    proof: &wire::Proof,
) -> Result<(Turn<'a>, Option<Allowed>)> {
    let allows = decision == CodeDecision::Allow;
    let shown = if allows { proof::look(core, manager, None, Brought::from(proof)).await? } else { None };
    let turn = core.in_turn(manager.caller()).await?;
    if allows {
        proof::require(core, &turn, manager, None, shown.as_ref()).await?;
    }
    let (profile, pin) = match profile_id {
        Some(id) => {
            let profile = profiles::to_hand_over(core, manager, id).await?;
            (Some(profile), core.store.pin_hash(id).await?)
        }
        None => (None, None),
    };
    let whoever_allows = Allower {
        is_familiar: vouching::is_familiar(core, manager.caller()).await?,
        address: manager.caller().address,
    };
    let by = LetInBy { session_id: manager.session_id(), device_id: manager.device_id() };
    let allowed = Allowed { account_id: manager.account_id(), by, allower: whoever_allows, profile, pin };
    Ok((turn, allows.then_some(allowed)))
}

/// Lets it in, with a token that lasts so long, or for ever.
///
/// # Errors
///
/// [`Error::SessionEnded`] when whoever allowed it has been signed out since, or is on hold.
pub(super) async fn let_in(
    core: &Arc<Core>,
    asking: Asking,
    allowed: Allowed,
    lasts: Option<Duration>,
) -> Result<Admitted> {
    // Without an account nobody is left who allowed it.
    let found = core.store.credentials(allowed.account_id).await?.ok_or(Error::SessionEnded)?;
    let proven = Proven {
        account: found.account,
        proof: Proof::Code { allowed_by: allowed.by, allower: allowed.allower, pin: allowed.pin },
        profile: allowed.profile,
        expires_at: lasts.map(|lasts| core.now().after(lasts)),
    };
    admit(core, asking, proven).await
}
