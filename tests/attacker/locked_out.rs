//! People who are locked out without being strangers: what must not happen to them.

use serde_json::json;

use super::target::{Target, refusal};

#[tokio::test]
async fn an_unchanged_console_goes_on_in_its_own_name() {
    let target = Target::find().await;
    let console = target.browser();
    console.always(
        "user-agent",
        "Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    );
    let answer = console.post_json("/api/v1/sign-in", &target.sign_in_request("PlayStation 5")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for _ in 0..3 {
        assert_eq!(console.get("/api/v1/session").await.status, 200);
    }
}

#[tokio::test]
async fn a_forgotten_password_has_a_way_back_that_is_named_where_one_signs_in() {
    let target = Target::find().await;
    let page = target.browser().get("/sign-in").await;
    assert!(page.text.contains("/recover"), "{}", page.text);
    assert_eq!(target.browser().get("/recover").await.status, 200);
    let request =
        json!({ "code": "BCDF-GHJK", "new_password": "a guess of a code", "sign_out_everything": true });
    let answer = target.browser().post_json("/api/v1/recover", &request).await;
    assert_eq!(refusal(&answer), (403, "wrong_recovery_code".to_owned()));
}

#[tokio::test]
async fn a_long_way_back_is_not_lost_at_the_door() {
    let target = Target::find().await;
    let long = format!("/films?{}", "x".repeat(3900));
    let page = target.browser().get(&format!("/sign-in?return={}", long.replace('?', "%3F"))).await;
    assert_eq!(page.field("return"), Some(long));
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_not_the_end_of_the_home() {
    let target = Target::find().await;
    let json = [("accept", "application/json")];
    let answer = target.browser().send(reqwest::Method::GET, "/nonsense", &json, None).await;
    assert_eq!(refusal(&answer), (404, "not_found".to_owned()));
    assert_eq!(target.browser().get("/healthz").await.status, 200);
}
