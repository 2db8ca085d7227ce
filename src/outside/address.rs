//! Where a message may go. An address that somebody else chose must not make the home knock at doors that only the home
//! can reach (server-side request forgery, OWASP SSRF Prevention; RFC 6890 for the ranges).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::str::FromStr;

use ipnet::{IpNet, Ipv6Net};
use url::{Host, Origin, Url};

/// How far an address may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To the internet, by https. For an address that a browser brings: nobody of the household chose it.
    Internet,
    /// Also into the home network, and to this computer when it is written so. For what somebody who manages the account
    /// set up: an ntfy server or Home Assistant in the house. Plain http stays in the house.
    HomeNetwork,
}

/// Which resolved addresses a connection may be made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Those of the internet.
    Public,
    /// Those of the internet and of the home network.
    Anywhere,
    /// Those of the home network.
    AtHome,
}

/// Why an address may not be used. Each is a sentence for whoever gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// Another scheme.
    #[error("The address must begin with https://.")]
    NotHttps,
    /// Plain http to somewhere outside the house.
    #[error("Plain http is for servers in the home network only. Use an address that begins with https://.")]
    PlainOutside,
    /// No host, or a name and password before it.
    #[error("The address must name a server, without a name or a password before it.")]
    NoServer,
    /// An address that no message goes to.
    #[error("That address leads to a computer that Latchkey does not send messages to.")]
    Forbidden,
}

/// An origin that is trusted with web push although it is no https address of the internet: a push service of one's own, or
/// that of a test. Named one by one by whoever starts the home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedOrigin(Origin);

impl FromStr for TrustedOrigin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused =
            || "it reads like https://push.home.example, with nothing after the host and its port".to_owned();
        let url = Url::parse(text).map_err(|_| refused())?;
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        if is_bare && is_web { Ok(Self(url.origin())) } else { Err(refused()) }
    }
}

impl std::fmt::Display for TrustedOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.ascii_serialization())
    }
}

/// Says of every address whether a message may go there.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    trusted: Vec<TrustedOrigin>,
}

impl Guard {
    /// A guard that lets web push go to these origins, too.
    pub fn trusting(trusted: Vec<TrustedOrigin>) -> Self {
        Self { trusted }
    }

    /// Whether an address may be used, as far as its text says. Where its name leads is looked at with every message.
    pub fn check(&self, url: &Url, reach: Reach) -> Result<(), NotThere> {
        self.allowed(url, reach).map(drop)
    }

    /// Whether the address is of an origin that is trusted by name.
    pub(super) fn trusts(&self, url: &Url) -> bool {
        self.trusted.iter().any(|origin| origin.0 == url.origin())
    }

    pub(super) fn trusted(&self) -> &[TrustedOrigin] {
        &self.trusted
    }

    /// What the address may resolve to; `None`: to anything, as its origin is trusted by name.
    pub(crate) fn allowed(&self, url: &Url, reach: Reach) -> Result<Option<Allowed>, NotThere> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotThere::NoServer);
        }
        if self.trusts(url) {
            return Ok(None);
        }
        let allowed = match (url.scheme(), reach) {
            ("https", Reach::Internet) => Allowed::Public,
            ("https", Reach::HomeNetwork) => Allowed::Anywhere,
            ("http", Reach::HomeNetwork) => Allowed::AtHome,
            _ => return Err(NotThere::NotHttps),
        };
        let host = url.host().ok_or(NotThere::NoServer)?;
        check_host(&host.to_owned(), allowed)?;
        Ok(Some(allowed))
    }
}

/// Whether a host may be connected to, as far as its text says.
pub(super) fn check_host(host: &Host<String>, allowed: Allowed) -> Result<(), NotThere> {
    let address = match host {
        Host::Ipv4(address) => IpAddr::from(*address),
        Host::Ipv6(address) => IpAddr::from(*address),
        Host::Domain(name) if is_this_computer(name) => IpAddr::from(Ipv4Addr::LOCALHOST),
        Host::Domain(_) => return Ok(()),
    };
    // Written so: it cannot lead elsewhere tomorrow.
    check_address(address, allowed, true, &own_networks())
}

/// Of what a name resolves to, the addresses that may be connected to.
///
/// # Errors
///
/// When there is none.
pub(super) fn reachable(
    name: &str,
    found: impl IntoIterator<Item = SocketAddr>,
    allowed: Allowed,
    own: &[IpNet],
) -> Result<Vec<SocketAddr>, NotThere> {
    let is_written_so = is_this_computer(name);
    let mut refused = NotThere::Forbidden;
    let mut reachable = Vec::new();
    for address in found {
        match check_address(address.ip(), allowed, is_written_so, own) {
            Ok(()) => reachable.push(address),
            Err(why) => refused = why,
        }
    }
    if reachable.is_empty() { Err(refused) } else { Ok(reachable) }
}

/// Names that stand for this computer wherever they are looked up (RFC 6761 section 6.3).
fn is_this_computer(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Public,
    Home,
    ThisComputer,
    Nobodys,
}

fn check_address(
    address: IpAddr,
    allowed: Allowed,
    is_written_so: bool,
    own: &[IpNet],
) -> Result<(), NotThere> {
    let is_own = own.iter().any(|network| network.contains(&address.to_canonical()));
    match (whose(address), allowed) {
        (Whose::Nobodys, _) | (Whose::Home | Whose::ThisComputer, Allowed::Public) => {
            Err(NotThere::Forbidden)
        }
        // A public address that is this home's, or of its network: with IPv6 every device in the house has one.
        (Whose::Public, Allowed::Public) if is_own => Err(NotThere::Forbidden),
        (Whose::Public, Allowed::AtHome) if !is_own => Err(NotThere::PlainOutside),
        // A name of somebody else's that leads to this computer is no server of the household.
        (Whose::ThisComputer, _) if !is_written_so => Err(NotThere::Forbidden),
        _ => Ok(()),
    }
}

fn whose(address: IpAddr) -> Whose {
    match address.to_canonical() {
        IpAddr::V4(address) => whose_v4(address),
        IpAddr::V6(address) => whose_v6(address),
    }
}

#[expect(clippy::match_same_arms, reason = "the order of the arms says what comes out of which range")]
fn whose_v4(address: Ipv4Addr) -> Whose {
    match address.octets() {
        [127, ..] => Whose::ThisComputer,
        // Where a cloud keeps what its machines may know of themselves, credentials among it.
        [100, 100, 100, 200] => Whose::Nobodys,
        // 100.64.0.0/10 is shared address space (RFC 6598): overlay networks of households use it.
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => Whose::Home,
        // "This network", link-local (169.254.169.254 is every cloud's metadata), special purposes, documentation,
        // benchmarks, the relay of 6to4, multicast and what is reserved (RFC 6890, RFC 5737, RFC 2544, RFC 7526).
        [0 | 224.., ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Whose::Nobodys,
        _ => Whose::Public,
    }
}

#[expect(clippy::match_same_arms, reason = "the order of the arms says what comes out of which range")]
fn whose_v6(address: Ipv6Addr) -> Whose {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| whose_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => Whose::ThisComputer,
        // Addresses that carry an IPv4 one: NAT64 (RFC 6052) and 6to4 (RFC 3056) lead where that leads.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => match embedded(high, low) {
            Whose::Public => Whose::Public,
            _ => Whose::Nobodys,
        },
        // Metadata of clouds, in the range of home networks.
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => Whose::Nobodys,
        [0xfc00..=0xfdff, ..] => Whose::Home,
        // Teredo (RFC 4380), protocol assignments and documentation (RFC 3849, RFC 9637).
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Whose::Nobodys,
        [0x2000..=0x3fff, ..] => Whose::Public,
        // What has not been given out, link-local, multicast, unspecified.
        _ => Whose::Nobodys,
    }
}

/// The networks that this computer's own public addresses stand in: the address itself, and of IPv6 the /64 that the devices
/// beside it are in. Asks the system which address it would send from; nothing is sent.
pub(super) fn own_networks() -> Vec<IpNet> {
    // Addresses for documentation: the route there is the one to the internet, and nobody is there.
    let towards = [
        (SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)), SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 9))),
        (
            SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
            SocketAddr::from((Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9)),
        ),
    ];
    let own = towards.into_iter().filter_map(|(from, to)| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    });
    own.filter(|address| whose(*address) == Whose::Public)
        .map(|address| match address {
            IpAddr::V4(_) => IpNet::from(address),
            IpAddr::V6(address) => Ipv6Net::new_assert(address, 64).trunc().into(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, reach: Reach) -> Result<(), NotThere> {
        Guard::default().check(&address.parse().expect("an address"), reach)
    }

    #[test]
    fn an_address_that_a_browser_brings_is_https_on_the_internet() {
        for fine in [
            "https://fcm.googleapis.com/fcm/send/x",
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "https://93.184.216.34/x",
            "https://[2606:2800:220:1::1]:8443/x",
            "https://[64:ff9b::5db8:d822]/x",
        ] {
            assert_eq!(check(fine, Reach::Internet), Ok(()), "{fine}");
        }
        for (wrong, why) in [
            ("http://fcm.googleapis.com/x", NotThere::NotHttps),
            ("ftp://fcm.googleapis.com/x", NotThere::NotHttps),
            ("data:text/plain,x", NotThere::NotHttps),
            ("https://ana:hush@fcm.googleapis.com/x", NotThere::NoServer),
            ("https://localhost/x", NotThere::Forbidden),
            ("https://a.LOCALHOST./x", NotThere::Forbidden),
            ("https://127.0.0.1/x", NotThere::Forbidden),
            ("https://127.1/x", NotThere::Forbidden),
            ("https://2130706433/x", NotThere::Forbidden),
            ("https://0x7f.1/x", NotThere::Forbidden),
            ("https://0/x", NotThere::Forbidden),
            ("https://10.1.2.3/x", NotThere::Forbidden),
            ("https://172.31.0.1/x", NotThere::Forbidden),
            ("https://192.168.1.10/x", NotThere::Forbidden),
            ("https://100.64.0.1/x", NotThere::Forbidden),
            ("https://169.254.169.254/latest/meta-data", NotThere::Forbidden),
            ("https://192.0.0.192/x", NotThere::Forbidden),
            ("https://198.18.0.1/x", NotThere::Forbidden),
            ("https://203.0.113.4/x", NotThere::Forbidden),
            ("https://224.0.0.1/x", NotThere::Forbidden),
            ("https://255.255.255.255/x", NotThere::Forbidden),
            ("https://[::1]/x", NotThere::Forbidden),
            ("https://[::]/x", NotThere::Forbidden),
            ("https://[::ffff:192.168.1.1]/x", NotThere::Forbidden),
            ("https://[::ffff:127.0.0.1]/x", NotThere::Forbidden),
            ("https://[::127.0.0.1]/x", NotThere::Forbidden),
            ("https://[64:ff9b::7f00:1]/x", NotThere::Forbidden),
            ("https://[64:ff9b:1::1]/x", NotThere::Forbidden),
            ("https://[2002:c0a8:101::1]/x", NotThere::Forbidden),
            ("https://[2001::1]/x", NotThere::Forbidden),
            ("https://[2001:db8::1]/x", NotThere::Forbidden),
            ("https://[fd12::1]/x", NotThere::Forbidden),
            ("https://[fe80::1]/x", NotThere::Forbidden),
            ("https://[ff02::1]/x", NotThere::Forbidden),
        ] {
            assert_eq!(check(wrong, Reach::Internet), Err(why), "{wrong}");
        }
    }

    #[test]
    fn what_the_household_set_up_may_be_in_the_house_and_plain_http_stays_there() {
        for fine in [
            "http://192.168.1.20:8123/api/webhook/x",
            "http://127.0.0.1:8123/x",
            "http://localhost:8123/x",
            "http://[::1]:8123/x",
            "http://homeassistant.local:8123/x",
            "https://100.101.102.103/x",
            "https://[fd12::1]/x",
            "https://ntfy.sh/x",
            "https://93.184.216.34/x",
        ] {
            assert_eq!(check(fine, Reach::HomeNetwork), Ok(()), "{fine}");
        }
        for (wrong, why) in [
            ("http://93.184.216.34/x", NotThere::PlainOutside),
            ("http://169.254.169.254/latest/meta-data", NotThere::Forbidden),
            ("http://100.100.100.200/x", NotThere::Forbidden),
            ("http://[fd00:ec2::254]/x", NotThere::Forbidden),
            ("http://[fe80::1]/x", NotThere::Forbidden),
            ("http://0.0.0.0:8123/x", NotThere::Forbidden),
            ("gopher://192.168.1.20/x", NotThere::NotHttps),
        ] {
            assert_eq!(check(wrong, Reach::HomeNetwork), Err(why), "{wrong}");
        }
    }

    #[test]
    fn only_addresses_that_may_be_are_left_of_what_a_name_resolves_to() {
        let found = |addresses: &[&str]| {
            addresses
                .iter()
                .map(|address| SocketAddr::new(address.parse().expect("an address"), 0))
                .collect::<Vec<_>>()
        };
        let left = |name: &str, addresses: &[&str], allowed| {
            let left = reachable(name, found(addresses), allowed, &[]);
            left.map(|left| left.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>())
        };
        let public = "93.184.216.34";
        let mixed = [public, "127.0.0.1", "192.168.1.1", "169.254.169.254", "::ffff:10.0.0.1"];
        assert_eq!(left("push.example", &mixed, Allowed::Public), Ok(vec![public.to_owned()]));
        assert_eq!(
            left("ha.home.example", &mixed, Allowed::Anywhere),
            Ok([public, "192.168.1.1", "::ffff:10.0.0.1"].map(str::to_owned).to_vec())
        );
        // Plain http: whoever answers for the name cannot lead it out of the house, nor to this computer.
        assert_eq!(
            left("ha.home.example", &mixed, Allowed::AtHome),
            Ok(["192.168.1.1", "::ffff:10.0.0.1"].map(str::to_owned).to_vec())
        );
        assert_eq!(left("evil.example", &["127.0.0.1", "::1"], Allowed::Anywhere), Err(NotThere::Forbidden));
        assert_eq!(left("evil.example", &[public], Allowed::AtHome), Err(NotThere::PlainOutside));
        assert_eq!(left("localhost", &["::1"], Allowed::AtHome), Ok(vec!["::1".to_owned()]));
        assert_eq!(left("nobody.example", &[], Allowed::Public), Err(NotThere::Forbidden));
    }

    #[test]
    fn the_neighbours_of_this_computer_are_no_push_services() {
        let own: [IpNet; 2] =
            ["2a02:8388:1:2::/64".parse().expect("a network"), "81.2.69.142/32".parse().expect("one")];
        let allowed = |address: &str, allowed| {
            check_address(address.parse().expect("an address"), allowed, false, &own)
        };
        assert_eq!(allowed("2a02:8388:1:2::beef", Allowed::Public), Err(NotThere::Forbidden));
        assert_eq!(allowed("81.2.69.142", Allowed::Public), Err(NotThere::Forbidden));
        assert_eq!(allowed("::ffff:81.2.69.142", Allowed::Public), Err(NotThere::Forbidden));
        assert_eq!(allowed("2a02:8388:1:3::beef", Allowed::Public), Ok(()));
        assert_eq!(allowed("2a02:8388:1:2::beef", Allowed::AtHome), Ok(()));
        assert_eq!(allowed("2a02:8388:1:3::beef", Allowed::AtHome), Err(NotThere::PlainOutside));
    }

    #[test]
    fn an_origin_is_trusted_by_its_whole_name_only() {
        let guard = Guard::trusting(vec!["http://127.0.0.1:8701".parse().expect("an origin")]);
        let check = |address: &str| guard.check(&address.parse().expect("an address"), Reach::Internet);
        assert_eq!(check("http://127.0.0.1:8701/wpush/v2/x"), Ok(()));
        assert_eq!(check("http://127.0.0.1:8702/wpush/v2/x"), Err(NotThere::NotHttps));
        assert_eq!(check("https://127.0.0.1:8701/wpush/v2/x"), Err(NotThere::Forbidden));
        assert_eq!(check("http://a@127.0.0.1:8701/x"), Err(NotThere::NoServer));
        for wrong in [
            "",
            "127.0.0.1:8701",
            "http://127.0.0.1/x",
            "ftp://127.0.0.1",
            "http://a:b@127.0.0.1",
            "*",
            "http://*/?",
        ] {
            assert!(wrong.parse::<TrustedOrigin>().is_err(), "{wrong}");
        }
    }
}
