//! What a kind must do whatever its server does, tried on its stand-in.

use std::time::Duration;

use serde_json::{Value, json};

use crate::services::kinds::stand_in::StandIn;
use crate::services::{Ending, Kind, Look, SignIn, Trouble};

/// What is to be said to end a sign-in.
pub fn ending(sign_in: &SignIn) -> Ending {
    Ending {
        external_id: sign_in.external_id.clone(),
        ends_with: sign_in.ends_with.clone().unwrap_or_else(|| sign_in.external_id.clone()),
        person_id: sign_in.person.as_ref().map(|person| person.id.clone()),
    }
}

/// The sign-in with that id.
pub fn found<'a>(look: &'a Look, external_id: &Value) -> &'a SignIn {
    let found =
        look.sign_ins.iter().find(|sign_in| Some(sign_in.external_id.as_str()) == external_id.as_str());
    found.expect("it is in the list")
}

/// Lets the stand-in go wrong in a way, or be well again.
pub async fn mode(stand_in: &StandIn, mode: &str) {
    stand_in.control("mode", json!({ "mode": mode })).await;
}

/// The paths that it was asked for so far, each with its method.
pub async fn asked(stand_in: &StandIn) -> Vec<String> {
    let told = stand_in.control("asked", Value::Null).await;
    let asked = told["asked"].as_array().expect("a list");
    let one = |entry: &Value| {
        format!("{} {}", entry["method"].as_str().expect("text"), entry["path"].as_str().expect("text"))
    };
    asked.iter().map(one).collect()
}

/// A server that is away, broken, another one, or does not take the key is told apart as such, by each call.
pub async fn tells_what_is_wrong(kind: &dyn Kind, name: &str) {
    let stand_in = StandIn::start(name).await;
    stand_in.control("sign-in", json!({ "person": "Mia" })).await;
    let keys = stand_in.control("keys", Value::Null).await;
    let line = stand_in.line();
    let busy = |after| Trouble::Busy { after: Some(Duration::from_secs(after)) };

    for (way, after) in [("away", 2), ("busy", 7)] {
        mode(&stand_in, way).await;
        assert_eq!(kind.identify(&line).await, Err(busy(after)), "{way}");
        assert_eq!(kind.try_key(&line).await, Err(busy(after)), "{way}");
        assert_eq!(kind.look(&line, None).await, Err(busy(after)), "{way}");
    }
    for way in ["nonsense", "other"] {
        mode(&stand_in, way).await;
        let other = Trouble::OtherKind { expected: kind.about().name };
        assert_eq!(kind.identify(&line).await, Err(other), "{way}");
        assert!(matches!(kind.try_key(&line).await, Err(Trouble::Odd { .. })), "{way}");
        assert!(matches!(kind.look(&line, None).await, Err(Trouble::Odd { .. })), "{way}");
    }
    for way in ["error", "half"] {
        mode(&stand_in, way).await;
        for trouble in [kind.identify(&line).await.err(), kind.look(&line, None).await.err()] {
            let trouble = trouble.expect("no good answer");
            assert!(
                matches!(trouble, Trouble::Odd { .. } | Trouble::Unreachable { .. }),
                "{way}: {trouble:?}"
            );
        }
    }
    mode(&stand_in, "too_few_rights").await;
    assert!(kind.identify(&line).await.is_ok());
    assert!(matches!(kind.try_key(&line).await, Err(Trouble::TooFewRights { .. })));
    assert!(matches!(kind.look(&line, None).await, Err(Trouble::TooFewRights { .. })));

    mode(&stand_in, "key_refused").await;
    assert!(kind.identify(&line).await.is_ok());
    for is_look in [false, true] {
        let before = asked(&stand_in).await.len();
        let trouble =
            if is_look { kind.look(&line, None).await.err() } else { kind.try_key(&line).await.err() };
        assert_eq!(trouble, Some(Trouble::KeyRefused));
        assert_eq!(asked(&stand_in).await.len(), before + 1, "a wrong key is shown once");
    }
    mode(&stand_in, "ok").await;
    assert_eq!(kind.look(&line, None).await.expect("it is well").sign_ins.len(), 1);

    // None of what was asked for has a key in its path.
    let secrets = keys["fields"].as_object().expect("fields").iter();
    let secrets: Vec<&str> = secrets
        .filter(|(field, _)| field.as_str() != "realm" && field.as_str() != "client_id")
        .filter_map(|(_, value)| value.as_str())
        .collect();
    for path in asked(&stand_in).await {
        assert!(secrets.iter().all(|secret| !path.contains(secret)), "{path}");
    }
}

/// What was asked to end is gone when it is read back, and only that; a server that lies is found out; no other answer proves anything.
pub async fn ends_one_and_reads_it_back(kind: &dyn Kind, name: &str) {
    let stand_in = StandIn::start(name).await;
    let first = stand_in.control("sign-in", json!({ "person": "Mia" })).await;
    let second = stand_in.control("sign-in", json!({ "person": "Mia" })).await;
    let line = stand_in.line();
    let look = kind.look(&line, None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 2);
    let (first, second) = (ending(found(&look, &first["id"])), ending(found(&look, &second["id"])));

    assert_eq!(kind.end(&line, &first).await, Ok(()));
    assert_eq!(kind.is_there(&line, &first).await, Ok(false));
    assert_eq!(kind.is_there(&line, &second).await, Ok(true));
    assert_eq!(kind.end(&line, &first).await, Ok(()), "gone already is no trouble");

    mode(&stand_in, "lies").await;
    assert_eq!(kind.end(&line, &second).await, Ok(()));
    assert_eq!(kind.is_there(&line, &second).await, Ok(true));

    for way in ["other", "nonsense", "away", "error", "key_refused", "too_few_rights"] {
        mode(&stand_in, way).await;
        assert!(kind.is_there(&line, &second).await.is_err(), "{way} proves nothing");
        assert!(kind.end(&line, &second).await.is_err() || way == "other" || way == "nonsense", "{way}");
    }

    // What no server gives as an id is asked of none: behind some paths stands what ends everything.
    mode(&stand_in, "ok").await;
    let before = asked(&stand_in).await.len();
    for id in ["", ".."] {
        let nothing = Ending { external_id: id.to_owned(), ends_with: id.to_owned(), person_id: None };
        assert!(kind.end(&line, &nothing).await.is_err(), "{id:?}");
    }
    let since = asked(&stand_in).await.split_off(before);
    assert!(since.iter().all(|asked| !asked.starts_with("DELETE")), "{since:?}");
    assert_eq!(kind.is_there(&line, &second).await, Ok(true));
}

/// An entry without its id makes the list unreadable: to leave it out would hide a sign-in.
pub async fn hides_no_entry_without_an_id(kind: &dyn Kind, name: &str, id_field: &str) {
    for odd in [
        json!({ "without": [id_field] }),
        json!({ "raw": { id_field: null } }),
        json!({ "raw": { id_field: "" } }),
    ] {
        let stand_in = StandIn::start(name).await;
        stand_in.control("sign-in", odd).await;
        assert!(matches!(kind.look(&stand_in.line(), None).await, Err(Trouble::Odd { .. })));
    }
}

/// A failure is told once, with who and where from; those before the first look are not.
pub async fn tells_of_each_failure_once(kind: &dyn Kind, name: &str) {
    let stand_in = StandIn::start(name).await;
    let line = stand_in.line();
    stand_in.control("failed", json!({ "person": "before", "address": "203.0.113.1" })).await;
    let first = kind.look(&line, None).await.expect("a list");
    assert_eq!(first.failed, Vec::new());

    stand_in.control("failed", json!({ "person": "mia", "address": "203.0.113.9" })).await;
    let second = kind.look(&line, first.cursor.as_deref()).await.expect("a list");
    let told: Vec<(Option<&str>, Option<String>)> = second
        .failed
        .iter()
        .map(|failed| (failed.person.as_deref(), failed.address.map(|address| address.to_string())))
        .collect();
    assert_eq!(told, vec![(Some("mia"), Some("203.0.113.9".to_owned()))]);

    let third = kind.look(&line, second.cursor.as_deref()).await.expect("a list");
    assert_eq!(third.failed, Vec::new());

    // More than one page of them.
    for number in 0..150 {
        stand_in
            .control("failed", json!({ "person": format!("name {number}"), "address": "203.0.113.9" }))
            .await;
    }
    let flood = kind.look(&line, third.cursor.as_deref()).await.expect("a list");
    assert_eq!(flood.failed.len(), 150);

    // What has no moment or nothing that tells it from others is not told again and again.
    stand_in.control("failed", json!({ "raw": { "created": "0001-01-01T00:00:00Z", "time": 0 } })).await;
    let odd = kind.look(&line, flood.cursor.as_deref()).await.expect("a list");
    assert_eq!(odd.failed, Vec::new());
}
