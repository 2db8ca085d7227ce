//! The home's own certificates: an authority that vouches for names of households only, and a certificate by it, for this computer,
//! that is made anew long before it ends, always with the same key: whoever knows the home by the pin of its key need not notice.
//!
//! Nothing but the two keys is kept. A certificate is made of them, of the names and of which 30 days it is, and is the same to the
//! last byte whenever it is made of the same: a browser in which somebody accepted it is not asked again by a restart.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyUsagePurpose, NameConstraints, SanType, SerialNumber, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};
use sha2::{Digest, Sha256};
use url::Url;

use super::key::Key;
use super::names::{DOMAINS, NETWORKS, Names};
use crate::clock::Clock;
use crate::error::{Error, Result, causes};
use crate::files;
use crate::model::{KeyPin, Timestamp};
use crate::random::Random;

/// A certificate is made anew in every such stretch of time. It is good from one before it until one after it, so that what is shown
/// has 30 days left at the least, and a clock that is a month off does no harm.
const STRETCH: Duration = Duration::from_hours(30 * 24);

/// How long what was read of this computer's names counts.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The last moment that a clock is believed, in seconds since 1970: the end of the authority.
const LAST: u64 = 2_524_607_999;

/// What browsers speak within TLS here.
const SPOKEN: &[u8] = b"http/1.1";

/// The file of the authority's certificate, in the data folder, for whoever has their devices trust it.
const AUTHORITY_FILE: &str = "authority.pem";

/// The keys of the home's certificates: all that is kept of them.
#[derive(Debug)]
pub struct Keys {
    authority: Key,
    server: Key,
}

impl Keys {
    /// New ones.
    pub fn new(random: &dyn Random) -> Self {
        Self { authority: Key::new(random), server: Key::new(random) }
    }

    /// Their secrets, to be kept.
    pub fn secret_bytes(&self) -> Vec<u8> {
        [self.authority.secret_bytes(), self.server.secret_bytes()].concat()
    }

    /// The keys that [`Self::secret_bytes`] gave; `None` when these bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (authority, server) = bytes.split_at_checked(Key::KEPT)?;
        Some(Self { authority: Key::from_bytes(authority)?, server: Key::from_bytes(server)? })
    }
}

/// The home's own certificates, as handshakes ask for them.
pub struct Certificates {
    keys: Keys,
    /// The server's key, as handshakes take it.
    key: Arc<dyn SigningKey>,
    authority: CertificateDer<'static>,
    /// The address that people open.
    public_url: Option<Url>,
    clock: Arc<dyn Clock>,
    shown: ArcSwap<Shown>,
    /// When it was looked whether another is due: milliseconds of the clock that nobody sets.
    looked_at: AtomicU64,
}

/// What is shown at present, and what it was made of.
struct Shown {
    names: Names,
    stretch: u64,
    certified: Arc<CertifiedKey>,
}

impl Certificates {
    /// Those of a home with these keys, that people open at `public_url`.
    pub fn new(keys: Keys, public_url: Option<Url>, clock: Arc<dyn Clock>) -> Result<Self> {
        let key = keys.server.for_handshakes()?;
        let authority = authority(&keys).self_signed(&keys.authority).map_err(Error::internal)?;
        let authority = CertificateDer::from(authority);
        let (names, stretch) = (Names::of_this_computer(public_url.as_ref()), stretch_of(clock.now()));
        let certified = certified(&keys, &key, &authority, &names, stretch).map_err(Error::internal)?;
        Ok(Self {
            shown: ArcSwap::from_pointee(Shown { names, stretch, certified }),
            looked_at: AtomicU64::new(millis(clock.elapsed())),
            keys,
            key,
            authority,
            public_url,
            clock,
        })
    }

    /// By what whoever was told it knows this home.
    pub fn pin(&self) -> KeyPin {
        self.keys.server.pin()
    }

    /// How handshakes are answered.
    pub fn server_config(self: &Arc<Self>) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has suites of both versions");
        let shown: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut config = builder.with_no_client_auth().with_cert_resolver(shown);
        config.alpn_protocols = vec![SPOKEN.to_vec()];
        Arc::new(config)
    }

    /// Leaves the authority's certificate in the data folder, where it is not there already.
    ///
    /// # Errors
    ///
    /// When it cannot be written. Nothing hangs on it but that it can be handed to devices.
    pub fn leave_authority(&self, folder: &Path) -> io::Result<()> {
        let (file, text) = (folder.join(AUTHORITY_FILE), pem(&self.authority));
        if files::read_to_string(&file).is_ok_and(|there| there == text) {
            return Ok(());
        }
        files::make_anew(&file)?.write_all(text.as_bytes())
    }

    /// The certificate to show now, made anew when that is due.
    fn current(&self) -> Arc<CertifiedKey> {
        let (looked_at, now) = (self.looked_at.load(Ordering::Relaxed), millis(self.clock.elapsed()));
        // One of those who come at once looks.
        if now >= looked_at.saturating_add(millis(LOOK_EVERY))
            && self.looked_at.compare_exchange(looked_at, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            self.look_again();
        }
        Arc::clone(&self.shown.load().certified)
    }

    fn look_again(&self) {
        let names = Names::of_this_computer(self.public_url.as_ref());
        let stretch = stretch_of(self.clock.now());
        let shown = self.shown.load();
        if shown.names == names && shown.stretch == stretch {
            return;
        }
        match certified(&self.keys, &self.key, &self.authority, &names, stretch) {
            Ok(certified) => self.shown.store(Arc::new(Shown { names, stretch, certified })),
            // What is shown goes on to be good for a month.
            Err(error) => {
                tracing::error!(error = %causes(&error), "the home's certificate could not be made anew");
            }
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificates({})", self.pin())
    }
}

/// Which stretch of time a moment is in.
fn stretch_of(now: Timestamp) -> u64 {
    let seconds = u64::try_from(now.as_millis() / 1000).unwrap_or_default().min(LAST);
    seconds / STRETCH.as_secs()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX - 1)
}

/// The authority: always the same, for its key. It vouches for servers of households and for nothing else, where whoever trusts it
/// heeds that (RFC 5280 sections 4.2.1.10 and 4.2.1.12).
fn authority(keys: &Keys) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.serial_number = Some(serial(keys, b"authority"));
    // Those of two homes are told apart where people look at what their devices trust.
    let letters = keys.authority.pin().letters();
    params.distinguished_name = called(&format!("Latchkey at home {}", &letters[..9]));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let domains = DOMAINS.iter().map(|domain| GeneralSubtree::DnsName((*domain).to_owned()));
    let networks = NETWORKS
        .iter()
        .map(|(address, bits)| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, *bits)));
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: domains.chain(networks).collect(),
        excluded_subtrees: Vec::new(),
    });
    params
}

/// The certificate of a stretch of time, with the authority's behind it and the key to it.
fn certified(
    keys: &Keys,
    key: &Arc<dyn SigningKey>,
    by: &CertificateDer<'static>,
    names: &Names,
    stretch: u64,
) -> Result<Arc<CertifiedKey>, rcgen::Error> {
    let domains = names.domains.iter().map(|name| Ia5String::try_from(name.as_str()).map(SanType::DnsName));
    let addresses = names.addresses.iter().map(|address| Ok(SanType::IpAddress(*address)));
    let begins = STRETCH.as_secs() * stretch;
    let at = |seconds| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
    let mut params = CertificateParams::default();
    params.not_before = at(begins.saturating_sub(STRETCH.as_secs()));
    params.not_after = at(begins + 2 * STRETCH.as_secs());
    params.serial_number = Some(serial(keys, format!("{stretch} {names:?}").as_bytes()));
    params.distinguished_name = called("Latchkey");
    params.subject_alt_names = domains.chain(addresses).collect::<Result<_, rcgen::Error>>()?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.is_ca = IsCa::ExplicitNoCa;
    let certificate = params.signed_by(&keys.server, &Issuer::new(authority(keys), &keys.authority))?;
    let chain = vec![certificate.into(), by.clone()];
    Ok(Arc::new(CertifiedKey::new(chain, Arc::clone(key))))
}

/// A number that no other certificate of the authority has, by what it is made of: browsers refuse two with the same.
fn serial(keys: &Keys, of: &[u8]) -> SerialNumber {
    let hash = Sha256::new().chain_update(keys.authority.pin().to_string()).chain_update(of).finalize();
    let mut bytes: Vec<u8> = hash.iter().copied().take(16).collect();
    // A number above zero, as long as the others (RFC 5280 section 4.1.2.2).
    bytes[0] = (bytes[0] & 0x3f) | 0x40;
    SerialNumber::from(bytes)
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

/// A certificate as text (RFC 7468).
fn pem(certificate: &CertificateDer<'_>) -> String {
    let encoded = STANDARD.encode(certificate);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in encoded.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

#[cfg(test)]
mod tests;
