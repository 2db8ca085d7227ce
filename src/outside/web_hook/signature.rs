//! The signature over a web hook's request: RFC 9421 with `hmac-sha256`, and the digest of the body that it covers (RFC 9530).
//! Beside it stands what most recipes know, an HMAC over the body alone, which says nothing of when and where to.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method};
use sha2::{Digest, Sha256};
use url::Url;

use crate::clock::Clock;
use crate::model::Secret;
use crate::random::Random;

/// How long a request may be on its way.
const GOOD_FOR: Duration = Duration::from_mins(5);

/// What is signed.
pub(super) struct Signed<'a> {
    pub method: &'a Method,
    pub url: &'a Url,
    pub body: &'a [u8],
}

impl Signed<'_> {
    /// The headers that say who sent it. The secret's text is the key, byte for byte, as a person copies it.
    pub fn headers(
        &self,
        key_id: &str,
        secret: &Secret,
        clock: &dyn Clock,
        random: &dyn Random,
    ) -> HeaderMap {
        let mut nonce = [0; 16];
        random.fill(&mut nonce);
        let now = clock.now();
        let parameters = format!(
            "(\"@method\" \"@authority\" \"@path\" \"content-digest\");created={};expires={};nonce=\"{}\";keyid=\"{key_id}\";\
             alg=\"hmac-sha256\";tag=\"latchkey\"",
            now.as_millis() / 1000,
            now.after(GOOD_FOR).as_millis() / 1000,
            URL_SAFE_NO_PAD.encode(nonce),
        );
        let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(self.body)));
        let base = self.base(&digest, &parameters);
        let signature = STANDARD.encode(mac(secret, base.as_bytes()));
        let body = hex::encode(mac(secret, self.body));
        let values = [
            ("content-digest", digest),
            ("signature-input", format!("latchkey={parameters}")),
            ("signature", format!("latchkey=:{signature}:")),
            ("x-latchkey-signature", format!("sha256={body}")),
        ];
        values
            .into_iter()
            .map(|(name, value)| {
                (http::HeaderName::from_static(name), HeaderValue::try_from(value).expect("ASCII"))
            })
            .collect()
    }

    /// The signature base (RFC 9421 section 2.5).
    fn base(&self, digest: &str, parameters: &str) -> String {
        let host = self.url.host_str().unwrap_or_default();
        // Without the scheme's own port (section 2.2.3).
        let authority = self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        format!(
            "\"@method\": {}\n\"@authority\": {authority}\n\"@path\": {}\n\"content-digest\": {digest}\n\"@signature-params\": {parameters}",
            self.method,
            self.url.path(),
        )
    }
}

fn mac(secret: &Secret, text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;
    use crate::random::SeededRandom;

    #[test]
    fn the_base_is_one_line_for_each_part_and_names_no_default_port() {
        for (address, authority) in [
            ("https://Home.example:443/hook?x=1", "home.example"),
            ("http://192.168.1.5:8123/hook", "192.168.1.5:8123"),
            ("https://[fd00::5]/hook", "[fd00::5]"),
        ] {
            let url = address.parse().expect("an address");
            let signed = Signed { method: &Method::POST, url: &url, body: b"" };
            assert_eq!(
                signed.base("D", "(P)"),
                format!(
                    "\"@method\": POST\n\"@authority\": {authority}\n\"@path\": /hook\n\"content-digest\": D\n\"@signature-params\": (P)"
                )
            );
        }
    }

    #[test]
    fn the_macs_are_those_of_rfc_4231() {
        // Test case 2.
        assert_eq!(
            hex::encode(mac(&Secret::received("Jefe"), b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn the_headers_say_when_and_never_repeat_themselves() {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_999));
        let (url, random) = ("https://a.example/".parse().expect("an address"), SeededRandom::new(1));
        let signed = Signed { method: &Method::POST, url: &url, body: b"{}" };
        let [one, other] = [(); 2].map(|()| signed.headers("k", &Secret::received("s"), &clock, &random));
        let input = one["signature-input"].to_str().expect("text");
        assert!(input.contains(";created=1790000000;expires=1790000300;nonce=\""), "{input}");
        assert_ne!(one["signature"], other["signature"]);
        assert_eq!(one["content-digest"], "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:");
        assert_eq!(one["x-latchkey-signature"], other["x-latchkey-signature"]);
    }
}
