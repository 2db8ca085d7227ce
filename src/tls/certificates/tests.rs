use std::net::IpAddr;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::server::ParsedCertificate;

use super::*;
use crate::clock::ManualClock;
use crate::random::SeededRandom;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const DAY: Duration = Duration::from_hours(24);

fn keys() -> Keys {
    Keys::new(&SeededRandom::new(1))
}

fn certificates(keys: Keys, clock: &Arc<ManualClock>) -> Certificates {
    Certificates::new(keys, None, Arc::<ManualClock>::clone(clock)).expect("certificates")
}

/// What somebody who trusts the authority says of a certificate that is shown for a name.
fn judged(
    by: &CertificateDer<'static>,
    certified: &CertifiedKey,
    name: &str,
    at: Timestamp,
) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(by.clone()).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("roots");
    let (first, others) = certified.cert.split_first().expect("a certificate");
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let seconds = u64::try_from(at.as_millis() / 1000).expect("after 1970");
    let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    verifier.verify_server_cert(first, others, &name, &[], at).map(drop)
}

fn pin_of(certified: &CertifiedKey) -> KeyPin {
    let certificate = ParsedCertificate::try_from(&certified.cert[0]).expect("a certificate");
    KeyPin::of(&certificate.subject_public_key_info())
}

#[test]
fn whoever_trusts_the_authority_trusts_what_is_shown_for_this_computer_and_nobody_else_does() {
    let clock = Arc::new(ManualClock::at(NOW));
    let certificates = certificates(keys(), &clock);
    let shown = certificates.current();
    for name in ["localhost", "127.0.0.1", "::1"] {
        assert_eq!(judged(&certificates.authority, &shown, name, NOW), Ok(()), "{name}");
    }
    for name in ["home.example", "192.0.2.1"] {
        judged(&certificates.authority, &shown, name, NOW).expect_err(name);
    }
    let other = self::certificates(Keys::new(&SeededRandom::new(2)), &clock);
    judged(&other.authority, &shown, "localhost", NOW).expect_err("another home's authority");
    assert_eq!(pin_of(&shown), certificates.pin());
    assert!(shown.keys_match().is_ok());
}

#[test]
fn the_authority_vouches_for_no_name_or_address_of_the_internet_whatever_it_signs() {
    let keys = keys();
    let key = keys.server.for_handshakes().expect("a key");
    let by = CertificateDer::from(authority(&keys).self_signed(&keys.authority).expect("signs itself"));
    let signed = |domain: &str, address: &str| {
        let address: IpAddr = address.parse().expect("an address");
        let names = Names { domains: vec![domain.to_owned()], addresses: vec![address] };
        certified(&keys, &key, &by, &names, stretch_of(NOW)).expect("is signed")
    };
    assert_eq!(judged(&by, &signed("nas.local", "192.168.1.5"), "nas.local", NOW), Ok(()));
    assert_eq!(judged(&by, &signed("nas.local", "fd00::5"), "fd00::5", NOW), Ok(()));
    for (domain, address, asked) in [
        ("bank.example", "192.168.1.5", "bank.example"),
        ("nas.local.example", "192.168.1.5", "nas.local.example"),
        ("nas.local", "203.0.113.9", "203.0.113.9"),
        ("nas.local", "203.0.113.9", "nas.local"),
        ("nas.local", "2001:db8::5", "2001:db8::5"),
    ] {
        judged(&by, &signed(domain, address), asked, NOW).expect_err(asked);
    }
}

#[test]
fn it_is_made_anew_long_before_it_ends_with_the_same_key() {
    let clock = Arc::new(ManualClock::at(NOW));
    let certificates = certificates(keys(), &clock);
    let (first, pin) = (certificates.current(), certificates.pin());
    let mut seen = vec![first.cert[0].clone()];
    for _ in 0..400 {
        clock.advance(DAY);
        let (shown, now) = (certificates.current(), clock.now());
        assert_eq!(pin_of(&shown), pin);
        // A month before and after, by a clock that is off.
        for at in [now.before(DAY * 29), now, now.after(DAY * 29)] {
            assert_eq!(judged(&certificates.authority, &shown, "localhost", at), Ok(()), "{at}");
        }
        if seen.last() != Some(&shown.cert[0]) {
            seen.push(shown.cert[0].clone());
        }
    }
    assert!((13..=15).contains(&seen.len()), "made anew {} times in 400 days", seen.len());
    judged(&certificates.authority, &first, "localhost", clock.now()).expect_err("the first one has ended");
}

#[test]
fn of_the_same_keys_names_and_time_it_is_the_same_to_the_last_byte() {
    let clock = Arc::new(ManualClock::at(NOW));
    let one = certificates(keys(), &clock);
    let kept = Keys::from_bytes(&keys().secret_bytes()).expect("the same keys");
    clock.advance(Duration::from_secs(1));
    let again = certificates(kept, &clock);
    assert_eq!(one.current().cert, again.current().cert);
    assert_eq!(one.pin(), again.pin());
    let other = certificates(Keys::new(&SeededRandom::new(2)), &clock);
    assert_ne!(other.pin(), one.pin());
    for damaged in [&[][..], &[1; 32], &[1; 63], &[1; 65], &[0; 64]] {
        assert!(Keys::from_bytes(damaged).is_none(), "{damaged:?}");
    }
}

#[test]
fn a_clock_that_is_far_off_is_no_reason_to_fall() {
    for millis in [i64::MIN, -1, 0, i64::MAX] {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(millis)));
        assert_eq!(pin_of(&certificates(keys(), &clock).current()), keys().server.pin(), "{millis}");
    }
}

#[test]
fn the_authority_is_left_in_the_folder_without_its_secret_and_not_written_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificates = certificates(keys(), &Arc::new(ManualClock::at(NOW)));
    certificates.leave_authority(folder.path()).expect("writes");
    let file = folder.path().join(AUTHORITY_FILE);
    let text = std::fs::read_to_string(&file).expect("is there");
    let inside: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    assert_eq!(STANDARD.decode(inside).expect("base64"), certificates.authority.to_vec());
    assert!(!text.contains("PRIVATE KEY"), "{text}");
    let mut settings = std::fs::metadata(&file).expect("is there").permissions();
    settings.set_readonly(true);
    std::fs::set_permissions(&file, settings).expect("changes");
    let before = std::fs::metadata(&file).expect("is there").modified().expect("a time");
    certificates.leave_authority(folder.path()).expect("is there already");
    assert_eq!(std::fs::metadata(&file).expect("is there").modified().expect("a time"), before);
}
