//! Events: what a server would see of a household, and what is true of it.

use latchkey::familiarity::{Client, Identity};
use latchkey::model::{ProfileId, Timestamp};

use crate::world::City;
use crate::world::networks::Line;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A device signed in.
    SignIn,
    /// A session went on over another line, or as another client: the server judges it.
    Return,
    /// A session went on as it was: the server only notes when.
    Activity,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// The device as the server knows it.
    pub identity: Identity,
    /// What it says it is.
    pub client: Client,
    /// Over which line.
    pub line: Line,
    /// Who uses it: not known when a device signs in, for profiles are chosen afterwards.
    pub profile: Option<ProfileId>,
    /// What is true of it.
    pub truth: Truth,
}

/// What is true of an event, which no rule is told.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// The thing that was used, whatever secrets it has or lost: its place among the household's things.
    pub thing: usize,
    /// Whether it is its first use on the account.
    pub is_new_thing: bool,
    /// Whether the account was never used in this city, or on board with this network, before. What goes over the own
    /// carrier or a VPN shows no place, and so is at no new one.
    pub is_new_place: bool,
    /// Where it really was.
    pub city: City,
    /// On what sort of line.
    pub on: On,
    /// What happened to the thing before.
    pub after: After,
}

/// On what sort of line somebody was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum On {
    /// At home.
    Home,
    /// At home, for the first time since its addresses changed.
    HomeRenumbered,
    /// At home, for the first time after a change of provider or a move.
    HomeNewLine,
    /// On a mobile network.
    Mobile,
    /// Abroad, with the mobile data going home first.
    Roaming,
    /// At work or school.
    Work,
    /// On another line in town.
    Town,
    /// In a hotel or a holiday flat.
    Hotel,
    /// A guest in their own home.
    GuestsHome,
    /// Through a VPN, wherever they were.
    Vpn,
    /// On board.
    Board,
}

impl On {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Home => "home line",
            Self::HomeRenumbered => "home line, renumbered",
            Self::HomeNewLine => "home line, new provider or house",
            Self::Mobile => "mobile",
            Self::Roaming => "roaming, routed home",
            Self::Work => "work or school",
            Self::Town => "another line in town",
            Self::Hotel => "hotel",
            Self::GuestsHome => "guest's own home",
            Self::Vpn => "VPN",
            Self::Board => "on board",
        }
    }
}

/// What happened to a thing that may make it look like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum After {
    /// Nothing.
    Nothing,
    /// Its secret was lost: cookies cleared, app installed anew, set back.
    SecretLost,
    /// It is new, and came up from an old one's backup, with its session.
    RestoredFromBackup,
    /// It was updated.
    Update,
    /// It asks for the desktop's site, or does so no longer.
    DesktopSite,
}

impl After {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "known session",
            Self::SecretLost => "secret lost",
            Self::RestoredFromBackup => "new phone from backup",
            Self::Update => "updated",
            Self::DesktopSite => "desktop's site",
        }
    }
}
