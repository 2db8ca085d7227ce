//! A real Synapse with an administrator and the person Mia, behind a proxy on the same computer, with the limits that it has unless told.

use std::fs;

use serde_json::{Value, json};

use crate::program::{Program, Real, SignedIn, program};
use crate::support::Browser;

const PASSWORD: &str = "a password of theirs";

/// What Mia's phone says it is.
const APP: &str = "Element X/26.11.0 (Google Pixel 8; Android 16; Sdk 36)";

/// Whose key Latchkey is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// An administrator's: it shows everybody's sign-ins.
    Administrator,
    /// Mia's own.
    Mia,
}

/// The server.
pub struct Synapse {
    program: Program,
    user: User,
    key: String,
}

impl Synapse {
    /// Installed, started, with both people, and a key of one of them.
    pub async fn start(user: User) -> Self {
        let mut program = Program::prepare();
        fs::write(program.folder().join("homeserver.yaml"), settings(&program)).expect("writes");
        let mut command = self::program("synapse", "python");
        command.args(["-m", "synapse.app.homeserver", "-c", "homeserver.yaml", "--generate-keys"]);
        let made = command.current_dir(program.folder()).output().expect("it starts");
        assert!(made.status.success(), "{made:?}");
        run(&mut program).await;
        for (name, sort) in [("admin", "--admin"), ("mia", "--no-admin")] {
            let mut command = self::program("synapse", "register_new_matrix_user");
            command.args(["-c", "homeserver.yaml", "-u", name, "-p", PASSWORD, sort, &program.url]);
            let made = command.current_dir(program.folder()).output().expect("it starts");
            assert!(made.status.success(), "{made:?}");
        }
        let name = if user == User::Mia { "mia" } else { "admin" };
        let own = signs_in(&program.url, name, "192.168.1.10", "Latchkey", false).await;
        let key = own["access_token"].as_str().expect("a token").to_owned();
        Self { program, user, key }
    }
}

impl Real for Synapse {
    fn body(&self) -> Value {
        match self.user {
            User::Administrator => json!({ "kind": "synapse", "url": self.program.url, "key": self.key }),
            User::Mia => {
                let keys = json!({ "key": self.key, "password": PASSWORD });
                json!({ "kind": "matrix", "url": self.program.url, "keys": keys })
            }
        }
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn has_version(&self, version: &str) -> bool {
        // An ordinary user is told which versions of the specification it speaks.
        self.user == User::Mia || version == "1.163.2"
    }

    async fn signs_in(&self, address: &str) -> SignedIn {
        let name = format!("Phone at {address}");
        let told = signs_in(&self.program.url, "mia", address, &name, true).await;
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        let (id, access, refresh) = (text("device_id"), text("access_token"), text("refresh_token"));
        let signed_in = SignedIn { id, access, refresh, address: address.to_owned() };
        // Nothing is known of where it is before its first request.
        assert!(self.takes(&signed_in).await);
        signed_in
    }

    async fn takes(&self, signed_in: &SignedIn) -> bool {
        let phone = phone_at(&self.program.url, &signed_in.address);
        phone.always("authorization", &format!("Bearer {}", signed_in.access));
        let answer = phone.get("/_matrix/client/v3/account/whoami").await;
        assert!(matches!(answer.status, 200 | 401), "{}: {}", answer.status, answer.text);
        answer.status == 200
    }

    async fn renews(&self, signed_in: &SignedIn) -> bool {
        let body = json!({ "refresh_token": signed_in.refresh });
        let phone = phone_at(&self.program.url, &signed_in.address);
        let answer = phone.post_json("/_matrix/client/v3/refresh", &body).await;
        assert!(matches!(answer.status, 200 | 401), "{}: {}", answer.status, answer.text);
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
    let mut command = self::program("synapse", "python");
    command.args(["-m", "synapse.app.homeserver", "-c", "homeserver.yaml"]);
    program.starts(&mut command, "/health").await;
}

fn settings(program: &Program) -> String {
    let (port, folder) = (program.port(), program.folder().display());
    format!(
        "server_name: home.example\nreport_stats: false\nlisteners:\n  - port: {port}\n    bind_addresses: [127.0.0.1]\n    type: http\n    \
         x_forwarded: true\n    resources:\n      - names: [client]\ndatabase:\n  name: sqlite3\n  args: {{ database: \"{folder}/homeserver.db\" }}\n\
         media_store_path: \"{folder}/media\"\nsigning_key_path: \"{folder}/signing.key\"\nregistration_shared_secret: of-a-test-only\n\
         macaroon_secret_key: of-a-test-only\nform_secret: of-a-test-only\ntrusted_key_servers: []\nrefreshable_access_token_lifetime: 5m\n"
    )
}

async fn signs_in(url: &str, name: &str, address: &str, device: &str, renewable: bool) -> Value {
    let body = json!({
        "type": "m.login.password", "identifier": { "type": "m.id.user", "user": name }, "password": PASSWORD,
        "initial_device_display_name": device, "refresh_token": renewable,
    });
    let answer = phone_at(url, address).post_json("/_matrix/client/v3/login", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// A phone somewhere.
fn phone_at(url: &str, address: &str) -> Browser {
    let phone = Browser::new(url);
    phone.always("x-forwarded-for", address);
    phone.always("user-agent", APP);
    phone
}
