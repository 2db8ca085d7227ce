//! What only the installed app has: which home it looks at, what of the system is missing, start at login, and files.

use std::sync::Arc;

#[cfg(desktop)]
use latchkey::error::Error;
use latchkey::nearby::{Search, SystemInterfaces, find};
use latchkey::wire::HomeStatus;
use serde::Serialize;
use tauri::{AppHandle, Manager, Runtime, State};
#[cfg(desktop)]
use tauri_plugin_autostart::ManagerExt as _;

use crate::desk::{Accepted, Desk};
#[cfg(mobile)]
use crate::mobile::plugin::Phone;
use crate::refusal::Answer;
#[cfg(desktop)]
use crate::save::{self, Format, Saved};
#[cfg(desktop)]
use crate::{alerts::Notifications, tray};

#[cfg(target_os = "android")]
const NO_NOTIFICATIONS: &str = "Latchkey may not show notifications on this phone. Alerts show in the app.";
#[cfg(target_os = "ios")]
const NO_NOTIFICATIONS: &str = "On an iPhone this app shows no notifications yet. Alerts show in the app.";

/// The state of this desktop. Of each part: `null` when all is well, else a sentence on what is missing.
#[derive(Clone, Debug, Serialize, ts_rs::TS)]
#[ts(export)]
pub struct DesktopStatus {
    /// Native notifications.
    notifications: Option<String>,
    /// The tray.
    tray: Option<String>,
    /// The keyring.
    keyring: Option<String>,
    /// Whether Latchkey starts when somebody logs in.
    autostart: bool,
    /// The address of the home looked at.
    home_url: String,
    /// Whether that home is on another machine.
    remote: bool,
    /// The app's version.
    version: String,
    /// Whether this is a phone.
    phone: bool,
    /// Whether the window is locked by the phone's own lock; `null` where there is none.
    locked: Option<bool>,
}

/// The state of this desktop, or phone.
#[tauri::command]
pub async fn desktop_status<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Arc<Desk>>,
) -> Answer<DesktopStatus> {
    let (home_url, remote) = desk.address().await;
    #[cfg(mobile)]
    let state = app.state::<Phone<R>>().state().await;
    Ok(DesktopStatus {
        home_url,
        remote,
        keyring: desk.keyring_problem(),
        version: app.package_info().version.to_string(),
        #[cfg(desktop)]
        notifications: app.state::<Notifications>().problem(),
        #[cfg(desktop)]
        tray: tray::problem(&app).await,
        // A system that cannot say does not start it.
        #[cfg(desktop)]
        autostart: app.autolaunch().is_enabled().unwrap_or(false),
        phone: cfg!(mobile),
        #[cfg(desktop)]
        locked: None,
        #[cfg(mobile)]
        notifications: (!state.notifications).then(|| NO_NOTIFICATIONS.to_owned()),
        #[cfg(mobile)]
        locked: state.lockable.then_some(state.locked),
        #[cfg(mobile)]
        tray: None,
        #[cfg(mobile)]
        autostart: false,
    })
}

/// Looks at a home on another machine; an empty address brings this computer's own back. One that would be asked without TLS,
/// outside the household's own network, takes a word that this is meant; and one whose certificate nobody vouches for the pin of its
/// key, once a person has compared it.
#[tauri::command]
pub async fn connect_home(
    desk: State<'_, Arc<Desk>>,
    url: String,
    clear_accepted: Option<bool>,
    pin: Option<String>,
) -> Answer<HomeStatus> {
    Ok(desk.connect(&url, &Accepted { clear: clear_accepted.unwrap_or(false), pin }).await?)
}

/// A home that says it is on this network. Anybody may say so: it is an address to try, and no more. By https, so that its letters
/// are compared before anything is typed there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(export)]
pub struct FoundHome {
    /// The address to open it by.
    url: String,
}

/// Looks around for homes on the networks that this device is on, for three seconds. Only when a person asks for it.
#[tauri::command]
pub async fn find_homes() -> Answer<Vec<FoundHome>> {
    let found = find(&SystemInterfaces, Search::default()).await?;
    Ok(found.into_iter().map(|home| FoundHome { url: home.url() }).collect())
}

/// Starts Latchkey at login from now on, or not any more.
#[cfg(desktop)]
#[tauri::command]
pub async fn set_autostart<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Arc<Desk>>,
    enabled: bool,
) -> Answer<DesktopStatus> {
    let autostart = app.autolaunch();
    if enabled { autostart.enable() } else { autostart.disable() }.map_err(Error::internal)?;
    desktop_status(app.clone(), desk).await
}

/// Writes the whole history to the Downloads folder.
#[cfg(desktop)]
#[tauri::command]
pub async fn save_history<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Arc<Desk>>,
    format: Format,
) -> Answer<Saved> {
    let folder = app.path().download_dir().or_else(|_| app.path().home_dir()).map_err(Error::internal)?;
    Ok(save::history(desk.home().await?.as_ref(), format, &folder).await?)
}
