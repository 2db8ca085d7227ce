//! Mail, by the household's own mail server (RFC 5321). A letter is made of plain data and holds links only: what a link does is
//! done on the page behind it, never by opening it.

mod letter;
mod settings;

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::net::lookup_host;
use url::Host;

pub use self::letter::{Button, Letter, NoLetter, Thread};
pub use self::settings::{Encryption, Login, NoMailServer, Settings};
use super::address::{own_networks, reachable};
use super::handed::{Handed, quoted};
use crate::clock::Clock;
use crate::error::causes;

/// From the first byte to the mail server's last.
const PATIENCE: Duration = Duration::from_secs(30);
/// To one of its addresses.
const CONNECTING: Duration = Duration::from_secs(10);
/// Addresses of a mail server that are tried.
const MOST_ADDRESSES: usize = 4;

/// Hands a letter to the mail server.
///
/// [`Handed::Done`] says that the server has it, not that anybody does.
pub async fn send(settings: &Settings, letter: &Letter, clock: &dyn Clock) -> Handed {
    let message = match letter.written(settings, clock.now()) {
        Ok(message) => message,
        Err(why) => return Handed::refused(why.to_string()),
    };
    let handed = tokio::time::timeout(PATIENCE, handed_over(settings, message)).await;
    handed.unwrap_or_else(|_| Handed::later("the mail server does not answer in time"))
}

async fn handed_over(settings: &Settings, message: lettre::Message) -> Handed {
    let encryption = match encryption(settings) {
        Ok(encryption) => encryption,
        Err(why) => return Handed::refused(why),
    };
    let addresses = match addresses(settings).await {
        Ok(addresses) => addresses,
        Err(handed) => return handed,
    };
    let mut outcome = Handed::later("the mail server's name leads nowhere");
    for address in addresses.into_iter().take(MOST_ADDRESSES) {
        // The address itself, so that it is the one that was looked at; the certificate is the name's.
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.to_string())
            .port(settings.port)
            .timeout(Some(CONNECTING))
            .tls(encryption.clone());
        if let Some(login) = &settings.login {
            transport = transport.credentials(login.credentials());
        }
        match transport.build::<Tokio1Executor>().send(message.clone()).await {
            Ok(_) => return Handed::Done,
            Err(error) => {
                let is_last = has_answered(&error);
                outcome = refusal(&error, settings);
                if is_last {
                    break;
                }
            }
        }
    }
    outcome
}

/// The addresses of the mail server that may be connected to.
async fn addresses(settings: &Settings) -> Result<Vec<IpAddr>, Handed> {
    let refused = |why: super::NotThere| Handed::refused(why.to_string());
    let allowed = settings.encryption.allowed();
    super::address::check_host(&settings.host, allowed).map_err(refused)?;
    let name = match &settings.host {
        Host::Ipv4(address) => return Ok(vec![(*address).into()]),
        Host::Ipv6(address) => return Ok(vec![(*address).into()]),
        Host::Domain(name) => name,
    };
    let found = lookup_host((name.as_str(), settings.port)).await;
    let found = found.map_err(|error| Handed::later(format!("the mail server cannot be found: {error}")))?;
    let left = reachable(name, found, allowed, &own_networks()).map_err(refused)?;
    Ok(left.into_iter().map(|address| address.ip()).collect())
}

fn encryption(settings: &Settings) -> Result<Tls, String> {
    if settings.encryption == Encryption::HomeNetworkOnly {
        return Ok(Tls::None);
    }
    let name = match &settings.host {
        Host::Ipv6(address) => address.to_string(),
        host => host.to_string(),
    };
    let mut parameters = TlsParameters::builder(name);
    if let Some(pem) = &settings.certificate {
        let certificate = Certificate::from_pem(pem.as_bytes());
        parameters = parameters.add_root_certificate(
            certificate.map_err(|_| "the mail server's certificate, as it was set, is none".to_owned())?,
        );
    }
    let parameters =
        parameters.build_rustls().map_err(|error| format!("no secure connection: {}", causes(&error)))?;
    Ok(match settings.encryption {
        Encryption::Implicit => Tls::Wrapper(parameters),
        Encryption::StartTls | Encryption::HomeNetworkOnly => Tls::Required(parameters),
    })
}

/// Whether a mail server was there and said something, so that another of its addresses would say the same.
fn has_answered(error: &Error) -> bool {
    error.is_permanent()
        || error.is_transient()
        || error.is_client()
        || error.is_response()
        || is_about_tls(error)
}

/// Whether it was the encryption that failed. The library says so of some failures; of others only what is in them does.
fn is_about_tls(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        let carried = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(carried) = carried
            && carried.is::<rustls::Error>()
        {
            return true;
        }
        cause = inner.source();
    }
    error.is_tls()
}

fn refusal(error: &Error, settings: &Settings) -> Handed {
    let password = settings.login.as_ref().map_or("", |login| login.password.reveal());
    let said = |error: &Error| {
        // "permanent error (535): 5.7.8 …": its second half are the server's words.
        let text = error.to_string();
        let words = text.split_once("): ").map_or("", |(_, words)| words);
        quoted(words, &[password])
    };
    let with_words = |what: &str| match (error.status(), said(error)) {
        (Some(code), said) if said.is_empty() => format!("{what} ({code})"),
        (Some(code), said) => format!("{what} ({code}): \"{said}\""),
        (None, _) => what.to_owned(),
    };
    if error.is_permanent() {
        Handed::refused(with_words("the mail server refuses"))
    } else if error.is_transient() {
        Handed::later(with_words("the mail server is not ready"))
    } else if error.is_client() {
        Handed::refused("the mail server offers no sign-in, or no secure connection, that can be used")
    } else if is_about_tls(error) {
        Handed::later(
            "there is no secure connection to the mail server; is its certificate valid, and for that name?",
        )
    } else if error.is_timeout() {
        Handed::later("the mail server does not answer in time")
    } else {
        Handed::later("the mail server cannot be reached, or says what none says")
    }
}
