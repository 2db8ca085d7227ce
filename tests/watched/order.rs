//! Looks, sign-outs and changes that cross: what was seen before is never taken for what is.

use latchkey::access::services::{Asked, take_in_asked};

use super::*;

impl Watching {
    /// A look begins now, and is taken in whenever that is.
    async fn asked(&self) -> Asked {
        Asked::nobody(&self.core, self.service().await)
    }

    async fn taken_in(&self, asked: &Asked, look: Look) {
        take_in_asked(&self.core, asked, look, None).await.expect("is written").expect("is plausible");
    }

    async fn ids(&self) -> Vec<String> {
        self.shown().await.into_keys().collect()
    }

    async fn failures(&self) -> usize {
        let history = self.home().history(HistoryQuery::default()).await.expect("history").history;
        history.iter().filter(|line| line.kind.as_str() == "sign_in_failed").count()
    }
}

fn of(ids: &[&str]) -> Look {
    Look { sign_ins: ids.iter().map(|id| sign_in(id)).collect(), ..Look::default() }
}

#[tokio::test]
async fn a_look_that_began_before_a_sign_in_was_read_back_as_gone_does_not_bring_it_back() {
    let home = Watching::new().await;
    home.look(of(&["a", "b"]).sign_ins).await;
    let id = home.shown().await["a"].id;
    assert_eq!(home.sign_out(id).await, SignOutEffect::Asked);
    let before = home.asked().await;
    ending::confirm(&home.core, &home.service().await, &[id]).await.expect("is written");
    home.taken_in(&before, of(&["a", "b"])).await;
    assert_eq!((home.ids().await, home.alerts().await), (vec!["b".to_owned()], 0));
    // One that begins behind it sees what is there then: who signs in again has the same id at some services.
    home.taken_in(&home.asked().await, of(&["a", "b"])).await;
    assert_eq!(home.ids().await, ["a", "b"]);
}

#[tokio::test]
async fn a_look_that_took_long_does_not_undo_one_that_began_after_it() {
    let home = Watching::new().await;
    home.look(of(&["a"]).sign_ins).await;
    let slow = home.asked().await;
    home.look(of(&["a", "b"]).sign_ins).await;
    let alerts = home.alerts().await;
    home.taken_in(&slow, of(&["a"])).await;
    assert_eq!(home.ids().await, ["a", "b"], "what came meanwhile has not ended");
    home.look(of(&["a", "b"]).sign_ins).await;
    assert_eq!(home.alerts().await, alerts, "nor is it told of twice");
}

#[tokio::test]
async fn a_failure_that_two_looks_saw_is_told_once() {
    let home = Watching::new().await;
    home.taken_in(&home.asked().await, Look { cursor: Some("0".into()), ..of(&["a"]) }).await;
    let failed = |id: &str| FailedSignIn { id: id.into(), at: home.core.now(), person: None, address: None };
    let (one, other) = (home.asked().await, home.asked().await);
    let look = Look { failed: vec![failed("1")], cursor: Some("1".into()), ..of(&["a"]) };
    home.taken_in(&one, look.clone()).await;
    home.taken_in(&other, look).await;
    assert_eq!(home.failures().await, 1);
    let next = Look { failed: vec![failed("2")], cursor: Some("2".into()), ..of(&["a"]) };
    home.taken_in(&home.asked().await, next).await;
    assert_eq!(home.failures().await, 2);
}

#[tokio::test]
async fn a_look_at_what_was_paused_meanwhile_changes_nothing() {
    let home = Watching::new().await;
    home.look(of(&["a"]).sign_ins).await;
    let before = home.asked().await;
    let change = ServiceChange { paused: Some(true), proof: password(), ..ServiceChange::default() };
    home.home().change_service(home.id, change).await.expect("is paused");
    home.taken_in(&before, of(&["b"])).await;
    assert_eq!(home.ids().await, ["a"]);
    let trouble = Trouble::KeyRefused;
    latchkey::access::services::look_failed(&home.core, &before, &trouble).await.expect("is no fault");
    assert_eq!(home.service().await.state, ServiceState::Ok);
}

#[tokio::test]
async fn what_takes_many_turns_to_be_taken_in_is_learnt_in_silence_to_its_end() {
    let home = Watching::new().await;
    let ids: Vec<_> = (0..600).map(|number| format!("{number:04}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let devices = async || home.home().services().await.expect("a list").services[0].devices;
    home.look(of(&ids).sign_ins).await;
    assert_eq!((devices().await, home.alerts().await), (600, 0));
    home.look(of(&ids[..1]).sign_ins).await;
    assert_eq!(devices().await, 1);
}

#[tokio::test]
async fn two_people_who_are_new_on_one_new_device_are_one_device_and_one_alert() {
    let home = Watching::new().await;
    home.look(of(&["a"]).sign_ins).await;
    let stranger = |person: &str| {
        let mut sign_in = sign_in(&format!("{person} on it"));
        sign_in.client_id = Some("a device of nobody's".into());
        sign_in.person = Some(Person { id: person.into(), name: person.into() });
        sign_in.says.name = Some("Firefox on Windows".into());
        sign_in.address = "203.0.113.77".parse().ok();
        sign_in
    };
    home.look(vec![sign_in("a"), stranger("mia"), stranger("leo")]).await;
    let devices = home.devices().await;
    let held: Vec<_> = devices.iter().filter(|device| device.service_id.is_some()).collect();
    let mut held: Vec<_> = held.iter().map(|device| device.sessions.len()).collect();
    held.sort_unstable();
    assert_eq!((held, home.alerts().await), (vec![1, 2], 1));
}

#[tokio::test]
async fn a_service_that_is_being_asked_keeps_no_other_from_being_asked() {
    let home = Watching::new().await;
    home.look(of(&["a"]).sign_ins).await;
    home.sign_out(home.shown().await["a"].id).await;
    let store = &home.core.store;
    assert_eq!(store.due_ends(home.core.now(), 100, &[]).await.expect("jobs").len(), 1);
    assert!(store.next_end_at(&[]).await.expect("a moment").is_some());
    // While it is under way it neither takes the places of others nor has anybody look again and again.
    assert!(store.due_ends(home.core.now(), 100, &[home.id]).await.expect("jobs").is_empty());
    assert_eq!(store.next_end_at(&[home.id]).await.expect("a moment"), None);
}

#[tokio::test]
async fn one_whose_key_is_gone_is_not_asked_again_and_again_and_says_so() {
    let home = Watching::new().await;
    home.look(of(&["a"]).sign_ins).await;
    home.sign_out(home.shown().await["a"].id).await;
    for due in ending::begin(&home.core, 100, &[]).await.expect("begins") {
        let came = latchkey::watching::ending::carry_out(Arc::clone(&home.core), due).await;
        ending::end(&home.core, &came).await.expect("is noted");
    }
    assert_eq!(home.service().await.state, ServiceState::KeyRefused);
    assert_eq!(home.core.store.next_end_at(&[]).await.expect("a moment"), None);
    assert_eq!(home.shown().await["a"].state, SessionState::Asked, "it is kept until there is a key");
}

#[tokio::test]
async fn only_how_often_it_said_so_makes_a_refusal_of_what_was_not_done() {
    let home = Watching::new().await;
    home.look(of(&["a"]).sign_ins).await;
    home.sign_out(home.shown().await["a"].id).await;
    let state = async |came: Came| {
        home.clock.advance(Duration::from_hours(1));
        let due = home.core.store.due_ends(home.core.now(), 1, &[]).await.expect("jobs");
        home.core.store.begin_ends(&due.iter().collect::<Vec<_>>(), home.core.now()).await.expect("begins");
        let job = due.into_iter().next().expect("one waits");
        ending::end(&home.core, &[(job, came)]).await.expect("is noted");
        home.shown().await["a"].state
    };
    for _ in 0..8 {
        assert_eq!(state(later()).await, SessionState::Asked);
    }
    for _ in 0..4 {
        assert_eq!(state(Came::StillThere).await, SessionState::Asked);
    }
    assert_eq!(state(Came::StillThere).await, SessionState::Refused);
}

#[tokio::test]
async fn what_waits_at_a_service_that_wants_to_be_left_alone_waits_with_the_first_that_heard_it() {
    let home = Watching::new().await;
    home.look(of(&["a", "b"]).sign_ins).await;
    for session in home.shown().await.into_values() {
        home.sign_out(session.id).await;
    }
    let store = &home.core.store;
    let due = async || store.due_ends(home.core.now(), 100, &[]).await.expect("jobs");
    let jobs = due().await;
    let [first, _] = &jobs[..] else { panic!("{jobs:?}") };
    store.begin_ends(&[first], home.core.now()).await.expect("begins");
    let alone = Outcome::Later { after: Some(Duration::from_mins(10)), why: "it is busy".into() };
    ending::end(&home.core, &[(first.clone(), Came::Later(alone))]).await.expect("is noted");
    home.clock.advance(Duration::from_mins(9));
    assert!(due().await.is_empty());
    home.clock.advance(Duration::from_mins(2));
    assert_eq!(due().await.len(), 2);
}

#[tokio::test]
async fn a_service_that_wants_to_be_left_alone_for_good_is_asked_within_the_hour() {
    let home = Watching::new().await;
    home.look(of(&["a"]).sign_ins).await;
    home.sign_out(home.shown().await["a"].id).await;
    let store = &home.core.store;
    let jobs = store.due_ends(home.core.now(), 100, &[]).await.expect("jobs");
    store.begin_ends(&jobs.iter().collect::<Vec<_>>(), home.core.now()).await.expect("begins");
    let for_good =
        Outcome::Later { after: Some(Duration::from_secs(u64::MAX >> 12)), why: "it is busy".into() };
    let came: Vec<_> = jobs.into_iter().map(|job| (job, Came::Later(for_good.clone()))).collect();
    ending::end(&home.core, &came).await.expect("is noted");
    home.clock.advance(Duration::from_mins(61));
    assert_eq!(store.due_ends(home.core.now(), 100, &[]).await.expect("jobs").len(), 1);
}
