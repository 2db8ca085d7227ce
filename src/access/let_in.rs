//! What a device let in by code goes with it: whoever held its session decided that, and may have been a thief.

use std::collections::HashSet;

use super::Core;
use crate::error::Result;
use crate::model::{AccountId, DeviceId, SessionId};

/// The live sessions that devices let in, and those that these let in, without the devices themselves and `but`, the one that
/// asks.
pub(super) async fn by(
    core: &Core,
    account_id: AccountId,
    but: Option<DeviceId>,
    devices: impl IntoIterator<Item = DeviceId>,
) -> Result<Vec<(SessionId, DeviceId)>> {
    let devices: Vec<_> = devices.into_iter().collect();
    let mut seen: HashSet<_> = devices.iter().copied().chain(but).collect();
    let mut found = Vec::new();
    for device in devices {
        for target in core.store.let_in_by(account_id, device).await? {
            if seen.insert(target.1) {
                found.push(target);
            }
        }
    }
    Ok(found)
}
