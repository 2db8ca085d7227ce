//! Web push, opened by what npm web-push and `pywebpush` are built on, and its statement checked by `py_vapid`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::clock::ManualClock;
use latchkey::model::Timestamp;
use latchkey::outside::web_push::{Push, Subscription, Topic, Urgency, Vapid, send};
use latchkey::outside::{Guard, Handed, Outlet, Reach};
use latchkey::random::SystemRandom;
use serde_json::{Value, json};

use crate::peers::{ask, node, python};
use crate::support::peer::Peer;

#[tokio::test]
async fn what_is_pushed_is_opened_by_the_libraries_of_others() {
    let keys = ask(with(python(), &["push.py", "keys"]), &Value::Null);
    let service = Peer::answering(201).await;
    let outlet = Outlet::new(Guard::trusting(vec![service.origin.parse().expect("an origin")]));
    let subscription = json!({
        "endpoint": format!("{}/push/abc", service.origin),
        "expirationTime": null,
        "keys": { "p256dh": keys["p256dh"], "auth": keys["auth"] },
    });
    let to = Subscription::parse(&subscription.to_string(), outlet.guard(), Reach::Internet)
        .expect("a subscription");
    let vapid = Vapid::new("https://home.example/".parse().expect("an address"), &SystemRandom);
    let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
    // From nothing to the longest that a push service takes.
    for message in ["", "Grüße, Łódź 🔑", &"x".repeat(256), &"y".repeat(3993)] {
        let push = Push {
            message: message.as_bytes(),
            time_to_live: Duration::from_mins(5),
            urgency: Urgency::High,
            topic: Some(Topic::of("alert")),
        };
        let handed = send(&outlet, Reach::Internet, &to, &vapid, &push, &clock, &SystemRandom).await;
        assert_eq!(handed, Handed::Done);
        let heard = service.heard().pop().expect("a message");
        let asked = json!({
            "private": keys["private"], "auth": keys["auth"], "body": URL_SAFE_NO_PAD.encode(&heard.body),
        });
        let expected = json!({ "message": URL_SAFE_NO_PAD.encode(message) });
        assert_eq!(ask(with(python(), &["push.py", "open"]), &asked), expected);
        assert_eq!(ask(with(node(), &["push.mjs"]), &asked), expected);
    }
    let heard = service.heard().pop().expect("a message");
    let checked = ask(
        with(python(), &["push.py", "vapid"]),
        &json!({ "authorization": heard.header("authorization") }),
    );
    let claims = json!({ "aud": service.origin, "exp": 1_790_043_200, "sub": "https://home.example/" });
    assert_eq!(checked, json!({ "good": true, "claims": claims }));
}

fn with(mut command: std::process::Command, arguments: &[&str]) -> std::process::Command {
    command.args(arguments);
    command
}
