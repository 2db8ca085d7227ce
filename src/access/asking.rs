//! Who asks: what a request, or the window, brings along.

use std::net::IpAddr;

use crate::identify::{ClientHints, Clues};
use crate::model::{DeclaredDevice, DeviceTraits, Networks, Place, Secret};

use super::Core;

/// What a request brings along. All of it is hostile input but the address, which comes from the
/// connection, or from a proxy that was configured.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// The session's token.
    pub token: Option<Secret>,
    /// The device's secret from an earlier sign-in.
    pub device_secret: Option<Secret>,
    /// What else it brings under that name: a browser may send several cookies of one, and the first need not be ours.
    pub other_device_secrets: Vec<Secret>,
    /// Where the request comes from, when somebody vouches for it. This computer's own address is never out of a header.
    pub address: Option<IpAddr>,
    /// What it is counted by where attempts are limited, when nobody vouches for an address: the connection's other end.
    pub peer: Option<IpAddr>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `Sec-CH-UA…` headers.
    pub hints: HintHeaders,
    /// What the device says of itself.
    pub declared: Option<DeclaredDevice>,
    /// The site behind the guard the request is for.
    pub site: Option<String>,
    /// Whether the token came as a cookie: then a newer one goes back as one. Only how it is answered depends on it.
    pub by_cookie: bool,
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

    /// What its attempts are counted by.
    pub fn networks(&self) -> Networks {
        Networks::around(self.address.or(self.peer))
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
    /// `Sec-CH-UA-Form-Factors`.
    pub form_factors: Option<String>,
}

impl HintHeaders {
    /// All of them, in an order that stays.
    pub fn all(&self) -> [Option<&str>; 7] {
        let Self { brands, mobile, platform, platform_version, model, full_version_list, form_factors } =
            self;
        [brands, mobile, platform, platform_version, model, full_version_list, form_factors]
            .map(|value| value.as_deref())
    }

    fn as_clues(&self) -> ClientHints<'_> {
        ClientHints {
            brands: self.brands.as_deref(),
            mobile: self.mobile.as_deref(),
            platform: self.platform.as_deref(),
            platform_version: self.platform_version.as_deref(),
            model: self.model.as_deref(),
            full_version_list: self.full_version_list.as_deref(),
            form_factors: self.form_factors.as_deref(),
        }
    }
}
