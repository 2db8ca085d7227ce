//! Signing a device in with login name and password.

use std::sync::Arc;

use super::Core;
use super::admit::{Admitted, Proof, Proven, admit};
use super::asking::Asking;
use crate::error::{Error, Result};
use crate::model::{Account, HistoryKind, Login, Password, Secret, SignInMethod};
use crate::wire::{EventKind, SignInRequest};

/// Signs a device in. What it declares and the secret it brings count before what its request carries.
pub async fn sign_in(core: &Arc<Core>, mut asking: Asking, request: SignInRequest) -> Result<Admitted> {
    let login = Login::parse(&request.login)?;
    let password = Password::received(request.password)?;
    if let Some(secret) = request.device_secret {
        asking.device_secret = Some(Secret::received(secret));
    }
    asking.declared = request.device.or(asking.declared);

    let found = core.store.credentials_by_login(&login).await?;
    let known_device = match (&found, &asking.device_secret) {
        (Some(found), Some(secret)) => core.store.device_by_secret(found.account.id, secret.hash()).await?,
        _ => None,
    };
    core.limits.sign_in(&login, asking.address, known_device.map(|device| device.id))?;
    // The same work is done for a name that does not exist, so that time does not tell which names do.
    let hash = found.as_ref().map(|found| found.password_hash.clone());
    let is_right = core.passwords.verify(password.as_bytes().to_vec(), hash).await?;
    match found {
        Some(found) if is_right => {
            let proven = Proven {
                account: found.account,
                proof: Proof::Password { checked: found.password_hash },
                profile: None,
                expires_at: None,
            };
            admit(core, asking, proven).await
        }
        Some(found) => {
            note_failure(core, &asking, &found.account).await?;
            Err(Error::WrongCredentials)
        }
        None if !core.store.has_account().await? => Err(Error::SetupRequired),
        None => {
            tracing::info!(address = ?asking.address, "somebody tried to sign in to an account that does not exist");
            Err(Error::WrongCredentials)
        }
    }
}

async fn note_failure(core: &Core, asking: &Asking, account: &Account) -> Result<()> {
    let mut line = core.line(account.id, HistoryKind::SignInFailed);
    line.device_name = Some(asking.traits(core).name);
    line.address = asking.address.map(|address| address.to_string());
    line.place = Some(asking.place(core));
    line.detail = Some(SignInMethod::Password.as_str().to_owned());
    core.store.add_history(&[line]).await?;
    core.announcer.announce(&*core.clock, account.id, EventKind::SignInFailed);
    Ok(())
}
