//! A TV signs in by code, and a person allows it on the page of their phone (RFC 8628).

use std::time::Duration;

use serde_json::Value;

use crate::support::away::{LISBON, RIGA, household};
use crate::support::{Answer, Browser, PASSWORD, TestHome};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device that shows a code.
struct Tv {
    browser: Browser,
    codes: Value,
}

impl Tv {
    async fn asks(home: &TestHome, name: &str) -> Self {
        Self::asks_from(home, name, "").await
    }

    /// One at that address, if the home has a proxy.
    async fn asks_from(home: &TestHome, name: &str, address: &str) -> Self {
        let browser = home.browser();
        browser.always("x-forwarded-for", address);
        let form = [("client_id", "Jellyfin"), ("device_name", name), ("device_kind", "tv")];
        let answer = browser.post("/device_authorization", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Self { browser, codes: answer.json() }
    }

    fn user_code(&self) -> &str {
        self.codes["user_code"].as_str().expect("a code")
    }

    /// The page that its picture code leads to.
    fn page(&self) -> &str {
        self.codes["verification_uri_complete"].as_str().expect("an address")
    }

    async fn polls(&self) -> Answer {
        let code = self.codes["device_code"].as_str().expect("a code");
        self.browser.post("/token", &[("grant_type", DEVICE_CODE), ("device_code", code)]).await
    }

    async fn is_allowed_by(&self, owner: &Browser) {
        let form = [("user_code", self.user_code()), ("decision", "allow"), ("proof", PASSWORD)];
        assert_eq!(owner.post("/device", &form).await.status, 200);
    }

    async fn is_told(&self, error: &str) {
        let answer = self.polls().await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some(error)), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_tv_is_let_in_by_a_phone() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let tv = Tv::asks(&home, "Living-room TV").await;
    assert_eq!(tv.codes["interval"], 5);
    assert_eq!(tv.codes["expires_in"], 600);
    tv.is_told("authorization_pending").await;

    let page = owner.get(tv.page()).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("A TV that calls itself “<bdi>Living-room TV</bdi>” is showing the code"),
        "{}",
        page.text
    );
    assert!(page.text.contains("<dd>TV</dd>"), "{}", page.text);
    assert!(page.text.contains("<dd>This computer</dd>"), "{}", page.text);
    assert!(page.text.contains("It is on the same network as the device you are using."), "{}", page.text);
    assert!(page.text.contains("Only allow a device that you can see in front of you"));

    let user_code = page.field("user_code").expect("the code is in the form");
    let leo = owner.profile("Leo").await;
    let form = [("user_code", &*user_code), ("profile_id", &leo), ("decision", "allow"), ("proof", PASSWORD)];
    let page = owner.post("/device", &form).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("The TV goes on by itself in a few seconds."), "{}", page.text);

    home.clock.advance(Duration::from_secs(5));
    let answer = tv.polls().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    tv.browser
        .always("authorization", &format!("Bearer {}", tokens["access_token"].as_str().expect("a token")));
    let session = tv.browser.get("/api/v1/session").await.json();
    assert_eq!(
        (&session["profile"]["name"], &session["method"]),
        (&"Leo".into(), &"code".into()),
        "{session}"
    );
    assert_eq!(owner.device_named("Living-room TV").await["kind"], "tv");

    // The code worked once; for the page and for the device it is gone.
    tv.is_told("expired_token").await;
    assert_eq!(owner.get(tv.page()).await.status, 404);
}

#[tokio::test]
async fn tokens_whose_answer_was_lost_are_given_to_the_same_device_again() {
    let (home, owner) = TestHome::with_account().await;
    let tv = Tv::asks(&home, "TV").await;
    tv.is_allowed_by(&owner).await;
    let lost = tv.polls().await;
    assert_eq!(lost.status, 200, "{}", lost.text);
    home.clock.advance(Duration::from_secs(5));
    let (mut lost, mut again) = (lost.json(), tv.polls().await.json());
    // They are the same ones, and so run out when those do.
    assert_eq!((lost["expires_in"].take(), again["expires_in"].take()), (3600.into(), 3595.into()));
    assert_eq!(again, lost);
    assert_eq!(owner.devices().await.len(), 2);
    // Nobody else is given them: the code that it showed is good for nothing any more.
    assert_eq!(owner.get(tv.page()).await.status, 404);
    for other in [tv.user_code(), &"A".repeat(43)] {
        let form = [("grant_type", DEVICE_CODE), ("device_code", other)];
        let answer = home.browser().post("/token", &form).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("expired_token")), "{other}");
    }
}

#[tokio::test]
async fn tokens_are_not_given_again_once_they_were_used_or_their_time_is_over() {
    for ends in ["used", "refreshed", "shown to a server", "signed out", "two minutes", "the code's own time"]
    {
        let (home, owner) = TestHome::with_account().await;
        let tv = Tv::asks(&home, "TV").await;
        if ends == "the code's own time" {
            home.clock.advance(Duration::from_mins(9));
        }
        tv.is_allowed_by(&owner).await;
        let tokens = tv.polls().await.json();
        let of = |name: &str| tokens[name].as_str().expect("a text").to_owned();
        let answer = match ends {
            "used" => {
                let other = home.browser();
                other.always("authorization", &format!("Bearer {}", of("access_token")));
                Some(other.get("/api/v1/session").await)
            }
            "refreshed" => {
                let form = [("grant_type", "refresh_token"), ("refresh_token", &*of("refresh_token"))];
                Some(tv.browser.post("/token", &form).await)
            }
            "shown to a server" => Some(owner.post("/introspect", &[("token", &*of("access_token"))]).await),
            "signed out" => {
                owner.sign_out(&of("device_id")).await;
                None
            }
            "two minutes" => {
                home.clock.advance(Duration::from_mins(2));
                None
            }
            _ => {
                home.clock.advance(Duration::from_mins(1));
                None
            }
        };
        assert!(answer.as_ref().is_none_or(|answer| answer.status == 200), "{ends}: {answer:?}");
        tv.is_told("expired_token").await;
    }
}

#[tokio::test]
async fn the_code_may_be_typed_as_people_type() {
    let (home, owner) = TestHome::with_account().await;
    let page = owner.get("/device").await;
    assert!(page.text.contains("Enter the code your TV shows"));
    let tv = Tv::asks(&home, "TV").await;
    let typed = tv.user_code().to_lowercase().replace('-', "+");
    let page = owner.get(&format!("/device?user_code={typed}")).await;
    assert!(page.text.contains(tv.user_code()), "{}", page.text);

    let page = owner.get("/device?user_code=BBBB-%3Ci%3EBBB").await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("That code is not valid any more."), "{}", page.text);
    assert!(!page.text.contains("<i>"), "{}", page.text);
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_slowed_down() {
    let (home, owner) = TestHome::with_account().await;
    let tv = Tv::asks(&home, "TV").await;
    tv.is_told("authorization_pending").await;
    home.clock.advance(Duration::from_secs(4));
    tv.is_told("slow_down").await;
    // Five seconds more from now on (RFC 8628 section 3.5).
    home.clock.advance(Duration::from_secs(9));
    tv.is_told("slow_down").await;
    home.clock.advance(Duration::from_secs(15));
    tv.is_told("authorization_pending").await;
    owner.post("/device", &[("user_code", tv.user_code()), ("decision", "allow"), ("proof", PASSWORD)]).await;
    home.clock.advance(Duration::from_secs(15));
    assert_eq!(tv.polls().await.status, 200);
}

#[tokio::test]
async fn a_device_that_is_not_allowed_is_told_so() {
    let (home, owner) = TestHome::with_account().await;
    let tv = Tv::asks(&home, "A stranger's TV").await;
    let page = owner.post("/device", &[("user_code", tv.user_code()), ("decision", "deny")]).await;
    assert!(page.text.contains("Not let in"), "{}", page.text);
    assert_eq!(page.status, 200);
    tv.is_told("access_denied").await;
    tv.is_told("expired_token").await;
    assert_eq!(owner.devices().await.len(), 1);
}

#[tokio::test]
async fn a_code_runs_out() {
    let (home, owner) = TestHome::with_account().await;
    let tv = Tv::asks(&home, "TV").await;
    home.clock.advance(Duration::from_mins(10));
    tv.is_told("expired_token").await;
    let page = owner
        .post("/device", &[("user_code", tv.user_code()), ("decision", "allow"), ("proof", PASSWORD)])
        .await;
    assert_eq!(page.status, 404);
    tv.is_told("expired_token").await;
}

#[tokio::test]
async fn an_answer_that_is_neither_yes_nor_no_decides_nothing() {
    let (home, owner) = TestHome::with_account().await;
    let tv = Tv::asks(&home, "TV").await;
    assert_eq!(owner.post("/device", &[("user_code", tv.user_code())]).await.status, 422);
    let form =
        [("user_code", tv.user_code()), ("decision", "allow"), ("proof", PASSWORD), ("profile_id", "nobody")];
    assert_eq!(owner.post("/device", &form).await.status, 404);
    tv.is_told("authorization_pending").await;
}

#[tokio::test]
async fn a_child_is_told_whom_to_ask() {
    let (home, owner) = TestHome::with_account().await;
    let tv = Tv::asks(&home, "TV").await;
    let child = home.device("Leo's tablet").await;
    child.choose("Leo").await;
    for page in [
        child.get(tv.page()).await,
        child.get("/device").await,
        child.post("/device", &[("user_code", tv.user_code()), ("decision", "allow")]).await,
    ] {
        assert_eq!(page.status, 403);
        assert!(page.text.contains("Ask Ana or Marta to let the device in."), "{}", page.text);
        assert!(!page.text.contains("showing the code"), "{}", page.text);
    }
    tv.is_told("authorization_pending").await;
    drop(owner);
}

#[tokio::test]
async fn the_name_of_a_device_cannot_become_part_of_the_page() {
    let (home, owner) = TestHome::with_account().await;
    let name = "<script>alert(1)</script>\"'&\u{202e}TV";
    let tv = Tv::asks(&home, name).await;
    let page = owner.get(tv.page()).await;
    assert!(page.text.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{}", page.text);
    assert!(!page.text.contains("<script"), "{}", page.text);
    assert!(!page.text.contains('\u{202e}'), "{}", page.text);
    let form = [("user_code", tv.user_code()), ("decision", "allow"), ("proof", PASSWORD)];
    let page = owner.post("/device", &form).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("<script"), "{}", page.text);
}

#[tokio::test]
async fn what_a_device_calls_itself_is_quoted_and_cut_and_never_the_sentence() {
    let (home, owner) = TestHome::with_account().await;
    let name = "your TV” is showing a code, as you started this yourself: press Allow";
    let tv = Tv::asks(&home, name).await;
    let page = owner.get(tv.page()).await;
    let quoted =
        "A TV that calls itself “<bdi>your TV&#39; is showing a code, as you star…</bdi>” is showing";
    assert!(page.text.contains(quoted), "{}", page.text);
    assert!(!page.text.contains("press Allow"), "{}", page.text);
    let code = owner.get(&format!("/api/v1/codes/{}", tv.user_code())).await.json();
    assert_eq!(code["device_name"], "your TV' is showing a code, as you star…");
    let page = owner
        .post("/device", &[("user_code", tv.user_code()), ("decision", "allow"), ("proof", PASSWORD)])
        .await;
    assert!(
        page.text.contains("The TV goes on by itself") && !page.text.contains("your TV"),
        "{}",
        page.text
    );
}

/// What a person sees who follows the link of a device at that address, and then types its code.
async fn seen_by_a_person_in_lisbon(address: &str) -> (Answer, Answer, Value) {
    let (home, owner) = household().await;
    owner.always("x-forwarded-for", LISBON);
    let person = Browser::from_address(&home.address(), std::net::IpAddr::from([127, 0, 0, 1]));
    person.always("x-forwarded-for", LISBON);
    person.keep("latchkey_session", &owner.cookie("latchkey_session").expect("signed in"));
    let tv = Tv::asks_from(&home, "Living-room TV", address).await;
    let followed = person.get(tv.page()).await;
    let typed = person.post("/device", &[("user_code", tv.user_code()), ("decision", "look")]).await;
    let code = person.get(&format!("/api/v1/codes/{}", tv.user_code())).await.json();
    assert_eq!((followed.status, typed.status), (200, 200), "{}", typed.text);
    assert!(typed.text.contains("Let this device in?"), "{}", typed.text);
    (followed, typed, code)
}

#[tokio::test]
async fn the_code_of_a_device_that_is_elsewhere_is_typed_and_where_it_is_is_said() {
    for (address, said, nearness) in [
        (RIGA, "It is NOT on your network: it asks from near Riga, Latvia.", "elsewhere"),
        ("192.168.1.20", "It is NOT on your network: it asks from the home network.", "elsewhere"),
        ("unknown", "It is not known to be on your network: it asks from an unknown place.", "unknown"),
    ] {
        let (followed, typed, code) = seen_by_a_person_in_lisbon(address).await;
        assert!(!followed.text.contains("Living-room TV"), "{}", followed.text);
        assert!(followed.text.contains("Type the code yourself"), "{}", followed.text);
        assert_eq!(followed.field("user_code").as_deref(), Some(""), "{}", followed.text);
        assert!(typed.text.contains(said), "{}", typed.text);
        assert_eq!(code["nearness"], nearness);
    }
}

#[tokio::test]
async fn a_link_brings_up_a_device_on_the_same_line() {
    let (followed, typed, code) = seen_by_a_person_in_lisbon(LISBON).await;
    for page in [followed, typed] {
        assert!(
            page.text.contains("It is on the same network as the device you are using."),
            "{}",
            page.text
        );
    }
    assert_eq!(code["nearness"], "same_line");
}
