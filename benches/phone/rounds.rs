//! A stranger signs in, the phones hear of it, somebody presses the button, and the stranger asks again. None of the rounds is
//! left out, the first neither.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::StatusCode;

use super::Outcome;
use super::button::Button;
use super::common::{client, figure, millis, now, quantile};
use super::program::Program;
use super::receiver::{Heard, Receiver};
use super::stranger::Stranger;

const ROUNDS: usize = 200;

/// Longest time from a sign-in to the push service, and from a pressed button to the first refused request, by the 99th
/// percentile.
const LONGEST: Duration = Duration::from_millis(100);

/// Requests of the stranger after the button has answered: the first is the one that is timed.
const ASKED_AFTER: usize = 4;

/// Measures.
pub async fn measure(home: &Program, push: &mut Receiver, ntfy: &mut Receiver) -> Outcome {
    let (mut to_push, mut to_refusal, mut let_in) = (Vec::new(), Vec::new(), 0);
    // Whoever presses has a connection of their own.
    let phone = client();
    let mut told_of = HashSet::new();
    for number in 0..ROUNDS {
        let stranger = Stranger::signs_in(home, number).await?;
        let raised = of_something_new(push, &mut told_of).await?;
        to_push.push(raised.at.duration_since(stranger.asked));
        let button = with_button(ntfy).await?;
        let before = stranger.asks().await?;
        if !before.is_success() {
            return Err(format!(
                "a stranger who was let in is answered {before} before anybody pressed a button"
            ));
        }

        let pressed = now();
        button.press(&phone).await?;
        for asked in 0..ASKED_AFTER {
            let answer = stranger.asks().await?;
            if asked == 0 {
                to_refusal.push(pressed.elapsed());
            }
            match answer {
                StatusCode::UNAUTHORIZED => {}
                answer if answer.is_success() => let_in += 1,
                answer => {
                    return Err(format!("a stranger who was signed out is answered {answer} and not 401"));
                }
            }
        }
        // Both hear how it stands now. The next round begins when nothing of this one is left to do.
        while push.next("of what became of an alert").await?.topic != raised.topic {}
        while Button::in_message(&ntfy.next("of what became of an alert").await?.body)?.is_some() {}
    }
    print(to_push, to_refusal, let_in);
    Ok(())
}

fn print(mut to_push: Vec<Duration>, mut to_refusal: Vec<Duration>, let_in: usize) {
    let firsts = (to_push[0], to_refusal[0]);
    let push = quantile(&mut to_push, 0.99);
    let refusal = quantile(&mut to_refusal, 0.99);
    println!("  {ROUNDS} rounds, each with another stranger");
    figure("sign-in to the push service has it all, p99", &millis(push), "<= 100 ms", push <= LONGEST);
    figure("  p50", &millis(quantile(&mut to_push, 0.5)), "-", true);
    figure("  the first", &millis(firsts.0), "-", true);
    figure("button pressed to a refused request, p99", &millis(refusal), "<= 100 ms", refusal <= LONGEST);
    figure("  p50", &millis(quantile(&mut to_refusal, 0.5)), "-", true);
    figure("  the first", &millis(firsts.1), "-", true);
    let share = format!("{let_in} of {}", ROUNDS * ASKED_AFTER);
    figure("requests let in after the button had answered", &share, "none", let_in == 0);
}

/// The first message about an alert that was not told before.
pub async fn of_something_new(push: &mut Receiver, told_of: &mut HashSet<String>) -> Outcome<Heard> {
    loop {
        let heard = push.next("of an alert").await?;
        if told_of.insert(heard.topic.clone()) {
            return Ok(heard);
        }
    }
}

/// The button of the next message that has one.
pub async fn with_button(ntfy: &mut Receiver) -> Outcome<Button> {
    loop {
        if let Some(button) = Button::in_message(&ntfy.next("of an alert").await?.body)? {
            return Ok(button);
        }
    }
}
