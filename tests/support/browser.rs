//! A browser without JavaScript: keeps cookies as browsers do, follows a redirect only when told.

use std::sync::Mutex;
use std::time::Duration;

use latchkey::model::KeyPin;
use latchkey::tls::trust;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    /// What was asked for.
    pub url: Url,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where it sends the browser, as an absolute address.
    pub fn location(&self) -> Url {
        self.url.join(self.header("location")).expect("an address")
    }

    /// What the form of the page would send for the hidden or chosen field of that name.
    pub fn field(&self, name: &str) -> Option<String> {
        let at = self.text.find(&format!("name=\"{name}\" value=\""))?;
        let rest = &self.text[at..];
        let value = rest.split('"').nth(3)?;
        Some(value.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#38;", "&"))
    }
}

struct Kept {
    name: String,
    value: String,
    domain: String,
    below: bool,
}

/// A browser. Each has cookies of its own.
pub struct Browser {
    client: reqwest::Client,
    base: Url,
    headers: Mutex<HeaderMap>,
    cookies: Mutex<Vec<Kept>>,
    blocked: Mutex<Option<Blocked>>,
}

/// What a browser of tests says it is, unless told.
pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0";

/// Which cookies a browser does not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// None at all is kept.
    All,
    /// Those of a domain are not.
    OfDomains,
}

impl Browser {
    /// A browser whose addresses without a host are of `base`. Names under `home.example` are this computer.
    pub fn new(base: &str) -> Self {
        Self::from_address(base, std::net::IpAddr::from([127, 0, 0, 1]))
    }

    /// The same, on a computer of that address. Linux answers for all of 127.0.0.0/8.
    pub fn from_address(base: &str, address: std::net::IpAddr) -> Self {
        Self::with(base, address, reqwest::Client::builder())
    }

    /// The same, for a home that is known by its key and asked by https.
    pub fn that_knows(base: &str, pin: KeyPin) -> Self {
        let settings = reqwest::Client::builder().tls_backend_preconfigured(trust::config(Some(pin)));
        Self::with(base, std::net::IpAddr::from([127, 0, 0, 1]), settings)
    }

    fn with(base: &str, address: std::net::IpAddr, settings: reqwest::ClientBuilder) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let here = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let client = settings
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .local_address(address)
            .timeout(Duration::from_secs(30))
            .resolve("latchkey.home.example", here)
            .resolve("films.home.example", here)
            .build()
            .expect("fixed settings are valid");
        let browser = Self {
            client,
            base: Url::parse(base).expect("an address"),
            headers: Mutex::default(),
            cookies: Mutex::default(),
            blocked: Mutex::default(),
        };
        browser.always("user-agent", FIREFOX);
        browser.always("accept", "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8");
        browser
    }

    /// Sends a header with every request from now on; an empty one takes it away.
    pub fn always(&self, name: &str, value: &str) {
        let name = HeaderName::try_from(name).expect("a header's name");
        let mut headers = self.headers.lock().expect("no holder panics");
        if value.is_empty() {
            headers.remove(name);
        } else {
            headers.insert(name, HeaderValue::from_str(value).expect("a header's value"));
        }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.cookies.lock().expect("no holder panics");
        cookies.iter().find(|kept| kept.name == name).map(|kept| kept.value.clone())
    }

    /// The cookies it would send to that address, as one header.
    pub fn cookies_at(&self, address: &str) -> String {
        self.cookies_for(&Url::parse(address).expect("an address")).unwrap_or_default()
    }

    /// Has it keep a cookie, in place of one of the same name.
    pub fn keep(&self, name: &str, value: &str) {
        let domain = self.base.host_str().expect("a host").to_owned();
        let mut cookies = self.cookies.lock().expect("no holder panics");
        cookies.retain(|kept| kept.name != name || kept.domain != domain || kept.below);
        cookies.push(Kept { name: name.to_owned(), value: value.to_owned(), domain, below: false });
    }

    /// Has it keep some cookies no more.
    pub fn block(&self, which: Option<Blocked>) {
        *self.blocked.lock().expect("no holder panics") = which;
    }

    fn is_blocked(&self, below: bool) -> bool {
        match *self.blocked.lock().expect("no holder panics") {
            Some(Blocked::All) => true,
            Some(Blocked::OfDomains) => below,
            None => false,
        }
    }

    /// Throws all cookies away.
    pub fn forget(&self) {
        self.cookies.lock().expect("no holder panics").clear();
    }

    /// Opens a page.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(Method::GET, address, &[], None).await
    }

    /// Opens a page and goes on to wherever it leads.
    pub async fn visit(&self, address: &str) -> Answer {
        let mut answer = self.get(address).await;
        for _ in 0..8 {
            if !matches!(answer.status, 301..=303 | 307 | 308) {
                return answer;
            }
            answer = self.get(answer.location().as_str()).await;
        }
        panic!("{address} leads in circles: {answer:?}");
    }

    /// Sends a form.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("text");
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send(Method::POST, address, &[kind], Some(body)).await
    }

    /// Sends JSON.
    pub async fn post_json(&self, address: &str, body: &Value) -> Answer {
        self.send(Method::POST, address, &[("content-type", "application/json")], Some(body.to_string()))
            .await
    }

    /// Sends JSON to replace something.
    pub async fn put_json(&self, address: &str, body: &Value) -> Answer {
        self.send(Method::PUT, address, &[("content-type", "application/json")], Some(body.to_string())).await
    }

    /// Sends JSON by any method.
    pub async fn send_json(&self, method: Method, address: &str, body: &Value) -> Answer {
        self.send(method, address, &[("content-type", "application/json")], Some(body.to_string())).await
    }

    /// Sends any request.
    pub async fn send(
        &self,
        method: Method,
        address: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let url = self.base.join(address).expect("an address");
        let mut all = self.headers.lock().expect("no holder panics").clone();
        if let Some(cookies) = self.cookies_for(&url) {
            all.insert("cookie", HeaderValue::from_str(&cookies).expect("cookies are text"));
        }
        for (name, value) in headers {
            all.insert(
                HeaderName::try_from(*name).expect("a header's name"),
                HeaderValue::from_str(value).expect("a header's value"),
            );
        }
        let mut request = self.client.request(method, url.clone()).headers(all);
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.keep_cookies(&url, &headers);
        let text = response.text().await.expect("a body");
        Answer { status, headers, text, url }
    }

    fn cookies_for(&self, url: &Url) -> Option<String> {
        let host = url.host_str()?;
        let cookies = self.cookies.lock().expect("no holder panics");
        let sent: Vec<String> = cookies
            .iter()
            .filter(|kept| {
                host == kept.domain || (kept.below && host.ends_with(&format!(".{}", kept.domain)))
            })
            .map(|kept| format!("{}={}", kept.name, kept.value))
            .collect();
        (!sent.is_empty()).then(|| sent.join("; "))
    }

    fn keep_cookies(&self, url: &Url, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("no holder panics");
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().expect("a cookie is text");
            let cookie = cookie::Cookie::parse(line).expect("a cookie");
            let host = url.host_str().expect("a host");
            let (domain, below) = (cookie.domain().unwrap_or(host), cookie.domain().is_some());
            if below && host != domain && !host.ends_with(&format!(".{domain}")) {
                continue;
            }
            let is_same =
                |kept: &Kept| kept.name == cookie.name() && kept.domain == domain && kept.below == below;
            cookies.retain(|kept| !is_same(kept));
            if cookie.max_age().is_some_and(cookie::time::Duration::is_zero) || self.is_blocked(below) {
                continue;
            }
            cookies.push(Kept {
                name: cookie.name().to_owned(),
                value: cookie.value().to_owned(),
                domain: domain.to_owned(),
                below,
            });
        }
    }
}
