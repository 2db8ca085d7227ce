//! Which interfaces lead to containers, virtual machines and tunnels: no phone of the household is on those.

/// Beginnings of their names.
const BEGINNINGS: [&str; 14] = [
    "docker", "br-", "veth", "virbr", "vmnet", "vbox", "podman", "cni", "lxc", "lxd", "tun", "tap", "utun",
    "wg",
];

/// Whether an interface of that name is one.
pub fn is_virtual(interface: &str) -> bool {
    BEGINNINGS.iter().any(|start| interface.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_a_network_of_cables_or_radio_is_none() {
        for name in ["docker0", "br-1a2b3c", "wg0", "utun3", "virbr0"] {
            assert!(is_virtual(name), "{name}");
        }
        for name in ["eth0", "enp3s0", "wlan0", "en0", "br0", "Ethernet", "WLAN"] {
            assert!(!is_virtual(name), "{name}");
        }
    }
}
