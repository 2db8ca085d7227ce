//! What the watch waits for in this computer's own home may have its turn there, which an answer waits for.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::Notify;

use super::*;
use crate::access::Core;

/// A seat that, asked the second time, has its turn at the home until it is asked again.
struct InTurn {
    core: Arc<Core>,
    now: HomeAt,
    times: AtomicU32,
    has_turn: Arc<Notify>,
    asked_again: Notify,
}

#[async_trait]
impl HomeNow for InTurn {
    async fn home(&self) -> Result<HomeAt> {
        match self.times.fetch_add(1, Ordering::AcqRel) {
            0 => {}
            1 => {
                let turn = self.core.store.turn().await;
                self.has_turn.notify_one();
                self.asked_again.notified().await;
                drop(turn);
            }
            _ => self.asked_again.notify_one(),
        }
        Ok(self.now.clone())
    }
}

#[tokio::test]
async fn a_tap_while_something_else_has_its_turn_stops_nobodys_sign_out() {
    let household = Household::new().await;
    let has_turn = Arc::new(Notify::new());
    let home = InTurn {
        core: Arc::clone(household.app.core()),
        now: HomeAt { name: HOME.into(), home: Arc::new(household.as_seen_by(&household.first)) },
        times: AtomicU32::new(0),
        has_turn: Arc::clone(&has_turn),
        asked_again: Notify::new(),
    };
    let (changed, looked_at) = watch::channel(0);
    let (told_in, mut told) = mpsc::unbounded_channel();
    let (taps, tapped) = mpsc::channel(4);
    let (opened, _) = mpsc::channel(4);
    tokio::spawn(run(Watch {
        home: Arc::new(home),
        changed: looked_at,
        notifier: Arc::new(Recorder(told_in)),
        taps: tapped,
        opened,
        words: Words::new(Arc::new(SystemClock), TimeZone::UTC),
    }));
    let stranger = household.sign_in("Hall tablet").await;
    let Some(Told::Shown(Notice { id, .. })) = told.recv().await else { panic!("nothing was shown") };
    changed.send_modify(|count| *count += 1);
    has_turn.notified().await;
    taps.send(Tap { notice: id, what: Tapped::SignOut }).await.unwrap();
    let settled =
        tokio::time::timeout(Duration::from_mins(1), told.recv()).await.expect("nobody waits for ever");
    let Some(Told::Settled(notice)) = settled else { panic!("not settled but {settled:?}") };
    assert_eq!(notice.title, "Signed out");
    let refused = household.as_seen_by(&stranger).session().await;
    assert!(matches!(refused, Err(Error::SessionEnded)), "{refused:?}");
}
