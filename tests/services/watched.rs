//! Services of every kind that one home watches, each with a device that stays and one that is to leave.

use serde_json::{Value, json};

use crate::KINDS;
use crate::support::faulty::Fault;
use crate::support::household::session_in;
use crate::support::stand_in::StandIn;
use crate::support::{Browser, Household};

/// Where the household is.
pub const AT_HOME: &str = "192.168.1.20";

/// What goes wrong with a server.
#[derive(Clone, Copy, Debug)]
pub enum Wrong {
    /// It behaves so.
    Mode(&'static str),
    /// That happens on the line to it.
    Line(Fault),
    /// Nobody listens at its address.
    Gone,
}

impl Wrong {
    /// Whether an answer of a few words arrives whole: that something has ended may be heard then.
    pub const fn lets_short_answers_through(self) -> bool {
        matches!(self, Self::Line(Fault::StallsAfter(bytes) | Fault::EndsAfter(bytes)) if bytes > 100)
    }
}

/// A service that is watched.
pub struct Watched {
    /// The server.
    pub stand_in: StandIn,
    /// The service's id at the home.
    pub id: String,
    /// The server's id of a sign-in that stays.
    pub stays: String,
    /// That of one which is to be ended.
    pub leaves: String,
}

impl Watched {
    /// Adds a server of that kind, with the two signed in already.
    async fn add(owner: &Browser, kind: &'static str) -> Self {
        let stand_in = StandIn::start(kind).await;
        let stays = stand_in.signs_in(&format!("Tablet at {kind}"), AT_HOME).await;
        let leaves = stand_in.signs_in(&format!("Phone at {kind}"), AT_HOME).await;
        let added = owner.adds(&stand_in.body().await).await;
        let id = added["id"].as_str().expect("an id").to_owned();
        Self { stand_in, id, stays, leaves }
    }

    /// Has something go wrong with it.
    pub async fn goes_wrong(&mut self, wrong: Wrong) {
        match wrong {
            Wrong::Mode(mode) => self.stand_in.is(mode).await,
            Wrong::Line(fault) => self.stand_in.line.goes_wrong(fault),
            Wrong::Gone => self.stand_in.line.goes_away().await,
        }
    }

    /// All is well again.
    pub async fn is_well_again(&mut self) {
        self.stand_in.is("ok").await;
        self.stand_in.line.comes_back().await;
    }

    /// The sessions of the one that stays and of the one that leaves, as they stand.
    pub fn sessions(&self, devices: &[Value]) -> Option<[Value; 2]> {
        let session = |id: &str| Some(session_in(devices, &self.id, id)?.1.clone());
        Some([session(&self.stays)?, session(&self.leaves)?])
    }
}

/// A home that watches a server of every kind.
pub async fn household() -> (Household, Vec<Watched>) {
    let mut home = Household::start().await;
    let mut watched = Vec::new();
    for kind in KINDS {
        watched.push(Watched::add(&home.owner, kind).await);
    }
    home.until("all that is signed in is shown", async |owner: &Browser| {
        let devices = owner.all_devices().await;
        let are_live = watched.iter().all(|one| {
            one.sessions(&devices).is_some_and(|sessions| sessions.iter().all(|it| it["state"] == "live"))
        });
        are_live.then_some(())
    })
    .await;
    assert_eq!(home.owner.open_alerts().await, [] as [Value; 0], "what was there is learnt in silence");
    (home, watched)
}

/// Asks for the end of each that is to leave.
pub async fn signs_out(owner: &Browser, watched: &[Watched]) {
    let devices = owner.all_devices().await;
    let leaving = |one: &Watched| one.sessions(&devices).expect("they are shown")[1]["id"].clone();
    let ids: Vec<_> = watched.iter().map(leaving).collect();
    let answer = owner.post_json("/api/v1/devices/sign-out", &json!({ "session_ids": ids })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Waits until each service is in one of those states.
pub async fn all_are(home: &mut Household, watched: &[Watched], states: &[&str]) {
    home.until(&format!("every service is one of {states:?}"), async |owner: &Browser| {
        for one in watched {
            let service = owner.service(&one.id).await;
            if !states.iter().any(|state| service["state"] == *state) {
                return None;
            }
        }
        Some(())
    })
    .await;
}

/// Waits until each that was to leave has left, once; all others are there, and nothing was taken for a stranger.
pub async fn all_have_left(home: &mut Household, watched: &[Watched]) {
    let all = home
        .until("every end that was asked for is confirmed", async |owner: &Browser| {
            let devices = owner.all_devices().await;
            let all: Option<Vec<_>> = watched.iter().map(|one| one.sessions(&devices)).collect();
            all.filter(|all| all.iter().all(|[_, leaves]| leaves["state"] == "ended"))
        })
        .await;
    for (one, [stays, leaves]) in watched.iter().zip(&all) {
        let kind = one.stand_in.kind;
        assert!(!leaves["confirmed_at"].is_null(), "{kind}: {leaves:#}");
        assert_eq!(stays["state"], "live", "{kind}: {stays:#}");
        assert_eq!(home.owner.sign_outs_of(&leaves["id"]).await, 1, "{kind}: {leaves:#}");
    }
    assert_eq!(home.owner.open_alerts().await, [] as [Value; 0]);
}

/// Stops the home: no key of any of them is in its log.
pub async fn no_key_was_logged(home: Household, watched: &[Watched]) {
    let mut secrets = Vec::new();
    for one in watched {
        secrets.extend(one.stand_in.secrets().await.into_iter().map(|secret| (one.stand_in.kind, secret)));
    }
    assert!(!secrets.is_empty());
    let printed = home.stop();
    assert!(printed.len() > 500, "the log is empty: {printed}");
    for (kind, secret) in secrets {
        assert!(!printed.contains(&secret), "the log has a key of {kind}");
    }
}
