//! Servers on which something goes wrong. Whatever it is: what was signed in there is shown as it was last read, what was asked for is
//! carried out once all is well again, and once; nothing is taken for a sign-in, and no key gets into the log.

use serde_json::json;

use crate::support::Browser;
use crate::support::faulty::Fault;
use crate::watched::{Watched, Wrong, all_are, all_have_left, household, no_key_was_logged, signs_out};

/// How the home goes on after a fault is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// By itself.
    ByItself,
    /// Once a person has it look again.
    Checked,
    /// Once a person gave a key.
    GivenAKey,
}

/// Every kind of server goes wrong so, which is one of `states`.
async fn loses_nothing(wrong: Wrong, states: &[&str], after: After) {
    let (mut home, mut watched) = household().await;
    for one in &mut watched {
        one.goes_wrong(wrong).await;
    }
    signs_out(&home.owner, &watched).await;
    all_are(&mut home, &watched, states).await;
    is_shown_as_it_was(&home.owner, &watched, wrong.lets_short_answers_through()).await;

    for one in &mut watched {
        one.is_well_again().await;
        match after {
            After::ByItself => {}
            After::Checked => {
                let path = format!("/api/v1/services/{}/check", one.id);
                let answer = home.owner.post_json(&path, &json!({})).await;
                assert_eq!(answer.status, 200, "{}: {}", one.stand_in.kind, answer.text);
                assert_eq!(answer.json()["state"], "ok", "{}: {}", one.stand_in.kind, answer.text);
            }
            After::GivenAKey => {
                let renewed = json!({ "renewed": one.stand_in.body().await });
                home.owner.changes_service(&one.id, &renewed).await;
            }
        }
    }
    all_are(&mut home, &watched, &["ok"]).await;
    all_have_left(&mut home, &watched).await;
    no_key_was_logged(home, &watched).await;
}

/// What stays is live, as of when it was last read; what leaves is asked for, and has not left unless it may have.
async fn is_shown_as_it_was(owner: &Browser, watched: &[Watched], may_have_left: bool) {
    let devices = owner.all_devices().await;
    for one in watched {
        let kind = one.stand_in.kind;
        let [stays, leaves] = one.sessions(&devices).unwrap_or_else(|| panic!("{kind}: they are gone"));
        assert_eq!(stays["state"], "live", "{kind}: {stays:#}");
        assert!(!stays["as_of"].is_null(), "{kind}: {stays:#}");
        if may_have_left && leaves["state"] == "ended" {
            assert!(!leaves["confirmed_at"].is_null(), "{kind}: {leaves:#}");
        } else {
            assert_eq!(leaves["state"], "asked", "{kind}: {leaves:#}");
            assert!(leaves["confirmed_at"].is_null(), "{kind}: {leaves:#}");
        }
    }
}

#[tokio::test]
async fn servers_that_nobody_answers_for_lose_nothing() {
    loses_nothing(Wrong::Gone, &["unreachable"], After::ByItself).await;
}

#[tokio::test]
async fn servers_that_reset_every_connection_lose_nothing() {
    loses_nothing(Wrong::Line(Fault::Reset), &["unreachable"], After::ByItself).await;
}

#[tokio::test]
async fn servers_that_hang_up_lose_nothing_wherever_in_an_answer_they_do() {
    let states = ["unreachable", "unreadable"];
    let hang_up_after = |bytes| loses_nothing(Wrong::Line(Fault::EndsAfter(bytes)), &states, After::ByItself);
    // Before it, within its head, within what it says. Most of the time is spent waiting, which all of them do at once.
    tokio::join!(hang_up_after(0), hang_up_after(60), hang_up_after(200));
}

#[tokio::test]
async fn servers_that_stand_still_lose_nothing_wherever_in_an_answer_they_do() {
    let stand_still_after =
        |bytes| loses_nothing(Wrong::Line(Fault::StallsAfter(bytes)), &["unreachable"], After::ByItself);
    let never_answer = loses_nothing(Wrong::Mode("slow"), &["unreachable"], After::ByItself);
    tokio::join!(never_answer, stand_still_after(60), stand_still_after(200));
}

#[tokio::test]
async fn servers_that_send_half_of_what_they_announce_lose_nothing() {
    loses_nothing(Wrong::Mode("half"), &["unreachable", "unreadable"], After::ByItself).await;
}

#[tokio::test]
async fn servers_that_are_starting_lose_nothing() {
    loses_nothing(Wrong::Mode("away"), &["busy"], After::ByItself).await;
}

#[tokio::test]
async fn servers_that_fail_lose_nothing() {
    loses_nothing(Wrong::Mode("error"), &["unreadable"], After::ByItself).await;
}

#[tokio::test]
async fn servers_that_answer_with_a_page_lose_nothing() {
    loses_nothing(Wrong::Mode("nonsense"), &["unreadable", "wrong_kind"], After::Checked).await;
}

#[tokio::test]
async fn another_server_at_the_address_is_not_taken_for_the_one_that_was_there() {
    loses_nothing(Wrong::Mode("other"), &["wrong_kind"], After::Checked).await;
}

#[tokio::test]
async fn servers_whose_key_lost_its_rights_lose_nothing() {
    loses_nothing(Wrong::Mode("too_few_rights"), &["too_few_rights"], After::Checked).await;
}

#[tokio::test]
async fn servers_whose_key_was_withdrawn_lose_nothing() {
    loses_nothing(Wrong::Mode("key_refused"), &["key_refused"], After::GivenAKey).await;
}

#[tokio::test]
async fn a_key_that_was_refused_once_is_not_tried_again() {
    let (mut home, watched) = household().await;
    // One that says nothing by itself, and so is asked again and again, shows that time passes.
    let (asked_still, refusing): (Vec<_>, Vec<_>) =
        watched.into_iter().partition(|one| one.stand_in.kind == "immich");
    for one in &refusing {
        one.stand_in.is("key_refused").await;
    }
    all_are(&mut home, &refusing, &["key_refused"]).await;
    let mut before = Vec::new();
    for one in &refusing {
        before.push(one.stand_in.times_asked().await);
    }
    signs_out(&home.owner, &refusing).await;
    asked_still[0].stand_in.is_asked_again("/api/sessions", 3).await;
    for (one, before) in refusing.iter().zip(before) {
        assert_eq!(one.stand_in.times_asked().await, before, "{} is asked still", one.stand_in.kind);
    }
    is_shown_as_it_was(&home.owner, &refusing, false).await;
}

#[tokio::test]
async fn what_a_server_says_to_have_ended_is_believed_once_it_is_gone() {
    let (mut home, watched) = household().await;
    for one in &watched {
        one.stand_in.is("lies").await;
    }
    signs_out(&home.owner, &watched).await;
    home.until("every screen says that it is not confirmed", async |owner: &Browser| {
        let devices = owner.all_devices().await;
        let is_told_why = |one: &Watched| {
            let [_, leaves] = one.sessions(&devices).expect("they are shown");
            assert_eq!(leaves["state"], "asked", "{}: {leaves:#}", one.stand_in.kind);
            leaves["detail"].is_string()
        };
        watched.iter().all(is_told_why).then_some(())
    })
    .await;
    for one in &watched {
        one.stand_in.is("ok").await;
    }
    all_have_left(&mut home, &watched).await;
    no_key_was_logged(home, &watched).await;
}
