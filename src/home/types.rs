//! The words of the description, [`operations`](super::operations).

pub use crate::model::{AlertId, ChannelId, DeviceId, PairingId, ProfileId};
pub use crate::wire::{
    ActivityReport, AlertAnswer, AlertDetail, AlertPage, AlertQuery, AlertSettings, AlertSettingsChange,
    AnswerOutcome, Channel, ChannelAdded, ChannelChange, ChannelList, CodeAnswer, CurrentSession, Device,
    DeviceChange, DeviceDetail, DeviceMerge, DevicePage, DeviceQuery, Drill, GeoStatus, HistoryPage,
    HistoryQuery, HomeNetwork, HomeNetworkChange, HomeStatus, NewChannel, NewClaim, NewProfile, NextSteps,
    Pairing, PairingAnswer, PairingClaim, PairingFinish, PasswordChange, PasswordChanged, PendingCode,
    Profile, ProfileChange, ProfileChoice, ProfileList, Proven, Recovered, Recovery, RelayChange,
    SessionProof, SetupRequest, SignInRequest, SignOutMany, SignOutReport, SignOutResult, SignedIn, StepSkip,
};
pub use std::string::String;

/// The answer of what only does something.
pub type Nothing = ();
