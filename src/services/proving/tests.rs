//! Proving a service, with a kind that answers what a test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use super::*;
use crate::clock::ManualClock;
use crate::model::{KeyPin, Promise, Timestamp};
use crate::outside::NotThere;
use crate::services::{Ending, KEY, Keys, Look, Tells, USUALLY};
use crate::tls::trust::NotTrusted;

static ABOUT: About = About {
    key: "jellyfin",
    name: "Jellyfin",
    how_to: &[],
    fields: &[KEY],
    ports: &[8096, 8920],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: true,
        address: false,
        client: true,
        since: false,
        last_active: true,
        failed: false,
        pushes: false,
    },
    promise: Promise::AtOnce,
    limits: &[],
    every: USUALLY,
};

/// A server that answers what a test says.
struct Said {
    identify: Result<Server, Trouble>,
    key: Result<KeyHolder, Trouble>,
    tried: AtomicU32,
}

#[async_trait]
impl Kind for Said {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, _line: &Line) -> Result<Server, Trouble> {
        self.identify.clone()
    }

    async fn try_key(&self, _line: &Line) -> Result<KeyHolder, Trouble> {
        self.tried.fetch_add(1, Ordering::Relaxed);
        self.key.clone()
    }

    async fn look(&self, _line: &Line, _cursor: Option<&str>) -> Result<Look, Trouble> {
        Ok(Look::default())
    }

    async fn end(&self, _line: &Line, _which: &Ending) -> Result<(), Trouble> {
        Ok(())
    }
}

fn server() -> Server {
    Server { version: Some("10.11.4".into()), name: Some("Attic".into()), id: None }
}

fn holder() -> KeyHolder {
    KeyHolder { person: None, lacks: vec!["It cannot see who failed.".into()] }
}

/// The proof, and how often the key was tried.
async fn proof(identify: Result<Server, Trouble>, key: Result<KeyHolder, Trouble>) -> (Proof, u32) {
    let said = Said { identify, key, tried: AtomicU32::new(0) };
    let proof = prove(&said, &line()).await;
    (proof, said.tried.into_inner())
}

fn line() -> Line {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
    let url = "http://127.0.0.1:1/".parse().expect("an address");
    Line::new(url, None, Keys::default(), clock)
}

fn certificate(is_changed: bool) -> Trouble {
    Trouble::Certificate(NotTrusted { shown: KeyPin::of(b"a key"), is_changed })
}

fn unreachable() -> Trouble {
    Trouble::Unreachable { why: "connection refused".into() }
}

#[tokio::test]
async fn every_step_passes_when_the_key_is_taken() {
    let (proof, tried) = proof(Ok(server()), Ok(holder())).await;
    assert_eq!(proof.steps, Step::ALL.map(|step| (step, Ok(()))));
    assert_eq!((&proof.server, &proof.holder), (&Some(server()), &Some(holder())));
    assert_eq!((proof.failed(), proof.state(), tried), (None, ServiceState::Ok, 1));
}

#[tokio::test]
async fn the_step_that_fails_is_the_last_and_the_key_is_kept_from_another_server() {
    for (trouble, step) in [
        (unreachable(), Step::Reachable),
        (Trouble::Silent, Step::Reachable),
        (Trouble::Busy { after: None }, Step::Reachable),
        (Trouble::NotAllowed(NotThere::Forbidden), Step::Reachable),
        (certificate(true), Step::Certificate),
        (Trouble::OtherKind { expected: "Jellyfin" }, Step::Kind),
        (Trouble::odd("no JSON"), Step::Kind),
        (Trouble::TooFewRights { missing: "403".into() }, Step::Kind),
        (Trouble::KeyRefused, Step::Key),
    ] {
        let (proof, tried) = proof(Err(trouble.clone()), Ok(holder())).await;
        assert_eq!(proof.failed(), Some((step, &trouble)));
        let before = Step::ALL.into_iter().filter(|other| *other < step).count();
        assert_eq!(proof.steps.len(), before + 1, "{trouble}");
        assert!(proof.steps[..before].iter().all(|(_, came)| came.is_ok()), "{trouble}");
        assert_eq!((proof.server, proof.holder, tried), (None, None, 0), "{trouble}");
    }
}

#[tokio::test]
async fn what_the_key_lacks_is_told_from_a_key_that_is_wrong() {
    for (trouble, step) in [
        (Trouble::KeyRefused, Step::Key),
        (Trouble::odd("no JSON"), Step::Key),
        (Trouble::TooFewRights { missing: "403".into() }, Step::Rights),
        (Trouble::Refused { why: "never".into() }, Step::Rights),
        // It went away in the middle.
        (unreachable(), Step::Reachable),
    ] {
        let (proof, tried) = proof(Ok(server()), Err(trouble.clone())).await;
        assert_eq!((proof.failed(), tried), (Some((step, &trouble)), 1));
        assert_eq!((proof.state(), proof.server), (trouble.state(), Some(server())));
    }
}

#[test]
fn every_trouble_says_what_to_do() {
    let said = |step, trouble: &Trouble| advice(step, trouble, &ABOUT);
    assert_eq!(
        said(Step::Reachable, &unreachable()),
        "Nothing answers at that address. Is the server on, and can this computer reach it? Is the port \
         right? Jellyfin usually listens on 8096."
    );
    assert_eq!(
        said(Step::Reachable, &Trouble::NotAllowed(NotThere::PlainOutside)),
        "Plain http is for servers in the home network only. Use an address that begins with https://."
    );
    assert_eq!(
        said(Step::Reachable, &Trouble::Busy { after: Some(Duration::from_secs(20)) }),
        "Jellyfin is starting, or wants to be left alone for now. Try again in 20 seconds."
    );
    assert_eq!(
        said(Step::Rights, &Trouble::TooFewRights { missing: "It needs an administrator's.".into() }),
        "The key is good, but it may not do what is needed: It needs an administrator's. Make one with \
         the rights that are named above, or ask whoever looks after Jellyfin."
    );
    for (trouble, begin) in [
        (Trouble::Silent, "There is no answer from that address in time. Is the server on"),
        (certificate(true), "It shows another certificate than the one that was confirmed."),
        (certificate(false), "Nobody this computer trusts vouches for its certificate"),
        (Trouble::OtherKind { expected: "Jellyfin" }, "Something answers there, but it is no Jellyfin."),
        (Trouble::odd("no JSON"), "What answers there is no Jellyfin that Latchkey understands: no JSON."),
        (Trouble::Refused { why: "no".into() }, "What answers there refuses before it says"),
        (Trouble::KeyRefused, "Jellyfin does not take this key. Copy it once more"),
        (Trouble::NoPush, "Jellyfin does not say by itself"),
    ] {
        let said = said(Step::Kind, &trouble);
        assert!(said.starts_with(begin) && said.ends_with('.') && !said.contains(".."), "{said}");
    }
}

#[test]
fn where_nothing_is_known_of_ports_none_is_named() {
    let about = About { ports: &[], ..copy(&ABOUT) };
    let said = advice(Step::Reachable, &unreachable(), &about);
    assert!(said.ends_with("Is the address right, with its port?"), "{said}");
    let about = About { fixed_url: Some("https://plex.tv"), ..copy(&ABOUT) };
    let said = advice(Step::Reachable, &unreachable(), &about);
    assert!(said.ends_with("Is this computer connected to it?"), "{said}");
}

fn copy(about: &About) -> About {
    About { ..*about }
}

#[tokio::test]
async fn another_server_at_the_address_of_one_that_was_added_is_not_shown_the_key() {
    let of = |id: Option<&str>| Said {
        identify: Ok(Server { id: id.map(str::to_owned), ..server() }),
        key: Ok(holder()),
        tried: AtomicU32::new(0),
    };
    for (expected, says, is_tried) in [
        (Some("one"), Some("one"), true),
        (Some("one"), Some("another"), false),
        (Some("one"), None, false),
        (None, Some("one"), true),
    ] {
        let said = of(says);
        let proof = prove_again(&said, &line(), expected).await;
        let is_other = matches!(proof.failed(), Some((Step::Kind, Trouble::OtherKind { .. })));
        assert_eq!(
            (said.tried.load(Ordering::Relaxed), is_other),
            (u32::from(is_tried), !is_tried),
            "{says:?}"
        );
    }
}
