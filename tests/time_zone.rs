//! The home's time zone: by whose clock the quiet hours are.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::away::{AT_HOME, behind_a_proxy, household, somewhere};
use support::{Browser, LOGIN, PASSWORD};

const PATH: &str = "/api/v1/alert-settings";

async fn set(owner: &Browser, zone: Value) -> Value {
    let change = json!({ "settings": { "time_zone": zone }, "password": PASSWORD });
    let answer = owner.put_json(PATH, &change).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// What is set, and what that comes to.
fn zones(settings: &Value) -> (Option<&str>, Option<&str>) {
    (settings["settings"]["time_zone"].as_str(), settings["time_zone"].as_str())
}

#[tokio::test]
async fn it_is_that_of_the_homes_computer_until_another_is_set_which_is_kept() {
    let (home, owner) = household().await;
    assert_eq!(zones(&owner.get(PATH).await.json()), (None, Some("Europe/Lisbon")));
    // In whatever case; it is kept as it is written.
    let riga = (Some("Europe/Riga"), Some("Europe/Riga"));
    assert_eq!(zones(&set(&owner, json!("europe/riga")).await), riga);
    let token = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(behind_a_proxy).await;
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    assert_eq!(zones(&owner.get(PATH).await.json()), riga);
    assert_eq!(zones(&set(&owner, Value::Null).await), (None, Some("Europe/Lisbon")));
}

#[tokio::test]
async fn a_zone_that_nobody_knows_is_refused_and_changes_nothing() {
    let (_home, owner) = household().await;
    set(&owner, json!("Europe/Riga")).await;
    for unknown in ["", "Riga", "+02:00", "Europe/Riga\u{0}", "../../etc/localtime", "Mars/Olympus_Mons"] {
        let change =
            json!({ "settings": { "time_zone": unknown, "budget": "weekly" }, "password": PASSWORD });
        let answer = owner.put_json(PATH, &change).await;
        let told = answer.json();
        assert_eq!(
            (answer.status, &told["error"], &told["field"], &told["message"]),
            (
                422,
                &json!("invalid_input"),
                &json!("time_zone"),
                &json!("Choose a time zone by its name, such as Europe/Riga.")
            ),
            "{unknown:?}"
        );
    }
    let kept = owner.get(PATH).await.json();
    assert_eq!(zones(&kept), (Some("Europe/Riga"), Some("Europe/Riga")));
    assert_eq!(kept["settings"]["budget"], "monthly");
}

#[tokio::test]
async fn it_takes_the_password_and_a_familiar_device_as_the_other_settings_do() {
    let (home, owner) = household().await;
    // What was proven at the set-up is long ago.
    home.clock.advance(Duration::from_mins(30));
    let change = json!({ "settings": { "time_zone": "Asia/Tokyo" } });
    let answer = owner.put_json(PATH, &change).await;
    assert_eq!((answer.status, &answer.json()["error"]), (403, &json!("proof_required")), "{}", answer.text);
    let stranger = somewhere(&home, support::away::RIGA, "Mozilla/5.0 Firefox/140.0");
    let request = json!({ "login": LOGIN, "password": PASSWORD });
    assert_eq!(stranger.post_json("/api/v1/sign-in", &request).await.status, 200);
    let change = json!({ "settings": { "time_zone": "Asia/Tokyo" }, "password": PASSWORD });
    let answer = stranger.put_json(PATH, &change).await;
    assert_eq!((answer.status, &answer.json()["error"]), (403, &json!("not_familiar")), "{}", answer.text);
    let kid = somewhere(&home, AT_HOME, "Mozilla/5.0 Firefox/140.0");
    assert_eq!(kid.post_json("/api/v1/sign-in", &request).await.status, 200);
    kid.choose("Leo").await;
    let answer = kid.put_json(PATH, &change).await;
    assert_eq!((answer.status, &answer.json()["error"]), (403, &json!("kids_profile")), "{}", answer.text);
    assert_eq!(zones(&owner.get(PATH).await.json()), (None, Some("Europe/Lisbon")));
}

#[tokio::test]
async fn a_zone_that_was_kept_and_is_not_known_any_more_takes_no_other_setting_with_it() {
    let (home, owner) = household().await;
    let token = owner.cookie("latchkey_session").expect("signed in");
    let night = r#"{"budget":"weekly","quiet_hours":{"from_minute":1320,"to_minute":420},"time_zone":"Mars/Olympus_Mons"}"#;
    let changed = format!("UPDATE familiarity SET settings = '{night}'");
    let home = home.restart_after(behind_a_proxy, &[&changed]).await;
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    let kept = owner.get(PATH).await.json();
    assert_eq!(zones(&kept), (None, Some("Europe/Lisbon")));
    assert_eq!(
        (&kept["settings"]["budget"], &kept["settings"]["quiet_hours"]["from_minute"]),
        (&json!("weekly"), &json!(1320))
    );
}
