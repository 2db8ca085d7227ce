//! A home whose database an earlier version wrote: what that kept in English is data, and nothing is lost.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::away::{RIGA, behind_a_proxy, household};
use support::{Browser, LOGIN, PASSWORD, TestHome};

/// Takes back what 0014 did, and has rows as the version before it wrote them. Later migrations stay.
const AS_BEFORE: [&str; 8] = [
    "UPDATE sessions SET
       place = '{\"scope\":\"located\",\"label\":\"Riga, Latvia\",\"country_code\":\"LV\",\"region\":null,\"city\":\"Riga\",\
                 \"latitude\":56.9,\"longitude\":24.1,\"accuracy_radius_km\":50,\"network\":null,\"asn\":null,\"network_kind\":\"fixed\"}',
       familiarity = '{\"verdict\":\"new_device\",\"score\":12.0,\"reasons\":[\"First time on this account\",\
                       \"First time in Latvia; usually Lisbon, Portugal, about 3,100 km away\",\
                       \"It smelled of fish\"],\"probably\":null}'
     WHERE device_id = (SELECT id FROM devices WHERE name = 'Tablet')",
    "UPDATE alerts SET familiarity = (SELECT familiarity FROM sessions s WHERE s.id = alerts.session_id),
                       place = (SELECT place FROM sessions s WHERE s.id = alerts.session_id)",
    "UPDATE history SET place = (SELECT place FROM sessions s WHERE s.id = history.session_id)
     WHERE session_id IS NOT NULL",
    "UPDATE history SET detail = CASE kind
       WHEN 'sign_in' THEN 'password'
       WHEN 'alert' THEN 'new_device'
       WHEN 'profile_changed' THEN 'created'
       WHEN 'sign_in_failed' THEN 'by_carrier_pigeon'
       WHEN 'device_renamed' THEN '{\"kind\":\"answered\",\"answer\":\"me\"}' END",
    "ALTER TABLE history DROP COLUMN detail_data",
    "ALTER TABLE alerts ADD COLUMN place_key TEXT NOT NULL DEFAULT ''",
    "UPDATE familiarity SET known = REPLACE(known, '\"version\":2', '\"version\":1')",
    "DELETE FROM _sqlx_migrations WHERE version = 14",
];

async fn detail_of(owner: &Browser, kind: &str) -> Value {
    let answer = owner.get(&format!("/api/v1/history?kind={kind}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["history"][0]["detail"].clone()
}

#[tokio::test]
async fn what_an_earlier_version_said_in_english_is_data_after_an_update() {
    let (home, owner) = household().await;
    let tablet = home.browser();
    tablet.always("x-forwarded-for", RIGA);
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Tablet" } });
    assert_eq!(tablet.post_json("/api/v1/sign-in", &request).await.status, 200);
    let wrong = json!({ "login": LOGIN, "password": "not the password" });
    assert_eq!(tablet.post_json("/api/v1/sign-in", &wrong).await.status, 401);
    let id = owner.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    let renamed = json!({ "name": "Ana’s tablet" });
    let answer = owner.send_json(Method::PATCH, &format!("/api/v1/devices/{id}"), &renamed).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // What would be read as labels, had this version not written areas.
    assert_eq!(home.count("SELECT COUNT(*) FROM familiarity WHERE known LIKE '%\"label\"%'").await, 0);

    let home = home.restart_after(behind_a_proxy, &AS_BEFORE).await;
    let owner = again(&home, &owner);
    let area = |code: &str, name: Value| json!({ "scope": "located", "country_code": code, "name": name });
    let reasons = json!([
        { "kind": "first_on_account" },
        {
            "kind": "first_in_country",
            "area": area("LV", Value::Null),
            "usual": { "area": area("PT", json!("Lisbon")), "km": 3100 },
        },
        { "kind": "said_before", "text": "It smelled of fish" },
    ]);
    let device = owner.device_named("Ana’s tablet").await;
    assert_eq!(device["familiarity"]["reasons"], reasons);
    assert_eq!(
        (&device["place"]["label"], &device["place"]["city"]),
        (&json!("Riga, Latvia"), &json!("Riga"))
    );
    let alerts = owner.open_alerts().await;
    assert_eq!((alerts.len(), &alerts[0]["reasons"]), (1, &reasons), "{alerts:#?}");
    for (kind, detail) in [
        ("sign_in", json!({ "kind": "signed_in", "method": "password" })),
        ("alert", json!({ "kind": "judged", "verdict": "new_device" })),
        ("sign_in_failed", json!({ "kind": "said_before", "text": "by_carrier_pigeon" })),
        // Not the data of another entry: a device may be called anything.
        ("device_renamed", json!({ "kind": "renamed", "name": "{\"kind\":\"answered\",\"answer\":\"me\"}" })),
        ("account_created", Value::Null),
    ] {
        assert_eq!(detail_of(&owner, kind).await, detail, "{kind}");
    }
    // What is new stands beside it, and both become words in the table.
    owner.answer(&alerts[0], "not_me").await;
    assert_eq!(detail_of(&owner, "alert_answered").await, json!({ "kind": "answered", "answer": "not_me" }));
    assert_eq!(detail_of(&owner, "sign_out").await, json!({ "kind": "ended", "reason": "not_me" }));
    let csv = owner.send(Method::GET, "/api/v1/history", &[("accept", "text/csv")], None).await;
    assert_eq!(csv.status, 200, "{}", csv.text);
    for words in ["with the password", "a device never seen before", "by_carrier_pigeon", "it was not me"] {
        assert!(csv.text.contains(words), "{words}: {}", csv.text);
    }
}

/// The same browser at a home that started anew, on another port.
fn again(home: &TestHome, before: &Browser) -> Browser {
    let browser = home.browser();
    for name in ["latchkey_session", "latchkey_device"] {
        if let Some(value) = before.cookie(name) {
            browser.keep(name, &value);
        }
    }
    browser
}
