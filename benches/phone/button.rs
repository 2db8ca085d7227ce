//! The button in a message of ntfy's, which signs the stranger out.

use serde::Deserialize;

use super::{Outcome, ask};

/// A message, as ntfy takes it: as much of it as is used.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    actions: Vec<Button>,
}

/// What can be pressed.
#[derive(Deserialize)]
pub struct Button {
    action: String,
    url: String,
    #[serde(default)]
    body: String,
}

impl Button {
    /// The one that sends something, if the message has it: what says how an alert stands by now has none.
    pub fn in_message(body: &[u8]) -> Outcome<Option<Self>> {
        let message: Message = serde_json::from_slice(body)
            .map_err(|cause| format!("ntfy cannot read what it is sent: {cause}"))?;
        Ok(message.actions.into_iter().find(|button| button.action == "http"))
    }

    /// Presses it, as ntfy's app does; through when the home has answered that the device is signed out.
    pub async fn press(&self, http: &reqwest::Client) -> Outcome {
        let request = http.post(&self.url).body(self.body.clone());
        let pressed = ask("pressing the button", request).await?;
        if pressed["effect"] == "signed_out" {
            Ok(())
        } else {
            Err(format!("the button was pressed and signed nobody out: {pressed}"))
        }
    }
}
