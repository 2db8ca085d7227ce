//! What a household's phones are told of a stranger, and how fast their answer counts: from the sign-in to the push service,
//! from the pressed button to the stranger's refused request, also where the answer goes by a relay, one alert through a
//! thousand channels, and the memory that all of it takes. The home is the program as it is installed, in a process of its
//! own; push services, ntfy and the relay are this bench's own, on this computer, so that no network is measured. How long the
//! browser app takes to load is `ui/bench/phone.bench.ts`.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod common;

#[path = "phone/away.rs"]
mod away;
#[path = "phone/button.rs"]
mod button;
#[path = "phone/household.rs"]
mod household;
#[path = "phone/many.rs"]
mod many;
#[path = "phone/memory.rs"]
mod memory;
#[path = "phone/program.rs"]
mod program;
#[path = "phone/receiver.rs"]
mod receiver;
#[path = "phone/relay.rs"]
mod relay;
#[path = "phone/rounds.rs"]
mod rounds;
#[path = "phone/stranger.rs"]
mod stranger;

use std::process::ExitCode;
use std::time::Duration;

use axum::http::StatusCode;
use household::Household;
use memory::Resident;
use program::Program;
use receiver::Receiver;

/// Longest wait for anything, after which the bench gives up and says for what it waited.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a step brings, or a sentence that says why there is nothing to measure.
type Outcome<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match runtime.block_on(measure()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("  given up: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Outcome {
    let folder = tempfile::tempdir().map_err(|cause| format!("there is no folder to work in: {cause}"))?;
    let mut push = Receiver::start("the push service", StatusCode::CREATED).await?;
    let mut ntfy = Receiver::start("ntfy", StatusCode::OK).await?;
    let trusted = push.origin.clone();

    println!("phone: from a stranger's sign-in to the phones, and from a pressed button to the stranger");
    let home = Program::start(folder.path(), &trusted)?;
    let household = Household::set_up(&home).await?;
    household.is_told_by(&push, &ntfy).await?;
    let rested = Resident::of(&home);
    rounds::measure(&home, &mut push, &mut ntfy).await?;
    rested.print_growth(&Resident::of(&home), "resident memory before and after these alerts");
    home.stop()?;

    println!("from an answer by a relay, of a phone that is away, to the stranger");
    let apart = tempfile::tempdir().map_err(|cause| format!("there is no folder to work in: {cause}"))?;
    away::measure(apart.path()).await?;

    println!("one alert through {} channels, all of them web push but one", many::CHANNELS);
    many::write(folder.path()).await?;
    let home = Program::start(folder.path(), &trusted)?;
    let rested = Resident::of(&home);
    many::measure(&home, &mut push, &mut ntfy).await?;
    rested.print_growth(&Resident::of(&home), "resident memory before and after these alerts");
    home.stop()?;

    println!("memory of {} sessions in that home, as `./dev bench guard` counts it", memory::SESSIONS);
    memory::measure(folder.path(), &trusted).await
}

/// Waits, and no longer than [`PATIENCE`].
async fn within<T>(what: &str, waited_for: impl Future<Output = T>) -> Outcome<T> {
    let waited = tokio::time::timeout(PATIENCE, waited_for).await;
    waited.map_err(|_| format!("{what}: nothing came of it within a minute"))
}

/// Sends a request to the home and reads its answer, which must be a success, as JSON: null where there is nothing to say.
async fn ask(what: &str, request: reqwest::RequestBuilder) -> Outcome<serde_json::Value> {
    let asked = async {
        let answer = request.send().await?;
        Ok::<_, reqwest::Error>((answer.status(), answer.text().await?))
    };
    let (status, text) = within(what, asked).await?.map_err(|cause| format!("{what}: {cause}"))?;
    if !status.is_success() {
        return Err(format!("{what}: the home answers {status}: {text}"));
    }
    if status == StatusCode::NO_CONTENT {
        return Ok(serde_json::Value::Null);
    }
    serde_json::from_str(&text).map_err(|cause| format!("{what}: the answer is no JSON ({cause}): {text}"))
}
