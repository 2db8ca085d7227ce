//! What the window asks of the phone: being told here, the lock, and links that opened the app. On Android it goes to
//! `PhonePlugin.kt`; an iPhone has none of it yet, and says so.

#[cfg(target_os = "android")]
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
#[cfg(target_os = "android")]
use std::time::Duration;

use latchkey::error::{Error, Result};
use serde::Deserialize;
#[cfg(target_os = "android")]
use serde::Serialize;
use tauri::plugin::{Builder, TauriPlugin};
use tauri::{AppHandle, Manager, Runtime};

use super::link::Link;
#[cfg(target_os = "android")]
use super::registration::Registration;
use super::registration::Subscribed;

/// A link came: the window asks which.
#[cfg(target_os = "android")]
const OPEN_LINK: &str = "open-link";

/// How long the app that brings pushes is waited for, and whoever chooses it.
#[cfg(target_os = "android")]
const PATIENCE: Duration = Duration::from_mins(2);

#[cfg(target_os = "android")]
const NO_ANSWER: &str = "The app that brings pushes does not answer. Open it once, then try again.";

/// The phone's own side.
pub struct Phone<R: Runtime> {
    #[cfg(target_os = "android")]
    handle: tauri::plugin::PluginHandle<R>,
    #[cfg(target_os = "android")]
    folder: PathBuf,
    /// The link that the app was opened by, until the window has asked for it.
    opened: Mutex<Option<Link>>,
    #[cfg(not(target_os = "android"))]
    _runtime: std::marker::PhantomData<fn(R)>,
}

/// How the phone stands.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct State {
    /// Whether this app may show notifications.
    pub notifications: bool,
    /// Whether the phone has a lock that the window can be opened by.
    pub lockable: bool,
    /// Whether the window is locked by it.
    pub locked: bool,
}

/// The plugin that reaches the phone's own side.
pub fn init<R: Runtime>() -> TauriPlugin<R> {
    Builder::new("phone")
        .setup(|app, api| {
            #[cfg(target_os = "android")]
            let phone = Phone {
                handle: api.register_android_plugin("app.latchkey.desktop", "PhonePlugin")?,
                folder: app.path().app_data_dir()?,
                opened: Mutex::default(),
            };
            #[cfg(not(target_os = "android"))]
            let phone = {
                let _ = api;
                Phone::<R> { opened: Mutex::default(), _runtime: std::marker::PhantomData }
            };
            app.manage(phone);
            begin(app);
            Ok(())
        })
        .build()
}

/// Listens to links, and says to the app that brings pushes that this one is still there.
#[cfg(target_os = "android")]
fn begin<R: Runtime>(app: &AppHandle<R>) {
    use latchkey::error::causes;
    use tauri::Emitter;
    use tauri::ipc::Channel;

    #[derive(Serialize)]
    struct Listen {
        links: Channel,
    }

    #[derive(Deserialize)]
    struct Opened {
        link: String,
    }

    let phone = app.state::<Phone<R>>();
    let heard = app.clone();
    let links = Channel::new(move |said| {
        let link = said.deserialize::<Opened>().ok().and_then(|opened| Link::parse(&opened.link));
        if let Some(link) = link {
            let phone = heard.state::<Phone<R>>();
            *phone.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
            if let Err(error) = heard.emit(OPEN_LINK, ()) {
                tracing::warn!(error = %causes(&error), "the window does not hear");
            }
        }
        Ok(())
    });
    if let Err(error) = phone.handle.run_mobile_plugin::<()>("listen", Listen { links }) {
        tracing::warn!(error = %causes(&error), "links are not heard");
    }
    let Some(kept) = Registration::read(&phone.folder).filter(Registration::is_told) else { return };
    let again = Subscribe { token: &kept.token, vapid: &kept.push_key };
    if let Err(error) = phone.handle.run_mobile_plugin::<()>("renew", again) {
        tracing::warn!(error = %causes(&error), "the app that brings pushes is not reached");
    }
}

/// An iPhone's side is not written yet.
#[cfg(not(target_os = "android"))]
fn begin<R: Runtime>(_app: &AppHandle<R>) {}

#[cfg(target_os = "android")]
#[derive(Serialize)]
struct Subscribe<'a> {
    token: &'a str,
    vapid: &'a str,
}

impl<R: Runtime> Phone<R> {
    /// The link that the app was opened by, once.
    pub fn opened(&self) -> Option<Link> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(target_os = "android")]
impl<R: Runtime> Phone<R> {
    /// How the phone stands.
    pub async fn state(&self) -> State {
        self.ask("state", ()).await.unwrap_or_default()
    }

    /// Has pushes of a home come here.
    pub async fn subscribe(&self, home: &str, push_key: &str) -> Result<Subscribed> {
        use latchkey::random::SystemRandom;

        #[derive(Deserialize)]
        struct Answered {
            endpoint: String,
        }

        let kept = Registration::begin(&self.folder, home, push_key, &SystemRandom)
            .map_err(|error| Error::file("cannot write the keys that pushes are read with", error))?;
        let asked = self.ask("subscribe", Subscribe { token: &kept.token, vapid: push_key });
        let answered = tokio::time::timeout(PATIENCE, asked).await;
        let Answered { endpoint } = answered.map_err(|_| Error::invalid("subscription", NO_ANSWER))??;
        // The home is told right away; where it refuses, nothing is made of it later.
        let is_kept = Registration::tell(&self.folder, &kept.token, Some(&endpoint));
        let subscribed = kept.subscribed(&endpoint).filter(|_| is_kept);
        subscribed.ok_or_else(|| Error::invalid("subscription", NO_ANSWER))
    }

    /// Has nothing come here any more.
    pub async fn unsubscribe(&self) -> Result<()> {
        #[derive(Serialize)]
        struct Unsubscribe {
            token: String,
        }

        let Some(kept) = Registration::read(&self.folder) else { return Ok(()) };
        Registration::forget(&self.folder);
        self.ask("unsubscribe", Unsubscribe { token: kept.token }).await
    }

    /// Turns the window's lock on or off, once whoever asks has opened it.
    pub async fn set_lock(&self, on: bool) -> Result<()> {
        #[derive(Serialize)]
        struct Lock {
            on: bool,
        }

        self.ask("setLock", Lock { on }).await
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, command: &str, given: impl Serialize) -> Result<T> {
        self.handle.run_mobile_plugin_async(command, given).await.map_err(refusal)
    }
}

/// Why the phone's own side did not do something, in a sentence.
#[cfg(target_os = "android")]
fn refusal(error: tauri::plugin::mobile::PluginInvokeError) -> Error {
    use tauri::plugin::mobile::PluginInvokeError;

    let code = match &error {
        PluginInvokeError::InvokeRejected(rejected) => rejected.code.as_deref().unwrap_or_default(),
        _ => "",
    };
    let why = match code {
        "NO_DISTRIBUTOR" => {
            "No app on this phone brings pushes (UnifiedPush). Install one, such as ntfy, open it once, then try again."
        }
        "DENIED" => {
            "Latchkey may not show notifications. Allow them in the phone's settings, then try again."
        }
        "DISMISSED" => "No app was chosen that brings pushes, so nothing was changed.",
        "NETWORK" => {
            "The app that brings pushes is not connected. Check that this phone is online, then try again."
        }
        "ACTION_REQUIRED" => "The app that brings pushes needs something of you. Open it, then try again.",
        "NO_LOCK" => {
            "This phone has no lock of its own: set a code, a finger or a face in its settings first."
        }
        "" => return Error::internal(error),
        _ => "The app that brings pushes refuses. Open it once, then try again.",
    };
    Error::invalid("subscription", why)
}

#[cfg(not(target_os = "android"))]
impl<R: Runtime> Phone<R> {
    /// How the phone stands.
    pub async fn state(&self) -> State {
        std::future::ready(State::default()).await
    }

    /// Not on this phone yet.
    pub async fn subscribe(&self, _home: &str, _push_key: &str) -> Result<Subscribed> {
        std::future::ready(Err(not_here())).await
    }

    /// Nothing comes here anyway.
    pub async fn unsubscribe(&self) -> Result<()> {
        std::future::ready(Ok(())).await
    }

    /// Not on this phone yet.
    pub async fn set_lock(&self, _on: bool) -> Result<()> {
        std::future::ready(Err(not_here())).await
    }
}

#[cfg(not(target_os = "android"))]
fn not_here() -> Error {
    let why =
        "Latchkey cannot do this on an iPhone yet. Open your home in Safari, and add it to the Home Screen.";
    Error::invalid("subscription", why)
}
