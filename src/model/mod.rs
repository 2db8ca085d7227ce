//! The nouns: what an account, a device or a session is, and the rules each carries. No I/O.

mod account;
mod alert;
mod device;
mod familiarity;
mod history;
mod id;
mod listing;
mod place;
mod profile;
mod secret;
mod session;
mod time;

pub use account::{Account, Login, Password};
pub use alert::{Alert, AlertState, Answer};
pub use device::{BeforeMerge, DeclaredDevice, Device, DeviceKind, DeviceTraits, clean_text};
pub use familiarity::{Familiarity, Telling, Verdict};
pub use history::{HistoryEntry, HistoryKind};
pub use id::{AccountId, AlertId, DeviceId, HistoryId, ProfileId, SessionId};
pub use listing::{AlertListing, DeviceListing};
pub use place::{NetworkKind, Place, PlaceScope};
pub use profile::{Pin, Profile, ProfileKind, ProfileName};
pub use secret::{Secret, SecretHash};
pub use session::{EndedReason, Ending, Session, SignInMethod};
pub use time::Timestamp;
