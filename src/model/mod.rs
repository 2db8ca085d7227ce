//! The nouns: what an account, a device or a session is, and the rules each carries. No I/O.

mod account;
mod alert;
mod area;
mod budget;
mod channel;
mod countries;
mod device;
mod familiarity;
mod guessable;
mod history;
mod history_detail;
mod home_network;
mod id;
mod job;
mod key_pin;
mod line;
mod listing;
mod network;
mod next_step;
mod page_limit;
mod place;
mod plan;
mod profile;
mod quiet_hours;
mod quoted;
mod reason;
mod scope;
mod secret;
mod service;
mod session;
mod source;
mod spelling;
mod time;
mod time_zone;

pub use account::{Account, Login, Password};
pub use alert::{ActedBy, Alert, AlertKind, AlertState, Answer, Deeds, DeviceSignedOut, GuessedAt};
pub use area::Area;
pub use budget::Budget;
pub use channel::{
    Channel, ChannelKind, ChannelName, ChannelState, ChosenRelay, Inbox, RelayState, Replies, Says,
    Subscription, Target,
};
pub use countries::{country_code, country_name, country_names};
pub use device::{
    BeforeMerge, DeclaredDevice, Device, DeviceKind, DeviceTraits, clean_text, is_android_build,
};
pub use familiarity::{Familiarity, Telling, Verdict};
pub use history::{HistoryEntry, HistoryKind};
pub use history_detail::{Guess, HistoryDetail, Part, ProfileDeed, history_detail};
pub use home_network::HomeNetworkFixed;
pub use id::{
    AccountId, AlertId, ChannelId, DeviceId, HistoryId, IdOrder, PairingId, PlanId, ProfileId, ServiceId,
    ServiceLinkId, SessionId,
};
pub use job::{Job, JobId, JobState, JobWork};
pub use key_pin::{KeyPin, NoPin};
pub use line::{Line, LineKey, Lines};
pub use listing::{AlertListing, DeviceListing, SessionListing};
pub use network::Networks;
pub use next_step::{StepKind, StepState};
pub use page_limit::page_limit;
pub use place::{NetworkKind, Place, PlaceScope};
pub use plan::{Plan, PlanKind, PlanTaskKind, PlannedEnd, PlannedTask};
pub use profile::{ChosenProfile, Pin, Profile, ProfileKind, ProfileName};
pub use quiet_hours::QuietHours;
pub use quoted::quotable;
pub use reason::{Reason, Usual, reasons};
pub use scope::{is_of_the_house, scope_of};
pub use secret::{Secret, SecretHash};
pub use service::{Nature, Promise, Service, ServiceState, ToldByService};
pub use session::{EndedReason, Ending, LetInBy, Session, SignInMethod};
pub use source::{AskedEnd, AtService, OWN_SERVICE, Source};
pub use time::Timestamp;
pub use time_zone::{ZoneName, if_known};
