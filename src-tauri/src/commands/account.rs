//! Signing in and out here, and the account itself.

use std::sync::Arc;

use latchkey::wire::{
    ActivityReport, CurrentSession, PasswordChange, PasswordChanged, ProfileChoice, SetupRequest,
    SignInRequest, SignedIn,
};
use tauri::State;

use crate::desk::Desk;
use crate::refusal::Answer;

/// Makes the first account and signs this desktop in.
#[tauri::command]
pub async fn set_up(desk: State<'_, Arc<Desk>>, request: SetupRequest) -> Answer<SignedIn> {
    Ok(desk.set_up(request).await?)
}

/// Signs this desktop in.
#[tauri::command]
pub async fn sign_in(desk: State<'_, Arc<Desk>>, request: SignInRequest) -> Answer<SignedIn> {
    Ok(desk.sign_in(request).await?)
}

/// The session of whoever sits here.
#[tauri::command]
pub async fn session(desk: State<'_, Arc<Desk>>) -> Answer<CurrentSession> {
    Ok(desk.home().await?.session().await?)
}

/// Signs this desktop out.
#[tauri::command]
pub async fn sign_out_here(desk: State<'_, Arc<Desk>>) -> Answer<()> {
    Ok(desk.sign_out_here().await?)
}

/// Says who sits here.
#[tauri::command]
pub async fn choose_profile(desk: State<'_, Arc<Desk>>, choice: ProfileChoice) -> Answer<CurrentSession> {
    Ok(desk.choose_profile(choice).await?)
}

/// Says what this device is doing.
#[tauri::command]
pub async fn report_activity(desk: State<'_, Arc<Desk>>, report: ActivityReport) -> Answer<()> {
    Ok(desk.home().await?.report_activity(report).await?)
}

/// Changes the password.
#[tauri::command]
pub async fn change_password(desk: State<'_, Arc<Desk>>, change: PasswordChange) -> Answer<PasswordChanged> {
    Ok(desk.home().await?.change_password(change).await?)
}

/// Notes that "Manage access and devices" was opened.
#[tauri::command]
pub async fn mark_badge_seen(desk: State<'_, Arc<Desk>>) -> Answer<()> {
    Ok(desk.home().await?.mark_badge_seen().await?)
}
