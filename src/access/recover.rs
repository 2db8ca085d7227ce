//! A forgotten password: whoever sits at the home's own computer may choose a new one. The proof is a code that is printed
//! there, by `latchkey-server recover` or by the window of the app that the home runs in.

use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::asking::Asking;
use super::live::Known;
use super::user_code::new_user_code;
use super::waiting::Asker;
use super::{sign_out, taking_over};
use crate::clock::Clock;
use crate::error::{Error, Result, causes};
use crate::model::{
    Account, AccountId, Alert, AlertId, AlertKind, AlertState, Deeds, Device, DeviceId, EndedReason,
    Familiarity, HistoryDetail, HistoryEntry, HistoryKind, Password, Promise, Reason, Secret, Session,
    SessionId, SignInMethod, Source, Telling, Timestamp, Verdict,
};
use crate::random::Random;
use crate::store::{Deed, EndSession, PasswordReplaced, PrintedCodes, PrintedFor, Turn, Visitor};
use crate::wire::{EventKind, Recovered, Recovery};

/// How long a recovery code is good for: long enough to walk to another screen.
pub const CODE_LIFETIME: Duration = Duration::from_mins(15);

/// Prints a code that lets its reader choose a new password; an earlier one is good no more.
pub fn print_code(codes: &PrintedCodes, clock: &dyn Clock, random: &dyn Random) -> Result<String> {
    let code = new_user_code(random);
    codes.keep(PrintedFor::Recovery, &code, clock.now(), CODE_LIFETIME)?;
    Ok(code)
}

/// Replaces the forgotten password, and signs every device out if asked to. Whoever did it then signs in like anybody.
pub async fn recover(core: &Arc<Core>, asking: Asking, request: Recovery) -> Result<Recovered> {
    let attempt = core.limits.set_up(&asking.networks())?;
    let new = Password::chosen("new_password", request.new_password)?;
    if !core.printed.is(PrintedFor::Recovery, &request.code, core.now()) {
        return Err(Error::WrongRecoveryCode);
    }
    attempt.forgive();
    let account = core.store.first_account().await?.ok_or(Error::SetupRequired)?;
    let hash = core.passwords.hash(Asker::with_session(), &*core.random, new.as_bytes().to_vec()).await?;
    let core = Arc::clone(core);
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        // A code is good once: of two who hold it, one was first.
        if !core.printed.is(PrintedFor::Recovery, &request.code, core.now()) {
            return Err(Error::WrongRecoveryCode);
        }
        let mut entry = core.entry(account.id, HistoryKind::PasswordRecovered);
        entry.address = asking.address.map(|address| address.to_string());
        entry.place = Some(asking.place(&core));
        let ends = if request.sign_out_everything {
            ends_of_all(&core, &turn, account.id, entry.at).await?
        } else {
            Vec::new()
        };
        let device = device(&core, &asking, &account);
        let session = session(&core, &asking, &device, entry.at);
        let deed = told(&core, &asking, &device, &session, &ends);
        // Before the password changes: a code that cannot be used up would be good again.
        let taken = core.printed.take(PrintedFor::Recovery)?;
        let new = PasswordReplaced {
            account_id: account.id,
            checked: None,
            hash: &hash,
            history: &entry,
            ends: &ends,
            fresh: None,
            visitor: Some(&Visitor {
                device: &device,
                session: &session,
                device_secret: Secret::new(&*core.random).hash(),
                token: Secret::new(&*core.random).hash(),
            }),
            deed: Some(&deed),
        };
        let written = core.store.change_password(&turn, &new).await;
        let settled = if written.is_ok() { taken.forget() } else { taken.put_back() };
        if let Err(error) = settled {
            tracing::warn!(error = %causes(&error), "the file of a recovery code stays as it is");
        }
        let ended = written?.ok_or(Error::NotFound("account"))?;
        sign_out::retire(&core, &turn, &ended);
        // The earlier one proves nothing any more.
        core.live.each_of(account.id, |session| session.forget_proof(Known::Password));
        core.announcer.announce(&*core.clock, account.id, EventKind::PasswordRecovered);
        taking_over::tell(&core, Some(&deed));
        tracing::info!("the password was chosen anew with a code printed on this computer");
        let signed_out = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        Ok(Recovered { login: account.login.as_str().to_owned(), signed_out })
    })
    .await
}

/// The device that asks. Not one that is known, whatever secret it brings: it is told of by itself.
fn device(core: &Core, asking: &Asking, account: &Account) -> Device {
    Device {
        id: DeviceId::new(&*core.clock, &*core.random),
        account_id: account.id,
        traits: asking.traits(core),
        given_name: None,
        first_seen_at: core.now(),
        continued_by: None,
        before_merge: None,
    }
}

/// What stands for its session, which it does not get.
fn session(core: &Core, asking: &Asking, device: &Device, at: Timestamp) -> Session {
    let reasons = vec![Reason::RecoveredPassword];
    Session {
        id: SessionId::new(&*core.clock, &*core.random),
        account_id: device.account_id,
        device_id: device.id,
        source: Source::Home { site: None },
        promise: Promise::NextRequest,
        method: SignInMethod::Password,
        let_in_by: None,
        profile_id: None,
        created_at: at,
        last_active_at: at,
        last_title: None,
        address: asking.address,
        familiarity: Familiarity { verdict: Verdict::NewDevice, score: None, reasons, probably: None },
        place: asking.place(core),
        held_at: None,
        ending: None,
    }
}

/// What is told on every screen: whoever may read the data folder can do this, and the household must hear of it.
fn told(core: &Core, asking: &Asking, device: &Device, session: &Session, ends: &[EndSession]) -> Deed {
    let did = Deeds {
        signed_out_count: u32::try_from(ends.len()).unwrap_or(u32::MAX),
        password_changed_at: Some(session.created_at),
        recovered: true,
        ..Deeds::default()
    };
    let alert = Alert {
        id: AlertId::in_order(&core.order, &*core.clock, &*core.random),
        account_id: device.account_id,
        device_id: device.id,
        session_id: session.id,
        kind: AlertKind::TakesOver,
        did,
        at: session.created_at,
        place: session.place.clone(),
        familiarity: session.familiarity.clone(),
        telling: Telling::Aloud,
        sign_in: None,
        state: AlertState::Open,
        answered_at: None,
        acted_by: None,
    };
    let entry = HistoryEntry {
        device_id: Some(device.id),
        device_name: Some(device.name().to_owned()),
        session_id: Some(session.id),
        address: asking.address.map(|address| address.to_string()),
        place: Some(session.place.clone()),
        detail: Some(HistoryDetail::About { about: AlertKind::TakesOver }),
        ..core.entry(device.account_id, HistoryKind::Alert)
    };
    Deed::New(alert, entry)
}

async fn ends_of_all(
    core: &Core,
    _turn: &Turn<'_>,
    account_id: AccountId,
    at: Timestamp,
) -> Result<Vec<EndSession>> {
    let mut ends = Vec::new();
    for (id, device_id) in core.store.live_sessions(account_id).await? {
        let reason = EndedReason::PasswordChanged;
        let mut history = sign_out::entry_of(core, account_id, device_id, id, reason, Some(id)).await?;
        (history.at, history.by_session_id) = (at, None);
        ends.push(EndSession { id, reason, by: None, history });
    }
    Ok(ends)
}
