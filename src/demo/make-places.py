"""Makes places.mmdb: where the demonstration household's made-up addresses are.

The addresses are those reserved for documentation (RFC 5737, RFC 3849), which belong to nobody. Needs the
package mmdb-writer. Run it in this folder: python3 make-places.py
"""

from mmdb_writer import MMDBWriter
from netaddr import IPSet

PLACES = {
    "192.0.2.0/25": ("PT", "Portugal", "Lisbon", "Lisbon", 38.72, -9.14, 10, "Maré Fibra"),
    "192.0.2.128/25": ("PT", "Portugal", "Faro", "Faro", 37.02, -7.93, 20, "Maré Fibra"),
    "198.51.100.0/25": ("BR", "Brazil", "Rio Grande do Sul", "Porto Alegre", -30.03, -51.22, 20, "Gaúcha Telecom"),
    "198.51.100.128/25": ("ES", "Spain", "Madrid", "Madrid", 40.42, -3.70, 20, "Meseta Hoteles"),
    "203.0.113.0/25": ("GB", "United Kingdom", "England", "London", 51.51, -0.13, 20, "Thames Mobile"),
    "203.0.113.128/25": ("LV", "Latvia", "Riga", "Riga", 56.95, 24.11, 50, "Amber Hosting"),
    "2001:db8:1::/48": ("PT", "Portugal", "Lisbon", "Lisbon", 38.72, -9.14, 10, "Maré Fibra"),
}

writer = MMDBWriter(
    ip_version=6,
    ipv4_compatible=True,
    database_type="Latchkey-Demo-City",
    languages=["en"],
    description={"en": "Made-up places for Latchkey's demonstration household"},
)
for network, (code, country, region, city, latitude, longitude, radius, asn) in PLACES.items():
    writer.insert_network(
        IPSet([network]),
        {
            "country": {"iso_code": code, "names": {"en": country}},
            "subdivisions": [{"names": {"en": region}}],
            "city": {"names": {"en": city}},
            "location": {"latitude": latitude, "longitude": longitude, "accuracy_radius": radius},
            "autonomous_system_organization": asn,
        },
    )
writer.to_db_file("places.mmdb")
