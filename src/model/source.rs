//! Where a session lives: at this home, or at a watched service that has sign-ins of its own.

use crate::model::{Nature, ServiceId, SessionId, Timestamp, ToldByService};

/// What a session of this home is called that is used at no site behind the guard.
pub const OWN_SERVICE: &str = "Latchkey";

/// Where a session lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// At this home, which refuses it from its end on.
    Home {
        /// The host name of the site behind the guard where it was last used; `None`: the home itself.
        site: Option<String>,
    },
    /// At a watched service. Its token is nobody's here.
    Service(Box<AtService>),
}

/// A session at a watched service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtService {
    /// The service.
    pub service_id: ServiceId,
    /// The service's own id for it.
    pub external_id: String,
    /// The service's id of the installed client, or of the sign-in where it has none.
    pub client_id: Option<String>,
    /// What the service says of it.
    pub told: ToldByService,
    /// Who asked for its end, and when, if anybody did.
    pub asked: Option<AskedEnd>,
    /// Why the service does not end it, in a sentence, once it has said so.
    pub refusal: Option<String>,
}

/// That the end of a session was asked for at its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedEnd {
    /// When.
    pub at: Timestamp,
    /// The session that asked; `None` where it was a button outside.
    pub by: Option<SessionId>,
}

impl Source {
    /// What it is at a watched service; `None` for a session of this home.
    pub fn at_service(&self) -> Option<&AtService> {
        match self {
            Self::Home { .. } => None,
            Self::Service(at) => Some(at),
        }
    }

    /// Whether this home itself let it in.
    pub const fn is_home(&self) -> bool {
        matches!(self, Self::Home { .. })
    }

    /// What a person calls it: `service_name` is that of its service, where it is at one.
    pub fn name<'a>(&'a self, service_name: Option<&'a str>) -> &'a str {
        match self {
            Self::Home { site } => site.as_deref().unwrap_or(OWN_SERVICE),
            Self::Service(_) => service_name.unwrap_or("A service that was removed"),
        }
    }

    /// What it is, as far as that changes what may be done with it. What lives here is a person's.
    pub fn nature(&self) -> Nature {
        self.at_service().map_or(Nature::Person, |at| at.told.nature)
    }
}
