//! Whole lookups and updates: real small databases (see `testdata/make.py`), and a real server to update from.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::clock::ManualClock;
use crate::error::Result;
use crate::model::{Area, Timestamp};
use crate::wire::GeoProgress;

const LISBON: &str = "85.240.1.2";
const LONDON: &str = "81.2.69.142";
const VIENNA: &str = "2a02:8388:8480::7";

pub(super) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/geo/testdata").join(format!("{name}.mmdb"))
}

pub(super) fn bytes_of(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).expect("the fixture is there")
}

pub(super) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub(super) fn opened(names: &[&str]) -> (Locator, TempDir) {
    let data_dir = folder();
    let files = names.iter().map(|name| fixture(name)).collect::<Vec<_>>();
    (Locator::open(&files, data_dir.path(), Vec::new()), data_dir)
}

fn label(locator: &Locator, address: &str) -> String {
    called(&locator.locate(Some(address.parse().expect("an address"))))
}

/// What a place is called: "Lisbon, Portugal".
pub(super) fn called(place: &Place) -> String {
    crate::words::label(&Area::of(place)).to_string()
}

#[test]
fn separate_files_for_both_families_answer_as_one() {
    let (locator, _data) = opened(&["flat-city-ipv4", "flat-city-ipv6"]);
    assert_eq!(label(&locator, LISBON), "Lisbon, Portugal");
    assert_eq!(label(&locator, VIENNA), "Vienna, Austria");
    assert_eq!(label(&locator, "9.9.9.9"), "Unknown place");
    let place = locator.locate(Some(LISBON.parse().expect("an address")));
    assert_eq!(
        (place.latitude, place.longitude, place.accuracy_radius_km),
        (Some(38.7314), Some(-9.1456), Some(50))
    );
    let status = locator.status();
    assert_eq!(status.state, GeoState::City);
    assert_eq!(status.files.len(), 2);
    assert_eq!(status.files[0].name, "flat-city-ipv4.mmdb");
    assert_eq!(status.files[0].database_type.as_deref(), Some("city ipv4"));
    assert_eq!(status.files[0].built_at, Some(Timestamp::from_millis(1_780_000_000_000)));
    assert_eq!(status.files[0].bytes, bytes_of("flat-city-ipv4").len() as u64);
    assert_eq!(status.files[0].problem, None);
}

#[test]
fn one_file_of_the_nested_schema_knows_both_families() {
    let (locator, _data) = opened(&["nested-city"]);
    assert_eq!(label(&locator, LONDON), "London, United Kingdom");
    assert_eq!(label(&locator, VIENNA), "Vienna, Austria");
    let place = locator.locate(Some(LONDON.parse().expect("an address")));
    assert_eq!((place.region.as_deref(), place.accuracy_radius_km), (Some("England"), Some(10)));
}

#[test]
fn the_most_detailed_answer_wins_and_the_network_is_added() {
    let (locator, _data) = opened(&["flat-country", "nested-asn", "flat-city-ipv4"]);
    let place = locator.locate(Some(LISBON.parse().expect("an address")));
    assert_eq!((&*called(&place), place.network.as_deref()), ("Lisbon, Portugal", Some("Example Telecom")));
    // No city is known there, so the country it is, without coordinates.
    let place = locator.locate(Some(LONDON.parse().expect("an address")));
    assert_eq!((&*called(&place), place.latitude), ("United Kingdom", None));
    let place = locator.locate(Some(VIENNA.parse().expect("an address")));
    assert_eq!((&*called(&place), place.network.as_deref()), ("Austria", Some("AS8412")));
}

#[test]
fn of_two_answers_with_the_same_detail_the_first_file_wins() {
    assert_eq!(label(&opened(&["flat-city-ipv4", "nested-city"]).0, LISBON), "Lisbon, Portugal");
    assert_eq!(label(&opened(&["nested-city", "flat-city-ipv4"]).0, LISBON), "Porto, Portugal");
}

#[test]
fn private_addresses_need_no_database_and_public_ones_do() {
    let locator = Locator::none();
    assert_eq!(locator.locate(None), Place::unknown());
    assert_eq!(label(&locator, "127.0.0.1"), "This computer");
    assert_eq!(label(&locator, "192.168.1.9"), "Home network");
    assert_eq!(label(&locator, "::ffff:10.1.2.3"), "Home network");
    assert_eq!(label(&locator, "100.64.0.9"), "Unknown place");
    assert_eq!(label(&locator, LISBON), "Unknown place");
    assert_eq!(locator.status().state, GeoState::None);
    let (locator, _data) = opened(&["flat-city-ipv4"]);
    assert_eq!(label(&locator, "::ffff:85.240.1.2"), "Lisbon, Portugal");
}

#[test]
fn files_that_cannot_be_used_are_told_and_the_rest_goes_on() {
    let data_dir = folder();
    let write = |name: &str, bytes: &[u8]| {
        let path = data_dir.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    };
    let whole = bytes_of("nested-city");
    let mut damaged = whole.clone();
    let records = damaged.windows(6).position(|window| window == b"London").expect("London is in it");
    // Not a type the format knows, where the record of London is.
    damaged[records - 40..records + 40].fill(0xff);
    let files = [
        data_dir.path().join("missing.mmdb"),
        write("empty.mmdb", b""),
        write("page.mmdb", b"<html>Not found</html>"),
        write("truncated.mmdb", &whole[..whole.len() / 2]),
        write("damaged.mmdb", &damaged),
        fixture("flat-country"),
    ];
    let locator = Locator::open(&files, data_dir.path(), Vec::new());
    // The damage is found at the latest when somebody asks for what is damaged.
    assert_eq!(label(&locator, LONDON), "United Kingdom");
    let status = locator.status();
    let problems =
        status.files.iter().map(|file| file.problem.as_deref().unwrap_or("fine")).collect::<Vec<_>>();
    assert_eq!(
        problems,
        [
            "There is no such file.",
            "It is not a place database, or it is cut short.",
            "It is not a place database, or it is cut short.",
            "It is not a place database, or it is cut short.",
            "It is damaged: some of it cannot be read. Get it anew.",
            "fine",
        ]
    );
    assert_eq!(label(&locator, LISBON), "Portugal");
}

/// A database of more than a megabyte: zeros between its records and its end change nothing.
pub(super) fn enlarged(small: &[u8]) -> Vec<u8> {
    let marker = b"\xab\xcd\xefMaxMind.com";
    let at = small.windows(marker.len()).position(|window| window == marker).expect("a database");
    let mut large = small[..at].to_vec();
    large.resize(usize::try_from(folder::MAPPED_FROM_BYTES).expect("fits") + 9, 0);
    large.extend_from_slice(&small[at..]);
    large
}

#[test]
fn a_large_file_that_somebody_else_shortens_while_it_is_in_use_harms_nobody() {
    let (data_dir, elsewhere) = (folder(), folder());
    let theirs = elsewhere.path().join("city.mmdb");
    fs::write(&theirs, enlarged(&bytes_of("flat-city-ipv4"))).expect("written");
    let locator = Locator::open(std::slice::from_ref(&theirs), data_dir.path(), Vec::new());
    assert_eq!(label(&locator, LISBON), "Lisbon, Portugal");
    fs::write(&theirs, b"").expect("shortened in place");
    for last in 0..=200_u8 {
        assert_eq!(
            label(&locator, &format!("85.240.1.{last}")),
            "Lisbon, Portugal",
            "mappings are renewed on the way"
        );
    }
    let copies = data_dir.path().join("geo/copies");
    let names = |folder: &Path| {
        fs::read_dir(folder)
            .expect("is there")
            .map(|entry| entry.expect("an entry").file_name())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&copies).len(), 2, "one copy and the tag for backups: {:?}", names(&copies));
    drop(locator);
    let locator = Locator::open(&[theirs], data_dir.path(), Vec::new());
    assert_eq!(
        locator.status().files[0].problem.as_deref(),
        Some("It is not a place database, or it is cut short.")
    );
    assert_eq!(names(&copies).len(), 1, "the copy nobody uses is gone: {:?}", names(&copies));
}

proptest! {
    #[test]
    fn damage_anywhere_never_panics(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..24),
        keep in any::<proptest::sample::Index>(),
        which in 0..5_usize,
        address in any::<[u8; 4]>(),
    ) {
        let names = ["flat-city-ipv4", "flat-city-ipv6", "flat-country", "nested-city", "nested-asn"];
        let mut bytes = bytes_of(names[which]);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        // Every fourth is cut short as well.
        if keep.index(4) == 0 {
            bytes.truncate(keep.index(bytes.len()));
        }
        let data_dir = folder();
        let path = data_dir.path().join("x.mmdb");
        fs::write(&path, &bytes).expect("written");
        if let Ok(database) = Database::read(&path, "x".into()) {
            drop(database.check_whole(Contents::Places));
        }
        let locator = Locator::open(&[path], data_dir.path(), Vec::new());
        for address in [LISBON, LONDON, VIENNA] {
            prop_assert!(!label(&locator, address).is_empty());
        }
        prop_assert!(!called(&locator.locate(Some(address.into()))).is_empty());
    }
}

/// A server that has some files, and breaks off in the middle of those called "broken".
#[derive(Clone)]
pub(super) struct Site {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    /// Holds answers back while it is locked.
    gate: Arc<tokio::sync::Mutex<()>>,
}

impl Site {
    pub(super) async fn with(files: &[(&str, Vec<u8>)]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let site =
            Self { at: listener.local_addr().expect("bound"), asked: Arc::default(), gate: Arc::default() };
        let files =
            files.iter().map(|(path, bytes)| (format!("/{path}"), bytes.clone())).collect::<HashMap<_, _>>();
        let router = Router::new().fallback(answer).with_state((site.clone(), Arc::new(files)));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        site
    }

    pub(super) fn address(&self, path: &str) -> String {
        format!("http://{}/{path}", self.at)
    }
}

type Files = Arc<HashMap<String, Vec<u8>>>;

async fn answer(State((site, files)): State<(Site, Files)>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    site.asked.lock().expect("not poisoned").push(path.clone());
    drop(site.gate.lock().await);
    match files.get(&path) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(bytes) if path.contains("broken") => {
            let half = bytes[..bytes.len() / 2].to_vec();
            let pulled = async {
                // The first half is sent before the connection breaks.
                tokio::task::yield_now().await;
                Err(std::io::Error::other("the cable was pulled"))
            };
            let parts = futures_util::stream::iter([Ok(half)]).chain(futures_util::stream::once(pulled));
            Body::from_stream(parts).into_response()
        }
        Some(bytes) => bytes.clone().into_response(),
    }
}

pub(super) fn checksum(bytes: &[u8]) -> String {
    download::in_hexadecimal(&Sha256::digest(bytes))
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("compresses");
    encoder.finish().expect("compresses")
}

/// 2026-06-02: the databases of June may not be there yet.
pub(super) fn june() -> ManualClock {
    ManualClock::at(Timestamp::from_millis(1_780_400_000_000))
}

fn source(url: String) -> Vec<UpdateSource> {
    vec![UpdateSource { brings: Updated::Places, url, sha256: None }]
}

pub(super) async fn update(locator: &Locator) -> Result<Vec<GeoProgress>> {
    let told = Mutex::new(Vec::new());
    locator
        .update(&crate::tls::http_client(), &june(), |progress| {
            told.lock().expect("not poisoned").push(progress);
        })
        .await?;
    Ok(told.into_inner().expect("not poisoned"))
}

pub(super) fn files_in_geo(data_dir: &TempDir) -> Vec<String> {
    let Ok(entries) = fs::read_dir(data_dir.path().join("geo")) else { return Vec::new() };
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn an_update_is_used_at_once_and_after_a_restart() {
    let new = bytes_of("flat-city-ipv4");
    let listed = format!("{}  city.mmdb\n", checksum(&new)).into_bytes();
    let site = Site::with(&[("city.mmdb", new.clone()), ("city.mmdb.sha256", listed)]).await;
    let data_dir = folder();
    let given = [fixture("flat-country"), fixture("nested-city")];
    let locator = Locator::open(&given, data_dir.path(), source(site.address("city.mmdb")));
    assert_eq!(label(&locator, LISBON), "Porto, Portugal");

    let told = update(&locator).await.expect("updates");
    assert_eq!(told.first(), Some(&GeoProgress::Downloading { received: 0, total: Some(new.len() as u64) }));
    assert!(
        told.contains(&GeoProgress::Downloading {
            received: new.len() as u64,
            total: Some(new.len() as u64)
        })
    );
    assert_eq!(told.last(), Some(&GeoProgress::Checking));
    assert_eq!(label(&locator, LISBON), "Lisbon, Portugal", "the download goes before the files given");
    assert_eq!(label(&locator, LONDON), "London, United Kingdom", "those still answer for the rest");

    let restarted = Locator::open(&given, data_dir.path(), Vec::new());
    assert_eq!(label(&restarted, LISBON), "Lisbon, Portugal");
    assert_eq!(restarted.status().files[0].name, "city.mmdb");

    // The same again replaces it.
    update(&locator).await.expect("updates");
    assert_eq!(locator.status().files.iter().filter(|file| file.name == "city.mmdb").count(), 1);
    assert_eq!(files_in_geo(&data_dir).len(), 1);
}

#[tokio::test]
async fn a_newer_database_replaces_the_one_downloaded_before() {
    let (old, new) = (bytes_of("nested-city"), bytes_of("flat-city-ipv4"));
    let first = Site::with(&[("city.mmdb", old)]).await;
    let second = Site::with(&[("city.mmdb", new)]).await;
    let data_dir = folder();
    update(&Locator::open(&[], data_dir.path(), source(first.address("city.mmdb")))).await.expect("updates");
    let locator = Locator::open(&[], data_dir.path(), source(second.address("city.mmdb")));
    assert_eq!(label(&locator, LISBON), "Porto, Portugal");
    update(&locator).await.expect("updates");
    assert_eq!(label(&locator, LISBON), "Lisbon, Portugal");
    assert_eq!(locator.status().files.len(), 1);
    let restarted = Locator::open(&[], data_dir.path(), Vec::new());
    assert_eq!(label(&restarted, LISBON), "Lisbon, Portugal");
}

#[tokio::test]
async fn a_compressed_database_of_last_month_is_found_and_unpacked() {
    let site = Site::with(&[("city-lite-2026-05.mmdb.gz", gzip(&bytes_of("flat-city-ipv4")))]).await;
    let data_dir = folder();
    let locator = Locator::open(&[], data_dir.path(), source(site.address("city-lite-{yyyy-mm}.mmdb.gz")));
    update(&locator).await.expect("updates");
    assert_eq!(label(&locator, LISBON), "Lisbon, Portugal");
    assert_eq!(locator.status().files[0].name, "city-lite.mmdb");
    let asked = site.asked.lock().expect("not poisoned").clone();
    assert_eq!(
        asked,
        ["/city-lite-2026-06.mmdb.gz", "/city-lite-2026-05.mmdb.gz", "/city-lite-2026-05.mmdb.gz.sha256"]
    );
    assert_eq!(
        files_in_geo(&data_dir).len(),
        1,
        "what was downloaded is gone: {:?}",
        files_in_geo(&data_dir)
    );
}

#[tokio::test]
async fn whatever_goes_wrong_the_old_database_stays_in_use_and_nothing_is_left_behind() {
    let whole = bytes_of("nested-city");
    let mut damaged = whole.clone();
    let at = damaged.windows(6).position(|window| window == b"Vienna").expect("Vienna is in it");
    damaged[at - 40..at + 40].fill(0xff);
    let site = Site::with(&[
        ("wrong.mmdb", whole.clone()),
        ("wrong.mmdb.sha256", checksum(b"something else").into_bytes()),
        ("broken.mmdb", whole.clone()),
        ("page.mmdb", b"<html>Welcome</html>".to_vec()),
        ("truncated.mmdb", whole[..whole.len() - 300].to_vec()),
        ("truncated.mmdb.gz", gzip(&whole)[..400].to_vec()),
        ("damaged.mmdb", damaged),
        ("networks.mmdb", bytes_of("nested-asn")),
    ])
    .await;
    let data_dir = folder();
    for (path, expected) in [
        ("wrong.mmdb", "does not have the checksum it should have"),
        ("broken.mmdb", "broke off"),
        ("missing.mmdb", "There is no database at 127.0.0.1"),
        ("page.mmdb", "is not a place database"),
        ("truncated.mmdb", "is not a place database"),
        ("truncated.mmdb.gz", "cannot be unpacked"),
        ("damaged.mmdb", "It is damaged"),
        ("networks.mmdb", "It holds no places"),
    ] {
        let update_from = source(site.address(path));
        let locator = Locator::open(&[fixture("flat-city-ipv4")], data_dir.path(), update_from);
        let error = update(&locator).await.expect_err(path);
        assert_eq!(error.code(), "geo_update_failed", "{path}");
        assert!(error.to_string().contains(expected), "{path}: {error}");
        assert_eq!(label(&locator, LISBON), "Lisbon, Portugal", "{path}");
        assert_eq!(locator.status().files.len(), 1, "{path}");
        assert!(files_in_geo(&data_dir).is_empty(), "{path}: {:?}", files_in_geo(&data_dir));
    }
}

#[tokio::test]
async fn a_configured_checksum_goes_before_the_one_beside_the_file() {
    let new = bytes_of("flat-city-ipv4");
    let site =
        Site::with(&[("city.mmdb", new.clone()), ("city.mmdb.sha256", checksum(&new).into_bytes())]).await;
    let data_dir = folder();
    let with = |sha256: String| {
        let url = site.address("city.mmdb");
        vec![UpdateSource { brings: Updated::Places, url, sha256: Some(sha256) }]
    };
    let open = |update| Locator::open(&[], data_dir.path(), update);
    update(&open(with(checksum(&new).to_uppercase()))).await.expect("updates");
    let error = update(&open(with(checksum(b"other")))).await.expect_err("is refused");
    assert!(error.to_string().contains("checksum"), "{error}");
    let error = update(&open(with("sixty-four".into()))).await.expect_err("is refused");
    assert!(error.to_string().contains("64 hexadecimal digits"), "{error}");
}

#[tokio::test]
async fn over_plain_http_from_elsewhere_a_checksum_is_required() {
    let new = bytes_of("flat-city-ipv4");
    let site = Site::with(&[
        ("bare.mmdb", new.clone()),
        ("listed.mmdb", new.clone()),
        ("listed.mmdb.sha256", checksum(&new).into_bytes()),
    ])
    .await;
    let http = reqwest::Client::builder();
    drop(crate::tls::http_client());
    let http = http.resolve("nas.example", site.at).build().expect("a client");
    let data_dir = folder();
    for (path, expected) in [("bare.mmdb", false), ("listed.mmdb", true)] {
        let url = format!("http://nas.example:{}/{path}", site.at.port());
        let locator = Locator::open(&[], data_dir.path(), source(url));
        let outcome = locator.update(&http, &june(), |_| {}).await;
        assert_eq!(outcome.is_ok(), expected, "{path}: {outcome:?}");
        if let Err(error) = outcome {
            assert!(error.to_string().contains("no checksum"), "{error}");
        }
    }
}

#[tokio::test]
async fn one_update_runs_at_a_time() {
    let site = Site::with(&[("city.mmdb", bytes_of("flat-city-ipv4"))]).await;
    let data_dir = folder();
    let locator = Arc::new(Locator::open(&[], data_dir.path(), source(site.address("city.mmdb"))));
    let held = Arc::clone(&site.gate).lock_owned().await;
    let first = tokio::spawn({
        let locator = Arc::clone(&locator);
        async move { update(&locator).await.map(|_| ()) }
    });
    while site.asked.lock().expect("not poisoned").is_empty() {
        tokio::task::yield_now().await;
    }
    let error = update(&locator).await.expect_err("the first is under way");
    assert_eq!(error.to_string(), "An update is under way already.");
    drop(held);
    first.await.expect("ends").expect("updates");
    assert_eq!(label(&locator, LISBON), "Lisbon, Portugal");
}

#[tokio::test]
async fn without_an_address_there_is_nothing_to_update_from() {
    let (locator, _data) = opened(&["flat-country"]);
    assert_eq!(update(&locator).await.expect_err("no address").code(), "geo_update_failed");
    assert_eq!(locator.status().update_url, None);
}

#[test]
fn the_address_is_shown_without_what_is_secret_in_it() {
    for (address, expected) in [
        (
            "https://download.db-ip.com/free/dbip-city-lite-{yyyy-mm}.mmdb.gz",
            "https://download.db-ip.com/free/dbip-city-lite-{yyyy-mm}.mmdb.gz",
        ),
        ("https://me:secret@example.org/city.mmdb?license_key=abc#x", "https://example.org/city.mmdb"),
        ("not an address", ""),
    ] {
        assert_eq!(without_secrets(address), expected);
    }
}
