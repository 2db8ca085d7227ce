//! The devices, and signing them out.

use std::sync::Arc;

use latchkey::model::DeviceId;
use latchkey::wire::{
    Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage, DeviceQuery, SignOutMany, SignOutReport,
    SignOutResult,
};
use tauri::State;

use crate::desk::Desk;
use crate::refusal::Answer;

/// The devices of the account.
#[tauri::command]
pub async fn devices(desk: State<'_, Arc<Desk>>, query: DeviceQuery) -> Answer<DevicePage> {
    Ok(desk.home().await?.devices(query).await?)
}

/// Everything known of one device.
#[tauri::command]
pub async fn device(desk: State<'_, Arc<Desk>>, id: DeviceId) -> Answer<DeviceDetail> {
    Ok(desk.home().await?.device(id).await?)
}

/// Renames a device.
#[tauri::command]
pub async fn change_device(desk: State<'_, Arc<Desk>>, id: DeviceId, change: DeviceChange) -> Answer<Device> {
    Ok(desk.home().await?.change_device(id, change).await?)
}

/// Says that a device is one the account knew before.
#[tauri::command]
pub async fn merge_device(desk: State<'_, Arc<Desk>>, id: DeviceId, merge: DeviceMerge) -> Answer<Device> {
    Ok(desk.home().await?.merge_device(id, merge).await?)
}

/// Takes that back.
#[tauri::command]
pub async fn separate_device(desk: State<'_, Arc<Desk>>, id: DeviceId) -> Answer<Device> {
    Ok(desk.home().await?.separate_device(id).await?)
}

/// Signs one device out.
#[tauri::command]
pub async fn sign_out_device(desk: State<'_, Arc<Desk>>, id: DeviceId) -> Answer<SignOutResult> {
    Ok(desk.home().await?.sign_out_device(id).await?)
}

/// Signs several devices out, or all.
#[tauri::command]
pub async fn sign_out_devices(desk: State<'_, Arc<Desk>>, request: SignOutMany) -> Answer<SignOutReport> {
    Ok(desk.home().await?.sign_out_devices(request).await?)
}
