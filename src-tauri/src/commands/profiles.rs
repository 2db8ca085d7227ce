//! The account's profiles.

use std::sync::Arc;

use latchkey::model::ProfileId;
use latchkey::wire::{NewProfile, Profile, ProfileChange, ProfileList};
use tauri::State;

use crate::desk::Desk;
use crate::refusal::Answer;

/// The profiles of the account.
#[tauri::command]
pub async fn profiles(desk: State<'_, Arc<Desk>>) -> Answer<ProfileList> {
    Ok(desk.home().await?.profiles().await?)
}

/// Makes a profile.
#[tauri::command]
pub async fn create_profile(desk: State<'_, Arc<Desk>>, profile: NewProfile) -> Answer<Profile> {
    Ok(desk.home().await?.create_profile(profile).await?)
}

/// Changes a profile.
#[tauri::command]
pub async fn change_profile(
    desk: State<'_, Arc<Desk>>,
    id: ProfileId,
    change: ProfileChange,
) -> Answer<Profile> {
    Ok(desk.home().await?.change_profile(id, change).await?)
}

/// Deletes a profile.
#[tauri::command]
pub async fn delete_profile(desk: State<'_, Arc<Desk>>, id: ProfileId) -> Answer<()> {
    Ok(desk.home().await?.delete_profile(id).await?)
}
