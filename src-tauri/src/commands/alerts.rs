//! Alerts and their answers.

use std::sync::Arc;

use latchkey::model::AlertId;
use latchkey::wire::{
    AlertAnswer, AlertDetail, AlertPage, AlertQuery, AlertSettings, AlertSettingsChange, AnswerOutcome,
};
use tauri::State;

use crate::desk::Desk;
use crate::refusal::Answer;

/// The alerts of the account.
#[tauri::command]
pub async fn alerts(desk: State<'_, Arc<Desk>>, query: AlertQuery) -> Answer<AlertPage> {
    Ok(desk.home().await?.alerts(query).await?)
}

/// One alert with its device.
#[tauri::command]
pub async fn alert(desk: State<'_, Arc<Desk>>, id: AlertId) -> Answer<AlertDetail> {
    Ok(desk.home().await?.alert(id).await?)
}

/// Answers an alert.
#[tauri::command]
pub async fn answer_alert(
    desk: State<'_, Arc<Desk>>,
    id: AlertId,
    answer: AlertAnswer,
) -> Answer<AnswerOutcome> {
    Ok(desk.home().await?.answer_alert(id, answer).await?)
}

/// What is set about alerts.
#[tauri::command]
pub async fn alert_settings(desk: State<'_, Arc<Desk>>) -> Answer<AlertSettings> {
    Ok(desk.home().await?.alert_settings().await?)
}

/// Changes that.
#[tauri::command]
pub async fn change_alert_settings(
    desk: State<'_, Arc<Desk>>,
    change: AlertSettingsChange,
) -> Answer<AlertSettings> {
    Ok(desk.home().await?.change_alert_settings(change).await?)
}
