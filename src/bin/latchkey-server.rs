//! Latchkey without a window: the same home, for a computer that is always on.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Parser, Subcommand};
use latchkey::app::{App, Parts};
use latchkey::clock::SystemClock;
use latchkey::config::{Flags, LogFormat};
use latchkey::demo::{Household, LOGIN, PASSWORD, PIN};
use latchkey::error::{Error, Result};
use latchkey::replay::{self, Ended, replay};
use tracing_subscriber::EnvFilter;

/// What a shell says of a program that was ended by Ctrl+C (128 and the signal's number).
const INTERRUPTED: u8 = 130;

/// The home, unless another errand is named.
#[derive(Parser)]
#[command(name = "latchkey-server", version, args_conflicts_with_subcommands = true)]
#[command(about = "Latchkey without a window: the same home, for a computer that is always on")]
struct CommandLine {
    #[command(flatten)]
    home: Flags,
    #[command(subcommand)]
    errand: Option<Errand>,
}

#[derive(Subcommand)]
enum Errand {
    /// Judge the sign-ins of a CSV file as a home would, and write a verdict for each
    Judge(replay::Order),
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let ended = match command_line.errand {
        None => open_home(command_line.home),
        Some(Errand::Judge(order)) => judge(&order),
    };
    ended.unwrap_or_else(|error| {
        complain(&error);
        ExitCode::FAILURE
    })
}

#[tokio::main]
async fn open_home(flags: Flags) -> Result<ExitCode> {
    run(flags).await.inspect_err(|error| tracing::error!(%error, "Latchkey cannot start"))
}

/// Replays a file. Ctrl+C is heard in a thread of its own meanwhile.
fn judge(order: &replay::Order) -> Result<ExitCode> {
    let stop = Arc::new(AtomicBool::new(false));
    let listening = Arc::clone(&stop);
    std::thread::spawn(move || stop_when_told(&listening));
    Ok(match replay(order, &SystemClock, &stop)? {
        Ended::Done | Ended::Unheard => ExitCode::SUCCESS,
        Ended::Stopped => ExitCode::from(INTERRUPTED),
    })
}

/// Waits for Ctrl+C. A second one ends the program where it stands: it may be waiting for a pipe.
#[tokio::main(flavor = "current_thread")]
async fn stop_when_told(stop: &AtomicBool) {
    until_told_to_stop().await;
    stop.store(true, Ordering::Relaxed);
    until_told_to_stop().await;
    std::process::exit(INTERRUPTED.into());
}

async fn run(flags: Flags) -> Result<ExitCode> {
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
    Ok(ExitCode::SUCCESS)
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
fn complain(error: &Error) {
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
