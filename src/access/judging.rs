//! Judging: from who asks and what is known of the account to a verdict, and the alert it raises.

use super::Core;
use super::asking::Asking;
use crate::error::{Error, Result};
use crate::familiarity::{Client, Identity, Judgement, Known, Settings, SignIn};
use crate::model::{
    AccountId, Alert, AlertId, AlertState, DeviceListing, DeviceTraits, Place, ProfileId, Session, Telling,
    Verdict,
};
use crate::store::{DeviceFilter, FamiliarityRow};

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
        match core.store.familiarity(account_id).await? {
            Some(row) => {
                Ok(Self { known: read(&row.known, "known")?, settings: read(&row.settings, "settings")? })
            }
            None => Ok(Self { known: begin(core, account_id).await?, settings: Settings::default() }),
        }
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

/// A noun of the rule, from what the store keeps.
pub(super) fn read<T: serde::de::DeserializeOwned>(text: &str, column: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| Error::CorruptRecord(column))
}

/// A noun of the rule, as the store keeps it.
pub(super) fn written<T: serde::Serialize>(noun: &T) -> Result<String> {
    serde_json::to_string(noun).map_err(Error::internal)
}

async fn begin(core: &Core, account_id: AccountId) -> Result<Known> {
    let mut known = Known::default();
    for listing in core.store.devices(account_id, &DeviceFilter::default(), None, 64).await? {
        let past = past_sign_in(&listing);
        match listing.session.familiarity.verdict {
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

/// A device's latest sign-in, from what is on record.
pub(super) fn past_sign_in(listing: &DeviceListing) -> SignIn {
    let client = Client::from(&listing.device.traits);
    SignIn {
        at: listing.session.created_at,
        identity: Identity::Proven(listing.device.id),
        agent: Client::default(),
        client,
        address: listing.session.address,
        place: listing.session.place.clone(),
        profile: listing.session.profile_id,
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
        id: AlertId::new(&*core.clock, &*core.random),
        account_id: session.account_id,
        device_id: session.device_id,
        session_id: session.id,
        at: core.now(),
        place: sign_in.place.clone(),
        familiarity: judged.familiarity.clone(),
        telling: judged.telling,
        sign_in: Some(written(sign_in)?),
        state: AlertState::Open,
        answered_at: None,
    }))
}
