"""Makes places.mmdb: where the demonstration household's made-up addresses are.

The addresses are those reserved for documentation (RFC 5737, RFC 3849), which belong to nobody. Needs the
package mmdb-writer. Run it in this folder: python3 make-places.py
"""

from mmdb_writer import MMDBWriter
from netaddr import IPSet

# Numbers of networks reserved for documentation (RFC 5398), and their kind in the words of GeoIP2's traits.
MARE, GAUCHA, MESETA, THAMES, AMBER = (
    {"autonomous_system_number": 64496, "autonomous_system_organization": "Maré Fibra"},
    {"autonomous_system_number": 64497, "autonomous_system_organization": "Gaúcha Telecom"},
    {"autonomous_system_number": 64498, "autonomous_system_organization": "Meseta Hoteles"},
    {"autonomous_system_number": 64499, "autonomous_system_organization": "Thames Mobile", "user_type": "cellular"},
    {"autonomous_system_number": 64500, "autonomous_system_organization": "Amber Hosting", "is_hosting_provider": True},
)

PLACES = {
    "192.0.2.0/25": ("PT", "Portugal", "Lisbon", "Lisbon", 38.72, -9.14, 10, MARE),
    "192.0.2.128/25": ("PT", "Portugal", "Faro", "Faro", 37.02, -7.93, 20, MARE),
    "198.51.100.0/25": ("BR", "Brazil", "Rio Grande do Sul", "Porto Alegre", -30.03, -51.22, 20, GAUCHA),
    "198.51.100.128/25": ("ES", "Spain", "Madrid", "Madrid", 40.42, -3.70, 20, MESETA),
    "203.0.113.0/25": ("GB", "United Kingdom", "England", "London", 51.51, -0.13, 20, THAMES),
    "203.0.113.128/25": ("LV", "Latvia", "Riga", "Riga", 56.95, 24.11, 50, AMBER),
    "2001:db8:1::/48": ("PT", "Portugal", "Lisbon", "Lisbon", 38.72, -9.14, 10, MARE),
}

writer = MMDBWriter(
    ip_version=6,
    ipv4_compatible=True,
    database_type="Latchkey-Demo-City",
    languages=["en"],
    int_type="u32",
    description={"en": "Made-up places for Latchkey's demonstration household"},
)
for network, (code, country, region, city, latitude, longitude, radius, owner) in PLACES.items():
    writer.insert_network(
        IPSet([network]),
        {
            "country": {"iso_code": code, "names": {"en": country}},
            "subdivisions": [{"names": {"en": region}}],
            "city": {"names": {"en": city}},
            "location": {"latitude": latitude, "longitude": longitude, "accuracy_radius": radius},
            "traits": owner,
        },
    )
writer.to_db_file("places.mmdb")
