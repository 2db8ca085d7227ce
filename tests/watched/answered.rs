//! Alerts about sign-ins at a service, and what an answer to one does there.

use latchkey::model::{AlertId, AlertState, Answer};
use latchkey::wire::{AlertAnswer, AnswerEffect};

use super::*;

impl Watching {
    /// A stranger signs in at the service, and somebody is told.
    async fn stranger(&self, nature: Nature) -> AlertId {
        self.look(vec![sign_in("a")]).await;
        self.look(vec![sign_in("a"), of_stranger("stranger", nature)]).await;
        let alerts = self.home().alerts(AlertQuery::default()).await.expect("alerts").alerts;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        alerts[0].id
    }

    async fn answers(&self, id: AlertId, answer: Answer) -> AnswerEffect {
        self.home().answer_alert(id, AlertAnswer { answer }).await.expect("answers").effect
    }
}

fn of_stranger(id: &str, nature: Nature) -> SignIn {
    let mut sign_in = SignIn { nature, ..sign_in(id) };
    sign_in.client_id = Some("a device of nobody's".into());
    sign_in.says.name = Some("Firefox on Windows".into());
    sign_in.address = "203.0.113.77".parse().ok();
    sign_in
}

#[tokio::test]
async fn who_says_not_me_has_the_service_asked_to_end_it_also_where_it_is_a_programs() {
    for nature in [Nature::Person, Nature::Integration] {
        let home = Watching::new().await;
        let id = home.stranger(nature).await;
        assert_eq!(home.answers(id, Answer::NotMe).await, AnswerEffect::Asked, "{nature:?}");
        let session = home.shown().await["stranger"].clone();
        assert_eq!((session.state, session.confirmed_at), (SessionState::Asked, None), "{nature:?}");
        home.look(vec![sign_in("a")]).await;
        assert_eq!(home.shown().await.into_keys().collect::<Vec<_>>(), ["a"], "{nature:?}");
        let alerts = home.home().alerts(AlertQuery::default()).await.expect("alerts").alerts;
        assert_eq!((alerts.len(), alerts[0].state), (1, AlertState::NotMe), "{nature:?}");
    }
}

#[tokio::test]
async fn who_says_that_it_was_them_is_not_asked_about_the_same_client_again() {
    let home = Watching::new().await;
    let id = home.stranger(Nature::Person).await;
    assert_eq!(home.answers(id, Answer::Me).await, AnswerEffect::NowFamiliar);
    assert_eq!(home.shown().await["stranger"].state, SessionState::Live);
    home.look(vec![sign_in("a")]).await;
    home.look(vec![sign_in("a"), of_stranger("stranger again", Nature::Person)]).await;
    assert_eq!((home.shown().await.len(), home.alerts().await), (2, 1));
}
