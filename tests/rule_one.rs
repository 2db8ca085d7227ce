//! After `sign_out` has answered, no request of that session is ever accepted again, whatever was cached or in
//! flight: a race, and a life of sessions against a model.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use latchkey::access::asking::Asking;
use latchkey::access::caller::Caller;
use latchkey::access::check::check;
use latchkey::access::{Core, codes, profiles, sign_in, sign_out, tokens};
use latchkey::model::{DeviceId, Secret};
use latchkey::wire::{CodeAnswer, CodeDecision, ProfileChoice, Proof, SignInRequest, SignOutMany};
use proptest::prelude::*;
use support::{LOGIN, PASSWORD, TestHome};

fn asking(token: Option<&Secret>) -> Asking {
    Asking { token: token.cloned(), address: "192.0.2.1".parse().ok(), ..Asking::default() }
}

fn request(device_secret: Option<String>) -> SignInRequest {
    SignInRequest { login: LOGIN.into(), password: PASSWORD.into(), device_secret, device: None }
}

async fn accepts(core: &Arc<Core>, token: &Secret) -> bool {
    check(core, &asking(Some(token))).await.is_ok()
}

fn password() -> Proof {
    Proof { password: Some(PASSWORD.into()), ..Proof::default() }
}

async fn owner(home: &TestHome) -> Caller {
    home.clock.advance(Duration::from_mins(1));
    let admitted = sign_in::sign_in(home.app.core(), asking(None), request(None)).await.expect("signs in");
    Caller::of(admitted.session, None)
}

/// A device that signed in by code: it has a token to refresh with, the way that hands out most tokens.
async fn by_code(home: &TestHome, owner: &Caller) -> (Secret, Secret, DeviceId) {
    let core = home.app.core();
    home.clock.advance(Duration::from_mins(1));
    let started = codes::start(core, &asking(None)).expect("codes");
    let allow = CodeAnswer {
        user_code: started.user_code,
        decision: CodeDecision::Allow,
        profile_id: None,
        proof: password(),
    };
    codes::answer(core, &owner.manager().expect("manages"), allow).await.expect("allows");
    let admitted = codes::poll(core, asking(None), &started.device_code).await;
    let admitted = admitted.unwrap_or_else(|reason| panic!("{reason:?}"));
    let token = Secret::received(admitted.answer.token);
    (token, admitted.refresh.expect("a refresh token"), admitted.answer.device_id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_check_that_begins_after_the_answer_is_accepted() {
    let (home, _) = TestHome::with_account().await;
    let owner = owner(&home).await;
    let checked_after = Arc::new(AtomicUsize::new(0));
    for _ in 0..40 {
        let core = Arc::clone(home.app.core());
        let (token, refresh, device_id) = by_code(&home, &owner).await;
        let answered = Arc::new(AtomicBool::new(false));
        let over = Arc::new(AtomicBool::new(false));
        let mut checkers = Vec::new();
        for _ in 0..3 {
            let (core, token) = (Arc::clone(&core), token.clone());
            let (answered, over, checked_after) =
                (Arc::clone(&answered), Arc::clone(&over), Arc::clone(&checked_after));
            let here = tokio::runtime::Handle::current();
            checkers.push(tokio::task::spawn_blocking(move || {
                while !over.load(Ordering::SeqCst) {
                    let began_after = answered.load(Ordering::SeqCst);
                    let accepted = here.block_on(accepts(&core, &token));
                    assert!(!(began_after && accepted), "accepted after the sign-out had answered");
                    checked_after.fetch_add(usize::from(began_after), Ordering::SeqCst);
                }
            }));
        }
        // At the same time the device refreshes its tokens, as fast as it can: the put-back of the classic hole.
        let refresher = {
            let core = Arc::clone(&core);
            tokio::spawn(async move {
                let (mut refresh, mut issued) = (refresh, Vec::new());
                while let Ok(new) = tokens::refresh(&core, asking(None), &refresh).await {
                    refresh = new.refresh.clone();
                    issued.push(new);
                }
                (issued, refresh)
            })
        };
        tokio::task::yield_now().await;
        let manager = owner.manager().expect("manages");
        sign_out::device(&core, &manager, device_id).await.expect("signs out");
        answered.store(true, Ordering::SeqCst);
        let (issued, last_refresh) = refresher.await.expect("the refresher ends");
        for new in &issued {
            assert!(!accepts(&core, &new.token).await, "a refreshed token lives on");
        }
        assert!(tokens::refresh(&core, asking(None), &last_refresh).await.is_err());
        // Each checker looks at least once more.
        let enough = checked_after.load(Ordering::SeqCst) + 30;
        while checked_after.load(Ordering::SeqCst) < enough {
            tokio::task::yield_now().await;
        }
        over.store(true, Ordering::SeqCst);
        for checker in checkers {
            checker.await.expect("no check was wrongly accepted");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_out_all_ends_every_session_that_was_there_before() {
    let (home, _) = TestHome::with_account().await;
    let owner = owner(&home).await;
    let core = Arc::clone(home.app.core());
    for _ in 0..15 {
        let (_, refresh, _) = by_code(&home, &owner).await;
        let (token, _, _) = by_code(&home, &owner).await;
        let signing_out = {
            let (core, manager) = (Arc::clone(&core), owner.manager().expect("manages"));
            tokio::spawn(async move {
                let all = SignOutMany { all: Some(true), ..SignOutMany::default() };
                sign_out::many(&core, &manager, all).await
            })
        };
        let refreshed = tokens::refresh(&core, asking(None), &refresh).await;
        signing_out.await.expect("ends").expect("signs out");
        assert!(!accepts(&core, &token).await);
        if let Ok(new) = refreshed {
            assert!(!accepts(&core, &new.token).await, "a token refreshed meanwhile lives on");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_out_whose_asker_hangs_up_is_carried_through() {
    let (home, _) = TestHome::with_account().await;
    let owner = owner(&home).await;
    let core = Arc::clone(home.app.core());
    for round in 0..30_u32 {
        let (token, _, device_id) = by_code(&home, &owner).await;
        let asker = {
            let (core, manager) = (Arc::clone(&core), owner.manager().expect("manages"));
            tokio::spawn(async move { sign_out::device(&core, &manager, device_id).await })
        };
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        asker.abort();
        let _ = asker.await;
        // Whatever the asker heard: once the database says that it ended, memory says so too.
        let manager = owner.manager().expect("manages");
        sign_out::device(&core, &manager, device_id).await.expect("signs out");
        assert!(!accepts(&core, &token).await, "the database says ended, memory says alive");
    }
}

#[tokio::test]
async fn a_signed_out_device_is_refused_on_every_path() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    let device = home.device("Tablet").await;
    let before = device.get("/guard").await;
    assert_eq!(before.status, 200);
    let id = owner
        .devices()
        .await
        .into_iter()
        .find(|device| device["name"] == "Tablet")
        .and_then(|device| device["id"].as_str().map(str::to_owned))
        .expect("the tablet is listed");
    let answer = owner.post_json(&format!("/api/v1/devices/{id}/sign-out"), &serde_json::json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for path in ["/guard", "/api/v1/session", "/api/v1/devices", "/api/v1/profiles", "/api/v1/events"] {
        let answer = device.get(path).await;
        assert_eq!((path, answer.status), (path, 401), "{}", answer.text);
        assert_eq!(answer.json()["error"], "session_ended");
    }
    let redirected = device.get("/guard?redirect=1").await;
    assert_eq!(redirected.status, 302);
}

#[derive(Clone, Debug)]
enum Step {
    SignIn,
    SignInAgain(usize),
    Refresh(usize),
    Replay(usize),
    Choose(usize),
    SignOut(usize),
    SignOutHere(usize),
    SignOutAll,
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::SignIn),
        2 => any::<usize>().prop_map(Step::SignInAgain),
        3 => any::<usize>().prop_map(Step::Refresh),
        1 => any::<usize>().prop_map(Step::Replay),
        2 => any::<usize>().prop_map(Step::Choose),
        3 => any::<usize>().prop_map(Step::SignOut),
        1 => any::<usize>().prop_map(Step::SignOutHere),
        1 => Just(Step::SignOutAll),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..14)
}

/// A device of the model: what it holds, and whether it should be let in.
#[derive(Clone)]
struct Held {
    device_id: DeviceId,
    device_secret: String,
    token: Secret,
    refresh: Option<Secret>,
    spent: Option<Secret>,
    alive: bool,
    former: Vec<Secret>,
}

#[expect(clippy::too_many_lines, reason = "one step after the other, as they happen")]
async fn live_through(steps: Vec<Step>) {
    let (mut home, _) = TestHome::with_account().await;
    let mut me = owner_secret(&home).await;
    let mut formerly_me = Vec::new();
    let mut devices: Vec<Held> = Vec::new();
    for step in steps {
        home.clock.advance(Duration::from_mins(1));
        let core = Arc::clone(home.app.core());
        let caller = check(&core, &asking(Some(&me))).await.expect("the owner stays");
        let manager = caller.manager().expect("manages");
        let count = devices.len();
        match step {
            Step::SignIn => {
                let new = sign_in::sign_in(&core, asking(None), request(None)).await.expect("signs in");
                devices.push(Held {
                    device_id: new.answer.device_id,
                    device_secret: new.answer.device_secret,
                    token: Secret::received(new.answer.token),
                    refresh: None,
                    spent: None,
                    alive: true,
                    former: Vec::new(),
                });
                let (token, refresh, device_id) = by_code(&home, &caller).await;
                devices.push(Held {
                    device_id,
                    device_secret: String::new(),
                    token,
                    refresh: Some(refresh),
                    spent: None,
                    alive: true,
                    former: Vec::new(),
                });
            }
            Step::SignInAgain(which) if count > 0 => {
                let held = &mut devices[which % count];
                if !held.device_secret.is_empty() {
                    let again = request(Some(held.device_secret.clone()));
                    let new = sign_in::sign_in(&core, asking(None), again).await.expect("signs in");
                    assert_eq!(new.answer.device_id, held.device_id);
                    let old = std::mem::replace(&mut held.token, Secret::received(new.answer.token));
                    held.former.push(old);
                    held.alive = true;
                }
            }
            Step::Refresh(which) if count > 0 => {
                let held = &mut devices[which % count];
                if let Some(refresh) = &held.refresh {
                    let new = tokens::refresh(&core, asking(None), refresh).await;
                    assert_eq!(new.is_ok(), held.alive, "refresh of a session that is alive: {}", held.alive);
                    if let Ok(new) = new {
                        held.former.push(std::mem::replace(&mut held.token, new.token));
                        held.spent = held.refresh.replace(new.refresh);
                    }
                }
            }
            Step::Replay(which) if count > 0 => {
                let held = &mut devices[which % count];
                if let Some(spent) = &held.spent {
                    // The newer one was used since: there are two who hold it.
                    assert!(tokens::refresh(&core, asking(None), spent).await.is_err());
                    held.alive = false;
                }
            }
            Step::Choose(which) if count > 0 => {
                let held = &mut devices[which % count];
                if let Ok(caller) = check(&core, &asking(Some(&held.token))).await {
                    assert!(held.alive);
                    let profile_id = core.store.profiles(caller.account_id()).await.expect("profiles")[0].id;
                    let choice = ProfileChoice::of(profile_id);
                    let fresh = profiles::choose(&core, &caller, choice).await.expect("chooses");
                    let newer = Secret::received(fresh.token.expect("a newer token"));
                    held.former.push(std::mem::replace(&mut held.token, newer));
                    assert_eq!(fresh.refresh_token.is_some(), held.refresh.is_some());
                    if let Some(newer) = fresh.refresh_token {
                        held.spent = held.refresh.replace(Secret::received(newer));
                    }
                }
            }
            Step::SignOut(which) if count > 0 => {
                let held = &mut devices[which % count];
                sign_out::device(&core, &manager, held.device_id).await.expect("signs out");
                held.alive = false;
            }
            Step::SignOutHere(which) if count > 0 => {
                let held = &mut devices[which % count];
                if let Ok(caller) = check(&core, &asking(Some(&held.token))).await {
                    assert!(held.alive);
                    sign_out::here(&core, &caller).await.expect("signs itself out");
                    held.alive = false;
                }
            }
            Step::SignOutAll => {
                let all = SignOutMany { all: Some(true), ..SignOutMany::default() };
                let fresh = sign_out::many(&core, &manager, all).await.expect("signs out");
                let newer = Secret::received(fresh.token.expect("a newer token"));
                formerly_me.push(std::mem::replace(&mut me, newer));
                for held in &mut devices {
                    held.alive = false;
                }
            }
            Step::Restart => {
                drop((core, caller, manager));
                home = home.restart().await;
            }
            _ => {}
        }
        for old in &formerly_me {
            assert!(!accepts(home.app.core(), old).await, "a token that was replaced is accepted");
        }
        for held in &devices {
            let accepted = accepts(home.app.core(), &held.token).await;
            let expired = held.refresh.is_some()
                && check(home.app.core(), &asking(Some(&held.token)))
                    .await
                    .is_err_and(|error| error.code() == "token_expired");
            assert!(
                accepted == held.alive || (held.alive && expired),
                "alive: {}, accepted: {accepted}",
                held.alive
            );
            for old in &held.former {
                assert!(!accepts(home.app.core(), old).await, "a token of before is accepted");
            }
        }
    }
}

async fn owner_secret(home: &TestHome) -> Secret {
    home.clock.advance(Duration::from_mins(1));
    let admitted = sign_in::sign_in(home.app.core(), asking(None), request(None)).await.expect("signs in");
    Secret::received(admitted.answer.token)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    /// Whatever happens to sessions, in whatever order and across restarts: those that should be alive are let
    /// in, the others and every token of before are not.
    #[test]
    fn a_life_of_sessions_follows_the_model(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(live_through(steps));
    }
}
