//! What travels between a home and whoever uses it: the bodies of the HTTP interface, the answers of the
//! window's commands and the types of the interface are all these. JSON is `snake_case`, times are RFC 3339
//! in UTC. Fields may be added; none is renamed.

mod actions;
mod alerts;
mod channels;
mod devices;
mod drills;
mod events;
mod familiarity;
mod fresh;
mod history;
mod home;
mod home_network;
mod next_steps;
mod pairing;
mod places;
mod plans;
mod services;
mod sessions;

pub use actions::{ActionAnswer, ActionEffect, ActionOutcome};
pub use alerts::{
    Alert, AlertAnswer, AlertDetail, AlertPage, AlertQuery, AllAnswered, AnswerEffect, AnswerOutcome,
};
pub use channels::{
    Channel, ChannelAdded, ChannelChange, ChannelList, NewChannel, PushKeys, PushSubscription, RelayChange,
    RelayStatus,
};
pub use devices::{
    Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage, DeviceQuery, DeviceSession, LetInBy,
    PromiseKind, SessionSignOut, SessionState, SignOutEffect, SignOutMany, SignOutReport, SignOutResult,
};
pub use drills::{Drill, DrillChannel, DrillState, DrillStep, DrillStepKind, HandOver};
pub use events::{Event, EventKind};
pub use familiarity::{AlertSettings, AlertSettingsChange, BudgetChoice, Learning, SettingsChange};
pub use fresh::Fresh;
pub use history::{HistoryItem, HistoryPage, HistoryQuery};
pub use home::{
    GeoFile, GeoNetworks, GeoProgress, GeoState, GeoStatus, HomeStatus, ProxyNotice, ProxyProblem,
};
pub use home_network::{HomeNetwork, HomeNetworkChange};
pub use next_steps::{NextStep, NextSteps, StepSkip};
pub use pairing::{
    NewClaim, NoAddress, Pairing, PairingAnswer, PairingClaim, PairingFinish, PairingPhone, PairingState,
};
pub use places::Place;
pub use plans::{NewPlan, Plan, PlanChange, PlanList, PlanRow, PlanTask};
pub use services::{
    CardChange, CardEnds, FoundService, FoundServices, NewService, NewServiceLink, PersonChoice, Service,
    ServiceCard, ServiceChange, ServiceCheck, ServiceDetail, ServiceField, ServiceKind, ServiceKinds,
    ServiceLink, ServiceList, ServicePerson, ServiceRemoval, ServiceStep, ServiceStepKind, ServiceStepState,
    ServiceTells,
};
pub use sessions::{
    ActivityReport, CodeAnswer, CodeDecision, CodeNearness, CurrentSession, NewProfile, PasswordChange,
    PasswordChanged, PendingCode, Profile, ProfileChange, ProfileChoice, ProfileList, Proof, Proven,
    Recovered, Recovery, SessionProof, SetupRequest, SignInRequest, SignedIn,
};
