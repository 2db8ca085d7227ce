//! What is told, and what a tap does.

use super::*;

#[tokio::test]
async fn a_tap_on_sign_out_ends_the_strangers_session_and_a_second_one_is_harmless() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    let stranger = household.sign_in("Hall tablet").await;
    let alert = desk.shown().await;
    assert_eq!(alert.lines[0], "Hall tablet, on the account home");
    assert_eq!(alert.buttons, Buttons::SignOut);
    desk.tap(&alert.id, Tapped::SignOut).await;
    let outcome = desk.settled().await;
    assert_eq!(outcome.title, "Signed out");
    let refused = household.as_seen_by(&stranger).session().await;
    assert!(matches!(refused, Err(Error::SessionEnded)), "{refused:?}");
    desk.tap(&alert.id, Tapped::SignOut).await;
    let again = desk.settled().await;
    assert!(again.lines[1].contains("signed out"), "{again:?}");
}

#[tokio::test]
async fn it_was_me_leaves_the_device_signed_in() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    let tablet = household.sign_in("Hall tablet").await;
    let alert = desk.shown().await;
    desk.tap(&alert.id, Tapped::ItWasMe).await;
    assert_eq!(desk.settled().await.title, "Thank you");
    household.as_seen_by(&tablet).session().await.unwrap();
}

#[tokio::test]
async fn a_tap_on_the_notice_itself_only_opens_it() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    let tablet = household.sign_in("Hall tablet").await;
    let alert = desk.shown().await;
    desk.tap(&alert.id, Tapped::Open).await;
    assert_eq!(desk.opened.recv().await, Some(alert.id.alert_id));
    household.as_seen_by(&tablet).session().await.unwrap();
}

#[tokio::test]
async fn an_answer_or_a_sign_out_elsewhere_settles_what_is_in_sight() {
    let household = Household::new().await;
    let home = household.as_seen_by(&household.first);
    let mut desk = Desk::watching(home.clone());
    household.sign_in("Hall tablet").await;
    let answered = desk.shown().await.id;
    home.answer_alert(answered.alert_id, AlertAnswer { answer: Answer::Me }).await.unwrap();
    let settled = desk.settled().await;
    assert_eq!((settled.id, settled.title), (answered, "Answered"));
    let tv = household.sign_in("Hall TV").await;
    let ended = desk.shown().await.id;
    home.sign_out_device(tv.device_id).await.unwrap();
    let settled = desk.settled().await;
    assert_eq!((settled.id, settled.title), (ended, "Signed out"));
}

#[tokio::test]
async fn a_notice_stays_with_a_device_that_signs_in_again_and_ends_with_it() {
    let household = Household::new().await;
    let home = household.as_seen_by(&household.first);
    let mut desk = Desk::watching(home.clone());
    let tablet = household.sign_in("Hall tablet").await;
    let in_sight = desk.shown().await.id;
    let again = household.sign_in_again("Hall tablet", Some(tablet.device_secret)).await;
    assert_eq!(again.device_id, tablet.device_id);
    home.sign_out_device(again.device_id).await.unwrap();
    let settled = desk.settled().await;
    assert_eq!((&settled.id, settled.title), (&in_sight, "Signed out"));
    // Signed out, and back again: that is news.
    household.sign_in_again("Hall tablet", Some(again.device_secret)).await;
    assert_ne!(desk.shown().await.id, in_sight);
}

#[tokio::test]
async fn the_stranger_is_not_the_one_who_is_asked() {
    let household = Household::new().await;
    let stranger = household.sign_in("Their laptop").await;
    household.choose(&stranger, ProfileKind::Adult).await;
    let mut theirs = Desk::watching(household.as_seen_by(&stranger));
    let mut ours = Desk::watching(household.as_seen_by(&household.first));
    assert_eq!(
        ours.shown().await.lines[0],
        "Their laptop, on the account home",
        "raised before, and caught up with"
    );
    household.sign_in("Hall tablet").await;
    assert_eq!(
        theirs.shown().await.lines[0],
        "Hall tablet, on the account home",
        "the first thing they are told"
    );
}

#[tokio::test]
async fn a_kids_profile_is_told_nothing_and_what_was_in_sight_goes() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    household.sign_in("Hall tablet").await;
    let in_sight = desk.shown().await.id;
    household.choose(&household.first, ProfileKind::Kids).await;
    desk.change();
    assert_eq!(desk.withdrawn().await, in_sight);
    household.sign_in("Hall TV").await;
    household.choose(&household.first, ProfileKind::Adult).await;
    desk.change();
    // Both are open: the older one is told first, and neither was told in between.
    assert_eq!(desk.shown().await.lines[0], "Hall tablet, on the account home");
    assert_eq!(desk.shown().await.lines[0], "Hall TV, on the account home");
}

#[tokio::test]
async fn an_answer_that_does_not_get_through_says_so_and_can_be_tapped_again() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    household.sign_in("Hall tablet").await;
    let alert = desk.shown().await.id;
    desk.look_at(HOME, here(&household.app, None));
    desk.tap(&alert, Tapped::SignOut).await;
    let failed = desk.shown().await;
    assert_eq!(failed.title, "That did not work yet");
    assert_eq!(failed.buttons, Buttons::SignOut);
    desk.look_at(HOME, household.as_seen_by(&household.first));
    desk.tap(&alert, Tapped::SignOut).await;
    assert_eq!(desk.settled().await.title, "Signed out");
}

#[tokio::test]
async fn nobody_signed_in_is_told_nothing_until_somebody_is() {
    let household = Household::new().await;
    let mut desk = Desk::watching(here(&household.app, None));
    household.sign_in("Hall tablet").await;
    desk.move_to(HOME, household.as_seen_by(&household.first));
    assert_eq!(desk.shown().await.lines[0], "Hall tablet, on the account home");
}

#[tokio::test]
async fn it_ends_when_nobody_can_tap_any_more() {
    let household = Household::new().await;
    let desk = Desk::watching(household.as_seen_by(&household.first));
    drop(desk.taps);
    desk.running.await.unwrap();
}
