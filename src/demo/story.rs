//! The demonstration household's past, lived through the verbs that everybody uses.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use super::household::{MEMBERS, Member, PROFILES};
use super::{LOGIN, PASSWORD, PIN};
use crate::access::admit::Admitted;
use crate::access::asking::Asking;
use crate::access::caller::Caller;
use crate::access::live::Active;
use crate::access::{Core, activity, alerts, codes, going_on, profiles, services, set_up, sign_in, sign_out};
use crate::clock::ManualClock;
use crate::error::{Error, Result};
use crate::model::{AlertState, Answer, DeclaredDevice, DeviceKind, ProfileKind, Secret, Timestamp};
use crate::wire::{
    ActivityReport, AlertQuery, CodeAnswer, CodeDecision, NewProfile, NewService, Profile, ProfileChoice,
    Proof, SetupRequest, SignInRequest, SignedIn,
};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

const DAY: Duration = Duration::from_hours(24);

/// How far back the past goes. The home's clock must start there: its limits count from then on.
pub const LENGTH: Duration = Duration::from_hours(24 * 238);

/// What happened at some moment of the past.
enum Scene<'a> {
    SignsIn(&'a Member),
    Moves(&'a Member, &'static str),
    WasLastActive(&'a Member),
    SomebodyFails(&'static str),
    StrangerComesAndGoes,
    DesktopLooks,
}

/// Lives the household's past, up to `now`. Returns the session of the desktop it was set up on.
pub async fn tell(
    core: &Arc<Core>,
    active: &mut Active,
    clock: &ManualClock,
    now: Timestamp,
    to_watch: &[NewService],
) -> Result<SignedIn> {
    let ago = |minutes: u32| now.before(Duration::from_mins(u64::from(minutes)));
    let (desktop, people) = make_account(core, clock).await?;
    let mut household = Lived { core, active, desktop, people, members: Vec::new() };

    let mut scenes = vec![
        (ago(60 * 24 * 75 + 400), Scene::SomebodyFails("192.0.2.10")),
        (ago(60 * 24 * 62 + 180), Scene::StrangerComesAndGoes),
        (ago(60 * 24 * 20 + 90), Scene::SomebodyFails("203.0.113.201")),
        (now, Scene::DesktopLooks),
    ];
    for member in MEMBERS {
        let first = now.before(DAY * member.since_days).before(Duration::from_mins(137));
        scenes.push((first, Scene::SignsIn(member)));
        scenes.push((ago(member.idle_minutes), Scene::WasLastActive(member)));
        if member.key == "ana-phone" {
            scenes.push((ago(60 * 24 * 55), Scene::Moves(member, "203.0.113.20")));
            scenes.push((ago(60 * 24 * 52), Scene::Moves(member, member.address)));
        }
        if member.key == "rui-phone" {
            scenes.push((ago(60 * 24 * 9), Scene::Moves(member, "203.0.113.21")));
        }
    }
    scenes.sort_by_key(|(at, _)| *at);
    for (at, scene) in scenes {
        clock.advance_to(at);
        household.live_through(scene, clock).await?;
    }
    let manager = household.desktop_caller().manager()?;
    for service in to_watch {
        services::add(household.core, &manager, service.clone()).await?;
    }
    Ok(household.desktop.answer)
}

struct Lived<'a> {
    core: &'a Arc<Core>,
    active: &'a mut Active,
    desktop: Admitted,
    people: Vec<Profile>,
    members: Vec<(&'static str, Admitted)>,
}

impl Lived<'_> {
    async fn live_through(&mut self, scene: Scene<'static>, clock: &ManualClock) -> Result<()> {
        match scene {
            Scene::SignsIn(member) => {
                let admitted = self.sign_in(member, clock).await?;
                self.choose(&admitted, member.profile).await?;
                self.members.push((member.key, admitted));
                self.answer_alerts(clock, Answer::Me).await
            }
            Scene::Moves(member, address) => {
                self.be_active(member, address, None).await?;
                self.answer_alerts(clock, Answer::Me).await
            }
            Scene::WasLastActive(member) => {
                let address = if member.key == "rui-phone" { "203.0.113.21" } else { member.address };
                self.be_active(member, address, member.title).await
            }
            Scene::SomebodyFails(address) => {
                let asking = from(address, super::household::STRANGER);
                match sign_in::sign_in(self.core, asking, with_password("latchkey?")).await {
                    Err(Error::WrongCredentials) => Ok(()),
                    Err(error) => Err(error),
                    Ok(_) => Err(Error::internal("a wrong password was let in")),
                }
            }
            Scene::StrangerComesAndGoes => {
                let asking = from("203.0.113.201", super::household::STRANGER);
                let stranger = sign_in::sign_in(self.core, asking, with_password(PASSWORD)).await?;
                self.answer_alerts(clock, Answer::NotMe).await?;
                clock.advance(Duration::from_secs(3));
                let asking = Asking {
                    token: Some(Secret::received(stranger.answer.token)),
                    ..from("203.0.113.201", super::household::STRANGER)
                };
                match crate::access::check::check(self.core, &asking).await {
                    Err(Error::SessionEnded) => Ok(()),
                    _ => Err(Error::internal("a signed-out session was let in")),
                }
            }
            Scene::DesktopLooks => {
                let desktop = self.desktop_caller();
                let asking = Asking { address: Some(LOOPBACK), ..Asking::default() };
                going_on::seen(self.core, &desktop.session, &asking).await?;
                let manager = desktop.manager()?;
                let old = self.members.iter().find(|(key, _)| *key == "holiday-stick");
                if let Some((_, admitted)) = old {
                    sign_out::device(self.core, &manager, admitted.answer.device_id).await?;
                }
                activity::write_down(self.core, self.active).await
            }
        }
    }

    async fn sign_in(&self, member: &Member, clock: &ManualClock) -> Result<Admitted> {
        let mut asking = from(member.address, member.user_agent);
        asking.declared = member.declared();
        if !member.by_code {
            let request = SignInRequest { device: member.declared(), ..with_password(PASSWORD) };
            return sign_in::sign_in(self.core, asking, request).await;
        }
        let started = codes::start(self.core, &asking)?;
        clock.advance(Duration::from_secs(40));
        let proof = Proof { password: Some(PASSWORD.to_owned()), ..Proof::default() };
        let allow = CodeAnswer {
            user_code: started.user_code,
            decision: CodeDecision::Allow,
            profile_id: None,
            proof,
        };
        codes::answer(self.core, &self.desktop_caller().manager()?, allow).await?;
        codes::poll(self.core, asking, &started.device_code)
            .await
            .map_err(|reason| Error::internal(format!("a code was not accepted: {reason:?}")))
    }

    async fn choose(&self, admitted: &Admitted, name: &str) -> Result<()> {
        let caller = Caller::of(Arc::clone(&admitted.session), Some(LOOPBACK));
        let profile = self.people.iter().find(|profile| profile.name == name);
        let profile = profile.ok_or(Error::NotFound("profile"))?;
        let pin = profile.has_pin.then(|| PIN.to_owned());
        let choice = ProfileChoice { pin, ..ProfileChoice::of(profile.id) };
        profiles::choose(self.core, &caller, choice).await.map(drop)
    }

    async fn be_active(&mut self, member: &Member, address: &str, title: Option<&str>) -> Result<()> {
        let Some((_, admitted)) = self.members.iter().find(|(key, _)| *key == member.key) else {
            return Err(Error::internal("a device was active before it signed in"));
        };
        let session = &admitted.session;
        let asking = Asking { site: member.site.map(str::to_owned), ..from(address, member.user_agent) };
        going_on::seen(self.core, session, &asking).await?;
        let report = ActivityReport { title: title.map(str::to_owned), state: Some("playing".into()) };
        activity::report(self.core, &Caller::of(Arc::clone(session), Some(LOOPBACK)), &report);
        activity::write_down(self.core, self.active).await
    }

    async fn answer_alerts(&self, clock: &ManualClock, answer: Answer) -> Result<()> {
        let manager = self.desktop_caller().manager()?;
        let query = AlertQuery { state: Some(AlertState::Open), ..AlertQuery::default() };
        for alert in alerts::list(self.core, &manager, query).await?.alerts {
            clock.advance(Duration::from_mins(2));
            alerts::answer(self.core, &manager, alert.id, answer).await?;
        }
        Ok(())
    }

    fn desktop_caller(&self) -> Caller {
        let asking = Asking { address: Some(LOOPBACK), ..Asking::default() };
        let line = Some(self.core.live.line(&asking));
        Caller { line, ..Caller::of(Arc::clone(&self.desktop.session), Some(LOOPBACK)) }
    }
}

/// Ana makes the account on her computer, and a minute later the profiles of the others.
async fn make_account(core: &Arc<Core>, clock: &ManualClock) -> Result<(Admitted, Vec<Profile>)> {
    let asking = Asking { address: Some(LOOPBACK), ..Asking::default() };
    let mut profiles = PROFILES.into_iter().map(|(name, is_child, pin)| NewProfile {
        pin: pin.map(str::to_owned),
        ..NewProfile::of(name, if is_child { ProfileKind::Kids } else { ProfileKind::Adult })
    });
    let request = SetupRequest {
        code: core.setup_code.reveal(&*core.clock, &*core.random).unwrap_or_default(),
        login: LOGIN.to_owned(),
        password: PASSWORD.to_owned(),
        profiles: profiles.by_ref().take(1).collect(),
        device: Some(DeclaredDevice {
            name: Some("Ana's computer".to_owned()),
            kind: Some(DeviceKind::Computer),
            app: Some("Latchkey".to_owned()),
            app_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            ..DeclaredDevice::default()
        }),
    };
    let mut desktop = set_up::set_up(core, asking, request).await?;
    let caller = Caller::of(Arc::clone(&desktop.session), Some(LOOPBACK));
    let mut people = desktop.answer.profiles.clone();
    let ana = people.first().ok_or(Error::NotFound("profile"))?.id;
    let choice = ProfileChoice { pin: Some(PIN.to_owned()), ..ProfileChoice::of(ana) };
    let chosen = profiles::choose(core, &caller, choice).await?;
    desktop.answer.token = chosen.token.unwrap_or(desktop.answer.token);
    for profile in profiles {
        clock.advance(Duration::from_mins(1));
        let made = profiles::create(core, &caller.manager()?, profile).await?;
        desktop.answer.token = made.token.unwrap_or(desktop.answer.token);
        people.push(made.answer);
    }
    Ok((desktop, people))
}

fn from(address: &str, user_agent: &str) -> Asking {
    Asking { address: address.parse().ok(), user_agent: Some(user_agent.to_owned()), ..Asking::default() }
}

fn with_password(password: &str) -> SignInRequest {
    SignInRequest {
        login: LOGIN.to_owned(),
        password: password.to_owned(),
        device_secret: None,
        device: None,
    }
}
