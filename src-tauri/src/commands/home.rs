//! The home itself: its state, its history, devices that wait for a code, its place database.

use std::sync::Arc;

use latchkey::wire::{CodeAnswer, GeoStatus, HistoryPage, HistoryQuery, HomeStatus, PendingCode};
use tauri::State;

use crate::desk::Desk;
use crate::refusal::Answer;

/// What anybody may know of the home.
#[tauri::command]
pub async fn status(desk: State<'_, Arc<Desk>>) -> Answer<HomeStatus> {
    Ok(desk.home().await?.status().await?)
}

/// Looks at a home on another machine; an empty address brings this computer's own back.
#[tauri::command]
pub async fn connect_home(desk: State<'_, Arc<Desk>>, url: String) -> Answer<HomeStatus> {
    Ok(desk.connect(&url).await?)
}

/// The account's history.
#[tauri::command]
pub async fn history(desk: State<'_, Arc<Desk>>, query: HistoryQuery) -> Answer<HistoryPage> {
    Ok(desk.home().await?.history(query).await?)
}

/// The device that shows a code and waits.
#[tauri::command]
pub async fn pending_code(desk: State<'_, Arc<Desk>>, user_code: String) -> Answer<PendingCode> {
    Ok(desk.home().await?.pending_code(user_code).await?)
}

/// Lets a waiting device in, or not.
#[tauri::command]
pub async fn answer_code(desk: State<'_, Arc<Desk>>, answer: CodeAnswer) -> Answer<()> {
    Ok(desk.home().await?.answer_code(answer).await?)
}

/// The state of the place databases.
#[tauri::command]
pub async fn geo_status(desk: State<'_, Arc<Desk>>) -> Answer<GeoStatus> {
    Ok(desk.home().await?.geo_status().await?)
}

/// Starts an update of the place database.
#[tauri::command]
pub async fn update_geo(desk: State<'_, Arc<Desk>>) -> Answer<GeoStatus> {
    Ok(desk.home().await?.update_geo().await?)
}
