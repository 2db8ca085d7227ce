//! What a home costs that holds many sessions: checks at the guard, the first ones after a start, sign-outs, a start, and a
//! list of devices. Each beside its limit or a peer from the same run. `./dev bench guard -- PART …` measures only those
//! parts: `checks`, `lists`, `sign_outs`, `starts`.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod common;

#[path = "guard/checks.rs"]
mod checks;
#[path = "guard/lists.rs"]
mod lists;
#[path = "guard/sign_outs.rs"]
mod sign_outs;
#[path = "guard/starts.rs"]
mod starts;
#[path = "guard/wrk.rs"]
mod wrk;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_asked = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if is_asked("checks") {
        checks::measure(&runtime);
    }
    if is_asked("lists") {
        lists::measure(&runtime);
    }
    if is_asked("sign_outs") {
        sign_outs::measure(&runtime);
    }
    if is_asked("starts") {
        starts::measure(&runtime);
    }
}
