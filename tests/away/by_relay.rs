//! Answers by the relay: each counts once at the home that it is for, whatever happens to it on the way, and the first of several
//! people stands.

use latchkey::model::{AlertState, Answer, ChannelKind, HistoryKind};
use latchkey::wire::AnswerEffect;

use crate::phone::{Shown, reaches};
use crate::until;
use crate::world::World;

#[tokio::test]
async fn an_answer_from_away_signs_out_at_its_home_and_the_other_home_learns_nothing() {
    let Some(mut world) = World::of(2).await else { return };
    // Away is away, for everybody.
    for home in ["192.168.11.1:8470", "10.77.1.2:8470", "192.168.12.1:8470", "10.77.2.2:8470"] {
        assert!(!world.phone.reaches(home).await, "the phone reaches {home}");
    }
    assert!(!reaches(&world.homes[0].place, "10.77.2.2:8470").await, "one home reaches the other");
    assert!(world.phone.reaches("10.77.0.1:2586").await && world.phone.reaches("10.77.0.1:8701").await);

    let (at_a, from_a) = world.stranger_at(0).await;
    let (at_b, from_b) = world.stranger_at(1).await;
    let b = &world.homes[1];
    let before = b.history(None, None).await;
    let answer = world.at_phone[0].not_me(&from_a);
    assert_eq!(world.phone.answers(&from_a, &answer).await, Shown::done("signed_out"));
    assert!(!world.homes[0].is_in(&at_a).await);
    let alert = world.homes[0].alert_about(at_a.device_id).await;
    assert_eq!(alert.state, AlertState::Open, "as with any button outside");
    let by = alert.acted_by.expect("somebody");
    assert_eq!((by.profile_name.as_deref(), by.channel), (Some("Rui"), Some(ChannelKind::WebPush)));

    // What is for the one home, posted to the other, is nothing there; what is its own comes after it on the same stream.
    assert!(world.phone.posts(&from_b, &answer).await);
    let own = world.at_phone[1].not_me(&from_b);
    assert!(b.is_in(&at_b).await);
    assert_eq!(world.phone.answers(&from_b, &own).await, Shown::done("signed_out"));
    assert_eq!(b.history(None, None).await, before + 1, "its own answer is all that happened there");
    assert_eq!(b.history(Some(HistoryKind::SignOut), Some(at_b.device_id)).await, 1);
    // Each listens to its own phone's answers only, and the relay could read none of it.
    for pushed in [&from_a, &from_b] {
        assert_eq!(world.relay.listeners(&pushed.inbox()), 1);
    }
    for secret in ["not_me", "signed_out", &from_a.alert_id.to_string()] {
        assert!(!world.relay.seen().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_answer_whose_way_is_cut_is_said_to_be_open_and_counts_once_when_it_is_sent_again() {
    let Some(mut world) = World::of(1).await else { return };
    let (stranger, pushed) = world.stranger_at(0).await;
    let World { homes, at_phone, phone, .. } = &world;
    let (home, known) = (&homes[0], &at_phone[0]);

    // The phone loses its network before the answer is out.
    phone.way_out.pull();
    let answer = known.not_me(&pushed);
    assert_eq!(phone.answers(&pushed, &answer).await, Shown::NotCarried);
    phone.way_out.plug_in();
    assert!(home.is_in(&stranger).await);

    // It is carried, and done; but nothing that the home says gets out any more.
    home.way_out.lose_what_is_sent();
    assert!(phone.posts(&pushed, &answer).await);
    until("the home has done it", async || (!home.is_in(&stranger).await).then_some(())).await;
    assert_eq!(phone.shows(&pushed, &answer).await, Shown::NotConfirmed);
    // Whoever presses again hears that it was done, and by whom.
    let again = known.not_me(&pushed);
    assert!(phone.posts(&pushed, &again).await && phone.posts(&pushed, &answer).await);
    home.way_out.carry_what_is_sent();
    assert_eq!(phone.confirmed(&pushed, &again).await, Shown::after("already_signed_out", "Rui"));
    assert_eq!(home.history(Some(HistoryKind::SignOut), Some(stranger.device_id)).await, 1);
}

#[tokio::test]
async fn an_answer_that_is_cut_on_the_way_to_the_home_counts_when_that_is_back() {
    let Some(mut world) = World::of(1).await else { return };
    let (stranger, pushed) = world.stranger_at(0).await;
    let World { homes, at_phone, phone, .. } = &world;
    let (home, known) = (&homes[0], &at_phone[0]);
    home.way_out.cut();
    let first = known.not_me(&pushed);
    assert!(phone.posts(&pushed, &first).await, "the relay has it");
    assert_eq!(phone.shows(&pushed, &first).await, Shown::NotConfirmed);
    assert!(home.is_in(&stranger).await);
    home.way_out.mend();
    // Also where the connection of before is no more: what was posted meanwhile is asked for.
    assert_eq!(phone.confirmed(&pushed, &first).await, Shown::done("signed_out"));
    assert!(!home.is_in(&stranger).await);
    let second = known.not_me(&pushed);
    assert_eq!(phone.answers(&pushed, &second).await, Shown::after("already_signed_out", "Rui"));
    assert_eq!(home.history(Some(HistoryKind::SignOut), Some(stranger.device_id)).await, 1);
}

/// Who is first to answer.
enum First {
    Rui,
    Ana,
    Chance,
}

#[tokio::test]
async fn of_two_who_answer_at_once_the_first_counts_and_the_other_is_told_who_it_was() {
    let Some(mut world) = World::of(1).await else { return };
    for first in [First::Rui, First::Ana, First::Chance, First::Chance, First::Chance, First::Chance] {
        let (stranger, pushed) = world.stranger_at(0).await;
        let World { homes, at_phone, phone, push, .. } = &world;
        let (home, known) = (&homes[0], &at_phone[0]);
        let sealed = known.not_me(&pushed);
        let (away, here) = (phone.answers(&pushed, &sealed), home.answers(pushed.alert_id, Answer::NotMe));
        let (shown, outcome) = match first {
            First::Rui => {
                let shown = away.await;
                (shown, here.await)
            }
            First::Ana => {
                let outcome = here.await;
                (away.await, outcome)
            }
            First::Chance => tokio::join!(away, here),
        };
        let by = outcome.alert.acted_by.clone().expect("somebody");
        let was_first = match (&shown, outcome.effect) {
            (Shown::Confirmed { effect, by: None }, AnswerEffect::AlreadySignedOut)
                if effect == "signed_out" =>
            {
                let push = Some(ChannelKind::WebPush);
                assert_eq!((by.device_name.as_deref(), by.channel), (Some("Rui's phone"), push));
                "Rui"
            }
            (shown, AnswerEffect::SignedOut) if *shown == Shown::after("already_signed_out", "Ana") => {
                assert_eq!((by.device_name.as_deref(), by.channel), (Some("Ana's laptop"), None));
                "Ana"
            }
            both => panic!("nobody was first, or both were: {both:?}"),
        };
        match first {
            First::Rui => assert_eq!(was_first, "Rui"),
            First::Ana => assert_eq!(was_first, "Ana"),
            First::Chance => {}
        }
        assert_eq!(by.profile_name.as_deref(), Some(was_first));
        assert!(!home.is_in(&stranger).await);
        assert_eq!(home.history(Some(HistoryKind::SignOut), Some(stranger.device_id)).await, 1);
        // And what was pushed is replaced, by the last word and with the same name.
        let told = until("the last word", async || {
            known.told_of(push, pushed.alert_id).into_iter().find(|told| told["kind"] == "settled")
        })
        .await;
        let body = told["notification"]["body"].as_str().expect("words");
        let done_by = match was_first {
            "Rui" => "Done by Rui, by a button on Rui's phone.",
            _ => "Done by Ana, on Ana's laptop.",
        };
        assert!(body.ends_with(done_by), "{body}");
        assert_eq!(home.alert_about(stranger.device_id).await.acted_by, Some(by));
    }
}
