//! Pressing the button that a push carried, by its own secret: what it takes is its address, and it can sign one device out.

use std::time::Duration;

use latchkey::error::ErrorBody;
use latchkey::model::KeyPin;
use latchkey::tls::trust::client_of_home;
use latchkey::wire::ActionOutcome;
use tauri::Url;

use super::failed::{Failed, word};

/// Most bytes read of an answer.
const MOST_BYTES: usize = 64 * 1024;

/// Presses it, at whoever has the key if one is known; answers with the home's word for what it did.
pub async fn press(url: &Url, pin: Option<KeyPin>, patience: Duration) -> Result<String, Failed> {
    let asked = client_of_home(pin)
        .post(url.clone())
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .body(r#"{"answer":"not_me"}"#)
        .timeout(patience)
        .send();
    let mut response = asked.await.map_err(|_| Failed::Away)?;
    let status = response.status().as_u16();
    let mut said = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Failed::Away)? {
        said.extend_from_slice(&chunk);
        if said.len() > MOST_BYTES {
            return Err(Failed::Away);
        }
    }
    if let Ok(outcome) = serde_json::from_slice::<ActionOutcome>(&said) {
        return word(outcome.effect).ok_or(Failed::Away);
    }
    // What no home says is said by whoever stands before it: a proxy, or the sign-in page of a café.
    let body = serde_json::from_slice::<ErrorBody>(&said).map_err(|_| Failed::Away)?;
    Err(Failed::of(status, body.message))
}
