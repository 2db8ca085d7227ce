//! The session that watches is held: nothing is told, and it is noticed when somebody lets it go on elsewhere.

use super::*;

/// A laptop that watches, with a notice in sight, whose session is held then: a copy of its token turned up elsewhere.
async fn held() -> (Household, Desk) {
    let household = Household::new().await;
    let (laptop, token) = household.sign_in_familiar(LISBON, "Laptop").await;
    let mut desk = Desk::watching(household.as_seen_by(&laptop));
    household.sign_in("Hall tablet").await;
    let in_sight = desk.shown().await.id;
    let thief = asking(RIGA, "python-requests/2.32.3", Some(&token));
    let thief = household.app.here(thief).session().await;
    assert!(matches!(thief, Err(Error::SessionHeld)), "{thief:?}");
    assert_eq!(desk.withdrawn().await, in_sight, "whoever holds it may be the thief");
    (household, desk)
}

/// Lets so much time pass for whoever sleeps.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    // The database is asked by threads, which a clock that stands still does not wait for.
    tokio::time::resume();
}

/// The household says that the laptop is its own.
async fn let_go(household: &Household) {
    let home = household.as_seen_by(&household.first);
    let open = AlertQuery { state: Some(AlertState::Open), ..AlertQuery::default() };
    for alert in home.alerts(open).await.unwrap().alerts {
        if alert.held_at.is_some() {
            home.answer_alert(alert.id, AlertAnswer { answer: Answer::Me }).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_hold_that_is_lifted_elsewhere_is_noticed_without_a_restart() {
    let (household, mut desk) = held().await;
    let_go(&household).await;
    pass(SHORTEST).await;
    assert_eq!(desk.shown().await.lines[0], "Hall tablet, on the account home");
}

#[tokio::test]
async fn a_held_session_asks_now_and_then_and_not_all_the_time() {
    let (household, mut desk) = held().await;
    let mut asked = desk.at.asked.subscribe();
    let before = *asked.borrow_and_update();
    pass(SHORTEST / 2).await;
    tokio::task::yield_now().await;
    assert_eq!(*asked.borrow_and_update(), before);
    pass(SHORTEST / 2).await;
    asked.changed().await.unwrap();
    assert_eq!(*asked.borrow_and_update(), before + 1);
    // Held as ever: the next wait is longer.
    pass(SHORTEST).await;
    tokio::task::yield_now().await;
    assert_eq!(*asked.borrow_and_update(), before + 1);
    let_go(&household).await;
    pass(SHORTEST).await;
    assert_eq!(desk.shown().await.lines[0], "Hall tablet, on the account home");
    assert_eq!(*asked.borrow(), before + 2);
}

#[tokio::test]
async fn nobody_signed_in_is_waited_for_without_asking() {
    let household = Household::new().await;
    let mut desk = Desk::watching(household.as_seen_by(&household.first));
    household.sign_in("Hall tablet").await;
    desk.shown().await;
    desk.move_to(HOME, here(&household.app, None));
    desk.withdrawn().await;
    let before = *desk.at.asked.borrow();
    pass(Duration::from_hours(1)).await;
    tokio::task::yield_now().await;
    assert_eq!(*desk.at.asked.borrow(), before);
}
