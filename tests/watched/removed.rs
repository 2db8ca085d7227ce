//! A service that is removed: what was asked of it is dropped, and what is known of it goes where a person says so.

use latchkey::model::PlanKind;
use latchkey::wire::{DeviceMerge, NewPlan, ServiceRemoval};

use super::*;

impl Watching {
    async fn removed(&self, forget: bool) {
        self.proves().await;
        let removal = ServiceRemoval { forget: Some(forget) };
        self.home().remove_service(self.id, removal).await.expect("is removed");
    }

    async fn lines_about(&self, id: SessionId) -> usize {
        let history = self.home().history(HistoryQuery::default()).await.expect("history").history;
        history.iter().filter(|line| line.session_id == Some(id)).count()
    }
}

#[tokio::test]
async fn nothing_is_asked_of_a_service_that_is_removed_and_what_was_stays_in_the_history() {
    let home = Watching::new().await;
    home.look(vec![sign_in("a")]).await;
    let id = home.shown().await["a"].id;
    home.sign_out(id).await;
    home.removed(false).await;
    assert!(home.core.store.due_ends(home.core.now(), 100, &[]).await.expect("jobs").is_empty());
    assert!(home.shown().await.is_empty());
    assert!(home.lines_about(id).await > 0);
}

#[tokio::test]
async fn a_service_is_forgotten_whose_devices_are_in_plans_alerts_and_other_devices_places() {
    let home = Watching::new().await;
    home.look(vec![sign_in("a"), sign_in("b"), sign_in("c")]).await;
    let mut stranger = sign_in("stranger");
    stranger.says.name = Some("Firefox on Windows".into());
    stranger.address = "203.0.113.77".parse().ok();
    home.look(vec![sign_in("a"), sign_in("b"), sign_in("c"), stranger]).await;
    assert_eq!(home.alerts().await, 1);
    let devices = home.devices().await;
    let id = |name: &str| devices.iter().find(|device| device.name == name).expect("is listed").id;
    let lost = NewPlan { kind: PlanKind::LostDevice, device_id: Some(id("Television a")), profile_id: None };
    let plan = home.home().make_plan(lost).await.expect("is drawn up").id;
    let merge = DeviceMerge { with: id("Television c") };
    home.home().merge_device(id("Television b"), merge).await.expect("are one");
    let asked = home.shown().await["stranger"].id;
    home.sign_out(asked).await;

    home.removed(true).await;
    let left = home.devices().await;
    assert!(left.iter().all(|device| device.service_id.is_none() && device.current), "{left:?}");
    assert_eq!((home.alerts().await, home.lines_about(asked).await), (0, 0));
    assert_eq!(home.home().plan(plan).await.expect("is there").rows.len(), 1);
}
