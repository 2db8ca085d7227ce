//! Databases that are broken, or that hold what nothing here reads: refused by name, or used.

use std::fs;

use super::made::{Made, double, map, raw, text, truth, whole};
use super::tests::{bytes_of, called, enlarged, files_in_geo, folder};
use super::*;

const LISBON: &str = "85.240.1.2";

const DAMAGED: &str = "It is damaged: some of it cannot be read. Get it anew.";

/// A record of a city.
fn city() -> Vec<u8> {
    map(&[
        ("country_code", text("PT")),
        ("city", text("Lisbon")),
        ("latitude", double(38.7314)),
        ("longitude", double(-9.1456)),
    ])
}

fn database(record: Vec<u8>) -> Vec<u8> {
    Made::of("Example-City", record).bytes()
}

/// A number of seven bytes, where one has eight.
fn too_short() -> Vec<u8> {
    let mut number = double(38.7314);
    number[0] -= 1;
    number
}

/// What is broken about a database, and its bytes.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let whole_city = Made::of("Example-City", city());
    let mut circle = bytes_of("flat-city-ipv4");
    // Both sides of the first node lead to itself.
    circle[..6].fill(0);
    let mut out = bytes_of("nested-city");
    out[..6].fill(0xff);
    let mut nested = bytes_of("nested-city");
    let at = nested.windows(10).position(|bytes| bytes == b"\x48latitude\x68").expect("a number");
    nested[at + 9] -= 1;
    let doubled = (0..32).map(|node| [node + 1, node + 1]).collect::<Vec<_>>();
    vec![
        ("a tree in circles", circle),
        ("a tree that leads out of the file", out),
        ("a tree that leads behind the records", whole_city.with_tree(&[[17 + city().len(), 1]])),
        ("a tree that leads into a record", whole_city.with_tree(&[[18, 1]])),
        ("a tree that leads to one end by every way", whole_city.with_tree(&doubled)),
        ("no record but a text", database(text("Lisbon"))),
        ("a number that is too short", nested),
        (
            "one in a field that nobody reads",
            database(map(&[("country_code", text("PT")), ("x", too_short())])),
        ),
        ("a pointer out of the records", database(map(&[("country_code", vec![0x27, 0xff])]))),
        ("a name that is no text", database([vec![0xe1], whole(7), text("PT")].concat())),
    ]
}

#[test]
fn a_database_whose_structure_is_broken_is_refused_by_its_name() {
    let data_dir = folder();
    let path = data_dir.path().join("theirs.mmdb");
    for (what, bytes) in broken() {
        fs::write(&path, bytes).expect("written");
        let error = Locator::in_memory(std::slice::from_ref(&path)).expect_err(what).to_string();
        assert!(error.contains("theirs.mmdb") && error.contains(DAMAGED), "{what}: {error}");
        let locator = Locator::open(std::slice::from_ref(&path), data_dir.path(), Vec::new());
        let file = &locator.status().files[0];
        assert_eq!((file.name.as_str(), file.problem.as_deref()), ("theirs.mmdb", Some(DAMAGED)), "{what}");
        assert_eq!(locator.locate(LISBON.parse().ok()), Place::unknown(), "{what}");
    }
}

#[test]
fn a_large_database_is_checked_when_it_is_copied_and_what_is_damaged_is_not_kept() {
    let (data_dir, elsewhere) = (folder(), folder());
    let path = elsewhere.path().join("city.mmdb");
    // What is wrong shows to nobody who asks for an address.
    let doubled = (0..32).map(|node| [node + 1, node + 1]).collect::<Vec<_>>();
    fs::write(&path, enlarged(&Made::of("Example-City", city()).with_tree(&doubled))).expect("written");
    let copies = || {
        let copies = fs::read_dir(data_dir.path().join("geo/copies")).expect("a folder");
        copies.map(|copy| copy.expect("an entry").file_name()).filter(|name| name != "CACHEDIR.TAG").count()
    };
    for _ in 0..2 {
        let locator = Locator::open(std::slice::from_ref(&path), data_dir.path(), Vec::new());
        assert_eq!(locator.status().files[0].problem.as_deref(), Some(DAMAGED));
        drop(locator);
        assert_eq!(copies(), 0);
    }
    fs::write(&path, enlarged(&database(city()))).expect("written");
    let locator = Locator::open(std::slice::from_ref(&path), data_dir.path(), Vec::new());
    assert_eq!(called(&locator.locate(LISBON.parse().ok())), "Lisbon, Portugal");
    assert_eq!(copies(), 1);
    assert_eq!(files_in_geo(&data_dir), ["copies"]);
}

#[test]
fn a_database_without_places_or_networks_says_so() {
    let data_dir = folder();
    let open = |name: &str, record: Vec<u8>| {
        let path = data_dir.path().join(name);
        fs::write(&path, database(record)).expect("written");
        Locator::in_memory(&[path])
    };
    let error =
        open("scores.mmdb", map(&[("static_ip_score", double(1.5))])).expect_err("refused").to_string();
    assert!(
        error.contains("scores.mmdb") && error.contains("It holds neither places nor networks."),
        "{error}"
    );
    let nothing = Made::of("Example-City", Vec::new()).with_tree(&[[1, 1]]);
    fs::write(data_dir.path().join("empty.mmdb"), nothing).expect("written");
    let error = Locator::in_memory(&[data_dir.path().join("empty.mmdb")]).expect_err("refused").to_string();
    assert!(error.contains("empty.mmdb") && error.contains("neither places nor networks"), "{error}");

    let says = |record| open("x.mmdb", record).expect("opened").lacks().unwrap_or_default();
    let asn = || ("autonomous_system_number", whole(3243));
    assert!(says(city()).contains("hold no networks"));
    assert!(says(map(&[asn()])).contains("hold no places"), "whatever it calls itself");
    assert!(
        says(map(&[("is_anonymous_vpn", truth(true))])).contains("neither places nor networks by number")
    );
    assert_eq!(says(map(&[("country_code", text("PT")), asn()])), "");
    assert_eq!(Locator::none().lacks(), None, "nobody gave one");
}

#[test]
fn a_field_of_bytes_in_a_record_is_no_damage() {
    let data_dir = folder();
    let path = data_dir.path().join("city.mmdb");
    let record = map(&[("hash", raw(b"\x00\xff")), ("country_code", text("PT")), ("city", text("Lisbon"))]);
    fs::write(&path, database(record)).expect("written");
    let locator = Locator::open(&[path], data_dir.path(), Vec::new());
    assert_eq!(called(&locator.locate(LISBON.parse().ok())), "Lisbon, Portugal");
    assert_eq!(locator.status().files[0].problem, None);
}

#[test]
fn an_enterprise_database_tells_place_network_and_kind() {
    let data_dir = folder();
    let path = data_dir.path().join("enterprise.mmdb");
    let sure = || ("confidence", whole(80));
    let name = |name: &str| ("names", map(&[("en", text(name))]));
    let record = map(&[
        ("city", map(&[sure(), name("Lisbon")])),
        ("country", map(&[sure(), ("iso_code", text("PT")), name("Portugal")])),
        (
            "location",
            map(&[("accuracy_radius", whole(20)), ("latitude", double(38.7)), ("longitude", double(-9.1))]),
        ),
        (
            "traits",
            map(&[
                ("autonomous_system_number", whole(3243)),
                ("connection_type", text("Cellular")),
                ("isp", text("MEO")),
                ("static_ip_score", double(1.5)),
                ("user_type", text("cellular")),
            ]),
        ),
    ]);
    fs::write(&path, Made::of("GeoIP2-Enterprise", record).bytes()).expect("written");
    let locator = Locator::open(&[path], data_dir.path(), Vec::new());
    let place = locator.locate(LISBON.parse().ok());
    assert_eq!((&*called(&place), place.accuracy_radius_km), ("Lisbon, Portugal", Some(20)));
    assert_eq!((place.asn, place.network.as_deref()), (Some(3243), Some("MEO")));
    assert_eq!(place.network_kind, NetworkKind::Mobile);
    assert_eq!(locator.status().state, GeoState::City);
    assert_eq!(locator.lacks(), None);
}
