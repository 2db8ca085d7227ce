//! The app's window, driven as a person drives it: through `WebKit`'s own driver (W3C `WebDriver`).

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{PATIENCE, Program, free_port, no_keyring, results, until};

/// The name under which the driver answers with an element (W3C `WebDriver`, section 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The running app with its window.
pub struct Window {
    http: Client,
    session: String,
    /// The address its embedded server listens on.
    pub address: String,
    driver: Program,
    folder: tempfile::TempDir,
    no_keyring: zbus::Connection,
}

impl Window {
    /// Starts the app in a home folder of its own, as for a person who starts it the first time.
    pub async fn open() -> Self {
        Self::open_in(tempfile::tempdir().unwrap()).await
    }

    /// Starts it in a home folder that was used before.
    pub async fn open_in(folder: tempfile::TempDir) -> Self {
        let no_keyring = no_keyring::show().await;
        let (driver_port, port) = (free_port(), free_port());
        let mut command = Command::new("WebKitWebDriver");
        command
            .arg(format!("--port={driver_port}"))
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path().join("data"))
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .env("XDG_CACHE_HOME", folder.path().join("cache"))
            .env("LATCHKEY_LISTEN", format!("127.0.0.1:{port}"))
            .env("LATCHKEY_TRUSTED_PROXY", "127.0.0.1")
            // Lets WebKit's driver take the window's place at the wheel.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = Program::start(&mut command, &results().join("window.log"));
        let http = latchkey::tls::http_client();
        let driver_address = format!("http://127.0.0.1:{driver_port}");
        until("the driver listens", async || http.get(format!("{driver_address}/status")).send().await.ok())
            .await;
        let options = json!({"binary": env!("CARGO_BIN_EXE_latchkey"), "args": []});
        let wanted = json!({"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}});
        let begun = http.post(format!("{driver_address}/session")).json(&wanted).send().await.unwrap();
        let begun: Value = begun.json().await.unwrap();
        let id = begun["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {begun}"));
        let session = format!("{driver_address}/session/{id}");
        let window =
            Self { http, session, address: format!("http://127.0.0.1:{port}"), driver, folder, no_keyring };
        let patience = json!({"script": PATIENCE.as_millis()});
        window.ask(Method::POST, "timeouts", patience).await.unwrap();
        // A script that waits is lost when the first page takes the empty one's place.
        let is_there = json!({"script": "return document.querySelector('main, form') !== null", "args": []});
        until("the first screen is there", async || {
            let there = window.ask(Method::POST, "execute/sync", is_there.clone()).await;
            there.is_ok_and(|there| there == true).then_some(())
        })
        .await;
        window
    }

    /// The person's Downloads folder.
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("Downloads")
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Result<Value, Value> {
        let mut request = self.http.request(method.clone(), format!("{}/{path}", self.session));
        if method == Method::POST {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let good = answer.status().is_success();
        let body: Value = answer.json().await.unwrap();
        if good { Ok(body["value"].clone()) } else { Err(body["value"].clone()) }
    }

    /// Runs a script in the window.
    pub async fn script(&self, script: &str, arguments: Value) -> Value {
        let body = json!({"script": script, "args": arguments});
        self.ask(Method::POST, "execute/sync", body).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until an expression is true in the window: looked at anew at every change of the page.
    pub async fn see(&self, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const observer = new MutationObserver(look);
             observer.observe(document, {{subtree: true, childList: true, attributes: true, characterData: true}});
             function look() {{
                 const seen = {expression};
                 if (seen) {{ observer.disconnect(); done(seen); }}
             }}
             look();"
        );
        match self.ask(Method::POST, "execute/async", json!({"script": script, "args": []})).await {
            Ok(seen) => seen,
            Err(error) => {
                self.picture("failed").await;
                let page = self.script("return document.body.innerText", json!([])).await;
                panic!(
                    "waited in vain for {expression}: {error}\nThe page says:\n{}",
                    page.as_str().unwrap_or_default()
                );
            }
        }
    }

    /// Waits until the page says something.
    pub async fn see_text(&self, text: &str) {
        self.see(&format!("document.body?.innerText.includes({})", json!(text))).await;
    }

    /// Calls a command, as the interface does. What it rejects with comes back as the error.
    pub async fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let script = "const [command, given, done] = arguments;
             window.__TAURI_INTERNALS__.invoke(command, given).then(
                 (answer) => done({answer}), (error) => done({error}));";
        let body = json!({"script": script, "args": [command, arguments]});
        let told = self.ask(Method::POST, "execute/async", body).await.unwrap();
        if told["error"].is_null() { Ok(told["answer"].clone()) } else { Err(told["error"].clone()) }
    }

    /// Asks for an operation of the home, as the interface does.
    pub async fn operation(&self, name: &str, arguments: Value) -> Result<Value, Value> {
        self.call("ask", json!({"operation": name, "arguments": arguments})).await
    }

    /// The element that an `XPath` finds, waited for.
    async fn find(&self, xpath: &str) -> String {
        self.see(&format!(
            "document.evaluate({}, document, null, XPathResult.BOOLEAN_TYPE, null).booleanValue",
            json!(format!("boolean({xpath})"))
        ))
        .await;
        let found = self.ask(Method::POST, "element", json!({"using": "xpath", "value": xpath})).await;
        found.unwrap_or_else(|error| panic!("{xpath}: {error}"))[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Clicks on what an `XPath` finds.
    pub async fn click(&self, xpath: &str) {
        let element = self.find(xpath).await;
        if let Err(error) = self.ask(Method::POST, &format!("element/{element}/click"), json!({})).await {
            self.picture("failed").await;
            panic!("{xpath} cannot be clicked: {error}");
        }
    }

    /// Clicks on the button, or link, with these words on it.
    pub async fn press(&self, words: &str) {
        let words = quoted(words);
        self.click(&format!(
            "//*[self::button or self::a][not(@disabled)][normalize-space(.)={words} or @aria-label={words}]"
        ))
        .await;
    }

    /// Types into the field with this name, or label.
    pub async fn fill(&self, name: &str, text: &str) {
        let name = quoted(name);
        let field = self.find(&format!("//input[@name={name} or @aria-label={name}]")).await;
        let body = json!({"text": text});
        self.ask(Method::POST, &format!("element/{field}/value"), body).await.unwrap();
    }

    /// Presses keys, one after the other; the driver's own names stand for those without a letter.
    pub async fn keys(&self, keys: &[&str]) {
        let presses = keys.iter().flat_map(|key| {
            [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
        });
        let source = json!({"type": "key", "id": "keyboard", "actions": presses.collect::<Vec<_>>()});
        self.ask(Method::POST, "actions", json!({"actions": [source]})).await.unwrap();
    }

    /// What has the keyboard, as its words or label.
    pub async fn focused(&self) -> String {
        let script = "const e = document.activeElement;
             return e.ariaLabel || e.name || e.innerText || e.tagName";
        self.script(script, json!([])).await.as_str().unwrap_or_default().to_owned()
    }

    /// Takes a picture of the window for a person to look at.
    pub async fn picture(&self, name: &str) {
        // The driver gives the frame that was painted last, which may be older than the page.
        let painted = "const done = arguments[0]; setTimeout(done, 1000);
             requestAnimationFrame(() => requestAnimationFrame(() => done()));";
        let _ = self.ask(Method::POST, "execute/async", json!({"script": painted, "args": []})).await;
        if let Ok(picture) = self.ask(Method::GET, "screenshot", Value::Null).await {
            let bytes = STANDARD.decode(picture.as_str().unwrap_or_default()).unwrap();
            fs::write(results().join(format!("{name}.png")), bytes).unwrap();
        }
    }

    /// Makes the account as a person does on the first start, and comes to the list of devices.
    pub async fn set_up(&self) {
        self.fill("login", LOGIN).await;
        self.fill("new-password", PASSWORD).await;
        self.fill("new-password-again", PASSWORD).await;
        self.fill("Name of person 1", "Ana").await;
        self.fill("Name of person 2", "Tiago").await;
        self.picture("set-up").await;
        self.click("//form//button[not(@type='button')][contains(@class,'submit')]").await;
        self.see_text("This is your first device").await;
        // A new home learns for some days, and says nothing of what is new in it: that is over at once.
        let taught = json!({"change": {"settings": {}, "end_learning": true}});
        let asked = json!({"operation": "change_alert_settings", "arguments": taught});
        self.call("ask", asked).await.unwrap();
        self.click("//button[contains(@class,'primary')]").await;
        self.see_text("Current device").await;
    }

    /// Ends the session, and with it the app.
    pub async fn quit(self) {
        let _ = self.http.delete(&self.session).send().await;
        self.ends().await;
    }

    /// Ends the session, and with it the app; its home folder is left for the next one.
    pub async fn close(self) -> tempfile::TempDir {
        let _ = self.http.delete(&self.session).send().await;
        self.ends().await;
        self.folder
    }

    /// Waits until the app has ended: nobody listens at its address any more.
    pub async fn ends(&self) {
        until("the app has ended", async || self.http.get(&self.address).send().await.is_err().then_some(()))
            .await;
    }
}

/// The account these tests make.
pub const LOGIN: &str = "home";
/// Its password.
pub const PASSWORD: &str = "correct horse battery";

/// A text in `XPath`, which knows no escapes.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
