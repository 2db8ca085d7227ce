//! A list of 50 devices beside an empty answer.

use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::common::{client, figure, median, now, set_up, start, times};
use super::sign_outs::give_devices;
use super::wrk::empty;

/// How much longer a list of 50 may take than an empty answer.
const LONGER: f64 = 3.0;

const ROUNDS: usize = 300;

pub fn measure(runtime: &Runtime) {
    println!("list: 50 devices, beside an empty answer over the same sort of connection");
    let folder = tempfile::tempdir().expect("a folder");
    let stop = CancellationToken::new();
    let empty = empty(runtime, folder.path(), &stop);
    runtime.block_on(async {
        let app = start(folder.path()).await;
        let token = set_up(&app).await;
        app.stop().await;
        give_devices(folder.path(), 49).await;
        let app = start(folder.path()).await;
        let (http, list) = (client(), format!("{}/api/v1/devices?limit=50", app.url()));
        let ask = async |url: &str| {
            let began = now();
            let answer = http.get(url).bearer_auth(&token).send().await.expect("an answer");
            let body = answer.bytes().await.expect("a body");
            (began.elapsed().as_secs_f64(), body)
        };
        let (_, body) = ask(&list).await;
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["devices"].as_array().map(Vec::len), Some(50));
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let (nothing, _) = ask(&empty.url).await;
            ratios.push(ask(&list).await.0 / nothing);
        }
        let ratio = median(ratios);
        figure("a list of 50 devices", &times(ratio), "<= 3 x an empty answer", ratio <= LONGER);
        app.stop().await;
    });
    stop.cancel();
}
