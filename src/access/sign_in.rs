//! Signing a device in with login name and password.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Core;
use super::admit::{Admitted, Proof, Proven, admit};
use super::asking::Asking;
use super::known_networks::lane;
use super::limits::Lane;
use super::passwords::{Passwords, Recognised};
use super::waiting::Asker;
use crate::error::{Error, Result};
use crate::model::{Account, Device, HistoryDetail, HistoryKind, Login, Password, Secret, SignInMethod};
use crate::store::Credentials;
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
    let known_device = match &found {
        Some(found) => known_device(core, &mut asking, &found.account).await?,
        None => None,
    };
    let known_device = known_device.map(|device| device.id);
    let lane = lane(core, &asking, known_device);
    let core = Arc::clone(core);
    // Also when whoever asked hangs up before the answer: a wrong guess is counted and written all the same. Who hangs up
    // before anybody looks at it leaves their place to the next.
    let hung_up = CancellationToken::new();
    let _hangs_up = hung_up.clone().drop_guard();
    let tried = Tried { asking, login, password, found, lane, is_known: known_device.is_some() };
    Core::carry_through(async move { checked(&core, tried, hung_up).await }).await
}

/// A sign-in, and what is known of who asks.
struct Tried {
    asking: Asking,
    login: Login,
    password: Password,
    found: Option<Credentials>,
    lane: Lane,
    is_known: bool,
}

/// Lets a device in whose password is right.
async fn checked(core: &Arc<Core>, tried: Tried, hung_up: CancellationToken) -> Result<Admitted> {
    let Tried { asking, login, password, found, lane, is_known } = tried;
    let networks = asking.networks();
    let attempt = core.limits.sign_in(&login, &networks, lane)?;
    // The same work is done for a name that does not exist, so that time does not tell which names do.
    let hash = found.as_ref().map(|found| found.password_hash.as_str());
    let asker = Asker { lane, networks };
    let place = tokio::select! {
        place = core.passwords.enter(asker) => place,
        () = hung_up.cancelled() => return Err(Error::Busy),
    };
    let recognised = match place {
        Ok(place) => Passwords::recognise_at(place, &password, hash).await,
        Err(full) => Err(full),
    };
    let recognised = match recognised {
        Ok(recognised) => recognised,
        Err(error) => {
            // Nobody looked at it.
            attempt.forgive();
            return Err(error);
        }
    };
    match found {
        Some(mut found) if recognised != Recognised::No => {
            attempt.forgive();
            if !is_known {
                core.limits.new_device(&login, &networks)?;
            }
            if recognised == Recognised::AsTyped {
                found.password_hash = respelt(core, asker, &found, &password).await?;
            }
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

/// The device of the account that asks, by whichever of the secrets it brings; that one counts from now on.
async fn known_device(core: &Core, asking: &mut Asking, account: &Account) -> Result<Option<Device>> {
    let others = std::mem::take(&mut asking.other_device_secrets);
    for secret in asking.device_secret.clone().into_iter().chain(others) {
        if let Some(device) = core.store.device_by_secret(account.id, secret.hash()).await? {
            asking.device_secret = Some(secret);
            return Ok(Some(device));
        }
    }
    Ok(None)
}

/// Keeps a password in the one spelling from now on; answers with the hash that counts.
async fn respelt(core: &Core, asker: Asker, found: &Credentials, password: &Password) -> Result<String> {
    let hash = core.passwords.hash(asker, &*core.random, password.as_bytes().to_vec()).await?;
    core.store.respell_password(found.account.id, &found.password_hash, &hash).await?;
    Ok(hash)
}

async fn note_failure(core: &Core, asking: &Asking, account: &Account) -> Result<()> {
    let mut entry = core.entry(account.id, HistoryKind::SignInFailed);
    entry.device_name = Some(asking.traits(core).name);
    entry.address = asking.address.map(|address| address.to_string());
    entry.place = Some(asking.place(core));
    entry.detail = Some(HistoryDetail::SignedIn { method: SignInMethod::Password });
    core.store.add_history(&[entry]).await?;
    core.announcer.announce(&*core.clock, account.id, EventKind::SignInFailed);
    Ok(())
}
