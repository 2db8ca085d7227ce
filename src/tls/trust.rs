//! Whom the client of a home elsewhere trusts: the home whose key it was told, whoever vouches for its certificate; or, where it was
//! told none, what this computer's own list vouches for. What it does not trust it can name, so that a person may compare.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use reqwest::Client;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme};
#[cfg(not(target_os = "android"))]
use rustls_platform_verifier::Verifier;

use super::client_with;
use crate::error::causes;
use crate::model::KeyPin;

/// A certificate that is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key {shown} is not {}", if *is_changed { "the one it had before" } else { "vouched for by anybody" })]
pub struct NotTrusted {
    /// The key that was shown.
    pub shown: KeyPin,
    /// Whether another one is expected there.
    pub is_changed: bool,
}

/// A client for the home that has this key; for `None`, one as for every address outside.
pub fn client_of_home(pin: Option<KeyPin>) -> Client {
    client_with(|settings| settings.tls_backend_preconfigured(config(pin)))
}

/// The certificate that was not trusted, when an error is that.
pub fn not_trusted(error: &(dyn StdError + 'static)) -> Option<NotTrusted> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(inner)))) =
            error.downcast_ref::<rustls::Error>()
        {
            return inner.downcast_ref::<NotTrusted>().copied();
        }
        // What an error of the system carries is not named as its source.
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match carried {
            Some(carried) => Some(carried),
            None => error.source(),
        };
    }
    None
}

/// How such a client shakes hands.
pub fn config(pin: Option<KeyPin>) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(OfHome::new(pin, &provider));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites of both versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// Judges the certificate of a home. That whoever shows it has its key, too, is checked in any case.
#[derive(Debug)]
struct OfHome {
    pin: Option<KeyPin>,
    /// This computer's own list, where it counts.
    listed: Option<Arc<dyn ServerCertVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl OfHome {
    fn new(pin: Option<KeyPin>, provider: &Arc<CryptoProvider>) -> Self {
        let listed = if pin.is_some() { None } else { listed(provider) };
        Self { pin, listed, algorithms: provider.signature_verification_algorithms }
    }
}

/// What an Android phone has is read here (decision 27).
#[cfg(target_os = "android")]
fn listed(provider: &Arc<CryptoProvider>) -> Option<Arc<dyn ServerCertVerifier>> {
    use rustls::client::WebPkiServerVerifier;

    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(super::roots::of_the_phone().iter().cloned());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    match verifier {
        Ok(verifier) => Some(verifier),
        Err(error) => {
            tracing::warn!(error = %causes(&error), "this phone has no list of trusted certificates");
            None
        }
    }
}

/// A bare container has no list: nothing is trusted then but what somebody says.
#[cfg(not(target_os = "android"))]
fn listed(provider: &Arc<CryptoProvider>) -> Option<Arc<dyn ServerCertVerifier>> {
    match Verifier::new(Arc::clone(provider)) {
        Ok(verifier) => Some(Arc::new(verifier)),
        Err(error) => {
            tracing::warn!(error = %causes(&error), "this computer has no list of trusted certificates");
            None
        }
    }
}

impl ServerCertVerifier for OfHome {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let key = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let shown = KeyPin::of(&key);
        match (self.pin, &self.listed) {
            // The key is what is known: neither the name, nor the days that the certificate is for, add anything to it.
            (Some(pin), _) if pin == shown => Ok(ServerCertVerified::assertion()),
            (Some(_), _) => Err(refused(NotTrusted { shown, is_changed: true })),
            (None, Some(listed)) => listed
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .map_err(|error| match error {
                    rustls::Error::InvalidCertificate(_) => refused(NotTrusted { shown, is_changed: false }),
                    other => other,
                }),
            (None, None) => Err(refused(NotTrusted { shown, is_changed: false })),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn refused(what: NotTrusted) -> rustls::Error {
    rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(what))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_trusted_is_found_however_deep_it_is_carried() {
        let what = NotTrusted { shown: KeyPin::of(b"a key"), is_changed: true };
        // As the libraries have it: an error of the system in another one.
        let carried = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, refused(what)));
        assert_eq!(not_trusted(&carried), Some(what));
        assert_eq!(not_trusted(&refused(what)), Some(what));
        for other in [io::Error::other("no"), io::ErrorKind::ConnectionRefused.into()] {
            assert_eq!(not_trusted(&other), None);
        }
        let expired = rustls::Error::InvalidCertificate(CertificateError::Expired);
        assert_eq!(not_trusted(&io::Error::other(expired)), None);
    }

    #[test]
    fn what_is_no_certificate_is_refused_before_it_is_looked_at() {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = OfHome::new(Some(KeyPin::of(b"a key")), &provider);
        let name = ServerName::try_from("localhost").expect("a name");
        for garbage in [&b""[..], b"certificate", &[0x30; 64]] {
            let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_790_000_000));
            let judged = verifier.verify_server_cert(&CertificateDer::from(garbage), &[], &name, &[], now);
            assert_eq!(not_trusted(&judged.expect_err("refused")), None, "{garbage:?}");
        }
    }
}
