//! What travels between a home and whoever uses it: the bodies of the HTTP interface, the answers of the
//! window's commands and the types of the interface are all these. JSON is `snake_case`, times are RFC 3339
//! in UTC. Fields may be added; none is renamed.

mod alerts;
mod devices;
mod events;
mod familiarity;
mod history;
mod home;
mod sessions;

pub use alerts::{Alert, AlertAnswer, AlertDetail, AlertPage, AlertQuery, AnswerEffect, AnswerOutcome};
pub use devices::{
    Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage, DeviceQuery, SignOutEffect, SignOutMany,
    SignOutReport, SignOutResult,
};
pub use events::{Event, EventKind};
pub use familiarity::{AlertSettings, AlertSettingsChange, BudgetChoice, Learning};
pub use history::{HistoryLine, HistoryPage, HistoryQuery};
pub use home::{GeoFile, GeoNetworks, GeoProgress, GeoState, GeoStatus, HomeStatus};
pub use sessions::{
    ActivityReport, CodeAnswer, CodeDecision, CurrentSession, NewProfile, PasswordChange, PasswordChanged,
    PendingCode, Profile, ProfileChange, ProfileChoice, ProfileList, SetupRequest, SignInRequest, SignedIn,
};
