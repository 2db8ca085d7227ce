"""The table of networks as @ip-location-db/asn has it: which addresses belong to which number and organisation."""

import csv
import datetime
import json
import pathlib


class Table:
    """One version of the table, in the folder of its npm package."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self.version = json.loads((self._folder / "package.json").read_text(encoding="utf-8"))["version"]
        # "2.3.2026061719": the hour it was made, in UTC.
        hour = datetime.datetime.strptime(self.version.rsplit(".", 1)[1], "%Y%m%d%H")
        self.made_at = hour.replace(tzinfo=datetime.timezone.utc)

    def rows(self, family):
        """(first address, last address, number, organisation) of every range; addresses as numbers."""
        with open(self._folder / f"asn-ipv{family}-num.csv", encoding="utf-8", newline="") as file:
            for first, last, number, organisation in csv.reader(file):
                yield int(first), int(last), int(number), " ".join(organisation.split())

    def organisations(self):
        """Number → organisation, as it is named first."""
        names = {}
        for family in (4, 6):
            for _, _, number, organisation in self.rows(family):
                names.setdefault(number, organisation)
        return names
