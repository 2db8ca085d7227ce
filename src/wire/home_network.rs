//! Whether the home listens on the home network, and where other devices can open it.

use serde::{Deserialize, Serialize};

use super::{NoAddress, Proof};
use crate::model::HomeNetworkFixed;

/// Whether the home listens on the home network, and where other devices can open it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct HomeNetwork {
    /// Whether somebody switched it on.
    pub on: bool,
    /// Why that cannot be switched here; `null` where it can.
    pub fixed: Option<HomeNetworkFixed>,
    /// Addresses that other devices can open, the likeliest first.
    pub addresses: Vec<String>,
    /// Why there is none; `null` where there is.
    pub no_address: Option<NoAddress>,
}

/// Switches it on or off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct HomeNetworkChange {
    /// Whether it listens on the home network from now on: on the network that the home's computer is on, besides those that it was
    /// switched on at before. Off, it listens on its own computer only.
    pub on: bool,
    /// The PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}
