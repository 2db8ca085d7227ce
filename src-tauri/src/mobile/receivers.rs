//! What the phone's own side calls, also while no window is there: a push came, a button was pressed, there is a network. Each is
//! given the app's folder, and says in JSON what is shown.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use latchkey::clock::{Clock, SystemClock};
use latchkey::error::causes;
use latchkey::home::Home;
use latchkey::home::there::There;
use latchkey::model::{Answer, KeyPin, Secret};
use latchkey::outside::relay::PAUSES;
use latchkey::outside::{Guard, Outlet};
use latchkey::random::{Random, SystemRandom};
use serde::Serialize;

use super::answers::{Answers, Given};
use super::failed::Failed;
use super::https::is_private;
use super::registration::Registration;
use super::sending::{Came, Sender};
use super::told::{About, Shown, told};
use super::words;
use crate::desk::name_of;
use crate::keys::Keys;
use crate::remembered::Remembered;

/// One who sends is alone: what somebody else sent is not sent again.
static SENDING: Mutex<()> = Mutex::new(());

/// What came of sending.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// What is shown, each as [`Shown`] in JSON.
    pub shown: Vec<String>,
    /// Whether something waits still.
    pub waits: bool,
}

/// A push came, with the token that it was sent to. Nothing is shown of what is not for this app.
pub fn read(folder: &Path, token: &str, message: &[u8]) -> Option<String> {
    let kept = Registration::read(folder).filter(|kept| kept.token == token)?;
    let said = kept.receiver()?.read(message).ok()?;
    Some(json(&told(&kept.home, &said)))
}

/// A button was pressed: the answer is kept until it is sent.
pub fn press(folder: &Path, about: &str, answer: &str, clock: &dyn Clock) -> Option<String> {
    let about: About = serde_json::from_str(about).ok()?;
    let answer: Answer = answer.parse().ok()?;
    let given = Given { about: about.clone(), answer, at: clock.now() };
    let shown = match Answers::in_folder(folder).keep(given) {
        Ok(()) => about.shown(&about.title, words::SENDING),
        Err(error) => {
            tracing::error!(error = %causes(&error), "an answer could not be kept");
            about.saying(words::NOT_KEPT).with_buttons(&about)
        }
    };
    Some(json(&shown))
}

/// There is a network: sends what waits, and tells the home where pushes go by now. Blocks until it is done.
pub fn send(folder: &Path) -> Option<String> {
    let _alone = SENDING.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.inspect_err(|error| tracing::error!(error = %causes(error), "nothing can be sent")).ok()?;
    let sent = runtime.block_on(async {
        let Remembered { home_url, home_pin } = Remembered::read(folder);
        let url = home_url.filter(is_private)?;
        let name = url.to_string();
        let token = Keys::in_folder(folder).held(&name_of(&url, home_pin)).token;
        let home = There::known_by(url, home_pin, token.map(Secret::received));
        Some(send_to(folder, &name, home_pin, &home, &SystemClock, &SystemRandom).await)
    });
    // Without a home nothing can be sent, and nothing is lost.
    serde_json::to_string(&sent.unwrap_or(Sent { shown: Vec::new(), waits: false })).ok()
}

/// The same to a home, which is known by its key if it is, as whoever is signed in there.
pub async fn send_to(
    folder: &Path,
    name: &str,
    home_pin: Option<KeyPin>,
    home: &dyn Home,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Sent {
    let answers = Answers::in_folder(folder);
    let kept = Registration::read(folder);
    let signer = kept.as_ref().and_then(Registration::signer);
    let outlet = Outlet::new(Guard::default());
    let sender = Sender {
        home,
        home_name: name,
        home_pin,
        signer: signer.as_ref(),
        outlet: &outlet,
        pauses: &PAUSES,
        clock,
        random,
    };
    let mut sent = Sent { shown: Vec::new(), waits: false };
    for given in answers.all() {
        let shown = match sender.send(&given).await {
            Came::Waits(shown) => {
                sent.waits = true;
                shown
            }
            Came::Over(shown) => {
                if let Err(error) = answers.done(&given) {
                    tracing::error!(error = %causes(&error), "an answer that was sent stays, and is sent again");
                    sent.waits = true;
                }
                shown
            }
        };
        sent.shown.push(json(&shown));
    }
    if let Some(kept) = kept.filter(|kept| kept.home == name) {
        sent.waits |= !is_told(folder, &kept, home).await;
    }
    sent
}

/// Tells the home where pushes go by now, if it does not know. Whether nothing is left to tell.
async fn is_told(folder: &Path, kept: &Registration, home: &dyn Home) -> bool {
    let Some((endpoint, channel)) = kept.untold().and_then(|at| Some((at, kept.channel(at)?))) else {
        return true;
    };
    match home.add_channel(channel).await.map_err(Failed::from) {
        Ok(_) => Registration::tell(folder, &kept.token, Some(endpoint)),
        // It wants nothing of it any more: the channel was removed, or this phone signed out.
        Err(Failed::Refused(_)) => Registration::tell(folder, &kept.token, None),
        Err(Failed::Away | Failed::Busy) => false,
    }
}

fn json(shown: &Shown) -> String {
    serde_json::to_string(shown).unwrap_or_default()
}
