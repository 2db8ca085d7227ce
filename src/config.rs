//! Settings: from flags, then the environment (`LATCHKEY_…`), then `latchkey.toml`, then what is sensible.

mod addresses;
mod mail;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use etcetera::BaseStrategy;
use ipnet::{IpNet, Ipv4Net};
use serde::Deserialize;
use url::Url;

pub use self::addresses::is_within;
use self::addresses::{check_public_url, check_sharing, shared_domain};
use self::mail::SmtpUrl;
use crate::error::{Error, Result};
use crate::files;
use crate::outside::{TrustedOrigin, mail as outside_mail};

/// Where the home listens unless told: this computer only.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8470);

/// Where city databases come from unless told: DB-IP's free one, rebuilt every month (CC BY 4.0).
pub const DEFAULT_GEOIP_UPDATE_URL: &str = "https://download.db-ip.com/free/dbip-city-lite-{yyyy-mm}.mmdb.gz";

/// Where databases of networks come from unless told: DB-IP's free one, rebuilt every month (CC BY 4.0).
pub const DEFAULT_NETWORKS_UPDATE_URL: &str =
    "https://download.db-ip.com/free/dbip-asn-lite-{yyyy-mm}.mmdb.gz";

/// Where the list of exits of the Tor network comes from unless told: the Tor project itself.
pub const DEFAULT_TOR_EXITS_UPDATE_URL: &str = "https://check.torproject.org/torbulkexitlist";

/// The settings of a home.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address people open, when a proxy stands before the home.
    pub public_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// The domain whose sites behind the guard share the cookie; the home's own host only unless told.
    pub cookie_domain: Option<String>,
    /// Whether this is a container, whose loopback address is none of the computer that people sit at.
    pub is_in_container: bool,
    /// Databases of places and networks, beside those that were downloaded.
    pub geoip: Vec<PathBuf>,
    /// Where a newer place database comes from.
    pub geoip_update_url: Option<String>,
    /// SHA-256 of that database, in hex; the file beside it at `URL.sha256` unless told.
    pub geoip_update_sha256: Option<String>,
    /// Where a newer database of networks comes from.
    pub networks_update_url: Option<String>,
    /// SHA-256 of that database, as above.
    pub networks_update_sha256: Option<String>,
    /// Where a newer list of exits of the Tor network comes from: plain text, one address a line.
    pub tor_exits_update_url: Option<String>,
    /// The server that sends e-mail, where there is one.
    pub mail: Option<outside_mail::Settings>,
    /// Push services that are trusted although they are no https addresses of the internet.
    pub push_origins: Vec<TrustedOrigin>,
}

impl Config {
    /// What is sensible for a home in `data_dir`.
    pub fn in_folder(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            listen: DEFAULT_LISTEN,
            public_url: None,
            trusted_proxies: Vec::new(),
            cookie_domain: None,
            is_in_container: false,
            geoip: Vec::new(),
            geoip_update_url: Some(DEFAULT_GEOIP_UPDATE_URL.to_owned()),
            geoip_update_sha256: None,
            networks_update_url: Some(DEFAULT_NETWORKS_UPDATE_URL.to_owned()),
            networks_update_sha256: None,
            tor_exits_update_url: Some(DEFAULT_TOR_EXITS_UPDATE_URL.to_owned()),
            mail: None,
            push_origins: Vec::new(),
        }
    }

    /// Whether a home can be reached by its public address, and sites can share its sign-in.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] with a sentence that says what to set instead.
    pub fn check(&self) -> Result<()> {
        self.public_url.as_ref().map_or(Ok(()), check_public_url)?;
        self.cookie_domain.as_deref().map_or(Ok(()), |domain| check_sharing(domain, self.public_url.as_ref()))
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Words,
    /// One line of JSON per event.
    Json,
}

/// Latchkey without a window: the same home, for a computer that is always on.
#[derive(Clone, Debug, Default, Parser, Deserialize)]
#[command(name = "latchkey-server", version)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Flags {
    /// Folder for the database and everything else that is kept
    #[arg(long, env = "LATCHKEY_DATA_DIR", value_name = "DIR")]
    #[serde(skip)]
    pub data_dir: Option<PathBuf>,
    /// Address and port to listen on; 127.0.0.1:8470 unless told
    #[arg(long, env = "LATCHKEY_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Address people open, when a reverse proxy stands before the home
    #[arg(long, env = "LATCHKEY_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
    /// Reverse proxy whose X-Forwarded-For counts, as an address or a network; may be given again
    #[arg(
        long = "trusted-proxy",
        env = "LATCHKEY_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    #[serde(rename = "trusted-proxy")]
    pub trusted_proxies: Vec<String>,
    /// Domain whose sites behind the guard share the sign-in, such as home.example
    #[arg(long, env = "LATCHKEY_COOKIE_DOMAIN", value_name = "DOMAIN")]
    pub cookie_domain: Option<String>,
    /// Whether this is a container with a network of its own, where nobody is "this computer"; found out unless told
    #[arg(long, env = "LATCHKEY_IN_CONTAINER", value_name = "BOOL")]
    pub in_container: Option<bool>,
    /// Database of places or networks (MaxMind's file format); may be given again
    #[arg(long, env = "LATCHKEY_GEOIP", value_name = "FILE", value_delimiter = ',')]
    pub geoip: Vec<PathBuf>,
    /// Where a newer place database comes from; {yyyy-mm} stands for the month, an empty one for never
    #[arg(long, env = "LATCHKEY_GEOIP_UPDATE_URL", value_name = "URL")]
    pub geoip_update_url: Option<String>,
    /// SHA-256 of that database in hex; URL.sha256 is asked for it unless told
    #[arg(long, env = "LATCHKEY_GEOIP_UPDATE_SHA256", value_name = "HEX")]
    pub geoip_update_sha256: Option<String>,
    /// Where a newer database of networks comes from; as for places
    #[arg(long, env = "LATCHKEY_NETWORKS_UPDATE_URL", value_name = "URL")]
    pub networks_update_url: Option<String>,
    /// SHA-256 of that database in hex; as for places
    #[arg(long, env = "LATCHKEY_NETWORKS_UPDATE_SHA256", value_name = "HEX")]
    pub networks_update_sha256: Option<String>,
    /// Where a newer list of Tor exits comes from: one address a line; an empty one for never
    #[arg(long, env = "LATCHKEY_TOR_EXITS_UPDATE_URL", value_name = "URL")]
    pub tor_exits_update_url: Option<String>,
    /// Server to send e-mail by, such as <smtps://USER:PASSWORD@smtp.example.org>
    #[arg(long, env = "LATCHKEY_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<SmtpUrl>,
    /// Whom e-mail comes from, such as latchkey@home.example
    #[arg(long, env = "LATCHKEY_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Push service of one's own to trust wherever it leads, such as <http://127.0.0.1:9000>; may be given again
    #[arg(long = "push-origin", env = "LATCHKEY_PUSH_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    #[serde(rename = "push-origin")]
    pub push_origins: Vec<String>,
    /// How to write the log
    #[arg(long, env = "LATCHKEY_LOG", value_name = "FORMAT")]
    pub log: Option<LogFormat>,
    /// Show a made-up household in a throw-away folder
    #[arg(long)]
    #[serde(skip)]
    pub demo: bool,
}

impl Flags {
    /// Fills in what was not given from `latchkey.toml` in the data folder, then what is sensible.
    pub fn complete(self) -> Result<(Config, LogFormat)> {
        let data_dir = match self.data_dir.clone() {
            Some(folder) => folder,
            None => default_data_dir()?,
        };
        let file = read_file(&data_dir.join("latchkey.toml"))?;
        let sensible = Config::in_folder(data_dir);
        let trusted_proxies = either(self.trusted_proxies, file.trusted_proxies)
            .iter()
            .map(|text| parse_network(text))
            .collect::<Result<_>>()?;
        let mail = match self.smtp_url.or(file.smtp_url) {
            Some(url) => {
                let from = self.mail_from.or(file.mail_from).ok_or_else(|| {
                    Error::Config("Say with --mail-from whom e-mail comes from.".to_owned())
                })?;
                Some(url.settings(&from)?)
            }
            None => None,
        };
        let push_origins = either(self.push_origins, file.push_origins)
            .iter()
            .map(|text| {
                text.parse()
                    .map_err(|why| Error::Config(format!("{text} is no origin of a push service: {why}.")))
            })
            .collect::<Result<_>>()?;
        let config = Config {
            mail,
            push_origins,
            listen: self.listen.or(file.listen).unwrap_or(sensible.listen),
            public_url: self.public_url.or(file.public_url),
            trusted_proxies,
            cookie_domain: self
                .cookie_domain
                .or(file.cookie_domain)
                .filter(|domain| !domain.is_empty())
                .map(|domain| shared_domain(&domain))
                .transpose()?,
            is_in_container: self.in_container.or(file.in_container).unwrap_or_else(is_in_container),
            geoip: either(self.geoip, file.geoip),
            geoip_update_url: address([
                self.geoip_update_url,
                file.geoip_update_url,
                sensible.geoip_update_url,
            ]),
            geoip_update_sha256: self.geoip_update_sha256.or(file.geoip_update_sha256),
            networks_update_url: address([
                self.networks_update_url,
                file.networks_update_url,
                sensible.networks_update_url,
            ]),
            networks_update_sha256: self.networks_update_sha256.or(file.networks_update_sha256),
            tor_exits_update_url: address([
                self.tor_exits_update_url,
                file.tor_exits_update_url,
                sensible.tor_exits_update_url,
            ]),
            data_dir: sensible.data_dir,
        };
        config.check()?;
        Ok((config, self.log.or(file.log).unwrap_or_default()))
    }
}

/// The folder that this system keeps a program's data in.
pub fn default_data_dir() -> Result<PathBuf> {
    let folders = etcetera::choose_base_strategy().map_err(|cause| {
        Error::Config(format!("There is no home folder ({cause}). Name a data folder with --data-dir."))
    })?;
    Ok(folders.data_dir().join("latchkey"))
}

/// Whether this program runs in a container, as Docker and Podman mark theirs.
fn is_in_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists())
}

fn read_file(path: &Path) -> Result<Flags> {
    match files::read_to_string(path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|cause| Error::Config(format!("{}: {}", path.display(), cause.message()))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Flags::default()),
        Err(cause) => Err(Error::file(format!("cannot read {}", path.display()), cause)),
    }
}

fn either<T>(first: Vec<T>, second: Vec<T>) -> Vec<T> {
    if first.is_empty() { second } else { first }
}

/// The first address that was told; an empty one means none.
fn address(told: [Option<String>; 3]) -> Option<String> {
    told.into_iter().flatten().next().filter(|url| !url.is_empty())
}

fn parse_network(text: &str) -> Result<IpNet> {
    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map(unmapped).map_err(
        |cause| Error::Config(format!("{text} is no address or network of a trusted proxy: {cause}.")),
    )
}

/// A network of IPv4 addresses that was written as IPv6 ones (`::ffff:10.0.0.0/104`), as what it means: addresses of
/// connections and headers are compared as IPv4 ones.
pub fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let v4 = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    v4.and_then(|(address, length)| Ipv4Net::new(address, length).ok()).map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_file_and_the_file_before_what_is_sensible() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let file = "listen = \"127.0.0.1:9000\"\ntrusted-proxy = [\"10.0.0.0/8\", \"::1\"]\n";
        std::fs::write(folder.path().join("latchkey.toml"), file).expect("writes");
        let flags = Flags {
            data_dir: Some(folder.path().into()),
            public_url: Some("https://latchkey.example".parse().expect("a URL")),
            tor_exits_update_url: Some(String::new()),
            ..Flags::default()
        };
        let (config, log) = flags.clone().complete().expect("completes");
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.geoip_update_url.as_deref(), Some(DEFAULT_GEOIP_UPDATE_URL));
        assert_eq!(config.networks_update_url.as_deref(), Some(DEFAULT_NETWORKS_UPDATE_URL));
        assert_eq!(config.tor_exits_update_url, None, "an empty address means never");
        assert_eq!(log, LogFormat::Words);
        let told = Flags { listen: Some("127.0.0.1:1".parse().expect("an address")), ..flags };
        assert_eq!(told.complete().expect("completes").0.listen.port(), 1);
    }

    #[test]
    fn an_ipv4_proxy_may_be_written_as_an_ipv6_one() {
        for (written, meant) in [
            ("::ffff:127.0.0.1", "127.0.0.1/32"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::1", "::1/128"),
            ("fd00::/8", "fd00::/8"),
            ("::/0", "::/0"),
            ("192.168.1.2", "192.168.1.2/32"),
        ] {
            assert_eq!(parse_network(written).expect("a network").to_string(), meant, "{written}");
        }
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().expect("temporary folder");
        std::fs::write(folder.path().join("latchkey.toml"), "lisen = \"x\"").expect("writes");
        let flags = Flags { data_dir: Some(folder.path().into()), ..Flags::default() };
        let error = flags.complete().expect_err("an unknown word");
        assert!(error.to_string().contains("lisen"), "{error}");
        assert!(parse_network("the proxy").expect_err("no network").to_string().contains("the proxy"));
    }
}
