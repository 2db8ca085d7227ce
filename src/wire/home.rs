//! The home itself: whether it is set up, and its place database.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// What anybody may know of a home.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct HomeStatus {
    /// The version of Latchkey it runs.
    pub version: String,
    /// Whether there is an account yet.
    pub set_up: bool,
    /// The address devices sign in at, as configured or as listened on.
    pub public_url: String,
    /// The letters by which people know the key of the home's own certificate again: `ABCD-EFGH-…`. An app that nobody told the key
    /// shows the same; `null` in a home that has none.
    pub fingerprint: Option<String>,
}

/// The state of the place databases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct GeoStatus {
    /// Whether places are known at all, and how near.
    pub state: GeoState,
    /// Each file in use or out of use.
    pub files: Vec<GeoFile>,
    /// Where an update would come from, the first address of several; `null` when none is configured.
    pub update_url: Option<String>,
    /// How far a running or the last update is.
    pub progress: Option<GeoProgress>,
    /// What is known of networks.
    #[serde(default)]
    pub networks: GeoNetworks,
    /// Proxies that hide where devices are, since the home started.
    #[serde(default)]
    pub proxies: Vec<ProxyNotice>,
}

/// A proxy that hides where devices are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ProxyNotice {
    /// Its address.
    #[schema(value_type = String)]
    #[ts(type = "string")]
    pub address: IpAddr,
    /// Why they are hidden.
    pub problem: ProxyProblem,
}

/// Why it is unknown where the devices behind a proxy are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ProxyProblem {
    /// It speaks for devices without being trusted: `--trusted-proxy` does not name it.
    NotTrusted,
    /// It is trusted, and its `X-Forwarded-For` names nobody.
    SaysNothing,
    /// It is this computer's gateway, or its container's, and stands for whoever comes through it.
    Gateway,
}

impl fmt::Display for ProxyNotice {
    /// What it is and what to do about it, for the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address;
        match self.problem {
            ProxyProblem::NotTrusted => write!(
                f,
                "A proxy at {address} speaks for devices without being trusted, so where they are is unknown. If it is \
                 yours, start Latchkey with --trusted-proxy {address} to trust it."
            ),
            ProxyProblem::SaysNothing => write!(
                f,
                "The trusted proxy at {address} does not say whom it speaks for, so where those devices are is unknown. \
                 Have it send X-Forwarded-For with the address of each device."
            ),
            ProxyProblem::Gateway => write!(
                f,
                "Devices come through {address}, the gateway of this computer or of its container, so where they are is \
                 unknown. Let Latchkey use the computer's own network, or put a proxy before it that sends \
                 X-Forwarded-For."
            ),
        }
    }
}

/// What is known of networks, and of when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct GeoNetworks {
    /// When the database that tells which network an address belongs to was built; `null` when there is none.
    pub built_at: Option<Timestamp>,
    /// Networks whose kind (mobile, hosting, VPN …) is known.
    pub kinds: u32,
    /// The day the table of kinds was made, "2026-06-17"; `null` when it does not say.
    pub kinds_made_on: Option<String>,
    /// Exits of the Tor network that are known by their address.
    pub tor_exits: u32,
    /// When the list of them was written; `null` when there is none.
    pub tor_exits_written_at: Option<Timestamp>,
    /// What is wrong with the files about networks that lie in the data folder, in sentences.
    pub problems: Vec<String>,
}

/// How near places are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum GeoState {
    /// No usable file: every place is unknown.
    None,
    /// Countries only.
    Country,
    /// Cities.
    City,
}

/// One database file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct GeoFile {
    /// The file's name, without its folder.
    pub name: String,
    /// What it calls itself: "DBIP-City-Lite".
    pub database_type: Option<String>,
    /// When it was built.
    pub built_at: Option<Timestamp>,
    /// Its size in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Why it is not in use, if it is not.
    pub problem: Option<String>,
}

/// How far an update of the place database is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
#[ts(export)]
pub enum GeoProgress {
    /// Bytes are arriving.
    Downloading {
        /// Bytes so far.
        #[ts(type = "number")]
        received: u64,
        /// Bytes in all, when the other side says.
        #[ts(type = "number | null")]
        total: Option<u64>,
    },
    /// The checksum and the file's structure are being checked.
    Checking,
    /// The new database is in use.
    Done,
    /// It failed; the old one stays in use.
    Failed {
        /// Why, in a sentence.
        message: String,
    },
}
