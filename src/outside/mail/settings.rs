//! The household's mail server.

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use url::Host;

use crate::model::Secret;
use crate::outside::address::{Allowed, NotThere, check_host};

/// How the connection is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte (RFC 8314; port 465 mostly).
    Implicit,
    /// STARTTLS, and nothing without it (RFC 3207; port 587 mostly).
    StartTls,
    /// Not at all: only to this computer and within the home network.
    HomeNetworkOnly,
}

impl Encryption {
    /// Where such a connection may go. Whoever manages the account chose the server, so that it may stand in the house.
    pub(super) const fn allowed(self) -> Allowed {
        match self {
            Self::Implicit | Self::StartTls => Allowed::Anywhere,
            Self::HomeNetworkOnly => Allowed::AtHome,
        }
    }
}

/// Who sends, to the mail server.
#[derive(Clone, Debug)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl Login {
    pub(super) fn credentials(&self) -> Credentials {
        Credentials::new(self.user.clone(), self.password.reveal().to_owned())
    }
}

/// The mail server, and whose letters it is handed.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(super) host: Host<String>,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) login: Option<Login>,
    pub(super) from: Mailbox,
    pub(super) certificate: Option<String>,
}

/// Why these are no settings of a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMailServer {
    /// No name or address of a computer.
    #[error("The mail server is a name such as smtp.example.org, without a scheme or a port.")]
    Host,
    /// One that no mail is sent to.
    #[error("The mail server cannot be used. {0}")]
    Forbidden(NotThere),
    /// Without encryption, outside of the house.
    #[error("Without encryption mail goes to a server in the home network only. Choose TLS or STARTTLS.")]
    PlainOutside,
    /// No address to send from.
    #[error("The sender is an address such as latchkey@home.example.")]
    From,
}

impl Settings {
    /// The server at `host`, to which letters from `from` are handed: `latchkey@home.example` or `Latchkey <latchkey@home.example>`.
    ///
    /// # Errors
    ///
    /// [`NoMailServer`], with a sentence for whoever set it.
    pub fn new(
        host: &str,
        port: u16,
        encryption: Encryption,
        login: Option<Login>,
        from: &str,
    ) -> Result<Self, NoMailServer> {
        let bare = host.trim();
        // An IPv6 address is written as in a URL, and as people write it.
        let host = Host::parse(bare)
            .or_else(|_| Host::parse(&format!("[{bare}]")))
            .map_err(|_| NoMailServer::Host)?;
        check_host(&host, encryption.allowed()).map_err(|why| match why {
            NotThere::PlainOutside => NoMailServer::PlainOutside,
            why => NoMailServer::Forbidden(why),
        })?;
        let from = from.trim().parse().map_err(|_| NoMailServer::From)?;
        Ok(Self { host, port, encryption, login, from, certificate: None })
    }

    /// The same, trusting a certificate (PEM) beside those that this computer trusts: a mail server of one's own often has one that it
    /// made itself.
    #[must_use]
    pub fn trusting(self, certificate: String) -> Self {
        Self { certificate: Some(certificate), ..self }
    }

    /// Which server, as a log may say it.
    pub fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_a_name_and_a_sender_an_address() {
        let new = |host: &str, encryption, from: &str| {
            Settings::new(host, 587, encryption, None, from).map(|settings| settings.server())
        };
        let from = "Latchkey <latchkey@home.example>";
        let (tls, none) = (Encryption::StartTls, Encryption::HomeNetworkOnly);
        assert_eq!(new(" smtp.example.org ", tls, from), Ok("smtp.example.org:587".into()));
        assert_eq!(new("192.168.1.5", none, "a@b.example"), Ok("192.168.1.5:587".into()));
        assert_eq!(new("::1", none, from), Ok("[::1]:587".into()));
        for (host, encryption, from, why) in [
            ("", tls, from, NoMailServer::Host),
            ("smtp://example.org", tls, from, NoMailServer::Host),
            ("example.org:25", tls, from, NoMailServer::Host),
            ("exa mple.org", tls, from, NoMailServer::Host),
            ("93.184.216.34", none, from, NoMailServer::PlainOutside),
            ("169.254.169.254", tls, from, NoMailServer::Forbidden(NotThere::Forbidden)),
            ("smtp.example.org", tls, "", NoMailServer::From),
            ("smtp.example.org", tls, "nobody", NoMailServer::From),
            ("smtp.example.org", tls, "a@b.example\r\nBcc: c@d.example", NoMailServer::From),
        ] {
            assert_eq!(new(host, encryption, from), Err(why), "{host} {from}");
        }
        let login = Login { user: "ana".into(), password: Secret::received("hush") };
        let settings = Settings::new("smtp.example.org", 465, Encryption::Implicit, Some(login), from);
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
