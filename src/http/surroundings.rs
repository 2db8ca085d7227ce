//! What is around this computer on the network: whose addresses stand for somebody else, and which are on this side of
//! the internet.
//!
//! Whoever comes from the address of a gateway is somebody behind it: a container's gateway stands for everybody who
//! reaches the container, a router for who was let in from the internet. Whoever comes from an address of this computer
//! itself comes through a program on it that passes connections on (rootless Podman, `socat`). And a public address may
//! be next door: IPv6 gives every device of a house one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use ipnet::IpNet;

/// How long what was read counts: networks change seldom.
const KEPT: Duration = Duration::from_secs(30);

/// The widest networks whose addresses are taken for neighbours, in bits: a provider that puts more on one wire puts
/// strangers on it.
const WIDEST: (u8, u8) = (16, 48);

/// What is around this computer.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Its gateways; `None` when they cannot be known, so that every neighbour may be one.
    pub gateways: Option<Vec<IpAddr>>,
    /// Addresses of its own interfaces, but loopback.
    pub own: Vec<IpAddr>,
    /// The networks that it reaches without a gateway.
    pub on_link: Vec<IpNet>,
    /// Whether this is a container: its loopback address is then none of the computer that people sit at.
    pub is_container: bool,
}

impl Around {
    /// Nothing but a computer by itself, for tests.
    #[cfg(test)]
    pub fn nothing() -> Self {
        Self { gateways: Some(Vec::new()), ..Self::default() }
    }

    /// Whether an address is a gateway's, as far as can be known: of an address on this side, if nothing can.
    pub fn is_gateway(&self, address: IpAddr) -> bool {
        self.gateways.as_ref().is_none_or(|gateways| gateways.contains(&address))
    }

    /// Whether an address is this computer's own, other than loopback.
    pub fn is_own(&self, address: IpAddr) -> bool {
        self.own.contains(&address)
    }

    /// Whether an address is on a network that this computer reaches without a gateway.
    pub fn is_next_door(&self, address: IpAddr) -> bool {
        self.on_link.iter().any(|network| network.contains(&address))
    }
}

/// What is around this computer, read anew now and then.
#[derive(Debug)]
pub struct Surroundings {
    known: ArcSwap<Around>,
    /// Milliseconds of the clock that nobody sets; `u64::MAX` when it is not to be read again.
    read_at: AtomicU64,
}

impl Surroundings {
    /// As they are at this moment, which is `elapsed` by the clock that nobody sets.
    pub fn read(elapsed: Duration, is_container: bool) -> Self {
        let first = read(is_container);
        if first.gateways.is_none() {
            tracing::warn!(
                "the system does not say which gateways this computer has, so whoever comes from the household's network \
                 is at an unknown place: make /proc/net readable, or put a trusted proxy before the home"
            );
        }
        Self { known: ArcSwap::from_pointee(first), read_at: AtomicU64::new(millis(elapsed)) }
    }

    /// These, whatever happens: for tests.
    pub fn fixed(around: Around) -> Self {
        Self { known: ArcSwap::from_pointee(around), read_at: AtomicU64::new(u64::MAX) }
    }

    /// What is around it now.
    pub fn now(&self, elapsed: Duration) -> arc_swap::Guard<std::sync::Arc<Around>> {
        let (read_at, now) = (self.read_at.load(Ordering::Relaxed), millis(elapsed));
        // One of those who come at once reads them.
        if now >= read_at.saturating_add(millis(KEPT))
            && read_at != u64::MAX
            && self.read_at.compare_exchange(read_at, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            self.known.store(read(self.known.load().is_container).into());
        }
        self.known.load()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX - 1)
}

/// Linux says in `/proc/net` what there is; elsewhere nothing is known, and nothing is looked for: what is private is on this
/// side, and what is public is not.
fn read(is_container: bool) -> Around {
    if !cfg!(target_os = "linux") {
        return Around { gateways: Some(Vec::new()), is_container, ..Around::default() };
    }
    let text = |name: &str| match std::fs::read_to_string(format!("/proc/net/{name}")) {
        // Without IPv6 there is no file that is called so.
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && name.contains('6') => {
            Some(String::new())
        }
        read => read.ok(),
    };
    let (route, ipv6_route) = (text("route"), text("ipv6_route"));
    let (tree, if_inet6) = (text("fib_trie").unwrap_or_default(), text("if_inet6").unwrap_or_default());
    let on_link = on_link(route.as_deref().unwrap_or_default(), &if_inet6);
    let gateways = route.zip(ipv6_route).map(|(v4, v6)| gateways(&v4, &v6));
    Around { gateways, own: own(&tree, &if_inet6), on_link, is_container }
}

/// The addresses of this computer in these two files, but loopback.
fn own(fib_trie: &str, if_inet6: &str) -> Vec<IpAddr> {
    let mut v4 = Vec::new();
    let mut last = None;
    for line in fib_trie.lines().map(str::trim) {
        match line.strip_prefix("|-- ") {
            Some(address) => last = address.parse::<Ipv4Addr>().ok(),
            // An address is listed in more than one table.
            None if line == "/32 host LOCAL" => v4.extend(last.filter(|address| !v4.contains(address))),
            None => {}
        }
    }
    let v6 = interfaces(if_inet6).map(|(address, _)| IpAddr::from(address));
    v4.into_iter().map(IpAddr::from).chain(v6).filter(|address| !address.is_loopback()).collect()
}

/// The networks that these two files say are reached without a gateway.
fn on_link(route: &str, if_inet6: &str) -> Vec<IpNet> {
    let v4 = route.lines().filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [_, network, "00000000", _, _, _, _, mask, ..] = fields[..] else { return None };
        IpNet::with_netmask(in_memory(network)?.into(), in_memory(mask)?.into()).ok()
    });
    let v6 = interfaces(if_inet6).filter_map(|(address, length)| IpNet::new(address.into(), length).ok());
    let is_narrow =
        |network: &IpNet| network.prefix_len() >= if network.addr().is_ipv4() { WIDEST.0 } else { WIDEST.1 };
    v4.chain(v6).filter(is_narrow).collect()
}

/// The IPv6 addresses of interfaces, each with the bits of its network.
fn interfaces(if_inet6: &str) -> impl Iterator<Item = (Ipv6Addr, u8)> {
    if_inet6.lines().filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [address, _, length, ..] = fields[..] else { return None };
        let address = u128::from_str_radix(address, 16).ok()?;
        Some((Ipv6Addr::from(address), u8::from_str_radix(length, 16).ok()?))
    })
}

/// An IPv4 address as the machine keeps it in memory, read as one number.
fn in_memory(hex: &str) -> Option<Ipv4Addr> {
    Some(Ipv4Addr::from(u32::from_str_radix(hex, 16).ok()?.to_ne_bytes()))
}

/// The gateways of the default routes in these two files (`proc_net(5)`).
fn gateways(route: &str, ipv6_route: &str) -> Vec<IpAddr> {
    let v4 = route.lines().filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [_, "00000000", gateway, _, _, _, _, "00000000", ..] = fields[..] else { return None };
        Some(IpAddr::from(in_memory(gateway)?))
    });
    let v6 = ipv6_route.lines().filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [destination, "00", _, _, gateway, ..] = fields[..] else { return None };
        if destination.bytes().any(|digit| digit != b'0') {
            return None;
        }
        Some(IpAddr::from(Ipv6Addr::from(u128::from_str_radix(gateway, 16).ok()?)))
    });
    v4.chain(v6).filter(|gateway| !gateway.is_unspecified()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn the_gateways_of_default_routes_are_read_and_no_others() {
        let route = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
                     eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
                     eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n\
                     eth1\t0000A8C0\t0101A8C0\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
        let ipv6 = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
                    fe800000000000000000000000000001 00000400 00000005 00000000 00450003     eth0\n\
                    00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
                    00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n\
                    fd000000000000000000000000000000 40 00000000000000000000000000000000 00 \
                    fd000000000000000000000000000009 00000100 00000001 00000000 00000003     eth0\n";
        let expected: [IpAddr; 2] = [[172, 17, 0, 1].into(), "fe80::1".parse().expect("an address")];
        assert_eq!(gateways(route, ipv6), expected);
        assert!(gateways("", "nonsense\n00 00").is_empty());
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn its_own_addresses_and_the_networks_next_door_are_read_and_no_wider_ones() {
        let tree = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n     +-- 127.0.0.0/8 2 0 2\n\
                    |-- 127.0.0.1\n  /32 host LOCAL\n  |-- 192.168.1.0\n  /24 link UNICAST\n  |-- 192.168.1.5\n\
                    /32 host LOCAL\n  |-- 192.168.1.255\n  /32 link BROADCAST\nLocal:\n  |-- 192.168.1.5\n  /32 host LOCAL\n\
                    |-- 203.0.113.9\n  /32 host LOCAL\n";
        let route = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
                     eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
                     eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n\
                     eth1\t000000C6\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n\
                     ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n";
        let if_inet6 = "20010db8000100020000000000000005 04 40 00 80     eth0\n\
                        00000000000000000000000000000001 01 80 10 80       lo\n\
                        20010db8000700000000000000000005 05 20 00 80     tun0\n";
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let expected = ["192.168.1.5", "203.0.113.9", "2001:db8:1:2::5", "2001:db8:7::5"];
        assert_eq!(own(tree, if_inet6), expected.map(ip));
        let around = Around { on_link: on_link(route, if_inet6), ..Around::nothing() };
        for near in ["2001:db8:1:2::77", "192.168.1.77"] {
            assert!(around.is_next_door(ip(near)), "{near}");
        }
        for far in ["2001:db8:1:3::77", "2001:db8:7::77", "198.51.100.10", "203.0.113.10", "8.8.8.8"] {
            assert!(!around.is_next_door(ip(far)), "{far}");
        }
        assert!(own("", "nonsense").is_empty() && on_link("x", "y z").is_empty());
    }

    #[test]
    fn they_are_read_anew_when_they_are_old() {
        let read_at = Duration::from_secs(1000);
        let surroundings = Surroundings::read(read_at, true);
        let told: IpAddr = [198, 51, 100, 1].into();
        let other = Around { own: vec![told], is_container: true, ..Around::nothing() };
        surroundings.known.store(other.into());
        assert!(surroundings.now(read_at + Duration::from_secs(29)).is_own(told));
        let now = surroundings.now(read_at + Duration::from_secs(30));
        assert!(!now.is_own(told) && now.is_container, "this machine has others, and is what it was");
    }
}
