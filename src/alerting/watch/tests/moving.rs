//! A notice belongs to the home and the device that it was told to.

use super::*;
use crate::home::there::There;

/// The same home by another name: as much alike as another home can be that has the same ids.
const COPY: &str = "http://copy-of-nas:8470/";

fn is_refused(notice: &Notice, of: &NoticeId) {
    assert_eq!((&notice.id, notice.title, notice.buttons), (of, "Nothing was done", Buttons::None));
}

/// What is told after a tap on an old notice that came together with a change: that it did nothing, and, before or after it,
/// the notice as it is from now on, whose id this answers with. Whether the old one is taken out of sight before the tap is
/// looked at depends on how fast the home answers.
async fn refused_and_told_anew(desk: &mut Desk, old: &NoticeId) -> NoticeId {
    let (first, second) = (desk.shown_beside_withdrawal(old).await, desk.shown_beside_withdrawal(old).await);
    let (refused, new) = if first.id == *old { (first, second) } else { (second, first) };
    is_refused(&refused, old);
    new.id
}

#[tokio::test]
async fn at_another_home_the_notices_of_the_old_one_are_withdrawn_and_never_asked_about() {
    let (old, new) = (Household::new().await, Household::new().await);
    let mut desk = Desk::watching(old.as_seen_by(&old.first));
    old.sign_in("Hall tablet").await;
    let in_sight = desk.shown().await.id;
    desk.move_to("http://summer-house:8470/", new.as_seen_by(&new.first));
    assert_eq!(desk.withdrawn().await, in_sight);
    // An alert that is not found would end every stretch of listening.
    new.sign_in("Their TV").await;
    let told = desk.shown().await;
    assert_eq!(told.lines[0], "Their TV, on the account home");
    assert_ne!(told.id.seat, in_sight.seat);
}

#[tokio::test]
async fn a_home_that_does_not_answer_does_not_keep_the_notices_of_the_old_one() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    household.sign_in("Hall tablet").await;
    let in_sight = desk.shown().await.id;
    desk.move_to("http://127.0.0.1:9/", There::new("http://127.0.0.1:9/".parse().unwrap(), None));
    assert_eq!(desk.withdrawn().await, in_sight);
}

#[tokio::test]
async fn a_tap_on_a_notice_of_another_home_does_nothing_also_where_the_alert_is_the_same() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    let tablet = household.sign_in("Hall tablet").await;
    let old = desk.shown().await.id;
    // The tap is in the channel already when the change comes.
    desk.tap(&old, Tapped::SignOut).await;
    desk.move_to(COPY, household.as_seen_by(&household.first));
    assert_eq!(desk.withdrawn().await, old);
    let new = refused_and_told_anew(&mut desk, &old).await;
    household.is_signed_in(&tablet).await;
    assert_eq!((new.alert_id, new.seat == old.seat), (old.alert_id, false));
    // And those that come later.
    for what in [Tapped::SignOut, Tapped::ItWasMe, Tapped::Open] {
        desk.tap(&old, what).await;
        is_refused(&desk.shown().await, &old);
    }
    household.is_signed_in(&tablet).await;
    assert!(desk.opened.try_recv().is_err());
    desk.tap(&new, Tapped::SignOut).await;
    assert_eq!(desk.settled().await.title, "Signed out");
}

#[tokio::test]
async fn a_tap_does_nothing_at_a_home_that_the_watch_has_not_heard_of_yet() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    let tablet = household.sign_in("Hall tablet").await;
    let old = desk.shown().await.id;
    desk.look_at(COPY, household.as_seen_by(&household.first));
    desk.tap(&old, Tapped::SignOut).await;
    // It looks who sits here now, and tells them.
    let new = refused_and_told_anew(&mut desk, &old).await;
    household.is_signed_in(&tablet).await;
    assert_ne!(new.seat, old.seat);
}

#[tokio::test]
async fn a_notice_told_to_one_device_is_not_answered_as_another() {
    let household = Household::new().await;
    let (laptop, _) = household.sign_in_familiar(HERE, "Laptop").await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    let tablet = household.sign_in("Hall tablet").await;
    let old = desk.shown().await.id;
    desk.tap(&old, Tapped::SignOut).await;
    desk.move_to(HOME, household.as_seen_by(&laptop));
    // The name is the same: it takes the home's answer to know that this is somebody else.
    let new = refused_and_told_anew(&mut desk, &old).await;
    assert_eq!((new.alert_id, new.seat.device_id()), (old.alert_id, laptop.device_id));
    household.is_signed_in(&tablet).await;
}

#[tokio::test]
async fn what_was_in_sight_goes_with_whoever_signs_out_and_is_not_answered_any_more() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    let tablet = household.sign_in("Hall tablet").await;
    let old = desk.shown().await.id;
    desk.move_to(HOME, here(&household.app, None));
    assert_eq!(desk.withdrawn().await, old);
    desk.tap(&old, Tapped::SignOut).await;
    let failed = desk.shown().await;
    assert_eq!((failed.title, failed.buttons), ("That did not work yet", Buttons::None));
    household.is_signed_in(&tablet).await;
}
