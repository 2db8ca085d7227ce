//! Whether a device that waits to be let in is where the device is that decides.

use std::net::IpAddr;

use super::Core;
use crate::model::{Networks, Place, PlaceScope};
use crate::wire::CodeNearness;

/// Whether it is, by the addresses of both. One address of a carrier's, a VPN's or a data centre's is many people's: who shares it is not near.
pub(super) fn nearness(
    core: &Core,
    own: Option<IpAddr>,
    its_address: Option<IpAddr>,
    its_place: &Place,
) -> CodeNearness {
    let is_at_home =
        |place: &Place| matches!(place.scope, PlaceScope::HomeNetwork | PlaceScope::ThisComputer);
    let own_place = core.locator.locate(own);
    if is_at_home(&own_place) && is_at_home(its_place) {
        return CodeNearness::SameLine;
    }
    let Some((own, its)) = own.zip(its_address) else { return CodeNearness::Unknown };
    let is_a_house = own_place.scope == PlaceScope::Located && own_place.network_kind.has_a_place();
    let house_of = |address| Networks::around(Some(address)).house();
    if is_a_house && house_of(own) == house_of(its) {
        CodeNearness::SameLine
    } else {
        CodeNearness::Elsewhere
    }
}
