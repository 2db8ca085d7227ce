//! By what pushes come to this phone: keys that only it has, and the address that the app which brings pushes gave (UnifiedPush;
//! RFC 8291, RFC 8292). For one home at a time, the one that was subscribed for last.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use latchkey::model::{ChannelKind, Secret};
use latchkey::outside::relay::ReplySecret;
use latchkey::outside::web_push::Receiver;
use latchkey::random::Random;
use latchkey::wire::{NewChannel, Proof, PushKeys, PushSubscription};
use serde::{Deserialize, Serialize};

use super::https::private;
use crate::private::write_private;

/// The longest address that UnifiedPush has.
const MOST_ENDPOINT_BYTES: usize = 1000;

/// One who reads and then writes is alone with the file.
static TURN: Mutex<()> = Mutex::new(());

/// What the home is told, so that pushes come here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(export)]
pub struct Subscribed {
    /// Where to, and by which keys.
    pub subscription: PushSubscription,
    /// What answers are signed with that go by a relay.
    pub reply_key: String,
}

/// What is kept of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The home that pushes come from.
    pub home: String,
    /// The home's key with push services.
    pub push_key: String,
    /// What tells this registration from others, and from what anybody may send here.
    pub token: String,
    secret: [u8; 32],
    auth: [u8; 16],
    reply: [u8; 32],
    /// Where pushes are sent to, since the app that brings them said so.
    endpoint: Option<String>,
    /// Where the home was told to send them; `None`: nowhere.
    told: Option<String>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("home", &self.home).finish_non_exhaustive()
    }
}

impl Registration {
    /// The one that is kept in an app's folder.
    pub fn read(folder: &Path) -> Option<Self> {
        // The parser's own words would quote the file.
        serde_json::from_slice(&fs::read(file(folder)).ok()?).ok()
    }

    /// The one for a home, made when there is none: another home, or another key of it, takes other keys.
    pub fn begin(folder: &Path, home: &str, push_key: &str, random: &dyn Random) -> io::Result<Self> {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let is_for = |kept: &Self| kept.home == home && kept.push_key == push_key;
        if let Some(kept) = Self::read(folder).filter(is_for) {
            return Ok(kept);
        }
        let receiver = Receiver::new(random);
        let made = Self {
            home: home.to_owned(),
            push_key: push_key.to_owned(),
            token: token(random),
            secret: receiver.secret_bytes(),
            auth: receiver.auth_bytes(),
            reply: ReplySecret::new(random).secret_bytes(),
            endpoint: None,
            told: None,
        };
        made.write(folder)?;
        Ok(made)
    }

    /// Keeps the address that belongs to a token. Whether it is this registration's: anybody may say so.
    pub fn came(folder: &Path, token: &str, endpoint: &str) -> bool {
        endpoint.len() <= MOST_ENDPOINT_BYTES
            && private(endpoint).is_some()
            && change(folder, token, |kept| kept.endpoint = Some(endpoint.to_owned()))
    }

    /// The app that brings pushes ended it, or refuses it. Another token is used next time, as its specification asks.
    pub fn ended(folder: &Path, token: &str, random: &dyn Random) -> bool {
        change(folder, token, |kept| {
            kept.endpoint = None;
            kept.token = self::token(random);
        })
    }

    /// Keeps where the home was told to send pushes.
    pub fn tell(folder: &Path, token: &str, endpoint: Option<&str>) -> bool {
        change(folder, token, |kept| kept.told = endpoint.map(str::to_owned))
    }

    /// Forgets all of it.
    pub fn forget(folder: &Path) {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        // One that is not there is as good.
        let _ = fs::remove_file(file(folder));
    }

    /// Whether the home was told of it.
    pub fn is_told(&self) -> bool {
        self.told.is_some()
    }

    /// An address that the home does not know, though it knew one.
    pub fn untold(&self) -> Option<&str> {
        let endpoint = self.endpoint.as_deref()?;
        self.told.as_deref().filter(|told| *told != endpoint).map(|_| endpoint)
    }

    /// What pushes are read with.
    pub fn receiver(&self) -> Option<Receiver> {
        Receiver::from_bytes(&self.secret, self.auth)
    }

    /// What answers are signed with that go by a relay.
    pub fn signer(&self) -> Option<ReplySecret> {
        ReplySecret::from_bytes(&self.reply)
    }

    /// What the home is told with an address.
    pub fn subscribed(&self, endpoint: &str) -> Option<Subscribed> {
        let receiver = self.receiver()?;
        let keys = PushKeys { p256dh: receiver.p256dh(), auth: receiver.auth() };
        let subscription = PushSubscription { endpoint: endpoint.to_owned(), keys };
        Some(Subscribed { subscription, reply_key: self.signer()?.public_key() })
    }

    /// The channel that tells the home where pushes go by now. It has the one before already, and takes no proof for this.
    pub fn channel(&self, endpoint: &str) -> Option<NewChannel> {
        Some(NewChannel {
            kind: ChannelKind::UnifiedPush,
            subscription: Some(self.subscribed(endpoint)?.subscription),
            name: None,
            url: None,
            token: None,
            says: None,
            reply_key: None,
            address: None,
            quiet_hours: None,
            time_zone: None,
            proof: Proof::default(),
        })
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        write_private(&file(folder), &serde_json::to_vec(self)?)
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("push.json")
}

/// Changes what is kept, if it has this token. Whether it has, and could be changed.
fn change(folder: &Path, token: &str, change: impl FnOnce(&mut Registration)) -> bool {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(mut kept) = Registration::read(folder).filter(|kept| kept.token == token) else { return false };
    change(&mut kept);
    kept.write(folder).is_ok()
}

/// 256 random bits in 43 letters; UnifiedPush takes 100 bytes.
fn token(random: &dyn Random) -> String {
    Secret::new(random).reveal().to_owned()
}

#[cfg(test)]
mod tests {
    use latchkey::outside::relay::ReplyKey;
    use latchkey::random::SeededRandom;

    use super::*;

    const HOME: &str = "https://home.example/";

    #[test]
    fn a_registration_is_kept_for_its_home_and_made_anew_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let random = SeededRandom::new(1);
        assert!(Registration::read(folder.path()).is_none());
        let first = Registration::begin(folder.path(), HOME, "key", &random).unwrap();
        assert_eq!(Registration::begin(folder.path(), HOME, "key", &random).unwrap(), first);
        assert_eq!(Registration::read(folder.path()), Some(first.clone()));
        for (home, key) in [(HOME, "another key"), ("https://other.example/", "another key")] {
            let other = Registration::begin(folder.path(), home, key, &random).unwrap();
            assert_ne!((&other.token, other.secret, other.reply), (&first.token, first.secret, first.reply));
        }
        Registration::forget(folder.path());
        assert!(Registration::read(folder.path()).is_none());
        assert_eq!(format!("{first:?}"), "Registration { home: \"https://home.example/\", .. }");
    }

    #[test]
    fn an_address_is_taken_with_its_token_only_and_over_https_only() {
        let folder = tempfile::tempdir().unwrap();
        let random = SeededRandom::new(1);
        let made = Registration::begin(folder.path(), HOME, "key", &random).unwrap();
        let fine = "https://push.example/up1?up=1";
        assert!(!Registration::came(folder.path(), "guessed", fine));
        for wrong in [
            "http://push.example/up1",
            "javascript:alert(1)",
            "",
            &format!("https://push.example/{}", "x".repeat(1000)),
        ] {
            assert!(!Registration::came(folder.path(), &made.token, wrong), "{wrong}");
        }
        assert_eq!(Registration::read(folder.path()).unwrap(), made);
        assert!(Registration::came(folder.path(), &made.token, fine));
        // Nobody told the home of one yet: whoever subscribes does.
        assert_eq!(Registration::read(folder.path()).unwrap().untold(), None);
        assert!(Registration::tell(folder.path(), &made.token, Some(fine)));
        assert_eq!(Registration::read(folder.path()).unwrap().untold(), None);
        let newer = "https://push.example/up2?up=1";
        assert!(Registration::came(folder.path(), &made.token, newer));
        assert_eq!(Registration::read(folder.path()).unwrap().untold(), Some(newer));
        assert!(!Registration::ended(folder.path(), "guessed", &random));
        assert!(Registration::ended(folder.path(), &made.token, &random));
        let ended = Registration::read(folder.path()).unwrap();
        assert!(ended.token != made.token && ended.untold().is_none() && ended.is_told());
    }

    #[test]
    fn what_the_home_is_told_are_the_public_parts() {
        let folder = tempfile::tempdir().unwrap();
        let made = Registration::begin(folder.path(), HOME, "key", &SeededRandom::new(1)).unwrap();
        let channel = made.channel("https://push.example/up1").unwrap();
        let subscription = channel.subscription.unwrap();
        assert_eq!(
            (channel.kind, subscription.endpoint.as_str()),
            (ChannelKind::UnifiedPush, "https://push.example/up1")
        );
        assert_eq!(subscription.keys.p256dh, made.receiver().unwrap().p256dh());
        assert!(ReplyKey::parse(&made.signer().unwrap().public_key()).is_some());
        fs::write(folder.path().join("push.json"), "{}").unwrap();
        assert!(Registration::read(folder.path()).is_none());
    }
}
