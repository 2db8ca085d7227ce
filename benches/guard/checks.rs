//! Session checks through `/guard`, beside an empty handler served the same way: right after a start, and warm.

use std::path::Path;

use latchkey::app::App;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::common::{figure, fill, median, percent, processor_seconds, set_up, start, times};
use super::wrk::{Target, empty, load, script};

/// Sessions in the homes that are compared.
const SIZES: [usize; 3] = [50, 1_000, 1_000_000];

/// Share of the empty handler's pace that the guard must keep.
const SHARE: f64 = 0.9;

/// Processor time of a check, beside that of an empty answer.
const COST: f64 = 1.15;

/// How much faster the smallest home may be than the largest.
const FLAT: f64 = 1.1;

/// Checks in the first second after a start.
const COLD: f64 = 20_000.0;

/// Rounds, in turn: A B C D A B C D …, since these machines are shared and their speed drifts.
const ROUNDS: usize = 15;

/// Starts whose first second is measured.
const STARTS: usize = 5;

pub fn measure(runtime: &Runtime) {
    println!("guard: session checks per second, in homes with {SIZES:?} sessions");
    let folders = SIZES.map(|_| tempfile::tempdir().expect("a folder"));
    for (folder, size) in folders.iter().zip(SIZES) {
        runtime.block_on(async {
            let app = start(folder.path()).await;
            set_up(&app).await;
            app.stop().await;
            let tokens = fill(folder.path(), size, size.min(1000)).await;
            std::fs::write(folder.path().join("tokens.lua"), script(&tokens)).expect("writes");
        });
    }
    let stop = CancellationToken::new();
    let empty = empty(runtime, &folders[1].path().join("tokens.lua"), &stop);
    load(&empty);
    let homes: Vec<_> =
        folders.iter().zip(SIZES).map(|(folder, size)| cold(runtime, folder.path(), size, &empty)).collect();
    warm(&homes, &empty);
    runtime.block_on(async {
        for (app, _) in homes {
            app.stop().await;
        }
    });
    stop.cancel();
}

/// The first second after each of some starts.
fn cold(runtime: &Runtime, folder: &Path, size: usize, empty: &Target) -> (App, Target) {
    let (mut paces, mut shares) = (Vec::new(), Vec::new());
    loop {
        let app = runtime.block_on(start(folder));
        let target = Target { url: format!("{}/guard", app.url()), script: folder.join("tokens.lua") };
        let pace = load(&target);
        shares.push(pace / load(empty));
        paces.push(pace);
        if paces.len() == STARTS {
            let (pace, share) = (median(paces), median(shares));
            let what = format!("first second after a start, {size} sessions");
            let measured = format!("{pace:.0}/s, {} of empty", percent(share));
            figure(&what, &measured, ">= 20,000/s", pace >= COLD);
            return (app, target);
        }
        runtime.block_on(app.stop());
    }
}

fn warm(homes: &[(App, Target)], empty: &Target) {
    let mut shares: Vec<Vec<f64>> = homes.iter().map(|_| Vec::new()).collect();
    let mut costs = shares.clone();
    let (mut flat, mut paces) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (base, base_cost) = with_cost(empty);
        paces.push(base);
        let guards: Vec<_> = homes.iter().map(|(_, target)| with_cost(target)).collect();
        for (index, (pace, cost)) in guards.iter().enumerate() {
            shares[index].push(pace / base);
            costs[index].push(cost / base_cost);
        }
        // Beside what ran a second before: the machine's own pace is in both.
        flat.push(guards[0].0 / guards[guards.len() - 1].0);
    }
    println!("  pace of the empty handler, median of {ROUNDS}: {:.0}/s", median(paces));
    for ((size, share), cost) in SIZES.iter().zip(shares).zip(costs) {
        let (share, cost) = (median(share), median(cost));
        figure(&format!("{size} sessions, share of its pace"), &percent(share), ">= 90 %", share >= SHARE);
        figure(&format!("{size} sessions, processor time of its"), &times(cost), "<= 1.15 x", cost <= COST);
    }
    let flat = median(flat);
    figure("pace of 50 sessions beside 1 M", &times(flat), "<= 1.10 x (flat)", flat <= FLAT);
}

/// Requests per second, and processor time of each.
fn with_cost(target: &Target) -> (f64, f64) {
    let before = processor_seconds();
    let pace = load(target);
    (pace, (processor_seconds() - before) / pace)
}
