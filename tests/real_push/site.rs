//! A page that subscribes, its service worker, and what they send home.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::until;

/// The site.
pub struct Site {
    /// `http://localhost:port/`: what a browser takes for safe without a certificate.
    pub address: String,
    subscription: Arc<Mutex<Option<String>>>,
    answers: Arc<Mutex<Vec<Value>>>,
}

impl Site {
    /// Starts it with the key that messages will be signed with.
    pub async fn start(key: &str) -> Self {
        let (subscription, answers) =
            (Arc::<Mutex<Option<String>>>::default(), Arc::<Mutex<Vec<Value>>>::default());
        let (subscribes, answered) = (Arc::clone(&subscription), Arc::clone(&answers));
        let page = include_str!("page/index.html").replace("KEY", key);
        let worker = ([(CONTENT_TYPE, "text/javascript")], include_str!("page/worker.js"));
        let app = Router::new()
            .route("/", get(move || async move { Html(page) }))
            .route("/worker.js", get(move || async move { worker }))
            .route(
                "/subscription",
                post(move |body: String| async move {
                    *subscribes.lock().expect("no holder panics") = Some(body);
                }),
            )
            .route(
                "/answer",
                post(move |body: Bytes| async move {
                    let answer = serde_json::from_slice(&body).expect("JSON");
                    answered.lock().expect("no holder panics").push(answer);
                }),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address: format!("http://localhost:{port}/"), subscription, answers }
    }

    /// The subscription, as the browser wrote it.
    pub async fn subscription(&self) -> String {
        until("the page subscribes", async || self.subscription.lock().expect("no holder panics").clone())
            .await
    }

    /// The answer after the first `nth`.
    pub async fn answer(&self, nth: usize) -> Value {
        until("an answer arrives", async || self.answers.lock().expect("no holder panics").get(nth).cloned())
            .await
    }
}
