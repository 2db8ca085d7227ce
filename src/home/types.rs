//! The words of the description, [`operations`](super::operations).

pub use crate::model::{
    AlertId, ChannelId, DeviceId, PairingId, PlanId, ProfileId, ServiceId, ServiceLinkId,
};
pub use crate::wire::{
    ActivityReport, AlertAnswer, AlertDetail, AlertPage, AlertQuery, AlertSettings, AlertSettingsChange,
    AllAnswered, AnswerOutcome, CardChange, Channel, ChannelAdded, ChannelChange, ChannelList, CodeAnswer,
    CurrentSession, Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage, DeviceQuery, Drill,
    FoundServices, GeoStatus, HistoryPage, HistoryQuery, HomeNetwork, HomeNetworkChange, HomeStatus,
    NewChannel, NewClaim, NewPlan, NewProfile, NewService, NewServiceLink, NextSteps, Pairing, PairingAnswer,
    PairingClaim, PairingFinish, PasswordChange, PasswordChanged, PendingCode, Plan, PlanChange, PlanList,
    Profile, ProfileChange, ProfileChoice, ProfileList, Proven, Recovered, Recovery, RelayChange, Service,
    ServiceCard, ServiceChange, ServiceCheck, ServiceDetail, ServiceKinds, ServiceLink, ServiceList,
    ServiceRemoval, SessionProof, SetupRequest, SignInRequest, SignOutMany, SignOutReport, SignOutResult,
    SignedIn, StepSkip,
};
pub use std::string::String;

/// The answer of what only does something.
pub type Nothing = ();
