//! Changing the password when somebody else does the same at that moment.

mod support;

use futures_util::future::join_all;
use serde_json::json;
use support::{LOGIN, PASSWORD, TestHome};

#[tokio::test]
async fn of_many_who_change_the_password_at_once_exactly_one_does() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(std::time::Duration::from_mins(1));
    let mut devices = vec![owner];
    for name in ["Tablet", "Phone", "Desk"] {
        devices.push(home.device(name).await);
    }
    let new = |number: usize| format!("another row of words {number}");
    let changes = devices.iter().enumerate().map(|(number, device)| async move {
        let change = json!({
            "current_password": PASSWORD, "new_password": new(number), "sign_out_everything_else": false,
        });
        device.put_json("/api/v1/account/password", &change).await
    });
    let answers = join_all(changes).await;
    let won: Vec<_> = (0..answers.len()).filter(|number| answers[*number].status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:#?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        let body = answer.json();
        assert_eq!(
            (answer.status, &body["error"], &body["field"]),
            (422, &json!("invalid_input"), &json!("current_password")),
            "{body}"
        );
    }
    for number in 0..devices.len() {
        home.clock.advance(std::time::Duration::from_mins(5));
        let request = json!({ "login": LOGIN, "password": new(number) });
        let answer = home.browser().post_json("/api/v1/sign-in", &request).await;
        assert_eq!(answer.status, if won == [number] { 200 } else { 401 }, "{}", answer.text);
    }
    let history = devices[won[0]].get("/api/v1/history?kind=password_changed").await.json();
    assert_eq!(history["history"].as_array().map(Vec::len), Some(1), "{history:#}");
}
