//! Networks, whole: number, name and kind of an address from real small databases, what lies in the folder, and updates
//! of all three.

use std::fs;
use std::net::IpAddr;

use super::tests::{Site, bytes_of, called, checksum, files_in_geo, fixture, folder, gzip, opened, update};
use super::*;
use crate::model::Timestamp;

/// In the database of networks, and (the first two) in the city database.
const LISBON: &str = "85.240.1.2";
const PHONE: &str = "172.56.1.2";
const HOSTER: &str = "2a01:4f8::1";

fn locate(locator: &Locator, address: &str) -> Place {
    locator.locate(Some(address.parse::<IpAddr>().expect("an address")))
}

fn kind(locator: &Locator, address: &str) -> NetworkKind {
    locate(locator, address).network_kind
}

fn source(brings: Updated, url: String) -> UpdateSource {
    UpdateSource { brings, url, sha256: None }
}

#[test]
fn a_network_has_its_number_its_name_and_its_kind() {
    let (locator, _data) = opened(&["flat-city-ipv4", "networks"]);
    let place = locate(&locator, LISBON);
    assert_eq!((&*called(&place), place.asn), ("Lisbon, Portugal", Some(3243)));
    assert_eq!(place.network.as_deref(), Some("MEO - SERVICOS DE COMUNICACOES E MULTIMEDIA S.A."));
    assert_eq!(place.network_kind, NetworkKind::Fixed, "a line to a house");
    let status = locator.status();
    assert_eq!(status.networks.built_at, Some(Timestamp::from_millis(1_780_000_000_000)));
    assert_eq!(status.networks.kinds_made_on, Kinds::shipped().made_on);
    assert!(status.networks.kinds > 1000 && status.networks.tor_exits == 0, "{:?}", status.networks);
    assert!(status.networks.problems.is_empty(), "{:?}", status.networks.problems);
}

#[test]
fn a_mobile_network_is_one_though_its_city_is_known() {
    let (locator, _data) = opened(&["networks", "nested-city"]);
    let place = locate(&locator, PHONE);
    assert_eq!((place.asn, place.network_kind), (Some(21928), NetworkKind::Mobile));
    assert_eq!(place.scope, PlaceScope::Unknown, "a network without a place");
}

#[test]
fn every_kind_comes_out_of_the_number_whatever_the_family() {
    let (locator, _data) = opened(&["networks"]);
    for (address, expected) in [
        (LISBON, NetworkKind::Fixed),
        (PHONE, NetworkKind::Mobile),
        ("::ffff:172.56.1.2", NetworkKind::Mobile),
        (HOSTER, NetworkKind::Hosting),
        ("193.32.249.9", NetworkKind::Vpn),
        ("171.25.193.9", NetworkKind::Tor),
        ("199.60.0.1", NetworkKind::InFlight),
        ("9.9.9.9", NetworkKind::Fixed),
    ] {
        assert_eq!(kind(&locator, address), expected, "{address}");
    }
    // The carrier's own translation has no network that anybody knows from outside.
    let place = locate(&locator, "100.64.0.9");
    assert_eq!(place, Place::unknown());
    assert_eq!(locate(&locator, "192.168.1.9"), Place::home_network());
}

#[test]
fn a_database_that_says_the_kind_itself_goes_before_the_table() {
    let (locator, _data) = opened(&["networks", "anonymous"]);
    assert_eq!(kind(&locator, LISBON), NetworkKind::Vpn);
    assert_eq!(locate(&locator, LISBON).asn, Some(3243), "and takes nothing else away");
}

#[test]
fn a_corrupt_database_of_networks_is_told_and_the_rest_goes_on() {
    let data_dir = folder();
    let whole = bytes_of("networks");
    let torn = data_dir.path().join("networks.mmdb");
    fs::write(&torn, &whole[..whole.len() / 2]).expect("written");
    let locator = Locator::open(&[torn, fixture("flat-city-ipv4")], data_dir.path(), Vec::new());
    let place = locate(&locator, LISBON);
    assert_eq!((&*called(&place), place.asn), ("Lisbon, Portugal", None));
    assert_eq!(place.network_kind, NetworkKind::Fixed);
    let status = locator.status();
    assert_eq!(status.files[0].problem.as_deref(), Some("It is not a place database, or it is cut short."));
    assert_eq!(status.networks.built_at, None);
}

#[test]
fn files_in_the_folder_replace_the_table_and_name_exits_by_address() {
    let data_dir = folder();
    let geo = data_dir.path().join("geo");
    fs::create_dir(&geo).expect("made");
    fs::write(geo.join("network-kinds.csv"), "# Date: 2031-02-03\n3243,mobile,MEO\nnonsense\n")
        .expect("written");
    fs::write(geo.join("tor-exits.txt"), "172.56.1.2\nnot an address\nnor this\n2a01:4f8::1\n")
        .expect("written");
    let locator = Locator::open(&[fixture("networks")], data_dir.path(), Vec::new());
    assert_eq!(kind(&locator, LISBON), NetworkKind::Mobile);
    assert_eq!(
        kind(&locator, "193.32.249.9"),
        NetworkKind::Fixed,
        "not in the table that replaces the other"
    );
    assert_eq!((kind(&locator, PHONE), kind(&locator, HOSTER)), (NetworkKind::Tor, NetworkKind::Tor));
    assert_eq!(locate(&locator, PHONE).asn, Some(21928));
    let networks = locator.status().networks;
    assert_eq!((networks.kinds, networks.tor_exits), (1, 2));
    assert_eq!(networks.kinds_made_on.as_deref(), Some("2031-02-03"));
    assert!(networks.tor_exits_written_at.is_some());
    assert_eq!(
        networks.problems,
        [
            "network-kinds.csv: one line is not understood and left out.",
            "tor-exits.txt: 2 lines are not understood and left out."
        ]
    );
}

#[test]
fn files_in_the_folder_that_are_not_what_they_should_be_change_nothing() {
    for (kinds, exits) in [
        (&b"\xff\xfe\x00\x00"[..], &b"\xff\xff\n\x00"[..]),
        (b"<html>Not found</html>", b"<html>Not found</html>"),
        (b"", b""),
        (&vec![b'x'; 9 << 20], &vec![b'1'; 9 << 20]),
    ] {
        let data_dir = folder();
        let geo = data_dir.path().join("geo");
        fs::create_dir(&geo).expect("made");
        fs::write(geo.join("network-kinds.csv"), kinds).expect("written");
        fs::write(geo.join("tor-exits.txt"), exits).expect("written");
        let locator = Locator::open(&[fixture("networks")], data_dir.path(), Vec::new());
        assert_eq!(
            (kind(&locator, LISBON), kind(&locator, PHONE)),
            (NetworkKind::Fixed, NetworkKind::Mobile)
        );
        let problems = locator.status().networks.problems;
        assert!(problems[0].starts_with("network-kinds.csv: it is not in use: "), "{problems:?}");
    }
    let data_dir = folder();
    fs::create_dir_all(data_dir.path().join("geo/network-kinds.csv")).expect("made");
    let locator = Locator::open(&[], data_dir.path(), Vec::new());
    assert_eq!(
        locator.status().networks.problems,
        ["network-kinds.csv: it is not in use: it is not a plain file."]
    );
}

#[tokio::test]
async fn one_update_brings_places_networks_and_exits_and_a_restart_keeps_them() {
    let (city, networks) = (bytes_of("flat-city-ipv4"), bytes_of("networks"));
    let site = Site::with(&[
        ("city.mmdb", city),
        ("asn-2026-06.mmdb.gz", gzip(&networks)),
        ("exits", b"193.32.249.10\n2001:67c::9\n".to_vec()),
    ])
    .await;
    let data_dir = folder();
    let sources = vec![
        source(Updated::Places, site.address("city.mmdb")),
        source(Updated::Networks, site.address("asn-{yyyy-mm}.mmdb.gz")),
        source(Updated::TorExits, site.address("exits")),
    ];
    let locator = Locator::open(&[], data_dir.path(), sources);
    assert_eq!(locator.status().update_url, Some(site.address("city.mmdb")));
    assert_eq!(locate(&locator, LISBON), Place::unknown());
    update(&locator).await.expect("updates");
    let restarted = Locator::open(&[], data_dir.path(), Vec::new());
    for locator in [&locator, &restarted] {
        let place = locate(locator, LISBON);
        assert_eq!((&*called(&place), place.asn), ("Lisbon, Portugal", Some(3243)));
        assert_eq!(kind(locator, "193.32.249.9"), NetworkKind::Vpn);
        assert_eq!(kind(locator, "193.32.249.10"), NetworkKind::Tor, "one address of a VPN's is an exit");
        assert_eq!(locator.status().networks.tor_exits, 2);
        assert!(locator.status().networks.built_at.is_some());
    }
    let mut files = files_in_geo(&data_dir);
    files.sort();
    assert_eq!(files.len(), 3, "{files:?}");
    assert!(files[1].starts_with("networks-asn.") && files[2] == "tor-exits.txt", "{files:?}");
}

#[tokio::test]
async fn what_fails_of_an_update_is_named_and_the_rest_is_done() {
    let site = Site::with(&[
        ("city.mmdb", bytes_of("flat-city-ipv4")),
        ("page", b"<html>\nWelcome\n</html>".to_vec()),
    ])
    .await;
    let data_dir = folder();
    fs::create_dir(data_dir.path().join("geo")).expect("made");
    fs::write(data_dir.path().join("geo/tor-exits.txt"), "172.56.1.2\n").expect("written");
    let sources = vec![
        source(Updated::Places, site.address("city.mmdb")),
        // Places where networks should be.
        source(Updated::Networks, site.address("city.mmdb")),
        source(Updated::TorExits, site.address("page")),
    ];
    let locator = Locator::open(&[fixture("networks")], data_dir.path(), sources);
    let error = update(&locator).await.expect_err("two of three").to_string();
    assert_eq!(
        error,
        "Networks: What arrived is not a usable database and was thrown away. It holds no networks. Tor exits: What \
         arrived is not a list of addresses and was thrown away: most of its lines are something else."
    );
    assert_eq!(called(&locate(&locator, LISBON)), "Lisbon, Portugal");
    assert_eq!(locate(&locator, LISBON).asn, Some(3243), "the networks given before");
    assert_eq!(kind(&locator, PHONE), NetworkKind::Tor, "the list from before");
    assert_eq!(files_in_geo(&data_dir).len(), 2, "{:?}", files_in_geo(&data_dir));
}

#[tokio::test]
async fn a_configured_checksum_of_networks_is_compared() {
    let networks = bytes_of("networks");
    let site = Site::with(&[("asn.mmdb", networks.clone())]).await;
    let data_dir = folder();
    for (sha256, expected) in [(checksum(&networks), true), (checksum(b"other"), false)] {
        let from =
            UpdateSource { sha256: Some(sha256), ..source(Updated::Networks, site.address("asn.mmdb")) };
        let locator = Locator::open(&[], data_dir.path(), vec![from]);
        assert_eq!(update(&locator).await.is_ok(), expected);
        assert_eq!(kind(&locator, PHONE), NetworkKind::Mobile, "what was downloaded first stays in use");
    }
}
