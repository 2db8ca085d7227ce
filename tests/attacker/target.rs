//! What is attacked: the home that `LATCHKEY_ATTACK` names, or one that is started for it.

use serde_json::{Value, json};

use crate::support::away::behind_a_proxy;
use crate::support::{Answer, Browser, LOGIN, PASSWORD, TestHome};

/// A home under attack, and what a stranger with the password knows.
pub struct Target {
    /// Its address, without a slash at the end.
    pub url: String,
    login: String,
    password: String,
    /// Kept until the attack is over.
    _own: Option<TestHome>,
}

impl Target {
    /// The one that is named in the environment, or one of our own.
    pub async fn find() -> Self {
        let told = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if let Some(url) = told("LATCHKEY_ATTACK") {
            let url = url.trim_end_matches('/').to_owned();
            let login = told("LATCHKEY_ATTACK_LOGIN").expect("LATCHKEY_ATTACK_LOGIN");
            let password = told("LATCHKEY_ATTACK_PASSWORD").expect("LATCHKEY_ATTACK_PASSWORD");
            return Self { url, login, password, _own: None };
        }
        let (home, _owner) = TestHome::with_account().await;
        let (url, login, password) = (home.address(), LOGIN.to_owned(), PASSWORD.to_owned());
        Self { url, login, password, _own: Some(home) }
    }

    /// One that believes the address which the suite names, as of a proxy: one of our own, or the one that is named in the
    /// environment if `LATCHKEY_ATTACK_FORWARDS` says so.
    pub async fn behind_a_proxy() -> Option<Self> {
        if std::env::var_os("LATCHKEY_ATTACK").is_some_and(|url| !url.is_empty()) {
            let forwards =
                std::env::var_os("LATCHKEY_ATTACK_FORWARDS").is_some_and(|value| !value.is_empty());
            return if forwards { Some(Self::find().await) } else { None };
        }
        let home = TestHome::start_with(behind_a_proxy).await;
        home.set_up().await;
        let (url, login, password) = (home.address(), LOGIN.to_owned(), PASSWORD.to_owned());
        Some(Self { url, login, password, _own: Some(home) })
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// What signs a device of that name in.
    pub fn sign_in_request(&self, name: &str) -> Value {
        json!({ "login": self.login, "password": self.password, "device": { "name": name, "kind": "tablet" } })
    }

    /// A program of that name, signed in, with its answer.
    pub async fn device(&self, name: &str) -> (Browser, Value) {
        let device = self.browser();
        let answer = device.post_json("/api/v1/sign-in", &self.sign_in_request(name)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        (device, answer.json())
    }

    /// The login name and the password, as the page's form has them.
    pub fn form(&self) -> [(&str, &str); 2] {
        [("login", &self.login), ("password", &self.password)]
    }
}

/// Status and code of a refusal.
pub fn refusal(answer: &Answer) -> (u16, String) {
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    (answer.status, body["error"].as_str().unwrap_or_default().to_owned())
}
