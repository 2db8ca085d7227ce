//! The sentences and marks of an activity log.

use super::*;

fn entry(id: i64, date: &str) -> Entry {
    serde_json::from_value(serde_json::json!({ "Id": id, "Date": date })).expect("an entry")
}

#[test]
fn an_address_is_found_in_whatever_language_it_is_told() {
    let found = |sentence| address_in(sentence).map(|address| address.to_string());
    assert_eq!(found("IP address: 192.0.2.7").as_deref(), Some("192.0.2.7"));
    assert_eq!(found("IP-Adresse: 2001:db8::1").as_deref(), Some("2001:db8::1")); // typos: meant
    assert_eq!(found("IP 地址：192.0.2.7").as_deref(), Some("192.0.2.7"));
    assert_eq!(found("192.0.2.1, now ::ffff:192.0.2.9 (port 80)").as_deref(), Some("192.0.2.9"));
    assert_eq!(found("IP address: "), None);
    assert_eq!(found(&"x ".repeat(100_000)), None);
}

#[test]
fn the_name_that_was_tried_is_found_where_it_is_sure() {
    let people: HashSet<String> = ["Mia", "von", "Anna Mia", ""].map(str::to_owned).into();
    let found = |title| person_in(title, &people);
    assert_eq!(found("Failed login try from somebody else").as_deref(), Some("somebody else"));
    assert_eq!(found("Fehlgeschlagener Anmeldeversuch von Mia").as_deref(), Some("Mia")); // typos: meant
    assert_eq!(found("Fehlgeschlagener Anmeldeversuch von Anna Mia").as_deref(), Some("Anna Mia"));
    assert_eq!(found("Fehlgeschlagener Anmeldeversuch von EuroMia"), None);
    assert_eq!(found("Fehlgeschlagener Anmeldeversuch von Ben"), None);
}

#[test]
fn a_mark_survives_being_kept_and_a_log_that_begins_anew() {
    let (early, late) = ("2026-11-01T10:00:00.0000000Z", "2026-11-01T11:00:00.1234567Z");
    let mark = Mark { id: 0, at: None }.and(&entry(7, early));
    assert_eq!(Mark::read(&mark.write()), Some(mark));
    assert_eq!(Mark::read("0"), Some(Mark { id: 0, at: None }));
    assert_eq!(Mark::read("nonsense"), None);
    assert!(!mark.is_before(&entry(7, early)));
    // The clock was set back; the database was made anew.
    assert!(mark.is_before(&entry(8, "2026-11-01T09:00:00Z")));
    assert!(mark.is_before(&entry(1, late)));
    assert!(!mark.and(&entry(1, late)).is_before(&entry(1, late)));
}

#[test]
fn a_person_has_the_same_id_however_it_is_written() {
    let id = Some("0123456789abcdef0123456789abcdef".to_owned());
    assert_eq!(person_id(Some("01234567-89AB-CDEF-0123-456789abcdef")), id);
    assert_eq!(person_id(id.as_deref()), id);
    assert_eq!(person_id(Some("00000000-0000-0000-0000-000000000000")), None);
    assert_eq!(person_id(Some("")), None);
}
