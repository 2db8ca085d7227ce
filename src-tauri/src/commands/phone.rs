//! What only a phone has: links that open the app, notifications of its own, and a lock.

use std::sync::Arc;

use tauri::{AppHandle, Manager, Runtime, State};

use super::desktop::{DesktopStatus, desktop_status};
use crate::desk::Desk;
use crate::mobile::link::Link;
use crate::mobile::plugin::Phone;
use crate::mobile::registration::Subscribed;
use crate::refusal::Answer;

/// The link that the app was opened by, once.
#[tauri::command]
pub async fn opened_link<R: Runtime>(app: AppHandle<R>) -> Answer<Option<Link>> {
    Ok(std::future::ready(app.state::<Phone<R>>().opened()).await)
}

/// Has pushes come here, by the key that the home has with push services. The window tells the home where they go.
#[tauri::command]
pub async fn subscribe_here<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Arc<Desk>>,
    push_key: String,
) -> Answer<Subscribed> {
    let (home, _) = desk.address().await;
    Ok(app.state::<Phone<R>>().subscribe(&home, &push_key).await?)
}

/// Has nothing come here any more.
#[tauri::command]
pub async fn unsubscribe_here<R: Runtime>(app: AppHandle<R>) -> Answer<()> {
    Ok(app.state::<Phone<R>>().unsubscribe().await?)
}

/// Locks the window by the phone's own lock from now on, or not any more.
#[tauri::command]
pub async fn set_lock<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Arc<Desk>>,
    enabled: bool,
) -> Answer<DesktopStatus> {
    app.state::<Phone<R>>().set_lock(enabled).await?;
    desktop_status(app.clone(), desk).await
}
