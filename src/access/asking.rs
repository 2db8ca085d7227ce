//! Who asks: what a request, or the window, brings along.

use std::net::IpAddr;

use crate::identify::{ClientHints, Clues};
use crate::model::{DeclaredDevice, DeviceTraits, Place, Secret};

use super::Core;

/// What a request brings along. All of it is hostile input but the address, which comes from the
/// connection, or from a proxy that was configured.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// The session's token.
    pub token: Option<Secret>,
    /// The device's secret from an earlier sign-in.
    pub device_secret: Option<Secret>,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `Sec-CH-UA…` headers.
    pub hints: HintHeaders,
    /// What the device says of itself.
    pub declared: Option<DeclaredDevice>,
    /// The site behind the guard the request is for.
    pub service: Option<String>,
    /// Whether a browser sent it from one of our pages: programs name no origin. Only how it is answered depends on it.
    pub from_page: bool,
}

impl Asking {
    /// What sort of device it is.
    pub fn traits(&self, core: &Core) -> DeviceTraits {
        core.identifier.identify(&Clues {
            user_agent: self.user_agent.as_deref(),
            hints: self.hints.as_clues(),
            declared: self.declared.as_ref(),
        })
    }

    /// What its requests alone say it is: what goes on with a session has no other words.
    pub fn agent(&self, core: &Core) -> DeviceTraits {
        core.identifier.identify(&Clues {
            user_agent: self.user_agent.as_deref(),
            hints: self.hints.as_clues(),
            declared: None,
        })
    }

    /// Where it is, approximately.
    pub fn place(&self, core: &Core) -> Place {
        core.locator.locate(self.address)
    }
}

/// The `Sec-CH-UA…` headers of a request (User-Agent Client Hints).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HintHeaders {
    /// `Sec-CH-UA`.
    pub brands: Option<String>,
    /// `Sec-CH-UA-Mobile`.
    pub mobile: Option<String>,
    /// `Sec-CH-UA-Platform`.
    pub platform: Option<String>,
    /// `Sec-CH-UA-Platform-Version`.
    pub platform_version: Option<String>,
    /// `Sec-CH-UA-Model`.
    pub model: Option<String>,
    /// `Sec-CH-UA-Full-Version-List`.
    pub full_version_list: Option<String>,
}

impl HintHeaders {
    fn as_clues(&self) -> ClientHints<'_> {
        ClientHints {
            brands: self.brands.as_deref(),
            mobile: self.mobile.as_deref(),
            platform: self.platform.as_deref(),
            platform_version: self.platform_version.as_deref(),
            model: self.model.as_deref(),
            full_version_list: self.full_version_list.as_deref(),
        }
    }
}
