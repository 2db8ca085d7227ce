//! A home whose courier writes down what it is handed.

use std::net::IpAddr;
use std::path::Path;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;

use super::*;
use crate::access::actions;
use crate::access::asking::Asking;
use crate::app::{self, Parts};
use crate::config::Config;
use crate::home::Home;
use crate::home::here::Here;
use crate::model::{ChannelKind, ProfileKind, Secret};
use crate::wire::{
    ActionAnswer, ActionEffect, AlertSettingsChange, NewChannel, NewProfile, NoAddress, Proof, SetupRequest,
    SignInRequest, SignedIn,
};

const PASSWORD: &str = "correct horse";
const HOUSEHOLDS: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const STRANGERS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0";

struct Recorder(UnboundedSender<Message>);

#[async_trait]
impl Courier for Recorder {
    async fn hand_over(&self, _: &Channel, message: &Message) -> Outcome {
        self.0.send(message.clone()).expect("a test that cannot go on fails");
        Outcome::Taken
    }
}

fn password() -> Proof {
    Proof { password: Some(PASSWORD.into()), ..Proof::default() }
}

struct Household {
    core: Arc<Core>,
    told: UnboundedReceiver<Message>,
    running: JoinHandle<()>,
    stop: CancellationToken,
}

impl Household {
    async fn open(folder: &Path) -> Self {
        let public_url = "https://latchkey.home.example".parse().ok();
        Self::open_with(Config { public_url, ..Config::in_folder(folder) }).await
    }

    async fn open_with(config: Config) -> Self {
        let (core, ..) = app::open(&config, config.listen, Parts::default()).await.expect("opens");
        let (tell, told) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let running = tokio::spawn(run(Arc::clone(&core), Arc::new(Recorder(tell)), stop.clone()));
        Self { core, told, running, stop }
    }

    fn at(&self, address: [u8; 4], token: Option<&str>) -> Here {
        // The household's and the stranger's are different browsers.
        let user_agent = Some(if address[0] == 192 { HOUSEHOLDS.to_owned() } else { STRANGERS.to_owned() });
        let (address, token) = (Some(IpAddr::from(address)), token.map(Secret::received));
        Here::new(Arc::clone(&self.core), Asking { token, address, user_agent, ..Asking::default() })
    }

    async fn set_up(&self) -> SignedIn {
        let request = SetupRequest {
            code: self.core.setup_code.reveal(&*self.core.clock, &*self.core.random).expect("a code"),
            login: "ana".into(),
            password: PASSWORD.into(),
            profiles: vec![NewProfile::of("Ana", ProfileKind::Adult)],
            device: None,
        };
        let owner = self.at([192, 168, 1, 20], None).set_up(request).await.expect("sets up");
        let learnt =
            AlertSettingsChange { end_learning: true, proof: password(), ..AlertSettingsChange::default() };
        let here = self.at([192, 168, 1, 20], Some(&owner.token));
        here.change_alert_settings(learnt).await.expect("is set");
        owner
    }

    async fn add_hook(&self, owner: &SignedIn) {
        self.add(owner, ChannelKind::WebHook, "https://hook.example/").await;
    }

    async fn add(&self, owner: &SignedIn, kind: ChannelKind, url: &str) {
        let channel = NewChannel {
            kind,
            name: None,
            url: Some(url.into()),
            token: None,
            says: None,
            subscription: None,
            reply_key: None,
            address: None,
            quiet_hours: None,
            time_zone: None,
            proof: password(),
        };
        self.at([192, 168, 1, 20], Some(&owner.token)).add_channel(channel).await.expect("is made");
    }

    async fn stranger(&self) -> SignedIn {
        let request = SignInRequest {
            login: "ana".into(),
            password: PASSWORD.into(),
            device_secret: None,
            device: None,
        };
        self.at([203, 0, 113, 50], None).sign_in(request).await.expect("signs in")
    }

    async fn told(&mut self) -> Message {
        self.told.recv().await.expect("a message")
    }

    async fn ended(self) {
        self.stop.cancel();
        self.running.await.expect("ends");
        self.core.store.close().await;
    }
}

#[tokio::test]
async fn an_alert_goes_out_by_itself_and_its_button_signs_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut home = Household::open(folder.path()).await;
    let owner = home.set_up().await;
    home.add_hook(&owner).await;
    let stranger = home.stranger().await;
    let message = home.told().await;
    assert_eq!((message.kind, message.again, message.update), (Kind::Alert, false, None));
    assert_eq!(message.title, "A new device signed in");
    let button = message.button.expect("a button");
    let token = button.url.rsplit('/').next().expect("a token");
    let pressed = actions::press(&home.core, &Secret::received(token), ActionAnswer::default()).await;
    assert_eq!(pressed.expect("is pressed").effect, ActionEffect::SignedOut);
    home.at([203, 0, 113, 50], Some(&stranger.token)).session().await.expect_err("is refused");
    let changed = home.told().await;
    assert_eq!((changed.kind, changed.tag, changed.again), (Kind::Alert, message.tag, true));
    assert!(changed.quiet && changed.button.is_none(), "nothing is left to sign out");
    home.ended().await;
}

#[tokio::test]
async fn what_was_told_is_not_told_again_after_a_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut home = Household::open(folder.path()).await;
    let owner = home.set_up().await;
    home.add_hook(&owner).await;
    home.stranger().await;
    let first = home.told().await;
    home.ended().await;
    let mut home = Household::open(folder.path()).await;
    home.stranger().await;
    assert_ne!(home.told().await.tag, first.tag);
    home.ended().await;
}

#[tokio::test]
async fn what_leaves_a_home_that_nobody_else_can_open_says_so_and_leads_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::in_folder(folder.path());
    assert!(config.listen.ip().is_loopback());
    let mut home = Household::open_with(config).await;
    let owner = home.set_up().await;
    home.add(&owner, ChannelKind::Ntfy, "https://ntfy.sh/a-topic").await;
    home.stranger().await;
    let message = home.told().await;
    assert!(message.button.is_none() && message.open_url.is_none());
    assert!(message.text().contains("cannot be opened from elsewhere"), "{}", message.text());
    let short = message.without_words();
    assert!(short.text().contains("cannot be opened from elsewhere"), "{}", short.text());
    let list = home.at([192, 168, 1, 20], Some(&owner.token)).channels().await.expect("channels");
    assert_eq!(list.no_address, Some(NoAddress::ListensHereOnly));
    home.ended().await;
}

#[tokio::test]
async fn what_stays_on_this_computer_leads_to_it_and_what_leaves_to_where_it_listens() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut home = Household::open_with(Config::in_folder(folder.path())).await;
    let owner = home.set_up().await;
    home.add(&owner, ChannelKind::WebHook, "http://127.0.0.1:8123/api/webhook/x").await;
    home.stranger().await;
    let message = home.told().await;
    assert!(message.button.expect("a button").url.starts_with("http://127.0.0.1:8470/api/v1/actions/"));
    assert!(!message.lacks_address);
    home.ended().await;

    let folder = tempfile::tempdir().expect("a folder");
    let listen = "192.168.1.5:8470".parse().expect("an address");
    let mut home = Household::open_with(Config { listen, ..Config::in_folder(folder.path()) }).await;
    let owner = home.set_up().await;
    home.add(&owner, ChannelKind::Ntfy, "https://ntfy.sh/a-topic").await;
    home.stranger().await;
    let message = home.told().await;
    let opens = message.open_url.expect("an address");
    assert!(opens.starts_with("http://192.168.1.5:8470/#/alerts/"), "{opens}");
    assert!(message.button.expect("a button").url.starts_with("http://192.168.1.5:8470/"));
    home.ended().await;
}

#[test]
fn nothing_is_said_where_a_server_in_between_reads_it() {
    let message = Message {
        kind: Kind::Alert,
        alert_id: None,
        tag: "1".into(),
        title: "A new device signed in".into(),
        lines: vec!["Firefox on Windows, on the account ana".into()],
        at: Timestamp::from_millis(0),
        quiet: false,
        again: false,
        update: None,
        open_url: Some("https://home.example/".into()),
        lacks_address: false,
        signs_out: false,
        button: None,
        reply: None,
    };
    let short = message.without_words();
    assert_eq!(
        (short.title.as_str(), short.text().as_str()),
        ("Latchkey", "Something needs a look. Open Latchkey.")
    );
}
