//! A Firefox with a profile of its own, driven by WebDriver BiDi (W3C), which needs no driver beside it.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use futures_util::{SinkExt, StreamExt};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::push_service::PushService;
use crate::until;

/// Finds what can be clicked on: it is there, enabled and at rest, and nothing is over its middle.
const REACHABLE: &str = "(selector, words) => {
    const all = [...document.querySelectorAll(selector)];
    const element = all.find((one) => one.textContent.includes(words));
    if (!element || element.matches(':disabled')) return null;
    if (document.getAnimations().some((one) => one.effect?.getTiming().iterations !== Infinity)) return null;
    element.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { x, y, width, height } = element.getBoundingClientRect();
    const over = document.elementFromPoint(x + width / 2, y + height / 2);
    return over && element.contains(over) ? element : null;
}";

/// The browser. It ends with the test, and every program that it started.
pub struct Firefox {
    running: Option<Running>,
    folder: TempDir,
}

struct Running {
    child: Child,
    line: Line,
    /// The page.
    context: String,
}

impl Firefox {
    /// Starts it with a new profile, and waits until its push client has said hello: a page that subscribes before that waits
    /// for ever.
    pub async fn start(service: &PushService) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("profile")).expect("a folder");
        let settings = [
            ("dom.push.serverURL", json!(service.socket)),
            // Else only wss:// is taken.
            ("dom.push.testing.allowInsecureServerURL", json!(true)),
            // The question whether a page may show notifications is answered already.
            ("permissions.default.desktop-notification", json!(1)),
            // Else the remote line turns push off, among others.
            ("remote.prefs.recommended", json!(false)),
            // What moves is not hit.
            ("ui.prefersReducedMotion", json!(1)),
            // Nothing of the browser's own is to be over the page.
            ("signon.rememberSignons", json!(false)),
            ("browser.shell.checkDefaultBrowser", json!(false)),
            ("browser.aboutwelcome.enabled", json!(false)),
            ("datareporting.policy.dataSubmissionEnabled", json!(false)),
            ("app.update.enabled", json!(false)),
        ];
        let lines = settings.map(|(name, value)| format!("user_pref({}, {value});\n", json!(name)));
        fs::write(folder.path().join("profile/user.js"), lines.concat()).expect("writes");
        let mut firefox = Self { running: None, folder };
        firefox.start_again(service).await;
        firefox
    }

    /// Starts it with the profile it had.
    pub async fn start_again(&mut self, service: &PushService) {
        let hellos = service.hellos();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .expect("a port")
            .local_addr()
            .expect("an address")
            .port();
        let folder = self.folder.path();
        let log = File::create(folder.join("log")).expect("a log");
        let program = std::env::var_os("LATCHKEY_FIREFOX").unwrap_or_else(|| "firefox-esr".into());
        let child = Command::new(program)
            .arg("--profile")
            .arg(folder.join("profile"))
            .args(["--no-remote", "--remote-debugging-port", &port.to_string(), "about:blank"])
            .env("HOME", folder)
            .env_remove("WAYLAND_DISPLAY")
            .process_group(0)
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("Firefox starts; `./dev test push` installs it");
        until("its push client says hello", async || (service.hellos() > hellos).then_some(())).await;
        let mut line = until("its remote line is open", async || {
            let (socket, _) = connect_async(format!("ws://127.0.0.1:{port}/session")).await.ok()?;
            Some(Line { socket, asked: 0 })
        })
        .await;
        line.call("session.new", json!({ "capabilities": {} })).await;
        let tree = line.call("browsingContext.getTree", json!({})).await;
        let context = tree["contexts"][0]["context"].as_str().expect("a page").to_owned();
        self.running = Some(Running { child, line, context });
    }

    fn running(&mut self) -> &mut Running {
        self.running.as_mut().expect("it runs")
    }

    /// Opens an address, until its page has loaded.
    pub async fn open(&mut self, url: &str) {
        let Running { line, context, .. } = self.running();
        line.call("browsingContext.navigate", json!({ "context": context, "url": url, "wait": "complete" }))
            .await;
    }

    /// What an expression of JavaScript comes to on the page, once it is settled: a text, a number, yes or no, or nothing.
    pub async fn evaluate(&mut self, expression: &str) -> Value {
        self.result(expression).await["value"].take()
    }

    async fn result(&mut self, expression: &str) -> Value {
        let Running { line, context, .. } = self.running();
        let mut answer = line
            .call(
                "script.evaluate",
                json!({ "expression": expression, "target": { "context": context }, "awaitPromise": true }),
            )
            .await;
        assert_eq!(answer["type"], "success", "{expression}: {answer}");
        answer["result"].take()
    }

    /// Clicks on the first element that fits a CSS selector and has these words in it, as a person does: once it is there, and
    /// nothing is over it; the page sees a user's gesture.
    pub async fn press(&mut self, selector: &str, words: &str) {
        let element = until(&format!("“{words}” can be pressed"), async || {
            let expression = format!("({REACHABLE})({}, {})", json!(selector), json!(words));
            let node = self.result(&expression).await;
            node["sharedId"].as_str().map(|id| json!({ "sharedId": id }))
        })
        .await;
        let Running { line, context, .. } = self.running();
        let origin = json!({ "type": "element", "element": element });
        let mouse = json!({ "type": "pointer", "id": "mouse", "actions": [
            { "type": "pointerMove", "x": 0, "y": 0, "origin": origin },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
        ] });
        line.call("input.performActions", json!({ "context": context, "actions": [mouse] })).await;
    }

    /// Types into the first element that fits a CSS selector.
    pub async fn fill(&mut self, selector: &str, text: &str) {
        self.press(selector, "").await;
        let Running { line, context, .. } = self.running();
        let strokes = text.chars().flat_map(|key| {
            [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
        });
        let keys = json!({ "type": "key", "id": "keys", "actions": strokes.collect::<Vec<_>>() });
        line.call("input.performActions", json!({ "context": context, "actions": [keys] })).await;
    }

    /// Waits until the page says this.
    pub async fn says(&mut self, words: &str) {
        let expression = format!("document.body.innerText.includes({})", json!(words));
        until(&format!("the page says “{words}”"), async || {
            (self.evaluate(&expression).await == json!(true)).then_some(())
        })
        .await;
    }

    /// The addresses of all pages that are open.
    pub async fn pages(&mut self) -> Vec<String> {
        let mut tree = self.running().line.call("browsingContext.getTree", json!({ "maxDepth": 0 })).await;
        let pages = tree["contexts"].as_array_mut().expect("a list");
        pages.iter().map(|page| page["url"].as_str().expect("an address").to_owned()).collect()
    }

    /// Closes the page: from then on there is an empty one.
    pub async fn close_page(&mut self) {
        let Running { line, context, .. } = self.running();
        let created = line.call("browsingContext.create", json!({ "type": "tab" })).await;
        line.call("browsingContext.close", json!({ "context": context })).await;
        created["context"].as_str().expect("a page").clone_into(context);
    }

    /// Ends it as a person does, and keeps its profile.
    pub async fn stop(&mut self) {
        let Running { mut child, mut line, .. } = self.running.take().expect("it runs");
        line.call("browser.close", json!({})).await;
        until("it ends", async || child.try_wait().expect("it is ours")).await;
    }

    /// Ends it for good.
    pub async fn quit(mut self) {
        self.stop().await;
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        if let Some(Running { child, .. }) = &mut self.running {
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = child.wait();
        }
    }
}

/// The remote line: a question and its answer at a time.
struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    asked: u64,
}

impl Line {
    async fn call(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let asked = json!({ "id": self.asked, "method": method, "params": params }).to_string();
        self.socket.send(Message::text(asked)).await.expect("it listens");
        loop {
            let message = self.socket.next().await.expect("an answer").expect("a whole one");
            let Message::Text(text) = message else { continue };
            let mut answer: Value = serde_json::from_str(&text).expect("JSON");
            if answer["id"] == self.asked {
                assert_eq!(answer["type"], "success", "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }
}
