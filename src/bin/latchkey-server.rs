//! Latchkey without a window: the same home, for a computer that is always on.

use std::future::poll_fn;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use clap::{Parser, Subcommand};
use latchkey::access::{recover, set_up};
use latchkey::app::{App, Parts};
use latchkey::clock::SystemClock;
use latchkey::config::{Config, Flags, LogFormat};
use latchkey::demo::{Household, LOGIN, PASSWORD, PIN};
use latchkey::error::{Error, Result, causes};
use latchkey::random::SystemRandom;
use latchkey::replay::{self, Ended, replay};
use latchkey::store::PrintedCodes;
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
    /// Print a code to choose a new password with, when it is forgotten; also while the home runs
    Recover(Printing),
    /// Print a new code to make the first account with; also while the home runs
    SetupCode(Printing),
}

/// Which home a code is printed for.
#[derive(clap::Args)]
struct Printing {
    /// Folder of the home; where it is kept unless told
    #[arg(long, env = "LATCHKEY_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let ended = match command_line.errand {
        None => open_home(command_line.home),
        Some(Errand::Judge(order)) => judge(&order),
        Some(Errand::Recover(printing)) => print_recovery_code(printing),
        Some(Errand::SetupCode(printing)) => print_setup_code(printing),
    };
    ended.unwrap_or_else(|error| {
        complain(&error);
        ExitCode::FAILURE
    })
}

#[tokio::main]
async fn open_home(flags: Flags) -> Result<ExitCode> {
    Box::pin(run(flags))
        .await
        .inspect_err(|error| tracing::error!(error = %causes(&error), "Latchkey cannot start"))
}

#[expect(clippy::print_stdout, reason = "standard output is the interface of this program")]
fn print_recovery_code(printing: Printing) -> Result<ExitCode> {
    let (config, codes) = home_of(printing)?;
    let code = recover::print_code(&codes, &SystemClock, &SystemRandom)?;
    let minutes = recover::CODE_LIFETIME.as_secs() / 60;
    println!("Code to choose a new password with, good once and for {minutes} minutes: {code}");
    println!("Type it at {}/recover while Latchkey runs.", address_of(&config));
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "standard output is the interface of this program")]
fn print_setup_code(printing: Printing) -> Result<ExitCode> {
    let (config, codes) = home_of(printing)?;
    let code = set_up::print_code(&codes, &SystemClock, &SystemRandom)?;
    let minutes = set_up::CODE_LIFETIME.as_secs() / 60;
    println!("Code to make the first account with, good for {minutes} minutes: {code}");
    println!("Type it at {} while Latchkey runs.", address_of(&config));
    Ok(ExitCode::SUCCESS)
}

/// The settings and the codes of a home that is there already: a code for an empty folder would be a mistake in its name.
fn home_of(printing: Printing) -> Result<(Config, PrintedCodes)> {
    let flags = Flags { data_dir: printing.data_dir, ..Flags::default() };
    let (config, _) = flags.complete()?;
    let database = config.data_dir.join("latchkey.db");
    if !database.exists() {
        let folder = config.data_dir.display();
        return Err(Error::Config(format!("There is no home in {folder}. Name its folder with --data-dir.")));
    }
    let codes = PrintedCodes::in_folder(&config.data_dir);
    Ok((config, codes))
}

/// Where the home answers, as far as its settings tell.
fn address_of(config: &Config) -> String {
    match &config.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{}", config.listen),
    }
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
    // Listened to before the home says that it is open: whoever waits for that may stop it at once.
    let mut told = std::pin::pin!(until_told_to_stop());
    let is_told = poll_fn(|context| Poll::Ready(told.as_mut().poll(context).is_ready())).await;
    announce(&app, log, is_demo);
    if is_demo {
        Household::expect_stranger(&app);
    }
    if !is_told {
        told.await;
    }
    tracing::info!("stopping");
    app.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Says where to open the home, and the code that sets it up. The only place that the code is shown.
#[expect(clippy::print_stdout, reason = "standard output is the interface of this program")]
fn announce(app: &App, log: LogFormat, is_demo: bool) {
    let (url, code, fingerprint) = (app.url(), app.setup_code(), app.fingerprint());
    match log {
        LogFormat::Json => {
            let line = serde_json::json!({
                "event": "ready", "url": url, "address": app.address(), "setup_code": code, "fingerprint": fingerprint,
            });
            println!("{line}");
        }
        LogFormat::Words => {
            println!("Latchkey is open at {url}");
            println!("The home's own key, which an app asks you to compare by https: {fingerprint}");
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
    // It writes down what is said to services, their keys with it.
    let filter = filter.add_directive("tungstenite=off".parse().expect("a directive"));
    // Colours are for a screen: in a file or a pipe they are noise between the words.
    let is_colourful =
        std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_ansi(is_colourful);
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
