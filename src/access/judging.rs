//! Judging: from who asks and what is known of the account to a verdict, and the alert it raises.

use super::Core;
use super::asking::Asking;
use crate::error::{Error, Result};
use crate::familiarity::{Client, Identity, Judgement, Known, Settings, SignIn};
use crate::model::{
    AccountId, Alert, AlertId, AlertKind, AlertState, Deeds, Device, DeviceTraits, HistoryDetail,
    HistoryKind, Part, Place, ProfileId, Session, Telling, Verdict,
};
use crate::store::{FamiliarityRow, SetAside};
use crate::wire::EventKind;

/// How often what is known is read anew when it could not be read: twice, for both of its halves, and for what others did.
const ATTEMPTS: usize = 4;

/// What is known of an account, and what its people set.
pub(super) struct Lore {
    /// What is known.
    pub known: Known,
    /// What they set.
    pub settings: Settings,
}

impl Lore {
    /// Reads it. A home that is older than the rule begins with its devices and the places it had been at.
    pub async fn of(core: &Core, account_id: AccountId) -> Result<Self> {
        // What cannot be read is set aside, and then there is something else in its place.
        for _ in 0..ATTEMPTS {
            let Some(found) = core.store.familiarity(account_id).await? else {
                return Ok(Self { known: begin(core, account_id).await?, settings: Settings::default() });
            };
            let known = match known_in(&found.known) {
                Ok(known) => known,
                Err(cause) => {
                    let anew = begin(core, account_id).await?;
                    if anew.is_empty() {
                        // Nor is there any device: the account is new.
                        return Ok(Self { known: anew, settings: Settings::default() });
                    }
                    let anew = written(&anew)?;
                    set_aside(core, account_id, Part::Known, (&found.known, &cause), &anew).await?;
                    continue;
                }
            };
            match serde_json::from_slice(&found.settings) {
                Ok(settings) => return Ok(Self { known, settings }),
                Err(cause) => {
                    // What is safe: to tell, and to hold what looks stolen.
                    let anew = written(&Settings::default())?;
                    let cause = cause.to_string();
                    set_aside(core, account_id, Part::Settings, (&found.settings, &cause), &anew).await?;
                }
            }
        }
        Err(Error::internal("what is known of the account changes faster than it can be read"))
    }

    /// Both as the store keeps them.
    pub fn to_row(&self) -> Result<FamiliarityRow> {
        Ok(FamiliarityRow { known: written(&self.known)?, settings: written(&self.settings)? })
    }

    /// What is known, as the store keeps it.
    pub fn to_known(&self) -> Result<String> {
        written(&self.known)
    }
}

/// What is known, out of the store; or why it cannot be read. Where nothing is known everything is familiar, and so what was
/// emptied counts as damaged, too.
fn known_in(written: &[u8]) -> Result<Known, String> {
    match serde_json::from_slice::<Known>(written) {
        Ok(known) if known.is_empty() => Err("nothing is in it".into()),
        Ok(known) => Ok(known),
        Err(cause) => Err(cause.to_string()),
    }
}

/// Sets aside what cannot be read: one damaged record must not stop every sign-in of an account. It is told in the history.
async fn set_aside(
    core: &Core,
    account_id: AccountId,
    part: Part,
    (unreadable, cause): (&[u8], &str),
    instead: &str,
) -> Result<()> {
    let mut entry = core.entry(account_id, HistoryKind::SetAside);
    entry.detail = Some(HistoryDetail::Part { part });
    let aside = SetAside { account_id, part, unreadable, cause, instead, history: &entry };
    if core.store.set_aside(&aside).await? {
        tracing::error!(
            column = part.as_str(),
            cause,
            "what the home knows of an account cannot be read; it is set aside, and learning begins anew"
        );
        core.announcer.announce(&*core.clock, account_id, EventKind::AlertSettingsChanged);
    }
    Ok(())
}

/// What was judged when an alert was raised; `None` where the alert is of an earlier version, or it cannot be read any more.
pub(super) fn judged_in(alert: &Alert) -> Option<SignIn> {
    let read = serde_json::from_str(alert.sign_in.as_deref()?);
    read.inspect_err(|cause| {
        tracing::warn!(alert = %alert.id, column = "sign_in", %cause, "what an alert was raised for cannot be read");
    })
    .ok()
}

/// A noun of the rule, as the store keeps it.
pub(super) fn written<T: serde::Serialize>(noun: &T) -> Result<String> {
    serde_json::to_string(noun).map_err(Error::internal)
}

async fn begin(core: &Core, account_id: AccountId) -> Result<Known> {
    let mut known = Known::default();
    for listing in core.store.latest_devices(account_id, 64).await? {
        // Whoever a watched service let in has proven nothing here.
        let Some(at_home) = listing.at_home() else { continue };
        let past = past_sign_in(&listing.device, &at_home.session);
        match at_home.session.familiarity.verdict {
            Verdict::Familiar | Verdict::NewPlace => known.confirm(&past),
            Verdict::NewDevice | Verdict::Suspicious => known.waits(&past),
        }
    }
    for place in core.store.known_places(account_id).await? {
        known.been_at(&place, core.now());
    }
    known.is_taught = !known.is_empty();
    Ok(known)
}

/// A device's latest sign-in here, from what is on record.
pub(super) fn past_sign_in(device: &Device, session: &Session) -> SignIn {
    let client = Client::from(&device.traits);
    SignIn {
        at: session.created_at,
        identity: Identity::Proven(device.id),
        agent: Client::default(),
        client,
        address: session.address,
        place: session.place.clone(),
        profile: session.profile_id,
    }
}

/// What is judged when somebody asks.
pub(super) fn sign_in(
    core: &Core,
    asking: &Asking,
    identity: Identity,
    traits: &DeviceTraits,
    place: &Place,
    profile: Option<ProfileId>,
) -> SignIn {
    SignIn {
        at: core.now(),
        identity,
        client: Client::from(traits),
        agent: Client::from(&asking.agent(core)),
        address: asking.address,
        place: place.clone(),
        profile,
    }
}

/// The alert that a judgement raises, if it does.
pub(super) fn alert(
    core: &Core,
    session: &Session,
    sign_in: &SignIn,
    judged: &Judgement,
) -> Result<Option<Alert>> {
    if judged.telling == Telling::Nothing {
        return Ok(None);
    }
    Ok(Some(Alert {
        id: AlertId::in_order(&core.order, &*core.clock, &*core.random),
        account_id: session.account_id,
        device_id: session.device_id,
        session_id: session.id,
        kind: AlertKind::SignIn,
        did: Deeds::default(),
        at: core.now(),
        place: sign_in.place.clone(),
        familiarity: judged.familiarity.clone(),
        telling: judged.telling,
        sign_in: Some(written(sign_in)?),
        state: AlertState::Open,
        answered_at: None,
        acted_by: None,
    }))
}
