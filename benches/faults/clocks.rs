//! A clock that is moved: an hour passes in a few minutes, then it jumps ahead and back. Sessions end when somebody ends
//! them, and not before or after.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use latchkey::app::App;
use latchkey::clock::{Clock, ManualClock, SystemClock};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Wrongs;
use super::common::{self, LOGIN, PASSWORD};
use super::kills::asked;
use super::ledger::{End, Ledger};

/// The compressed hour, in seconds of its own.
const HOUR: usize = 3600;
/// A sign-out every so many of them.
const SIGN_OUT_EVERY: usize = 30;
/// The browser, which has its token renewed by the hour, comes every so many.
const BROWSER_EVERY: usize = 60;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Where the clock jumps to, in milliseconds from where it is.
const JUMPS: [i64; 8] =
    [DAY / 24, -DAY / 24, 7 * DAY, -7 * DAY, 400 * DAY, -400 * DAY, -3650 * DAY, 3650 * DAY];

struct Run {
    app: App,
    ledger: Ledger,
    owner: String,
    client: reqwest::Client,
    wrongs: Wrongs,
    asked: usize,
    signed_out: usize,
}

/// Moves the clock of a home.
#[expect(clippy::print_stdout, reason = "a bench prints its table")]
pub async fn run() -> Wrongs {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let start = async |folder: &Path| common::start_at(folder, Arc::<ManualClock>::clone(&clock)).await;
    let app = start(folder.path()).await;
    let owner = common::set_up(&app).await;
    app.stop().await;
    let ledger = Ledger::default();
    ledger.fill(folder.path(), 2 * HOUR / SIGN_OUT_EVERY).await;
    let mut run = Run {
        app: start(folder.path()).await,
        ledger,
        owner,
        client: common::client(),
        wrongs: Wrongs::default(),
        asked: 0,
        signed_out: 0,
    };
    let began = common::now();
    let mut browser = run.browser().await;
    for second in 0..HOUR {
        clock.advance(Duration::from_secs(1));
        run.ask_some().await;
        if second % SIGN_OUT_EVERY == 0 {
            run.sign_out().await;
        }
        if second % BROWSER_EVERY == 0 {
            run.come_back(&mut browser).await;
        }
    }
    let took = began.elapsed().as_secs_f64();
    for jump in JUMPS {
        clock.set(latchkey::model::Timestamp::from_millis(clock.now().as_millis() + jump));
        for _ in 0..10 {
            run.ask_some().await;
        }
        run.sign_out().await;
        run.come_back(&mut browser).await;
    }
    // What it says when it starts anew, at whatever time that seems to be.
    let Run { app, ledger, owner, client, wrongs, asked, signed_out, .. } = run;
    app.stop().await;
    let app = start(folder.path()).await;
    let mut run = Run { app, ledger, owner, client, wrongs, asked, signed_out };
    for index in 0..run.ledger.with(|all| all.len()) {
        run.ask(index).await;
    }
    let Run { app, wrongs, asked, signed_out, .. } = run;
    app.stop().await;
    println!(
        "  an hour in {took:.0} s, then {} jumps of up to ten years; {signed_out} sign-outs acknowledged, {asked} requests",
        JUMPS.len()
    );
    wrongs.print();
    wrongs
}

impl Run {
    async fn ask_some(&mut self) {
        for end in [End::Live, End::Acknowledged] {
            if let Some((index, _)) = self.ledger.pick(|held| held.end == end) {
                self.ask(index).await;
            }
        }
    }

    async fn ask(&mut self, index: usize) {
        let held = self.ledger.with(|all| all[index].clone());
        let answer = asked(&self.client, self.app.url(), &held.token).await;
        self.asked += 1;
        match (held.end, answer) {
            (End::Live, Some((StatusCode::OK, _)))
            | (End::Acknowledged, Some((StatusCode::UNAUTHORIZED, _))) => {}
            (End::Acknowledged, Some((StatusCode::OK, _))) => self.wrongs.late.push(format!("{held:?}")),
            (_, other) => self.wrongs.other.push(format!("{other:?} to {held:?}")),
        }
    }

    async fn sign_out(&mut self) {
        let (index, held) = self.ledger.take_to_end().expect("there are enough");
        let path = format!("{}/api/v1/devices/{}/sign-out", self.app.url(), held.device);
        let answer =
            self.client.post(path).bearer_auth(&self.owner).json(&json!({})).send().await.expect("it runs");
        if answer.status() == StatusCode::OK {
            self.signed_out += 1;
            self.ledger.with(|all| all[index].end = End::Acknowledged);
        } else {
            self.wrongs.other.push(format!("a sign-out: {}", answer.status()));
        }
        self.ask(index).await;
    }

    /// A browser, by its cookie.
    async fn browser(&self) -> String {
        // A browser that keeps no cookies is not signed in: it brings back the first one it was given.
        let status =
            self.client.get(format!("{}/api/v1/status", self.app.url())).send().await.expect("it runs");
        let given = status.headers().get("set-cookie").and_then(|set| set.to_str().ok()).expect("a cookie");
        let kept = given.split(';').next().unwrap_or_default().to_owned();
        let request = self.client.post(format!("{}/api/v1/sign-in", self.app.url()));
        let request = request.header("origin", self.app.url()).header("cookie", kept);
        let body = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Browser", "kind": "browser" } });
        let answer = request.json(&body).send().await.expect("it runs");
        assert_eq!(answer.status(), StatusCode::OK);
        cookie(&answer).expect("a cookie")
    }

    /// The browser comes back and keeps what cookie it is given.
    async fn come_back(&mut self, browser: &mut String) {
        let path = format!("{}/api/v1/session", self.app.url());
        let answer = self.client.get(path).header("cookie", &*browser).send().await.expect("it runs");
        self.asked += 1;
        if let Some(newer) = cookie(&answer) {
            *browser = newer;
        }
        let status = answer.status();
        if status != StatusCode::OK {
            let body: Value = answer.json().await.unwrap_or_default();
            self.wrongs.other.push(format!("the browser: {status} {body}"));
        }
    }
}

/// The session's cookie that an answer sets, as a browser sends it back.
fn cookie(answer: &reqwest::Response) -> Option<String> {
    let set = answer.headers().get_all("set-cookie");
    let lines = set.iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.filter_map(|line| line.split(';').next());
    pairs.find(|pair| pair.contains("session=")).map(str::to_owned)
}
