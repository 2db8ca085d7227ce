//! Against an answer and a receipt that were made by a browser's own primitives (`tests/data/make-relay.mjs`).

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::random::SeededRandom;

/// Fills with one byte: what is random in the vector's receipt.
#[derive(Debug)]
struct Always(u8);

impl Random for Always {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

struct Vector(Value);

impl Vector {
    fn new() -> Self {
        Self(serde_json::from_str(include_str!("../../../tests/data/relay.json")).expect("JSON"))
    }

    fn text(&self, path: &str) -> &str {
        self.0.pointer(path).and_then(Value::as_str).expect("a text")
    }

    fn home(&self) -> HomeKey {
        let secret = URL_SAFE_NO_PAD.decode(self.text("/home_secret")).expect("base64url");
        HomeKey::from_bytes(&secret).expect("a key")
    }

    fn reply_key(&self) -> ReplyKey {
        ReplyKey::parse(self.text("/reply_key")).expect("a key")
    }

    fn opened(&self) -> Result<Opened, NotOpened> {
        open(&self.home(), self.text("/channel_id"), self.text("/text"))
    }
}

#[test]
fn what_a_browser_seals_is_opened_and_its_signature_is_known() {
    let vector = Vector::new();
    assert_eq!(vector.home().public_key(), vector.text("/home_key"));
    let opened = vector.opened().expect("opens");
    let answer = opened.answer();
    assert_eq!(answer.alert_id, vector.text("/said/alert_id"));
    assert_eq!(answer.answer, "not_me");
    assert_eq!(answer.token.reveal(), vector.text("/said/token"));
    assert_eq!(answer.id, vector.text("/said/id"));
    assert_eq!(answer.issued_at, 1_790_000_000_000);
    assert_eq!(opened.reply_to().reveal(), vector.text("/said/reply_to"));
    assert!(opened.is_signed_by(&vector.reply_key()));
    let others = ReplyKey::parse(&HomeKey::new(&SeededRandom::new(1)).public_key()).expect("a key");
    assert!(!opened.is_signed_by(&others));
}

#[test]
fn a_receipt_comes_out_as_a_browser_makes_it() {
    let vector = Vector::new();
    let opened = vector.opened().expect("opens");
    let byte = vector.0["receipt"]["nonce_byte"].as_u64().and_then(|byte| u8::try_from(byte).ok());
    let random = Always(byte.expect("a byte"));
    let made = opened.receipt(vector.text("/receipt/effect"), Some(vector.text("/receipt/by")), &random);
    assert_eq!(made, vector.text("/receipt/text"));
    // Whatever is in it, its length tells nothing; a name that is too long is left out.
    for by in [None, Some("A"), Some("long ".repeat(200).as_str())] {
        let receipt = opened.receipt("signed_out", by, &SeededRandom::new(1));
        assert_eq!(receipt.len(), made.len());
    }
}

#[test]
fn what_is_for_another_home_or_channel_is_not_opened() {
    let vector = Vector::new();
    let (channel, text) = (vector.text("/channel_id"), vector.text("/text"));
    let another = HomeKey::new(&SeededRandom::new(1));
    assert_eq!(open(&another, channel, text).err(), Some(NotOpened::Seal));
    let other_channel = channel.replace("c1", "c2");
    assert_eq!(open(&vector.home(), &other_channel, text).err(), Some(NotOpened::Seal));
    for wrong in ["", "triggered", &text[4..], &format!("{text}AAAA"), &format!("Ag{}", &text[2..])] {
        assert_eq!(open(&vector.home(), channel, wrong).err(), Some(NotOpened::Form), "{wrong}");
    }
    // What an ntfy server may put around a text.
    assert!(open(&vector.home(), channel, &format!(" {text}\n")).is_ok());
}

#[test]
fn nothing_of_it_is_printed() {
    let vector = Vector::new();
    let opened = vector.opened().expect("opens");
    let printed = format!("{opened:?} {:?} {:?}", opened.answer(), vector.home());
    assert_eq!(printed, "Opened(…) SealedAnswer(…) HomeKey(…)");
}

#[test]
fn a_key_that_is_none_is_not_taken() {
    let vector = Vector::new();
    let key = vector.text("/reply_key");
    let compressed = &key[..44];
    let off_the_curve = format!("{}{}", &key[..key.len() - 4], "AAAA");
    for wrong in ["", "AA", compressed, &off_the_curve, &format!("{key}AAAA"), "BBBB"] {
        assert!(ReplyKey::parse(wrong).is_none(), "{wrong}");
    }
    assert!(HomeKey::from_bytes(&[0; 32]).is_none() && HomeKey::from_bytes(&[1; 31]).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_byte_that_was_changed_on_its_way_opens_nothing(at in 0..ANSWER_BYTES, flip in 1..=255_u8) {
        let vector = Vector::new();
        let mut bytes = URL_SAFE_NO_PAD.decode(vector.text("/text")).expect("base64url");
        bytes[at] ^= flip;
        let changed = URL_SAFE_NO_PAD.encode(&bytes);
        prop_assert!(open(&vector.home(), vector.text("/channel_id"), &changed).is_err());
    }

    #[test]
    fn nothing_that_is_posted_stops_anything(text in ".{0,900}", bytes in proptest::collection::vec(any::<u8>(), ANSWER_BYTES)) {
        let vector = Vector::new();
        let home = vector.home();
        let _ = open(&home, vector.text("/channel_id"), &text);
        let _ = open(&home, vector.text("/channel_id"), &URL_SAFE_NO_PAD.encode(&bytes));
    }
}
