//! Latchkey without a window: the same home, for a computer that is always on.

use std::process::ExitCode;

use clap::Parser;
use latchkey::app::{App, Parts};
use latchkey::config::{Flags, LogFormat};
use latchkey::demo::{Household, LOGIN, PASSWORD, PIN};
use latchkey::error::Result;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "Latchkey cannot start");
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags) -> Result<()> {
    let is_demo = flags.demo;
    let (mut config, log) = flags.complete()?;
    start_log(log);
    let parts = Parts::default();
    // Kept until the end: its folder goes with it.
    let household = if is_demo { Some(Household::make(config.clone(), &parts).await?) } else { None };
    if let Some(household) = &household {
        config = household.config.clone();
    }
    let app = App::start(config, parts).await?;
    announce(&app, log, is_demo);
    if is_demo {
        Household::expect_stranger(&app);
    }
    until_told_to_stop().await;
    tracing::info!("stopping");
    app.stop().await;
    Ok(())
}

/// Says where to open the home, and the code that sets it up. The only place that the code is shown.
#[expect(clippy::print_stdout, reason = "standard output is the interface of this program")]
fn announce(app: &App, log: LogFormat, is_demo: bool) {
    let (url, code) = (app.url(), app.setup_code());
    match log {
        LogFormat::Json => {
            let line = serde_json::json!({ "event": "ready", "url": url, "address": app.address(), "setup_code": code });
            println!("{line}");
        }
        LogFormat::Words => {
            println!("Latchkey is open at {url}");
            if is_demo {
                println!(
                    "This household is made up and goes when you stop. Sign in there as {LOGIN} with: {PASSWORD} \
                     (Rui's PIN is {PIN})"
                );
            }
            if let Some(code) = code {
                println!("There is no account yet. Set it up there with this code: {code}");
            }
        }
    }
}

#[expect(clippy::print_stderr, reason = "a person started this and must hear why it does not run")]
fn complain(error: &latchkey::error::Error) {
    eprintln!("{error}");
}

fn start_log(format: LogFormat) {
    let filter =
        EnvFilter::try_from_env("LATCHKEY_LOG_FILTER").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    match format {
        LogFormat::Json => log.json().flatten_event(true).init(),
        LogFormat::Words => log.init(),
    }
}

/// Waits for Ctrl+C, or what a service manager sends.
async fn until_told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
