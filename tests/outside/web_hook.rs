//! A web hook's signature, checked by `PyPI` `http-message-signatures`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use latchkey::clock::SystemClock;
use latchkey::model::Secret;
use latchkey::outside::web_hook::{Hook, send};
use latchkey::outside::{Guard, Handed, Outlet};
use latchkey::random::SystemRandom;
use serde_json::{Value, json};

use crate::peers::{ask, python};
use crate::support::peer::Peer;

fn checked(asked: &Value) -> Value {
    let mut command = python();
    command.arg("hook.py");
    ask(command, asked)
}

#[tokio::test]
async fn a_hook_is_checked_by_a_library_of_others_and_a_changed_one_is_refused() {
    let peer = Peer::answering(200).await;
    let url = format!("{}/api/webhook/abc?x=1", peer.origin);
    let secret = Secret::new(&SystemRandom);
    let hook = Hook::new(url.parse().expect("an address"), "hook-1", secret.clone(), &Guard::default())
        .expect("a hook");
    let body = json!({ "kind": "alert", "text": "Łódź" }).to_string();
    let outlet = Outlet::new(Guard::default());
    assert_eq!(
        send(&outlet, &hook, body.clone().into_bytes(), &SystemClock, &SystemRandom).await,
        Handed::Done
    );
    let heard = peer.only();
    let headers = heard.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
    let asked = json!({
        "secret": secret.reveal(), "key_id": "hook-1", "method": "POST", "url": url,
        "headers": headers.collect::<Vec<_>>(), "body": STANDARD.encode(&heard.body),
    });
    let answer = checked(&asked);
    assert_eq!((&answer["good"], &answer["simple"]), (&true.into(), &true.into()), "{answer}");
    let parameters = &answer["parameters"];
    let seconds = |name: &str| parameters[name].as_i64().expect("seconds");
    assert_eq!(seconds("expires") - seconds("created"), 300, "{answer}");
    assert!(parameters["nonce"].as_str().expect("a nonce").len() == 22, "{answer}");

    for (field, changed) in [
        ("body", json!(STANDARD.encode(body.replace("alert", "drill")))),
        ("url", json!(url.replace("abc", "other"))),
        ("url", json!(url.replace("127.0.0.1", "127.0.0.2"))),
        ("method", json!("PUT")),
        ("secret", json!("another")),
        ("key_id", json!("hook-2")),
    ] {
        let mut forged = asked.clone();
        forged[field] = changed;
        assert_eq!(checked(&forged)["good"], false, "{field}");
    }
}
