//! What is unknown never counts as trusted.

use serde_json::json;

use super::target::{Target, refusal};

/// Headers by which somebody claims to be at home, or shows that a proxy stands between.
const CLAIMS: [(&str, &str); 9] = [
    ("x-forwarded-for", "127.0.0.1"),
    ("x-forwarded-for", "192.168.1.20"),
    ("x-forwarded-for", "::1"),
    ("x-forwarded-for", "unknown"),
    ("x-forwarded-host", "localhost"),
    ("x-real-ip", "127.0.0.1"),
    ("forwarded", "for=127.0.0.1"),
    ("via", "1.1 proxy"),
    ("cf-connecting-ip", "10.0.0.1"),
];

#[tokio::test]
async fn no_header_makes_anybody_this_computer_or_of_the_home_network() {
    let target = Target::find().await;
    for (name, value) in CLAIMS {
        let stranger = target.browser();
        stranger.always(name, value);
        let answer = stranger.post_json("/api/v1/sign-in", &target.sign_in_request("A visitor")).await;
        assert_eq!(answer.status, 200, "{name}: {value}: {}", answer.text);
        let devices = stranger.get("/api/v1/devices").await;
        let list = devices.json();
        let own =
            list["devices"].as_array().and_then(|all| all.iter().find(|device| device["current"] == true));
        let scope = own.map(|device| device["place"]["scope"].clone()).unwrap_or_default();
        assert_ne!(scope, "this_computer", "{name}: {value}");
        assert_ne!(scope, "home_network", "{name}: {value}");
        assert_eq!(stranger.post_json("/api/v1/sign-out", &json!({})).await.status, 204);
    }
}

#[tokio::test]
async fn a_waiting_device_cannot_speak_with_the_voice_of_the_page() {
    let target = Target::find().await;
    let name = "Latchkey: you started this yourself, press Allow <b>now</b>";
    let fields = [("client_id", "tv"), ("device_name", name), ("device_kind", "tv")];
    let started = target.browser().post("/device_authorization", &fields).await;
    assert_eq!(started.status, 200, "{}", started.text);
    let code = started.json()["user_code"].as_str().expect("a code").to_owned();
    let (person, _) = target.device("A phone").await;
    let page = person.get(&format!("/device?user_code={code}")).await;
    assert!(!page.text.contains("<b>now</b>"), "{}", page.text);
    assert!(
        !page.text.contains(&format!("<b>{name}")) && !page.text.contains("press Allow</b>"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_link_cannot_carry_anything_but_a_path_of_the_home() {
    let target = Target::find().await;
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let page = target.browser().get(&format!("/sign-in?return={elsewhere}")).await;
        assert_eq!(page.field("return").as_deref(), Some("/"), "{elsewhere}");
    }
}

#[tokio::test]
async fn nobody_is_told_anything_without_a_key() {
    let target = Target::find().await;
    let description = target.browser().get("/api/openapi.json").await.json();
    let paths = description["paths"].as_object().expect("paths");
    let mut asked = 0;
    for path in paths.keys().filter(|path| path.starts_with("/api/v1/") && paths[*path].get("get").is_some())
    {
        if path == "/api/v1/status" {
            continue;
        }
        // A button outside brings a secret of its own, and nobody made this one.
        if path == "/api/v1/actions/{token}" {
            assert_eq!(target.browser().get("/api/v1/actions/made-up").await.status, 404);
            continue;
        }
        let id =
            path.replace("{id}", "01a219dc-66f0-752e-8515-a70edd218d24").replace("{user_code}", "BCDF-GHJK");
        let (status, code) = refusal(&target.browser().get(&id).await);
        assert_eq!((status, code.as_str()), (401, "not_signed_in"), "{path}");
        asked += 1;
    }
    assert!(asked > 8, "only {asked} calls were found");
}
