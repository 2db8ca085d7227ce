//! Floods: many connections, slow ones, large ones, and many guesses.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::target::{Target, refusal};

#[tokio::test]
async fn hundreds_of_connections_that_say_nothing_shut_nobody_out() {
    let target = Target::find().await;
    let host = target.url.trim_start_matches("http://").to_owned();
    let mut silent = Vec::new();
    for _ in 0..400 {
        silent.push(TcpStream::connect(&host).await.expect("it listens"));
    }
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(&host).await.expect("it listens");
        stream.write_all(b"GET /guard HTTP/1.1\r\nHost: ").await.expect("it reads");
        slow.push(stream);
    }
    assert_eq!(target.browser().get("/healthz").await.status, 200);
    assert_eq!(refusal(&target.browser().get("/guard").await), (401, "not_signed_in".to_owned()));
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_nothing_is_read_on() {
    let target = Target::find().await;
    let (device, _) = target.device("Sender").await;
    let large = "x".repeat(70_000);
    let headers = [("content-type", "application/json")];
    let answer =
        device.send(reqwest::Method::POST, "/api/v1/session/activity", &headers, Some(large.clone())).await;
    assert_eq!(refusal(&answer), (413, "too_large".to_owned()));
    let host = target.url.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).await.expect("it listens");
    let head = format!("GET /guard HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: {large}\r\n\r\n");
    // It may close before all is sent.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn guessing_runs_dry_and_says_for_how_long() {
    let target = Target::find().await;
    let mut last = None;
    for guess in 0..40 {
        let request =
            serde_json::json!({ "login": "nobody of this name", "password": format!("guess {guess}") });
        let answer = target.browser().post_json("/api/v1/sign-in", &request).await;
        if answer.status == 429 {
            last = Some(answer);
            break;
        }
        assert_eq!(refusal(&answer), (401, "wrong_credentials".to_owned()));
    }
    let slowed = last.expect("forty guesses in a row are slowed down");
    assert_eq!(refusal(&slowed).1, "too_many_attempts");
    assert!(slowed.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
}

#[tokio::test]
async fn many_addresses_of_one_network_guess_no_more_than_a_few_and_others_still_may() {
    let Some(target) = Target::behind_a_proxy().await else {
        // Of a home that does not believe this computer nothing of the kind can be asked.
        return;
    };
    let guess = async |address: String| {
        let browser = target.browser();
        browser.always("x-forwarded-for", &address);
        let request = serde_json::json!({ "login": "nobody of that name", "password": "a guess" });
        refusal(&browser.post_json("/api/v1/sign-in", &request).await)
    };
    let mut guessed = 0;
    let slowed = loop {
        match guess(format!("198.18.7.{guessed}")).await {
            (401, error) if error == "wrong_credentials" => guessed += 1,
            other => break other,
        }
        assert!(guessed < 40, "each address has guessed once, and nothing slows their network down");
    };
    assert_eq!(slowed, (429, "too_many_attempts".to_owned()));
    assert_eq!(guess("198.18.8.1".to_owned()).await, (401, "wrong_credentials".to_owned()));
}
