//! authentik against its stand-in.

use serde_json::json;

use super::*;
use crate::model::{DeclaredDevice, Nature};
use crate::services::kinds::asked::trials;
use crate::services::kinds::stand_in::StandIn;

const NAME: &str = "authentik";

#[tokio::test]
async fn tells_what_is_wrong_with_the_server() {
    trials::tells_what_is_wrong(&Authentik, NAME).await;
}

#[tokio::test]
async fn ends_one_sign_in_and_reads_it_back() {
    trials::ends_one_and_reads_it_back(&Authentik, NAME).await;
}

#[tokio::test]
async fn hides_no_entry_without_an_id() {
    trials::hides_no_entry_without_an_id(&Authentik, NAME, "uuid").await;
}

#[tokio::test]
async fn tells_of_each_failure_once() {
    trials::tells_of_each_failure_once(&Authentik, NAME).await;
}

#[tokio::test]
async fn an_administrators_token_shows_everybodys_sign_ins_by_name() {
    let stand_in = StandIn::start(NAME).await;
    let told = stand_in.control("sign-in", json!({ "person": "Ben", "address": "203.0.113.5" })).await;
    let outpost = json!({ "person": "Mia", "user_agent": "goauthentik.io/outpost/2026.8.5" });
    let outpost = stand_in.control("sign-in", outpost).await;
    let own = stand_in.control("sign-in", json!({ "raw": { "current": true } })).await;
    let line = stand_in.line();

    let holder = Authentik.try_key(&line).await.expect("a good token");
    assert_eq!(holder.person.map(|person| person.name).as_deref(), Some("akadmin"));
    assert_eq!(holder.lacks, Vec::<String>::new());

    let look = Authentik.look(&line, None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 3);
    let sign_in = trials::found(&look, &told["id"]);
    assert_eq!(sign_in.person.as_ref().map(|person| person.name.as_str()), Some("Ben"));
    assert_eq!(sign_in.address.map(|address| address.to_string()).as_deref(), Some("203.0.113.5"));
    assert_eq!(
        (sign_in.says.app.as_deref(), sign_in.says.os.as_deref()),
        (Some("Firefox"), Some("Windows 10"))
    );
    assert_eq!((sign_in.promise, sign_in.nature), (Promise::AtOnce, Nature::Person));
    assert_eq!(trials::found(&look, &outpost["id"]).nature, Nature::Integration);
    assert_eq!(trials::found(&look, &own["id"]).nature, Nature::Own);
}

#[tokio::test]
async fn a_token_with_fewer_rights_is_good_and_says_what_it_lacks() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("set", json!({ "is_superuser": false })).await;
    stand_in.control("sign-in", json!({ "person": "akadmin" })).await;
    let theirs = stand_in.control("sign-in", json!({ "person": "Ben" })).await;
    let line = stand_in.line();
    let lacks = Vec::from([NO_ADMINISTRATOR, NO_NAMES, NO_FAILURES].map(str::to_owned));
    assert_eq!(Authentik.try_key(&line).await.expect("a good token").lacks, lacks);
    let look = Authentik.look(&line, None).await.expect("its own");
    let names: Vec<_> =
        look.sign_ins.iter().flat_map(|sign_in| &sign_in.person).map(|person| person.name.as_str()).collect();
    assert_eq!((names, look.failed.len()), (vec!["authentik user 1"], 0));

    stand_in.control("set", json!({ "may": ["view_authenticatedsession"] })).await;
    let look = Authentik.look(&line, None).await.expect("everybody's");
    let theirs = trials::found(&look, &theirs["id"]);
    let refused = Authentik.end(&line, &trials::ending(theirs)).await;
    assert!(matches!(refused, Err(Trouble::TooFewRights { .. })), "{refused:?}");
}

#[tokio::test]
async fn reads_all_pages() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("many", json!({ "count": 450 })).await;
    let look = Authentik.look(&stand_in.line(), None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 450);
    assert!(
        look.sign_ins
            .iter()
            .all(|sign_in| sign_in.person.as_ref().is_some_and(|person| person.name == "Mia"))
    );
}

#[tokio::test]
async fn what_is_odd_in_an_entry_is_absent_and_of_two_with_one_id_the_last_used_is_kept() {
    let stand_in = StandIn::start(NAME).await;
    let raw = json!({
        "last_used": "0001-01-01T00:00:00Z", "last_ip": "", "last_user_agent": "x".repeat(1_000_000),
        "user_agent": { "device": null, "os": "Linux", "user_agent": { "family": "Other", "major": 7 } },
        "user": null, "geo_ip": 3, "unknown": [],
    });
    let odd = stand_in.control("sign-in", json!({ "raw": raw })).await;
    for (used, address) in [("2026-11-02T10:00:00+01:00", "10.0.0.1"), ("2026-11-02T09:59:00Z", "10.0.0.2")] {
        let raw = json!({ "last_used": used, "last_ip": address });
        stand_in.control("sign-in", json!({ "id": "twice", "raw": raw })).await;
    }
    let look = Authentik.look(&stand_in.line(), None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 2);
    let odd = trials::found(&look, &odd["id"]);
    assert_eq!((odd.address, odd.last_active_at, odd.person.as_ref()), (None, None, None));
    assert_eq!(odd.says, DeclaredDevice::default());
    let twice =
        look.sign_ins.iter().find(|sign_in| sign_in.external_id != odd.external_id).expect("the other");
    assert_eq!(twice.address.map(|address| address.to_string()).as_deref(), Some("10.0.0.2"));
}
