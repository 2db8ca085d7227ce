#!/usr/bin/env python3
"""Makes the small databases beside it. Needs mmdb-writer from PyPI: pip install mmdb-writer==0.2.7

Two of the flat schema (ip-location-db), split by address family as its city files are; two of MaxMind's nested
schema; two of networks, one of anonymous addresses. Cities and coordinates are real ones, the addresses' owners are not looked at.
"""

import pathlib
import time

from mmdb_writer import MmdbF32, MMDBWriter
from netaddr import IPSet

HERE = pathlib.Path(__file__).parent
BUILT_AT = 1_780_000_000  # 2026-05-28


def flat_city(code, state, city, latitude, longitude):
    return {
        "country_code": code, "state1": state, "state2": "", "city": city, "postcode": "",
        "latitude": MmdbF32(latitude), "longitude": MmdbF32(longitude), "timezone": "",
    }


def nested_city(code, country, subdivision, city, latitude, longitude, radius):
    return {
        "country": {"iso_code": code, "names": {"en": country, "de": country + " (de)"}},
        "subdivisions": [{"iso_code": "1", "names": {"en": subdivision}}],
        "city": {"names": {"de": city + " (de)", "en": city}},
        "location": {"latitude": latitude, "longitude": longitude, "accuracy_radius": radius},
    }


def write(name, ip_version, database_type, records, **options):
    writer = MMDBWriter(ip_version=ip_version, database_type=database_type, **options)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(HERE / f"{name}.mmdb"))


def main():
    # The writer dates a file by the clock; a fixed date makes the same bytes again.
    time.time = lambda: BUILT_AT
    write("flat-city-ipv4", 4, "city ipv4", {
        "85.240.0.0/13": flat_city("PT", "Lisbon", "Lisbon", 38.7314, -9.1456),
        "177.10.0.0/16": flat_city("BR", "Rio Grande do Sul", "Campo Bom", -29.6789, -51.0533),
        "1.1.1.0/24": flat_city("AU", "New South Wales", "Sydney", -33.8688, 151.209),
    }, description={})
    write("flat-city-ipv6", 6, "city ipv6", {
        "2a02:8388::/32": flat_city("AT", "Vienna", "Vienna", 48.2085, 16.3721),
    }, description={})
    write("flat-country", 6, "country ipvAll", {
        "85.240.0.0/13": {"country_code": "PT"},
        "81.2.69.0/24": {"country_code": "GB"},
        "2a02:8388::/32": {"country_code": "AT"},
        "2a00:1450::/32": {"country_code": "IE"},
    }, ipv4_compatible=True, description={})
    write("nested-city", 6, "GeoLite2-City", {
        "81.2.69.0/24": nested_city("GB", "United Kingdom", "England", "London", 51.5142, -0.0931, 10),
        "85.240.0.0/13": nested_city("PT", "Portugal", "Porto", "Porto", 41.1496, -8.611, 20),
        "2a02:8388::/32": nested_city("AT", "Austria", "Vienna", "Vienna", 48.2, 16.3667, 30),
    }, ipv4_compatible=True)
    write("nested-asn", 6, "GeoLite2-ASN", {
        "85.240.0.0/13": {"autonomous_system_number": 2860, "autonomous_system_organization": "Example Telecom"},
        "2a02:8388::/32": {"autonomous_system_number": 8412},
    }, ipv4_compatible=True)
    # Numbers and names are real ones, and so are most of the addresses; src/geo/network_tests.rs has them.
    write("networks", 6, "Latchkey-Networks", {
        network: {"autonomous_system_number": number, "autonomous_system_organization": name}
        for network, number, name in [
            ("85.240.0.0/13", 3243, "MEO - SERVICOS DE COMUNICACOES E MULTIMEDIA S.A."),
            ("172.56.0.0/16", 21928, "T-Mobile USA, Inc."),
            ("2a01:4f8::/32", 24940, "Hetzner Online GmbH"),
            ("193.32.249.0/24", 39351, "31173 Services AB"),
            ("171.25.193.0/24", 198093, "Foreningen for digitala fri- och rattigheter"),
            ("199.60.0.0/24", 11167, "Gogo Business Aviation LLC"),
        ]
    }, ipv4_compatible=True, int_type="u32")
    write("anonymous", 6, "GeoIP2-Anonymous-IP", {
        "85.240.0.0/13": {"is_anonymous": True, "is_anonymous_vpn": True},
    }, ipv4_compatible=True)


if __name__ == "__main__":
    main()
