//! A real Home Assistant that the person Mia set up, behind a proxy on the same computer, which bans whoever fails twice.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::program::{Program, Real, SignedIn, program};
use crate::support::Browser;

const PASSWORD: &str = "a password of Mia";

/// As what its app for Android signs in.
const APP: &str = "https://home-assistant.io/android";
const APP_OPENS: &str = "homeassistant://auth-callback";

/// The server.
pub struct HomeAssistant {
    program: Program,
    /// The sign-in by which Mia set it up.
    first: SignedIn,
    /// The long-lived token that she made for Latchkey.
    key: String,
}

impl HomeAssistant {
    /// Installed, started, set up by Mia, with a key for Latchkey.
    pub async fn start() -> Self {
        let mut program = Program::prepare();
        // Without `default_config`: it looks for nothing in the network.
        let settings = format!(
            "homeassistant:\n  name: Home\nhttp:\n  server_host: 127.0.0.1\n  server_port: {}\n  use_x_forwarded_for: true\n  \
             trusted_proxies: 127.0.0.1\n  ip_ban_enabled: true\n  login_attempts_threshold: 2\nlogger:\n  default: warning\n",
            program.port()
        );
        fs::write(program.folder().join("configuration.yaml"), settings).expect("writes");
        run(&mut program).await;
        let first = is_set_up(&program.url).await;
        let key = new_key(&program, &first.access).await;
        Self { program, first, key }
    }

    /// Somebody tries Mia's name with a wrong password.
    pub async fn is_tried_with_a_wrong_password(&self, address: &str) {
        let answer = self.tries("a wrong password", address).await;
        assert_eq!(answer["errors"]["base"], "invalid_auth", "{answer}");
    }

    /// How often it noted that somebody on this computer failed to prove who they are.
    pub fn failed_attempts_from_here(&self) -> usize {
        let log = fs::read_to_string(self.program.folder().join("home-assistant.log")).expect("its log");
        let is_one =
            |line: &&str| line.contains("invalid authentication from") && line.contains("(127.0.0.1)");
        log.lines().filter(is_one).count()
    }

    /// Whether it has banned any address.
    pub fn has_banned_anybody(&self) -> bool {
        self.program.folder().join("ip_bans.yaml").exists()
    }

    /// Mia deletes the key that Latchkey has.
    pub async fn withdraws_the_key(&self) {
        let mut line = Line::open(&self.program, &self.first.access).await;
        let message = json!({ "type": "auth/delete_refresh_token", "refresh_token_id": id_of(&self.key) });
        line.asks(message).await;
    }

    /// Mia makes another one.
    pub async fn another_key(&self) -> String {
        new_key(&self.program, &self.first.access).await
    }

    /// What comes of trying Mia's name with a password.
    async fn tries(&self, password: &str, address: &str) -> Value {
        let phone = phone_at(&self.program.url, address);
        let begin =
            json!({ "client_id": APP, "handler": ["homeassistant", null], "redirect_uri": APP_OPENS });
        let flow = phone.post_json("/auth/login_flow", &begin).await;
        assert_eq!(flow.status, 200, "{}", flow.text);
        let path = format!("/auth/login_flow/{}", flow.json()["flow_id"].as_str().expect("an id"));
        let form = json!({ "client_id": APP, "username": "mia", "password": password });
        let answer = phone.post_json(&path, &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

impl Real for HomeAssistant {
    fn body(&self) -> Value {
        json!({ "kind": "home_assistant", "url": self.program.url, "key": self.key })
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn has_version(&self, version: &str) -> bool {
        version == "2024.3.3"
    }

    async fn signs_in(&self, address: &str) -> SignedIn {
        let answer = self.tries(PASSWORD, address).await;
        assert_eq!(answer["type"], "create_entry", "{answer}");
        let code = answer["result"].as_str().expect("a code");
        tokens_for(&self.program.url, address, APP, code).await
    }

    async fn takes(&self, signed_in: &SignedIn) -> bool {
        let phone = phone_at(&self.program.url, &signed_in.address);
        phone.always("authorization", &format!("Bearer {}", signed_in.access));
        let answer = phone.get("/api/").await;
        assert!(matches!(answer.status, 200 | 401), "{}: {}", answer.status, answer.text);
        answer.status == 200
    }

    async fn renews(&self, signed_in: &SignedIn) -> bool {
        // Elsewhere than it was refused already: twice is a ban.
        let phone = phone_at(&self.program.url, "203.0.113.77");
        let form =
            [("grant_type", "refresh_token"), ("refresh_token", &signed_in.refresh), ("client_id", APP)];
        let answer = phone.post("/auth/token", &form).await;
        assert!(matches!(answer.status, 200 | 400), "{}: {}", answer.status, answer.text);
        answer.status == 200
    }

    fn stops(&mut self) {
        self.program.stops();
    }

    async fn starts_again(&mut self) {
        run(&mut self.program).await;
    }
}

async fn run(program: &mut Program) {
    let mut command = self::program("home_assistant", "hass");
    command.args(["--skip-pip", "--config"]).arg(program.folder());
    // Once it is set up that address is not there any more: its page is.
    program.starts(&mut command, "/manifest.json").await;
}

/// Mia makes the first account; answers with the sign-in that she has by that.
async fn is_set_up(url: &str) -> SignedIn {
    let address = "192.168.1.10";
    let (browser, client) = (phone_at(url, address), format!("{url}/"));
    let user = json!({
        "client_id": client, "name": "Mia", "username": "mia", "password": PASSWORD, "language": "en",
    });
    let made = browser.post_json("/api/onboarding/users", &user).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let made = made.json();
    tokens_for(url, address, &client, made["auth_code"].as_str().expect("a code")).await
}

/// What a code is good for.
async fn tokens_for(url: &str, address: &str, client: &str, code: &str) -> SignedIn {
    let form = [("grant_type", "authorization_code"), ("code", code), ("client_id", client)];
    let answer = phone_at(url, address).post("/auth/token", &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let tokens = answer.json();
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    let access = text("access_token");
    SignedIn { id: id_of(&access), refresh: text("refresh_token"), access, address: address.to_owned() }
}

/// A phone somewhere.
fn phone_at(url: &str, address: &str) -> Browser {
    let phone = Browser::new(url);
    phone.always("x-forwarded-for", address);
    phone
}

async fn new_key(program: &Program, access: &str) -> String {
    let mut line = Line::open(program, access).await;
    let message =
        json!({ "type": "auth/long_lived_access_token", "client_name": "Latchkey", "lifespan": 365 });
    line.asks(message).await.as_str().expect("a token").to_owned()
}

/// The server's id of the sign-in that a token belongs to: who issued it (RFC 7519, section 4.1.1).
fn id_of(token: &str) -> String {
    let claims = token.split('.').nth(1).expect("three parts");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    claims["iss"].as_str().expect("an id").to_owned()
}

/// A line by WebSocket.
struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    asked: u64,
}

impl Line {
    /// One of the person whose token that is.
    async fn open(program: &Program, access: &str) -> Self {
        let url = format!("ws://127.0.0.1:{}/api/websocket", program.port());
        let (socket, _) = connect_async(url).await.expect("it listens");
        let mut line = Self { socket, asked: 0 };
        assert_eq!(line.hears().await["type"], "auth_required");
        line.says(&json!({ "type": "auth", "access_token": access })).await;
        assert_eq!(line.hears().await["type"], "auth_ok");
        line
    }

    /// Asks for something; answers with what came of it.
    async fn asks(&mut self, mut message: Value) -> Value {
        self.asked += 1;
        message["id"] = self.asked.into();
        self.says(&message).await;
        loop {
            let mut answer = self.hears().await;
            if answer["id"] == self.asked && answer["type"] == "result" {
                assert_eq!(answer["success"], true, "{answer}");
                return answer["result"].take();
            }
        }
    }

    async fn says(&mut self, message: &Value) {
        self.socket.send(Message::text(message.to_string())).await.expect("it listens");
    }

    async fn hears(&mut self) -> Value {
        loop {
            let message = self.socket.next().await.expect("an answer").expect("a whole one");
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }
}
