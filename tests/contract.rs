//! One contract for a home, wherever it is: every operation behaves the same on this computer and over HTTP, and what it refuses
//! with is the same to the last field.

mod support;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use latchkey::access::asking::Asking;
use latchkey::error::ErrorBody;
use latchkey::home::Home;
use latchkey::home::there::There;
use latchkey::model::{
    AlertState, Answer, DeclaredDevice, DeviceKind, HistoryKind, ProfileId, ProfileKind, Secret, StepKind,
    StepState, Verdict,
};
use latchkey::wire::{
    ActivityReport, AlertAnswer, AlertQuery, AlertSettingsChange, AnswerEffect, CodeAnswer, CodeDecision,
    DeviceChange, DeviceQuery, DrillState, DrillStepKind, Event, EventKind, HistoryQuery, HomeNetworkChange,
    NewClaim, NewProfile, NextSteps, NoAddress, PairingAnswer, PairingFinish, PairingState, PasswordChange,
    ProfileChange, ProfileChoice, Proof, SessionProof, SettingsChange, SetupRequest, SignInRequest,
    SignOutEffect, SignOutMany, SignedIn, StepSkip,
};
use support::{PASSWORD, TestHome};

/// How a home is reached: with a token, or without.
struct Reach<'a> {
    home: &'a TestHome,
    over_http: bool,
}

impl Reach<'_> {
    fn with(&self, token: Option<&str>) -> Arc<dyn Home> {
        let token = token.map(Secret::received);
        if self.over_http {
            Arc::new(There::new(self.home.address().parse().expect("a URL"), token))
        } else {
            let address = "127.0.0.1".parse().ok();
            Arc::new(self.home.app.here(Asking { token, address, ..Asking::default() }))
        }
    }

    async fn sign_in(&self, name: &str) -> (SignedIn, Arc<dyn Home>) {
        // A pace of one device a minute keeps clear of the limits, which have tests of their own.
        self.home.clock.advance(Duration::from_mins(1));
        let signed_in = self.with(None).sign_in(request(name, PASSWORD)).await.expect("signs in");
        let home = self.with(Some(&signed_in.token));
        (signed_in, home)
    }
}

fn password() -> Proof {
    Proof { password: Some(PASSWORD.into()), ..Proof::default() }
}

fn request(name: &str, password: &str) -> SignInRequest {
    SignInRequest {
        login: "ANA".into(),
        password: password.into(),
        device_secret: None,
        device: Some(DeclaredDevice {
            name: Some(name.into()),
            kind: Some(DeviceKind::Tv),
            ..DeclaredDevice::default()
        }),
    }
}

async fn set_up(reach: &Reach<'_>) -> (SignedIn, Arc<dyn Home>) {
    let nobody = reach.with(None);
    assert!(!nobody.status().await.expect("status").set_up);
    assert_eq!(code_of(nobody.session().await), "not_signed_in");
    assert_eq!(code_of(nobody.sign_in(request("TV", PASSWORD)).await), "setup_required");
    let request = |code: &str, kind| SetupRequest {
        code: code.into(),
        login: "Ana".into(),
        password: PASSWORD.into(),
        profiles: vec![NewProfile::of("Ana", kind)],
        device: None,
    };
    let code = reach.home.app.setup_code().expect("a set-up code");
    assert_eq!(code_of(nobody.set_up(request("BCDF-GHJK", ProfileKind::Adult)).await), "wrong_setup_code");
    assert_eq!(code_of(nobody.set_up(request(&code, ProfileKind::Kids)).await), "invalid_input");
    let signed_in = nobody.set_up(request(&code, ProfileKind::Adult)).await.expect("sets up");
    assert_eq!(code_of(nobody.set_up(request(&code, ProfileKind::Adult)).await), "already_set_up");
    let home = reach.with(Some(&signed_in.token));
    // What was tried so far no longer counts towards the limits, and the home has learnt what is usual.
    reach.home.clock.advance(support::LEARNING);
    (signed_in, home)
}

thread_local! {
    /// What the home at hand refused with so far.
    static REFUSED: RefCell<Vec<ErrorBody>> = const { RefCell::new(Vec::new()) };
}

fn refusal_of<T>(result: latchkey::error::Result<T>) -> ErrorBody {
    let Err(error) = result else { panic!("it was accepted") };
    let body = error.to_wire();
    REFUSED.with_borrow_mut(|refused| refused.push(body.clone()));
    body
}

fn code_of<T>(result: latchkey::error::Result<T>) -> String {
    refusal_of(result).error
}

/// What was refused, without what differs between two homes that were made alike: whose id is named.
fn refused() -> Vec<ErrorBody> {
    let mut refused = REFUSED.take();
    for body in &mut refused {
        // That one is named, and that it is the right one, the test says.
        body.profile_id = body.profile_id.map(|_| nobodys_id());
    }
    refused
}

fn nobodys_id() -> ProfileId {
    "00000000-0000-7000-8000-000000000000".parse().expect("an id")
}

/// Runs a part of the contract on both kinds of home, and compares what they refused with.
macro_rules! contract {
    ($($name:ident($reach:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn hold($reach: Reach<'_>) $body

            #[tokio::test]
            async fn here_and_there() {
                let home = TestHome::start().await;
                hold(Reach { home: &home, over_http: false }).await;
                let here = refused();
                eprintln!("held here; now there");
                let home = TestHome::start().await;
                hold(Reach { home: &home, over_http: true }).await;
                assert_eq!(here, refused());
            }
        }
    )+};
}

contract! {
    errors_come_whole(reach) {
        let (_, owner) = set_up(&reach).await;
        let nobody = reach.with(None);
        let rui = NewProfile {
            pin: Some("2580".into()), password: Some(PASSWORD.into()), ..NewProfile::of("Rui", ProfileKind::Adult)
        };
        let rui = owner.create_profile(rui).await.expect("makes a profile").answer;
        let choice = ProfileChoice { pin: Some("2580".into()), ..ProfileChoice::of(rui.id) };
        owner.choose_profile(choice).await.expect("chooses");
        reach.home.clock.advance(Duration::from_mins(6));

        let too_many = DeviceQuery { limit: Some(1000), ..DeviceQuery::default() };
        let invalid = refusal_of(owner.devices(too_many).await);
        assert_eq!((invalid.error.as_str(), invalid.field.as_deref()), ("invalid_input", Some("limit")));
        let unproven = refusal_of(owner.delete_profile(rui.id).await);
        assert_eq!((unproven.error.as_str(), unproven.profile_id), ("proof_required", Some(rui.id)));
        assert_eq!(unproven.proof, Some(vec!["pin".to_owned(), "password".to_owned()]));
        for _ in 0..5 {
            refusal_of(nobody.sign_in(request("TV", "wrong one")).await);
        }
        let waits = refusal_of(nobody.sign_in(request("TV", PASSWORD)).await);
        assert_eq!((waits.error.as_str(), waits.retry_after_s), ("too_many_attempts", Some(30)));
        let nowhere = "00000000-0000-7000-8000-000000000000".parse().expect("an id");
        let missing = refusal_of(owner.device(nowhere).await);
        assert_eq!((missing.error.as_str(), missing.message.as_str()), ("not_found", "This device is not here any more, or never was. Go back, and choose another one."));
    }
}

#[path = "contract/alerts.rs"]
mod alerts;
#[path = "contract/codes.rs"]
mod codes;
#[path = "contract/devices.rs"]
mod devices;
#[path = "contract/home.rs"]
mod home;
#[path = "contract/people.rs"]
mod people;
