//! A client that others wrote signs in by code: npm `openid-client`, in `tests/real_clients`.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{PASSWORD, TestHome};

/// The program, and the lines it says.
struct Program {
    child: Child,
    says: Lines<BufReader<ChildStdout>>,
    hears: ChildStdin,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real_clients");
        assert!(
            std::path::Path::new(folder).join("node_modules/openid-client").exists(),
            "the real clients are not installed: run `npm ci` in tests/real_clients, or `./dev test`"
        );
        let mut child = Command::new("node")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let says = BufReader::new(child.stdout.take().expect("piped")).lines();
        let hears = child.stdin.take().expect("piped");
        Self { child, says, hears }
    }

    /// The next thing it says. The home runs on other threads meanwhile.
    fn says(&mut self) -> Value {
        let line = self.says.next().expect("it says something more").expect("text");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
    }

    fn may_go_on(&mut self) {
        self.hears.write_all(b"\n").expect("it listens");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_signs_in_refreshes_and_is_signed_out() {
    let (home, owner) = TestHome::with_account().await;
    let mut tv = Program::start(&["tv.mjs", &home.address(), "Real TV"]);
    let shown = tv.says();
    assert_eq!(shown["at"], format!("{}/device", home.address()), "{shown}");
    let user_code = shown["shows"].as_str().expect("a code");

    // It waits, asks, hears "pending", and waits again; then somebody allows it.
    let wait = |tv: &mut Program| {
        assert_eq!(tv.says()["waits"], 5000);
        home.clock.advance(Duration::from_secs(5));
        tv.may_go_on();
    };
    wait(&mut tv);
    assert_eq!(tv.says()["waits"], 5000);
    let page =
        owner.post("/device", &[("user_code", user_code), ("decision", "allow"), ("proof", PASSWORD)]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    home.clock.advance(Duration::from_secs(5));
    tv.may_go_on();

    let signed_in = tv.says();
    assert_eq!(signed_in["expires_in"], 3600, "{signed_in}");
    let device = owner.device_named("Real TV").await;
    assert_eq!((&device["kind"], &device["signed_in"]), (&"tv".into(), &true.into()), "{device}");
    let refreshed = tv.says();
    assert!(refreshed["signed_in"].is_string() && refreshed["signed_in"] != signed_in["signed_in"]);

    owner.sign_out(device["id"].as_str().expect("an id")).await;
    tv.may_go_on();
    assert_eq!(tv.says()["refused"], "invalid_grant");
    assert_eq!(tv.says()["revoked"], true);
    assert!(tv.child.wait().expect("it ends").success());
}
