//! The network of an address, as the record of a database tells it: `autonomous_system_number` and
//! `autonomous_system_organization` (in the record, or in its `traits`, as the Enterprise databases have them), and what
//! MaxMind's databases of anonymous addresses, of connections and of providers say of it.

use serde_json::Value;

use super::fields::{number, text, whole};
use crate::model::NetworkKind;

/// A network, as far as one database knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Network {
    /// Its number (AS).
    pub asn: Option<u32>,
    /// The organisation it belongs to.
    organisation: Option<String>,
    /// Its kind, when the database says so by itself.
    pub kind: Option<NetworkKind>,
}

impl Network {
    /// Reads a record of either schema.
    pub(super) fn read(record: &Value) -> Self {
        let traits = &record["traits"];
        let both = |read: fn(&Value) -> Option<NetworkKind>| read(record).or_else(|| read(traits));
        let named = Self::named(record);
        let named = if named.is_named() { named } else { Self::named(traits) };
        Self { kind: both(kind), ..named }
    }

    fn named(record: &Value) -> Self {
        Self {
            asn: number(&record["autonomous_system_number"])
                .filter(|number| (1.0..4_294_967_296.0).contains(number))
                .map(whole),
            organisation: text(&record["autonomous_system_organization"])
                .or_else(|| text(&record["isp"]))
                .or_else(|| text(&record["organization"])),
            kind: None,
        }
    }

    /// Whether the database knows which network it is.
    pub(super) fn is_named(&self) -> bool {
        self.asn.is_some() || self.organisation.is_some()
    }

    /// "Deutsche Telekom AG" or, without a name, "AS3320".
    pub(super) fn name(&self) -> Option<String> {
        self.organisation.clone().or_else(|| Some(format!("AS{}", self.asn?)))
    }

    /// With what another database knows and this one does not. Number and name stay together: they are of one
    /// network, and two databases may differ.
    pub(super) fn or(self, other: &Self) -> Self {
        let kind = self.kind.or(other.kind);
        if self.is_named() { Self { kind, ..self } } else { Self { kind, ..other.clone() } }
    }
}

/// The kind in the words of MaxMind's databases: Anonymous IP (<https://dev.maxmind.com/geoip/docs/databases/anonymous-ip>),
/// Connection Type, and the traits of the Enterprise one (<https://dev.maxmind.com/geoip/docs/databases/enterprise>).
///
/// Whoever comes through a residential proxy is not in the house whose line it is, and whoever comes by a privacy relay not
/// where it lets out: both are exits, as a VPN's.
fn kind(record: &Value) -> Option<NetworkKind> {
    let says = |name: &str| record[name].as_bool() == Some(true);
    let exits = ["is_anonymous_vpn", "is_public_proxy", "is_residential_proxy", "is_anonymous_proxy"];
    let user = record["user_type"].as_str().unwrap_or_default();
    if says("is_tor_exit_node") {
        Some(NetworkKind::Tor)
    } else if exits.into_iter().any(says) || user == "consumer_privacy_network" {
        Some(NetworkKind::Vpn)
    } else if says("is_hosting_provider") || matches!(user, "hosting" | "content_delivery_network") {
        Some(NetworkKind::Hosting)
    } else if user == "cellular" || record["connection_type"].as_str() == Some("Cellular") {
        Some(NetworkKind::Mobile)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_network_without_a_name_has_its_number() {
        let network = Network::read(&json!({ "autonomous_system_number": 8412 }));
        assert_eq!((network.asn, network.name().as_deref()), (Some(8412), Some("AS8412")));
        let network = Network::read(&json!({ "traits": { "autonomous_system_number": "3320",
            "autonomous_system_organization": "Deutsche Telekom AG" } }));
        assert_eq!((network.asn, network.name().as_deref()), (Some(3320), Some("Deutsche Telekom AG")));
        for record in [
            json!({}),
            json!({ "autonomous_system_number": 0 }),
            json!({ "autonomous_system_number": -3 }),
            json!([1]),
            json!({ "autonomous_system_number": 4_294_967_296_u64 }),
        ] {
            assert_eq!(Network::read(&record), Network::default(), "{record}");
        }
    }

    #[test]
    fn number_and_name_are_of_one_database() {
        let bare = Network::read(&json!({ "autonomous_system_number": 1 }));
        let other =
            Network::read(&json!({ "autonomous_system_number": 2, "autonomous_system_organization": "Two",
            "traits": { "user_type": "cellular" } }));
        let network = bare.or(&other);
        assert_eq!((network.asn, network.name().as_deref()), (Some(1), Some("AS1")));
        assert_eq!(network.kind, Some(NetworkKind::Mobile));
        assert_eq!(Network::default().or(&other), other);
    }

    #[test]
    fn a_provider_has_a_name_where_its_network_has_none() {
        for (record, name) in [
            (
                json!({ "traits": { "autonomous_system_number": 1, "isp": "One", "organization": "Two" } }),
                "One",
            ),
            (json!({ "isp": "One", "organization": "Two" }), "One"),
            (json!({ "organization": "Two" }), "Two"),
            (json!({ "autonomous_system_organization": "Three", "isp": "One" }), "Three"),
        ] {
            assert_eq!(Network::read(&record).name().as_deref(), Some(name), "{record}");
        }
    }

    #[test]
    fn a_database_may_say_the_kind_itself() {
        for (record, expected) in [
            (json!({ "is_anonymous": true, "is_hosting_provider": true }), Some(NetworkKind::Hosting)),
            (json!({ "is_anonymous_vpn": true, "is_hosting_provider": true }), Some(NetworkKind::Vpn)),
            (json!({ "is_tor_exit_node": true, "is_anonymous_vpn": true }), Some(NetworkKind::Tor)),
            (json!({ "connection_type": "Cellular" }), Some(NetworkKind::Mobile)),
            (json!({ "traits": { "user_type": "cellular" } }), Some(NetworkKind::Mobile)),
            (json!({ "is_anonymous": true, "is_residential_proxy": true }), Some(NetworkKind::Vpn)),
            (json!({ "traits": { "is_residential_proxy": true } }), Some(NetworkKind::Vpn)),
            (json!({ "traits": { "user_type": "consumer_privacy_network" } }), Some(NetworkKind::Vpn)),
            (
                json!({ "traits": { "connection_type": "Cellular", "user_type": "residential" } }),
                Some(NetworkKind::Mobile),
            ),
            (json!({ "is_residential_proxy": false }), None),
            (json!({ "is_residential_proxy": null, "user_type": 7 }), None),
            (json!({ "connection_type": "Cable/DSL" }), None),
            (json!({ "is_tor_exit_node": "yes" }), None),
        ] {
            assert_eq!(Network::read(&record).kind, expected, "{record}");
        }
    }
}
