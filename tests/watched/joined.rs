//! Devices of services that are one with another, and people who are somebody's profile.

use latchkey::wire::DeviceMerge;

use super::*;

#[tokio::test]
async fn a_device_is_found_by_what_another_holds_whose_place_it_took() {
    let home = Watching::new().await;
    home.look(vec![sign_in("a"), sign_in("b")]).await;
    let id = |devices: &[Device], name: &str| {
        devices.iter().find(|device| device.name == name).expect("is listed").id
    };
    let devices = home.devices().await;
    let (stays, goes) = (id(&devices, "Television a"), id(&devices, "Television b"));
    home.home().merge_device(stays, DeviceMerge { with: goes }).await.expect("are one");
    // Only what the other one holds is left.
    home.look(vec![sign_in("b")]).await;
    for query in [
        DeviceQuery { signed_in: Some(true), ..DeviceQuery::default() },
        DeviceQuery { service: Some("Films".into()), ..DeviceQuery::default() },
    ] {
        let found = home.home().devices(query).await.expect("a list").devices;
        assert!(found.iter().any(|device| device.id == stays), "{found:?}");
    }
    let request = SignOutMany { all: Some(true), ..SignOutMany::default() };
    home.home().sign_out_devices(request).await.expect("is asked");
    assert_eq!(home.shown().await["b"].state, SessionState::Asked);
}

#[tokio::test]
async fn whoever_was_taken_for_a_profile_is_nobodys_once_that_is_deleted() {
    let home = Watching::new().await;
    home.look(vec![sign_in("a")]).await;
    let people = async || home.home().service(home.id).await.expect("is there").people;
    let mia = people().await[0].profile.as_ref().expect("matched by the name").id;
    home.home().delete_profile(mia).await.expect("is deleted");
    assert_eq!(people().await[0].profile, None);
    home.look(vec![sign_in("a"), sign_in("b")]).await;
    assert_eq!(home.shown().await["b"].profile, None);
    assert_eq!(people().await[0].sign_ins, 2);
}
