//! What happened while nobody listened is told afterwards, once.

use super::*;

#[tokio::test]
async fn an_alert_whose_session_ended_while_nobody_listened_is_told_with_nothing_to_sign_out() {
    let household = Household::new().await;
    let home = household.as_seen_by(&household.first);
    let mut desk = Desk::watching(here(&household.app, None));
    let tablet = household.sign_in("Hall tablet").await;
    home.sign_out_device(tablet.device_id).await.unwrap();
    desk.move_to(HOME, home.clone());
    let told = desk.shown().await;
    assert_eq!((told.lines[0].as_str(), told.buttons), ("Hall tablet, on the account home", Buttons::NotMe));
    assert!(told.lines.last().unwrap().starts_with("It was signed out today at"), "{told:?}");
    desk.tap(&told.id, Tapped::NotMe).await;
    assert_eq!(desk.settled().await.title, "Already signed out");
    assert_eq!(home.session().await.unwrap().open_alerts, 0);
}

#[tokio::test]
async fn an_alert_whose_device_signed_in_again_is_told_as_it_is_now() {
    let household = Household::new().await;
    let home = household.as_seen_by(&household.first);
    let tablet = household.sign_in("Hall tablet").await;
    let again = household.sign_in_again("Hall tablet", Some(tablet.device_secret)).await;
    let mut desk = Desk::watching(home);
    let told = desk.shown().await;
    assert_eq!(told.buttons, Buttons::SignOut);
    desk.tap(&told.id, Tapped::SignOut).await;
    assert_eq!(desk.settled().await.title, "Signed out");
    let refused = household.as_seen_by(&again).session().await;
    assert!(matches!(refused, Err(Error::SessionEnded)), "{refused:?}");
}

#[tokio::test]
async fn what_is_in_sight_or_settled_is_not_told_again_when_the_watch_looks_again() {
    let household = Household::new().await;
    let home = household.as_seen_by(&household.first);
    let tablet = household.sign_in("Hall tablet").await;
    home.sign_out_device(tablet.device_id).await.unwrap();
    let mut desk = Desk::watching(home.clone());
    let ended = desk.shown().await.id;
    let tv = household.sign_in("Hall TV").await;
    desk.shown().await;
    home.sign_out_device(tv.device_id).await.unwrap();
    assert_eq!(desk.settled().await.title, "Signed out");
    // Both alerts are open at the home, one notice is in sight and the other settled.
    let open = AlertQuery { state: Some(AlertState::Open), ..AlertQuery::default() };
    assert_eq!(home.alerts(open).await.unwrap().alerts.len(), 2);
    // Neither is urgent any more: what they are about is signed out.
    assert_eq!(home.session().await.unwrap().open_alerts, 0);
    let mut asked = desk.at.asked.subscribe();
    for _ in 0..3 {
        asked.mark_unchanged();
        desk.change();
        asked.changed().await.unwrap();
    }
    household.sign_in("Hall radio").await;
    assert_eq!(desk.shown().await.lines[0], "Hall radio, on the account home");
    // It is still the one in sight.
    home.answer_alert(ended.alert_id, AlertAnswer { answer: Answer::Me }).await.unwrap();
    assert_eq!(desk.settled().await.id, ended);
}

#[tokio::test]
async fn what_ended_before_it_was_told_is_settled_only_by_an_answer() {
    let household = Household::new().await;
    let home = household.as_seen_by(&household.first);
    let tablet = household.sign_in("Hall tablet").await;
    home.sign_out_device(tablet.device_id).await.unwrap();
    let mut desk = Desk::watching(home.clone());
    let ended = desk.shown().await.id;
    desk.change();
    home.answer_alert(ended.alert_id, AlertAnswer { answer: Answer::NotMe }).await.unwrap();
    let settled = desk.settled().await;
    assert_eq!((settled.id, settled.title), (ended, "Signed out"));
}
