//! Answers from away, by a relay that repeats, reorders, loses, forges and forgets: each counts once, and only from the browser that
//! has the channel. Over sockets: a push goes out, the phone reads it and posts to the relay, and the home listens there.

mod support;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use latchkey::access::asking::Asking;
use latchkey::clock::Clock;
use latchkey::home::Home;
use latchkey::home::here::Here;
use latchkey::model::{
    AlertState, Answer, Channel, ChannelId, DeviceId, ProfileKind, RelayState, Replies, Secret,
};
use latchkey::wire::{
    Alert, AlertAnswer, AlertQuery, EventKind, NewChannel, NewProfile, Proof, RelayChange, RelayStatus,
    SetupRequest, SignInRequest, SignedIn,
};
use serde_json::{Value, json};
use support::ntfy::Ntfy;
use support::peer::Peer;
use support::phone::{Phone, Said, Sealed};
use support::{LEARNING, LOGIN, PASSWORD, TestHome, eventually};

const AT_HOME: &str = "192.168.1.20";
const ABROAD: &str = "203.0.113.50";

/// A household whose home is told of a relay, and whose one browser can answer by it.
struct Household {
    home: TestHome,
    relay: Ntfy,
    service: Peer,
    phone: Phone,
    owner: SignedIn,
}

/// What somebody was pushed: the alert, and how it is answered from away.
struct Pushed {
    alert_id: String,
    way: Value,
}

impl Pushed {
    fn inbox(&self) -> String {
        let url = self.way["inbox_url"].as_str().expect("an address");
        url.rsplit('/').next().expect("a topic").to_owned()
    }
}

fn asking(address: &str, token: Option<&str>) -> Asking {
    let system = if address == ABROAD { "Windows NT 10.0; Win64; x64" } else { "X11; Linux x86_64" };
    Asking {
        address: address.parse().ok(),
        token: token.map(Secret::received),
        user_agent: Some(format!("Mozilla/5.0 ({system}; rv:143.0) Gecko/20100101 Firefox/143.0")),
        ..Asking::default()
    }
}

fn password() -> Proof {
    Proof { password: Some(PASSWORD.into()), ..Proof::default() }
}

impl Household {
    async fn start() -> Self {
        let relay = Ntfy::start().await;
        let household = Self::without_relay(relay).await;
        let origin = household.relay.origin.clone();
        household.set_relay(Some(origin)).await;
        household.listening().await;
        household
    }

    async fn without_relay(relay: Ntfy) -> Self {
        let service = Peer::answering(201).await;
        let home = TestHome::start_with(|config| {
            config.push_origins = vec![service.origin.parse().expect("an origin")];
        })
        .await;
        let request = SetupRequest {
            code: home.app.setup_code().expect("a code"),
            login: LOGIN.into(),
            password: PASSWORD.into(),
            profiles: vec![NewProfile::of("Ana", ProfileKind::Adult)],
            device: None,
        };
        let owner = home.app.here(asking(AT_HOME, None)).set_up(request).await.expect("sets up");
        home.clock.advance(LEARNING);
        let phone = Phone::new(1);
        let household = Self { home, relay, service, phone, owner };
        let new = phone_channel(&household.phone, &household.service);
        household.owner().add_channel(new).await.expect("is made");
        household
    }

    fn at(&self, address: &str, signed_in: &SignedIn) -> Here {
        self.home.app.here(asking(address, Some(&signed_in.token)))
    }

    fn owner(&self) -> Here {
        self.at(AT_HOME, &self.owner)
    }

    async fn set_relay(&self, relay_url: Option<String>) {
        self.set_relay_with(relay_url, None).await;
    }

    async fn set_relay_with(&self, relay_url: Option<String>, token: Option<&str>) {
        let change = RelayChange { relay_url, token: token.map(str::to_owned), proof: password() };
        self.owner().set_relay(change).await.expect("is set");
    }

    /// How the relay does.
    async fn status(&self) -> RelayStatus {
        self.owner().channels().await.expect("channels").relay.expect("a relay")
    }

    /// Waits until the relay does so.
    async fn until_relay_is(&self, state: RelayState) -> RelayStatus {
        eventually("the relay does so", async || Some(self.status().await).filter(|now| now.state == state))
            .await
    }

    /// Waits until the home listens.
    async fn listening(&self) {
        eventually("the home listens", async || self.relay.seen().contains("/json?since=").then_some(()))
            .await;
    }

    /// Waits until the home listens to that inbox, and nobody else does.
    async fn listens_to(&self, inbox: &str) {
        eventually("the home listens", async || (self.relay.listeners(inbox) == 1).then_some(())).await;
    }

    /// Somebody signs in from abroad.
    async fn stranger(&self) -> SignedIn {
        self.home.clock.advance(Duration::from_mins(1));
        let request = SignInRequest {
            login: LOGIN.into(),
            password: PASSWORD.into(),
            device_secret: None,
            device: None,
        };
        self.home.app.here(asking(ABROAD, None)).sign_in(request).await.expect("signs in")
    }

    /// The push about a device, as the phone reads it.
    async fn pushed(&self, device: DeviceId) -> Pushed {
        self.pushed_to(&self.phone, device).await
    }

    async fn pushed_to(&self, phone: &Phone, device: DeviceId) -> Pushed {
        let alert_id = self.alert_about(device).await.id.to_string();
        let way = eventually("a push", async || {
            let said = self.service.heard();
            let mut said = said.iter().filter_map(|heard| phone.read(&heard.body));
            said.rfind(|said| said["alert_id"] == alert_id.as_str()).map(|said| said["reply"].clone())
        })
        .await;
        Pushed { alert_id, way }
    }

    async fn alert_about(&self, device: DeviceId) -> Alert {
        let page = self.owner().alerts(AlertQuery::default()).await.expect("alerts");
        page.alerts.into_iter().find(|alert| alert.device_id == device).expect("an alert")
    }

    fn said(&self, pushed: &Pushed, answer: &'static str, id: u8) -> Said {
        Said {
            alert_id: pushed.alert_id.clone(),
            answer,
            token: pushed.way["token"].as_str().expect("a secret").to_owned(),
            id,
            issued_at: self.home.clock.now().as_millis(),
        }
    }

    fn seal(&self, pushed: &Pushed, answer: &'static str, id: u8) -> Sealed {
        self.phone.seal(&pushed.way, &self.said(pushed, answer, id))
    }

    /// Posts as the phone does.
    async fn post(&self, pushed: &Pushed, text: &str) {
        let mut url = format!("{}?firebase=no", pushed.way["inbox_url"].as_str().expect("an address"));
        if let Some(token) = pushed.way["relay_token"].as_str() {
            url = format!("{url}&auth={}", URL_SAFE_NO_PAD.encode(format!("Bearer {token}")));
        }
        let answered = client().post(url).body(text.to_owned()).send().await.expect("answers");
        assert_eq!(answered.status(), 200);
    }

    /// The receipt of an answer, as it is polled for.
    async fn receipt(&self, sealed: &Sealed) -> Value {
        eventually("a receipt", async || self.receipts(sealed).into_iter().next()).await
    }

    fn receipts(&self, sealed: &Sealed) -> Vec<Value> {
        let kept = self.relay.kept(&sealed.reply_to);
        kept.iter().filter_map(|message| sealed.open(message["message"].as_str()?)).collect()
    }

    /// Asks for something that counts, after which whatever was posted before has been looked at.
    async fn until_all_was_looked_at(&self, id: u8) {
        let guest = self.stranger().await;
        let pushed = self.pushed(guest.device_id).await;
        let sealed = self.seal(&pushed, "not_me", id);
        self.post(&pushed, &sealed.text).await;
        self.receipt(&sealed).await;
    }

    async fn is_in(&self, signed_in: &SignedIn) -> bool {
        self.at(ABROAD, signed_in).session().await.is_ok()
    }
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

fn phone_channel(phone: &Phone, service: &Peer) -> NewChannel {
    let channel = phone.channel(&format!("{}/push/abc", service.origin), PASSWORD);
    serde_json::from_value(channel).expect("a channel")
}

#[tokio::test]
async fn an_answer_from_away_signs_out_and_its_receipt_comes_back() {
    let home = Household::start().await;
    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    let sealed = home.seal(&pushed, "not_me", 1);
    home.post(&pushed, &sealed.text).await;
    assert_eq!(home.receipt(&sealed).await["effect"], "signed_out");
    assert!(!home.is_in(&stranger).await);
    let alert = home.alert_about(stranger.device_id).await;
    assert_eq!(alert.state, AlertState::Open, "as with any button outside");
    let by = alert.acted_by.expect("somebody");
    assert_eq!(by.device_id, Some(home.owner.device_id), "it signed what it answered");
    // A second one says that there was a first, and changes nothing.
    let again = home.seal(&pushed, "not_me", 2);
    home.post(&pushed, &again.text).await;
    assert_eq!(home.receipt(&again).await["effect"], "already_signed_out");
    // Nothing that anybody could read went there, in either direction.
    let seen = home.relay.seen();
    let token = pushed.way["token"].as_str().expect("a secret");
    let session = home.owner.token.as_str();
    for plain in
        [pushed.alert_id.as_str(), token, "not_me", "signed_out", "effect", "alert_id", "Firefox", session]
    {
        assert!(!seen.contains(plain), "{plain} in {seen}");
    }
    assert!(!seen.contains(&stranger.device_id.to_string()));
    assert!(seen.contains(&sealed.text) && seen.contains(&pushed.inbox()));
}

#[tokio::test]
async fn the_same_answer_counts_once_however_often_it_comes() {
    let home = Household::start().await;
    home.relay.turn(|knobs| knobs.repeat = true);
    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    let sealed = home.seal(&pushed, "not_me", 1);
    home.post(&pushed, &sealed.text).await;
    home.receipt(&sealed).await;
    // Who listens anew is told what was kept.
    home.relay.hang_up();
    home.listens_to(&pushed.inbox()).await;
    home.post(&pushed, &sealed.text).await;
    home.until_all_was_looked_at(2).await;
    assert_eq!(home.receipts(&sealed).len(), 1, "what came before is not answered again");
}

#[tokio::test]
async fn an_answer_that_was_taken_has_its_receipt_also_when_the_home_listens_elsewhere_meanwhile() {
    let home = Household::start().await;
    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    home.listens_to(&pushed.inbox()).await;
    let core = home.home.app.core();
    let account = core.store.first_account().await.expect("reads").expect("an account").id;
    let channel = core.store.channels(account).await.expect("reads").remove(0);

    // The answer waits for its turn: the home has heard it, and has not done it.
    let turn = core.store.turn().await;
    home.home.clock.advance(Duration::from_secs(1));
    let sealed = home.seal(&pushed, "not_me", 1);
    home.post(&pushed, &sealed.text).await;
    let now = home.home.clock.now();
    eventually("it is heard", async || (home.status().await.heard_at == Some(now)).then_some(())).await;
    // Before that another channel comes, as one would go with a device that is signed out.
    let inbox = "latchkey-relay-of-another".to_owned();
    let replies = channel.replies.clone().map(|replies| Replies { inbox: inbox.clone(), ..replies });
    let another = Channel { id: ChannelId::new(&*core.clock, &*core.random), replies, ..channel };
    core.store.write_channel(&turn, &another, None).await.expect("is kept");
    core.announcer.announce(&*core.clock, account, EventKind::ChannelsChanged);
    home.listens_to(&inbox).await;
    drop(turn);
    assert_eq!(home.receipt(&sealed).await["effect"], "signed_out");
    assert!(!home.is_in(&stranger).await);
}

#[tokio::test]
async fn a_replay_after_a_restart_does_nothing() {
    let home = Household::start().await;
    let guest = home.stranger().await;
    let pushed = home.pushed(guest.device_id).await;
    let me = home.seal(&pushed, "me", 1);
    home.post(&pushed, &me.text).await;
    assert_eq!(home.receipt(&me).await["effect"], "now_familiar");
    let id = home.alert_about(guest.device_id).await.id;
    let Household { home: running, relay, service, phone, owner } = home;
    let origin = service.origin.clone();
    let running =
        running.restart_with(|config| config.push_origins = vec![origin.parse().expect("an origin")]).await;
    let home = Household { home: running, relay, service, phone, owner };
    home.listens_to(&pushed.inbox()).await;
    // Somebody thinks again; the relay has the old answer still.
    home.owner().answer_alert(id, AlertAnswer { answer: Answer::NotMe }).await.expect("answers");
    home.post(&pushed, &me.text).await;
    home.until_all_was_looked_at(2).await;
    assert_eq!(home.alert_about(guest.device_id).await.state, AlertState::NotMe);
    assert_eq!(home.receipts(&me).len(), 1);
}

#[tokio::test]
async fn what_is_forged_cut_or_out_of_order_changes_nothing() {
    let home = Household::start().await;
    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    let inbox = pushed.inbox();
    let said = home.said(&pushed, "not_me", 1);
    for text in ["", "triggered", "{}", "AAAA", &"A".repeat(792), &"x".repeat(3900)] {
        home.relay.forge(&inbox, text);
    }
    home.relay.hand_out(json!({ "event": "message", "topic": inbox, "message": 7 }));
    home.relay.hand_out(json!({ "event": "of_tomorrow", "topic": inbox }));
    // Of another browser, which was pushed the same.
    let others = Phone::new(2).seal(&pushed.way, &said);
    home.post(&pushed, &others.text).await;
    // For another channel, posted to this one.
    let mut elsewhere = pushed.way.clone();
    elsewhere["channel_id"] = json!("01921f3a-5c00-7000-8000-0000000000c1");
    home.post(&pushed, &home.phone.seal(&elsewhere, &said).text).await;
    // For another home.
    let mut another_home = pushed.way.clone();
    another_home["home_key"] = json!(Phone::new(3).reply_key());
    home.post(&pushed, &home.phone.seal(&another_home, &said).text).await;
    // Cut on its way.
    home.relay.turn(|knobs| knobs.cut = Some(700));
    home.post(&pushed, &home.seal(&pushed, "not_me", 1).text).await;
    home.relay.turn(|knobs| knobs.cut = None);
    home.until_all_was_looked_at(9).await;
    assert!(home.is_in(&stranger).await);
    assert!(home.receipts(&others).is_empty());
    // Two answers, the second of which comes first: one signs out, the other says that it was done.
    home.relay.turn(|knobs| knobs.reorder = true);
    let (first, second) = (home.seal(&pushed, "not_me", 2), home.seal(&pushed, "not_me", 3));
    home.post(&pushed, &first.text).await;
    home.post(&pushed, &second.text).await;
    home.relay.turn(|knobs| knobs.reorder = false);
    eventually("is signed out", async || (!home.is_in(&stranger).await).then_some(())).await;
}

#[tokio::test]
async fn an_answer_of_another_time_or_with_a_button_of_another_alert_does_nothing() {
    let home = Household::start().await;
    let (one, other) = (home.stranger().await, home.stranger().await);
    let (about_one, about_other) = (home.pushed(one.device_id).await, home.pushed(other.device_id).await);
    let good = home.said(&about_one, "not_me", 1);
    let minutes = 60_000;
    for (id, issued_at) in
        [(1, good.issued_at - 11 * minutes), (2, good.issued_at + 11 * minutes), (3, i64::MIN)]
    {
        let text = home.phone.seal(&about_one.way, &Said { id, issued_at, ..good.clone() }).text;
        home.post(&about_one, &text).await;
    }
    // The button of the one, said to be about the other.
    let mixed = home
        .phone
        .seal(&about_one.way, &Said { id: 4, alert_id: about_other.alert_id.clone(), ..good.clone() });
    home.post(&about_one, &mixed.text).await;
    assert_eq!(home.receipt(&mixed).await["effect"], "open_latchkey");
    // A button that nobody made.
    let made_up = home.phone.seal(&about_one.way, &Said { id: 5, token: "A".repeat(43), ..good.clone() });
    home.post(&about_one, &made_up.text).await;
    assert_eq!(home.receipt(&made_up).await["effect"], "open_latchkey");
    assert!(home.is_in(&one).await && home.is_in(&other).await);
    // A clock that is a few minutes wrong is none.
    let late =
        home.phone.seal(&about_one.way, &Said { id: 6, issued_at: good.issued_at - 9 * minutes, ..good });
    home.post(&about_one, &late.text).await;
    assert_eq!(home.receipt(&late).await["effect"], "signed_out");
}

#[tokio::test]
async fn a_phone_that_is_signed_out_answers_nothing() {
    let home = Household::start().await;
    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    // A second device of the household, with a phone's browser of its own.
    let request =
        SignInRequest { login: LOGIN.into(), password: PASSWORD.into(), device_secret: None, device: None };
    let signed_in = home.home.app.here(asking(AT_HOME, None)).sign_in(request).await.expect("signs in");
    let (second, phone) = (home.at(AT_HOME, &signed_in), Phone::new(2));
    second.add_channel(phone_channel(&phone, &home.service)).await.expect("is made");
    let other = home.stranger().await;
    let about_other = home.pushed_to(&phone, other.device_id).await;
    home.listens_to(&about_other.inbox()).await;
    home.owner().sign_out_here().await.expect("signs out");
    let sealed = home.seal(&pushed, "not_me", 1);
    home.post(&pushed, &sealed.text).await;
    // What comes after it on the same stream is looked at after it.
    let seconds = phone.seal(&about_other.way, &home.said(&about_other, "not_me", 2));
    home.post(&about_other, &seconds.text).await;
    assert_eq!(home.receipt(&seconds).await["effect"], "signed_out");
    assert!(home.is_in(&stranger).await && home.receipts(&sealed).is_empty());
}

#[tokio::test]
async fn yes_counts_from_a_device_of_which_nothing_is_doubted_and_the_first_answer_stands() {
    let home = Household::start().await;
    let guest = home.stranger().await;
    let pushed = home.pushed(guest.device_id).await;
    let me = home.seal(&pushed, "me", 1);
    home.post(&pushed, &me.text).await;
    assert_eq!(home.receipt(&me).await["effect"], "now_familiar");
    assert_eq!(home.alert_about(guest.device_id).await.state, AlertState::Me);
    // A button that was pressed too late takes nothing back.
    let not_me = home.seal(&pushed, "not_me", 2);
    home.post(&pushed, &not_me.text).await;
    assert_eq!(home.receipt(&not_me).await["effect"], "theirs_after_all");
    assert!(home.is_in(&guest).await);
}

#[tokio::test]
async fn yes_does_not_count_after_a_sign_out_nor_from_a_device_that_is_not_familiar_everywhere() {
    let home = Household::start().await;
    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    let not_me = home.seal(&pushed, "not_me", 1);
    home.post(&pushed, &not_me.text).await;
    assert_eq!(home.receipt(&not_me).await["effect"], "signed_out");
    let me = home.seal(&pushed, "me", 2);
    home.post(&pushed, &me.text).await;
    assert_eq!(home.receipt(&me).await["effect"], "already_answered");
    assert_eq!(home.alert_about(stranger.device_id).await.state, AlertState::Open);
    // "Not me" from the app has every session judged anew: until then nothing is known of the phone.
    let guest = home.stranger().await;
    let id = home.alert_about(stranger.device_id).await.id;
    let pushed = home.pushed(guest.device_id).await;
    home.owner().answer_alert(id, AlertAnswer { answer: Answer::NotMe }).await.expect("answers");
    let me = home.seal(&pushed, "me", 3);
    home.post(&pushed, &me.text).await;
    assert_eq!(home.receipt(&me).await["effect"], "open_latchkey");
    assert_eq!(home.alert_about(guest.device_id).await.state, AlertState::Open);
}

#[tokio::test]
async fn a_relay_that_loses_hangs_up_forgets_or_falls_silent_is_listened_to_again() {
    let home = Household::start().await;
    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    let inbox = pushed.inbox();
    // The answer is lost, and so is a receipt: nothing that anybody could take for a yes.
    home.relay.turn(|knobs| knobs.lose = 1);
    let lost = home.seal(&pushed, "me", 1);
    home.post(&pushed, &lost.text).await;
    let unheard = home.seal(&pushed, "unsure", 2);
    home.relay.turn(|knobs| knobs.lose_at = Some(unheard.reply_to.clone()));
    home.post(&pushed, &unheard.text).await;
    home.relay.forget();
    home.listens_to(&inbox).await;
    // It says nothing any more, without hanging up; by the home's clock that is too long.
    let before = home.relay.seen().matches("/json?since=").count();
    eventually("it listens anew", async || {
        // Bit by bit: when the home began to wait is not seen from here.
        home.home.clock.advance(Duration::from_secs(1));
        (home.relay.seen().matches("/json?since=").count() > before).then_some(())
    })
    .await;
    let sealed = home.seal(&pushed, "not_me", 3);
    home.post(&pushed, &sealed.text).await;
    assert_eq!(home.receipt(&sealed).await["effect"], "signed_out");
    assert!(home.receipts(&lost).is_empty() && home.receipts(&unheard).is_empty());
}

#[tokio::test]
async fn without_a_relay_nothing_is_pushed_of_one_and_nobody_listens() {
    let home = Household::without_relay(Ntfy::start().await).await;
    let stranger = home.stranger().await;
    assert_eq!(home.pushed(stranger.device_id).await.way, Value::Null);
    assert_eq!(home.relay.seen(), "");
    let list = home.owner().channels().await.expect("channels");
    assert_eq!(list.relay_url, None);
    assert!(list.channels[0].answers_away);
    for wrong in ["ntfy.sh", "https://ntfy.sh/topic", "http://169.254.169.254"] {
        let change = RelayChange { relay_url: Some(wrong.into()), token: None, proof: password() };
        let refused = home.owner().set_relay(change).await.expect_err("refused");
        assert_eq!(refused.code(), "invalid_input");
    }
    let strangers =
        RelayChange { relay_url: Some(home.relay.origin.clone()), token: None, proof: password() };
    let refused = home.at(ABROAD, &stranger).set_relay(strangers).await.expect_err("refused");
    assert_eq!(refused.code(), "not_familiar");
}

#[tokio::test]
async fn a_copy_of_a_session_brings_no_key_of_its_own() {
    let home = Household::start().await;
    // Who has the cookie alone subscribes anew, and would answer in the browser's place.
    let thief = Phone::new(2);
    let theirs = NewChannel { proof: Proof::default(), ..phone_channel(&thief, &home.service) };
    home.home.clock.advance(Duration::from_mins(6));
    let refused = home.owner().add_channel(theirs.clone()).await.expect_err("refused");
    assert_eq!(refused.code(), "proof_required");
    // Without one, the browser goes on with the key that it has.
    let renewed = NewChannel { reply_key: None, ..phone_channel(&home.phone, &home.service) };
    let renewed = NewChannel { proof: Proof::default(), ..renewed };
    assert!(home.owner().add_channel(renewed).await.expect("is renewed").channel.answers_away);
    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    home.post(&pushed, &thief.seal(&pushed.way, &home.said(&pushed, "not_me", 1)).text).await;
    let sealed = home.seal(&pushed, "not_me", 2);
    home.post(&pushed, &sealed.text).await;
    assert_eq!(home.receipt(&sealed).await["effect"], "signed_out");
}

/// What an ntfy server may ask for.
const TOKEN: &str = "tk_0123456789abcdefghijklmnopqrs";

#[tokio::test]
async fn a_relay_that_asks_for_a_token_is_given_it_by_the_home_and_by_the_phone() {
    let relay = Ntfy::start().await;
    relay.turn(|knobs| knobs.token = Some(TOKEN.to_owned()));
    let home = Household::without_relay(relay).await;
    home.set_relay(Some(home.relay.origin.clone())).await;
    let refused = home.until_relay_is(RelayState::Refused).await;
    assert_eq!(refused.detail.as_deref(), Some("the server answers 403 Forbidden"));
    home.set_relay_with(Some(home.relay.origin.clone()), Some(TOKEN)).await;
    let heard = home.until_relay_is(RelayState::Listening).await;
    assert!(heard.has_token && heard.detail.is_none() && heard.heard_at.is_some());

    let stranger = home.stranger().await;
    let pushed = home.pushed(stranger.device_id).await;
    assert_eq!(pushed.way["relay_token"], TOKEN);
    assert!(pushed.inbox().starts_with("latchkey-relay-"), "rights can be given to what begins so");
    let sealed = home.seal(&pushed, "not_me", 1);
    home.post(&pushed, &sealed.text).await;
    assert_eq!(home.receipt(&sealed).await["effect"], "signed_out");
    assert!(!home.is_in(&stranger).await);
    // It is shown to nobody.
    let list = home.owner().channels().await.expect("channels");
    assert!(!serde_json::to_string(&list).expect("JSON").contains(TOKEN));
}

#[tokio::test]
async fn a_token_stays_with_its_server_until_another_is_given_and_goes_to_no_other() {
    let home = Household::without_relay(Ntfy::start().await).await;
    let (here, other) = (home.relay.origin.clone(), Ntfy::start().await);
    let has_token = async || home.status().await.has_token;
    home.set_relay_with(Some(here.clone()), Some(TOKEN)).await;
    home.until_relay_is(RelayState::Listening).await;
    home.set_relay(Some(format!("{here}/"))).await;
    assert!(has_token().await, "the same address");
    home.set_relay_with(Some(here.clone()), Some("")).await;
    assert!(!has_token().await, "it was taken away");
    home.set_relay_with(Some(here), Some(TOKEN)).await;
    home.set_relay(Some(other.origin.clone())).await;
    assert!(!has_token().await, "another server");
    home.until_relay_is(RelayState::Listening).await;
    assert!(home.relay.seen().contains(TOKEN) && !other.seen().contains(TOKEN));
    let wrong = RelayChange {
        relay_url: Some(other.origin.clone()),
        token: Some("a b".to_owned()),
        proof: password(),
    };
    let refused = home.owner().set_relay(wrong).await.expect_err("refused");
    assert_eq!(refused.code(), "invalid_input");
}

#[tokio::test]
async fn that_a_device_with_the_relays_token_was_signed_out_is_said_until_another_is_given() {
    let home = Household::without_relay(Ntfy::start().await).await;
    let origin = home.relay.origin.clone();
    home.set_relay_with(Some(origin.clone()), Some(TOKEN)).await;
    let is_out = async || home.status().await.token_is_out;
    let request =
        SignInRequest { login: LOGIN.into(), password: PASSWORD.into(), device_secret: None, device: None };
    let signed_in = home.home.app.here(asking(AT_HOME, None)).sign_in(request).await.expect("signs in");
    let (second, phone) = (home.at(AT_HOME, &signed_in), Phone::new(2));
    second.add_channel(phone_channel(&phone, &home.service)).await.expect("is made");
    let guest = home.stranger().await;
    assert_eq!(home.pushed_to(&phone, guest.device_id).await.way["relay_token"], TOKEN);
    assert!(!is_out().await, "whoever has it is signed in");
    home.at(ABROAD, &guest).sign_out_here().await.expect("signs out");
    assert!(!is_out().await, "that one was handed nothing");
    // Also when its channel is gone before it is.
    let list = second.channels().await.expect("channels");
    let own =
        list.channels.into_iter().find(|channel| channel.device_id == signed_in.device_id).expect("its own");
    second.remove_channel(own.id).await.expect("is removed");
    second.sign_out_here().await.expect("signs out");
    assert!(is_out().await);
    home.set_relay_with(Some(origin.clone()), Some(TOKEN)).await;
    assert!(is_out().await, "the same one again");
    home.set_relay_with(Some(origin), Some("tk_9876543210srqponmlkjihgfedcba")).await;
    assert!(!is_out().await);
}

#[tokio::test]
async fn how_the_relay_does_is_told_as_it_changes() {
    let home = Household::without_relay(Ntfy::start().await).await;
    let listening = home.owner().listen(None).await.expect("listens");
    let mut changes = listening.filter(|heard| {
        let changed = heard.event.as_ref().is_some_and(|event| event.kind == EventKind::ChannelsChanged);
        std::future::ready(changed)
    });
    home.set_relay(Some(home.relay.origin.clone())).await;
    let now = home.until_relay_is(RelayState::Listening).await;
    // Chosen, begun to listen, heard.
    for _ in 0..3 {
        changes.next().await.expect("is told");
    }
    // A relay that hangs up and is there again is heard all the same.
    home.relay.hang_up();
    let before = home.relay.seen().matches("/json?since=").count();
    eventually("it listens anew", async || {
        (home.relay.seen().matches("/json?since=").count() > before).then_some(())
    })
    .await;
    assert_eq!(home.status().await.since, now.since);
    // One at an address where nobody is, is not.
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", nobody.local_addr().expect("an address"));
    drop(nobody);
    home.set_relay(Some(address)).await;
    let unheard = home.until_relay_is(RelayState::Unheard).await;
    assert!(unheard.detail.expect("a reason").starts_with("the server cannot be reached"));
    assert_eq!(unheard.heard_at, None);
}

#[tokio::test]
async fn nobody_listens_for_no_browser() {
    let home = Household::start().await;
    let channel = home.owner().channels().await.expect("channels").channels.remove(0);
    home.owner().remove_channel(channel.id).await.expect("is removed");
    let idle = home.until_relay_is(RelayState::Idle).await;
    assert_eq!((idle.since, idle.heard_at, idle.detail), (None, None, None));
}
