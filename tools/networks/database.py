#!/usr/bin/env python3
"""Makes networks.mmdb from the table of networks: address → number and organisation, in MaxMind's file format.

    database.py FOLDER_OF_THE_TABLE OUTPUT.mmdb

Needs the packages of requirements.txt. A minute of work and half a gigabyte of memory.
"""

import collections
import gc
import os
import sys
import time

from mmdb_writer import MMDBWriter
from netaddr import IPSet
from table import Table


Network = collections.namedtuple("Network", ("version", "value", "prefixlen"))


def merged(rows):
    """The same ranges, with those that follow each other and belong to one network made one: a smaller tree."""
    held = None
    for first, last, number, organisation in rows:
        if held and held[2] == number and held[1] + 1 == first:
            held[1] = last
            continue
        if held:
            yield held
        held = [first, last, number, organisation]
    if held:
        yield held


class Range(IPSet):
    """The addresses from `first` to `last`, as the networks that make it up.

    `IPSet` itself would do, in half as much time again: it makes objects of a general kind for each of a million networks. The
    writer only walks through them, and looks at what is in `Network`.
    """

    def __init__(self, first, last):
        super().__init__()
        self._first, self._last = first, last

    def iter_cidrs(self):
        first = self._first
        while first <= self._last:
            # The largest network that begins here and does not reach beyond the end.
            size = (self._last - first + 1).bit_length() - 1
            if first:
                size = min(size, (first & -first).bit_length() - 1)
            # An IPv4 address has its place in the tree under ::/96, at the same number.
            yield Network(6, first, 128 - size)
            first += 1 << size


def main():
    table, output = Table(sys.argv[1]), sys.argv[2]
    # Millions of nodes that all stay: collecting finds nothing, again and again.
    gc.disable()
    writer = MMDBWriter(
        ip_version=6,
        ipv4_compatible=True,
        database_type="Latchkey-Networks",
        languages=["en"],
        description={"en": f"Networks by RouteViews, DB-IP and NRO (CC BY 4.0), ip-location-db {table.version}"},
        int_type="u32",
    )
    names = table.organisations()
    records = {
        number: {"autonomous_system_number": number, "autonomous_system_organization": name}
        for number, name in names.items()
    }
    done = 0
    for family in (4, 6):
        for first, last, number, _ in merged(table.rows(family)):
            writer.insert_network(Range(first, last), records[number])
            done += 1
            if done % 20_000 == 0:
                print(f"{done} ranges of addresses", flush=True)
    # The writer dates a file by the clock; what counts is the day of the data.
    time.time = table.made_at.timestamp
    print("writing", flush=True)
    writer.to_db_file(output + ".part")
    os.replace(output + ".part", output)


if __name__ == "__main__":
    main()
