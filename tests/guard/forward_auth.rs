//! Traefik's `forwardAuth`, as its documentation describes it, with the rules that `docs/proxies/traefik.yml` gives it.
//! Traefik itself is not run: this shows what its rules do, not that it keeps to them.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use regex::Regex;
use serde_json::Value;

/// What Traefik takes out of every request that it sends on (`hopHeaders`).
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The rules of the file, and where the two services are here.
struct Rules {
    address: String,
    copied: Vec<HeaderName>,
    copied_by_pattern: Regex,
    home: SocketAddr,
    site: SocketAddr,
    client: reqwest::Client,
}

/// Serves the documented file's two routers on `port`, until the test ends.
pub async fn serve(port: u16, home: SocketAddr, site: SocketAddr) {
    let rules = Arc::new(read(home, site));
    let router = Router::new().fallback(answer).with_state(rules);
    let listener =
        tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("the port is free");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
}

fn read(home: SocketAddr, site: SocketAddr) -> Rules {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proxies/traefik.yml");
    let text = std::fs::read_to_string(path).expect("the documented file");
    let file: Value = serde_saphyr::from_str(&text).expect("YAML");
    let http = &file["http"];
    // The routers and services say what this does: the site by way of the guard, the home without it.
    assert_eq!(http["routers"]["films"]["rule"], "Host(`films.home.example`)");
    assert_eq!(http["routers"]["films"]["middlewares"], serde_json::json!(["latchkey"]));
    assert_eq!(http["routers"]["films"]["service"], "films");
    assert_eq!(http["routers"]["latchkey"]["rule"], "Host(`latchkey.home.example`)");
    assert_eq!(http["routers"]["latchkey"]["middlewares"], Value::Null);
    assert_eq!(http["services"]["films"]["loadBalancer"]["servers"][0]["url"], "http://127.0.0.1:8096");
    assert_eq!(http["services"]["latchkey"]["loadBalancer"]["servers"][0]["url"], "http://127.0.0.1:8470");
    let rules = &http["middlewares"]["latchkey"]["forwardAuth"];
    let address = rules["address"].as_str().expect("an address");
    assert!(rules["trustForwardHeader"].is_null() && rules["authRequestHeaders"].is_null(), "{rules}");
    let copied = rules["authResponseHeaders"].as_array().expect("a list").iter();
    let pattern = rules["authResponseHeadersRegex"].as_str().expect("a pattern");
    Rules {
        address: address.replace("127.0.0.1:8470", &home.to_string()),
        copied: copied.map(|name| name.as_str().expect("a name").parse().expect("a name")).collect(),
        copied_by_pattern: Regex::new(pattern).expect("a pattern"),
        home,
        site,
        client: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("fixed settings are valid"),
    }
}

async fn answer(
    State(rules): State<Arc<Rules>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let host = headers.get(header::HOST).cloned().expect("a host");
    // What the client names there goes before anybody is asked, since 2.11.9 and 3.1.3.
    let named = headers.get_all(header::CONNECTION).into_iter().filter_map(|value| value.to_str().ok());
    let named: Vec<_> = named.flat_map(|value| value.split(',')).map(|name| name.trim().to_owned()).collect();
    for name in named.iter().filter(|name| !name.to_ascii_lowercase().starts_with("x-forwarded-")) {
        headers.remove(name);
    }
    // Its own words about the request; what the client wrote there goes.
    let told = [
        ("x-forwarded-for", peer.ip().to_string()),
        ("x-forwarded-host", host.to_str().expect("text").to_owned()),
        ("x-forwarded-proto", "http".to_owned()),
    ];
    let own: Vec<_> =
        headers.keys().filter(|name| name.as_str().starts_with("x-forwarded-")).cloned().collect();
    for name in own.iter().map(HeaderName::as_str).chain(HOP_BY_HOP) {
        headers.remove(name);
    }
    for (name, value) in told {
        headers.insert(name, HeaderValue::from_str(&value).expect("text"));
    }
    let target = uri.path_and_query().expect("a path").as_str();
    if host.to_str().expect("text").starts_with("latchkey.") {
        let address = format!("http://{}{target}", rules.home);
        return pass_on(rules.client.request(method, address).headers(headers).body(body)).await;
    }
    let mut question = headers.clone();
    question.insert("x-forwarded-method", method.as_str().parse().expect("text"));
    question.insert("x-forwarded-uri", HeaderValue::from_str(target).expect("text"));
    question.remove(header::CONTENT_LENGTH);
    let verdict = rules.client.get(&rules.address).headers(question).send().await.expect("the guard answers");
    if !verdict.status().is_success() {
        return to_answer(verdict).await;
    }
    for name in &rules.copied {
        headers.remove(name);
        for value in verdict.headers().get_all(name) {
            headers.append(name, value.clone());
        }
    }
    let matches = |name: &&HeaderName| rules.copied_by_pattern.is_match(name.as_str());
    let own: Vec<_> = headers.keys().filter(matches).cloned().collect();
    for name in own {
        headers.remove(name);
    }
    for name in verdict.headers().keys().filter(matches) {
        headers.insert(name, verdict.headers()[name].clone());
    }
    let address = format!("http://{}{target}", rules.site);
    pass_on(rules.client.request(method, address).headers(headers).body(body)).await
}

async fn pass_on(request: reqwest::RequestBuilder) -> Response {
    match request.send().await {
        Ok(answer) => to_answer(answer).await,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn to_answer(answer: reqwest::Response) -> Response {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.expect("a body");
    let mut response = (status, Body::from(body)).into_response();
    for (name, value) in headers.iter().filter(|(name, _)| !HOP_BY_HOP.contains(&name.as_str())) {
        if name != header::CONTENT_LENGTH {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}
