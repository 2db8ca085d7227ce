//! The desk: where a person sits. It knows which home they look at and holds their keys to it; what they may
//! do there is the home's to say.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use latchkey::alerting::{HomeAt, HomeNow};
#[cfg(mobile)]
use latchkey::error::ErrorBody;
use latchkey::error::{Error, Result};
use latchkey::home::there::There;
use latchkey::home::{Home, ask, is_in_the_clear, taken};
use latchkey::model::{DeclaredDevice, KeyPin, Secret};
use latchkey::wire::{
    Fresh, HomeStatus, NewClaim, PairingClaim, PairingFinish, Recovered, Recovery, SetupRequest,
    SignInRequest, SignedIn,
};
use serde::Serialize;
use serde_json::Value;
use tauri::Url;
use tokio::sync::{OnceCell, watch};

#[cfg(desktop)]
use crate::embedded::Embedded;
use crate::keys::{Held, Keys};
use crate::remembered::Remembered;

/// Longest wait for a keyring: a locked one asks its owner first, who may be slow but must not be locked out.
const KEYRING_PATIENCE: Duration = Duration::from_mins(1);

/// Which home a person looks at, and their keys to it.
pub struct Desk {
    folder: PathBuf,
    keys: Arc<Keys>,
    /// This computer's own home; a phone has none.
    #[cfg(desktop)]
    embedded: Embedded,
    now: OnceCell<RwLock<Now>>,
    changed: watch::Sender<u64>,
}

/// The home looked at, and what it has given.
#[derive(Clone)]
struct Now {
    /// The client for a home on another machine; `None` for this computer's own.
    there: Option<(Address, There)>,
    held: Held,
}

/// Where a home on another machine is, and by what it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    url: Url,
    /// Its key, where it has a certificate of its own.
    pin: Option<KeyPin>,
}

/// What a person has said to go on all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// What is sent there may be read on the way.
    pub clear: bool,
    /// The pin of the key whose letters they compared; an empty one forgets the key that the home had.
    pub pin: Option<String>,
}

impl Now {
    fn at(address: Option<Address>) -> Self {
        let there = address.map(|at| (at.clone(), There::known_by(at.url, at.pin, None)));
        Self { there, held: Held::default() }
    }

    /// The name its keys are kept under. A home that is known by its key has that in it: another one at the same address is never
    /// sent them.
    fn name(&self) -> String {
        match &self.there {
            None => "this computer".to_owned(),
            Some((Address { url, pin }, _)) => name_of(url, *pin),
        }
    }
}

/// The same of a home on another machine.
pub fn name_of(url: &Url, pin: Option<KeyPin>) -> String {
    pin.map_or_else(|| url.to_string(), |pin| format!("{url}#{pin}"))
}

impl Desk {
    /// A desk that keeps what is its own in `folder`. Nothing is read or started before it is asked for.
    pub fn new(folder: PathBuf, keys: Keys, #[cfg(desktop)] embedded: Embedded) -> Self {
        Self {
            folder,
            keys: Arc::new(keys),
            #[cfg(desktop)]
            embedded,
            now: OnceCell::new(),
            changed: watch::Sender::new(0),
        }
    }

    /// The home as whoever sits here sees it at this moment.
    pub async fn home(&self) -> Result<Arc<dyn Home>> {
        self.home_of(&self.now().await).await
    }

    async fn home_of(&self, now: &Now) -> Result<Arc<dyn Home>> {
        let token = now.held.token.clone().map(Secret::received);
        match &now.there {
            Some((_, there)) => Ok(Arc::new(there.clone().with_token(token))),
            #[cfg(desktop)]
            None => {
                let device_secret = now.held.device_secret.clone().map(Secret::received);
                Ok(Arc::new(self.embedded.home(token, device_secret).await?))
            }
            #[cfg(mobile)]
            None => Err(no_home()),
        }
    }

    /// Asks the home for an operation by its name. What signs in and out is the desk's own: it keeps the keys, which the window
    /// never sees.
    pub async fn ask(&self, operation: &str, mut arguments: Value) -> Result<Value> {
        let request = "request";
        match operation {
            "set_up" => in_json(self.set_up(taken(&mut arguments, request)?).await?),
            "sign_in" => in_json(self.sign_in(taken(&mut arguments, request)?).await?),
            "claim_pairing" => in_json(self.claim_pairing(taken(&mut arguments, request)?).await?),
            "finish_pairing" => in_json(self.finish_pairing(taken(&mut arguments, request)?).await?),
            "recover" => in_json(self.recover(taken(&mut arguments, request)?).await?),
            "sign_out_here" => in_json(self.sign_out_here().await?),
            _ => {
                let asked = self.now().await;
                let fresh = ask(self.home_of(&asked).await?.as_ref(), operation, arguments).await?;
                self.keep_newer(asked, fresh).await
            }
        }
    }

    /// Makes the first account. The window of the computer the home runs on needs no set-up code: whoever
    /// sits at it could read the printed one as well.
    async fn set_up(&self, mut request: SetupRequest) -> Result<SignedIn> {
        request.device.get_or_insert_with(this_device);
        let asked = self.now().await;
        #[cfg(desktop)]
        if asked.there.is_none() {
            request.code = self.embedded.setup_code().await?.unwrap_or_default();
        }
        let signed_in = self.home_of(&asked).await?.set_up(request).await?;
        self.signed_in(asked, signed_in).await
    }

    /// Signs this desktop in, as the device it was before.
    async fn sign_in(&self, mut request: SignInRequest) -> Result<SignedIn> {
        request.device.get_or_insert_with(this_device);
        let asked = self.now().await;
        request.device_secret.clone_from(&asked.held.device_secret);
        let signed_in = self.home_of(&asked).await?.sign_in(request).await?;
        self.signed_in(asked, signed_in).await
    }

    /// Brings the code that another screen shows, as the device that this is.
    async fn claim_pairing(&self, mut request: NewClaim) -> Result<PairingClaim> {
        request.device.get_or_insert_with(this_device);
        let asked = self.now().await;
        self.home_of(&asked).await?.claim_pairing(request).await
    }

    /// Signs this app in once it was let in, as the device it was before.
    async fn finish_pairing(&self, mut request: PairingFinish) -> Result<SignedIn> {
        let asked = self.now().await;
        request.device_secret.clone_from(&asked.held.device_secret);
        let signed_in = self.home_of(&asked).await?.finish_pairing(request).await?;
        self.signed_in(asked, signed_in).await
    }

    /// Chooses a new password in place of a forgotten one. As for the set-up, the window of the home's own computer needs no
    /// code: whoever sits at it could have one printed.
    async fn recover(&self, mut request: Recovery) -> Result<Recovered> {
        let asked = self.now().await;
        #[cfg(desktop)]
        if asked.there.is_none() {
            request.code = self.embedded.recovery_code().await?;
        }
        self.home_of(&asked).await?.recover(request).await
    }

    /// Signs this desktop out.
    async fn sign_out_here(&self) -> Result<()> {
        let asked = self.now().await;
        self.home_of(&asked).await?.sign_out_here().await?;
        let device_secret = asked.held.device_secret.clone();
        self.hold(asked, Held { token: None, device_secret }).await
    }

    /// Looks at the home at `address` from now on; an empty one brings this computer's own back. Nothing
    /// changes unless a home answers there.
    ///
    /// # Errors
    ///
    /// [`Error::InTheClear`] and [`Error::UnknownCertificate`] take a word that this is meant; [`Error::KeyChanged`] a second look.
    pub async fn connect(&self, typed: &str, accepted: &Accepted) -> Result<HomeStatus> {
        let address = if typed.trim().is_empty() { None } else { Some(self.address_of(typed, accepted)?) };
        let url = address.as_ref().map(|address| &address.url);
        #[cfg(mobile)]
        if url.is_some_and(|url| !crate::mobile::https::is_private(url)) {
            return Err(Error::invalid("url", NO_HTTPS));
        }
        if let Some(url) = url.filter(|url| !accepted.clear && is_in_the_clear(url)) {
            return Err(Error::InTheClear(url.host_str().unwrap_or_default().to_owned()));
        }
        let mut there = Now::at(address.clone());
        let status = match &there.there {
            Some((_, home)) => home.status().await?,
            #[cfg(desktop)]
            None => self.embedded.home(None, None).await?.status().await?,
            #[cfg(mobile)]
            None => return Err(no_home()),
        };
        there.held = self.held_for(&there).await;
        let (home_url, home_pin) = address.map_or((None, None), |address| (Some(address.url), address.pin));
        Remembered { home_url, home_pin }.write(&self.folder)?;
        self.now().await;
        self.set_now(there);
        Ok(status)
    }

    /// What was typed, pasted or scanned, as the home that it means: by the key that came with it, that a person compared, or that the
    /// home at this address had before.
    fn address_of(&self, typed: &str, accepted: &Accepted) -> Result<Address> {
        let told = told_address(typed)?;
        let compared = match accepted.pin.as_deref() {
            Some("") => return Ok(told),
            Some(pin) => {
                let pin = pin.parse::<KeyPin>();
                Some(pin.map_err(|_| Error::invalid("pin", "Compare the letters again, then go on."))?)
            }
            None => None,
        };
        let is_encrypted = told.url.scheme() == "https";
        let before = Remembered::read(&self.folder);
        let known = if before.home_url.as_ref() == Some(&told.url) { before.home_pin } else { None };
        let pin = told.pin.or(compared).or(known).filter(|_| is_encrypted);
        Ok(Address { pin, ..told })
    }

    /// Changes its value whenever who sits here, or what they look at, has changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The home's address, and whether it is on another machine.
    pub async fn address(&self) -> (String, bool) {
        match self.now().await.there {
            Some((address, _)) => (address.url.to_string(), true),
            #[cfg(desktop)]
            None => (self.embedded.url().await.unwrap_or_default(), false),
            #[cfg(mobile)]
            None => (String::new(), false),
        }
    }

    /// Why keys are not in the keyring, in a sentence; `None` when they are.
    pub fn keyring_problem(&self) -> Option<String> {
        self.keys.problem()
    }

    /// Ends this computer's own home in good order, when it runs.
    #[cfg(desktop)]
    pub async fn close(&self) {
        self.embedded.stop().await;
    }

    /// Keeps the keys a sign-in gave, and hands on the rest: the window never sees them.
    async fn signed_in(&self, asked: Now, signed_in: SignedIn) -> Result<SignedIn> {
        let (token, device_secret) = (signed_in.token.clone(), signed_in.device_secret.clone());
        self.hold(asked, Held { token: Some(token), device_secret: Some(device_secret) }).await?;
        Ok(signed_in.without_secrets())
    }

    /// Keeps the newer token that came with an answer, and hands on the rest: the window never sees it.
    ///
    /// # Errors
    ///
    /// [`Error::NotKept`] when what was asked for is done, and the token is good for no longer than the app runs.
    async fn keep_newer<T>(&self, asked: Now, fresh: Fresh<T>) -> Result<T> {
        let Fresh { answer, token: Some(token), .. } = fresh else { return Ok(fresh.answer) };
        let device_secret = asked.held.device_secret.clone();
        let kept = self.hold(asked, Held { token: Some(token), device_secret }).await;
        kept.map_err(|cause| Error::NotKept(Box::new(cause)))?;
        Ok(answer)
    }

    /// Keeps the keys of the home that was `asked`. By the time it answered the desktop may look at another one,
    /// which must not be sent them.
    async fn hold(&self, asked: Now, held: Held) -> Result<()> {
        let now = Now { held, ..asked };
        if self.now().await.name() == now.name() {
            self.set_now(now.clone());
        }
        let keys = Arc::clone(&self.keys);
        let keeping = tokio::task::spawn_blocking(move || keys.keep(&now.name(), &now.held));
        let Ok(kept) = tokio::time::timeout(KEYRING_PATIENCE, keeping).await else {
            // It goes on behind; the session is good in any case until the app ends.
            tracing::warn!("the keyring takes its time; perhaps it waits for its owner");
            return Ok(());
        };
        kept.map_err(Error::internal)?
    }

    async fn held_for(&self, now: &Now) -> Held {
        let (keys, name) = (Arc::clone(&self.keys), now.name());
        let asking = tokio::task::spawn_blocking(move || keys.held(&name));
        let Ok(held) = tokio::time::timeout(KEYRING_PATIENCE, asking).await else {
            tracing::warn!("the keyring does not answer; somebody has to sign in again");
            return Held::default();
        };
        held.unwrap_or_default()
    }

    async fn now(&self) -> Now {
        let now = self.now.get_or_init(|| async {
            let Remembered { home_url, home_pin } = Remembered::read(&self.folder);
            let mut now = Now::at(home_url.map(|url| Address { url, pin: home_pin }));
            #[cfg(desktop)]
            let given = self.embedded.keys().await;
            #[cfg(mobile)]
            let given = None;
            now.held = match given {
                Some(given) => given,
                None => self.held_for(&now).await,
            };
            RwLock::new(now)
        });
        now.await.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Only after [`Desk::now`] was asked.
    fn set_now(&self, now: Now) {
        if let Some(place) = self.now.get() {
            *place.write().unwrap_or_else(PoisonError::into_inner) = now;
        }
        self.tell_change();
    }

    fn tell_change(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}

#[async_trait]
impl HomeNow for Desk {
    async fn home(&self) -> Result<HomeAt> {
        let now = self.now().await;
        Ok(HomeAt { name: now.name(), home: self.home_of(&now).await? })
    }
}

fn in_json(answer: impl Serialize) -> Result<Value> {
    serde_json::to_value(answer).map_err(Error::internal)
}

#[cfg(mobile)]
fn no_home() -> Error {
    let body = ErrorBody::new("no_home", "Enter the address of your home first.");
    Error::Remote { status: 409, body: Box::new(body) }
}

/// A phone takes its key along to other people's networks, where an address of the home network is somebody else's.
#[cfg(mobile)]
const NO_HTTPS: &str = "A phone needs an address that begins with https://: it is in other people's networks as often as \
                        in yours. Your home's README says how, under \u{201c}Letting phones reach it\u{201d}.";

/// What this device says of itself.
pub fn this_device() -> DeclaredDevice {
    let kind =
        if cfg!(mobile) { latchkey::model::DeviceKind::Phone } else { latchkey::model::DeviceKind::Computer };
    let os = match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "macOS",
        "windows" => "Windows",
        "android" => "Android",
        "ios" => "iOS",
        other => other,
    };
    DeclaredDevice {
        name: computer_name(),
        kind: Some(kind),
        model: None,
        os: Some(os.to_owned()),
        app: Some("Latchkey".to_owned()),
        app_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    }
}

/// The name its owner gave the computer, where the system tells it.
fn computer_name() -> Option<String> {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::env::var("COMPUTERNAME"))
        .unwrap_or_default();
    let name = told.trim();
    (!name.is_empty() && name != "localhost").then(|| name.to_owned())
}

/// An address as a person types it, made one to ask: "nas:8470" is `http://nas:8470`.
fn normal_address(typed: &str) -> Result<Url> {
    let wrong = || Error::invalid("url", "Enter an address such as http://nas:8470.");
    let typed = typed.trim();
    // A phone speaks by https only.
    let scheme = if cfg!(mobile) { "https" } else { "http" };
    let full = if typed.contains("://") { typed.to_owned() } else { format!("{scheme}://{typed}") };
    let mut url = Url::parse(&full).map_err(|_| wrong())?;
    let web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty());
    if !web || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// The same, with the pin that the link of a home's code has behind its `#`: such a home is asked by https only.
fn told_address(typed: &str) -> Result<Address> {
    let mut url = normal_address(typed)?;
    let Some((_, pin)) = typed.trim().split_once('#').and_then(|(_, fragment)| fragment.split_once("?pin="))
    else {
        return Ok(Address { url, pin: None });
    };
    let pin = pin.parse::<KeyPin>();
    let pin =
        pin.map_err(|_| Error::invalid("url", "This link is damaged. Copy or scan it again, to its end."))?;
    if url.scheme() == "http" {
        // The port stays, also where it goes without saying: one answers both.
        let port = url.port_or_known_default();
        let changed = url.set_scheme("https").and_then(|()| url.set_port(port));
        changed.map_err(|()| Error::invalid("url", "This address cannot be asked by https."))?;
    }
    Ok(Address { url, pin: Some(pin) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_with_a_pin_is_of_a_home_that_is_asked_by_https_and_known_by_its_key() {
        let pin = KeyPin::of(b"a key");
        for (typed, meant) in [
            ("http://192.168.1.5:8470/#/pair/BCDF-GHJK?pin=", "https://192.168.1.5:8470/"),
            (" https://nas:8470/#/pair/BCDF-GHJK?pin=", "https://nas:8470/"),
            ("http://nas/#/pair/BCDF-GHJK?pin=", "https://nas:80/"),
        ] {
            let told = told_address(&format!("{typed}{pin} ")).unwrap();
            assert_eq!((told.url.as_str(), told.pin), (meant, Some(pin)), "{typed}");
        }
        for typed in ["http://nas:8470/#/pair/BCDF-GHJK", "nas:8470", "http://nas:8470/?pin=AAAA"] {
            assert_eq!(told_address(typed).unwrap().pin, None, "{typed}");
        }
        // A pin that is cut is no reason to believe whoever answers.
        for damaged in ["", "AAAA", &pin.to_string()[1..]] {
            let error = told_address(&format!("http://nas:8470/#/pair/BCDF-GHJK?pin={damaged}")).unwrap_err();
            assert_eq!(error.code(), "invalid_input", "{damaged}");
        }
    }

    #[tokio::test]
    async fn keys_of_a_home_that_is_known_by_its_key_are_kept_for_no_other() {
        let url: Url = "https://nas:8470/".parse().unwrap();
        let name = |pin| Now::at(Some(Address { url: url.clone(), pin })).name();
        let names = [name(None), name(Some(KeyPin::of(b"one"))), name(Some(KeyPin::of(b"other")))];
        assert_eq!(names[0], "https://nas:8470/");
        assert!(names[1] != names[2] && names[0] != names[1]);
    }

    #[test]
    fn an_address_is_taken_as_people_type_it() {
        for (typed, meant) in [
            ("nas:8470", "http://nas:8470/"),
            (" http://nas:8470/#/devices ", "http://nas:8470/"),
            ("https://home.example.org", "https://home.example.org/"),
            ("192.168.1.20", "http://192.168.1.20/"),
            ("[fd00::1]:8470", "http://[fd00::1]:8470/"),
        ] {
            assert_eq!(normal_address(typed).unwrap().as_str(), meant, "{typed}");
        }
        for typed in ["http://", "ftp://nas", "file:///etc/passwd", "http://ana:secret@nas", "javascript://x"]
        {
            assert_eq!(normal_address(typed).unwrap_err().code(), "invalid_input", "{typed}");
        }
    }

    #[test]
    fn this_device_says_that_it_is_latchkey_on_a_computer() {
        let device = this_device();
        assert_eq!(device.app.as_deref(), Some("Latchkey"));
        assert_eq!(device.kind, Some(latchkey::model::DeviceKind::Computer));
    }
}
