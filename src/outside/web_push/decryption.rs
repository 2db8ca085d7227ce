//! The other side of [`super::encryption`]: an app that a push service wakes is its own browser, and has the keys itself (RFC 8291
//! section 2).

use std::fmt;

use aes_gcm::Aes128Gcm;
use aes_gcm::aead::{Aead, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::{PublicKey, SecretKey};

use super::encryption::{HEADER_BYTES, LAST_RECORD, POINT_BYTES, TAG_BYTES, derived, new_secret, point};
use crate::random::Random;

/// The longest body that a push service hands on (RFC 8030 section 7.2).
const MOST_BYTES: usize = 4096;

/// What somebody reads pushes with.
pub struct Receiver {
    secret: SecretKey,
    auth: [u8; 16],
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver(…)")
    }
}

/// Something is no push for this receiver: not of the form, not encrypted for it, or changed on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not encrypted for this app, or was changed on its way")]
pub struct NotRead;

impl Receiver {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        let mut auth = [0; 16];
        random.fill(&mut auth);
        Self { secret: new_secret(random), auth }
    }

    /// The one that [`Self::secret_bytes`] and [`Self::auth_bytes`] gave; `None` when these bytes are no key.
    pub fn from_bytes(secret: &[u8; 32], auth: [u8; 16]) -> Option<Self> {
        SecretKey::from_slice(secret).ok().map(|secret| Self { secret, auth })
    }

    /// The secret key, to be kept.
    pub fn secret_bytes(&self) -> [u8; 32] {
        self.secret.to_bytes().into()
    }

    /// The secret that whoever sends has, too, to be kept.
    pub fn auth_bytes(&self) -> [u8; 16] {
        self.auth
    }

    /// `p256dh`, as a subscription has it: an uncompressed point, base64url.
    pub fn p256dh(&self) -> String {
        URL_SAFE_NO_PAD.encode(point(&self.secret.public_key()))
    }

    /// `auth`, as a subscription has it, base64url.
    pub fn auth(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.auth)
    }

    /// What a push says: its only record (RFC 8188 section 2, RFC 8291 section 4).
    ///
    /// # Errors
    ///
    /// [`NotRead`], which does not say why.
    pub fn read(&self, body: &[u8]) -> Result<Vec<u8>, NotRead> {
        if body.len() > MOST_BYTES {
            return Err(NotRead);
        }
        let (header, text) = body.split_at_checked(HEADER_BYTES).ok_or(NotRead)?;
        let (salt, rest) = header.split_at(16);
        let (record, rest) = rest.split_first_chunk::<4>().ok_or(NotRead)?;
        let (length, theirs) = rest.split_first().ok_or(NotRead)?;
        let fits = usize::try_from(u32::from_be_bytes(*record)).is_ok_and(|size| text.len() <= size);
        if usize::from(*length) != POINT_BYTES || !fits || text.len() <= TAG_BYTES {
            return Err(NotRead);
        }
        let sender = PublicKey::from_sec1_bytes(theirs).map_err(|_| NotRead)?;
        let shared = self.secret.diffie_hellman(&sender);
        let info = [b"WebPush: info\0".as_slice(), &point(&self.secret.public_key()), theirs].concat();
        let material = derived::<32>(&self.auth, shared.raw_secret_bytes(), &info);
        let key = derived::<16>(salt, &material, b"Content-Encoding: aes128gcm\0");
        let nonce = derived::<12>(salt, &material, b"Content-Encoding: nonce\0");
        let mut padded = Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), text).map_err(|_| NotRead)?;
        let end = padded.iter().rposition(|byte| *byte != 0).ok_or(NotRead)?;
        if padded[end] != LAST_RECORD {
            return Err(NotRead);
        }
        padded.truncate(end);
        Ok(padded)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::outside::web_push::encryption::{Keys, encrypt};
    use crate::random::SeededRandom;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    /// The receiver and the body of RFC 8291 section 5.
    fn example() -> (Receiver, Vec<u8>) {
        let secret = bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94").try_into().expect("32 bytes");
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().expect("16 bytes");
        let body = bytes(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P\
             Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        (Receiver::from_bytes(&secret, auth).expect("a key"), body)
    }

    #[test]
    fn the_example_of_rfc_8291_is_read_as_printed_there() {
        let (receiver, body) = example();
        assert_eq!(
            receiver.p256dh(),
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        );
        assert_eq!(receiver.auth(), "BTBZMqHH6r4Tts7J_aSIgg");
        assert_eq!(
            receiver.read(&body).as_deref(),
            Ok(b"When I grow up, I want to be a watermelon".as_slice())
        );
    }

    #[test]
    fn what_is_kept_is_the_same_receiver_and_prints_nothing() {
        let receiver = Receiver::new(&SeededRandom::new(1));
        let again = Receiver::from_bytes(&receiver.secret_bytes(), receiver.auth_bytes()).expect("a key");
        assert_eq!((again.p256dh(), again.auth()), (receiver.p256dh(), receiver.auth()));
        assert_eq!(format!("{receiver:?}"), "Receiver(…)");
        assert!(Receiver::from_bytes(&[0; 32], [0; 16]).is_none());
    }

    #[test]
    fn what_is_for_somebody_else_cut_or_changed_is_not_read() {
        let (receiver, body) = example();
        assert_eq!(Receiver::new(&SeededRandom::new(1)).read(&body), Err(NotRead));
        let other_auth = Receiver::from_bytes(&receiver.secret_bytes(), [0; 16]).expect("a key");
        assert_eq!(other_auth.read(&body), Err(NotRead));
        for length in 0..body.len() {
            assert_eq!(receiver.read(&body[..length]), Err(NotRead), "{length}");
        }
        for at in 0..body.len() {
            let mut changed = body.clone();
            changed[at] ^= 1;
            // The size of a record is in no key: a larger one changes nothing.
            let is_record_size = (16..20).contains(&at);
            assert_eq!(receiver.read(&changed).is_err(), !is_record_size, "{at}");
        }
        let mut small = body.clone();
        small[16..20].copy_from_slice(&10_u32.to_be_bytes());
        assert_eq!(receiver.read(&small), Err(NotRead));
        assert_eq!(receiver.read(&[body, vec![0; 4096]].concat()), Err(NotRead));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn whatever_the_home_encrypts_is_read(message in proptest::collection::vec(any::<u8>(), 0..=3993), seed: u64) {
            let random = SeededRandom::new(seed);
            let receiver = Receiver::new(&random);
            let to = Keys { public: receiver.secret.public_key(), auth: receiver.auth };
            let body = encrypt(&to, &message, &random).expect("fits");
            prop_assert_eq!(receiver.read(&body), Ok(message));
        }

        #[test]
        fn nothing_that_is_pushed_stops_anything(body in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let (receiver, _) = example();
            prop_assert_eq!(receiver.read(&body), Err(NotRead));
        }
    }
}
