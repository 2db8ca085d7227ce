//! Whether the home listens on the home network, as far as that is decided without looking at any.

use serde::{Deserialize, Serialize};

/// Why it is not for a button to say where the home listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HomeNetworkFixed {
    /// It was told to listen on more than this computer.
    Told,
    /// People open it by a public address, at which something else listens.
    PublicAddress,
    /// It runs in a container, whose networks are none that people are on.
    InContainer,
}

impl HomeNetworkFixed {
    /// Why, and where it is said instead.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Told => {
                "This home listens on your network because it was started so (--listen). Change that where it is started."
            }
            Self::PublicAddress => {
                "This home is opened by its public address (--public-url). What listens there is set beside it."
            }
            Self::InContainer => {
                "This home runs in a container, so what reaches it is set there: publish its port, and name the address with --public-url."
            }
        }
    }
}
