//! What the made-up stranger may do, whose token is nowhere else.

use std::net::IpAddr;

use super::*;
use crate::access::caller::Caller;
use crate::access::guard_key::check_at_guard;
use crate::app::{self, Parts};
use crate::config::Config;
use crate::home::Home;
use crate::home::here::Here;
use crate::model::{ProfileKind, SignInMethod};
use crate::wire::{
    ActivityReport, DeviceQuery, NewProfile, ProfileChoice, Proof, SessionProof, SetupRequest,
};

const PASSWORD: &str = "correct horse";

fn household(core: &Arc<Core>, token: Option<String>) -> Here {
    let address = Some(IpAddr::from([192, 168, 1, 20]));
    let asking = Asking { address, token: token.map(Secret::received), ..Asking::default() };
    Here::new(Arc::clone(core), asking)
}

/// A home in the middle of a drill, and whoever began it.
async fn drilling(folder: &std::path::Path) -> (Arc<Core>, Here) {
    let config = Config::in_folder(folder);
    let (core, ..) = app::open(&config, config.listen, Parts::default()).await.expect("opens");
    let request = SetupRequest {
        code: core.setup_code.reveal(&*core.clock, &*core.random).expect("a code"),
        login: "ana".into(),
        password: PASSWORD.into(),
        profiles: vec![NewProfile::of("Ana", ProfileKind::Adult)],
        device: None,
    };
    let owner = household(&core, None).set_up(request).await.expect("sets up");
    let owner = household(&core, Some(owner.token));
    let proof = Proof { password: Some(PASSWORD.into()), ..Proof::default() };
    owner.prove(SessionProof { proof, profile_id: None }).await.expect("proves");
    owner.start_drill().await.expect("begins");
    (core, owner)
}

/// The stranger, as it asks.
async fn stranger(core: &Core) -> (Asking, Arc<LiveSession>) {
    let account = core.store.first_account().await.expect("reads").expect("an account");
    let (stranger, _) = core.drills.waiting(account.id).expect("a drill");
    (stranger.asking, core.live.by_id(stranger.session_id).expect("is in"))
}

#[tokio::test]
async fn the_stranger_is_in_and_may_do_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (core, owner) = drilling(folder.path()).await;
    let (asking, session) = stranger(&core).await;
    assert!(check::check_anybody(&core, &asking).await.is_ok(), "it is in as anybody is");
    let refused = |error: Error| assert_eq!(error.code(), "session_ended");
    let here = Here::new(Arc::clone(&core), asking.clone());
    let ana = owner.profiles().await.expect("profiles").profiles.remove(0);
    refused(here.session().await.expect_err("refused"));
    refused(here.profiles().await.expect_err("refused"));
    refused(here.choose_profile(ProfileChoice::of(ana.id)).await.expect_err("refused"));
    refused(here.report_activity(ActivityReport::default()).await.expect_err("refused"));
    refused(here.devices(DeviceQuery::default()).await.expect_err("refused"));
    refused(here.sign_out_here().await.expect_err("refused"));
    assert_eq!(here.events().await.err().map(|error| error.code().to_owned()), Some("session_ended".into()));
    refused(check_at_guard(&core, &asking, &[]).await.expect_err("refused"));
    let manager = Caller::of(
        core.live.by_id(owner.session().await.expect("a session").session_id).expect("is in"),
        None,
    );
    let token = asking.token.clone().expect("a token");
    assert!(crate::access::tokens::introspect(&core, &manager, &token).await.expect("answers").is_none());
    // Nor would it manage if it were asked.
    let caller = Caller::of(Arc::clone(&session), None);
    assert_eq!(caller.manager().expect_err("refused").code(), "profile_required");
    assert!(session.method == SignInMethod::Drill && session.profile().is_none());
    core.store.close().await;
}

#[tokio::test]
async fn the_stranger_counts_for_nobody_and_becomes_no_device_of_the_household() {
    let folder = tempfile::tempdir().expect("a folder");
    let (core, owner) = drilling(folder.path()).await;
    let (_, session) = stranger(&core).await;
    let account_id = session.account_id();
    let own = owner.session().await.expect("a session").device_id;
    let since = crate::model::Timestamp::from_millis(0);
    assert!(core.store.who_manages(account_id, own, since).await.expect("reads").is_empty());
    let latest = core.store.latest_devices(account_id, 10).await.expect("reads");
    assert!(latest.iter().all(|listing| listing.device.id == own), "nothing is learnt of it");
    for (id, with) in [(own, session.device_id), (session.device_id, own)] {
        let merged = owner.merge_device(id, crate::wire::DeviceMerge { with }).await;
        assert_eq!(merged.expect_err("refused").code(), "invalid_input");
    }
    core.store.close().await;
}
