//! An unfamiliar device that signs others out, or changes the password, is told of: whoever has the password could otherwise
//! empty the household before anybody looks. The alert stays until the household answers it, also when the device has
//! gone, and says what it did.

use std::collections::HashSet;

use super::caller::Caller;
use super::{Core, vouching};
use crate::error::Result;
use crate::model::{Alert, AlertKind, Deeds, DeviceSignedOut, HistoryEntry, HistoryKind, Reason};
use crate::store::{AskEnd, Deed, EndSession};

/// Most devices that an alert names.
const MOST_NAMED: usize = 100;

/// What is told of a caller who is about to end sessions, or has services asked to, or has changed the password; `None` for a
/// familiar one, and for one who ends only their own.
pub(super) async fn noticed(
    core: &Core,
    caller: &Caller,
    ends: &[EndSession],
    asks: &[AskEnd],
    changes_password: bool,
) -> Result<Option<Deed>> {
    noticed_of(core, caller, vouching::is_familiar(core, caller), (ends, asks), changes_password).await
}

/// The same, of one of whom it may be known already whether they are familiar; it is asked for where something hangs on it.
pub(super) async fn noticed_of(
    core: &Core,
    caller: &Caller,
    is_familiar: impl Future<Output = Result<bool>>,
    (ends, asks): (&[EndSession], &[AskEnd]),
    changes_password: bool,
) -> Result<Option<Deed>> {
    let own = caller.session.device_id;
    let entries = ends.iter().map(|end| &end.history).chain(asks.iter().map(|ask| &ask.history));
    // A device may hold several sessions, and is one.
    let mut seen = HashSet::new();
    let others: Vec<_> = entries
        .filter_map(signed_out)
        .filter(|device| seen.insert(device.device_id))
        // The made-up stranger of a drill is nobody of the household.
        .filter(|device| device.device_id != own && !core.drills.has_device(device.device_id))
        .collect();
    if (others.is_empty() && !changes_password) || is_familiar.await? {
        return Ok(None);
    }
    let waiting = core.store.waiting_alert(caller.account_id(), own, AlertKind::TakesOver).await?;
    let mut did = waiting.as_ref().map(|waiting| waiting.alert.did.clone()).unwrap_or_default();
    did.signed_out_count =
        did.signed_out_count.saturating_add(u32::try_from(others.len()).unwrap_or(u32::MAX));
    let room = MOST_NAMED.saturating_sub(did.signed_out.len());
    did.signed_out.extend(others.into_iter().take(room));
    if changes_password {
        did.password_changed_at = Some(core.now());
    }
    let reasons = reasons_of(&did);
    Ok(Some(if let Some(waiting) = waiting {
        let mut alert = waiting.alert;
        (alert.did, alert.familiarity.reasons) = (did, reasons);
        Deed::More(alert)
    } else {
        let alert = vouching::alert(core, caller, AlertKind::TakesOver, did, reasons).await?;
        let entry =
            vouching::entry(core, caller, HistoryKind::Alert, &alert.place, AlertKind::TakesOver).await?;
        Deed::New(alert, entry)
    }))
}

/// Tells of it, once it is on disk.
pub(super) fn tell(core: &Core, what: Option<&Deed>) {
    if let Some(alert) = what.map(alert_of) {
        vouching::announce(core, alert);
    }
}

const fn alert_of(what: &Deed) -> &Alert {
    match what {
        Deed::New(alert, _) | Deed::More(alert) => alert,
    }
}

fn signed_out(entry: &HistoryEntry) -> Option<DeviceSignedOut> {
    Some(DeviceSignedOut {
        device_id: entry.device_id?,
        name: entry.device_name.clone().unwrap_or_default(),
        at: entry.at,
    })
}

fn reasons_of(did: &Deeds) -> Vec<Reason> {
    let devices = Some(Reason::SignedOthersOut { count: did.signed_out_count });
    let devices = devices.filter(|_| did.signed_out_count > 0);
    devices.into_iter().chain(did.password_changed_at.map(|_| Reason::ChangedPassword)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn what_a_device_did_is_counted() {
        let did = |signed_out_count, password_changed_at| Deeds {
            signed_out_count,
            password_changed_at,
            ..Deeds::default()
        };
        let signed_out = |count| Reason::SignedOthersOut { count };
        assert_eq!(reasons_of(&did(1, None)), [signed_out(1)]);
        let both = did(3, Some(Timestamp::from_millis(0)));
        assert_eq!(reasons_of(&both), [signed_out(3), Reason::ChangedPassword]);
        assert_eq!(reasons_of(&did(0, Some(Timestamp::from_millis(0)))), [Reason::ChangedPassword]);
    }
}
