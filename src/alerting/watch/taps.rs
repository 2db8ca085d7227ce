//! What is tapped on the notices: an answer, for the home and the device that the notice was told to and for no other.

use std::sync::Arc;

use super::{Stop, Watching};
use crate::alerting::{HomeAt, Seat, Tap, Tapped, Words};
use crate::error::{Result, causes};
use crate::home::Home;
use crate::model::{AlertState, Answer};
use crate::wire::AlertAnswer;

impl Watching {
    /// Does what was tapped; for the home and the device that the notice was told to, and for no other.
    pub(super) async fn tapped(&mut self, tap: Tap) -> Result<(), Stop> {
        if self.sight.seat() != Some(&tap.notice.seat) {
            self.watch.notifier.show(Words::not_of_here(tap.notice)).await;
            return Ok(());
        }
        match self.home_of(&tap.notice.seat).await {
            // It was another one all of a sudden: the watch has to look who sits here.
            Ok(None) => {
                self.sight.forget(tap.notice.alert_id);
                self.watch.notifier.show(Words::not_of_here(tap.notice)).await;
                return Err(Stop::Changed);
            }
            Ok(Some(home)) => self.answer(tap, Ok(home)).await,
            Err(error) => self.answer(tap, Err(error)).await,
        }
        Ok(())
    }

    /// The home that a notice was told of, if whoever sits here still looks at it, as the same device.
    async fn home_of(&self, seat: &Seat) -> Result<Option<Arc<dyn Home>>> {
        let HomeAt { name, home } = self.watch.home.home().await?;
        if !seat.is_at(&name) {
            return Ok(None);
        }
        // What is asked of this home is asked by this session, whoever signs in meanwhile.
        Ok((home.session().await?.device_id == seat.device_id()).then_some(home))
    }

    async fn answer(&mut self, tap: Tap, home: Result<Arc<dyn Home>>) {
        let alert_id = tap.notice.alert_id;
        let answer = match tap.what {
            Tapped::SignOut | Tapped::NotMe => Answer::NotMe,
            Tapped::ItWasMe => Answer::Me,
            Tapped::Open => {
                // Nobody to open it for is no reason to stop telling.
                let _ = self.watch.opened.send(alert_id).await;
                return;
            }
        };
        let answered = match home {
            Ok(home) => home.answer_alert(alert_id, AlertAnswer { answer }).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(outcome) => {
                self.sight.settle(alert_id, outcome.alert.state == AlertState::Open);
                self.watch.notifier.settle(self.watch.words.answered(&tap.notice, &outcome)).await;
            }
            Err(error) => {
                tracing::warn!(error = %causes(&error), "an answer from a notification did not get through");
                let why = error.to_wire().message;
                let buttons = self.sight.buttons(alert_id);
                self.watch.notifier.show(Words::not_answered(tap.notice, &why, buttons)).await;
            }
        }
    }
}
